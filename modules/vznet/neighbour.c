// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours that are not there.
 *
 * What a container sends to a dead address of a network that the host is in
 * makes the host ask for that neighbour, and wait.  The kernel's tables of
 * neighbours are small, and one for all network namespaces: full of questions,
 * they have no room for the answers that others need, and known neighbours
 * (routers, other containers' devices) are thrown out of them.
 *
 * So packets of containers that the host forwards to neighbours it does not
 * know yet are few for each container, and for all of them together, as soon
 * as a table is half full.  A question without an answer ends after three
 * seconds: those of containers alone do not fill the other half.
 * Routes by a gateway are not concerned: there are few gateways.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/ratelimit.h>
#include <net/arp.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include "vznet.h"

/* New questions per second in a table that is half full: of a container... */
#define VENET_QUESTIONS		32
/* ... and of all */
#define VENET_QUESTIONS_ALL	128

/* Bytes that may wait for an answer before a container adds to them */
#define VENET_QUESTION_BYTES	SZ_16K

static struct ratelimit_state venet_questions;

static void venet_questions_limit(struct ratelimit_state *rs, int most)
{
	ratelimit_state_init(rs, HZ, most);
	/* silent */
	ratelimit_set_flags(rs, RATELIMIT_MSG_ON_RELEASE);
}

/**
 * venet_questions_init - no question is asked yet
 * @rs: a container's limit
 */
void venet_questions_init(struct ratelimit_state *rs)
{
	venet_questions_limit(rs, VENET_QUESTIONS);
}

/* A question: would it take room, and is there any? */
static bool venet_may_ask(struct neigh_table *table, const struct neighbour *n,
			  struct venet_owner *owner)
{
	if (n && READ_ONCE(n->nud_state) == NUD_INCOMPLETE)
		return READ_ONCE(n->arp_queue_len_bytes) < VENET_QUESTION_BYTES;
	if (atomic_read(&table->gc_entries) < READ_ONCE(table->gc_thresh2))
		return true;
	return owner && __ratelimit(&owner->questions) &&
	       __ratelimit(&venet_questions);
}

static unsigned int venet_verdict(struct neigh_table *table,
				  const struct neighbour *n,
				  struct venet_owner *owner)
{
	if (venet_may_ask(table, n, owner))
		return NF_ACCEPT;
	if (owner)
		venet_count_drop(owner, VZNET_DROP_NEIGHBOUR);
	return NF_DROP;
}

static bool venet_is_known(const struct neighbour *n)
{
	return n && READ_ONCE(n->nud_state) & NUD_VALID;
}

/* Does this come from containers and go where neighbours are asked for? */
static bool venet_asks(const void *host, const struct nf_hook_state *state)
{
	return state->in == host && !(state->out->flags & IFF_NOARP);
}

static unsigned int venet_v4_judge(const struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct neighbour *n;

	n = __ipv4_neigh_lookup_noref(state->out, (__force u32)ip->daddr);
	if (venet_is_known(n))
		return NF_ACCEPT;
	return venet_verdict(&arp_tbl, n, venet_v4_owner(ip->saddr));
}

static unsigned int venet_v6_judge(const struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	const struct neighbour *n;

	n = __ipv6_neigh_lookup_noref(state->out, &ip6->daddr);
	if (venet_is_known(n))
		return NF_ACCEPT;
	return venet_verdict(&nd_tbl, n, venet_v6_owner(&ip6->saddr));
}

/*
 * A packet that a program has looked at in between (NFQUEUE) comes with bottom
 * halves on.
 */
static unsigned int venet_v4_forward(void *host, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (!venet_asks(host, state) || skb_rtable(skb)->rt_gw_family)
		return NF_ACCEPT;
	local_bh_disable();
	verdict = venet_v4_judge(skb, state);
	local_bh_enable();
	return verdict;
}

static unsigned int venet_v6_forward(void *host, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (!venet_asks(host, state) ||
	    skb_rt6_info(skb)->rt6i_flags & RTF_GATEWAY)
		return NF_ACCEPT;
	local_bh_disable();
	verdict = venet_v6_judge(skb, state);
	local_bh_enable();
	return verdict;
}

/* After the host's own rules: what they change or drop is not asked for. */
static struct nf_hook_ops venet_forward_ops[] = {
	{
		.hook		= venet_v4_forward,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_FORWARD,
		.priority	= NF_IP_PRI_LAST,
	}, {
		.hook		= venet_v6_forward,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_FORWARD,
		.priority	= NF_IP6_PRI_LAST,
	},
};

/**
 * venet_neighbour_init - watch what the host forwards
 * @host: the host's device
 *
 * Return: 0 or a negative error.
 */
int venet_neighbour_init(struct net_device *host)
{
	venet_questions_limit(&venet_questions, VENET_QUESTIONS_ALL);
	venet_forward_ops[0].priv = host;
	venet_forward_ops[1].priv = host;
	return nf_register_net_hooks(&init_net, venet_forward_ops,
				     ARRAY_SIZE(venet_forward_ops));
}

/**
 * venet_neighbour_exit - watch no more
 */
void venet_neighbour_exit(void)
{
	nf_unregister_net_hooks(&init_net, venet_forward_ops,
				ARRAY_SIZE(venet_forward_ops));
}
