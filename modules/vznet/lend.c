// SPDX-License-Identifier: GPL-2.0
/*
 * Devices of the host that are lent to containers.
 *
 * A container is root of the namespace that the device is in.  So that it
 * cannot pass another device off as the host's, what was lent is remembered
 * here by its pointer.  And so that the device survives whatever becomes of
 * the container, it neither changes its name nor moves while it is lent, and
 * goes home before the kernel takes the namespace apart.
 *
 * Everything happens under RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include "vznet.h"

/* Name of a device at home when its own one was taken meanwhile */
#define VENET_LENT_FALLBACK	"dev%d"

/**
 * struct venet_lent - a device that is lent
 * @dev: the device; not referenced, it is forgotten when it is removed
 * @home: namespace it came from, referenced
 * @ctid: container
 * @name: its name, which it keeps
 * @mtu: its MTU at home
 * @mac: its address at home, when it is an Ethernet device
 * @list: link in venet_lents
 */
struct venet_lent {
	struct net_device	*dev;
	struct net		*home;
	u32			ctid;
	char			name[IFNAMSIZ];
	unsigned int		mtu;
	u8			mac[ETH_ALEN];
	struct list_head	list;
};

static LIST_HEAD(venet_lents);

static struct venet_lent *venet_lent_of_dev(const struct net_device *dev)
{
	struct venet_lent *lent;

	ASSERT_RTNL();
	list_for_each_entry(lent, &venet_lents, list)
		if (lent->dev == dev)
			return lent;
	return NULL;
}

/* @name "": any one */
static struct venet_lent *venet_lent_of_ct(u32 ctid, const char *name)
{
	struct venet_lent *lent;

	ASSERT_RTNL();
	list_for_each_entry(lent, &venet_lents, list)
		if (lent->ctid == ctid &&
		    net_eq(lent->home, current->nsproxy->net_ns) &&
		    (!*name || !strcmp(lent->name, name)))
			return lent;
	return NULL;
}

static void venet_lent_forget(struct venet_lent *lent)
{
	list_del(&lent->list);
	put_net(lent->home);
	kfree(lent);
	module_put(THIS_MODULE);
}

/* A known device, with the name that it has in the namespace it is in. */
static int venet_lent_remember(struct net_device *dev, struct net *home,
			       u32 ctid)
{
	struct venet_lent *lent;

	lent = kzalloc(sizeof(*lent), GFP_KERNEL);
	if (!lent)
		return -ENOMEM;
	lent->dev = dev;
	lent->home = get_net(home);
	lent->ctid = ctid;
	strscpy(lent->name, dev->name, sizeof(lent->name));
	lent->mtu = dev->mtu;
	if (dev->type == ARPHRD_ETHER)
		ether_addr_copy(lent->mac, dev->dev_addr);
	list_add_tail(&lent->list, &venet_lents);
	/* nobody else would bring the device home */
	__module_get(THIS_MODULE);
	return 0;
}

/* Is a namespace one of those that may use the device? */
static bool venet_lent_is_inside(const struct venet_lent *lent,
				 const struct net *net)
{
	const struct user_namespace *ns;

	for (ns = net->user_ns; ns; ns = ns->parent)
		if (ns == dev_net(lent->dev)->user_ns)
			return true;
	return false;
}

/* A device that the container has put on top: a VLAN, a macvlan... */
static struct net_device *venet_lent_rider(const struct venet_lent *lent)
{
	struct net_device *upper, *master;
	struct list_head *iter;

	/* it lets go by itself */
	master = netdev_master_upper_dev_get(lent->dev);
	guard(rcu)();
	netdev_for_each_upper_dev_rcu(lent->dev, upper, iter)
		if (upper != master && upper->rtnl_link_ops &&
		    venet_lent_is_inside(lent, dev_net(upper)))
			return upper;
	return NULL;
}

/* They would go on using a device that is no longer the container's. */
static void venet_lent_dismount(const struct venet_lent *lent)
{
	struct net_device *rider;

	while ((rider = venet_lent_rider(lent))) {
		LIST_HEAD(kill);

		rider->rtnl_link_ops->dellink(rider, &kill);
		unregister_netdevice_many(&kill);
	}
}

static void venet_lent_restore(const struct venet_lent *lent)
{
	dev_set_mtu(lent->dev, lent->mtu);
	if (lent->dev->type == ARPHRD_ETHER)
		vz_netdev_set_mac(lent->dev, lent->mac);
}

static int venet_lent_return(struct venet_lent *lent)
{
	int err;

	venet_lent_dismount(lent);
	vz_netdev_set_immutable(lent->dev, false);
	err = dev_change_net_namespace(lent->dev, lent->home,
				       VENET_LENT_FALLBACK);
	if (err)
		vz_netdev_set_immutable(lent->dev, true);
	else
		venet_lent_restore(lent);
	return err;
}

