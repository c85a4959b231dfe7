// SPDX-License-Identifier: GPL-2.0-only
/* Terminals: both ends, flood, stealing, sizes, who may open, early ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "kt.h"

#define RING 65536

static int console(uint32_t id, uint32_t index, uint32_t flags)
{
	struct vz_console arg = {
		.size = sizeof(arg),
		.ctid = id,
		.index = index,
		.flags = flags,
	};

	return vz(VZ_IOC_CONSOLE, &arg);
}

/* a node of the container's terminal where everybody finds it */
static const char *node(struct kt_ct *ct, int index)
{
	static char path[64];

	snprintf(path, sizeof(path), "/dev/kt-tty-%u-%d", ct->id, index);
	unlink(path);
	if (mknod(path, S_IFCHR | 0666,
		  makedev(ct->created.console_major,
			  ct->created.console_minor + index)) ||
	    chmod(path, 0666))
		kt_die(path);
	return path;
}

static int sys_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static ssize_t get(int fd, char *buf, size_t size)
{
	ssize_t n = read(fd, buf, size - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

static int say_hello(void *arg)
{
	int fd = sys_open(arg, O_RDWR | O_NOCTTY);

	return fd < 0 ? -fd : write(fd, "hello\n", 6) != 6;
}

static int read_line(void *arg)
{
	char line[64] = "";
	int fd = sys_open(arg, O_RDWR | O_NOCTTY);

	if (fd < 0 || write(fd, "?", 1) != 1)
		return 1;
	if (get(fd, line, sizeof(line)) < 0)
		return 2;
	return strcmp(line, "abc\n") ? 3 : 0;
}

/* reads until there is @want in what came */
static bool expect(int fd, const char *want)
{
	static char all[2 * RING];
	size_t len = 0;
	ssize_t n;

	while (kt_wait_fd(fd, POLLIN, 5000)) {
		n = get(fd, all + len, sizeof(all) - len);
		if (n <= 0)
			return false;
		len += n;
		if (strstr(all, want))
			return true;
	}
	return false;
}

static void test_both_ways(struct kt_ct *ct)
{
	const char *path = node(ct, 0);
	int fd = console(ct->id, 0, 0);
	char buf[64];

	kt_ok(fd >= 0, "console opens");
	kt_ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "console is close-on-exec");
	kt_ok(!kt_wait_fd(fd, POLLIN, 0), "poll: nothing to read");
	kt_ok(kt_wait_fd(fd, POLLOUT, 0), "poll: writable");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	kt_is(get(fd, buf, sizeof(buf)), -EAGAIN, "read: would block");
	fcntl(fd, F_SETFL, 0);
	kt_is(write(fd, "lost\n", 5), 5, "typed when nobody listens");
	kt_is(kt_ct_run(ct, say_hello, path, strlen(path) + 1), 0,
	      "container writes");
	kt_ok(kt_wait_fd(fd, POLLIN, 1000), "poll: readable");
	get(fd, buf, sizeof(buf));
	kt_ok(!strcmp(buf, "hello\r\n"), "host reads it");
	kt_ct_begin(ct, read_line, path, strlen(path) + 1);
	kt_ok(expect(fd, "?"), "container asks");
	kt_is(write(fd, "abc\n", 4), 4, "host types");
	kt_is(kt_ct_finish(ct), 0, "container reads the line");
	kt_ok(expect(fd, "abc\r\n"), "and it was echoed");
	close(fd);
}

static int flood(void *arg)
{
	static char block[4096];
	int fd = sys_open(arg, O_RDWR | O_NOCTTY), i;

	memset(block, 'x', sizeof(block));
	for (i = 0; i < 2560; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 1;
	return write(fd, "the end", 7) != 7;
}

/* stopped by the host's ^S, and nobody to type ^Q */
static void test_flood(struct kt_ct *ct)
{
	static char buf[2 * RING];
	const char *path = node(ct, 1);
	int fd = console(ct->id, 1, 0);
	ssize_t len = 0, n;

	write(fd, "\x13", 1);
	close(fd);
	kt_is(kt_ct_run(ct, flood, path, strlen(path) + 1), 0,
	      "10 MiB written, nobody reads");
	fd = console(ct->id, 1, 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((n = get(fd, buf + len, sizeof(buf) - len)) > 0)
		len += n;
	kt_is(len, RING, "the last 64 KiB are kept");
	kt_ok(!strcmp(buf + len - 7, "the end"), "and the last it is");
	close(fd);
}

static void test_errors_and_steal(struct kt_ct *ct)
{
	int a, b;
	char buf[16];

	kt_is(console(9999, 0, 0), -ENOENT, "console: no such container");
	kt_is(console(ct->id, 2, 0), -EINVAL, "console: no such terminal");
	kt_is(console(ct->id, -1, 0), -EINVAL, "console: index 2^32-1");
	kt_is(console(ct->id, 0, 2), -EINVAL, "console: unknown flag");
	a = console(ct->id, 0, 0);
	kt_is(console(ct->id, 0, 0), -EBUSY, "console: busy");
	b = console(ct->id, 1, 0);
	kt_ok(b >= 0, "console: the other one is free");
	close(b);
	b = console(ct->id, 0, VZ_CONSOLE_STEAL);
	kt_ok(b >= 0, "console: stolen");
	kt_ok(kt_wait_fd(a, POLLHUP, 0), "the former owner sees a hangup");
	kt_is(get(a, buf, sizeof(buf)), 0, "the former owner reads EOF");
	kt_is(write(a, "x", 1) < 0 ? errno : 0, EIO, "and cannot type");
	close(a);
	kt_is(console(ct->id, 0, 0), -EBUSY, "still busy");
	kt_ok(!kt_wait_fd(b, POLLIN | POLLHUP, 0), "the new owner is fine");
	close(b);
	a = console(ct->id, 0, 0);
	kt_ok(a >= 0, "free again");
	close(a);
}

static int check_size(void *arg)
{
	struct winsize ws;
	int fd = sys_open(arg, O_RDWR | O_NOCTTY);

	if (ioctl(fd, TIOCGWINSZ, &ws) || ws.ws_row != 50 || ws.ws_col != 132)
		return 1;
	ws.ws_row = 24;
	return ioctl(fd, TIOCSWINSZ, &ws) ? 2 : 0;
}

static void test_size(struct kt_ct *ct)
{
	struct winsize ws = { .ws_row = 50, .ws_col = 132 };
	const char *path = node(ct, 0);
	int fd = console(ct->id, 0, 0);

	kt_is(ioctl(fd, TIOCSWINSZ, &ws), 0, "host sets the size");
	kt_is(kt_ct_run(ct, check_size, path, strlen(path) + 1), 0,
	      "container sees it and changes it");
	ioctl(fd, TIOCGWINSZ, &ws);
	kt_ok(ws.ws_row == 24 && ws.ws_col == 132, "host sees the change");
	kt_is(ioctl(fd, TIOCSTI, "x") < 0 ? errno : 0, ENOTTY,
	      "no other ioctl on the host's end");
	close(fd);
}

static int open_node(void *arg)
{
	int fd = sys_open(arg, O_RDWR | O_NOCTTY);

	return fd < 0 ? -fd : 0;
}

static int open_node_as_nobody(void *arg)
{
	if (setresuid(65534, 65534, 65534))
		return 255;
	return open_node(arg);
}

static void test_who(struct kt_ct *ct)
{
	struct kt_ct other = kt_ct_up(402, 1);
	const char *path = node(ct, 0);
	char saved[64];

	strcpy(saved, path);
	kt_is(kt_ct_run(&other, open_node, saved, strlen(saved) + 1), EPERM,
	      "another container cannot open the terminal");
	kt_is(kt_fork(open_node_as_nobody, saved), EPERM,
	      "a user of the host cannot");
	kt_is(kt_fork(open_node, saved), 0, "root of the host can");
	path = node(&other, 1);
	kt_is(kt_fork(open_node, (void *)path), ENXIO, "no terminal behind");
	kt_ct_down(&other);
	path = node(&other, 0);
	kt_is(kt_fork(open_node, (void *)path), ENXIO, "terminal is gone");
}

static int wait_for_int(void *arg)
{
	int fd;

	if (setsid() < 0)
		return 1;
	signal(SIGINT, SIG_DFL);
	fd = sys_open(arg, O_RDWR);
	if (fd < 0 || write(fd, "ready", 5) != 5)
		return 2;
	sleep(20);
	return 3;
}

static void test_session(struct kt_ct *ct)
{
	const char *path = node(ct, 0);
	int fd = console(ct->id, 0, 0);

	kt_ct_begin(ct, wait_for_int, path, strlen(path) + 1);
	kt_ok(expect(fd, "ready"), "a session has the terminal");
	write(fd, "\x03", 1);
	kt_is(kt_ct_finish(ct), -SIGINT, "^C interrupts it");
	kt_is(kt_ct_run(ct, say_hello, path, strlen(path) + 1), 0,
	      "the hangup by its end leaves the terminal usable");
	kt_ok(expect(fd, "hello"), "and the host's end, too");
	close(fd);
}

static int ignore_input(void *arg)
{
	struct termios t;
	int fd = sys_open(arg, O_RDWR | O_NOCTTY);

	tcgetattr(fd, &t);
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
	write(fd, "ready", 5);
	sleep(3);
	return 0;
}

static void test_type_ahead(struct kt_ct *ct)
{
	static char block[65536];
	const char *path = node(ct, 1);
	int fd = console(ct->id, 1, 0);
	ssize_t n, sum = 0;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	kt_ct_begin(ct, ignore_input, path, strlen(path) + 1);
	kt_ok(expect(fd, "ready"), "container does not read");
	memset(block, 'k', sizeof(block));
	while (sum < 1 << 20 && (n = write(fd, block, sizeof(block))) > 0)
		sum += n;
	kt_ok(sum < 1 << 20 && errno == EAGAIN,
	      "typing ends after %zd bytes", sum);
	kt_ok(!kt_wait_fd(fd, POLLOUT, 0), "poll: not writable");
	kt_ct_finish(ct);
	kt_ok(kt_wait_fd(fd, POLLOUT, 2000), "poll: writable when it is gone");
	close(fd);
}

static bool module_is_busy(void)
{
	bool busy;

	close(vz_fd);
	busy = syscall(SYS_delete_module, "vzcore", O_NONBLOCK) < 0 &&
	       errno == EWOULDBLOCK;
	vz_fd = open("/dev/vzctl", O_RDWR | O_CLOEXEC);
	return busy;
}

static void test_early_end(void)
{
	struct kt_ct ct = kt_ct_up(403, 2);
	uint32_t minor = ct.created.console_minor;
	int host, tty, again;
	const char *path;
	char buf[64];

	host = console(403, 0, 0);
	path = node(&ct, 0);
	kt_ct_run(&ct, say_hello, path, strlen(path) + 1);
	tty = sys_open(path, O_RDWR | O_NOCTTY);
	kt_ok(tty >= 0, "host holds the tty");
	kt_ok(module_is_busy(), "unload is refused: a container runs");
	kt_ok(kt_ct_down(&ct), "destroy with both ends open");
	kt_ok(expect(host, "hello"), "the last words can be read");
	kt_is(get(host, buf, sizeof(buf)), 0, "then EOF");
	kt_ok(kt_wait_fd(host, POLLHUP, 0), "and a hangup");
	kt_is(write(host, "x", 1) < 0 ? errno : 0, EIO, "typing fails");
	kt_is(console(403, 0, 0), -ENOENT, "no new host's end");
	kt_is(write(tty, "x", 1) < 0 ? errno : 0, EIO, "the tty is hung up");
	ct = kt_ct_up(403, 2);
	kt_ok(ct.created.console_minor != minor,
	      "numbers in use are not given again");
	again = console(403, 0, 0);
	kt_ok(again >= 0, "new container, new console");
	close(tty);
	close(again);
	kt_ok(kt_ct_down(&ct), "destroy");
	kt_ok(module_is_busy(), "unload is refused: a console is open");
	close(host);
}

static void test_all_numbers(void)
{
	struct vz_ct_info info;
	struct kt_ct ct = kt_ct_up(404, VZ_CONSOLES_MAX);
	int fd[VZ_CONSOLES_MAX], i, good = 0;

	for (i = 0; i < VZ_CONSOLES_MAX; i++) {
		fd[i] = console(404, i, 0);
		good += fd[i] >= 0;
	}
	kt_is(good, VZ_CONSOLES_MAX, "all terminals open");
	kill(ct.init, SIGKILL);
	kt_ct_wait_stopped(404, &info);
	i = console(404, 0, VZ_CONSOLE_STEAL);
	kt_ok(i >= 0, "console of a stopped container");
	close(i);
	for (i = 0; i < VZ_CONSOLES_MAX; i++)
		close(fd[i]);
	kt_ok(kt_ct_down(&ct), "destroy");
}

void test_console(void)
{
	struct kt_ct ct = kt_ct_up(401, 2);

	test_both_ways(&ct);
	test_flood(&ct);
	test_errors_and_steal(&ct);
	test_size(&ct);
	test_who(&ct);
	test_session(&ct);
	test_type_ahead(&ct);
	kt_ok(kt_ct_down(&ct), "destroy 401");
	test_early_end();
	test_all_numbers();
}
