// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "net.h"

static int own_net(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

void net_enter(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		kt_die(path);
	close(fd);
}

int net_socket(pid_t pid, int family, int type, int protocol)
{
	int fd, self = own_net(), err;

	if (pid)
		net_enter(pid);
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	err = errno;
	if (pid && setns(self, CLONE_NEWNET))
		kt_die("setns");
	close(self);
	errno = err;
	return fd;
}

struct request {
	struct nlmsghdr		nlh;
	union {
		struct ifinfomsg	link;
		struct ifaddrmsg	addr;
		struct rtmsg		route;
		char			room[512];
	};
};

static void put(struct request *req, int type, const void *data, size_t len)
{
	struct rtattr *attr;

	attr = (void *)((char *)req + NLMSG_ALIGN(req->nlh.nlmsg_len));
	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	req->nlh.nlmsg_len = NLMSG_ALIGN(req->nlh.nlmsg_len) +
			     RTA_ALIGN(attr->rta_len);
}

static struct request request(int type, int flags, size_t size)
{
	return (struct request) {
		.nlh = {
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
			.nlmsg_len = NLMSG_LENGTH(size),
		},
	};
}

static int talk(pid_t pid, struct request *req)
{
	int fd = net_socket(pid, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	char buf[4096];
	struct nlmsghdr *nlh = (void *)buf;
	ssize_t n;

	if (fd < 0 || send(fd, req, req->nlh.nlmsg_len, 0) < 0)
		kt_die("rtnetlink");
	n = recv(fd, buf, sizeof(buf), 0);
	close(fd);
	if (n < 0 || nlh->nlmsg_type != NLMSG_ERROR)
		kt_die("rtnetlink answer");
	return ((struct nlmsgerr *)NLMSG_DATA(nlh))->error;
}

static unsigned int index_of(pid_t pid, const char *name)
{
	struct ifreq ifr = {};
	int fd = net_socket(pid, AF_INET, SOCK_DGRAM, 0);

	strncpy(ifr.ifr_name, name, sizeof(ifr.ifr_name) - 1);
	if (ioctl(fd, SIOCGIFINDEX, &ifr))
		ifr.ifr_ifindex = 0;
	close(fd);
	return ifr.ifr_ifindex;
}

int net_link_add(pid_t pid, const char *name, const char *kind)
{
	struct request req = request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
				     sizeof(req.link));
	struct {
		struct rtattr attr;
		char kind[16];
	} info = { .attr = { RTA_LENGTH(strlen(kind)), IFLA_INFO_KIND } };

	strncpy(info.kind, kind, sizeof(info.kind) - 1);
	put(&req, IFLA_IFNAME, name, strlen(name) + 1);
	put(&req, IFLA_LINKINFO, &info, RTA_ALIGN(info.attr.rta_len));
	return talk(pid, &req);
}

int net_link_del(pid_t pid, const char *name)
{
	struct request req = request(RTM_DELLINK, 0, sizeof(req.link));

	req.link.ifi_index = index_of(pid, name);
	return talk(pid, &req);
}

int net_link_move(pid_t pid, const char *name, pid_t to)
{
	struct request req = request(RTM_NEWLINK, 0, sizeof(req.link));
	uint32_t target = to;

	req.link.ifi_index = index_of(pid, name);
	put(&req, IFLA_NET_NS_PID, &target, sizeof(target));
	return talk(pid, &req);
}

int net_link_up(pid_t pid, const char *name, bool up)
{
	struct request req = request(RTM_NEWLINK, 0, sizeof(req.link));

	req.link.ifi_index = index_of(pid, name);
	req.link.ifi_flags = up ? IFF_UP : 0;
	req.link.ifi_change = IFF_UP;
	return talk(pid, &req);
}

int net_link_mtu(pid_t pid, const char *name, unsigned int mtu)
{
	struct request req = request(RTM_NEWLINK, 0, sizeof(req.link));

	req.link.ifi_index = index_of(pid, name);
	put(&req, IFLA_MTU, &mtu, sizeof(mtu));
	return talk(pid, &req);
}

static int family_of(const char *addr)
{
	return strchr(addr, ':') ? AF_INET6 : AF_INET;
}

static int size_of(int family)
{
	return family == AF_INET ? 4 : 16;
}

int net_addr_add(pid_t pid, const char *name, const char *addr)
{
	struct request req = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
				     sizeof(req.addr));
	int family = family_of(addr);
	struct in6_addr in;

	inet_pton(family, addr, &in);
	req.addr.ifa_family = family;
	req.addr.ifa_prefixlen = size_of(family) * 8;
	req.addr.ifa_index = index_of(pid, name);
	req.addr.ifa_flags = IFA_F_NODAD;
	put(&req, IFA_LOCAL, &in, size_of(family));
	return talk(pid, &req);
}

