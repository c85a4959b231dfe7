// SPDX-License-Identifier: GPL-2.0-only
/* What OpenVZ did not count. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "use.h"

static int fds[1 << 16];

static int take_inotify(long n, long size)
{
	(void)size;
	fds[n] = inotify_init1(IN_CLOEXEC);
	return fds[n] < 0 ? errno : 0;
}

static void drop_fd(long n)
{
	close(fds[n]);
}

/* All by one instance, each of a directory of its own. */
static int take_watch(long n, long size)
{
	static int fd = -1;
	char name[32];

	(void)size;
	if (fd < 0)
		fd = inotify_init1(IN_CLOEXEC);
	snprintf(name, sizeof(name), "/tmp/watch.%ld", n);
	mkdir(name, 0700);
	fds[n] = inotify_add_watch(fd, name, IN_CREATE);
	return fds[n] < 0 ? errno : 0;
}

static int take_key(long n, long size)
{
	char name[32];

	(void)size;
	snprintf(name, sizeof(name), "use.%ld", n);
	fds[n] = syscall(SYS_add_key, "user", name, "x", 1, -2);
	return fds[n] < 0 ? errno : 0;
}

static void drop_key(long n)
{
	syscall(SYS_keyctl, 3 /* KEYCTL_REVOKE */, fds[n]);
	syscall(SYS_keyctl, 9 /* KEYCTL_UNLINK */, fds[n], -2);
}

static int take_mount(long n, long size)
{
	(void)n, (void)size;
	return mount("/tmp", "/tmp", NULL, MS_BIND, NULL) ? errno : 0;
}

static void drop_mount(long n)
{
	(void)n;
	umount2("/tmp", MNT_DETACH);
}

/* A process in a namespace of its own. */
static int take_namespace(long n, long size)
{
	int fd[2], err = 0;

	(void)size;
	if (pipe(fd))
		return errno;
	fds[n] = fork();
	if (fds[n] < 0)
		return errno;
	if (!fds[n]) {
		err = unshare(CLONE_NEWUTS) ? errno : 0;
		if (write(fd[1], &err, sizeof(err)) < 0 || err)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(fd[0], &err, sizeof(err)) != sizeof(err))
		err = EIO;
	close(fd[0]);
	close(fd[1]);
	if (err)
		waitpid(fds[n], NULL, 0);
	return err;
}

static void drop_process(long n)
{
	kill(fds[n], SIGKILL);
	waitpid(fds[n], NULL, 0);
}

static int take_cgroup(long n, long size)
{
	char name[48];

	(void)size;
	snprintf(name, sizeof(name), "/sys/fs/cgroup/use.%ld", n);
	return mkdir(name, 0700) ? errno : 0;
}

static void drop_cgroup(long n)
{
	char name[48];

	snprintf(name, sizeof(name), "/sys/fs/cgroup/use.%ld", n);
	rmdir(name);
}

/* Return: 0 or an errno, of which the kernel tells. */
static int change_neighbour(int type, int flags, long n)
{
	struct {
		struct nlmsghdr	h;
		struct ndmsg	m;
		struct rtattr	a;
		struct in6_addr	addr;
		struct rtattr	l;
		char		mac[8];
	} q = {
		.h = { sizeof(q), type, NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0 },
		.m = {
			.ndm_family = AF_INET6,
			.ndm_ifindex = if_nametoindex("lo"),
			.ndm_state = NUD_PERMANENT,
		},
		.a = { RTA_LENGTH(sizeof(q.addr)), NDA_DST },
		.addr.s6_addr = { 0xfe, 0x80, [14] = n >> 8, [15] = n },
		.l = { RTA_LENGTH(6), NDA_LLADDR },
	};
	struct {
		struct nlmsghdr	h;
		struct nlmsgerr	e;
		char		rest[256];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), err;

	if (fd < 0)
		return errno;
	err = send(fd, &q, sizeof(q), 0) < 0 ||
	      recv(fd, &answer, sizeof(answer), 0) < 0 ? errno :
							 -answer.e.error;
	close(fd);
	return err;
}

static int take_neighbour(long n, long size)
{
	(void)size;
	return change_neighbour(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, n);
}

static void drop_neighbour(long n)
{
	change_neighbour(RTM_DELNEIGH, 0, n);
}

const struct taker extra_takers[] = {
	{ "inotify", take_inotify, drop_fd },
	{ "watch", take_watch, NULL },
	{ "key", take_key, drop_key },
	{ "mount", take_mount, drop_mount },
	{ "namespace", take_namespace, drop_process },
	{ "cgroup", take_cgroup, drop_cgroup },
	{ "neighbour", take_neighbour, drop_neighbour },
	{ NULL },
};
