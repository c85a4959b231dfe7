// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual Ethernet: a container's end of a veth pair sends with its own
 * Ethernet address and with no other.
 *
 * The check stands in front of the driver's transmit function.  A netfilter
 * hook at the other end does not do: the container can have the kernel skip
 * those for a frame, by sending it through an ifb device (see venet_unmark()).
 * In front of the driver there is no way round, and who sends pays for what is
 * dropped.
 *
 * Pairs are found by either end.  All changes are made under RTNL, and so are
 * all lookups but the one for each frame, which is made under RCU.
 */
#include <linux/etherdevice.h>
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include "vznet.h"

#define VENET_VETH_BITS	8

/**
 * struct venet_veth - a veth pair of a container
 * @host: the host's end
 * @peer: the container's end
 * @ctid: container
 * @filter: the check is in place; changed under RTNL
 * @mac: address that may be used; readers under RCU
 * @name: what the container's end was called by the host
 * @dropped: frames that were dropped
 * @by_host: link in the hash keyed by @host
 * @by_peer: link in the hash keyed by @peer, RCU
 * @list: link in venet_veths
 * @rcu: delays the freeing
 *
 * Neither end is referenced: the pair is forgotten when one of them goes.
 */
struct venet_veth {
	struct net_device	*host;
	struct net_device	*peer;
	u32			ctid;
	bool			filter;
	u64			mac;
	char			name[IFNAMSIZ];
	u64 __percpu		*dropped;
	struct hlist_node	by_host;
	struct hlist_node	by_peer;
	struct list_head	list;
	struct rcu_head		rcu;
};

static DEFINE_HASHTABLE(venet_veth_by_host, VENET_VETH_BITS);
static DEFINE_HASHTABLE(venet_veth_by_peer, VENET_VETH_BITS);
static LIST_HEAD(venet_veths);

/*
 * The driver's operations, and the copy of them that devices under the filter
 * get, with the check in it.  There is one veth driver; it may be unloaded and
 * another one loaded while no device is under the filter.
 */
static const struct net_device_ops *venet_veth_driver;
static struct net_device_ops venet_ops, *const venet_veth_checked = &venet_ops;
static unsigned int venet_veth_filters;

static struct venet_veth *venet_veth_of_host(const struct net_device *dev)
{
	struct venet_veth *pair;

	ASSERT_RTNL();
	hash_for_each_possible(venet_veth_by_host, pair, by_host,
			       (unsigned long)dev)
		if (pair->host == dev)
			return pair;
	return NULL;
}

/* Under RTNL or RCU */
static struct venet_veth *venet_veth_of_peer(const struct net_device *dev)
{
	struct venet_veth *pair;

	hash_for_each_possible_rcu(venet_veth_by_peer, pair, by_peer,
				   (unsigned long)dev, lockdep_rtnl_is_held())
		if (pair->peer == dev)
			return pair;
	return NULL;
}

static bool venet_veth_is_own(const struct venet_veth *pair,
			      const u8 *addr)
{
	return ether_addr_to_u64(addr) == READ_ONCE(pair->mac);
}

static bool venet_veth_may_send(struct net_device *dev, struct sk_buff *skb)
{
	const struct ethhdr *eth;
	struct venet_veth *pair;

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return false;
	eth = (const struct ethhdr *)skb->data;
	guard(rcu)();
	pair = venet_veth_of_peer(dev);
	/* it was forgotten a moment ago */
	if (unlikely(!pair))
		return true;
	if (likely(venet_veth_is_own(pair, eth->h_source)))
		return true;
	this_cpu_inc(*pair->dropped);
	return false;
}

