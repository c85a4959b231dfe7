/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets about neighbours: sockets (packet.c), ARP (arp.c), neighbour
 * discovery of IPv6 (nd.c), and the question whether an address is in use
 * (probe.c).
 */
#ifndef _VZ_PACKET_H
#define _VZ_PACKET_H

#include <net/ethernet.h>

#include "ipaddr.h"
#include "nl.h"

/* ------------------------------------------------------- packet.c -- */

/** vz_packet_open - a socket for frames of one kind on one device; of IPv6 it
 * gets neighbour advertisements only.  Descriptor or negative errno */
int vz_packet_open(int index, uint16_t ethertype);
int vz_packet_send(int fd, const void *frame, size_t len);
/** vz_packet_recv - a waiting frame that others have sent: its length; 0:
 * none */
ssize_t vz_packet_recv(int fd, void *frame, size_t room);

/* ---------------------------------------------------------- arp.c -- */

#define VZ_ARP_FRAME	60	/* the shortest frame there is */

/** struct vz_arp_packet - a frame; @op: ARPOP_REQUEST or ARPOP_REPLY */
struct vz_arp_packet {
	uint8_t		eth_dst[ETH_ALEN];
	uint8_t		eth_src[ETH_ALEN];
	uint16_t	op;
	uint8_t		sender_mac[ETH_ALEN];
	uint8_t		sender_ip[4];
	uint8_t		target_mac[ETH_ALEN];
	uint8_t		target_ip[4];
};

void vz_arp_build(const struct vz_arp_packet *arp, uint8_t frame[VZ_ARP_FRAME]);
/** vz_arp_read - 0, or -EINVAL for what is no ARP about IPv4 on Ethernet */
int vz_arp_read(const uint8_t *frame, size_t len, struct vz_arp_packet *arp);
/** vz_arp_question - a request to all: who has @target? */
void vz_arp_question(const uint8_t mac[ETH_ALEN], const uint8_t sender[4],
		     const uint8_t target[4], uint8_t frame[VZ_ARP_FRAME]);

/* ----------------------------------------------------------- nd.c -- */

#define VZ_ND_FRAME	78	/* Ethernet, IPv6, solicitation */

/** vz_nd_question - a solicitation from nobody to all that may have @target */
void vz_nd_question(const uint8_t mac[ETH_ALEN], const uint8_t target[16],
		    uint8_t frame[VZ_ND_FRAME]);
/** vz_nd_read - whose address and hardware address does an advertisement tell?
 * 0, or -EINVAL for everything else */
int vz_nd_read(const uint8_t *frame, size_t len, uint8_t target[16],
	       uint8_t mac[ETH_ALEN]);
/** vz_nd_advertise - tells all nodes that an address is at the device's own
 * hardware address.  0 or negative errno */
int vz_nd_advertise(const struct vz_link *link, const uint8_t target[16]);

/* ---------------------------------------------------- neighbour.c -- */

/** vz_neighbour_device - a device that is up and has neighbours, by its name.
 * VZ_E_NETDEV */
int vz_neighbour_device(struct vz_nl *nl, const char *device,
			struct vz_link *link, struct vz_error *err);

/* -------------------------------------------------------- probe.c -- */

/**
 * struct vz_probe - a question on one device
 * @sender: an IPv4 address of the device, family 0: it has none
 * @mac: out: who answered
 */
struct vz_probe {
	const struct vz_link	*link;
	struct vz_ip		ip;
	struct vz_ip		sender;
	bool			answered;
	uint8_t			mac[ETH_ALEN];
};

/**
 * vz_probe_run - asks all of them at once and waits for a second
 * @own: hardware addresses of the host, whose answers do not count
 * @first: one answer is enough
 */
int vz_probe_run(struct vz_probe *probes, size_t n,
		 const struct vz_link *own, size_t nown, bool first,
		 struct vz_error *err);

/** vz_announce - tells the neighbours on a device that an address is there
 * now.  0 or negative errno */
int vz_announce(const struct vz_link *link, const struct vz_ip *ip);

/** vz_mac_parse - "00:18:51:..." or "broadcast".  0 or -EINVAL */
int vz_mac_parse(const char *text, uint8_t mac[ETH_ALEN]);
/** vz_mac_format - "00:18:51:..." to @text; returns it */
const char *vz_mac_format(const uint8_t mac[ETH_ALEN], char text[18]);

#endif /* _VZ_PACKET_H */
