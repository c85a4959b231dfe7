/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of vznet share with each other.
 *
 * The way of a packet: a container's device checks what it is given
 * (verify.c), at the expense of who sends, and puts it into one of its queues
 * (venet.c, queue.c); NAPI takes it out there, finds out whose the destination
 * is (addr.c) and hands it to that container's stack or to the host's.  What
 * the host sends goes into a queue of the receiver.  So each container has its
 * own queues and its own turn in the softirq: a flood fills the queues of who
 * sends it or who it is sent to, nobody else's.
 *
 * Where the container has a rate for the receiver's class (class.c), the packet
 * may have to wait once more (rate.c); then it is checked again.
 */
#ifndef _VZNET_H
#define _VZNET_H

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter_netdev.h>
#include <linux/ratelimit_types.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/u64_stats_sync.h>
#include <linux/vznet.h>
#include <net/sch_generic.h>
#include <vz/ct.h>
#include <vz/subsys.h>

/**
 * struct venet_addr - an address that a container owns
 * @node: link in the table of its family
 * @family: AF_INET or AF_INET6
 * @v4: the address, when AF_INET; key
 * @v6: the address, when AF_INET6; key
 * @owner: whose it is; readers under RCU, changed under venet_lock
 * @list: link in the owner's list, newest first
 * @rcu: delays the freeing
 */
struct venet_addr {
	struct rhash_head		node;
	u16				family;
	union {
		__be32			v4;
		struct in6_addr		v6;
	};
	struct venet_owner __rcu	*owner;
	struct list_head		list;
	struct rcu_head			rcu;
};

/**
 * struct venet_pcpu - one processor's share of the counters
 * @sync: protects them
 * @in: received, by class
 * @out: sent, by class
 * @dropped: by enum vznet_drop
 */
struct venet_pcpu {
	struct u64_stats_sync	sync;
	struct vznet_count	in[VZNET_CLASSES];
	struct vznet_count	out[VZNET_CLASSES];
	u64			dropped[VZNET_DROPS];
};

/**
 * struct venet_owner - the network side of a container
 * @id: container id
 * @dev: its device, or NULL; readers under RCU, changed under RTNL; cleared
 *	in ndo_uninit, which is followed by a grace period
 * @net: its network namespace, pinned from the start of the container on
 * @addrs: its addresses, newest first; readers under RCU, changed under
 *	venet_lock
 * @naddrs: how many
 * @netfilter: enum vznet_netfilter_mode; changed under venet_lock
 * @pcpu: counters
 * @shaper: its rates, NULL: it never had one; readers under RCU, set once under
 *	venet_lock
 * @questions: limits how often it asks for neighbours
 * @refs: references: the container's slot has one, the device has one
 * @list: link in venet_owners
 * @rcu: delays the freeing
 *
 * Readers get here by an address, by the device or by the container's slot,
 * under RCU.
 */
struct venet_owner {
	u32				id;
	struct net_device __rcu		*dev;
	struct net			*net;
	struct list_head		addrs;
	u32				naddrs;
	u32				netfilter;
	struct venet_pcpu __percpu	*pcpu;
	struct venet_shaper __rcu	*shaper;
	struct ratelimit_state		questions;
	refcount_t			refs;
	struct list_head		list;
	struct rcu_head			rcu;
};

/** enum venet_direction - queues of a container's device */
enum venet_direction {
	VENET_OUT,	/* from the container, verified */
	VENET_IN,	/* for the container */
	VENET_DIRECTIONS,
};

struct venet_queues;
struct venet_shaper;

/**
 * struct venet_priv - private part of a device
 * @owner: whose it is, NULL: the host's; constant, referenced
 * @queues: what waits; NULL: the host's
 */
struct venet_priv {
	struct venet_owner	*owner;
	struct venet_queues __percpu *queues;
};

/* Answer of venet_rate_hold(), beside -1 and enum vznet_drop */
#define VENET_HELD	(-2)

/* Serializes changes of addresses, owners and their list, classes and rates */
extern struct mutex venet_lock;
extern struct list_head venet_owners;

/* addr.c */
struct venet_owner *venet_v4_owner(__be32 addr);
struct venet_owner *venet_v6_owner(const struct in6_addr *addr);
int venet_addr_add(struct venet_owner *owner, struct vznet_addr *arg);
int venet_addr_del(struct venet_owner *owner, const struct vznet_addr *arg);
void venet_addr_del_all(struct venet_owner *owner);
int venet_addr_init(void);
void venet_addr_exit(void);

/* class.c */
DECLARE_STATIC_KEY_FALSE(venet_classified);
u32 __venet_peer_class(const struct sk_buff *skb, bool out);
int venet_class_set(const struct vznet_class_list *arg);
int venet_class_list(struct vznet_class_list *arg);
void venet_class_exit(void);

/* count.c */
struct vznet_count venet_wire_gso(const struct sk_buff *skb);

/* ctl.c */
long venet_ctl_ioctl(unsigned int nr, void __user *arg);

/* lend.c */
int venet_lend(const struct vznet_netdev *arg);
int venet_return(struct vznet_netdev *arg);
int venet_lend_init(void);
void venet_lend_exit(void);

/* neighbour.c */
void venet_questions_init(struct ratelimit_state *rs);
int venet_neighbour_init(struct net_device *host);
void venet_neighbour_exit(void);

