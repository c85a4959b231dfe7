// SPDX-License-Identifier: GPL-2.0-only
/* ARP packets, for IPv4 on Ethernet. */
#include <arpa/inet.h>
#include <net/if_arp.h>

#include "packet.h"

static const uint8_t broadcast[ETH_ALEN] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};

struct frame {
	struct ether_header	eth;
	struct arphdr		arp;
	uint8_t			sender_mac[ETH_ALEN];
	uint8_t			sender_ip[4];
	uint8_t			target_mac[ETH_ALEN];
	uint8_t			target_ip[4];
} __attribute__((packed));

void vz_arp_build(const struct vz_arp_packet *arp, uint8_t frame[VZ_ARP_FRAME])
{
	struct frame f = {
		.eth.ether_type = htons(ETHERTYPE_ARP),
		.arp = {
			.ar_hrd = htons(ARPHRD_ETHER),
			.ar_pro = htons(ETHERTYPE_IP),
			.ar_hln = ETH_ALEN,
			.ar_pln = 4,
			.ar_op = htons(arp->op),
		},
	};

	memcpy(f.eth.ether_dhost, arp->eth_dst, ETH_ALEN);
	memcpy(f.eth.ether_shost, arp->eth_src, ETH_ALEN);
	memcpy(f.sender_mac, arp->sender_mac, ETH_ALEN);
	memcpy(f.sender_ip, arp->sender_ip, 4);
	memcpy(f.target_mac, arp->target_mac, ETH_ALEN);
	memcpy(f.target_ip, arp->target_ip, 4);
	memset(frame, 0, VZ_ARP_FRAME);
	memcpy(frame, &f, sizeof(f));
}

int vz_arp_read(const uint8_t *frame, size_t len, struct vz_arp_packet *arp)
{
	struct frame f;

	if (len < sizeof(f))
		return -EINVAL;
	memcpy(&f, frame, sizeof(f));
	if (f.eth.ether_type != htons(ETHERTYPE_ARP) ||
	    f.arp.ar_hrd != htons(ARPHRD_ETHER) ||
	    f.arp.ar_pro != htons(ETHERTYPE_IP) ||
	    f.arp.ar_hln != ETH_ALEN || f.arp.ar_pln != 4)
		return -EINVAL;
	arp->op = ntohs(f.arp.ar_op);
	memcpy(arp->eth_dst, f.eth.ether_dhost, ETH_ALEN);
	memcpy(arp->eth_src, f.eth.ether_shost, ETH_ALEN);
	memcpy(arp->sender_mac, f.sender_mac, ETH_ALEN);
	memcpy(arp->sender_ip, f.sender_ip, 4);
	memcpy(arp->target_mac, f.target_mac, ETH_ALEN);
	memcpy(arp->target_ip, f.target_ip, 4);
	return 0;
}

void vz_arp_question(const uint8_t mac[ETH_ALEN], const uint8_t sender[4],
		     const uint8_t target[4], uint8_t frame[VZ_ARP_FRAME])
{
	struct vz_arp_packet arp = { .op = ARPOP_REQUEST };

	memcpy(arp.eth_dst, broadcast, ETH_ALEN);
	memcpy(arp.eth_src, mac, ETH_ALEN);
	memcpy(arp.sender_mac, mac, ETH_ALEN);
	memcpy(arp.sender_ip, sender, 4);
	memcpy(arp.target_ip, target, 4);
	vz_arp_build(&arp, frame);
}
