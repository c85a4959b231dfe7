// SPDX-License-Identifier: GPL-2.0-only
/*
 * vznet: what a hostile container sends, byte by byte, through a packet
 * socket on its device.  Each packet has to be counted under its reason, and
 * neither the host nor the neighbour may see anything of it.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include "net.h"
#include "net_packet.h"

#define A4	"10.2.0.1"
#define B4	"10.2.0.2"
#define A6	"2001:db8:2::1"
#define B6	"2001:db8:2::2"
#define HOST4	"10.2.0.254"
#define HOST6	"2001:db8:2::fe"

struct bed {
	struct kt_ct a, b;
	int out;	/* packet socket in A */
	int at_b;	/* packet sockets that listen */
	int at_host;
};

static void drain(int fd)
{
	char buf[4096];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		;
}

/* Packets of other sources than the kernel's own are what we look for. */
static bool heard(int fd, const struct packet *p)
{
	char buf[4096];
	ssize_t n;

	while (kt_wait_fd(fd, POLLIN, 30)) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == (ssize_t)p->len && !memcmp(buf, p->data, n))
			return true;
	}
	return false;
}

static void refused(struct bed *bed, struct packet p, int reason,
		    const char *what)
{
	struct vznet_stat before = net_stat(bed->a.id), after;
	bool b, host;
	int i;

	drain(bed->at_b);
	drain(bed->at_host);
	if (send_on(bed->out, &p)) {
		kt_ok(false, "%s: sent", what);
		return;
	}
	for (i = 0; i < 100; i++) {
		after = net_stat(bed->a.id);
		if (after.dropped[reason] != before.dropped[reason])
			break;
		usleep(1000);
	}
	kt_is(after.dropped[reason] - before.dropped[reason], 1,
	      "%s: counted", what);
	b = heard(bed->at_b, &p);
	host = heard(bed->at_host, &p);
	kt_ok(!b && !host && net_sum(after.out) == net_sum(before.out),
	      "%s: goes nowhere", what);
}

static void passes(struct bed *bed, struct packet p, int at, const char *what)
{
	drain(at);
	send_on(bed->out, &p);
	kt_ok(heard(at, &p), "%s: arrives", what);
}

static void test_sources(struct bed *bed)
{
	passes(bed, v4(A4, B4, NULL, 0), bed->at_b, "v4 to the neighbour");
	passes(bed, v4(A4, HOST4, NULL, 0), bed->at_host, "v4 to the host");
	passes(bed, v6(A6, B6, IPPROTO_UDP, udp, 12), bed->at_b,
	       "v6 to the neighbour");
	passes(bed, v6(A6, HOST6, IPPROTO_UDP, udp, 12), bed->at_host,
	       "v6 to the host");
	refused(bed, v4(B4, HOST4, NULL, 0), VZNET_DROP_SOURCE,
		"v4 in the neighbour's name");
	refused(bed, v4(HOST4, B4, NULL, 0), VZNET_DROP_SOURCE,
		"v4 in the host's name");
	refused(bed, v4("198.51.100.7", B4, NULL, 0), VZNET_DROP_SOURCE,
		"v4 in a stranger's name");
	refused(bed, v4("0.0.0.0", HOST4, NULL, 0), VZNET_DROP_SOURCE,
		"v4 from nowhere");
	refused(bed, v4("127.0.0.1", HOST4, NULL, 0), VZNET_DROP_SOURCE,
		"v4 from loopback");
	refused(bed, v6(B6, HOST6, IPPROTO_UDP, udp, 12), VZNET_DROP_SOURCE,
		"v6 in the neighbour's name");
	refused(bed, v6("fe80::2", HOST6, IPPROTO_UDP, udp, 12),
		VZNET_DROP_SOURCE, "v6 from a link-local address");
	refused(bed, v6("::", HOST6, IPPROTO_UDP, udp, 12), VZNET_DROP_SOURCE,
		"v6 from nowhere");
	refused(bed, v6("::ffff:10.2.0.1", HOST6, IPPROTO_UDP, udp, 12),
		VZNET_DROP_SOURCE, "v6 from a mapped address");
}

