// SPDX-License-Identifier: GPL-2.0-only
/* Start of a container and the ways its init can end. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kt.h"

static int start_with(uint32_t id, int pidfd)
{
	struct kt_ct ct = { .id = id, .pidfd = pidfd };

	return kt_ct_start(&ct);
}

static void test_start_errors(void)
{
	struct kt_ct a = kt_ct_new(301), b = kt_ct_new(302);
	int self = syscall(SYS_pidfd_open, getpid(), 0);
	int holder = syscall(SYS_pidfd_open, a.holder, 0);

	kt_is(start_with(301, self), -ENOENT, "start: not registered");
	kt_ct_create(&a);
	kt_ct_create(&b);
	kt_is(start_with(301, -1), -EBADF, "start: no pidfd");
	kt_is(start_with(301, vz_fd), -EINVAL, "start: not a pidfd");
	kt_is(start_with(301, self), -EINVAL, "start: a host's process");
	kt_is(start_with(301, holder), -EINVAL, "start: no pid namespace");
	kt_ct_spawn(&b);
	kt_is(start_with(301, b.pidfd), -EINVAL, "start: somebody else's");
	kt_ct_spawn(&a);
	kill(a.init, SIGKILL);
	kt_wait_fd(a.pidfd, POLLIN, 5000);
	kt_is(kt_ct_start(&a), -ESRCH, "start: init is dead, not reaped");
	waitpid(a.init, NULL, 0);
	a.init = 0;
	kt_is(kt_ct_start(&a), -ESRCH, "start: init is dead and reaped");
	kt_is(kt_ct_start(&b), 0, "start");
	kt_is(kt_ct_start(&b), -EBUSY, "start: twice");
	kt_ok(kt_ct_down(&a), "destroy after a start that failed");
	kt_ok(kt_ct_down(&b), "destroy");
	close(self);
	close(holder);
}

/* init has to be in the container's cgroup */
static void test_start_outside(void)
{
	struct kt_ct ct = kt_ct_new(303);
	char path[256], text[32];
	int fd, len;

	kt_ct_create(&ct);
	kt_ct_spawn(&ct);
	len = snprintf(text, sizeof(text), "%d", ct.init);
	snprintf(path, sizeof(path), "%s/cgroup.procs", kt_cgroup_root);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, len) != len)
		kt_die(path);
	close(fd);
	kt_is(kt_ct_start(&ct), -EINVAL, "start: init is in no cgroup of ours");
	kt_ct_down(&ct);
}

static long long now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int try_vzctl(void *arg)
{
	struct vz_version v = { .size = sizeof(v) };

	return vz(VZ_IOC_VERSION, &v) == -EPERM ? 0 : 1;
}

/* root of the host, but in the container's cgroup */
static int try_vzctl_in_cgroup(void *arg)
{
	kt_cgroup_add(304, "ct", getpid());
	return try_vzctl(NULL);
}

static int three_sleepers(void *arg)
{
	int i;

	for (i = 0; i < 3; i++)
		if (!fork()) {
			for (;;)
				pause();
		}
	return 0;
}

static void test_running(void)
{
	long long boot = now(CLOCK_BOOTTIME), real = now(CLOCK_REALTIME);
	struct kt_ct ct = kt_ct_up(304, 0);
	struct vz_ct_info info;

	kt_is(kt_ct_info(304, &info), 0, "info of a running container");
	kt_is(info.state, VZ_CT_RUNNING, "info: running");
	kt_is(info.init_pid, ct.init, "info: pid of init");
	kt_is(info.nproc, 1, "info: one process");
	kt_ok((long long)info.start_boottime >= boot &&
	      (long long)info.start_boottime <= now(CLOCK_BOOTTIME) &&
	      (long long)info.start_realtime >= real &&
	      (long long)info.start_realtime <= now(CLOCK_REALTIME),
	      "info: start times");
	kt_is(kt_ct_run(&ct, three_sleepers, NULL, 0), 0, "three sleepers");
	kt_ct_info(304, &info);
	kt_is(info.nproc, 4, "info: four processes");
	kt_is(kt_ct_run(&ct, try_vzctl, NULL, 0), 0,
	      "EPERM inside the container, even with an open /dev/vzctl");
	kt_is(kt_fork(try_vzctl_in_cgroup, NULL), 0,
	      "EPERM for root of the host in the container's cgroup");
	kt_is(kt_ct_destroy(304), -EBUSY, "destroy: it runs");
	kt_ok(kt_ct_down(&ct), "destroy");
}

