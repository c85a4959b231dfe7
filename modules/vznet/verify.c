// SPDX-License-Identifier: GPL-2.0
/*
 * What a container may send: IPv4 and IPv6 with a source of its own to one
 * receiver, and nothing that asks routers or neighbours for favours.
 *
 * Everything here is written by a container that may be hostile: only what
 * was pulled into the linear part is looked at, as the sender may have the
 * other pages mapped and change them later; and nothing is looped over but the
 * options of one header (at most 40 bytes) and what ipv6_find_hdr() bounds.
 */
#include <linux/icmpv6.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include "vznet.h"

/* Options that name the routers to be taken. */
static bool venet_v4_has_route(const struct iphdr *ip)
{
	const u8 *opt = (const u8 *)(ip + 1);
	const u8 *end = (const u8 *)ip + ip->ihl * 4;

	while (opt < end && *opt != IPOPT_END) {
		if (*opt == IPOPT_NOOP) {
			opt++;
			continue;
		}
		if (*opt == IPOPT_LSRR || *opt == IPOPT_SSRR)
			return true;
		/* a damaged list is for the receiver to refuse */
		if (opt + 1 >= end || opt[1] < 2)
			return false;
		opt += opt[1];
	}
	return false;
}

static int venet_verify_v4(const struct venet_owner *owner, struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ipv4_is_multicast(ip->daddr) || ipv4_is_lbcast(ip->daddr))
		return VZNET_DROP_MULTICAST;
	if (ip->ihl > 5) {
		if (!pskb_may_pull(skb, ip->ihl * 4))
			return VZNET_DROP_PROTOCOL;
		/* pulling may have moved it */
		ip = ip_hdr(skb);
		if (venet_v4_has_route(ip))
			return VZNET_DROP_ROUTING;
	}
	return venet_v4_owner(ip->saddr) == owner ? -1 : VZNET_DROP_SOURCE;
}

static bool venet_is_discovery(struct sk_buff *skb, unsigned int offset)
{
	u8 type;

	/* one without a type is for the receiver to refuse */
	if (!pskb_may_pull(skb, offset + sizeof(type)))
		return false;
	type = skb->data[offset];
	return type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
}

/* Extension headers are rare: they may take the long way. */
static int venet_verify_v6_ext(struct sk_buff *skb)
{
	unsigned int offset = 0;

	if (skb_linearize(skb))
		return VZNET_DROP_PROTOCOL;
	if (ipv6_find_hdr(skb, &offset, NEXTHDR_ROUTING, NULL, NULL) ==
	    NEXTHDR_ROUTING)
		return VZNET_DROP_ROUTING;
	offset = 0;
	if (ipv6_find_hdr(skb, &offset, IPPROTO_ICMPV6, NULL, NULL) ==
	    IPPROTO_ICMPV6 && venet_is_discovery(skb, offset))
		return VZNET_DROP_DISCOVERY;
	return -1;
}

static int venet_verify_v6(const struct venet_owner *owner, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	int reason = -1;

	if (ipv6_addr_is_multicast(&ip6->daddr))
		return VZNET_DROP_MULTICAST;
	if (ip6->nexthdr == IPPROTO_ICMPV6) {
		if (venet_is_discovery(skb, sizeof(*ip6)))
			reason = VZNET_DROP_DISCOVERY;
	} else if (ipv6_ext_hdr(ip6->nexthdr)) {
		reason = venet_verify_v6_ext(skb);
	}
	if (reason >= 0)
		return reason;
	return venet_v6_owner(&ipv6_hdr(skb)->saddr) == owner ?
	       -1 : VZNET_DROP_SOURCE;
}

/**
 * venet_verify - may a container send this?
 * @owner: container
 * @skb: packet, data at the network header
 *
 * Context: RCU read side, bottom halves off.
 * Return: -1 when it may, else enum vznet_drop.
 */
int venet_verify(const struct venet_owner *owner, struct sk_buff *skb)
{
	if (skb_vlan_tag_present(skb) || !venet_parse(skb))
		return VZNET_DROP_PROTOCOL;
	return skb->protocol == htons(ETH_P_IP) ?
	       venet_verify_v4(owner, skb) : venet_verify_v6(owner, skb);
}
