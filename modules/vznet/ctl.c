// SPDX-License-Identifier: GPL-2.0
/*
 * Commands of /dev/vzctl; what they mean is written in <linux/vznet.h>.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>
#include <vz/ctl.h>
#include "vznet.h"

static bool venet_ctid_is_valid(u32 ctid)
{
	return ctid && ctid <= VZ_CTID_MAX;
}

static long venet_ctl_addr_add(void *arg)
{
	struct vznet_addr *a = arg;
	struct venet_owner *owner;

	if (!venet_ctid_is_valid(a->ctid) || a->reserved ||
	    a->flags & ~VZNET_ADDR_MOVE)
		return -EINVAL;
	a->owner = 0;
	guard(mutex)(&venet_lock);
	owner = venet_owner_of_id(a->ctid);
	return owner ? venet_addr_add(owner, a) : -ENOENT;
}

static long venet_ctl_addr_del(void *arg)
{
	const struct vznet_addr *a = arg;
	struct venet_owner *owner;

	if (!venet_ctid_is_valid(a->ctid) || a->reserved || a->flags)
		return -EINVAL;
	guard(mutex)(&venet_lock);
	owner = venet_owner_of_id(a->ctid);
	return owner ? venet_addr_del(owner, a) : -ENOENT;
}

/* Stores those of one container from @n on, at most up to @max. */
static u32 venet_collect_one(const struct venet_owner *owner,
			     struct vznet_addr *addrs, u32 n, u32 max)
{
	const struct venet_addr *a;

	list_for_each_entry_reverse(a, &owner->addrs, list) {
		if (n < max) {
			addrs[n].size = sizeof(addrs[n]);
			addrs[n].ctid = owner->id;
			addrs[n].family = a->family;
			memcpy(addrs[n].addr, &a->v6, sizeof(addrs[n].addr));
		}
		n++;
	}
	return n;
}

/* Returns how many there are. */
static u32 venet_collect(u32 ctid, struct vznet_addr *addrs, u32 max)
{
	const struct venet_owner *owner;
	u32 n = 0;

	guard(mutex)(&venet_lock);
	list_for_each_entry(owner, &venet_owners, list)
		if (!ctid || owner->id == ctid)
			n = venet_collect_one(owner, addrs, n, max);
	return n;
}

static long venet_ctl_addr_list(void *arg)
{
	struct vznet_addr_list *a = arg;
	struct vznet_addr *addrs;
	u32 total, n;
	long ret = 0;

	if (a->ctid > VZ_CTID_MAX || a->reserved)
		return -EINVAL;
	n = min(a->count, venet_collect(a->ctid, NULL, 0));
	addrs = kvcalloc(max(n, 1U), sizeof(*addrs), GFP_KERNEL);
	if (!addrs)
		return -ENOMEM;
	total = venet_collect(a->ctid, addrs, n);
	if (copy_to_user(u64_to_user_ptr(a->addrs), addrs,
			 min(n, total) * sizeof(*addrs)))
		ret = -EFAULT;
	kvfree(addrs);
	/* those that came in between did not fit: make the caller try again */
	a->count = total;
	return ret;
}

static long venet_ctl_stat(void *arg)
{
	struct vznet_stat *a = arg;
	struct venet_owner *owner;
	u32 ctid = a->ctid;

	if (!venet_ctid_is_valid(ctid))
		return -EINVAL;
	memset(a, 0, sizeof(*a));
	a->ctid = ctid;
	guard(mutex)(&venet_lock);
	owner = venet_owner_of_id(ctid);
	if (!owner)
		return -ENOENT;
	venet_owner_stat(owner, a);
	return 0;
}

static long venet_ctl_netns(void *arg)
{
	const struct vznet_netns *a = arg;
	struct venet_owner *owner;
	struct net *net = NULL;
	long ret;

	if (!venet_ctid_is_valid(a->ctid))
		return -EINVAL;
	scoped_guard(mutex, &venet_lock) {
		owner = venet_owner_of_id(a->ctid);
		if (owner && owner->net)
			net = get_net(owner->net);
	}
	if (!net)
		return owner ? -ESRCH : -ENOENT;
	ret = open_related_ns(&net->ns, get_net_ns);
	put_net(net);
	return ret;
}