static int end_exit(void *arg)
{
	return *(int *)arg;
}

static int end_reboot(void *arg)
{
	reboot(*(int *)arg);
	return 99;
}

static int end_kill(void *arg)
{
	raise(*(int *)arg);
	pause();
	return 0;
}

static int end_segv(void *arg)
{
	int *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	return *(volatile int *)nowhere;
}

static void *late_thread(void *arg)
{
	usleep(200000);
	_exit(7);
}

static int end_leader_first(void *arg)
{
	pthread_t thread;

	pthread_create(&thread, NULL, late_thread, NULL);
	pthread_exit(NULL);
}

static void end(const char *what, int (*fn)(void *), int arg, bool child,
		uint32_t reason, int code)
{
	struct kt_ct ct = kt_ct_up(305, 0);
	struct vz_ct_info info;

	if (fn && child)
		kt_ct_run(&ct, fn, &arg, sizeof(arg));
	else if (fn)
		kt_ct_init_do(&ct, fn, &arg, sizeof(arg));
	else
		kill(ct.init, arg);
	if (kt_ok(kt_ct_wait_stopped(305, &info), "%s: stopped", what)) {
		kt_is(info.exit_reason, reason, "%s: reason", what);
		kt_is(info.exit_code, code, "%s: status", what);
		kt_is(info.init_pid, 0, "%s: no init", what);
	}
	kt_ok(kt_ct_down(&ct), "%s: destroy", what);
}

static void test_ends(void)
{
	end("exit 0", end_exit, 0, false, VZ_EXIT_EXITED, 0);
	end("exit 3", end_exit, 3, false, VZ_EXIT_EXITED, 3 << 8);
	end("kill -9", NULL, SIGKILL, false, VZ_EXIT_KILLED, SIGKILL);
	end("segfault", end_segv, 0, false, VZ_EXIT_KILLED, SIGSEGV);
	end("reboot", end_reboot, RB_AUTOBOOT, false, VZ_EXIT_REBOOT, SIGHUP);
	end("halt", end_reboot, RB_HALT_SYSTEM, false, VZ_EXIT_HALT, SIGINT);
	end("power-off", end_reboot, RB_POWER_OFF, false, VZ_EXIT_HALT, SIGINT);
	end("reboot by a child", end_reboot, RB_AUTOBOOT, true,
	    VZ_EXIT_REBOOT, SIGHUP);
	end("first thread ends first", end_leader_first, 0, false,
	    VZ_EXIT_EXITED, 7 << 8);
}

/* A signal from inside that init has no handler for does nothing to it. */
static void test_no_end(void)
{
	struct kt_ct ct = kt_ct_up(306, 0);
	struct vz_ct_info info;
	int sig = SIGTERM;

	kt_ct_init_do(&ct, end_kill, &sig, sizeof(sig));
	usleep(200000);
	kt_ct_info(306, &info);
	kt_is(info.state, VZ_CT_RUNNING, "init ignores a signal of its own");
	kt_ct_down(&ct);
}

static void test_reaped_at_once(void)
{
	struct vz_ct_info info;
	struct kt_ct ct;

	signal(SIGCHLD, SIG_IGN);
	ct = kt_ct_up(307, 0);
	kill(ct.init, SIGKILL);
	kt_ok(kt_ct_wait_stopped(307, &info), "init that nobody reaps");
	kt_is(info.exit_reason, VZ_EXIT_KILLED, "init that nobody reaps: why");
	signal(SIGCHLD, SIG_DFL);
	ct.init = 0;
	kt_ok(kt_ct_down(&ct), "init that nobody reaps: destroy");
}

static void test_leftover(void)
{
	struct kt_ct ct = kt_ct_up(308, 0);
	struct vz_ct_info info;
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	kt_cgroup_add(308, "ct", pid);
	kill(ct.init, SIGKILL);
	kt_ct_wait_stopped(308, &info);
	kt_is(kt_ct_destroy(308), -EBUSY, "destroy: a task is left");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	kt_ok(kt_ct_down(&ct), "destroy: when it is gone");
}

void test_life(void)
{
	test_start_errors();
	test_start_outside();
	test_running();
	test_ends();
	test_no_end();
	test_reaped_at_once();
	test_leftover();
}
