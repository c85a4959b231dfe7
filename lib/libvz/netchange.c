// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the virtual Ethernet devices.
 *
 * The list that is changed has what the config file tells and, of a container
 * that runs, what exists without being in the file.  What is to be done to the
 * devices follows from the finished list.
 */
#include <linux/vznet.h>

#include "net.h"
#include "veth.h"

/**
 * struct work - one call of vz_ct_netif()
 * @list: the devices as they are to be
 * @live: those that exist, by the kernel
 * @before: the devices as they are
 */
struct work {
	struct vz_ct		*ct;
	struct vz_netifs	list;
	struct vz_netifs	before;
	struct vznet_veth	*live;
	ssize_t			nlive;
};

static const struct vznet_veth *find_live(const struct work *w,
					  const char *ifname)
{
	ssize_t i;

	for (i = 0; i < w->nlive; i++)
		if (!strcmp(w->live[i].name, ifname))
			return &w->live[i];
	return NULL;
}

/* Is something to be done about it? */
static bool is_wanted(const struct vz_netif *nif)
{
	return nif->changed && !nif->removed;
}

/* ------------------------------------------------ what is there already -- */

static const struct vz_link *by_index(const struct vz_link *links, ssize_t n,
				      int index)
{
	ssize_t i;

	for (i = 0; index && i < n; i++)
		if (links[i].index == index)
			return &links[i];
	return NULL;
}

static int add_unsaved(struct work *w, const struct vznet_veth *live,
		       const struct vz_link *links, ssize_t n)
{
	const struct vz_link *link = by_index(links, n, (int)live->ifindex);
	const struct vz_link *master;
	struct vz_netif nif = { .unsaved = true };

	/* the container removed it this moment */
	if (!link)
		return 0;
	master = by_index(links, n, link->master);
	snprintf(nif.ifname, sizeof(nif.ifname), "%s", live->name);
	snprintf(nif.host_ifname, sizeof(nif.host_ifname), "%s", link->name);
	if (master)
		snprintf(nif.bridge, sizeof(nif.bridge), "%s", master->name);
	memcpy(nif.mac, live->mac, sizeof(nif.mac));
	memcpy(nif.host_mac, link->mac, sizeof(nif.host_mac));
	if (!(live->flags & VZNET_VETH_FILTER))
		nif.filter = VZ_FILTER_OFF;
	return vz_netifs_add(&w->list, &nif) ? 0 : -ENOMEM;
}

static int read_live(struct work *w, struct vz_error *err)
{
	autofree struct vz_link *links = NULL;
	autonl struct vz_nl *nl = NULL;
	ssize_t n, i;
	int ret;

	w->nlive = vz_veth_list(w->ct, &w->live, err);
	if (w->nlive <= 0)
		return (int)w->nlive;
	ret = vz_nl_open(-1, &nl, err);
	if (ret)
		return ret;
	n = vz_link_list(nl, &links);
	if (n < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM, (int)-n,
				     "Unable to list the network devices");
	for (i = 0; i < w->nlive; i++)
		if (!vz_netifs_find(&w->list, w->live[i].name) &&
		    add_unsaved(w, &w->live[i], links, n))
			return vz_fail_oom(err);
	return 0;
}

static int copy_list(struct work *w, struct vz_error *err)
{
	size_t i;

	for (i = 0; i < w->list.n; i++)
		if (!vz_netifs_add(&w->before, &w->list.v[i]))
			return vz_fail_oom(err);
	return 0;
}

/* ---------------------------------------------------------- the changes -- */

static int bad_value(const char *option, const char *value,
		     struct vz_error *err)
{
	return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
		       "Bad parameter for --%s: %s", option, value);
}

static void remove_pairs(struct work *w, const char *ifname)
{
	bool all = !strcmp(ifname, "all"), found = all;
	size_t i;

	for (i = 0; i < w->list.n; i++) {
		struct vz_netif *nif = &w->list.v[i];

		if (!all && strcmp(nif->ifname, ifname))
			continue;
		nif->removed = true;
		found = true;
	}
	if (!found)
		ct_err(w->ct, "Container does not have configured veth: %s, skipped",
		       ifname);
}