static bool venet_name_is_valid(const char *name)
{
	return memchr(name, '\0', VZNET_NAME_LEN);
}

static long venet_ctl_veth_add(void *arg)
{
	const struct vznet_veth *a = arg;

	if (!venet_ctid_is_valid(a->ctid) || !venet_name_is_valid(a->name) ||
	    a->reserved || a->flags & ~VZNET_VETH_FILTER)
		return -EINVAL;
	return venet_veth_add(a);
}

static long venet_ctl_veth_del(void *arg)
{
	const struct vznet_veth *a = arg;

	if (!venet_ctid_is_valid(a->ctid) || a->reserved || a->flags)
		return -EINVAL;
	return venet_veth_del(a);
}

static long venet_ctl_veth_list(void *arg)
{
	struct vznet_veth_list *a = arg;

	if (a->ctid > VZ_CTID_MAX || a->reserved)
		return -EINVAL;
	return venet_veth_list(a);
}

static long venet_ctl_netdev_lend(void *arg)
{
	const struct vznet_netdev *a = arg;

	if (!venet_ctid_is_valid(a->ctid) || *a->name)
		return -EINVAL;
	return venet_lend(a);
}

static long venet_ctl_netdev_return(void *arg)
{
	struct vznet_netdev *a = arg;

	if (!venet_ctid_is_valid(a->ctid) || !venet_name_is_valid(a->name) ||
	    a->netns_fd || a->ifindex)
		return -EINVAL;
	return venet_return(a);
}

static long venet_ctl_netfilter(void *arg)
{
	const struct vznet_netfilter *a = arg;

	if (!venet_ctid_is_valid(a->ctid) || a->reserved)
		return -EINVAL;
	return venet_netfilter_set(a->ctid, a->mode);
}

static long venet_ctl_class_set(void *arg)
{
	const struct vznet_class_list *a = arg;

	if (a->count > VZNET_CLASS_NETS_MAX || a->reserved)
		return -EINVAL;
	return venet_class_set(a);
}

static long venet_ctl_class_list(void *arg)
{
	struct vznet_class_list *a = arg;

	return a->reserved ? -EINVAL : venet_class_list(a);
}

static bool venet_rate_is_valid(const struct vznet_rate *a)
{
	return a->class < VZNET_CLASSES && a->class != VZNET_CLASS_LOCAL &&
	       !a->flags && a->rate <= VZNET_RATE_MAX &&
	       a->burst <= VZNET_BURST_MAX && !a->waiting && !a->reserved;
}

static long venet_ctl_rate_set(void *arg)
{
	const struct vznet_rate *a = arg;
	struct venet_owner *owner;

	if (!venet_ctid_is_valid(a->ctid) || !venet_rate_is_valid(a))
		return -EINVAL;
	guard(mutex)(&venet_lock);
	owner = venet_owner_of_id(a->ctid);
	return owner ? venet_rate_set(owner, a) : -ENOENT;
}

/* Stores those of one container from @n on, at most up to @max. */
static u32 venet_collect_rates_of(const struct venet_owner *owner,
				  struct vznet_rate *rates, u32 n, u32 max)
{
	struct vznet_rate rate;
	u32 class;

	for (class = 0; class < VZNET_CLASSES; class++) {
		if (!venet_rate_get(owner, class, &rate))
			continue;
		if (n < max)
			rates[n] = rate;
		n++;
	}
	return n;
}

/* Returns how many there are. */
static u32 venet_collect_rates(u32 ctid, struct vznet_rate *rates, u32 max)
{
	const struct venet_owner *owner;
	u32 n = 0;

	guard(mutex)(&venet_lock);
	list_for_each_entry(owner, &venet_owners, list)
		if (!ctid || owner->id == ctid)
			n = venet_collect_rates_of(owner, rates, n, max);
	return n;
}

