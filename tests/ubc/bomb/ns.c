// SPDX-License-Identifier: GPL-2.0-only
/* Namespaces that files hold, mounts that multiply, cgroups. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bomb.h"

static int leave_behind(int flag, const char *path)
{
	int fd;

	if (unshare(flag))
		return errno;
	fd = open(path, O_RDONLY);
	return fd < 0 ? errno : 0;
}

static int bomb_netns(long n, long size)
{
	(void)n, (void)size;
	return leave_behind(CLONE_NEWNET, "/proc/self/ns/net");
}

static int bomb_ipcns(long n, long size)
{
	(void)n, (void)size;
	return leave_behind(CLONE_NEWIPC, "/proc/self/ns/ipc");
}

/* Each in the one before, as deep as the kernel allows */
static int bomb_userns(long n, long size)
{
	(void)n, (void)size;
	return leave_behind(CLONE_NEWUSER, "/proc/self/ns/user");
}

/* Everything that is mounted, once more, in all that are shared */
static int bomb_multiply(long n, long size)
{
	char name[48];

	(void)size;
	if (!n) {
		mount("none", "/", NULL, MS_SHARED | MS_REC, NULL);
		mkdir("/tmp/multiply", 0700);
		mount("none", "/tmp/multiply", "tmpfs", 0, NULL);
	}
	snprintf(name, sizeof(name), "/tmp/multiply/%d.%ld", getpid(), n);
	mkdir(name, 0700);
	return mount("/tmp", name, NULL, MS_BIND | MS_REC, NULL) ? errno : 0;
}

static int bomb_cgroups(long n, long size)
{
	char name[48];

	(void)size;
	snprintf(name, sizeof(name), "/sys/fs/cgroup/bomb.%d.%ld", getpid(), n);
	return mkdir(name, 0700) ? errno : 0;
}

const struct taker ns_bombs[] = {
	{ "netns", bomb_netns, NULL },
	{ "ipcns", bomb_ipcns, NULL },
	{ "userns", bomb_userns, NULL },
	{ "multiply", bomb_multiply, NULL },
	{ "cgroups", bomb_cgroups, NULL },
	{ NULL },
};