/* What is given takes the place of what was there. */
static void merge(struct vz_netif *to, const struct vz_netif *from)
{
	if (*from->bridge)
		strcpy(to->bridge, from->bridge);
	if (*from->host_ifname)
		strcpy(to->host_ifname, from->host_ifname);
	if (vz_mac_is_set(from->mac))
		memcpy(to->mac, from->mac, VZ_MAC_LEN);
	if (vz_mac_is_set(from->host_mac))
		memcpy(to->host_mac, from->host_mac, VZ_MAC_LEN);
	to->changed = true;
}

static int add_pair(struct work *w, const char *text, struct vz_error *err)
{
	struct vz_netif nif, *old;
	int ret = vz_netif_parse_add(&nif, text);

	if (ret)
		return ret == -ENOMEM ? vz_fail_oom(err) :
					bad_value("netif_add", text, err);
	old = vz_netifs_find(&w->list, nif.ifname);
	if (old) {
		merge(old, &nif);
		return 0;
	}
	nif.changed = true;
	return vz_netifs_add(&w->list, &nif) ? 0 : vz_fail_oom(err);
}

static int set_pair(struct work *w, const struct vz_netif_change *c,
		    struct vz_error *err)
{
	struct vz_netif *nif = vz_netifs_find(&w->list, c->ifname);

	if (!nif)
		return vz_fail(err, VZ_E_INVALID_SYNTAX, ENOENT,
			       "Invalid usage: veth device %s is not configured, use --netif_add option first",
			       c->ifname);
	nif->changed = true;
	if (!strcmp(c->key, "bridge") && !*c->value) {
		*nif->bridge = '\0';
		return 0;
	}
	if (!strcmp(c->key, "ifname") || vz_netif_set(nif, c->key, c->value))
		return bad_value(c->key, c->value, err);
	return 0;
}

static int change_list(struct work *w, const struct vz_netif_change *changes,
		       size_t n, struct vz_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < n; i++)
		if (changes[i].op == VZ_NETIF_DEL)
			remove_pairs(w, changes[i].ifname);
	for (i = 0; !ret && i < n; i++) {
		if (changes[i].op == VZ_NETIF_ADD)
			ret = add_pair(w, changes[i].ifname, err);
		else if (changes[i].op == VZ_NETIF_SET)
			ret = set_pair(w, &changes[i], err);
	}
	for (i = 0; !ret && i < w->list.n; i++)
		if (is_wanted(&w->list.v[i]))
			ret = vz_netif_complete(w->ct, &w->list, &w->list.v[i],
						err);
	return ret ? ret : vz_netifs_check(&w->list, err);
}

/* ---------------------------------------------------------- the devices -- */

/* "veth101.0 veth101.1 " */
static void tell(struct work *w, const char *what, bool removed)
{
	autofree char *names = NULL;
	bool any = false;
	size_t i, size;
	FILE *f = open_memstream(&names, &size);

	if (!f)
		return;
	for (i = 0; i < w->list.n; i++) {
		const struct vz_netif *nif = &w->list.v[i];

		if (removed ? !nif->removed : !is_wanted(nif))
			continue;
		fprintf(f, "%s ", nif->host_ifname);
		any = true;
	}
	if (!fclose(f) && any)
		ct_info(w->ct, "%s veth devices: %s", what, names);
}

static int check_pairs(struct work *w, struct vz_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < w->list.n; i++)
		if (is_wanted(&w->list.v[i]))
			ret = vz_veth_check(w->ct, &w->list.v[i], err);
	return ret;
}

static int delete_pairs(struct work *w, struct vz_error *err)
{
	const struct vznet_veth *live;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < w->list.n; i++) {
		if (!w->list.v[i].removed)
			continue;
		live = find_live(w, w->list.v[i].ifname);
		if (live)
			ret = vz_veth_delete(w->ct, (int)live->ifindex, err);
	}
	return ret;
}

