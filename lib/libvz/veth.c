// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairs of virtual Ethernet devices.
 *
 * The container is root of the namespace that one end is in, and may rename,
 * move or remove it at any moment.  So a pair is known by the host's end, and
 * the kernel module is asked which of those belong to a container.  The host's
 * end comes up last: nothing passes before the address filter is in place.
 *
 * The container's end is left down.  Programs inside that configure devices
 * bring it up; NetworkManager for one leaves a device alone that is up already
 * and has got an IPv6 address by itself.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "veth.h"

/* How long a name on the host may belong to a namespace that is ending */
#define NAME_TRIES	20
#define NAME_WAIT_MS	50

/* ----------------------------------------------------- the kernel module -- */

static int call(struct vz_ct *ct, unsigned long request, void *arg)
{
	int fd = vz_ctl_fd(ct->ctx, NULL);

	if (fd < 0)
		return fd;
	return ioctl(fd, request, arg) ? -errno : 0;
}

ssize_t vz_veth_list(struct vz_ct *ct, struct vznet_veth **veths,
		     struct vz_error *err)
{
	struct vznet_veth_list list = { .size = sizeof(list), .ctid = ct->id };
	uint32_t room = 16;
	int ret;

	for (;;) {
		autofree struct vznet_veth *v = calloc(room, sizeof(*v));

		if (!v)
			return vz_fail_oom(err);
		list.count = room;
		list.veths = (uintptr_t)v;
		ret = call(ct, VZNET_IOC_VETH_LIST, &list);
		/* without the module there are none */
		if (ret == -ENOTTY || vz_ctl_fd(ct->ctx, NULL) < 0)
			return 0;
		if (ret)
			return vz_fail_errno(err, VZ_E_VETH, -ret,
					     "Unable to ask the kernel for the virtual Ethernet devices");
		if (list.count <= room) {
			*veths = steal_ptr(v);
			return list.count;
		}
		room = list.count;
	}
}

static bool has_module(struct vz_ct *ct)
{
	struct vznet_veth_list list = { .size = sizeof(list), .ctid = ct->id };

	return !call(ct, VZNET_IOC_VETH_LIST, &list);
}

static int need_module(struct vz_ct *ct, struct vz_error *err)
{
	if (has_module(ct))
		return 0;
	vz_feature_load(ct, "vznet");
	if (has_module(ct))
		return 0;
	return vz_fail(err, VZ_E_BAD_KERNEL, ENOTTY,
		       "Virtual Ethernet devices need the kernel module vznet: run \"modprobe vznet\"");
}

static int register_pair(struct vz_ct *ct, int index,
			 const struct vz_netif *nif)
{
	struct vznet_veth arg = {
		.size = sizeof(arg),
		.ctid = ct->id,
		.ifindex = (uint32_t)index,
		.flags = nif->filter == VZ_FILTER_OFF ? 0 : VZNET_VETH_FILTER,
	};

	memcpy(arg.mac, nif->mac, sizeof(arg.mac));
	snprintf(arg.name, sizeof(arg.name), "%s", nif->ifname);
	return call(ct, VZNET_IOC_VETH_ADD, &arg);
}

static int add_pair(struct vz_ct *ct, int index, const struct vz_netif *nif,
		    struct vz_error *err)
{
	int ret = register_pair(ct, index, nif);

	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to set the address filter of %s",
				     nif->host_ifname);
	return 0;
}

/* ------------------------------------------------------- the host's end -- */

static int find_bridge(struct vz_nl *nl, const struct vz_netif *nif,
		       int *index, struct vz_error *err)
{
	struct vz_link link;
	int ret;

	*index = 0;
	if (!*nif->bridge)
		return 0;
	ret = vz_link_get(nl, nif->bridge, &link);
	if (ret == -ENODEV)
		return vz_fail(err, VZ_E_VETH, ENODEV,
			       "Unable to add %s to the bridge %s: there is no such bridge on the host",
			       nif->host_ifname, nif->bridge);
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to look for the bridge %s",
				     nif->bridge);
	if (strcmp(link.kind, "bridge"))
		return vz_fail(err, VZ_E_VETH, EINVAL,
			       "Unable to add %s to %s: that is not a bridge",
			       nif->host_ifname, nif->bridge);
	*index = link.index;
	return 0;
}

int vz_veth_check(struct vz_ct *ct, const struct vz_netif *nif,
		  struct vz_error *err)
{
	autofree char *script = vz_veth_script(ct);
	autonl struct vz_nl *nl = NULL;
	int ret, index;

	ret = need_module(ct, err);
	if (ret || script)
		return ret;
	ret = vz_nl_open(-1, &nl, err);
	return ret ? ret : find_bridge(nl, nif, &index, err);
}

