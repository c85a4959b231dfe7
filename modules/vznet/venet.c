// SPDX-License-Identifier: GPL-2.0
/*
 * The devices: one of the host, one of each container.
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include "vznet.h"

#define VENET_FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | \
			 NETIF_F_RXCSUM | NETIF_F_HIGHDMA | \
			 NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL)

/* Packets of one container to another do not pass the host's stack */
static bool venet_direct = true;
module_param_named(direct, venet_direct, bool, 0644);
MODULE_PARM_DESC(direct, "Containers reach each other past the host's firewall (default: Y)");

/* The host's device: from venet_init() to venet_exit() */
static struct net_device *venet_host;

static void venet_drop(struct venet_owner *owner, struct sk_buff *skb,
		       int reason)
{
	venet_count_drop(owner, reason);
	kfree_skb(skb);
}

/* The function is called for those only who asked for it. */
static inline void venet_tx_timestamp(struct sk_buff *skb)
{
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP))
		skb_tx_timestamp(skb);
}

/* Takes off what belongs to the sending side. */
static bool venet_scrub(struct sk_buff *skb)
{
	if (skb_orphan_frags(skb, GFP_ATOMIC))
		return false;
	skb_scrub_packet(skb, true);
	venet_unmark(skb);
	skb->priority = 0;
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	return true;
}

static bool venet_fits(const struct net_device *dev, const struct sk_buff *skb)
{
	return skb_is_gso(skb) || skb->len <= READ_ONCE(dev->mtu);
}

static void venet_deliver(struct net_device *dev, struct sk_buff *skb)
{
	dev_sw_netstats_rx_add(dev, skb->len);
	skb->dev = dev;
	netif_receive_skb(skb);
}

/**
 * venet_receive - a packet has waited for its container and may enter
 * @dev: the container's device
 * @skb: packet, verified
 *
 * Context: softirq.
 */
void venet_receive(struct net_device *dev, struct sk_buff *skb)
{
	struct venet_priv *priv = netdev_priv(dev);

	venet_count(priv->owner, false, venet_peer_class(skb, false), skb);
	venet_deliver(dev, skb);
}

static struct net_device *venet_owner_dev(const struct venet_owner *owner)
{
	struct net_device *dev = rcu_dereference(owner->dev);

	return dev && netif_running(dev) ? dev : NULL;
}

/* Where a container's packet goes; NULL: the receiver has no device up. */
static struct net_device *venet_route(const struct sk_buff *skb,
				      struct venet_owner **owner)
{
	*owner = NULL;
	if (READ_ONCE(venet_direct))
		*owner = venet_receiver(skb);
	if (*owner)
		return venet_owner_dev(*owner);
	return netif_running(venet_host) ? venet_host : NULL;
}

/* A packet leaves its container. */
static void venet_send(struct venet_owner *owner, struct sk_buff *skb,
		       u32 class)
{
	struct venet_owner *to;
	struct net_device *dev;

	dev = venet_route(skb, &to);
	if (!dev)
		return venet_drop(owner, skb, VZNET_DROP_DOWN);
	if (!venet_fits(dev, skb) || !venet_scrub(skb))
		return venet_drop(owner, skb, VZNET_DROP_SIZE);
	venet_count(owner, true, class, skb);
	if (to)
		venet_receive(dev, skb);
	else
		venet_deliver(dev, skb);
}

/**
 * venet_forward - a packet of a container has its turn
 * @from: the container's device
 * @skb: packet, verified
 *
 * Context: softirq.
 */
void venet_forward(struct net_device *from, struct sk_buff *skb)
{
	struct venet_priv *priv = netdev_priv(from);
	u32 class;
	int reason;

	guard(rcu)();
	class = venet_peer_class(skb, true);
	reason = venet_rate_hold(priv->owner, class, skb);
	if (reason >= 0)
		venet_drop(priv->owner, skb, reason);
	else if (reason != VENET_HELD)
		venet_send(priv->owner, skb, class);
}