static netdev_tx_t venet_veth_xmit(struct sk_buff *skb, struct net_device *dev)
{
	if (likely(venet_veth_may_send(dev, skb))) {
		venet_unmark(skb);
		return venet_veth_driver->ndo_start_xmit(skb, dev);
	}
	dev_core_stats_tx_dropped_inc(dev);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

/* The first device to come under the filter tells what the others have. */
static int venet_veth_learn(const struct net_device_ops *ops)
{
	if (venet_veth_filters)
		return ops == venet_veth_driver ? 0 : -EBUSY;
	/* for frames that are still on their way through an old copy */
	synchronize_net();
	*venet_veth_checked = *ops;
	venet_veth_checked->ndo_start_xmit = venet_veth_xmit;
	venet_veth_driver = ops;
	return 0;
}

static int venet_veth_filter_on(struct venet_veth *pair)
{
	int err;

	ASSERT_RTNL();
	if (pair->filter)
		return 0;
	err = venet_veth_learn(pair->peer->netdev_ops);
	if (err)
		return err;
	/* nobody can take the filter away by unloading the module */
	__module_get(THIS_MODULE);
	venet_veth_filters++;
	pair->filter = true;
	WRITE_ONCE(pair->peer->netdev_ops, venet_veth_checked);
	return 0;
}

static void venet_veth_filter_off(struct venet_veth *pair)
{
	ASSERT_RTNL();
	if (!pair->filter)
		return;
	WRITE_ONCE(pair->peer->netdev_ops, venet_veth_driver);
	pair->filter = false;
	venet_veth_filters--;
	module_put(THIS_MODULE);
}

static void venet_veth_free(struct rcu_head *rcu)
{
	struct venet_veth *pair = container_of(rcu, struct venet_veth, rcu);

	free_percpu(pair->dropped);
	kfree(pair);
}

static void venet_veth_forget(struct venet_veth *pair)
{
	ASSERT_RTNL();
	venet_veth_filter_off(pair);
	hash_del(&pair->by_host);
	hash_del_rcu(&pair->by_peer);
	list_del(&pair->list);
	call_rcu(&pair->rcu, venet_veth_free);
}

static struct venet_veth *venet_veth_create(struct net_device *host,
					    struct net_device *peer, u32 ctid)
{
	struct venet_veth *pair;

	pair = kzalloc(sizeof(*pair), GFP_KERNEL);
	if (!pair)
		return NULL;
	pair->dropped = alloc_percpu(u64);
	if (!pair->dropped) {
		kfree(pair);
		return NULL;
	}
	pair->host = host;
	pair->peer = peer;
	pair->ctid = ctid;
	hash_add(venet_veth_by_host, &pair->by_host, (unsigned long)host);
	hash_add_rcu(venet_veth_by_peer, &pair->by_peer, (unsigned long)peer);
	list_add_tail(&pair->list, &venet_veths);
	return pair;
}

/* The other end of a veth pair, NULL: it is none. */
static struct net_device *venet_veth_other_end(const struct net_device *dev)
{
	const struct rtnl_link_ops *ops = dev->rtnl_link_ops;

	if (!ops || strcmp(ops->kind, "veth") || !ops->get_link_net)
		return NULL;
	return __dev_get_by_index(ops->get_link_net(dev), dev_get_iflink(dev));
}

/* No moment passes in which the container may use another address. */
static int venet_veth_set(struct venet_veth *pair,
			  const struct vznet_veth *arg)
{
	u64 old = pair->mac;
	int err;

	WRITE_ONCE(pair->mac, ether_addr_to_u64(arg->mac));
	err = vz_netdev_set_mac(pair->peer, arg->mac);
	if (!err && arg->flags & VZNET_VETH_FILTER)
		err = venet_veth_filter_on(pair);
	if (err) {
		WRITE_ONCE(pair->mac, old);
		return err;
	}
	if (!(arg->flags & VZNET_VETH_FILTER))
		venet_veth_filter_off(pair);
	strscpy(pair->name, arg->name, sizeof(pair->name));
	return 0;
}

static int venet_veth_add_locked(const struct vznet_veth *arg)
{
	struct net_device *host, *peer;
	struct venet_veth *pair;
	int err;

	host = __dev_get_by_index(current->nsproxy->net_ns, arg->ifindex);
	if (!host)
		return -ENODEV;
	peer = venet_veth_other_end(host);
	if (!peer)
		return -EOPNOTSUPP;
	err = venet_check_net(dev_net(peer), arg->ctid);
	if (err)
		return err;
	pair = venet_veth_of_host(host);
	if (pair)
		return pair->ctid == arg->ctid ? venet_veth_set(pair, arg) :
						 -EBUSY;
	pair = venet_veth_create(host, peer, arg->ctid);
	if (!pair)
		return -ENOMEM;
	err = venet_veth_set(pair, arg);
	if (err)
		venet_veth_forget(pair);
	return err;
}

/**
 * venet_veth_add - make a pair known, or change it
 * @arg: checked argument of VZNET_IOC_VETH_ADD
 *
 * Return: 0 or a negative error of VZNET_IOC_VETH_ADD.
 */
int venet_veth_add(const struct vznet_veth *arg)
{
	int err;

	if (!is_valid_ether_addr(arg->mac))
		return -EADDRNOTAVAIL;
	rtnl_lock();
	err = venet_veth_add_locked(arg);
	rtnl_unlock();
	return err;
}

/**
 * venet_veth_del - forget a pair
 * @arg: checked argument of VZNET_IOC_VETH_DEL
 *
 * Return: 0 or a negative error of VZNET_IOC_VETH_DEL.
 */
int venet_veth_del(const struct vznet_veth *arg)
{
	struct venet_veth *pair = NULL;
	struct net_device *host;

	rtnl_lock();
	host = __dev_get_by_index(current->nsproxy->net_ns, arg->ifindex);
	if (host)
		pair = venet_veth_of_host(host);
	if (pair && pair->ctid != arg->ctid)
		pair = NULL;
	if (pair)
		venet_veth_forget(pair);
	rtnl_unlock();
	return pair ? 0 : -ENODEV;
}

static void venet_veth_fill(const struct venet_veth *pair,
			    struct vznet_veth *veth)
{
	int cpu;

	veth->size = sizeof(*veth);
	veth->ctid = pair->ctid;
	veth->ifindex = pair->host->ifindex;
	veth->flags = pair->filter ? VZNET_VETH_FILTER : 0;
	strscpy(veth->name, pair->name, sizeof(veth->name));
	u64_to_ether_addr(pair->mac, veth->mac);
	for_each_possible_cpu(cpu)
		veth->dropped += READ_ONCE(*per_cpu_ptr(pair->dropped, cpu));
}

/* Returns how many there are. */
static u32 venet_veth_collect(u32 ctid, struct vznet_veth *veths, u32 max)
{
	const struct venet_veth *pair;
	u32 n = 0;

	rtnl_lock();
	list_for_each_entry(pair, &venet_veths, list) {
		if ((ctid && pair->ctid != ctid) ||
		    !net_eq(dev_net(pair->host), current->nsproxy->net_ns))
			continue;
		if (n < max)
			venet_veth_fill(pair, &veths[n]);
		n++;
	}
	rtnl_unlock();
	return n;
}

/**
 * venet_veth_list - tell which pairs are known
 * @arg: checked argument of VZNET_IOC_VETH_LIST; the count is stored there
 *
 * Return: 0 or a negative error.
 */
int venet_veth_list(struct vznet_veth_list *arg)
{
	struct vznet_veth *veths;
	u32 total, n;
	int err = 0;

	n = min(arg->count, venet_veth_collect(arg->ctid, NULL, 0));
	veths = kvcalloc(max(n, 1U), sizeof(*veths), GFP_KERNEL);
	if (!veths)
		return -ENOMEM;
	total = venet_veth_collect(arg->ctid, veths, n);
	if (copy_to_user(u64_to_user_ptr(arg->veths), veths,
			 min(n, total) * sizeof(*veths)))
		err = -EFAULT;
	kvfree(veths);
	/* those that came in between did not fit: make the caller try again */
	arg->count = total;
	return err;
}

/**
 * venet_veth_is_known - is a device the host's end of a container's pair?
 * @dev: device
 *
 * Context: RTNL.
 * Return: true if it is.
 */
bool venet_veth_is_known(const struct net_device *dev)
{
	return venet_veth_of_host(dev);
}

/* The container chooses the name of its end. */
static void venet_veth_show_name(struct seq_file *m, const char *name)
{
	char text[IFNAMSIZ];
	char *p;

	strscpy(text, name, sizeof(text));
	for (p = text; *p; p++)
		if (*p <= ' ' || *p > '~')
			*p = '?';
	seq_printf(m, " %16s ", text);
}

/**
 * venet_veth_show - /proc/vz/veth, in OpenVZ's format
 * @m: where to
 * @v: not used
 *
 * Return: 0.
 */
int venet_veth_show(struct seq_file *m, void *v)
{
	const struct venet_veth *pair;

	seq_puts(m, "Version: 1.0\n");
	rtnl_lock();
	list_for_each_entry(pair, &venet_veths, list) {
		seq_printf(m, "%pM", pair->host->dev_addr);
		venet_veth_show_name(m, pair->host->name);
		seq_printf(m, "%pM", pair->peer->dev_addr);
		venet_veth_show_name(m, pair->peer->name);
		seq_printf(m, "%10u %5s\n", pair->ctid,
			   pair->filter ? "deny" : "allow");
	}
	rtnl_unlock();
	return 0;
}

static int venet_veth_change_addr(struct net_device *dev,
				  struct netdev_notifier_pre_changeaddr_info *i)
{
	const struct venet_veth *pair = venet_veth_of_peer(dev);

	if (!pair || !pair->filter || venet_veth_is_own(pair, i->dev_addr))
		return NOTIFY_DONE;
	NL_SET_ERR_MSG(i->info.extack,
		       "The container's address filter does not allow it");
	return notifier_from_errno(-EPERM);
}

/* A device that only moves to another namespace stays known. */
static void venet_veth_unregister(const struct net_device *dev)
{
	struct venet_veth *pair;

	if (dev->reg_state == NETREG_REGISTERED)
		return;
	pair = venet_veth_of_host(dev) ?: venet_veth_of_peer(dev);
	if (pair)
		venet_veth_forget(pair);
}

static int venet_veth_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (event == NETDEV_PRE_CHANGEADDR)
		return venet_veth_change_addr(dev, ptr);
	if (event == NETDEV_UNREGISTER)
		venet_veth_unregister(dev);
	return NOTIFY_DONE;
}

static struct notifier_block venet_veth_notifier = {
	.notifier_call = venet_veth_event,
};

/**
 * venet_veth_init - watch the devices
 *
 * Return: 0 or a negative error.
 */
int venet_veth_init(void)
{
	return register_netdevice_notifier(&venet_veth_notifier);
}

/**
 * venet_veth_exit - forget all pairs, none of which is under the filter
 *
 * An RCU barrier has to follow.
 */
void venet_veth_exit(void)
{
	struct venet_veth *pair, *next;

	unregister_netdevice_notifier(&venet_veth_notifier);
	rtnl_lock();
	list_for_each_entry_safe(pair, next, &venet_veths, list)
		venet_veth_forget(pair);
	rtnl_unlock();
	/* for frames that are on their way through the check */
	synchronize_net();
}
