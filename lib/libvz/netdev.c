// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices of the host that are lent to a container.
 *
 * The kernel module moves them and knows which they are; it brings them home
 * by itself when the container's network namespace ends before anybody has
 * fetched them.
 */
#include <net/if_arp.h>
#include <sys/ioctl.h>

#include <linux/vznet.h>

#include "net.h"
#include "netdev.h"
#include "veth.h"

/* How often a container may get in the way */
#define RETURN_TRIES	16

static int call(struct vz_ct *ct, unsigned long request, void *arg)
{
	int fd = vz_ctl_fd(ct->ctx, NULL);

	if (fd < 0)
		return fd;
	return ioctl(fd, request, arg) ? -errno : 0;
}

static int refuse(const char *name, struct vz_error *err)
{
	return vz_fail(err, VZ_E_NETDEV, EINVAL,
		       "The network device %s cannot be given to a container",
		       name);
}

/* The device of that name on the host; an alternative name does not do. */
static int find(const char *name, struct vz_link *link, struct vz_error *err)
{
	autonl struct vz_nl *nl = NULL;
	int ret;

	ret = vz_nl_open(-1, &nl, err);
	if (ret)
		return ret;
	ret = vz_link_get(nl, name, link);
	if (ret == -ENODEV || (!ret && strcmp(link->name, name)))
		return vz_fail(err, VZ_E_NETDEV, ENODEV,
			       "There is no network device %s on the host",
			       name);
	if (ret)
		return vz_fail_errno(err, VZ_E_NETDEV, -ret,
				     "Unable to look for the network device %s",
				     name);
	if (!strcmp(link->kind, VZNET_KIND) || !strcmp(link->kind, "tun") ||
	    link->type == ARPHRD_LOOPBACK)
		return refuse(name, err);
	return 0;
}

static int lend_failed(struct vz_ct *ct, int errnum, const char *name,
		       struct vz_error *err)
{
	switch (errnum) {
	case ENOTTY:
		return vz_fail(err, VZ_E_BAD_KERNEL, errnum,
			       "A network device is given to a container by the kernel module vznet: run \"modprobe vznet\"");
	case EBUSY:
		return vz_fail(err, VZ_E_NETDEV, errnum,
			       "The network device %s belongs to a bridge or the like, or to another container",
			       name);
	case EOPNOTSUPP:
		return refuse(name, err);
	case EEXIST:
		return vz_fail(err, VZ_E_NETDEV, errnum,
			       "CT %u has a network device %s already",
			       ct->id, name);
	}
	return vz_fail_errno(err, VZ_E_NETDEV, errnum,
			     "Unable to give the network device %s to CT %u",
			     name, ct->id);
}

static int lend(struct vz_ct *ct, int netns, const char *name,
		struct vz_error *err)
{
	struct vznet_netdev arg = {
		.size = sizeof(arg),
		.ctid = ct->id,
		.netns_fd = netns,
	};
	struct vz_link link;
	int ret;

	ret = find(name, &link, err);
	if (ret)
		return ret;
	arg.ifindex = (uint32_t)link.index;
	ret = call(ct, VZNET_IOC_NETDEV_LEND, &arg);
	if (ret == -ENOTTY) {
		vz_feature_load(ct, "vznet");
		ret = call(ct, VZNET_IOC_NETDEV_LEND, &arg);
	}
	return ret ? lend_failed(ct, -ret, name, err) : 0;
}

/*
 * The container may have given the device another name besides, one that the
 * host uses: then it cannot move until that is taken away.
 */
static int fetch(struct vz_ct *ct, const char *name, struct vznet_netdev *arg)
{
	autoclose int netns = -1;
	autonl struct vz_nl *nl = NULL;
	int ret, tries;

	for (tries = 0; ; tries++) {
		*arg = (struct vznet_netdev){
			.size = sizeof(*arg), .ctid = ct->id,
		};
		snprintf(arg->name, sizeof(arg->name), "%s", name);
		ret = call(ct, VZNET_IOC_NETDEV_RETURN, arg);
		if (ret != -EEXIST || tries == RETURN_TRIES)
			return ret;
		if (netns < 0)
			netns = vz_net_open(ct, NULL);
		if (netns < 0 || (!nl && vz_nl_open(netns, &nl, NULL)))
			return ret;
		vz_link_drop_altnames(nl, arg->name);
	}
}