/* netfilter.c */
int venet_netfilter_set(u32 ctid, u32 mode);
void venet_netfilter_init(void);
void venet_netfilter_exit(void);

/* owner.c */
extern struct vz_subsys venet_subsys;
struct venet_owner *venet_owner_of_ct(struct vz_ct *ct);
struct venet_owner *venet_owner_of_id(u32 ctid);
void venet_owner_put(struct venet_owner *owner);
int venet_check_net(const struct net *net, u32 ctid);
void venet_owner_stat(const struct venet_owner *owner,
		      struct vznet_stat *stat);
int venet_owner_init(void);
void venet_owner_exit(void);

/* proc.c */
void venet_proc_veinfo(struct seq_file *m, struct vz_ct *ct);
int venet_proc_init(void);
void venet_proc_exit(void);

/* queue.c */
struct venet_queues __percpu *venet_queues_create(struct net_device *dev);
void venet_queues_destroy(struct venet_queues __percpu *queues);
void venet_queues_start(struct venet_queues __percpu *queues);
void venet_queues_stop(struct venet_queues __percpu *queues,
		       const struct net_device *dev);
bool venet_queue_put(struct venet_queues __percpu *queues,
		     enum venet_direction dir, struct sk_buff *skb);
void venet_turns_init(struct net_device *host);
void venet_turns_exit(void);

/* rate.c */
int __venet_rate_hold(struct venet_shaper *s, u32 class, struct sk_buff *skb);
int venet_rate_set(struct venet_owner *owner, const struct vznet_rate *arg);
bool venet_rate_get(const struct venet_owner *owner, u32 class,
		    struct vznet_rate *arg);
void venet_rates_purge(struct venet_owner *owner);
void venet_rates_exit(struct venet_owner *owner);

/* venet.c */
void venet_receive(struct net_device *dev, struct sk_buff *skb);
void venet_forward(struct net_device *from, struct sk_buff *skb);
void venet_release(struct sk_buff *skb);
int venet_init(void);
void venet_exit(void);

/* verify.c */
int venet_verify(const struct venet_owner *owner, struct sk_buff *skb);

/*
 * Finds the header of a packet whose data begin with it, and makes it linear.
 * false: it is no intact IPv4 or IPv6 packet.
 */
static inline bool venet_parse(struct sk_buff *skb)
{
	skb_reset_network_header(skb);
	if (skb->protocol == htons(ETH_P_IP))
		return pskb_may_pull(skb, sizeof(struct iphdr)) &&
		       ip_hdr(skb)->version == 4 && ip_hdr(skb)->ihl >= 5;
	return skb->protocol == htons(ETH_P_IPV6) &&
	       pskb_may_pull(skb, sizeof(struct ipv6hdr)) &&
	       ipv6_hdr(skb)->version == 6;
}

/* Whose the receiver of a packet is that venet_parse() has seen, or NULL. */
static inline struct venet_owner *venet_receiver(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return venet_v4_owner(ip_hdr(skb)->daddr);
	return venet_v6_owner(&ipv6_hdr(skb)->daddr);
}

/* veth.c */
int venet_veth_add(const struct vznet_veth *arg);
int venet_veth_del(const struct vznet_veth *arg);
int venet_veth_list(struct vznet_veth_list *arg);
bool venet_veth_is_known(const struct net_device *dev);
int venet_veth_show(struct seq_file *m, void *v);
int venet_veth_init(void);
void venet_veth_exit(void);

/* Marks of the sender's traffic control would have the host's rules skipped. */
static inline void venet_unmark(struct sk_buff *skb)
{
	skb_skip_tc_classify(skb);
	nf_skip_egress(skb, false);
}

/* What a packet is on a wire. */
static inline struct vznet_count venet_wire(const struct sk_buff *skb)
{
	if (skb_is_gso(skb))
		return venet_wire_gso(skb);
	return (struct vznet_count){ skb->len, 1 };
}

/* Class of the other end of a packet that venet_parse() has seen. */
static inline u32 venet_peer_class(const struct sk_buff *skb, bool out)
{
	if (static_branch_unlikely(&venet_classified))
		return __venet_peer_class(skb, out);
	return VZNET_CLASS_DEFAULT;
}

/* -1: it may go; VENET_HELD: it waits; else it has to be dropped */
static inline int venet_rate_hold(const struct venet_owner *owner, u32 class,
				  struct sk_buff *skb)
{
	struct venet_shaper *s = rcu_dereference(owner->shaper);

	return s ? __venet_rate_hold(s, class, skb) : -1;
}

static inline void venet_count(struct venet_owner *owner, bool out, u32 class,
			       const struct sk_buff *skb)
{
	struct venet_pcpu *pcpu = this_cpu_ptr(owner->pcpu);
	struct vznet_count *c = out ? &pcpu->out[class] : &pcpu->in[class];
	struct vznet_count wire = venet_wire(skb);

	u64_stats_update_begin(&pcpu->sync);
	c->bytes += wire.bytes;
	c->packets += wire.packets;
	u64_stats_update_end(&pcpu->sync);
}

static inline void venet_count_drop(struct venet_owner *owner, int reason)
{
	struct venet_pcpu *pcpu = this_cpu_ptr(owner->pcpu);

	u64_stats_update_begin(&pcpu->sync);
	pcpu->dropped[reason]++;
	u64_stats_update_end(&pcpu->sync);
}

#endif /* _VZNET_H */