/**
 * venet_release - a packet has waited for its rate
 * @skb: packet; its source need not be the container's any more
 *
 * Context: softirq.
 */
void venet_release(struct sk_buff *skb)
{
	struct venet_priv *priv = netdev_priv(skb->dev);
	int reason;

	guard(rcu)();
	reason = venet_verify(priv->owner, skb);
	if (reason >= 0)
		venet_drop(priv->owner, skb, reason);
	else
		venet_send(priv->owner, skb, venet_peer_class(skb, true));
}

static netdev_tx_t venet_xmit_drop(struct net_device *dev, struct sk_buff *skb)
{
	dev_core_stats_tx_dropped_inc(dev);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

/*
 * A container sends.  It is checked at once: what may not leave costs nobody
 * but the sender.
 */
static netdev_tx_t venet_ct_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct venet_priv *priv = netdev_priv(dev);
	unsigned int len = skb->len;
	int reason;

	guard(rcu)();
	venet_tx_timestamp(skb);
	reason = venet_verify(priv->owner, skb);
	if (reason < 0 && !venet_queue_put(priv->queues, VENET_OUT, skb))
		reason = VZNET_DROP_QUEUE;
	if (reason >= 0) {
		venet_count_drop(priv->owner, reason);
		return venet_xmit_drop(dev, skb);
	}
	dev_sw_netstats_tx_add(dev, 1, len);
	return NETDEV_TX_OK;
}

static int venet_host_send(struct venet_owner *owner, struct sk_buff *skb)
{
	struct net_device *dev = venet_owner_dev(owner);
	struct venet_priv *priv;

	if (!dev)
		return VZNET_DROP_DOWN;
	if (!venet_fits(dev, skb) || !venet_scrub(skb))
		return VZNET_DROP_SIZE;
	priv = netdev_priv(dev);
	return venet_queue_put(priv->queues, VENET_IN, skb) ?
	       -1 : VZNET_DROP_QUEUE;
}

/* The host sends, for itself or for the world. */
static netdev_tx_t venet_host_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct venet_owner *owner = NULL;
	unsigned int len = skb->len;
	int reason;

	guard(rcu)();
	if (venet_parse(skb))
		owner = venet_receiver(skb);
	if (!owner)
		return venet_xmit_drop(dev, skb);
	venet_tx_timestamp(skb);
	reason = venet_host_send(owner, skb);
	if (reason >= 0) {
		venet_count_drop(owner, reason);
		return venet_xmit_drop(dev, skb);
	}
	dev_sw_netstats_tx_add(dev, 1, len);
	return NETDEV_TX_OK;
}

static int venet_ct_open(struct net_device *dev)
{
	struct venet_priv *priv = netdev_priv(dev);

	venet_queues_start(priv->queues);
	netif_carrier_on(dev);
	return 0;
}

static int venet_ct_stop(struct net_device *dev)
{
	struct venet_priv *priv = netdev_priv(dev);

	netif_carrier_off(dev);
	venet_queues_stop(priv->queues, dev);
	venet_rates_purge(priv->owner);
	return 0;
}

/* Whose a new device is going to be: referenced, or an error. */
static struct venet_owner *venet_owner_of_net(const struct net *net)
{
	struct venet_owner *owner;
	struct vz_ct *ct;

	guard(rcu)();
	ct = vz_ct_of_user_ns(net->user_ns);
	owner = ct ? venet_owner_of_ct(ct) : NULL;
	if (!owner)
		return ERR_PTR(-ENXIO);
	if (rtnl_dereference(owner->dev))
		return ERR_PTR(-EEXIST);
	return refcount_inc_not_zero(&owner->refs) ? owner : ERR_PTR(-ENXIO);
}

static int venet_ct_init(struct net_device *dev)
{
	struct venet_priv *priv = netdev_priv(dev);

	priv->owner = venet_owner_of_net(dev_net(dev));
	if (IS_ERR(priv->owner))
		return PTR_ERR(priv->owner);
	priv->queues = venet_queues_create(dev);
	if (!priv->queues) {
		venet_owner_put(priv->owner);
		return -ENOMEM;
	}
	rcu_assign_pointer(priv->owner->dev, dev);
	return 0;
}

