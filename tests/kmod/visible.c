// SPDX-License-Identifier: GPL-2.0-only
/* What a container sees of /proc, and what the host sees of containers. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kt.h"

#define PROC "/run/kt-proc"

/* Entries that no container may have */
static const char *const hidden[] = {
	"sysrq-trigger", "kcore", "kallsyms", "keys", "key-users", "kmsg",
	"iomem", "ioports", "interrupts", "irq", "slabinfo", "timer_list",
	"vmallocinfo", "zoneinfo", "buddyinfo", "kpagecount", "kpageflags",
	"partitions", "bus", "driver", "fs", "softirqs", "acpi", "mtrr",
	"schedstat", "vz/version", "vz/hooks",
};

static const char *const shown[] = {
	"self", "thread-self", "1", "cpuinfo", "meminfo", "stat", "mounts",
	"net", "sys", "uptime", "filesystems", "vz", "vz/veinfo", "sysvipc",
	"self/status", "sys/kernel/hostname", "net/dev", "tty/drivers",
};

/* the number of processes is the only thing that changes */
static bool read_all(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	buf[n] = '\0';
	return true;
}

/* These run in the container and return the number of what they dislike. */
static int find_hidden(void *arg)
{
	char path[128];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", (char *)arg, hidden[i]);
		if (!stat(path, &st) || errno != ENOENT)
			return i + 1;
		if (open(path, O_RDONLY | O_CREAT, 0600) >= 0)
			return i + 101;
	}
	return 0;
}

static int find_shown(void *arg)
{
	char path[128];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", (char *)arg, shown[i]);
		if (stat(path, &st))
			return i + 1;
	}
	return 0;
}

static bool is_hidden(const char *dir, const char *name)
{
	char path[300];
	size_t i;

	snprintf(path, sizeof(path), "%s%s", dir, name);
	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (!strcmp(hidden[i], path))
			return true;
	return false;
}

/* every name that is listed can be looked up; returns how many there are */
static int list(const char *proc, const char *sub, bool *bad)
{
	char path[300];
	struct dirent *e;
	struct stat st;
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "%s/%s", proc, sub);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		n++;
		*bad |= is_hidden(sub, e->d_name);
		snprintf(path, sizeof(path), "%s/%s%s", proc, sub, e->d_name);
		*bad |= lstat(path, &st) != 0;
	}
	closedir(dir);
	return n;
}

static int list_top(void *arg)
{
	bool bad = false;
	int n = list(arg, "", &bad);

	return bad ? 1 : n < 15 || n > 60 ? 2 : 0;
}

static int list_vz(void *arg)
{
	bool bad = false;
	int n = list(arg, "vz/", &bad);

	/* ".", ".." and veinfo */
	return bad ? 1 : n != 3 ? 2 : 0;
}

/* one entry a call: positions have to go on behind what is left out */
static int list_slowly(void *arg)
{
	int fd = open(arg, O_RDONLY | O_DIRECTORY), n = 0;
	char buf[64];

	while (syscall(SYS_getdents64, fd, buf, sizeof(buf)) > 0)
		if (++n > 1000)
			return 1;
	return n < 15 ? 2 : 0;
}

static int veinfo(void *arg)
{
	char path[128], got[256], want[64];

	snprintf(path, sizeof(path), "%s/vz/veinfo", (char *)arg);
	if (!read_all(path, got, sizeof(got)))
		return errno;
	/* init and this process */
	snprintf(want, sizeof(want), "%10u %5u %5u\n", 601, 2, 2);
	return strcmp(got, want) ? 200 : 0;
}

static int veinfo_as_user(void *arg)
{
	if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
		return 255;
	return veinfo(arg);
}

static int veinfo_change(void *arg)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/vz/veinfo", (char *)arg);
	if (!chmod(path, 0666) || errno != EPERM)
		return 1;
	if (!chown(path, 0, 0) || errno != EPERM)
		return 2;
	return open(path, O_WRONLY) < 0 ? 0 : 3;
}