static void test_receivers(struct bed *bed)
{
	static const char *const groups[] = {
		"224.0.0.1", "239.255.0.1", "255.255.255.255",
	};
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		refused(bed, v4(A4, groups[i], NULL, 0), VZNET_DROP_MULTICAST,
			groups[i]);
	refused(bed, v6(A6, "ff02::1", IPPROTO_UDP, udp, 12),
		VZNET_DROP_MULTICAST, "ff02::1");
	refused(bed, v6(A6, "ff0e::1", IPPROTO_UDP, udp, 12),
		VZNET_DROP_MULTICAST, "ff0e::1");
}

static void test_source_routes(struct bed *bed)
{
	uint8_t lsrr[8] = { 131, 7, 4, 10, 2, 0, 2, 0 };
	uint8_t ssrr[8] = { 137, 7, 4, 10, 2, 0, 2, 0 };
	uint8_t hidden[12] = { 1, 1, 1, 1, 131, 7, 4, 10, 2, 0, 2, 0 };
	uint8_t record[8] = { 7, 7, 4, 0, 0, 0, 0, 0 };
	uint8_t damaged[4] = { 7, 0, 131, 3 };
	uint8_t rh0[36] = { IPPROTO_UDP, 2, 0, 1 };
	uint8_t behind[44] = { IPPROTO_ROUTING, 0, 1, 4, 0, 0, 0, 0,
			       IPPROTO_UDP, 2, 4, 1 };

	refused(bed, v4(A4, HOST4, lsrr, 8), VZNET_DROP_ROUTING, "LSRR");
	refused(bed, v4(A4, HOST4, ssrr, 8), VZNET_DROP_ROUTING, "SSRR");
	refused(bed, v4(A4, HOST4, hidden, 12), VZNET_DROP_ROUTING,
		"LSRR behind padding");
	passes(bed, v4(A4, HOST4, record, 8), bed->at_host, "record route");
	passes(bed, v4(A4, HOST4, damaged, 4), bed->at_host,
	       "an option without a length");
	refused(bed, v6(A6, HOST6, IPPROTO_ROUTING, rh0, 36),
		VZNET_DROP_ROUTING, "routing header 0");
	rh0[2] = 4;
	refused(bed, v6(A6, HOST6, IPPROTO_ROUTING, rh0, 36),
		VZNET_DROP_ROUTING, "segment routing header");
	refused(bed, v6(A6, HOST6, IPPROTO_HOPOPTS, behind, 44),
		VZNET_DROP_ROUTING, "segment routing behind options");
}

static void test_discovery(struct bed *bed)
{
	uint8_t icmp[24] = {}, behind[32] = { IPPROTO_ICMPV6, 0, 1, 4 };
	char what[32];
	int type;

	for (type = 133; type <= 137; type++) {
		snprintf(what, sizeof(what), "ICMPv6 type %d", type);
		icmp[0] = type;
		refused(bed, v6(A6, HOST6, IPPROTO_ICMPV6, icmp, 24),
			VZNET_DROP_DISCOVERY, what);
	}
	behind[8] = 136;
	refused(bed, v6(A6, B6, IPPROTO_DSTOPTS, behind, 32),
		VZNET_DROP_DISCOVERY, "advertisement behind options");
}

