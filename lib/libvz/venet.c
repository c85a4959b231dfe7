// SPDX-License-Identifier: GPL-2.0-only
/* The routed network of a container: the order of things. */
#include "net.h"
#include "param.h"
#include "venet.h"

/* One change of a container's addresses. */
struct change {
	struct vz_ct		*ct;
	struct vz_nl		*host;
	struct vz_nl		*inside;
	struct vz_hostnet	net;
	struct vz_ips		add;	/* shall be there, with their networks */
	struct vz_ips		fresh;	/* those of @add that were not */
	struct vz_ips		gone;	/* shall go */
	bool			all;	/* @gone is all there was */
	unsigned int		flags;	/* enum vz_apply_flags */
};

static void change_free(struct change *c)
{
	vz_ips_free(&c->add);
	vz_ips_free(&c->fresh);
	vz_ips_free(&c->gone);
	vz_hostnet_free(&c->net);
	vz_nl_close(c->host);
	vz_nl_close(c->inside);
}

#define autochange	__attribute__((cleanup(change_free)))

/* The addresses of a value, without those of IPv6 where that is off. */
static int parse_addresses(struct vz_ct *ct, const char *value,
			   struct vz_ips *ips, struct vz_error *err)
{
	const char *ipv6 = vz_ct_get(ct, "IPV6");
	size_t i, n = 0;

	if (vz_ips_parse(ips, value))
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad IP addresses: %s", value);
	if (!ipv6 || vz_value_bool(ipv6) != 0 || !vz_ips_has(ips, AF_INET6))
		return 0;
	for (i = 0; i < ips->n; i++)
		if (ips->v[i].family != AF_INET6)
			ips->v[n++] = ips->v[i];
	ips->n = n;
	ct_info(ct, "WARNING: IPv6 support is disabled");
	return 0;
}

static void tell(const struct change *c, const char *what,
		 const struct vz_ips *ips, bool nets)
{
	autofree char *text = vz_ips_text(ips, nets);

	if (ips->n && text)
		ct_info(c->ct, "%s IP address(es): %s", what, text);
}

/* --------------------------------------------------------------- adding -- */

static void undo(struct change *c)
{
	struct vz_error why = {};

	if (vz_venet_unroute(c->host, &c->fresh, &why) ||
	    vz_venet_unconfigure(c->ct, c->inside, &c->fresh, &why) ||
	    vz_iptable_del(c->ct, &c->fresh, &why))
		ct_err(c->ct, "%s", why.text);
}

static int add_owned(struct change *c, struct vz_error *err)
{
	struct vz_link link;
	int ret;

	ret = vz_venet_check(c->ct, &c->net, &c->fresh, c->flags, err);
	if (!ret)
		ret = vz_venet_device(c->ct, c->inside, c->net.venet.mtu,
				      &link, err);
	if (!ret)
		ret = vz_venet_configure(c->ct, c->inside, link.index, &c->add,
					 err);
	if (!ret)
		vz_fault("net:configured");
	return ret ? ret : vz_venet_route(&c->net, &c->add, err);
}

/* All addresses are the container's afterwards, or none of the fresh ones. */
static int add_addresses(struct change *c, struct vz_error *err)
{
	int ret = vz_iptable_add(c->ct, &c->fresh, err);

	if (ret)
		return ret;
	vz_fault("net:owned");
	ret = add_owned(c, err);
	if (ret)
		undo(c);
	else
		vz_venet_announce(&c->net, NULL, &c->fresh);
	return ret;
}

static int del_addresses(struct change *c, struct vz_error *err)
{
	int ret = vz_venet_unconfigure(c->ct, c->inside, &c->gone, err);

	if (!ret)
		ret = vz_venet_unroute(c->host, &c->gone, err);
	if (!ret)
		vz_fault("net:unrouted");
	return ret ? ret : vz_iptable_del(c->ct, &c->gone, err);
}

/* Without the module there is no device, index 0; it is loaded when it is
 * needed. */
static int find_venet(struct change *c, struct vz_link *venet,
		      struct vz_error *err)
{
	if (!vz_hostnet_venet(c->host, venet) || !c->add.n)
		return 0;
	vz_feature_load(c->ct, "vznet");
	if (!vz_hostnet_venet(c->host, venet))
		return 0;
	return vz_fail(err, VZ_E_BAD_KERNEL, ENODEV,
		       "Unable to give CT %u its IP addresses: the kernel module vznet cannot be loaded",
		       c->ct->id);
}

/* -------------------------------------------------------- start and stop -- */

int vz_venet_setup(struct vz_ct *ct, int netns, struct vz_error *err)
{
	autochange struct change c = { .ct = ct };
	struct vz_link venet, link;
	int ret;

	ret = parse_addresses(ct, vz_ct_get(ct, "IP_ADDRESS"), &c.add, err);
	if (!ret)
		ret = vz_nl_open(-1, &c.host, err);
	if (!ret)
		ret = find_venet(&c, &venet, err);
	if (ret || !venet.index)
		return ret;
	ret = vz_nl_open(netns, &c.inside, err);
	if (!ret && !c.add.n)
		return vz_venet_device(ct, c.inside, venet.mtu, &link, err);
	if (!ret)
		ret = vz_hostnet_load(&c.net, ct->ctx, c.host, err);
	if (ret)
		return ret;
	tell(&c, "Adding", &c.add, true);
	if (vz_ips_copy(&c.fresh, &c.add))
		return vz_fail_oom(err);
	return add_addresses(&c, err);
}

