/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices.
 *
 * Transmission without a lock and "stays in its namespace" were feature bits
 * up to 6.11, are members lltx and netns_local since 6.12, and the latter is
 * called netns_immutable since 6.15.
 *
 * dev_set_mac_address() takes a struct sockaddr up to 6.15 and a struct
 * sockaddr_storage since 6.16.
 *
 * rtnl_link_ops.newlink takes its arguments one by one up to 6.14 and in a
 * structure since 6.15; VZ_NEWLINK_ARGS are the parameters of such a function,
 * which calls its device dev.
 */
#ifndef _VZ_WRAPPER_NETDEVICE_H
#define _VZ_WRAPPER_NETDEVICE_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>

static inline void vz_netdev_set_lltx(struct net_device *dev)
{
#ifdef VZ_HAVE_NETDEV_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

static inline void vz_netdev_set_immutable(struct net_device *dev, bool on)
{
#if defined(VZ_HAVE_NETDEV_NETNS_IMMUTABLE)
	dev->netns_immutable = on;
#elif defined(VZ_HAVE_NETDEV_NETNS_LOCAL)
	dev->netns_local = on;
#else
	if (on)
		dev->features |= NETIF_F_NETNS_LOCAL;
	else
		dev->features &= ~NETIF_F_NETNS_LOCAL;
#endif
}

static inline bool vz_netdev_is_immutable(const struct net_device *dev)
{
#if defined(VZ_HAVE_NETDEV_NETNS_IMMUTABLE)
	return dev->netns_immutable;
#elif defined(VZ_HAVE_NETDEV_NETNS_LOCAL)
	return dev->netns_local;
#else
	return dev->features & NETIF_F_NETNS_LOCAL;
#endif
}

/* @addr: Ethernet */
static inline int vz_netdev_set_mac(struct net_device *dev, const u8 *addr)
{
#ifdef VZ_HAVE_NETDEV_MAC_STORAGE
	struct sockaddr_storage ss = { .ss_family = dev->type };

	memcpy(ss.__data, addr, ETH_ALEN);
	return dev_set_mac_address(dev, &ss, NULL);
#else
	struct sockaddr sa = { .sa_family = dev->type };

	memcpy(sa.sa_data, addr, ETH_ALEN);
	return dev_set_mac_address(dev, &sa, NULL);
#endif
}

#ifdef VZ_HAVE_RTNL_NEWLINK_PARAMS
#define VZ_NEWLINK_ARGS							\
	struct net_device *dev, struct rtnl_newlink_params *params,	\
	struct netlink_ext_ack *extack
#else
#define VZ_NEWLINK_ARGS							\
	struct net *src_net, struct net_device *dev, struct nlattr *tb[], \
	struct nlattr *data[], struct netlink_ext_ack *extack
#endif

#endif /* _VZ_WRAPPER_NETDEVICE_H */