/* One that was deleted a moment ago does not exist any more. */
static const struct vznet_veth *still_live(const struct work *w,
					   const struct vz_netif *nif)
{
	size_t i;

	for (i = 0; i < w->list.n; i++)
		if (w->list.v[i].removed &&
		    !strcmp(w->list.v[i].ifname, nif->ifname))
			return NULL;
	return find_live(w, nif->ifname);
}

static int make_pair(struct work *w, int netns, const struct vz_netif *nif,
		     struct vz_error *err)
{
	const struct vznet_veth *live = still_live(w, nif);

	return live ? vz_veth_change(w->ct, (int)live->ifindex, nif, err) :
		      vz_veth_create(w->ct, netns, nif, err);
}

static void unmake_pair(struct work *w, const struct vz_netif *nif)
{
	autofree struct vznet_veth *now = NULL;
	ssize_t n = vz_veth_list(w->ct, &now, NULL), i;

	for (i = 0; i < n; i++)
		if (!strcmp(now[i].name, nif->ifname))
			vz_veth_delete(w->ct, (int)now[i].ifindex, NULL);
}

/* One that could not be made is gone already. */
static void undo_pair(struct work *w, const struct vz_netif *nif, bool made)
{
	const struct vz_netif *old = vz_netifs_find(&w->before, nif->ifname);
	const struct vznet_veth *live = still_live(w, nif);

	if (live && old)
		vz_veth_change(w->ct, (int)live->ifindex, old, NULL);
	else if (!live && made)
		unmake_pair(w, nif);
}

static int make_pairs(struct work *w, struct vz_error *err)
{
	autoclose int netns = vz_net_open(w->ct, err);
	size_t i, k;
	int ret;

	if (netns < 0)
		return netns;
	for (i = 0; i < w->list.n; i++) {
		if (!is_wanted(&w->list.v[i]))
			continue;
		ret = make_pair(w, netns, &w->list.v[i], err);
		if (!ret)
			continue;
		for (k = 0; k <= i; k++)
			if (is_wanted(&w->list.v[k]))
				undo_pair(w, &w->list.v[k], k < i);
		return ret;
	}
	return 0;
}

static int apply(struct work *w, struct vz_error *err)
{
	int ret = check_pairs(w, err);

	if (ret)
		return ret;
	tell(w, "Deleting", true);
	ret = delete_pairs(w, err);
	if (ret)
		return ret;
	tell(w, "Configure", false);
	return make_pairs(w, err);
}

static int put_value(const struct vz_netifs *list, char **value,
		     struct vz_error *err)
{
	autofree char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return vz_fail_oom(err);
	vz_netifs_put(list, f);
	if (fclose(f))
		return vz_fail_oom(err);
	*value = steal_ptr(text);
	return 0;
}

static int change(struct work *w, const struct vz_netif_change *changes,
		  size_t n, char **value, struct vz_error *err)
{
	struct vz_status st;
	int ret;

	if (vz_netifs_parse(&w->list, vz_ct_get(w->ct, "NETIF")))
		return vz_fail_oom(err);
	ret = vz_ct_status(w->ct, &st, err);
	if (!ret && st.state == VZ_RUNNING)
		ret = read_live(w, err);
	if (!ret)
		ret = copy_list(w, err);
	if (!ret)
		ret = change_list(w, changes, n, err);
	if (!ret && st.state == VZ_RUNNING)
		ret = apply(w, err);
	return ret ? ret : put_value(&w->list, value, err);
}

VZ_EXPORT int vz_ct_netif(struct vz_ct *ct,
			  const struct vz_netif_change *changes, size_t n,
			  char **value, struct vz_error *err)
{
	struct work w = { .ct = ct };
	int ret = change(&w, changes, n, value, err);

	vz_netifs_free(&w.list);
	vz_netifs_free(&w.before);
	free(w.live);
	return ret;
}