static long venet_ctl_rate_list(void *arg)
{
	struct vznet_rate_list *a = arg;
	struct vznet_rate *rates;
	u32 total, n;
	long ret = 0;

	if (a->ctid > VZ_CTID_MAX || a->reserved)
		return -EINVAL;
	n = min(a->count, venet_collect_rates(a->ctid, NULL, 0));
	rates = kvcalloc(max(n, 1U), sizeof(*rates), GFP_KERNEL);
	if (!rates)
		return -ENOMEM;
	total = venet_collect_rates(a->ctid, rates, n);
	if (copy_to_user(u64_to_user_ptr(a->rates), rates,
			 min(n, total) * sizeof(*rates)))
		ret = -EFAULT;
	kvfree(rates);
	/* those that came in between did not fit: make the caller try again */
	a->count = total;
	return ret;
}

#define VENET_NR(_req)	(_IOC_NR(_req) - _IOC_NR(VZNET_IOC_ADDR_ADD))

static const struct vz_ctl_cmd venet_ctl_cmds[] = {
	VZ_CTL_CMD(struct vznet_addr, true, venet_ctl_addr_add),
	VZ_CTL_CMD(struct vznet_addr, false, venet_ctl_addr_del),
	VZ_CTL_CMD(struct vznet_addr_list, true, venet_ctl_addr_list),
	VZ_CTL_CMD(struct vznet_stat, true, venet_ctl_stat),
	VZ_CTL_CMD(struct vznet_netns, false, venet_ctl_netns),
	[VENET_NR(VZNET_IOC_CLASS_SET)] =
		VZ_CTL_CMD(struct vznet_class_list, false, venet_ctl_class_set),
	[VENET_NR(VZNET_IOC_CLASS_LIST)] =
		VZ_CTL_CMD(struct vznet_class_list, true, venet_ctl_class_list),
	[VENET_NR(VZNET_IOC_VETH_ADD)] =
		VZ_CTL_CMD(struct vznet_veth, false, venet_ctl_veth_add),
	[VENET_NR(VZNET_IOC_VETH_DEL)] =
		VZ_CTL_CMD(struct vznet_veth, false, venet_ctl_veth_del),
	[VENET_NR(VZNET_IOC_VETH_LIST)] =
		VZ_CTL_CMD(struct vznet_veth_list, true, venet_ctl_veth_list),
	[VENET_NR(VZNET_IOC_NETDEV_LEND)] =
		VZ_CTL_CMD(struct vznet_netdev, false, venet_ctl_netdev_lend),
	[VENET_NR(VZNET_IOC_NETDEV_RETURN)] =
		VZ_CTL_CMD(struct vznet_netdev, true, venet_ctl_netdev_return),
	[VENET_NR(VZNET_IOC_NETFILTER)] =
		VZ_CTL_CMD(struct vznet_netfilter, false, venet_ctl_netfilter),
	[VENET_NR(VZNET_IOC_RATE_SET)] =
		VZ_CTL_CMD(struct vznet_rate, false, venet_ctl_rate_set),
	[VENET_NR(VZNET_IOC_RATE_LIST)] =
		VZ_CTL_CMD(struct vznet_rate_list, true, venet_ctl_rate_list),
};

/**
 * venet_ctl_ioctl - a command of /dev/vzctl
 * @nr: command number, from VZNET_IOC_ADDR_ADD's on
 * @arg: argument
 *
 * Return: what ioctl(2) returns.
 */
long venet_ctl_ioctl(unsigned int nr, void __user *arg)
{
	nr -= _IOC_NR(VZNET_IOC_ADDR_ADD);
	if (nr >= ARRAY_SIZE(venet_ctl_cmds) || !venet_ctl_cmds[nr].fn)
		return -ENOTTY;
	return vz_ctl_call(&venet_ctl_cmds[nr], arg);
}