static int join_bridge(struct vz_nl *nl, int index, const struct vz_netif *nif,
		       struct vz_error *err)
{
	int ret, bridge;

	ret = find_bridge(nl, nif, &bridge, err);
	if (ret)
		return ret;
	ret = vz_link_set_master(nl, index, bridge);
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret, bridge ?
				     "Unable to add %s to the bridge %s" :
				     "Unable to take %s out of its bridge%s",
				     nif->host_ifname, nif->bridge);
	return 0;
}

/*
 * What the container announces must not give the host an address.  Where
 * there is no IPv6 nothing has to be done.
 */
static void no_autoconf(struct vz_nl *nl, int index, const struct vz_netif *nif)
{
	char path[64];

	if (*nif->bridge)
		vz_link_set_ipv6_address(nl, index, false);
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra",
		 nif->host_ifname);
	vz_write_file_at(AT_FDCWD, path, "0");
}

/* A port has no use for addresses, a device outside of a bridge has. */
static void leave_bridge(struct vz_nl *nl, const struct vz_link *link,
			 const struct vz_netif *nif)
{
	if (link->master && !*nif->bridge)
		vz_link_set_ipv6_address(nl, link->index, true);
}

static int configure(struct vz_ct *ct, struct vz_nl *nl, int index,
		     const struct vz_netif *nif, struct vz_error *err)
{
	autofree char *script = vz_veth_script(ct);
	int ret;

	no_autoconf(nl, index, nif);
	ret = script ? vz_veth_run_script(ct, script, nif, err) :
		       join_bridge(nl, index, nif, err);
	if (ret)
		return ret;
	ret = vz_link_set_up(nl, index, true);
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to bring up %s", nif->host_ifname);
	return 0;
}

/* ------------------------------------------------------------- creation -- */

/*
 * A pair of the container that the module does not know was left by a command
 * that was killed: the module accepts no other.
 */
static bool remove_leftover(struct vz_ct *ct, struct vz_nl *nl, int index,
			    const struct vz_netif *nif)
{
	autofree struct vznet_veth *known = NULL;
	ssize_t n = vz_veth_list(ct, &known, NULL), i;

	for (i = 0; i < n; i++)
		if ((int)known[i].ifindex == index)
			return false;
	return n >= 0 && !register_pair(ct, index, nif) &&
	       !vz_link_del(nl, index);
}

static int name_in_use(struct vz_nl *nl, const struct vz_netif *nif,
		       struct vz_error *err)
{
	struct vz_link link;

	if (!vz_link_get(nl, nif->host_ifname, &link))
		return vz_fail(err, VZ_E_VETH, EEXIST,
			       "The host has a network device %s already",
			       nif->host_ifname);
	return vz_fail(err, VZ_E_VETH, EEXIST,
		       "The container has a network device %s already",
		       nif->ifname);
}

static int add_link(struct vz_ct *ct, struct vz_nl *nl, int netns,
		    const struct vz_netif *nif, struct vz_error *err)
{
	struct vz_link link;
	int ret, tries;

	for (tries = 0; ; tries++) {
		ret = vz_link_add_veth(nl, netns, nif);
		if (ret != -EEXIST)
			break;
		/* one of a namespace that is ending goes by itself */
		if (tries == NAME_TRIES ||
		    vz_link_get(nl, nif->host_ifname, &link) ||
		    strcmp(link.kind, "veth"))
			return name_in_use(nl, nif, err);
		if (!remove_leftover(ct, nl, link.index, nif))
			poll(NULL, 0, NAME_WAIT_MS);
	}
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to make the virtual Ethernet devices %s and %s",
				     nif->host_ifname, nif->ifname);
	return 0;
}

int vz_veth_create(struct vz_ct *ct, int netns, const struct vz_netif *nif,
		   struct vz_error *err)
{
	autonl struct vz_nl *nl = NULL;
	struct vz_link link;
	int ret;

	ret = vz_nl_open(-1, &nl, err);
	if (!ret)
		ret = add_link(ct, nl, netns, nif, err);
	if (ret)
		return ret;
	vz_fault("veth:added");
	ret = vz_link_get(nl, nif->host_ifname, &link);
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to find %s", nif->host_ifname);
	ret = add_pair(ct, link.index, nif, err);
	if (!ret)
		ret = configure(ct, nl, link.index, nif, err);
	if (ret)
		vz_link_del(nl, link.index);
	return ret;
}

/* -------------------------------------------------------------- changes -- */

