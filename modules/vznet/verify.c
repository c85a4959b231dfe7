// SPDX-License-Identifier: GPL-2.0
/*
 * What a container may send: IPv4 and IPv6 with a source of its own to one
 * receiver, and nothing that asks routers or neighbours for favours.
 *
 * Everything here is written by a container that may be hostile: only what
 * was pulled into the linear part is looked at, and nothing is looped over
 * but the options of one header (at most 40 bytes) and what ipv6_find_hdr()
 * bounds.
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

/**
 * venet_parse - find the addresses of a packet
 * @skb: packet, data at the network header; that header is made linear
 * @flow: the answer
 *
 * Return: true, or false when it is no intact IPv4 or IPv6 packet.
 */
bool venet_parse(struct sk_buff *skb, struct venet_flow *flow)
{
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;

	skb_reset_network_header(skb);
	if (skb->protocol == htons(ETH_P_IP)) {
		if (!pskb_may_pull(skb, sizeof(*ip)))
			return false;
		ip = ip_hdr(skb);
		flow->family = AF_INET;
		flow->saddr = &ip->saddr;
		flow->daddr = &ip->daddr;
		return ip->version == 4 && ip->ihl >= 5;
	}
	if (skb->protocol != htons(ETH_P_IPV6) ||
	    !pskb_may_pull(skb, sizeof(*ip6)))
		return false;
	ip6 = ipv6_hdr(skb);
	flow->family = AF_INET6;
	flow->saddr = &ip6->saddr;
	flow->daddr = &ip6->daddr;
	return ip6->version == 6;
}

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

static int venet_verify_v4(struct sk_buff *skb, struct venet_flow *flow)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ipv4_is_multicast(ip->daddr) || ipv4_is_lbcast(ip->daddr))
		return VZNET_DROP_MULTICAST;
	if (ip->ihl == 5)
		return -1;
	if (!pskb_may_pull(skb, ip->ihl * 4))
		return VZNET_DROP_PROTOCOL;
	/* pulling may have moved it */
	ip = ip_hdr(skb);
	flow->saddr = &ip->saddr;
	flow->daddr = &ip->daddr;
	return venet_v4_has_route(ip) ? VZNET_DROP_ROUTING : -1;
}

static bool venet_is_discovery(const struct sk_buff *skb, unsigned int offset)
{
	u8 type;

	return !skb_copy_bits(skb, offset, &type, sizeof(type)) &&
	       type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
}

/* Extension headers are rare: they may take the long way. */
static int venet_verify_v6_ext(const struct sk_buff *skb)
{
	unsigned int offset = 0;

	if (ipv6_find_hdr(skb, &offset, NEXTHDR_ROUTING, NULL, NULL) ==
	    NEXTHDR_ROUTING)
		return VZNET_DROP_ROUTING;
	offset = 0;
	if (ipv6_find_hdr(skb, &offset, IPPROTO_ICMPV6, NULL, NULL) ==
	    IPPROTO_ICMPV6 && venet_is_discovery(skb, offset))
		return VZNET_DROP_DISCOVERY;
	return -1;
}

static int venet_verify_v6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);

	if (ipv6_addr_is_multicast(&ip6->daddr))
		return VZNET_DROP_MULTICAST;
	if (ip6->nexthdr == IPPROTO_ICMPV6)
		return venet_is_discovery(skb, sizeof(*ip6)) ?
		       VZNET_DROP_DISCOVERY : -1;
	return ipv6_ext_hdr(ip6->nexthdr) ? venet_verify_v6_ext(skb) : -1;
}

/**
 * venet_verify - may a container send this?
 * @owner: container
 * @skb: packet, data at the network header
 * @flow: addresses of the packet, valid when it may
 *
 * Context: RCU read side, softirq.
 * Return: -1 when it may, else enum vznet_drop.
 */
int venet_verify(const struct venet_owner *owner, struct sk_buff *skb,
		 struct venet_flow *flow)
{
	int reason;

	if (skb_vlan_tag_present(skb) || !venet_parse(skb, flow))
		return VZNET_DROP_PROTOCOL;
	if (flow->family == AF_INET)
		reason = venet_verify_v4(skb, flow);
	else
		reason = venet_verify_v6(skb);
	if (reason >= 0)
		return reason;
	if (venet_addr_owner(flow->family, flow->saddr) != owner)
		return VZNET_DROP_SOURCE;
	return -1;
}
