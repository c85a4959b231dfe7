/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests on real network devices: two network namespaces of their own, joined
 * by a pair of veth.  The test is in one (near0: 10.1.0.1/24, 2001:db8:1::1/64),
 * a machine in the other (far0: .2 and ::2).
 */
#ifndef _VZ_TESTS_UNIT_NET_UTIL_H
#define _VZ_TESTS_UNIT_NET_UTIL_H

#include <sched.h>

#include "hostnet.h"
#include "util.h"

static int far_ns = -1;		/* the other namespace */

static inline void must(const char *command)
{
	if (system(command))
		fail_msg("%s", command);
}

/* The other side may take a moment. */
static inline void must_soon(const char *command)
{
	int tries;

	for (tries = 0; tries < 40 && system(command); tries++)
		usleep(50000);
	if (tries == 40)
		fail_msg("%s", command);
}

static inline struct vz_ip parse(const char *text)
{
	struct vz_ip ip;

	assert_int_equal(vz_ip_parse(text, &ip), 0);
	return ip;
}

static inline void in_far(void (*fn)(void))
{
	int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	assert_true(here >= 0);
	assert_int_equal(setns(far_ns, CLONE_NEWNET), 0);
	fn();
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	close(here);
}

static inline struct vz_nl *open_nl(int netns)
{
	struct vz_error err;
	struct vz_nl *nl;

	if (vz_nl_open(netns, &nl, &err))
		fail_msg("%s", err.text);
	return nl;
}

static inline struct vz_link find(struct vz_nl *nl, const char *name)
{
	struct vz_link link;

	if (vz_link_get(nl, name, &link))
		fail_msg("%s is not there", name);
	return link;
}

static inline void set_up_far(void)
{
	must("ip link set lo up && ip link set far0 up");
	must("ip addr add 10.1.0.2/24 dev far0");
	must("ip addr add 2001:db8:1::2/64 dev far0 nodad");
}

static inline int make_namespaces(void **state)
{
	struct vz_nl *nl;
	struct vz_link link;

	if (unshare(CLONE_NEWNET))
		return -1;
	far_ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (far_ns < 0 || unshare(CLONE_NEWNET))
		return -1;
	must("ip link add near0 address 02:00:00:00:00:77 type veth peer name far0");
	nl = open_nl(-1);
	link = find(nl, "far0");
	assert_int_equal(vz_link_move(nl, link.index, far_ns, "far0"), 0);
	vz_nl_close(nl);
	must("ip link set lo up && ip link set near0 up");
	must("ip addr add 10.1.0.1/24 dev near0");
	must("ip addr add 2001:db8:1::1/64 dev near0 nodad");
	in_far(set_up_far);
	/* the link-local addresses are being checked for another second */
	must("ip addr add fe80::77/64 dev near0 nodad");
	return 0;
}

/* What the main function of such a test does first. */
#define skip_unless_root() do {				\
	if (unshare(CLONE_NEWNET)) {			\
		puts("skipped: needs root");		\
		return 77;				\
	}						\
} while (0)

#endif /* _VZ_TESTS_UNIT_NET_UTIL_H */
