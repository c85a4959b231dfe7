// SPDX-License-Identifier: GPL-2.0-only
/* The host's own network: where do an address's neighbours live? */
#include <ctype.h>
#include <net/if_arp.h>

#include <linux/vznet.h>

#include "hostnet.h"

static int add_routes(struct vz_hostnet *h, int family)
{
	autofree struct vz_route *list = NULL;
	ssize_t n = vz_route_list(h->nl, family, &list), i;
	struct vz_route *v;

	if (n <= 0)
		return n;
	v = reallocarray(h->routes, h->nroutes + n, sizeof(*v));
	if (!v)
		return -ENOMEM;
	h->routes = v;
	for (i = 0; i < n; i++)
		if (list[i].index != h->venet.index)
			v[h->nroutes++] = list[i];
	return 0;
}

/* Nothing but a name leads to it; its type is a rare one. */
int vz_hostnet_venet(struct vz_nl *nl, struct vz_link *link)
{
	int ret = vz_link_get(nl, VZNET_DEV, link);

	if (!ret && link->type != ARPHRD_VOID) {
		link->index = 0;
		ret = -ENODEV;
	}
	return ret;
}

static int load(struct vz_hostnet *h)
{
	ssize_t n = vz_link_list(h->nl, &h->links);
	int ret;

	if (n < 0)
		return n;
	h->nlinks = n;
	ret = vz_hostnet_venet(h->nl, &h->venet);
	if (ret == -ENODEV)
		ret = 0;
	if (!ret)
		ret = add_routes(h, AF_INET);
	return ret ? ret : add_routes(h, AF_INET6);
}

int vz_hostnet_load(struct vz_hostnet *h, struct vz_ctx *ctx, struct vz_nl *nl,
		    struct vz_error *err)
{
	int ret;

	*h = (struct vz_hostnet){ .ctx = ctx, .nl = nl };
	ret = load(h);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to read the network devices and routes of the host");
	return 0;
}

void vz_hostnet_free(struct vz_hostnet *h)
{
	free(h->links);
	free(h->routes);
	h->links = NULL;
	h->routes = NULL;
}

/* ----------------------------------------------------------- neighbours -- */

static const struct vz_link *find_link(const struct vz_hostnet *h, int index)
{
	size_t i;

	for (i = 0; i < h->nlinks; i++)
		if (h->links[i].index == index)
			return &h->links[i];
	return NULL;
}

/* Frames that a port receives belong to its bridge. */
static bool is_port(const struct vz_hostnet *h, const struct vz_link *link)
{
	const struct vz_link *master = find_link(h, link->master);

	return link->master && (!master || strcmp(master->kind, "vrf"));
}

static bool has_neighbours(const struct vz_hostnet *h,
			   const struct vz_link *link)
{
	return link->type == ARPHRD_ETHER && (link->flags & IFF_UP) &&
	       !(link->flags & (IFF_LOOPBACK | IFF_NOARP | IFF_SLAVE)) &&
	       link->index != h->venet.index && !is_port(h, link);
}

/* The host's ends of containers' own devices are called so. */
static bool is_veth_of_ct(const struct vz_link *link)
{
	return !strncmp(link->name, "veth", 4) &&
	       isdigit((unsigned char)link->name[4]);
}

/* NEIGHBOUR_DEVS where it is a list, else NULL. */
static const char *listed_devs(const struct vz_hostnet *h)
{
	const char *devs = vz_ctx_get(h->ctx, "NEIGHBOUR_DEVS");

	if (!devs || !*devs || !strcmp(devs, "detect") || !strcmp(devs, "all"))
		return NULL;
	return strncmp(devs, "list:", 5) ? devs : devs + 5;
}

/* The next word of a list: its length, 0 at the end. */
static size_t next_word(const char **list)
{
	*list += strspn(*list, " \t,");
	return strcspn(*list, " \t,");
}

static bool is_listed(const char *list, const char *name)
{
	size_t n;

	for (; (n = next_word(&list)); list += n)
		if (n == strlen(name) && !strncmp(list, name, n))
			return true;
	return false;
}

