// SPDX-License-Identifier: GPL-2.0-only
/* Network devices. */
#include "nl.h"

static struct nl_msg *new_message(int type, int flags, int index)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = index };

	return vz_nl_new(type, flags, &info, sizeof(info));
}

/* Adds attributes to a message; one that did not fit makes it NULL. */
static struct nl_msg *put(struct nl_msg *msg, int type, const void *data,
			  size_t len)
{
	if (msg && nla_put(msg, type, len, data)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static struct nl_msg *put_string(struct nl_msg *msg, int type,
				 const char *text)
{
	return put(msg, type, text, strlen(text) + 1);
}

static struct nl_msg *put_u32(struct nl_msg *msg, int type, uint32_t value)
{
	return put(msg, type, &value, sizeof(value));
}

static struct nl_msg *put_kind(struct nl_msg *msg, const char *kind)
{
	struct nlattr *info = msg ? nla_nest_start(msg, IFLA_LINKINFO) : NULL;

	if (!info || nla_put_string(msg, IFLA_INFO_KIND, kind)) {
		nlmsg_free(msg);
		return NULL;
	}
	nla_nest_end(msg, info);
	return msg;
}

/* -------------------------------------------------------------- reading -- */

static void read_kind(struct vz_link *link, struct nlattr *info)
{
	struct nlattr *kind = nla_find(nla_data(info), nla_len(info),
				       IFLA_INFO_KIND);

	if (kind)
		nla_strlcpy(link->kind, kind, sizeof(link->kind));
}

static void read_link(struct vz_link *link, struct nlmsghdr *nlh)
{
	const struct ifinfomsg *info = nlmsg_data(nlh);
	struct nlattr *tb[IFLA_MAX + 1];

	*link = (struct vz_link){
		.index = info->ifi_index,
		.flags = info->ifi_flags,
		.type = info->ifi_type,
	};
	if (nlmsg_parse(nlh, sizeof(*info), tb, IFLA_MAX, NULL))
		return;
	if (tb[IFLA_IFNAME])
		nla_strlcpy(link->name, tb[IFLA_IFNAME], sizeof(link->name));
	if (tb[IFLA_MTU])
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_MASTER])
		link->master = nla_get_u32(tb[IFLA_MASTER]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == sizeof(link->mac))
		memcpy(link->mac, nla_data(tb[IFLA_ADDRESS]),
		       sizeof(link->mac));
	if (tb[IFLA_LINKINFO])
		read_kind(link, tb[IFLA_LINKINFO]);
}

static int take_link(struct nlmsghdr *nlh, void *data)
{
	if (nlh->nlmsg_type == RTM_NEWLINK)
		read_link(data, nlh);
	return 0;
}

int vz_link_get(struct vz_nl *nl, const char *name, struct vz_link *link)
{
	struct nl_msg *msg = new_message(RTM_GETLINK, 0, 0);
	int ret;

	link->index = 0;
	msg = put_string(msg, IFLA_IFNAME, name);
	msg = put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	ret = vz_nl_ask(nl, msg, take_link, link);
	if (!ret && !link->index)
		ret = -ENODEV;
	return ret;
}

static int take_first(struct nlmsghdr *nlh, void *data)
{
	const struct vz_link *link = data;

	return link->index ? 0 : take_link(nlh, data);
}

int vz_link_of_kind(struct vz_nl *nl, const char *kind, struct vz_link *link)
{
	struct nl_msg *msg = new_message(RTM_GETLINK, NLM_F_DUMP, 0);
	int ret;

	link->index = 0;
	msg = put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	ret = vz_nl_ask(nl, put_kind(msg, kind), take_first, link);
	/* a kind that the kernel does not know filters nothing */
	if (!ret && (!link->index || strcmp(link->kind, kind)))
		ret = -ENODEV;
	return ret;
}

struct links {
	struct vz_link	*v;
	size_t		n;
};

static int append_link(struct nlmsghdr *nlh, void *data)
{
	struct links *links = data;
	struct vz_link *v;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	v = reallocarray(links->v, links->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	links->v = v;
	read_link(&v[links->n++], nlh);
	return 0;
}

ssize_t vz_link_list(struct vz_nl *nl, struct vz_link **list)
{
	struct nl_msg *msg = new_message(RTM_GETLINK, NLM_F_DUMP, 0);
	struct links links = {};
	int ret;

	msg = put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	ret = vz_nl_ask(nl, msg, append_link, &links);
	if (ret) {
		free(links.v);
		return ret;
	}
	*list = links.v;
	return links.n;
}

/* ------------------------------------------------------------- changing -- */

int vz_link_add(struct vz_nl *nl, const char *kind, const char *name)
{
	struct nl_msg *msg = new_message(RTM_NEWLINK,
					 NLM_F_CREATE | NLM_F_EXCL, 0);

	msg = put_string(msg, IFLA_IFNAME, name);
	return vz_nl_talk(nl, put_kind(msg, kind));
}

int vz_link_del(struct vz_nl *nl, int index)
{
	return vz_nl_talk(nl, new_message(RTM_DELLINK, 0, index));
}

int vz_link_set_up(struct vz_nl *nl, int index, bool up)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_change = IFF_UP,
		.ifi_flags = up ? IFF_UP : 0,
	};

	return vz_nl_talk(nl, vz_nl_new(RTM_NEWLINK, 0, &info, sizeof(info)));
}

static int set(struct vz_nl *nl, int index, int type, const void *data,
	       size_t len)
{
	struct nl_msg *msg = new_message(RTM_NEWLINK, 0, index);

	return vz_nl_talk(nl, put(msg, type, data, len));
}

int vz_link_set_mtu(struct vz_nl *nl, int index, unsigned int mtu)
{
	uint32_t value = mtu;

	return set(nl, index, IFLA_MTU, &value, sizeof(value));
}

int vz_link_set_mac(struct vz_nl *nl, int index, const uint8_t mac[6])
{
	return set(nl, index, IFLA_ADDRESS, mac, 6);
}

int vz_link_set_master(struct vz_nl *nl, int index, int master)
{
	uint32_t value = master;

	return set(nl, index, IFLA_MASTER, &value, sizeof(value));
}

int vz_link_rename(struct vz_nl *nl, int index, const char *name)
{
	return set(nl, index, IFLA_IFNAME, name, strlen(name) + 1);
}

int vz_link_move(struct vz_nl *nl, int index, int netns, const char *name)
{
	struct nl_msg *msg = new_message(RTM_NEWLINK, 0, index);

	msg = put_u32(msg, IFLA_NET_NS_FD, netns);
	return vz_nl_talk(nl, put_string(msg, IFLA_IFNAME, name));
}
