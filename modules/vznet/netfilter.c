// SPDX-License-Identifier: GPL-2.0
/*
 * What of netfilter a container may use.
 *
 * The kernel gives the owner of a network namespace all of netfilter.  What a
 * container's mode does not include is refused where it begins: rules that
 * look at connections and rules that change addresses have to switch these
 * parts on in their namespace, and every command comes in by a socket option
 * or by netlink.  All of these functions are called from other object files
 * than their own, so there is no copy of them that a hook would miss.  None of
 * them is on the way of a packet.
 *
 * Commands of the host are never refused, in whatever namespace they run.
 */
#include <linux/cred.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <vz/hook.h>
#include "vznet.h"

/* Does the caller, in @net, go beyond its container, if @most is allowed? */
static __always_inline bool venet_nf_refuses(const struct net *net, u32 most)
{
	const struct venet_owner *owner;
	struct vz_ct *ct;

	/* a namespace that is being made: conntrack is on everywhere */
	if (!net->loopback_dev)
		return false;
	guard(rcu)();
	if (!vz_ct_of_user_ns(current_user_ns()))
		return false;
	ct = vz_ct_of_user_ns(net->user_ns);
	owner = ct ? venet_owner_of_ct(ct) : NULL;
	return owner && READ_ONCE(owner->netfilter) > most;
}

static __always_inline void venet_on_conntrack(struct vz_hook *hook,
					       struct pt_regs *regs)
{
	struct net *net = (void *)regs_get_kernel_argument(regs, 0);

	if (venet_nf_refuses(net, VZNET_NETFILTER_STATEFUL))
		vz_hook_refuse(regs, -EOPNOTSUPP);
}

static __always_inline void venet_on_nat(struct vz_hook *hook,
					 struct pt_regs *regs)
{
	struct net *net = (void *)regs_get_kernel_argument(regs, 0);

	if (venet_nf_refuses(net, VZNET_NETFILTER_FULL))
		vz_hook_refuse(regs, -EOPNOTSUPP);
}

static __always_inline void venet_on_ipvs(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);

	if (venet_nf_refuses(sock_net(sk), VZNET_NETFILTER_FULL))
		vz_hook_refuse(regs, -EOPNOTSUPP);
}

static __always_inline void venet_on_sockopt(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);

	if (venet_nf_refuses(sock_net(sk), VZNET_NETFILTER_STATELESS))
		vz_hook_refuse(regs, -ENOPROTOOPT);
}

/* Refused by the answer "no" to whether the sender has the capability. */
static __always_inline void venet_on_netlink(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 0);

	if (skb->sk->sk_protocol == NETLINK_NETFILTER &&
	    venet_nf_refuses(sock_net(skb->sk), VZNET_NETFILTER_STATELESS))
		vz_hook_refuse(regs, false);
}

VZ_HOOK_MODULE(venet_conntrack_hook, nf_ct_netns_get, "nf_conntrack",
	       "containers use connection tracking whatever NETFILTER says",
	       venet_on_conntrack);
VZ_HOOK_MODULE(venet_nat_hook, nf_nat_register_fn, "nf_nat",
	       "containers use NAT whatever NETFILTER says", venet_on_nat);
/* These track connections and change addresses on their own. */
VZ_HOOK_MODULE(venet_act_ct_hook, tcf_ct_init, "act_ct",
	       "containers use NAT of tc whatever NETFILTER says",
	       venet_on_nat);
VZ_HOOK_MODULE(venet_ovs_hook, ovs_ct_copy_action, "openvswitch",
	       "containers use NAT of openvswitch whatever NETFILTER says",
	       venet_on_nat);
VZ_HOOK_MODULE(venet_ipvs_hook, do_ip_vs_set_ctl, "ip_vs",
	       "containers use IPVS whatever NETFILTER says", venet_on_ipvs);
VZ_HOOK(venet_setsockopt_hook, nf_setsockopt,
	"containers change iptables although NETFILTER is disabled",
	venet_on_sockopt);
VZ_HOOK(venet_getsockopt_hook, nf_getsockopt,
	"containers read iptables although NETFILTER is disabled",
	venet_on_sockopt);
VZ_HOOK(venet_netlink_hook, netlink_net_capable,
	"containers use nftables although NETFILTER is disabled",
	venet_on_netlink);

/* The hooks, and the mode above which each is needed. */
static const struct {
	struct vz_hook	*hook;
	u32		most;
} venet_nf_hooks[] = {
	{ &venet_conntrack_hook,	VZNET_NETFILTER_STATEFUL },
	{ &venet_nat_hook,		VZNET_NETFILTER_FULL },
	{ &venet_act_ct_hook,		VZNET_NETFILTER_FULL },
	{ &venet_ovs_hook,		VZNET_NETFILTER_FULL },
	{ &venet_ipvs_hook,		VZNET_NETFILTER_FULL },
	{ &venet_setsockopt_hook,	VZNET_NETFILTER_STATELESS },
	{ &venet_getsockopt_hook,	VZNET_NETFILTER_STATELESS },
	{ &venet_netlink_hook,		VZNET_NETFILTER_STATELESS },
};

/* Hooks stay once they were needed: they cost next to nothing. */
static bool venet_netfilter_arm(u32 mode)
{
	bool works = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(venet_nf_hooks); i++) {
		if (mode <= venet_nf_hooks[i].most)
			continue;
		vz_hook_arm(venet_nf_hooks[i].hook);
		works &= vz_hook_works(venet_nf_hooks[i].hook);
	}
	return works;
}

/**
 * venet_netfilter_set - set the mode of a container
 * @ctid: container
 * @mode: enum vznet_netfilter_mode
 *
 * Return: 0 or a negative error.
 */
int venet_netfilter_set(u32 ctid, u32 mode)
{
	struct venet_owner *owner;

	if (mode > VZNET_NETFILTER_DISABLED)
		return -EINVAL;
	if (!venet_netfilter_arm(mode))
		return -EOPNOTSUPP;
	guard(mutex)(&venet_lock);
	owner = venet_owner_of_id(ctid);
	if (!owner)
		return -ENOENT;
	WRITE_ONCE(owner->netfilter, mode);
	return 0;
}

/**
 * venet_netfilter_init - make the hooks known
 *
 * One that cannot be used is told in the log and in /proc/vz/hooks, and the
 * modes that need it are refused.
 */
void venet_netfilter_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(venet_nf_hooks); i++)
		vz_hook_add(venet_nf_hooks[i].hook);
}

/**
 * venet_netfilter_exit - remove the hooks
 */
void venet_netfilter_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(venet_nf_hooks); i++)
		vz_hook_remove(venet_nf_hooks[i].hook);
	vz_hook_drain();
}
