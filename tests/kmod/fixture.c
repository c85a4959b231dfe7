// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/magic.h>
#include "kt.h"

int vz_fd = -1;
const char *kt_cgroup_root = "/sys/fs/cgroup";

static int failed;

int kt_failed(void)
{
	return failed;
}

int kt_times(int times)
{
	const char *slow = getenv("VZ_SLOW");
	int by = slow ? atoi(slow) : 1;

	return by > 1 ? (times + by - 1) / by : times;
}

static void report(bool good, const char *fmt, va_list ap)
{
	failed += !good;
	printf("%s - ", good ? "ok" : "not ok");
	vprintf(fmt, ap);
}

bool kt_ok(bool good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(good, fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return good;
}

bool kt_is(long got, long want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		printf(" (got %ld, want %ld)", got, want);
	putchar('\n');
	fflush(stdout);
	return got == want;
}

void kt_die(const char *what)
{
	printf("not ok - preparation: %s: %s\n", what, strerror(errno));
	exit(1);
}

int vz(unsigned long req, void *arg)
{
	int ret = ioctl(vz_fd, req, arg);

	return ret < 0 ? -errno : ret;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		kt_die(path);
	close(fd);
}

void kt_setup(void)
{
	struct statfs fs;
	char path[256];

	if (statfs(kt_cgroup_root, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC) {
		kt_cgroup_root = "/run/kt-cgroup";
		mkdir(kt_cgroup_root, 0755);
		if (mount("cgroup2", kt_cgroup_root, "cgroup2", 0, NULL))
			kt_die("mount cgroup2");
	}
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control",
		 kt_cgroup_root);
	write_file(path, "+pids +memory");
	snprintf(path, sizeof(path), "%s/vz", kt_cgroup_root);
	if (mkdir(path, 0755) && errno != EEXIST)
		kt_die(path);
	snprintf(path, sizeof(path), "%s/vz/cgroup.subtree_control",
		 kt_cgroup_root);
	write_file(path, "+pids +memory");
	vz_fd = open("/dev/vzctl", O_RDWR | O_CLOEXEC);
	if (vz_fd < 0)
		kt_die("/dev/vzctl");
	signal(SIGPIPE, SIG_IGN);
}

/* Nothing is left when the program dies in the middle. */
static void end_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* A process that sits in a user namespace of its own. */
static pid_t hold_userns(void)
{
	int ready[2];
	char path[64], map[64], c;
	unsigned int base;
	static unsigned int n;
	pid_t pid;

	base = 100000 + 65536 * (++n % 1000);
	if (pipe2(ready, O_CLOEXEC))
		kt_die("pipe");
	pid = fork();
	if (pid < 0)
		kt_die("fork");
	if (!pid) {
		/* a user of its own must own the namespace */
		if (seteuid(base) || unshare(CLONE_NEWUSER) ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		end_with_parent();
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		kt_die("unshare");
	close(ready[0]);
	snprintf(map, sizeof(map), "0 %u 65536", base);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	write_file(path, map);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	write_file(path, map);
	return pid;
}

struct kt_ct kt_ct_new(uint32_t id)
{
	struct kt_ct ct = { .id = id, .pidfd = -1, .go = -1, .done = -1 };
	char path[256];

	snprintf(path, sizeof(path), "%s/vz/%u", kt_cgroup_root, id);
	if (mkdir(path, 0755))
		kt_die(path);
	ct.cgroup_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ct.cgroup_fd < 0)
		kt_die(path);
	if (mkdirat(ct.cgroup_fd, "ct", 0755))
		kt_die("ct");
	ct.holder = hold_userns();
	snprintf(path, sizeof(path), "/proc/%d/ns/user", ct.holder);
	ct.userns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (ct.userns_fd < 0)
		kt_die(path);
	return ct;
}

int kt_ct_create(struct kt_ct *ct)
{
	ct->created = (struct vz_ct_create) {
		.size = sizeof(ct->created),
		.ctid = ct->id,
		.cgroup_fd = ct->cgroup_fd,
		.userns_fd = ct->userns_fd,
		.consoles = ct->consoles,
	};
	return vz(VZ_IOC_CT_CREATE, &ct->created);
}

struct job {
	int (*fn)(void *arg);
	bool self;
	char arg[128];
};

static void init_loop(int go, int done)
{
	struct job job;
	int status;
	pid_t pid;

	end_with_parent();
	while (read(go, &job, sizeof(job)) == sizeof(job)) {
		if (job.self)
			_exit(job.fn(job.arg));
		pid = fork();
		if (!pid)
			_exit(job.fn(job.arg));
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (write(done, &status, sizeof(status)) != sizeof(status))
			break;
	}
	for (;;)
		pause();
}

static pid_t clone_init(const struct kt_ct *ct)
{
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
			      CLONE_NEWUTS | CLONE_PARENT | SIGCHLD;

	if (ct->netns)
		flags |= CLONE_NEWNET;
	return syscall(SYS_clone, flags, NULL, NULL, NULL, 0UL);
}

/* In between: joins the namespace, leaves init behind as our own child. */
static void starter(struct kt_ct *ct, int tell, int go, int done)
{
	pid_t pid;

	if (setns(ct->userns_fd, CLONE_NEWUSER) || setresgid(0, 0, 0) ||
	    setresuid(0, 0, 0))
		_exit(1);
	pid = clone_init(ct);
	if (pid < 0)
		_exit(2);
	if (!pid) {
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
		init_loop(go, done);
	}
	_exit(write(tell, &pid, sizeof(pid)) != sizeof(pid));
}

void kt_cgroup_add(uint32_t id, const char *sub, pid_t pid)
{
	char path[256], text[32];

	snprintf(path, sizeof(path), "%s/vz/%u/%s/cgroup.procs",
		 kt_cgroup_root, id, sub);
	snprintf(text, sizeof(text), "%d", pid);
	write_file(path, text);
}

void kt_ct_spawn(struct kt_ct *ct)
{
	int tell[2], go[2], done[2], status;
	pid_t pid;

	if (pipe2(tell, O_CLOEXEC) || pipe2(go, O_CLOEXEC) ||
	    pipe2(done, O_CLOEXEC))
		kt_die("pipe");
	pid = fork();
	if (!pid) {
		close(go[1]);
		close(done[0]);
		starter(ct, tell[1], go[0], done[1]);
	}
	close(tell[1]);
	close(go[0]);
	close(done[1]);
	if (read(tell[0], &ct->init, sizeof(ct->init)) != sizeof(ct->init))
		kt_die("starter");
	close(tell[0]);
	waitpid(pid, &status, 0);
	ct->go = go[1];
	ct->done = done[0];
	kt_cgroup_add(ct->id, "ct", ct->init);
	ct->pidfd = syscall(SYS_pidfd_open, ct->init, 0);
	if (ct->pidfd < 0)
		kt_die("pidfd_open");
}

int kt_ct_start(struct kt_ct *ct)
{
	struct vz_ct_start arg = {
		.size = sizeof(arg),
		.ctid = ct->id,
		.pidfd = ct->pidfd,
	};

	return vz(VZ_IOC_CT_START, &arg);
}

struct kt_ct kt_ct_up(uint32_t id, uint32_t consoles)
{
	struct kt_ct ct = kt_ct_new(id);

	ct.consoles = consoles;
	errno = -kt_ct_create(&ct);
	if (errno)
		kt_die("create");
	kt_ct_spawn(&ct);
	errno = -kt_ct_start(&ct);
	if (errno)
		kt_die("start");
	return ct;
}

static void send_job(struct kt_ct *ct, int (*fn)(void *), bool self,
		     const void *arg, size_t len)
{
	struct job job = { .fn = fn, .self = self };

	if (len)
		memcpy(job.arg, arg, len);
	if (write(ct->go, &job, sizeof(job)) != sizeof(job))
		kt_die("job");
}

void kt_ct_begin(struct kt_ct *ct, int (*fn)(void *), const void *arg,
		 size_t len)
{
	send_job(ct, fn, false, arg, len);
}

int kt_ct_finish(struct kt_ct *ct)
{
	int status;

	if (read(ct->done, &status, sizeof(status)) != sizeof(status))
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int kt_ct_run(struct kt_ct *ct, int (*fn)(void *), const void *arg,
	      size_t len)
{
	send_job(ct, fn, false, arg, len);
	return kt_ct_finish(ct);
}

void kt_ct_init_do(struct kt_ct *ct, int (*fn)(void *), const void *arg,
		   size_t len)
{
	send_job(ct, fn, true, arg, len);
}

int kt_ct_info(uint32_t id, struct vz_ct_info *info)
{
	*info = (struct vz_ct_info) { .size = sizeof(*info), .ctid = id };
	return vz(VZ_IOC_CT_INFO, info);
}

bool kt_ct_wait_stopped(uint32_t id, struct vz_ct_info *info)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (kt_ct_info(id, info))
			return false;
		if (info->state == VZ_CT_STOPPED)
			return true;
		usleep(10000);
	}
	return false;
}

int kt_ct_destroy(uint32_t id)
{
	struct vz_ct_destroy arg = { .size = sizeof(arg), .ctid = id };

	return vz(VZ_IOC_CT_DESTROY, &arg);
}

static void reap(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* the dead need a moment to leave */
static void remove_cgroup(const char *path)
{
	int i;

	for (i = 0; rmdir(path); i++) {
		if (errno != EBUSY || i >= 1000)
			kt_die(path);
		usleep(10000);
	}
}

bool kt_ct_down(struct kt_ct *ct)
{
	struct vz_ct_info info;
	char path[256];
	int ret = -ENOENT;

	reap(&ct->init);
	if (!kt_ct_info(ct->id, &info)) {
		if (info.state == VZ_CT_RUNNING)
			kt_ct_wait_stopped(ct->id, &info);
		ret = kt_ct_destroy(ct->id);
	}
	reap(&ct->holder);
	close_fd(&ct->pidfd);
	close_fd(&ct->go);
	close_fd(&ct->done);
	close_fd(&ct->userns_fd);
	close_fd(&ct->cgroup_fd);
	snprintf(path, sizeof(path), "%s/vz/%u/ct", kt_cgroup_root, ct->id);
	remove_cgroup(path);
	*strrchr(path, '/') = '\0';
	remove_cgroup(path);
	return !ret;
}

int kt_fork(int (*fn)(void *), void *arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(fn(arg));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool kt_wait_fd(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, ms) == 1 && (p.revents & events);
}
