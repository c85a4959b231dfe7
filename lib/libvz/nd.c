// SPDX-License-Identifier: GPL-2.0-only
/* Neighbour discovery of IPv6: RFC 4861, RFC 4862. */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <sys/socket.h>

#include "packet.h"

struct solicitation {
	struct ether_header		eth;
	struct ip6_hdr			ip;
	struct nd_neighbor_solicit	ns;
} __attribute__((packed));

struct advertisement {
	struct nd_neighbor_advert	na;
	struct nd_opt_hdr		opt;
	uint8_t				mac[ETH_ALEN];
} __attribute__((packed));

_Static_assert(sizeof(struct solicitation) == VZ_ND_FRAME, "frame size");

static uint32_t add_words(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return len ? sum + (p[0] << 8) : sum;
}

/* Of an ICMPv6 message, with the pseudo header in front. */
static uint16_t checksum(const struct ip6_hdr *ip, const void *msg, size_t len)
{
	uint32_t sum = len + IPPROTO_ICMPV6;

	sum = add_words(sum, ip->ip6_src.s6_addr, 16);
	sum = add_words(sum, ip->ip6_dst.s6_addr, 16);
	sum = add_words(sum, msg, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

void vz_nd_question(const uint8_t mac[ETH_ALEN], const uint8_t target[16],
		    uint8_t frame[VZ_ND_FRAME])
{
	/* the group of all addresses that end like this one */
	static const uint8_t group[13] = {
		0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff
	};
	struct nd_neighbor_solicit ns = { .nd_ns_type = ND_NEIGHBOR_SOLICIT };
	struct ip6_hdr ip = {};
	struct solicitation s = {
		.eth.ether_type = htons(ETHERTYPE_IPV6),
		.eth.ether_dhost = { 0x33, 0x33, 0xff },
	};

	memcpy(s.eth.ether_dhost + 3, target + 13, 3);
	memcpy(s.eth.ether_shost, mac, ETH_ALEN);
	ip.ip6_vfc = 6 << 4;
	ip.ip6_plen = htons(sizeof(ns));
	ip.ip6_nxt = IPPROTO_ICMPV6;
	ip.ip6_hlim = 255;
	memcpy(ip.ip6_dst.s6_addr, group, 13);
	memcpy(ip.ip6_dst.s6_addr + 13, target + 13, 3);
	memcpy(&ns.nd_ns_target, target, 16);
	ns.nd_ns_cksum = checksum(&ip, &ns, sizeof(ns));
	s.ip = ip;
	s.ns = ns;
	memcpy(frame, &s, sizeof(s));
}

/* The hardware address, from the options or else from the frame's header. */
static void find_mac(const uint8_t *frame, const uint8_t *opt,
		     const uint8_t *end, uint8_t mac[ETH_ALEN])
{
	memcpy(mac, frame + ETH_ALEN, ETH_ALEN);
	while (end - opt >= 8 && opt[1] && end - opt >= 8 * opt[1]) {
		if (opt[0] == ND_OPT_TARGET_LINKADDR) {
			memcpy(mac, opt + 2, ETH_ALEN);
			return;
		}
		opt += 8 * opt[1];
	}
}

int vz_nd_read(const uint8_t *frame, size_t len, uint8_t target[16],
	       uint8_t mac[ETH_ALEN])
{
	const size_t head = ETH_HLEN + sizeof(struct ip6_hdr);
	struct nd_neighbor_advert na;
	struct ip6_hdr ip;
	size_t size;

	if (len < head + sizeof(na) || frame[12] != 0x86 || frame[13] != 0xdd)
		return -EINVAL;
	memcpy(&ip, frame + ETH_HLEN, sizeof(ip));
	memcpy(&na, frame + head, sizeof(na));
	size = ntohs(ip.ip6_plen);
	if (ip.ip6_vfc >> 4 != 6 || ip.ip6_nxt != IPPROTO_ICMPV6 ||
	    ip.ip6_hlim != 255 || size < sizeof(na) || size > len - head ||
	    na.nd_na_type != ND_NEIGHBOR_ADVERT || na.nd_na_code ||
	    checksum(&ip, frame + head, size))
		return -EINVAL;
	memcpy(target, &na.nd_na_target, 16);
	find_mac(frame, frame + head + sizeof(na), frame + head + size, mac);
	return 0;
}

/* The kernel adds checksum and the sender's address. */
int vz_nd_advertise(const struct vz_link *link, const uint8_t target[16])
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_addr.s6_addr = { 0xff, 2, [15] = 1 },
		.sin6_scope_id = link->index,
	};
	struct advertisement a = {
		.na.nd_na_type = ND_NEIGHBOR_ADVERT,
		.opt = { .nd_opt_type = ND_OPT_TARGET_LINKADDR,
			 .nd_opt_len = 1 },
	};
	autoclose int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC,
				  IPPROTO_ICMPV6);
	int hops = 255;

	if (fd < 0)
		return -errno;
	a.na.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
	memcpy(&a.na.nd_na_target, target, 16);
	memcpy(a.mac, link->mac, ETH_ALEN);
	if (setsockopt(fd, SOL_IPV6, IPV6_MULTICAST_HOPS, &hops,
		       sizeof(hops)) ||
	    setsockopt(fd, SOL_IPV6, IPV6_MULTICAST_IF, &link->index,
		       sizeof(link->index)) ||
	    sendto(fd, &a, sizeof(a), 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}
