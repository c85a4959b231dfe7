// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet is on a wire: one that is to be segmented later (GSO) counts
 * as its segments, each with its own headers.
 *
 * A container can make such packets by hand, with headers that do not fit.
 */
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "vznet.h"

static unsigned int venet_tcp_header(const struct sk_buff *skb, int offset)
{
	struct tcphdr copy;
	const struct tcphdr *th;

	th = skb_header_pointer(skb, offset, sizeof(copy), &copy);
	return th ? __tcp_hdrlen(th) : 0;
}

/* Length of what every segment repeats. */
static unsigned int venet_gso_headers(const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	int len;

	if (!skb_transport_header_was_set(skb))
		return 0;
	len = skb->encapsulation ? skb_inner_transport_offset(skb) :
				   skb_transport_offset(skb);
	if (len < 0)
		return 0;
	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		len += venet_tcp_header(skb, len);
	else if (type & SKB_GSO_UDP_L4)
		len += sizeof(struct udphdr);
	return min_t(unsigned int, len, skb->len);
}

/**
 * venet_wire_gso - what a GSO packet is on a wire
 * @skb: packet, data at the network header
 *
 * Return: bytes and packets.
 */
struct vznet_count venet_wire_gso(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int headers, packets;

	if (info->gso_size == GSO_BY_FRAGS)
		return (struct vznet_count){ skb->len,
					     max_t(u32, info->gso_segs, 1) };
	headers = venet_gso_headers(skb);
	packets = DIV_ROUND_UP(skb->len - headers, info->gso_size);
	packets = max(packets, 1U);
	return (struct vznet_count){ skb->len + (packets - 1) * headers,
				     packets };
}
