// SPDX-License-Identifier: GPL-2.0-only
/* Addresses that the host answers for on its networks: proxy ARP, proxy NDP. */
#include <linux/neighbour.h>

#include "route.h"

static struct nl_msg *new_message(int type, int flags, int index,
				  const struct vz_ip *ip)
{
	struct ndmsg head = {
		.ndm_family = ip->family,
		.ndm_ifindex = index,
		.ndm_state = NUD_PERMANENT,
		.ndm_flags = NTF_PROXY,
	};
	struct nl_msg *msg = vz_nl_new(type, flags, &head, sizeof(head));

	if (msg && nla_put(msg, NDA_DST, vz_ip_len(ip->family), ip->addr)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

int vz_proxy_add(struct vz_nl *nl, int index, const struct vz_ip *ip)
{
	return vz_nl_talk(nl, new_message(RTM_NEWNEIGH,
					  NLM_F_CREATE | NLM_F_REPLACE, index,
					  ip));
}

/* What is answered for: address and device. */
struct proxies {
	const struct vz_ips	*wanted;
	struct vz_ifaddr	*v;
	size_t			n;
};

static int append_wanted(struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *head = nlmsg_data(nlh);
	struct proxies *p = data;
	struct vz_ifaddr proxy = {
		.index = head->ndm_ifindex,
		.ip = { .family = head->ndm_family },
	}, *v;
	struct nlattr *tb[NDA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWNEIGH ||
	    !(head->ndm_flags & NTF_PROXY) ||
	    nlmsg_parse(nlh, sizeof(*head), tb, NDA_MAX, NULL) ||
	    !tb[NDA_DST] ||
	    (size_t)nla_len(tb[NDA_DST]) != vz_ip_len(head->ndm_family))
		return 0;
	memcpy(proxy.ip.addr, nla_data(tb[NDA_DST]), nla_len(tb[NDA_DST]));
	if (!vz_ips_find(p->wanted, &proxy.ip))
		return 0;
	v = reallocarray(p->v, p->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	p->v = v;
	v[p->n++] = proxy;
	return 0;
}

static int find_proxies(struct vz_nl *nl, int family, struct proxies *p)
{
	struct ndmsg head = { .ndm_family = family, .ndm_flags = NTF_PROXY };

	return vz_nl_ask(nl, vz_nl_new(RTM_GETNEIGH, NLM_F_DUMP, &head,
				       sizeof(head)), append_wanted, p);
}

int vz_proxy_del(struct vz_nl *nl, const struct vz_ips *ips)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct proxies p = { .wanted = ips };
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(families); i++)
		if (vz_ips_has(ips, families[i]))
			ret = find_proxies(nl, families[i], &p);
	for (i = 0; !ret && i < p.n; i++) {
		ret = vz_nl_talk(nl, new_message(RTM_DELNEIGH, 0, p.v[i].index,
						 &p.v[i].ip));
		/* its device may be gone by now */
		if (ret == -ENOENT || ret == -ENODEV)
			ret = 0;
	}
	free(p.v);
	return ret;
}
