// SPDX-License-Identifier: GPL-2.0-only
/* The host's side of the routed network. */
#include "venet.h"

const struct vz_ip vz_venet_router = {
	.family = AF_INET6, .bits = 128, .addr = { 0xfe, 0x80, [15] = 1 },
};

static struct vz_route host_route(int index, const struct vz_ip *ip)
{
	struct vz_route route = { .dst = *ip, .index = index };

	route.dst.bits = 8 * vz_ip_len(ip->family);
	if (ip->family == AF_INET6)
		route.via = vz_venet_router;
	return route;
}

/* --------------------------------------------------------------- checks -- */

/* What the host itself has it does not route. */
static int check_host(const struct vz_hostnet *h, const struct vz_ips *ips,
		      struct vz_error *err)
{
	char text[VZ_IP_TEXT];
	struct vz_route route;
	size_t i;

	for (i = 0; i < ips->n; i++)
		if (!vz_route_to(h->nl, &ips->v[i], &route) &&
		    route.type == RTN_LOCAL)
			return vz_fail(err, VZ_E_IP_INUSE, EADDRINUSE,
				       "Unable to add IP address %s: the host itself has it",
				       vz_ip_format(&ips->v[i], text));
	return 0;
}

static bool is_yes(const struct vz_ctx *ctx, const char *name)
{
	const char *value = vz_ctx_get(ctx, name);

	return value && vz_value_bool(value) == 1;
}

struct probes {
	struct vz_probe	*v;
	size_t		n;
};

static int add_probe(struct probes *probes, const struct vz_hostnet *h,
		     const struct vz_link *link, const struct vz_ip *ip)
{
	struct vz_probe *v;

	v = reallocarray(probes->v, probes->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	probes->v = v;
	v += probes->n++;
	*v = (struct vz_probe){ .link = link, .ip = *ip };
	return ip->family == AF_INET ?
	       vz_hostnet_address(h, link->index, &v->sender) : 0;
}

/* Without a carrier there is nobody to be asked. */
static int find_probes(struct probes *probes, const struct vz_hostnet *h,
		       const struct vz_ips *ips)
{
	size_t i, k;
	int ret = 0;

	for (i = 0; i < h->nlinks; i++) {
		const struct vz_link *link = &h->links[i];

		for (k = 0; !ret && k < ips->n; k++)
			if ((link->flags & IFF_RUNNING) &&
			    vz_hostnet_is_neighbour(h, link, &ips->v[k]))
				ret = add_probe(probes, h, link, &ips->v[k]);
	}
	return ret;
}

/* OpenVZ only warns, unless it is told to fail. */
static int judge(struct vz_ct *ct, const struct probes *probes, bool fail,
		 struct vz_error *err)
{
	char text[VZ_IP_TEXT], mac[18];
	size_t i;

	for (i = 0; i < probes->n; i++) {
		const struct vz_probe *p = &probes->v[i];

		if (!p->answered)
			continue;
		vz_ip_format(&p->ip, text);
		vz_mac_format(p->mac, mac);
		if (fail)
			return vz_fail(err, VZ_E_IP_INUSE, EADDRINUSE,
				       "Unable to add IP address %s: it is in use by %s on %s",
				       text, mac, p->link->name);
		ct_err(ct, "Warning: IP address %s is in use by %s on %s too",
		       text, mac, p->link->name);
	}
	return 0;
}

int vz_venet_check(struct vz_ct *ct, const struct vz_hostnet *h,
		   const struct vz_ips *ips, unsigned int flags,
		   struct vz_error *err)
{
	bool fail = is_yes(ct->ctx, "ERROR_ON_ARPFAIL");
	struct probes probes = {};
	int ret;

	ret = check_host(h, ips, err);
	if (ret || (flags & VZ_APPLY_SKIP_ARPDETECT) ||
	    is_yes(ct->ctx, "SKIP_ARPDETECT"))
		return ret;
	ret = find_probes(&probes, h, ips);
	if (ret)
		ret = vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				    "Unable to read the network of the host");
	else
		ret = vz_probe_run(probes.v, probes.n, h->links, h->nlinks,
				   fail, err);
	if (!ret)
		ret = judge(ct, &probes, fail, err);
	free(probes.v);
	return ret;
}

/* --------------------------------------------------------------- routes -- */

/* Is the route that is there one to the containers already? */
static bool leads_to_venet(const struct vz_hostnet *h,
			   const struct vz_route *route)
{
	struct vz_route is;

	return !vz_route_to(h->nl, &route->dst, &is) &&
	       is.index == h->venet.index && is.dst.bits == route->dst.bits;
}

