// SPDX-License-Identifier: GPL-2.0-only
/* vznet: the commands for addresses, and who may have a device. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net.h"

static void test_addr_errors(void)
{
	static const char *const bad[] = {
		"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::",
		"::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1",
	};
	struct vznet_addr a;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		kt_is(net_own(1001, bad[i]), -EADDRNOTAVAIL,
		      "%s cannot be owned", bad[i]);
	kt_is(net_own(1003, "10.1.0.1"), -ENOENT, "add: no container");
	kt_is(net_disown(1003, "10.1.0.1"), -ENOENT, "del: no container");
	kt_is(net_disown(1001, "10.1.0.9"), -EADDRNOTAVAIL,
	      "del: not there");
	a = net_addr(1001, "10.1.0.1");
	a.addr[4] = 1;
	kt_is(vz(VZNET_IOC_ADDR_ADD, &a), -EINVAL, "add: rubbish behind v4");
	a = net_addr(1001, "10.1.0.1");
	a.family = AF_UNIX;
	kt_is(vz(VZNET_IOC_ADDR_ADD, &a), -EAFNOSUPPORT, "add: family");
	kt_is(vz(VZNET_IOC_ADDR_DEL, &a), -EAFNOSUPPORT, "del: family");
	a = net_addr(1001, "10.1.0.1");
	a.flags = 0x8000;
	kt_is(vz(VZNET_IOC_ADDR_ADD, &a), -EINVAL, "add: unknown flag");
	a = net_addr(0, "10.1.0.1");
	kt_is(vz(VZNET_IOC_ADDR_ADD, &a), -EINVAL, "add: CT 0");
	a = net_addr(1001, "10.1.0.1");
	a.size -= 4;
	kt_is(vz(VZNET_IOC_ADDR_ADD, &a), -EINVAL, "add: short argument");
	a = net_addr(1001, "10.1.0.1");
	a.reserved = 1;
	kt_is(vz(VZNET_IOC_ADDR_ADD, &a), -EINVAL, "add: reserved field");
	kt_is(vz(_IO(VZ_IOC_MAGIC, 0x27), &a), -ENOTTY, "unknown command");
}

static int list(uint32_t ctid, struct vznet_addr *addrs, uint32_t room)
{
	struct vznet_addr_list l = {
		.size = sizeof(l), .ctid = ctid, .count = room,
		.addrs = (uintptr_t)addrs,
	};
	int ret = vz(VZNET_IOC_ADDR_LIST, &l);

	return ret < 0 ? ret : (int)l.count;
}

static void test_addr_list(void)
{
	struct vznet_addr all[8] = {}, want;

	kt_is(list(0, NULL, 0), 4, "list: how many of all");
	kt_is(list(1001, all, 8), 3, "list: of one container");
	want = net_addr(1001, "10.1.0.1");
	kt_ok(!memcmp(&all[0], &want, sizeof(want)), "list: oldest first");
	want = net_addr(1001, "2001:db8::1");
	kt_ok(!memcmp(&all[2], &want, sizeof(want)), "list: newest last");
	memset(all, 0, sizeof(all));
	kt_is(list(0, all, 2), 4, "list: too small an array");
	kt_ok(all[1].ctid == 1001 && !all[2].ctid, "list: not more than fits");
	kt_is(list(1003, all, 8), 0, "list: of nobody");
	kt_is(list(0, (void *)1, 8), -EFAULT, "list: bad pointer");
}

static bool file_has(const char *path, const char *text)
{
	char buf[8192];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return strstr(buf, text);
}

static void test_addr_proc(void)
{
	kt_ok(file_has("/proc/vz/veip", "Version: 2.5\n"), "veip: version");
	kt_ok(file_has("/proc/vz/veip",
		       "                               10.1.0.1       1001\n"),
	      "veip: v4");
	kt_ok(file_has("/proc/vz/veip",
		       "                   2001:db8:0:0:0:0:0:1       1001\n"),
	      "veip: v6 in full");
	kt_ok(file_has("/proc/vz/veinfo",
		       "                    2001:db8:0:0:0:0:0:1        10.1.0.2        10.1.0.1\n"),
	      "veinfo: newest first");
}

void test_net_addr(void)
{
	struct kt_ct a = kt_ct_new(1001), b = kt_ct_new(1002);
	struct vznet_addr addr;

	kt_ct_create(&a);
	kt_ct_create(&b);
	test_addr_errors();
	kt_is(net_own(1001, "10.1.0.1"), 0, "add before the start");
	kt_is(net_own(1001, "10.1.0.1"), -EEXIST, "add twice");
	addr = net_addr(1002, "10.1.0.1");
	kt_is(vz(VZNET_IOC_ADDR_ADD, &addr), -EADDRINUSE, "add another's");
	kt_is(addr.owner, 1001, "and its owner is told");
	kt_is(net_disown(1002, "10.1.0.1"), -EADDRNOTAVAIL, "del another's");
	kt_is(net_own(1001, "10.1.0.2"), 0, "a second one");
	kt_is(net_own(1001, "2001:db8::1"), 0, "one of IPv6");
	kt_is(net_own(1002, "10.1.0.3"), 0, "one of another container");
	test_addr_list();
	test_addr_proc();
	addr = net_addr(1002, "10.1.0.1");
	addr.flags = VZNET_ADDR_MOVE;
	kt_is(vz(VZNET_IOC_ADDR_ADD, &addr), 0, "move");
	kt_is(net_disown(1001, "10.1.0.1"), -EADDRNOTAVAIL, "it is gone here");
	kt_is(net_disown(1002, "10.1.0.1"), 0, "and was there");
	kt_is(net_own(1001, "10.1.0.1"), 0, "free again");
	kt_ok(kt_ct_down(&a), "destroy");
	kt_is(net_own(1002, "10.1.0.1"), 0, "addresses go with their owner");
	kt_ok(kt_ct_down(&b), "destroy the other one");
	kt_is(list(0, NULL, 0), 0, "none is left");
}

/* In the container: root there has all rights over networks it makes. */
static int make_nested(void *arg)
{
	if (unshare(CLONE_NEWNET))
		return 1;
	return -net_link_add(0, "venet7", VZNET_KIND);
}