int net_route_add(pid_t pid, const char *name, const char *dest)
{
	struct request req = request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
				     sizeof(req.route));
	uint32_t index = index_of(pid, name);
	int family = family_of(dest);
	struct in6_addr in;

	inet_pton(family, dest, &in);
	req.route = (struct rtmsg) {
		.rtm_family = family,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = family == AF_INET ? RT_SCOPE_LINK :
						 RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	if (memcmp(&in, &in6addr_any, size_of(family))) {
		req.route.rtm_dst_len = size_of(family) * 8;
		put(&req, RTA_DST, &in, size_of(family));
	}
	put(&req, RTA_OIF, &index, sizeof(index));
	return talk(pid, &req);
}

struct vznet_addr net_addr(uint32_t ctid, const char *addr)
{
	struct vznet_addr a = {
		.size = sizeof(a), .ctid = ctid, .family = family_of(addr),
	};

	inet_pton(a.family, addr, a.addr);
	return a;
}

int net_own(uint32_t ctid, const char *addr)
{
	struct vznet_addr a = net_addr(ctid, addr);

	return vz(VZNET_IOC_ADDR_ADD, &a);
}

int net_disown(uint32_t ctid, const char *addr)
{
	struct vznet_addr a = net_addr(ctid, addr);

	return vz(VZNET_IOC_ADDR_DEL, &a);
}

static void must(int ret, const char *what)
{
	errno = -ret;
	if (ret)
		kt_die(what);
}

struct kt_ct net_ct_up(uint32_t id, const char *v4, const char *v6)
{
	struct kt_ct ct = kt_ct_new(id);

	ct.netns = true;
	must(kt_ct_create(&ct), "create");
	kt_ct_spawn(&ct);
	must(kt_ct_start(&ct), "start");
	must(net_link_add(ct.init, VZNET_DEV, VZNET_KIND), "venet0");
	must(net_link_up(ct.init, VZNET_DEV, true), "venet0 up");
	if (v4) {
		must(net_own(id, v4), "own v4");
		must(net_addr_add(ct.init, VZNET_DEV, v4), "address v4");
		must(net_route_add(ct.init, VZNET_DEV, "0.0.0.0"), "route v4");
	}
	if (v6) {
		must(net_own(id, v6), "own v6");
		must(net_addr_add(ct.init, VZNET_DEV, v6), "address v6");
		must(net_route_add(ct.init, VZNET_DEV, "::"), "route v6");
	}
	return ct;
}

void net_host_route(const char *v4, const char *v6)
{
	must(net_link_up(0, VZNET_DEV, true), "host's venet0 up");
	if (v4)
		must(net_route_add(0, VZNET_DEV, v4), "host's route v4");
	if (v6)
		must(net_route_add(0, VZNET_DEV, v6), "host's route v6");
}

struct vznet_stat net_stat(uint32_t ctid)
{
	struct vznet_stat stat = { .size = sizeof(stat), .ctid = ctid };

	must(vz(VZNET_IOC_STAT, &stat), "stat");
	return stat;
}

uint64_t net_sum(const struct vznet_count counts[VZNET_CLASSES])
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < VZNET_CLASSES; i++)
		sum += counts[i].packets;
	return sum;
}
