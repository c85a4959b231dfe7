// SPDX-License-Identifier: GPL-2.0-only
/* ARP packets on request: the work of arpsend(8). */
#include <net/if_arp.h>
#include <poll.h>
#include <time.h>

#include "hostnet.h"

struct run {
	const struct vz_arp	*arp;
	struct vz_link		link;
	struct vz_arp_packet	packet;
	struct vz_ips		targets;
	int			fd;
	int			answers;
};

static int parse_ip(const char *text, struct vz_ip *ip, struct vz_error *err)
{
	if (vz_ip_parse(text, ip) || ip->family != AF_INET || ip->bits != 32)
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad IPv4 address: %s", text);
	return 0;
}

static int parse_mac(const char *text, const uint8_t *fallback, uint8_t *mac,
		     struct vz_error *err)
{
	if (!text)
		memcpy(mac, fallback, ETH_ALEN);
	else if (vz_mac_parse(text, mac))
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad hardware address: %s", text);
	return 0;
}

static int set_macs(struct run *r, struct vz_error *err)
{
	static const uint8_t all[ETH_ALEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	struct vz_arp_packet *p = &r->packet;
	int ret;

	ret = parse_mac(r->arp->eth_src, r->link.mac, p->eth_src, err);
	if (!ret)
		ret = parse_mac(r->arp->eth_dst, all, p->eth_dst, err);
	if (!ret)
		ret = parse_mac(r->arp->arp_src, p->eth_src, p->sender_mac,
				err);
	return ret ? ret : parse_mac(r->arp->arp_dst, p->eth_dst,
				     p->target_mac, err);
}

static int set_source(struct run *r, struct vz_nl *nl, struct vz_error *err)
{
	struct vz_hostnet h = { .nl = nl };
	struct vz_ip ip;
	int ret;

	if (r->arp->source) {
		ret = parse_ip(r->arp->source, &ip, err);
	} else {
		ret = vz_hostnet_address(&h, r->link.index, &ip);
		if (ret || !ip.family)
			ret = vz_fail(err, VZ_E_NETDEV, EADDRNOTAVAIL,
				      "The network device %s has no IPv4 address",
				      r->link.name);
	}
	if (!ret)
		memcpy(r->packet.sender_ip, ip.addr, 4);
	return ret;
}

static int set_targets(struct run *r, struct vz_error *err)
{
	struct vz_ip ip = { .family = AF_INET, .bits = 32 };
	size_t i;
	int ret = 0;

	for (i = 0; !ret && r->arp->targets && r->arp->targets[i]; i++) {
		ret = parse_ip(r->arp->targets[i], &ip, err);
		if (!ret && vz_ips_add(&r->targets, &ip))
			ret = vz_fail_oom(err);
	}
	if (ret || r->targets.n)
		return ret;
	memcpy(ip.addr, r->packet.sender_ip, 4);
	return vz_ips_add(&r->targets, &ip) ? vz_fail_oom(err) : 0;
}

static int prepare(struct run *r, struct vz_error *err)
{
	autonl struct vz_nl *nl = NULL;
	int ret;

	r->packet.op = r->arp->kind == VZ_ARP_REPLY ? ARPOP_REPLY :
						      ARPOP_REQUEST;
	ret = vz_nl_open(-1, &nl, err);
	if (!ret)
		ret = vz_neighbour_device(nl, r->arp->device, &r->link, err);
	if (!ret)
		ret = set_macs(r, err);
	if (!ret)
		ret = set_source(r, nl, err);
	if (!ret)
		ret = set_targets(r, err);
	if (ret)
		return ret;
	r->fd = vz_packet_open(r->link.index, ETHERTYPE_ARP);
	if (r->fd < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM, -r->fd,
				     "Unable to listen on %s", r->link.name);
	return 0;
}

static int send_round(struct run *r, struct vz_error *err)
{
	uint8_t frame[VZ_ARP_FRAME];
	size_t i;
	int ret;

	for (i = 0; i < r->targets.n; i++) {
		memcpy(r->packet.target_ip, r->targets.v[i].addr, 4);
		vz_arp_build(&r->packet, frame);
		ret = vz_packet_send(r->fd, frame, sizeof(frame));
		if (ret)
			return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
					     "Unable to send on %s",
					     r->link.name);
	}
	return 0;
}

static void take_frame(struct run *r, const uint8_t *frame, size_t len)
{
	struct vz_ip ip = { .family = AF_INET };
	char text[VZ_IP_TEXT], mac[18];
	struct vz_arp_packet packet;

	if (vz_arp_read(frame, len, &packet))
		return;
	memcpy(ip.addr, packet.sender_ip, 4);
	if (!vz_ips_find(&r->targets, &ip))
		return;
	r->answers++;
	if (r->arp->answer)
		r->arp->answer(r->arp->data, vz_ip_format(&ip, text),
			       vz_mac_format(packet.sender_mac, mac));
}

static bool is_done(const struct run *r)
{
	return r->arp->once && r->answers;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void listen_for(struct run *r, unsigned int seconds)
{
	struct pollfd pfd = { .fd = r->fd, .events = POLLIN };
	int64_t end = now_ms() + seconds * 1000LL, left;
	uint8_t frame[256];
	ssize_t len;

	while (!is_done(r) && (left = end - now_ms()) > 0) {
		if (poll(&pfd, 1, left < 60000 ? (int)left : 60000) < 0 &&
		    errno != EINTR)
			return;
		while (!is_done(r) &&
		       (len = vz_packet_recv(r->fd, frame, sizeof(frame))) > 0)
			take_frame(r, frame, len);
	}
}

VZ_EXPORT int vz_arp_run(const struct vz_arp *arp, struct vz_error *err)
{
	bool asks = arp->kind == VZ_ARP_DETECT || arp->kind == VZ_ARP_REQUEST;
	struct run r = { .arp = arp, .fd = -1 };
	unsigned int round;
	int ret;

	ret = prepare(&r, err);
	for (round = 1; !ret && !is_done(&r); round++) {
		ret = send_round(&r, err);
		if (!ret && (asks || round != arp->count))
			listen_for(&r, arp->interval);
		if (round == arp->count)
			break;
	}
	vz_close_p(&r.fd);
	vz_ips_free(&r.targets);
	return ret ? ret : r.answers;
}