static int add_route(const struct vz_hostnet *h, const struct vz_ip *ip,
		     const struct vz_ip *source, struct vz_error *err)
{
	struct vz_route route = host_route(h->venet.index, ip);
	char text[VZ_IP_TEXT];
	int ret;

	if (ip->family == AF_INET)
		route.src = *source;
	ret = vz_route_add(h->nl, &route, NLM_F_EXCL);
	if (ret == -EEXIST && (leads_to_venet(h, &route) ||
			       is_yes(h->ctx, "FORCE_ROUTE")))
		ret = vz_route_add(h->nl, &route, NLM_F_REPLACE);
	vz_ip_format(ip, text);
	if (ret == -EEXIST)
		return vz_fail(err, VZ_E_CANT_ADDIP, EEXIST,
			       "Unable to add IP address %s: the host has another route to it, see FORCE_ROUTE in vz.conf(5)",
			       text);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to add a route to %s over %s",
				     text, h->venet.name);
	return 0;
}

static int answer_on(const struct vz_hostnet *h, const struct vz_link *link,
		     const struct vz_ip *ip, struct vz_error *err)
{
	char text[VZ_IP_TEXT];
	int ret;

	ret = vz_sysctl_neighbour(h, link, ip->family, err);
	if (ret)
		return ret;
	ret = vz_proxy_add(h->nl, link->index, ip);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to answer for %s on %s",
				     vz_ip_format(ip, text), link->name);
	return 0;
}

/* What goes out over a default route comes back there. */
static int prepare_link(const struct vz_hostnet *h, const struct vz_link *link,
			const struct vz_ips *ips, struct vz_error *err)
{
	size_t i;
	int ret = 0;

	if (vz_ips_has(ips, AF_INET) &&
	    vz_hostnet_is_outward(h, link, AF_INET))
		ret = vz_sysctl_neighbour(h, link, AF_INET, err);
	for (i = 0; !ret && i < ips->n; i++)
		if (vz_hostnet_is_neighbour(h, link, &ips->v[i]))
			ret = answer_on(h, link, &ips->v[i], err);
	return ret;
}

static int prepare_venet(const struct vz_hostnet *h, const struct vz_ips *ips,
			 struct vz_error *err)
{
	static const int families[] = { AF_INET, AF_INET6 };
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(families); i++)
		if (vz_ips_has(ips, families[i]))
			ret = vz_sysctl_venet(h, families[i], err);
	if (ret || (h->venet.flags & IFF_UP))
		return ret;
	ret = vz_link_set_up(h->nl, h->venet.index, true);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to bring up %s", h->venet.name);
	return 0;
}

int vz_venet_route(const struct vz_hostnet *h, const struct vz_ips *ips,
		   struct vz_error *err)
{
	struct vz_ip source;
	size_t i;
	int ret;

	vz_hostnet_warn(h);
	ret = prepare_venet(h, ips, err);
	if (!ret)
		ret = vz_hostnet_source(h, &source, err);
	for (i = 0; !ret && i < ips->n; i++)
		ret = add_route(h, &ips->v[i], &source, err);
	if (!ret)
		vz_fault("net:routed");
	for (i = 0; !ret && i < h->nlinks; i++)
		ret = prepare_link(h, &h->links[i], ips, err);
	return ret;
}

int vz_venet_unroute(struct vz_nl *nl, const struct vz_ips *ips,
		     struct vz_error *err)
{
	struct vz_link venet;
	size_t i;
	int ret;

	/* routes over a device that is gone are gone with it */
	ret = vz_hostnet_venet(nl, &venet);
	for (i = 0; !ret && i < ips->n; i++) {
		struct vz_route route = host_route(venet.index, &ips->v[i]);

		ret = vz_route_del(nl, &route);
		if (ret == -ESRCH || ret == -ENETDOWN)
			ret = 0;
	}
	if (!ret || ret == -ENODEV)
		ret = vz_proxy_del(nl, ips);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to remove routes to a container");
	return 0;
}

/* Not vital: neighbours that do not know yet will ask. */
static void announce(const struct vz_hostnet *h, const struct vz_link *link,
		     const struct vz_ip *ip)
{
	char text[VZ_IP_TEXT];
	int ret;

	if (!(link->flags & IFF_RUNNING) ||
	    !vz_hostnet_is_neighbour(h, link, ip))
		return;
	ret = vz_announce(link, ip);
	if (ret)
		vz_log(h->ctx, VZ_LOG_DEBUG, 0,
		       "Address %s was not announced on %s: %s",
		       vz_ip_format(ip, text), link->name, strerror(-ret));
}

void vz_venet_announce(const struct vz_hostnet *h, const struct vz_link *only,
		       const struct vz_ips *ips)
{
	size_t i, k;

	for (i = 0; i < h->nlinks; i++)
		for (k = 0; k < ips->n; k++)
			if (!only || only->index == h->links[i].index)
				announce(h, &h->links[i], &ips->v[k]);
}
