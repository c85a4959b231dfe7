// SPDX-License-Identifier: GPL-2.0-only
/* Addresses of network devices. */
#include <linux/if_addr.h>

#include "route.h"

static struct nl_msg *new_message(int type, int flags, int index,
				  const struct vz_ip *ip)
{
	struct ifaddrmsg head = {
		.ifa_family = ip->family,
		.ifa_prefixlen = ip->bits,
		/* nobody else can have an address of a container */
		.ifa_flags = ip->family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = index,
	};
	struct nl_msg *msg = vz_nl_new(type, flags, &head, sizeof(head));
	size_t len = vz_ip_len(ip->family);

	if (msg && (nla_put(msg, IFA_LOCAL, len, ip->addr) ||
		    nla_put(msg, IFA_ADDRESS, len, ip->addr))) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

int vz_ifaddr_set(struct vz_nl *nl, int index, const struct vz_ip *ip)
{
	return vz_nl_talk(nl, new_message(RTM_NEWADDR,
					  NLM_F_CREATE | NLM_F_REPLACE,
					  index, ip));
}

int vz_ifaddr_del(struct vz_nl *nl, int index, const struct vz_ip *ip)
{
	return vz_nl_talk(nl, new_message(RTM_DELADDR, 0, index, ip));
}

struct addrs {
	struct vz_ifaddr	*v;
	size_t			n;
};

static int append(struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *head = nlmsg_data(nlh);
	struct nlattr *tb[IFA_MAX + 1], *attr;
	struct addrs *addrs = data;
	struct vz_ifaddr *v;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    nlmsg_parse(nlh, sizeof(*head), tb, IFA_MAX, NULL))
		return 0;
	/* of a point-to-point address IFA_ADDRESS is the other end's */
	attr = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (!attr || (size_t)nla_len(attr) != vz_ip_len(head->ifa_family))
		return 0;
	v = reallocarray(addrs->v, addrs->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	addrs->v = v;
	v += addrs->n++;
	*v = (struct vz_ifaddr){
		.index = head->ifa_index,
		.scope = head->ifa_scope,
		.ip = { .family = head->ifa_family,
			.bits = head->ifa_prefixlen },
	};
	memcpy(v->ip.addr, nla_data(attr), nla_len(attr));
	return 0;
}

ssize_t vz_ifaddr_list(struct vz_nl *nl, int family, int index,
		       struct vz_ifaddr **list)
{
	struct ifaddrmsg head = { .ifa_family = family, .ifa_index = index };
	struct addrs addrs = {};
	int ret;

	ret = vz_nl_ask(nl, vz_nl_new(RTM_GETADDR, NLM_F_DUMP, &head,
				      sizeof(head)), append, &addrs);
	if (ret) {
		free(addrs.v);
		return ret == -EOPNOTSUPP || ret == -EAFNOSUPPORT ? 0 : ret;
	}
	*list = addrs.v;
	return addrs.n;
}