int vz_venet_teardown(struct vz_ct *ct, struct vz_error *err)
{
	autonl struct vz_nl *host = NULL;
	autoips struct vz_ips ips = {};
	int ret;

	ret = vz_iptable_list(ct->ctx, ct->id, &ips, err);
	if (ret || !ips.n)
		return ret;
	ret = vz_nl_open(-1, &host, err);
	return ret ? ret : vz_venet_unroute(host, &ips, err);
}

VZ_EXPORT int vz_ct_addresses(struct vz_ct *ct, char **text,
			      struct vz_error *err)
{
	autoips struct vz_ips ips = {};
	int ret = vz_iptable_list(ct->ctx, ct->id, &ips, err);

	if (ret)
		return ret;
	*text = vz_ips_text(&ips, false);
	return *text ? 0 : vz_fail_oom(err);
}

/* --------------------------------------------------- a running container -- */

/* Only what it has can be taken away, and not what is given as well. */
static int plan_gone(struct change *c, const char *taken,
		     const struct vz_ips *has)
{
	autoips struct vz_ips named = {};
	int ret = 0;
	size_t i;

	c->all = taken && !strcmp(taken, "all");
	if (!c->all)
		ret = vz_ips_parse(&named, taken);
	for (i = 0; !ret && i < has->n; i++)
		if ((c->all || vz_ips_find(&named, &has->v[i])) &&
		    !vz_ips_find(&c->add, &has->v[i]))
			ret = vz_ips_append(&c->gone, &has->v[i]);
	return ret;
}

/* What the change comes to, compared with the addresses that it has. */
static int plan(struct change *c, const char *taken, const struct vz_ips *has,
		struct vz_error *err)
{
	int ret = plan_gone(c, taken, has);
	size_t i;

	for (i = 0; !ret && i < c->add.n; i++)
		if (!vz_ips_find(has, &c->add.v[i]))
			ret = vz_ips_append(&c->fresh, &c->add.v[i]);
	return ret ? vz_fail_oom(err) : 0;
}

static int open_sockets(struct change *c, struct vz_error *err)
{
	autoclose int netns = vz_net_open(c->ct, err);
	struct vz_link venet;
	int ret;

	if (netns < 0)
		return netns;
	ret = vz_nl_open(-1, &c->host, err);
	if (!ret)
		ret = vz_nl_open(netns, &c->inside, err);
	if (ret || !c->add.n)
		return ret;
	ret = find_venet(c, &venet, err);
	return ret ? ret : vz_hostnet_load(&c->net, c->ct->ctx, c->host, err);
}

/* The tools inside agree with the kernel afterwards, or there is a warning. */
static void tell_inside(const struct change *c, size_t had)
{
	autofree char *added = vz_ips_text(&c->add, true);
	autofree char *gone = vz_ips_text(&c->gone, false);
	size_t has = had - c->gone.n + c->fresh.n;
	struct vz_error why;
	int ret = 0;

	if (!added || !gone)
		return;
	if (c->gone.n && has > c->add.n)
		ret = vz_dist_del_ip(c->ct, gone, false, &why);
	else if (c->gone.n && !has)
		ret = vz_dist_del_ip(c->ct, gone, true, &why);
	if (!ret && c->add.n)
		ret = vz_dist_add_ip(c->ct, added, has == c->add.n, &why);
	if (ret)
		ct_err(c->ct, "Warning: %s", why.text);
}

static int apply(struct change *c, size_t had, struct vz_error *err)
{
	int ret = open_sockets(c, err);

	if (ret)
		return ret;
	tell(c, c->all ? "Deleting all" : "Deleting", &c->gone, false);
	tell(c, "Adding", &c->add, true);
	/* what may fail comes first */
	if (c->add.n)
		ret = add_addresses(c, err);
	if (!ret && c->gone.n)
		ret = del_addresses(c, err);
	if (!ret)
		tell_inside(c, had);
	return ret;
}

int vz_venet_apply(struct vz_ct *ct, const struct vz_config *changes,
		   unsigned int flags, struct vz_error *err)
{
	const char *added = vz_config_get(changes, "IP_ADDRESS");
	const char *taken = vz_config_get(changes, "IP_ADDRESS-");
	autochange struct change c = { .ct = ct, .flags = flags };
	autoips struct vz_ips has = {};
	int ret;

	if (!added && !taken)
		return 0;
	ret = parse_addresses(ct, added, &c.add, err);
	if (!ret)
		ret = vz_iptable_list(ct->ctx, ct->id, &has, err);
	if (!ret)
		ret = plan(&c, taken, &has, err);
	if (ret || (!c.add.n && !c.gone.n))
		return ret;
	return apply(&c, has.n, err);
}