/* Older kernels rename a device only while it is down. */
static int rename_link(struct vz_nl *nl, const struct vz_link *link,
		       const struct vz_netif *nif, struct vz_error *err)
{
	int ret;

	if (!strcmp(link->name, nif->host_ifname))
		return 0;
	vz_link_set_up(nl, link->index, false);
	ret = vz_link_rename(nl, link->index, nif->host_ifname);
	vz_link_set_up(nl, link->index, true);
	if (ret == -EEXIST)
		return name_in_use(nl, nif, err);
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to rename %s to %s", link->name,
				     nif->host_ifname);
	return 0;
}

static int set_host_mac(struct vz_nl *nl, const struct vz_link *link,
			const struct vz_netif *nif, struct vz_error *err)
{
	int ret;

	if (!memcmp(link->mac, nif->host_mac, VZ_MAC_LEN))
		return 0;
	ret = vz_link_set_mac(nl, link->index, nif->host_mac);
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to set the Ethernet address of %s",
				     nif->host_ifname);
	return 0;
}

int vz_veth_change(struct vz_ct *ct, int index, const struct vz_netif *nif,
		   struct vz_error *err)
{
	autonl struct vz_nl *nl = NULL;
	struct vz_link link;
	int ret;

	ret = vz_nl_open(-1, &nl, err);
	if (ret)
		return ret;
	ret = vz_link_get_index(nl, index, &link);
	if (ret)
		return vz_fail_errno(err, VZ_E_VETH, -ret, "Unable to find %s",
				     nif->host_ifname);
	ret = rename_link(nl, &link, nif, err);
	if (!ret)
		ret = set_host_mac(nl, &link, nif, err);
	if (!ret)
		ret = add_pair(ct, index, nif, err);
	if (!ret)
		ret = configure(ct, nl, index, nif, err);
	if (!ret)
		leave_bridge(nl, &link, nif);
	return ret;
}

int vz_veth_delete(struct vz_ct *ct, int index, struct vz_error *err)
{
	autonl struct vz_nl *nl = NULL;
	int ret;

	ret = vz_nl_open(-1, &nl, err);
	if (ret)
		return ret;
	ret = vz_link_del(nl, index);
	/* the container may have been faster */
	if (ret && ret != -ENODEV)
		return vz_fail_errno(err, VZ_E_VETH, -ret,
				     "Unable to remove the virtual Ethernet device with index %d",
				     index);
	return 0;
}

/* ------------------------------------------------------- start and stop -- */

/* What the file does not tell is chosen once and for all. */
static int complete(struct vz_ct *ct, struct vz_netifs *list,
		    struct vz_error *err)
{
	autofree char *value = NULL;
	size_t i, size;
	int ret = 0;
	FILE *f;

	for (i = 0; !ret && i < list->n; i++)
		ret = vz_netif_complete(ct, list, &list->v[i], err);
	if (!ret)
		ret = vz_netifs_check(list, err);
	if (ret)
		return ret;
	f = open_memstream(&value, &size);
	if (!f)
		return vz_fail_oom(err);
	vz_netifs_put(list, f);
	if (fclose(f))
		return vz_fail_oom(err);
	if (!strcmp(value, vz_ct_get(ct, "NETIF")))
		return 0;
	ret = vz_config_set(ct->config, "NETIF", value, err);
	return ret ? ret : vz_ct_save(ct, err);
}

static void tell(struct vz_ct *ct, const struct vz_netifs *list)
{
	autofree char *names = NULL;
	size_t i, size;
	FILE *f = open_memstream(&names, &size);

	if (!f)
		return;
	for (i = 0; i < list->n; i++)
		fprintf(f, "%s ", list->v[i].host_ifname);
	if (!fclose(f))
		ct_info(ct, "Configure veth devices: %s", names);
}

int vz_veth_setup(struct vz_ct *ct, int netns, struct vz_error *err)
{
	autonetifs struct vz_netifs list = {};
	size_t i;
	int ret;

	if (vz_netifs_parse(&list, vz_ct_get(ct, "NETIF")))
		return vz_fail_oom(err);
	if (!list.n)
		return 0;
	ret = complete(ct, &list, err);
	for (i = 0; !ret && i < list.n; i++)
		ret = vz_veth_check(ct, &list.v[i], err);
	if (ret)
		return ret;
	tell(ct, &list);
	for (i = 0; !ret && i < list.n; i++)
		ret = vz_veth_create(ct, netns, &list.v[i], err);
	return ret;
}

int vz_veth_teardown(struct vz_ct *ct, struct vz_error *err)
{
	autofree struct vznet_veth *veths = NULL;
	ssize_t n = vz_veth_list(ct, &veths, err), i;
	int ret = 0;

	if (n < 0)
		return (int)n;
	for (i = 0; !ret && i < n; i++)
		ret = vz_veth_delete(ct, (int)veths[i].ifindex, err);
	return ret;
}
