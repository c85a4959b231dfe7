// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink: who may listen, what comes and in which order. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include "kt.h"

#define ATTRS 32

struct msg {
	uint8_t cmd;
	struct nlattr *attr[ATTRS];
	char buf[8192];
};

static void parse(struct nlattr **attr, void *data, int len)
{
	struct nlattr *a = data;

	memset(attr, 0, ATTRS * sizeof(*attr));
	while (len >= (int)sizeof(*a) && a->nla_len >= sizeof(*a) &&
	       a->nla_len <= len) {
		int type = a->nla_type & NLA_TYPE_MASK;

		if (type < ATTRS)
			attr[type] = a;
		len -= NLA_ALIGN(a->nla_len);
		a = (void *)((char *)a + NLA_ALIGN(a->nla_len));
	}
}

static void *data_of(struct nlattr *a)
{
	return (char *)a + NLA_HDRLEN;
}

/* 0 when it has no such attribute */
static uint32_t u32_of(const struct msg *m, int type)
{
	return m->attr[type] ? *(uint32_t *)data_of(m->attr[type]) : 0;
}

static uint64_t u64_of(const struct msg *m, int type)
{
	uint64_t v = 0;

	if (m->attr[type])
		memcpy(&v, data_of(m->attr[type]), sizeof(v));
	return v;
}

static bool receive(int fd, struct msg *m, int ms)
{
	struct nlmsghdr *h = (void *)m->buf;
	struct genlmsghdr *g = NLMSG_DATA(h);
	ssize_t len;

	if (!kt_wait_fd(fd, POLLIN, ms))
		return false;
	len = recv(fd, m->buf, sizeof(m->buf), 0);
	if (len < (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN) ||
	    h->nlmsg_type < NLMSG_MIN_TYPE)
		return false;
	m->cmd = g->cmd;
	parse(m->attr, (char *)g + GENL_HDRLEN,
	      h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN);
	return true;
}

static bool ask_family(int fd, struct msg *m)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
		struct nlattr a;
		char name[NLA_ALIGN(sizeof(VZ_GENL_NAME))];
	} req = {
		.h = {
			.nlmsg_len = sizeof(req),
			.nlmsg_type = GENL_ID_CTRL,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.a = {
			.nla_len = NLA_HDRLEN + sizeof(VZ_GENL_NAME),
			.nla_type = CTRL_ATTR_FAMILY_NAME,
		},
		.name = VZ_GENL_NAME,
	};

	if (send(fd, &req, sizeof(req), 0) != sizeof(req))
		return false;
	return receive(fd, m, 1000);
}

static int group_of(const struct msg *m)
{
	struct nlattr *group[ATTRS], *list = m->attr[CTRL_ATTR_MCAST_GROUPS];

	if (!list)
		return -1;
	/* the first one of the list */
	list = data_of(list);
	parse(group, data_of(list), list->nla_len - NLA_HDRLEN);
	if (!group[CTRL_ATTR_MCAST_GRP_NAME] ||
	    strcmp(data_of(group[CTRL_ATTR_MCAST_GRP_NAME]),
		   VZ_GENL_GROUP_EVENTS))
		return -1;
	return *(uint32_t *)data_of(group[CTRL_ATTR_MCAST_GRP_ID]);
}

static int genl_open(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)))
		kt_die("netlink");
	return fd;
}

static int join(int fd, int group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			  sizeof(group)) ? -errno : 0;
}

static int join_as_nobody(void *arg)
{
	if (setresuid(65534, 65534, 65534))
		return 255;
	return -join(genl_open(), *(int *)arg);
}

static int join_inside(void *arg)
{
	return -join(genl_open(), *(int *)arg);
}

static int find_in_new_netns(void *arg)
{
	static struct msg m;

	if (unshare(CLONE_NEWNET))
		return 2;
	return ask_family(genl_open(), &m);
}