static void test_damaged(struct bed *bed)
{
	struct packet p = v4(A4, B4, NULL, 0);

	p.len = 19;
	refused(bed, p, VZNET_DROP_PROTOCOL, "19 bytes of IPv4");
	p.len = 1;
	refused(bed, p, VZNET_DROP_PROTOCOL, "one byte");
	p = v4(A4, B4, NULL, 0);
	p.data[0] = 0x44;
	refused(bed, p, VZNET_DROP_PROTOCOL, "IPv4 header of 16 bytes");
	p.data[0] = 0x4f;
	refused(bed, p, VZNET_DROP_PROTOCOL, "IPv4 header over the end");
	p.data[0] = 0x65;
	refused(bed, p, VZNET_DROP_PROTOCOL, "IPv6 said to be IPv4");
	p = v6(A6, B6, IPPROTO_UDP, udp, 12);
	p.len = 39;
	refused(bed, p, VZNET_DROP_PROTOCOL, "39 bytes of IPv6");
	p = v6(A6, B6, IPPROTO_UDP, udp, 12);
	p.data[0] = 0x45;
	refused(bed, p, VZNET_DROP_PROTOCOL, "IPv4 said to be IPv6");
	p = v4(A4, B4, NULL, 0);
	p.protocol = ETH_P_ARP;
	refused(bed, p, VZNET_DROP_PROTOCOL, "ARP");
	p.protocol = ETH_P_8021Q;
	refused(bed, p, VZNET_DROP_PROTOCOL, "VLAN");
	p.protocol = ETH_P_MPLS_UC;
	refused(bed, p, VZNET_DROP_PROTOCOL, "MPLS");
}

static void test_size(struct bed *bed)
{
	struct packet p = v4(A4, B4, NULL, 0);

	p.len = 1600;
	p.data[2] = 1600 >> 8;
	p.data[3] = 1600 & 0xff;
	net_link_mtu(bed->a.init, VZNET_DEV, 65535);
	refused(bed, p, VZNET_DROP_SIZE, "more than the receiver takes");
	inet_pton(AF_INET, HOST4, p.data + 16);
	refused(bed, p, VZNET_DROP_SIZE, "more than the host takes");
	net_link_mtu(bed->a.init, VZNET_DEV, 1500);
}

static struct packet fragment(const char *from, uint16_t offset, bool more)
{
	struct packet p = v4(from, B4, NULL, 0);
	uint16_t sum;

	p.len = p.data[3] = 20 + 16;
	p.data[4] = 0x47;
	p.data[6] = (more ? 0x20 : 0) | offset >> 11;
	p.data[7] = offset >> 3;
	p.data[10] = p.data[11] = 0;
	sum = checksum(p.data, 20, 0);
	p.data[10] = sum >> 8;
	p.data[11] = sum;
	return p;
}

/* Each fragment needs its source; what overlaps is for the receiver. */
static void test_fragments(struct bed *bed)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET, .sin_port = htons(9),
	};
	int udp_at_b = net_socket(bed->b.init, AF_INET, SOCK_DGRAM, 0);
	struct packet first = fragment(A4, 0, true), last;

	bind(udp_at_b, (void *)&any, sizeof(any));
	/* UDP length: both fragments */
	first.data[25] = 32;
	send_on(bed->out, &first);
	last = fragment(A4, 16, false);
	passes(bed, last, bed->at_b, "the last fragment");
	kt_ok(kt_wait_fd(udp_at_b, POLLIN, 1000), "two fragments fit together");
	drain(udp_at_b);
	first.data[5] = 1;
	send_on(bed->out, &first);
	last = fragment(A4, 8, false);
	last.data[5] = 1;
	passes(bed, last, bed->at_b, "a fragment that overlaps");
	kt_ok(!kt_wait_fd(udp_at_b, POLLIN, 100),
	      "overlapping fragments are not put together");
	refused(bed, fragment(HOST4, 16, false), VZNET_DROP_SOURCE,
		"a later fragment in another's name");
	close(udp_at_b);
}