static int fetch_one(struct vz_ct *ct, const char *name, struct vz_error *err)
{
	struct vznet_netdev arg;
	int ret = fetch(ct, name, &arg);

	if (ret == -ENODEV || ret == -ENOTTY)
		return vz_fail(err, VZ_E_NETDEV, ENODEV,
			       "CT %u has no network device %s of the host",
			       ct->id, name);
	if (ret)
		return vz_fail_errno(err, VZ_E_NETDEV, -ret,
				     "Unable to take the network device %s from CT %u",
				     name, ct->id);
	if (strcmp(arg.name, name))
		ct_err(ct, "Warning: the host has another %s now, the network device of CT %u is called %s",
		       name, ct->id, arg.name);
	return 0;
}

/* ------------------------------------------------------- start and stop -- */

/* The names in the value of NETDEV, one after the other; NULL: no more. */
static char *next_name(char **list)
{
	char *name;

	do {
		name = strsep(list, " \t");
	} while (name && !*name);
	return name;
}

int vz_netdev_setup(struct vz_ct *ct, int netns, struct vz_error *err)
{
	const char *value = vz_ct_get(ct, "NETDEV");
	autofree char *copy = value ? strdup(value) : NULL;
	char *rest = copy, *name;
	int ret = 0;

	if (value && !copy)
		return vz_fail_oom(err);
	while (!ret && (name = next_name(&rest)))
		ret = lend(ct, netns, name, err);
	return ret;
}

void vz_netdev_teardown(struct vz_ct *ct)
{
	struct vznet_netdev arg;
	int ret;

	while (!(ret = fetch(ct, "", &arg)))
		ct_debug(ct, "The network device %s is the host's again",
			 arg.name);
	/* without the module nothing was lent */
	if (ret == -EEXIST)
		ct_err(ct, "Unable to take the network device %s from CT %u: %s",
		       arg.name, ct->id, strerror(-ret));
}

/* -------------------------------------------------------------- changes -- */

/* Words of a value; the library's lists have one blank between two. */
struct names {
	char	*text;
	char	**v;
	size_t	n;
};

static void names_free(struct names *names)
{
	free(names->text);
	free(names->v);
}

#define autonames	__attribute__((cleanup(names_free)))

static int split(struct names *names, const char *value, struct vz_error *err)
{
	char *rest, *name;

	names->text = strdup(value ?: "");
	if (!names->text)
		return vz_fail_oom(err);
	names->v = calloc(strlen(names->text) + 1, sizeof(*names->v));
	if (!names->v)
		return vz_fail_oom(err);
	rest = names->text;
	while ((name = next_name(&rest)))
		names->v[names->n++] = name;
	return 0;
}

static bool has_name(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return true;
	return false;
}

/* Before anything is done: is all there that is asked for? */
static int check_names(const struct names *add, const struct names *del,
		       struct vz_error *err)
{
	struct vz_link link;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < add->n; i++)
		if (!has_name(del, add->v[i]))
			ret = find(add->v[i], &link, err);
	return ret;
}

/* One that is in the config file and was never there is no mistake. */
static int fetch_all(struct vz_ct *ct, const struct names *del,
		     struct vz_error *err)
{
	autonames struct names known = {};
	struct vz_error why = {};
	size_t i;
	int ret;

	ret = split(&known, vz_ct_get(ct, "NETDEV"), err);
	for (i = 0; !ret && i < del->n; i++) {
		ret = fetch_one(ct, del->v[i], &why);
		if (ret == -ENODEV && has_name(&known, del->v[i]))
			ret = 0;
		if (ret && err)
			*err = why;
	}
	return ret;
}

/* All or none. */
static int lend_all(struct vz_ct *ct, const struct names *add,
		    struct vz_error *err)
{
	autoclose int netns = -1;
	size_t i;
	int ret = 0;

	if (!add->n)
		return 0;
	netns = vz_net_open(ct, err);
	if (netns < 0)
		return netns;
	for (i = 0; i < add->n; i++) {
		ret = lend(ct, netns, add->v[i], err);
		if (ret)
			break;
	}
	while (ret && i--)
		fetch_one(ct, add->v[i], NULL);
	return ret;
}

int vz_netdev_apply(struct vz_ct *ct, const struct vz_config *changes,
		    struct vz_error *err)
{
	autonames struct names add = {}, del = {};
	int ret;

	ret = split(&add, vz_config_get(changes, "NETDEV"), err);
	if (!ret)
		ret = split(&del, vz_config_get(changes, "NETDEV-"), err);
	if (!ret)
		ret = check_names(&add, &del, err);
	if (!ret)
		ret = fetch_all(ct, &del, err);
	return ret ? ret : lend_all(ct, &add, err);
}