static bool has_name(const struct vz_hostnet *h, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < h->nlinks; i++)
		if (!strncmp(h->links[i].name, name, len) &&
		    !h->links[i].name[len])
			return true;
	return false;
}

void vz_hostnet_warn(const struct vz_hostnet *h)
{
	const char *list = listed_devs(h);
	size_t n;

	for (; list && (n = next_word(&list)); list += n)
		if (n >= IFNAMSIZ || !has_name(h, list, n))
			vz_log(h->ctx, VZ_LOG_ERR, 0,
			       "Warning: NEIGHBOUR_DEVS names %.*s, but there is no such device",
			       (int)n, list);
}

static bool has_neighbours_at(const struct vz_hostnet *h, int index)
{
	const struct vz_link *link = find_link(h, index);

	return link && has_neighbours(h, link);
}

/* The longest prefix of the connected networks with this address, 0: none. */
static unsigned int connected_bits(const struct vz_hostnet *h,
				   const struct vz_ip *ip)
{
	unsigned int bits = 0;
	size_t i;

	for (i = 0; i < h->nroutes; i++) {
		const struct vz_route *r = &h->routes[i];

		if (!r->via.family && r->dst.bits > bits &&
		    vz_ip_in(ip, &r->dst) && has_neighbours_at(h, r->index))
			bits = r->dst.bits;
	}
	return bits;
}

/* With 0 @bits: a default route, over whichever router. */
static bool has_route(const struct vz_hostnet *h, const struct vz_link *link,
		      const struct vz_ip *ip, unsigned int bits)
{
	size_t i;

	for (i = 0; i < h->nroutes; i++) {
		const struct vz_route *r = &h->routes[i];

		if (r->index == link->index && r->dst.bits == bits &&
		    vz_ip_in(ip, &r->dst) && (!bits || !r->via.family))
			return true;
	}
	return false;
}

bool vz_hostnet_is_neighbour(const struct vz_hostnet *h,
			     const struct vz_link *link,
			     const struct vz_ip *ip)
{
	const char *devs = vz_ctx_get(h->ctx, "NEIGHBOUR_DEVS");
	const char *list = listed_devs(h);

	if (!has_neighbours(h, link))
		return false;
	if (list)
		return is_listed(list, link->name);
	if (devs && !strcmp(devs, "all"))
		return !is_veth_of_ct(link);
	return has_route(h, link, ip, connected_bits(h, ip));
}

bool vz_hostnet_is_outward(const struct vz_hostnet *h,
			   const struct vz_link *link, int family)
{
	const struct vz_ip any = { .family = family };

	return link->index != h->venet.index && has_route(h, link, &any, 0);
}

/* --------------------------------------------------------------- source -- */

int vz_hostnet_address(const struct vz_hostnet *h, int index,
		       struct vz_ip *ip)
{
	autofree struct vz_ifaddr *list = NULL;
	ssize_t n = vz_ifaddr_list(h->nl, AF_INET, index, &list), i;

	ip->family = 0;
	for (i = 0; i < n && !ip->family; i++)
		if (list[i].scope == RT_SCOPE_UNIVERSE)
			*ip = list[i].ip;
	return n < 0 ? n : 0;
}

static int source_of(const struct vz_hostnet *h, const char *name,
		     struct vz_ip *ip, struct vz_error *err)
{
	struct vz_link link;
	int ret = vz_link_get(h->nl, name, &link);

	if (!ret)
		ret = vz_hostnet_address(h, link.index, ip);
	if (ret || !ip->family)
		return vz_fail(err, VZ_E_CANT_ADDIP, ret ? -ret : EADDRNOTAVAIL,
			       "VE_ROUTE_SRC_DEV is %s, but there is no such device with an IPv4 address",
			       name);
	return 0;
}

/*
 * Only on request: with the address the kernel would delete every route that
 * names it.  Without one it takes an address of the first device that has any.
 */
int vz_hostnet_source(const struct vz_hostnet *h, struct vz_ip *ip,
		      struct vz_error *err)
{
	const char *name = vz_ctx_get(h->ctx, "VE_ROUTE_SRC_DEV");

	ip->family = 0;
	return name && *name ? source_of(h, name, ip, err) : 0;
}