static void test_netns(struct kt_ct *ct)
{
	struct vznet_netns arg = { .size = sizeof(arg), .ctid = ct->id };
	struct stat a, b;
	char path[64];
	int fd;

	fd = vz(VZNET_IOC_NETNS, &arg);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", ct->init);
	kt_ok(fd >= 0 && !fstat(fd, &a) && !stat(path, &b) &&
	      a.st_ino == b.st_ino, "netns: it is the container's");
	kt_ok(fcntl(fd, F_GETFD) == FD_CLOEXEC, "netns: close-on-exec");
	close(fd);
	kill(ct->init, SIGKILL);
	waitpid(ct->init, NULL, 0);
	ct->init = 0;
	fd = vz(VZNET_IOC_NETNS, &arg);
	kt_ok(fd >= 0 && !fstat(fd, &b) && a.st_ino == b.st_ino,
	      "netns: also when init is dead");
	close(fd);
}

void test_net_device(void)
{
	struct kt_ct a = net_ct_up(1011, "10.1.1.1", NULL);
	struct kt_ct b = net_ct_up(1012, NULL, NULL);
	struct kt_ct c = kt_ct_up(1013, 0);
	struct vznet_netns arg = { .size = sizeof(arg), .ctid = 1013 };

	kt_is(net_link_add(0, "venet1", VZNET_KIND), -ENXIO,
	      "no second device of the host");
	kt_is(net_link_del(0, VZNET_DEV), -EOPNOTSUPP,
	      "the host's device cannot be deleted");
	kt_is(net_link_add(a.init, "venet1", VZNET_KIND), -EEXIST,
	      "no second device of a container");
	kt_is(kt_ct_run(&a, make_nested, NULL, 0), EEXIST,
	      "nor in a namespace that it makes");
	kt_is(net_link_move(a.init, VZNET_DEV, getpid()), -EINVAL,
	      "a device cannot be moved to the host");
	kt_is(net_link_move(a.init, VZNET_DEV, b.init), -EINVAL,
	      "nor to another container");
	kt_is(net_link_mtu(a.init, VZNET_DEV, 67), -EINVAL, "MTU 67");
	kt_is(net_link_mtu(a.init, VZNET_DEV, 68), 0, "MTU 68");
	kt_is(net_link_mtu(a.init, VZNET_DEV, 65535), 0, "MTU 65535");
	kt_is(net_link_mtu(a.init, VZNET_DEV, 65536), -EINVAL, "MTU 65536");
	kt_is(net_link_del(a.init, VZNET_DEV), 0, "delete");
	kt_is(net_link_add(a.init, "other", VZNET_KIND), 0, "and make again");
	kt_is(vz(VZNET_IOC_NETNS, &arg), -ESRCH,
	      "netns: the container has none of its own");
	test_netns(&b);
	kt_ok(kt_ct_down(&a) && kt_ct_down(&b) && kt_ct_down(&c), "destroy");
	arg.ctid = 1012;
	kt_is(vz(VZNET_IOC_NETNS, &arg), -ENOENT, "netns: no container");
}