/* a fresh proc mount in a nested user and pid namespace */
static int nested(void *arg)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS))
		return 251;
	pid = fork();
	if (!pid) {
		if (mount("proc", arg, "proc", 0, NULL))
			_exit(252);
		status = find_hidden(arg);
		if (!status)
			status = list_top(arg);
		if (!status)
			status = list_vz(arg);
		_exit(status);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 250;
}

static int mount_proc(void *arg)
{
	return mount("proc", arg, "proc", 0, NULL) ? errno : 0;
}

/* in the mount namespace of init, so that the others find the mount */
static int job_in_init(struct kt_ct *ct, int (*fn)(void *))
{
	return kt_ct_run(ct, fn, PROC, sizeof(PROC));
}

static void test_inside(struct kt_ct *ct)
{
	kt_is(job_in_init(ct, mount_proc), 0, "container mounts proc");
	kt_is(job_in_init(ct, find_hidden), 0, "what is to be hidden is");
	kt_is(job_in_init(ct, find_shown), 0, "the rest is there");
	kt_is(job_in_init(ct, list_top), 0, "and so it is listed");
	kt_is(job_in_init(ct, list_slowly), 0, "one entry at a time, too");
	kt_is(job_in_init(ct, list_vz), 0, "/proc/vz has only veinfo");
	kt_is(job_in_init(ct, veinfo), 0, "veinfo has the container's line");
	kt_is(job_in_init(ct, veinfo_as_user), EACCES,
	      "veinfo is closed to users of the container");
	kt_is(job_in_init(ct, veinfo_change), 0,
	      "veinfo's mode and owner cannot be changed");
	kt_is(job_in_init(ct, nested), 0,
	      "the same in a nested user namespace");
}

static int host_veinfo_as_user(void *arg)
{
	if (setresuid(65534, 65534, 65534))
		return 255;
	return open("/proc/vz/veinfo", O_RDONLY) < 0 ? errno : 0;
}

static bool hooks_say(const char *what)
{
	char buf[1024], want[64];

	if (!read_all("/proc/vz/hooks", buf, sizeof(buf)))
		return false;
	snprintf(want, sizeof(want), "%-24s %s\n", "proc_lookup", what);
	if (!strstr(buf, want))
		return false;
	snprintf(want, sizeof(want), "%-24s %s\n", "proc_readdir", what);
	return strstr(buf, want);
}

static void test_host(void)
{
	char buf[4096], line[64];
	struct stat st;
	size_t i;
	int n = 0;

	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		snprintf(buf, sizeof(buf), "/proc/%s", hidden[i]);
		n += !stat(buf, &st);
	}
	/* not every kernel is built with all of them */
	kt_ok(n >= 20, "%d of the hidden entries are there on the host", n);
	kt_ok(read_all("/proc/vz/veinfo", buf, sizeof(buf)), "host's veinfo");
	kt_ok(!strncmp(buf, "         0     0 ", 17), "first the host");
	snprintf(line, sizeof(line), "\n%10u %5u %5u\n", 601, 2, 1);
	kt_ok(strstr(buf, line), "then the container");
	kt_is(kt_fork(host_veinfo_as_user, NULL), EACCES,
	      "veinfo is closed to users");
	kt_ok(!stat("/proc/vz/veinfo", &st) && (st.st_mode & 07777) == 0400 &&
	      !st.st_uid && !st.st_gid, "veinfo is root's, mode 0400");
	kt_ok(!stat("/proc/vz/version", &st) && (st.st_mode & 07777) == 0444,
	      "version has mode 0444");
	kt_ok(hooks_say("armed"), "the hooks are armed");
}

void test_visible(void)
{
	struct kt_ct ct;

	sleep(3);
	kt_ok(hooks_say("idle"), "without containers the hooks are idle");
	mkdir(PROC, 0755);
	ct = kt_ct_up(601, 0);
	test_inside(&ct);
	test_host();
	kt_ok(kt_ct_down(&ct), "destroy");
	sleep(3);
	kt_ok(hooks_say("idle"), "idle again");
}
