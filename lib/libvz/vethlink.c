// SPDX-License-Identifier: GPL-2.0-only
/* What link.c has not: messages about veth pairs and lent devices. */
#include <linux/if_link.h>
#include <linux/veth.h>

#include "veth.h"

static struct nl_msg *new_message(int type, int flags, int index)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = index };

	return vz_nl_new(type, flags, &info, sizeof(info));
}

/* Attributes of the container's end; they follow a header of its own. */
static bool put_peer(struct nl_msg *msg, int netns, const struct vz_netif *nif)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nlattr *peer = nla_nest_start(msg, VETH_INFO_PEER);

	if (!peer || nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO) ||
	    nla_put_string(msg, IFLA_IFNAME, nif->ifname) ||
	    nla_put(msg, IFLA_ADDRESS, VZ_MAC_LEN, nif->mac) ||
	    nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)netns))
		return false;
	nla_nest_end(msg, peer);
	return true;
}

static bool put_veth(struct nl_msg *msg, int netns, const struct vz_netif *nif)
{
	struct nlattr *info, *data;

	if (nla_put_string(msg, IFLA_IFNAME, nif->host_ifname) ||
	    nla_put(msg, IFLA_ADDRESS, VZ_MAC_LEN, nif->host_mac))
		return false;
	info = nla_nest_start(msg, IFLA_LINKINFO);
	if (!info || nla_put_string(msg, IFLA_INFO_KIND, "veth"))
		return false;
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (!data || !put_peer(msg, netns, nif))
		return false;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return true;
}

int vz_link_add_veth(struct vz_nl *nl, int netns, const struct vz_netif *nif)
{
	struct nl_msg *msg = new_message(RTM_NEWLINK,
					 NLM_F_CREATE | NLM_F_EXCL, 0);

	if (msg && !put_veth(msg, netns, nif)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vz_nl_talk(nl, msg);
}

int vz_link_get_index(struct vz_nl *nl, int index, struct vz_link *link)
{
	autofree struct vz_link *links = NULL;
	ssize_t n = vz_link_list(nl, &links), i;

	for (i = 0; i < n; i++) {
		if (links[i].index != index)
			continue;
		*link = links[i];
		return 0;
	}
	return n < 0 ? (int)n : -ENODEV;
}

static bool put_mode(struct nl_msg *msg, uint8_t mode)
{
	struct nlattr *spec = nla_nest_start(msg, IFLA_AF_SPEC), *inet6;

	inet6 = spec ? nla_nest_start(msg, AF_INET6) : NULL;
	if (!inet6 || nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, mode))
		return false;
	nla_nest_end(msg, inet6);
	nla_nest_end(msg, spec);
	return true;
}

int vz_link_set_ipv6_address(struct vz_nl *nl, int index, bool on)
{
	struct nl_msg *msg = new_message(RTM_NEWLINK, 0, index);

	if (msg && !put_mode(msg, on ? IN6_ADDR_GEN_MODE_EUI64 :
				       IN6_ADDR_GEN_MODE_NONE)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vz_nl_talk(nl, msg);
}

/* The attribute that lists a device's alternative names. */
struct names {
	int	index;
	void	*list;
	int	len;
};

static int copy_names(struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *info = nlmsg_data(nlh);
	struct names *names = data;
	struct nlattr *list;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	list = nlmsg_find_attr(nlh, sizeof(*info), IFLA_PROP_LIST);
	if (!list)
		return 0;
	names->index = info->ifi_index;
	names->len = nla_len(list);
	names->list = malloc((size_t)names->len);
	if (!names->list)
		return -ENOMEM;
	memcpy(names->list, nla_data(list), (size_t)names->len);
	return 1;
}

static int get_names(struct vz_nl *nl, const char *name, struct names *names)
{
	struct nl_msg *msg = new_message(RTM_GETLINK, 0, 0);

	if (msg && (nla_put_string(msg, IFLA_IFNAME, name) ||
		    nla_put_u32(msg, IFLA_EXT_MASK,
				RTEXT_FILTER_SKIP_STATS))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vz_nl_ask(nl, msg, copy_names, names);
}

static int drop_name(struct vz_nl *nl, int index, struct nlattr *name)
{
	struct nl_msg *msg = new_message(RTM_DELLINKPROP, 0, index);
	struct nlattr *list;

	list = msg ? nla_nest_start(msg, IFLA_PROP_LIST | NLA_F_NESTED) : NULL;
	if (list && !nla_put(msg, nla_type(name), nla_len(name),
			     nla_data(name))) {
		nla_nest_end(msg, list);
	} else {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vz_nl_talk(nl, msg);
}

int vz_link_drop_altnames(struct vz_nl *nl, const char *name)
{
	struct names names = {};
	autofree void *list = NULL;
	struct nlattr *attr;
	int ret, rest;

	ret = get_names(nl, name, &names);
	list = names.list;
	if (ret < 0 || !list)
		return ret;
	ret = 0;
	nla_for_each_attr(attr, list, names.len, rest)
		if (!ret)
			ret = drop_name(nl, names.index, attr);
	return ret;
}