/* Packets that say they are many: with a header in front, as tun has it. */
static void test_gso(struct bed *bed)
{
	static const uint8_t types[] = {
		VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_UDP,
		VIRTIO_NET_HDR_GSO_TCPV6, 5 /* UDP_L4 */, 0x7f,
	};
	struct {
		struct virtio_net_hdr hdr;
		uint8_t data[2048];
	} __attribute__((packed)) m;
	struct packet p = v4(B4, HOST4, NULL, 0);
	int one = 1, fd = packet_socket(bed->a.init, VZNET_DEV, ETH_P_IP);
	uint32_t seed = 1, i;
	struct sockaddr_ll ll;
	socklen_t len = sizeof(ll);

	setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one));
	getsockname(fd, (void *)&ll, &len);
	ll.sll_protocol = htons(ETH_P_IP);
	ll.sll_halen = 0;
	drain(bed->at_b);
	drain(bed->at_host);
	for (i = 0; i < 2000; i++) {
		seed = seed * 1103515245 + 12345;
		memset(&m, 0, sizeof(m));
		m.hdr.flags = seed >> 16 & 1;
		m.hdr.gso_type = types[(seed >> 17) % 5];
		m.hdr.gso_size = seed >> 20 & 1 ? 65535 : seed >> 8 & 0x7ff;
		m.hdr.hdr_len = seed >> 12 & 0xff;
		m.hdr.csum_start = seed >> 9 & 0x3f;
		m.hdr.csum_offset = seed >> 5 & 0x1f;
		memcpy(m.data, p.data, p.len);
		m.data[9] = seed & 0x100 ? IPPROTO_TCP : IPPROTO_UDP;
		sendto(fd, &m, sizeof(m.hdr) + 32 + seed % 2000, 0,
		       (void *)&ll, sizeof(ll));
	}
	usleep(100000);
	kt_ok(!kt_wait_fd(bed->at_b, POLLIN, 50) &&
	      !kt_wait_fd(bed->at_host, POLLIN, 50),
	      "2000 forged segmentation requests in another's name");
	for (i = 0; i < 2000; i++) {
		seed = seed * 1103515245 + 12345;
		m.hdr.gso_type = types[(seed >> 17) % 5];
		m.hdr.gso_size = seed >> 8 & 0x7ff;
		m.hdr.flags = seed >> 16 & 1;
		inet_pton(AF_INET, A4, m.data + 12);
		inet_pton(AF_INET, seed & 4 ? B4 : HOST4, m.data + 16);
		sendto(fd, &m, sizeof(m.hdr) + 32 + seed % 2000, 0,
		       (void *)&ll, sizeof(ll));
	}
	close(fd);
	passes(bed, v4(A4, B4, NULL, 0), bed->at_b,
	       "2000 more in its own name do no harm: a packet");
}

/* The neighbour's address on the own device does not bring its packets. */
static void test_capture(struct bed *bed)
{
	struct packet p = v4(HOST4, B4, NULL, 0);
	int at_a = packet_socket(bed->a.init, VZNET_DEV, ETH_P_ALL);
	int host = net_socket(0, AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(9),
	};

	net_addr_add(bed->a.init, VZNET_DEV, B4);
	inet_pton(AF_INET, B4, &to.sin_addr);
	drain(at_a);
	drain(bed->at_b);
	sendto(host, p.data, 4, 0, (void *)&to, sizeof(to));
	kt_ok(kt_wait_fd(bed->at_b, POLLIN, 1000) &&
	      !kt_wait_fd(at_a, POLLIN, 50),
	      "what is for the neighbour reaches the neighbour only");
	close(host);
	close(at_a);
}

void test_net_packet(void)
{
	struct bed bed = {
		.a = net_ct_up(1021, A4, A6), .b = net_ct_up(1022, B4, B6),
	};

	net_host_route(A4, A6);
	net_host_route(B4, B6);
	net_addr_add(0, VZNET_DEV, HOST4);
	net_addr_add(0, VZNET_DEV, HOST6);
	bed.out = packet_socket(bed.a.init, VZNET_DEV, 0);
	bed.at_b = packet_socket(bed.b.init, VZNET_DEV, ETH_P_ALL);
	bed.at_host = packet_socket(0, VZNET_DEV, ETH_P_ALL);
	test_sources(&bed);
	test_receivers(&bed);
	test_source_routes(&bed);
	test_discovery(&bed);
	test_damaged(&bed);
	test_size(&bed);
	test_fragments(&bed);
	test_gso(&bed);
	test_capture(&bed);
	close(bed.out);
	close(bed.at_b);
	close(bed.at_host);
	kt_ok(kt_ct_down(&bed.a) && kt_ct_down(&bed.b), "destroy");
}