static int venet_lend_move(struct net_device *dev, struct net *to, u32 ctid)
{
	struct net *home = dev_net(dev);
	int err;

	err = venet_lent_remember(dev, home, ctid);
	if (err)
		return err;
	err = dev_change_net_namespace(dev, to, NULL);
	if (err)
		venet_lent_forget(venet_lent_of_dev(dev));
	else
		vz_netdev_set_immutable(dev, true);
	return err;
}

static int venet_lend_check(struct net_device *dev)
{
	if (!dev)
		return -ENODEV;
	if (vz_netdev_is_immutable(dev))
		return -EOPNOTSUPP;
	if (netdev_master_upper_dev_get(dev) || venet_veth_is_known(dev) ||
	    venet_lent_of_dev(dev))
		return -EBUSY;
	return 0;
}

static int venet_lend_locked(const struct vznet_netdev *arg, struct net *to)
{
	struct net_device *dev;
	int err;

	dev = __dev_get_by_index(current->nsproxy->net_ns, arg->ifindex);
	err = venet_lend_check(dev);
	return err ? err : venet_lend_move(dev, to, arg->ctid);
}

/**
 * venet_lend - move a device of the caller's into a container
 * @arg: checked argument of VZNET_IOC_NETDEV_LEND
 *
 * Return: 0 or a negative error of VZNET_IOC_NETDEV_LEND.
 */
int venet_lend(const struct vznet_netdev *arg)
{
	struct net *to;
	int err;

	to = get_net_ns_by_fd(arg->netns_fd);
	if (IS_ERR(to))
		return PTR_ERR(to);
	err = venet_check_net(to, arg->ctid);
	if (!err) {
		rtnl_lock();
		err = venet_lend_locked(arg, to);
		rtnl_unlock();
	}
	put_net(to);
	return err;
}

/**
 * venet_return - fetch a device that is lent to a container
 * @arg: checked argument of VZNET_IOC_NETDEV_RETURN; the answer is stored
 *	there
 *
 * Return: 0 or a negative error of VZNET_IOC_NETDEV_RETURN.
 */
int venet_return(struct vznet_netdev *arg)
{
	struct venet_lent *lent;
	int err = -ENODEV;

	rtnl_lock();
	lent = venet_lent_of_ct(arg->ctid, arg->name);
	if (lent) {
		err = venet_lent_return(lent);
		strscpy(arg->name, lent->dev->name, sizeof(arg->name));
		arg->ifindex = lent->dev->ifindex;
		if (!err)
			venet_lent_forget(lent);
	}
	rtnl_unlock();
	return err;
}

/*
 * The namespace ends.  A device that cannot go home becomes what the kernel
 * makes of it: a real one goes to the initial namespace, others are removed.
 */
static void venet_lent_pre_exit(struct net *net)
{
	struct venet_lent *lent, *next;

	rtnl_lock();
	list_for_each_entry_safe(lent, next, &venet_lents, list) {
		if (!net_eq(dev_net(lent->dev), net))
			continue;
		if (venet_lent_return(lent)) {
			pr_warn("vznet: %s of CT %u cannot go back to the host\n",
				lent->name, lent->ctid);
			vz_netdev_set_immutable(lent->dev, false);
		}
		venet_lent_forget(lent);
	}
	rtnl_unlock();
}

static int venet_lent_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct venet_lent *lent;

	if (event != NETDEV_CHANGENAME && event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	lent = venet_lent_of_dev(dev);
	if (!lent)
		return NOTIFY_DONE;
	if (event == NETDEV_UNREGISTER) {
		if (dev->reg_state != NETREG_REGISTERED)
			venet_lent_forget(lent);
		return NOTIFY_DONE;
	}
	/* taking the change back is announced, too */
	return strcmp(dev->name, lent->name) ? notifier_from_errno(-EPERM) :
					       NOTIFY_DONE;
}

static struct pernet_operations venet_lent_pernet = {
	.pre_exit = venet_lent_pre_exit,
};

static struct notifier_block venet_lent_notifier = {
	.notifier_call = venet_lent_event,
};

/**
 * venet_lend_init - watch devices and namespaces
 *
 * Return: 0 or a negative error.
 */
int venet_lend_init(void)
{
	int err;

	err = register_pernet_device(&venet_lent_pernet);
	if (err)
		return err;
	err = register_netdevice_notifier(&venet_lent_notifier);
	if (err)
		unregister_pernet_device(&venet_lent_pernet);
	return err;
}

/**
 * venet_lend_exit - stop watching; nothing is lent
 */
void venet_lend_exit(void)
{
	unregister_netdevice_notifier(&venet_lent_notifier);
	unregister_pernet_device(&venet_lent_pernet);
}
