// SPDX-License-Identifier: GPL-2.0-only
/*
 * The container's side of the routed network, set up from outside.  What the
 * container made of its device meanwhile is its own business: a device that
 * it deleted is made anew, one that it renamed is found.
 */
#include <linux/vznet.h>

#include "venet.h"

static int make_device(struct vz_nl *nl, struct vz_link *link)
{
	int ret = vz_link_add(nl, VZNET_KIND, VZNET_DEV);

	return ret ? ret : vz_link_of_kind(nl, VZNET_KIND, link);
}

int vz_venet_device(struct vz_ct *ct, struct vz_nl *nl, unsigned int mtu,
		    struct vz_link *link, struct vz_error *err)
{
	int ret = vz_link_of_kind(nl, VZNET_KIND, link);

	if (ret == -ENODEV)
		ret = make_device(nl, link);
	if (!ret && link->mtu != mtu)
		ret = vz_link_set_mtu(nl, link->index, mtu);
	if (!ret && !(link->flags & IFF_UP))
		ret = vz_link_set_up(nl, link->index, true);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to set up the device " VZNET_DEV " of CT %u",
				     ct->id);
	return 0;
}

/* -------------------------------------------------------- default routes -- */

static struct vz_route default_route(int index, int family)
{
	struct vz_route route = { .dst.family = family, .index = index };

	if (family == AF_INET6)
		route.via = vz_venet_router;
	return route;
}

/* A default route that the container has over another device stays. */
static int add_default(struct vz_nl *nl, int index, int family)
{
	struct vz_route route = default_route(index, family);
	int ret = vz_route_add(nl, &route, NLM_F_EXCL);

	return ret == -EEXIST ? 0 : ret;
}

static int del_default(struct vz_nl *nl, int index, int family)
{
	struct vz_route route = default_route(index, family);
	int ret = vz_route_del(nl, &route);

	return ret == -ESRCH || ret == -ENETDOWN ? 0 : ret;
}

/* ------------------------------------------------------------- addresses -- */

struct addrs {
	struct vz_ifaddr	*v;
	ssize_t			n;
};

/* Deletes those that @gone tells; without a network only where it differs. */
static int del_addrs(struct vz_nl *nl, int index, const struct addrs *has,
		     const struct vz_ips *ips, bool changed_only, bool *any)
{
	const struct vz_ip *ip;
	ssize_t i;
	int ret = 0;

	for (i = 0; !ret && i < has->n; i++) {
		ip = vz_ips_find(ips, &has->v[i].ip);
		if (!ip || (changed_only && ip->bits == has->v[i].ip.bits))
			continue;
		ret = vz_ifaddr_del(nl, index, &has->v[i].ip);
		if (ret == -EADDRNOTAVAIL)
			ret = 0;
		*any = true;
	}
	return ret;
}

/*
 * With the first IPv4 address of a network the kernel may delete its other
 * ones, so what shall stay is set again.  Returns how many stay.
 */
static int keep_addrs(struct vz_nl *nl, int index, const struct addrs *has,
		      const struct vz_ips *gone, bool deleted)
{
	int kept = 0, ret;
	ssize_t i;

	for (i = 0; i < has->n; i++) {
		if (vz_ips_find(gone, &has->v[i].ip))
			continue;
		kept++;
		ret = deleted ? vz_ifaddr_set(nl, index, &has->v[i].ip) : 0;
		if (ret)
			return ret;
	}
	return kept;
}

static int configure(struct vz_nl *nl, int index, int family,
		     const struct vz_ips *ips)
{
	struct addrs has = {};
	bool deleted = false;
	size_t i;
	int ret;

	if (!vz_ips_has(ips, family))
		return 0;
	has.n = vz_ifaddr_list(nl, family, index, &has.v);
	if (has.n < 0)
		return has.n;
	ret = del_addrs(nl, index, &has, ips, true, &deleted);
	if (!ret)
		ret = keep_addrs(nl, index, &has, ips, deleted);
	free(has.v);
	for (i = 0; ret >= 0 && i < ips->n; i++)
		if (ips->v[i].family == family)
			ret = vz_ifaddr_set(nl, index, &ips->v[i]);
	return ret < 0 ? ret : add_default(nl, index, family);
}

int vz_venet_configure(struct vz_ct *ct, struct vz_nl *nl, int index,
		       const struct vz_ips *ips, struct vz_error *err)
{
	int ret = configure(nl, index, AF_INET, ips);

	if (!ret)
		ret = configure(nl, index, AF_INET6, ips);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to set up the addresses of " VZNET_DEV " in CT %u",
				     ct->id);
	return 0;
}

static int unconfigure(struct vz_nl *nl, int index, int family,
		       const struct vz_ips *ips)
{
	struct addrs has = {};
	bool deleted = false;
	int ret;

	if (!vz_ips_has(ips, family))
		return 0;
	has.n = vz_ifaddr_list(nl, family, index, &has.v);
	if (has.n < 0)
		return has.n;
	ret = del_addrs(nl, index, &has, ips, false, &deleted);
	if (!ret)
		ret = keep_addrs(nl, index, &has, ips, deleted);
	free(has.v);
	if (ret)
		return ret < 0 ? ret : 0;
	return del_default(nl, index, family);
}

int vz_venet_unconfigure(struct vz_ct *ct, struct vz_nl *nl,
			 const struct vz_ips *ips, struct vz_error *err)
{
	struct vz_link link;
	int ret = vz_link_of_kind(nl, VZNET_KIND, &link);

	if (ret == -ENODEV)
		return 0;
	if (!ret)
		ret = unconfigure(nl, link.index, AF_INET, ips);
	if (!ret)
		ret = unconfigure(nl, link.index, AF_INET6, ips);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to take addresses from " VZNET_DEV " in CT %u",
				     ct->id);
	return 0;
}
