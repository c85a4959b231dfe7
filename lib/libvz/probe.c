// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is an address in use on the host's networks?
 *
 * All questions are asked at once, and again a little later in case a packet
 * was lost.  A host that answers for others (proxy ARP, as the hosts of
 * containers do) may take up to 0.8 seconds; nobody takes longer.
 *
 * With IPv4 each question is asked in two forms.  Linux answers the probe of
 * RFC 5227, which has no sender, for its own addresses only; the ordinary
 * question is answered for others as well, but not by everybody when the
 * sender is in another network.
 */
#include <net/if_arp.h>
#include <poll.h>
#include <time.h>

#include "packet.h"

#define ROUNDS		2
#define ROUND_MS	200
#define TOTAL_MS	1000

/* A socket for each device and family that a probe needs. */
struct port {
	int			index;
	int			family;
	int			fd;
};

struct run {
	struct vz_probe		*probes;
	size_t			n;
	const struct vz_link	*own;
	size_t			nown;
	struct port		*ports;
	struct pollfd		*pfds;
	size_t			nports;
	size_t			answers;
};

static struct port *find_port(struct run *r, const struct vz_probe *p)
{
	size_t i;

	for (i = 0; i < r->nports; i++)
		if (r->ports[i].index == p->link->index &&
		    r->ports[i].family == p->ip.family)
			return &r->ports[i];
	return NULL;
}

static int open_ports(struct run *r, struct vz_error *err)
{
	size_t i;
	int fd;

	r->ports = calloc(r->n, sizeof(*r->ports));
	r->pfds = calloc(r->n, sizeof(*r->pfds));
	if (!r->ports || !r->pfds)
		return vz_fail_oom(err);
	for (i = 0; i < r->n; i++) {
		const struct vz_probe *p = &r->probes[i];

		if (find_port(r, p))
			continue;
		fd = vz_packet_open(p->link->index, p->ip.family == AF_INET ?
				    ETHERTYPE_ARP : ETHERTYPE_IPV6);
		if (fd < 0)
			return vz_fail_errno(err, VZ_E_SYSTEM, -fd,
					     "Unable to listen on %s",
					     p->link->name);
		r->pfds[r->nports] = (struct pollfd){ fd, POLLIN, 0 };
		r->ports[r->nports++] = (struct port){
			p->link->index, p->ip.family, fd
		};
	}
	return 0;
}

static void close_ports(struct run *r)
{
	size_t i;

	for (i = 0; i < r->nports; i++)
		close(r->ports[i].fd);
	free(r->ports);
	free(r->pfds);
}

static int ask(const struct vz_probe *p, int fd)
{
	static const uint8_t nobody[4];
	uint8_t arp[VZ_ARP_FRAME], nd[VZ_ND_FRAME];
	int ret;

	if (p->ip.family == AF_INET6) {
		vz_nd_question(p->link->mac, p->ip.addr, nd);
		return vz_packet_send(fd, nd, sizeof(nd));
	}
	vz_arp_question(p->link->mac, nobody, p->ip.addr, arp);
	ret = vz_packet_send(fd, arp, sizeof(arp));
	if (ret || !p->sender.family)
		return ret;
	vz_arp_question(p->link->mac, p->sender.addr, p->ip.addr, arp);
	return vz_packet_send(fd, arp, sizeof(arp));
}

/* A device that went down meanwhile has no neighbours to be asked. */
static int ask_all(struct run *r, struct vz_error *err)
{
	size_t i;
	int ret;

	for (i = 0; i < r->n; i++) {
		const struct vz_probe *p = &r->probes[i];

		if (p->answered)
			continue;
		ret = ask(p, find_port(r, p)->fd);
		if (ret && ret != -ENETDOWN && ret != -ENXIO &&
		    ret != -ENOBUFS)
			return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
					     "Unable to send on %s",
					     p->link->name);
	}
	return 0;
}

static bool is_own(const struct run *r, const uint8_t mac[ETH_ALEN])
{
	size_t i;

	for (i = 0; i < r->nown; i++)
		if (!memcmp(r->own[i].mac, mac, ETH_ALEN))
			return true;
	return false;
}

static void take_answer(struct run *r, const struct port *port,
			const struct vz_ip *ip, const uint8_t mac[ETH_ALEN])
{
	size_t i;

	if (is_own(r, mac))
		return;
	for (i = 0; i < r->n; i++) {
		struct vz_probe *p = &r->probes[i];

		if (p->answered || p->link->index != port->index ||
		    !vz_ip_same(&p->ip, ip))
			continue;
		p->answered = true;
		memcpy(p->mac, mac, ETH_ALEN);
		r->answers++;
	}
}

static void read_port(struct run *r, const struct port *port)
{
	struct vz_ip ip = { .family = port->family };
	struct vz_arp_packet arp;
	uint8_t frame[256], mac[ETH_ALEN];
	ssize_t len;

	while ((len = vz_packet_recv(port->fd, frame, sizeof(frame))) > 0) {
		if (port->family == AF_INET6) {
			if (!vz_nd_read(frame, len, ip.addr, mac))
				take_answer(r, port, &ip, mac);
		} else if (!vz_arp_read(frame, len, &arp)) {
			memcpy(ip.addr, arp.sender_ip, 4);
			take_answer(r, port, &ip, arp.sender_mac);
		}
	}
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Until the time is over or all has been answered. */
static void listen_until(struct run *r, int64_t end, size_t enough)
{
	int64_t left;
	size_t i;

	while (r->answers < enough && (left = end - now_ms()) > 0) {
		if (poll(r->pfds, r->nports, left) < 0 && errno != EINTR)
			return;
		for (i = 0; i < r->nports; i++)
			read_port(r, &r->ports[i]);
	}
}

int vz_probe_run(struct vz_probe *probes, size_t n, const struct vz_link *own,
		 size_t nown, bool first, struct vz_error *err)
{
	struct run r = {
		.probes = probes, .n = n, .own = own, .nown = nown,
	};
	size_t enough = first ? 1 : n;
	int64_t start = now_ms();
	int round, ret;

	if (!n)
		return 0;
	ret = open_ports(&r, err);
	for (round = 1; !ret && round <= ROUNDS && r.answers < enough;
	     round++) {
		ret = ask_all(&r, err);
		if (!ret)
			listen_until(&r, start + (round < ROUNDS ?
					 round * ROUND_MS : TOTAL_MS), enough);
	}
	close_ports(&r);
	return ret;
}

int vz_announce(const struct vz_link *link, const struct vz_ip *ip)
{
	uint8_t frame[VZ_ARP_FRAME];
	autoclose int fd = -1;

	if (ip->family == AF_INET6)
		return vz_nd_advertise(link, ip->addr);
	fd = vz_packet_open(link->index, ETHERTYPE_ARP);
	if (fd < 0)
		return fd;
	vz_arp_question(link->mac, ip->addr, ip->addr, frame);
	return vz_packet_send(fd, frame, sizeof(frame));
}
