/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Route netlink about addresses: of devices (ifaddr.c), routes (route.c),
 * addresses that the host answers for (proxy.c).
 *
 * Functions return the kernel's own negative errno.  Lists are freed by the
 * caller; that of a family which the kernel does not have is empty.
 */
#ifndef _VZ_ROUTE_H
#define _VZ_ROUTE_H

#include "ipaddr.h"
#include "nl.h"

/* ------------------------------------------------------- ifaddr.c -- */

/** struct vz_ifaddr - an address of a device
 * @scope: RT_SCOPE_UNIVERSE and so on */
struct vz_ifaddr {
	int		index;
	unsigned int	scope;
	struct vz_ip	ip;
};

/** vz_ifaddr_list - addresses of a device, in the kernel's order */
ssize_t vz_ifaddr_list(struct vz_nl *nl, int family, int index,
		       struct vz_ifaddr **list);
/** vz_ifaddr_set - gives a device an address with its network; it may be used
 * at once */
int vz_ifaddr_set(struct vz_nl *nl, int index, const struct vz_ip *ip);
int vz_ifaddr_del(struct vz_nl *nl, int index, const struct vz_ip *ip);

/* -------------------------------------------------------- route.c -- */

/**
 * struct vz_route - a route of the main table
 * @dst: network; 0 bits: the default route
 * @via: router, family 0: none
 * @src: preferred source address, family 0: none
 * @type: RTN_UNICAST and so on
 */
struct vz_route {
	struct vz_ip	dst;
	struct vz_ip	via;
	struct vz_ip	src;
	int		index;
	int		type;
	uint32_t	metric;
};

/** vz_route_add - @flags: NLM_F_EXCL: there may be none yet for @dst,
 * NLM_F_REPLACE: takes its place */
int vz_route_add(struct vz_nl *nl, const struct vz_route *route, int flags);
int vz_route_del(struct vz_nl *nl, const struct vz_route *route);
/** vz_route_to - the route, of any table, that packets to an address take */
int vz_route_to(struct vz_nl *nl, const struct vz_ip *ip,
		struct vz_route *route);
/** vz_route_list - unicast routes of a family; one that leads over several
 * devices is there once for each */
ssize_t vz_route_list(struct vz_nl *nl, int family, struct vz_route **list);

/* -------------------------------------------------------- proxy.c -- */

/** vz_proxy_add - answer for an address on a device */
int vz_proxy_add(struct vz_nl *nl, int index, const struct vz_ip *ip);
/** vz_proxy_del - do not answer for these any more, on any device */
int vz_proxy_del(struct vz_nl *nl, const struct vz_ips *ips);

#endif /* _VZ_ROUTE_H */
