// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and races: nothing may be left, nothing may break. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kt.h"

/* the same container many times, in one cgroup and one user namespace */
void test_many(void)
{
	const char *cycles = getenv("VZ_CYCLES");
	int i, bad = 0, count = cycles ? atoi(cycles) : kt_times(1000);
	struct kt_ct ct = kt_ct_new(801);

	ct.consoles = 2;
	for (i = 0; i < count; i++)
		bad += kt_ct_create(&ct) || kt_ct_destroy(801);
	kt_is(bad, 0, "%d times create and destroy", count);
	kt_ct_down(&ct);
}

void test_one(void)
{
	struct kt_ct ct = kt_ct_up(804, 1);

	kt_ok(kt_ct_down(&ct), "one container");
}

void test_many_starts(void)
{
	int i, n = kt_times(100), bad = 0;

	for (i = 0; i < n; i++) {
		struct kt_ct ct = kt_ct_up(802, 1);

		bad += !kt_ct_down(&ct);
	}
	kt_is(bad, 0, "%d times create, start, kill and destroy", n);
}

void test_crowd(void)
{
	static struct kt_ct ct[100];
	struct vz_ct_list list = { .size = sizeof(list) };
	int i, n = kt_times(100), bad = 0;

	for (i = 0; i < n; i++)
		ct[i] = kt_ct_up(900 + i, 12);
	vz(VZ_IOC_CT_LIST, &list);
	kt_is(list.count, n, "%d containers with 12 consoles each", n);
	for (i = 0; i < n; i++)
		bad += !kt_ct_down(&ct[(i * 37) % n]);
	kt_is(bad, 0, "they end in another order");
}

static const char node[] = "/dev/kt-tty-race";

static void look_around(void)
{
	struct vz_console con = {
		.size = sizeof(con), .ctid = 803, .flags = VZ_CONSOLE_STEAL,
	};
	struct vz_ct_list list = { .size = sizeof(list) };
	struct vz_ct_info info;
	char buf[256];
	int fd;

	if (!kt_ct_info(803, &info) && info.console_major) {
		unlink(node);
		mknod(node, S_IFCHR | 0600,
		      makedev(info.console_major, info.console_minor));
	}
	vz(VZ_IOC_CT_LIST, &list);
	fd = vz(VZ_IOC_CONSOLE, &con);
	if (fd < 0)
		return;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	read(fd, buf, sizeof(buf));
	write(fd, "typed\n", 6);
	close(fd);
}

static void use_tty(void)
{
	int fd = open(node, O_RDWR | O_NOCTTY | O_NONBLOCK);
	char buf[64];

	if (fd < 0)
		return;
	write(fd, "output\n", 7);
	read(fd, buf, sizeof(buf));
	close(fd);
}

static void read_proc(void)
{
	static const char *const files[] = {
		"/proc/vz/veinfo", "/proc/vz/hooks", "/proc/vz/none",
	};
	char buf[4096];
	size_t i;
	int fd;

	for (i = 0; i < 3; i++) {
		fd = open(files[i], O_RDONLY);
		if (fd < 0)
			continue;
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		close(fd);
	}
}

static void destroy_it(void)
{
	kt_ct_destroy(803);
	usleep(1000);
}

static pid_t repeat(void (*fn)(void))
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			fn();
	return pid;
}

void test_race(void)
{
	static void (*const fns[])(void) = {
		look_around, use_tty, read_proc, destroy_it,
	};
	time_t end = time(NULL) + 20;
	pid_t pid[4];
	int i, rounds = 0;

	for (i = 0; i < 4; i++)
		pid[i] = repeat(fns[i]);
	while (time(NULL) < end) {
		struct kt_ct ct = kt_ct_new(803);

		ct.consoles = 1;
		kt_ct_create(&ct);
		kt_ct_spawn(&ct);
		kt_ct_start(&ct);
		kt_ct_down(&ct);
		rounds++;
	}
	for (i = 0; i < 4; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	kt_is(kt_ct_destroy(803), -ENOENT, "%d rounds of races", rounds);
	unlink(node);
}