/*
 * A grace period follows before the destructor; not so if the device could not
 * be registered in the end.
 */
static void venet_ct_uninit(struct net_device *dev)
{
	struct venet_priv *priv = netdev_priv(dev);

	RCU_INIT_POINTER(priv->owner->dev, NULL);
	if (dev->reg_state != NETREG_UNREGISTERING)
		synchronize_net();
}

static void venet_ct_destructor(struct net_device *dev)
{
	struct venet_priv *priv = netdev_priv(dev);

	venet_queues_destroy(priv->queues);
	venet_owner_put(priv->owner);
}

static const struct net_device_ops venet_ct_ops = {
	.ndo_init	= venet_ct_init,
	.ndo_uninit	= venet_ct_uninit,
	.ndo_open	= venet_ct_open,
	.ndo_stop	= venet_ct_stop,
	.ndo_start_xmit	= venet_ct_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
};

static const struct net_device_ops venet_host_ops = {
	.ndo_start_xmit	= venet_host_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
};

static void venet_setup_common(struct net_device *dev)
{
	dev->type = ARPHRD_VOID;
	dev->flags = IFF_BROADCAST | IFF_NOARP | IFF_POINTOPOINT;
	/* netpoll would send with interrupts off, in the middle of anything */
	dev->priv_flags |= IFF_NO_QUEUE | IFF_DISABLE_NETPOLL;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = IP_MAX_MTU;
	dev->features |= VENET_FEATURES;
	dev->hw_features |= VENET_FEATURES;
	dev->hw_enc_features |= VENET_FEATURES;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	vz_netdev_set_lltx(dev);
	vz_netdev_set_immutable(dev, true);
}

static void venet_ct_setup(struct net_device *dev)
{
	venet_setup_common(dev);
	dev->netdev_ops = &venet_ct_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = venet_ct_destructor;
}

static void venet_host_setup(struct net_device *dev)
{
	venet_setup_common(dev);
	dev->netdev_ops = &venet_host_ops;
}

static int venet_newlink(VZ_NEWLINK_ARGS)
{
	netif_carrier_off(dev);
	return register_netdevice(dev);
}

static struct rtnl_link_ops venet_link_ops = {
	.kind		= VZNET_KIND,
	.priv_size	= sizeof(struct venet_priv),
	.setup		= venet_ct_setup,
	.newlink	= venet_newlink,
};

static int venet_host_create(void)
{
	int err;

	venet_host = alloc_netdev(sizeof(struct venet_priv), VZNET_DEV,
				  NET_NAME_PREDICTABLE, venet_host_setup);
	if (!venet_host)
		return -ENOMEM;
	venet_turns_init(venet_host);
	err = register_netdev(venet_host);
	if (err)
		goto err_free;
	err = venet_neighbour_init(venet_host);
	if (err)
		goto err_unregister;
	return 0;

err_unregister:
	unregister_netdev(venet_host);
err_free:
	venet_turns_exit();
	free_netdev(venet_host);
	return err;
}

/* The containers have no device any more. */
static void venet_host_remove(void)
{
	venet_neighbour_exit();
	unregister_netdev(venet_host);
	venet_turns_exit();
	free_netdev(venet_host);
}

/**
 * venet_init - make the host's device and the link kind
 *
 * Return: 0 or a negative error.
 */
int venet_init(void)
{
	int err;

	err = venet_host_create();
	if (err)
		return err;
	err = rtnl_link_register(&venet_link_ops);
	if (err)
		venet_host_remove();
	return err;
}

/**
 * venet_exit - remove all devices
 */
void venet_exit(void)
{
	rtnl_link_unregister(&venet_link_ops);
	venet_host_remove();
}

MODULE_ALIAS_RTNL_LINK(VZNET_KIND);
