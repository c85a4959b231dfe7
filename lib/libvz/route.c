// SPDX-License-Identifier: GPL-2.0-only
/* Routes. */
#include "route.h"

static int put_ip(struct nl_msg *msg, int type, const struct vz_ip *ip)
{
	return nla_put(msg, type, vz_ip_len(ip->family), ip->addr);
}

static int put_attributes(struct nl_msg *msg, const struct vz_route *route)
{
	int ret = nla_put_u32(msg, RTA_OIF, route->index);

	if (!ret && route->dst.bits)
		ret = put_ip(msg, RTA_DST, &route->dst);
	if (!ret && route->via.family)
		ret = put_ip(msg, RTA_GATEWAY, &route->via);
	if (!ret && route->src.family)
		ret = put_ip(msg, RTA_PREFSRC, &route->src);
	if (!ret && route->metric)
		ret = nla_put_u32(msg, RTA_PRIORITY, route->metric);
	return ret;
}

static struct nl_msg *new_message(int type, int flags,
				  const struct vz_route *route)
{
	struct rtmsg head = {
		.rtm_family = route->dst.family,
		.rtm_dst_len = route->dst.bits,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = route->via.family ? RT_SCOPE_UNIVERSE :
						 RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg;

	if (type == RTM_DELROUTE) {
		head.rtm_protocol = RTPROT_UNSPEC;
		head.rtm_scope = RT_SCOPE_NOWHERE;
	}
	msg = vz_nl_new(type, flags, &head, sizeof(head));
	if (msg && put_attributes(msg, route)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

int vz_route_add(struct vz_nl *nl, const struct vz_route *route, int flags)
{
	return vz_nl_talk(nl, new_message(RTM_NEWROUTE, NLM_F_CREATE | flags,
					  route));
}

int vz_route_del(struct vz_nl *nl, const struct vz_route *route)
{
	return vz_nl_talk(nl, new_message(RTM_DELROUTE, 0, route));
}

/* -------------------------------------------------------------- reading -- */

static void read_ip(struct vz_ip *ip, int family, unsigned int bits,
		    struct nlattr *attr)
{
	if (attr && (size_t)nla_len(attr) != vz_ip_len(family))
		return;
	*ip = (struct vz_ip){ .family = family, .bits = bits };
	if (attr)
		memcpy(ip->addr, nla_data(attr), nla_len(attr));
}

static void read_route(struct vz_route *route, struct nlmsghdr *nlh,
		       struct nlattr *tb[])
{
	const struct rtmsg *head = nlmsg_data(nlh);
	int family = head->rtm_family;

	*route = (struct vz_route){ .type = head->rtm_type };
	read_ip(&route->dst, family, head->rtm_dst_len, tb[RTA_DST]);
	if (tb[RTA_GATEWAY])
		read_ip(&route->via, family, 8 * vz_ip_len(family),
			tb[RTA_GATEWAY]);
	/* an IPv4 route may have an IPv6 router */
	if (tb[RTA_VIA])
		route->via.family = AF_INET6;
	if (tb[RTA_PREFSRC])
		read_ip(&route->src, family, 8 * vz_ip_len(family),
			tb[RTA_PREFSRC]);
	if (tb[RTA_OIF])
		route->index = nla_get_u32(tb[RTA_OIF]);
	if (tb[RTA_PRIORITY])
		route->metric = nla_get_u32(tb[RTA_PRIORITY]);
}

static int take_route(struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[RTA_MAX + 1];

	if (nlh->nlmsg_type == RTM_NEWROUTE &&
	    !nlmsg_parse(nlh, sizeof(struct rtmsg), tb, RTA_MAX, NULL))
		read_route(data, nlh, tb);
	return 0;
}

int vz_route_to(struct vz_nl *nl, const struct vz_ip *ip,
		struct vz_route *route)
{
	struct rtmsg head = {
		.rtm_family = ip->family,
		.rtm_dst_len = 8 * vz_ip_len(ip->family),
		.rtm_flags = RTM_F_FIB_MATCH,
	};
	struct nl_msg *msg = vz_nl_new(RTM_GETROUTE, 0, &head, sizeof(head));

	*route = (struct vz_route){ .type = RTN_UNREACHABLE };
	if (msg && put_ip(msg, RTA_DST, ip)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return vz_nl_ask(nl, msg, take_route, route);
}

struct routes {
	struct vz_route	*v;
	size_t		n;
};

static int append(struct routes *routes, const struct vz_route *route)
{
	struct vz_route *v;

	v = reallocarray(routes->v, routes->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	routes->v = v;
	v[routes->n++] = *route;
	return 0;
}

static int append_hops(struct routes *routes, struct vz_route *route,
		       struct nlattr *multipath)
{
	const struct rtnexthop *hop = nla_data(multipath);
	int left = nla_len(multipath), ret = 0;

	while (!ret && RTNH_OK(hop, left)) {
		route->index = hop->rtnh_ifindex;
		/* with a router, or not: all hops are alike in that */
		if (hop->rtnh_len > sizeof(*hop))
			route->via.family = route->dst.family;
		ret = append(routes, route);
		left -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return ret;
}

static int append_message(struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[RTA_MAX + 1];
	struct vz_route route;

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(nlh, sizeof(struct rtmsg), tb, RTA_MAX, NULL))
		return 0;
	read_route(&route, nlh, tb);
	if (route.type != RTN_UNICAST)
		return 0;
	if (tb[RTA_MULTIPATH])
		return append_hops(data, &route, tb[RTA_MULTIPATH]);
	return append(data, &route);
}

ssize_t vz_route_list(struct vz_nl *nl, int family, struct vz_route **list)
{
	struct rtmsg head = {
		.rtm_family = family,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_type = RTN_UNICAST,
	};
	struct routes routes = {};
	int ret;

	ret = vz_nl_ask(nl, vz_nl_new(RTM_GETROUTE, NLM_F_DUMP, &head,
				      sizeof(head)), append_message, &routes);
	if (ret) {
		free(routes.v);
		return ret == -EOPNOTSUPP || ret == -EAFNOSUPPORT ? 0 : ret;
	}
	*list = routes.v;
	return routes.n;
}