static void expect_event(int fd, struct msg *m, struct kt_ct *ct, int event,
			 const char *what)
{
	if (!kt_ok(receive(fd, m, 5000), "event: %s comes", what))
		return;
	kt_ok(m->cmd == event && u32_of(m, VZ_A_CTID) == ct->id &&
	      u64_of(m, VZ_A_GENERATION) == ct->created.generation &&
	      u64_of(m, VZ_A_TIME) > 1600000000ULL * 1000000000ULL,
	      "event: %s: command, id, generation and time", what);
}

static int eat_memory(void *arg)
{
	size_t size = 128 << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 1, size);
	return 0;
}

static void limit_memory(struct kt_ct *ct, const char *max)
{
	int fd = openat(ct->cgroup_fd, "memory.max", O_WRONLY);

	if (fd < 0 || write(fd, max, strlen(max)) < 0)
		kt_die("memory.max");
	close(fd);
	fd = openat(ct->cgroup_fd, "memory.swap.max", O_WRONLY);
	if (fd >= 0 && write(fd, "0", 1) < 0)
		kt_die("memory.swap.max");
	close(fd);
}

static void test_oom(int fd, struct kt_ct *ct)
{
	static struct msg m;

	limit_memory(ct, "48M");
	kt_is(kt_ct_run(ct, eat_memory, NULL, 0), -SIGKILL,
	      "a process that needs too much is killed");
	expect_event(fd, &m, ct, VZ_EVENT_OOM, "oom");
	kt_ok(u32_of(&m, VZ_A_PID) > (uint32_t)ct->init && m.attr[VZ_A_COMM] &&
	      !strcmp(data_of(m.attr[VZ_A_COMM]), "vzcore-test"),
	      "event: oom: pid and name");
}

static void test_sequence(int fd)
{
	struct kt_ct ct = kt_ct_new(501);
	struct vz_ct_info info;
	static struct msg m;

	kt_ct_create(&ct);
	expect_event(fd, &m, &ct, VZ_EVENT_CREATED, "created");
	kt_ct_spawn(&ct);
	kt_ct_start(&ct);
	expect_event(fd, &m, &ct, VZ_EVENT_STARTED, "started");
	kt_is(u32_of(&m, VZ_A_INIT_PID), ct.init, "event: started: pid");
	test_oom(fd, &ct);
	kill(ct.init, SIGKILL);
	expect_event(fd, &m, &ct, VZ_EVENT_STOPPED, "stopped");
	kt_is(u32_of(&m, VZ_A_EXIT_REASON), VZ_EXIT_KILLED,
	      "event: stopped: reason");
	kt_is(u32_of(&m, VZ_A_EXIT_CODE), SIGKILL, "event: stopped: status");
	kt_ct_info(501, &info);
	kt_is(info.state, VZ_CT_STOPPED, "the state is known by then");
	kt_ct_down(&ct);
	expect_event(fd, &m, &ct, VZ_EVENT_DESTROYED, "destroyed");
	kt_ok(!receive(fd, &m, 100), "event: nothing else");
}

void test_events(void)
{
	static struct msg m;
	struct kt_ct ct;
	int fd = genl_open(), group;

	if (!kt_ok(ask_family(fd, &m), "family " VZ_GENL_NAME))
		return;
	group = group_of(&m);
	kt_ok(group > 0, "group " VZ_GENL_GROUP_EVENTS);
	kt_is(kt_fork(join_as_nobody, &group), EPERM,
	      "a user of the host cannot join");
	ct = kt_ct_up(502, 0);
	kt_is(kt_ct_run(&ct, join_inside, &group, sizeof(group)), EPERM,
	      "a container's root in the host's network cannot join");
	kt_ct_down(&ct);
	kt_is(kt_fork(find_in_new_netns, NULL), 0,
	      "no such family in other network namespaces");
	kt_is(join(fd, group), 0, "root of the host joins");
	test_sequence(fd);
	close(fd);
}
