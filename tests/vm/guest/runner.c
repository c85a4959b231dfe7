// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the command of a test guest: as PID 1 (minimal guests) or as a systemd
 * service.  All files are in /vz-test:
 *
 *   setup    run first; when it fails the command is not run
 *   argv     the command, its arguments ended by NULs
 *   env      NAME=value, ended by NULs
 *   finish   run last; its output goes to the command's stderr
 *
 * Output is relayed to the virtio ports vz.out and vz.err, the kernel log is
 * written to vz.log and the exit status to vz.status; then the guest ends.
 * The relay gives the command plain pipes: a port can be opened only once, so
 * as stdout it would break /dev/stdout.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define DIR_TEST "/vz-test"
#define EXIT_PORT 0xf4

static bool is_init;
static int port_out = -1, port_err = -1;
static int main_status;

static void write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		buf += n;
		len -= n;
	}
}

/* Virtio ports have a name in sysfs; udev's links need not exist here. */
static int port_open(const char *want)
{
	DIR *d = opendir("/sys/class/virtio-ports");
	struct dirent *e;
	int fd = -1;

	while (d && fd < 0 && (e = readdir(d))) {
		char path[512], name[64] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name",
			 e->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fscanf(f, "%63s", name) == 1 && !strcmp(name, want)) {
			snprintf(path, sizeof(path), "/dev/%s", e->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
		fclose(f);
	}
	if (d)
		closedir(d);
	return fd;
}

static char *read_file(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *buf;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	buf = calloc(1, st.st_size + 1);
	*len = buf && read(fd, buf, st.st_size) == st.st_size ? st.st_size : 0;
	close(fd);
	return buf;
}

/* NUL-ended strings of a file as an argument vector. */
static char **read_strings(const char *path)
{
	size_t len = 0, n = 0;
	char *buf = read_file(path, &len), **v;

	v = calloc(len + 2, sizeof(*v));
	if (!v)
		abort();
	for (size_t i = 0; buf && i < len; i += strlen(buf + i) + 1)
		v[n++] = buf + i;
	return v;
}

/* What the command may have inherited from us must look like a login. */
static void child_exec(char **argv, int in, int out, int err)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	setsid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	if (isatty(0))
		ioctl(0, TIOCSCTTY, 1);
	if (chdir("/root"))
		dprintf(2, "runner: /root: %s\n", strerror(errno));
	execvp(argv[0], argv);
	dprintf(2, "runner: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Reap whatever ended; true when it was @pid. */
static bool reap(pid_t pid)
{
	bool ended = false;
	int status;
	pid_t p;

	while ((p = waitpid(is_init ? -1 : pid, &status, WNOHANG)) > 0) {
		if (p != pid)
			continue;
		ended = true;
		main_status = WIFEXITED(status) ? WEXITSTATUS(status) :
						  128 + WTERMSIG(status);
	}
	return ended;
}

/* Move what is there; false at the end of the stream. */
static bool relay(int from, int to)
{
	char buf[65536];
	ssize_t n;

	do {
		n = read(from, buf, sizeof(buf));
		if (n > 0)
			write_all(to, buf, n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0;
}

static void on_child(int sig)
{
	(void)sig;
}

/* Wait for @pid; a daemon it leaves behind may keep the pipes open. */
static void relay_until_exit(pid_t pid, int out, int err)
{
	struct pollfd p[2] = {
		{ .fd = out, .events = POLLIN },
		{ .fd = err, .events = POLLIN },
	};
	sigset_t none;

	sigemptyset(&none);
	for (;;) {
		bool ended = reap(pid);

		if (p[0].fd >= 0 && !relay(out, port_out))
			p[0].fd = -1;
		if (p[1].fd >= 0 && !relay(err, port_err))
			p[1].fd = -1;
		if (ended)
			return;
		ppoll(p, 2, NULL, &none);
	}
}

static int run_piped(char **argv, bool to_err)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC), o[2], e[2];
	pid_t pid;

	if (in < 0 || pipe2(o, O_CLOEXEC) || pipe2(e, O_CLOEXEC))
		return 125;
	pid = fork();
	if (!pid)
		child_exec(argv, in, to_err ? e[1] : o[1], e[1]);
	close(in);
	close(o[1]);
	close(e[1]);
	fcntl(o[0], F_SETFL, O_NONBLOCK);
	fcntl(e[0], F_SETFL, O_NONBLOCK);
	relay_until_exit(pid, o[0], e[0]);
	close(o[0]);
	close(e[0]);
	return main_status;
}

/* The size of the terminal outside, which the console cannot know. */
static void set_size(int fd)
{
	struct winsize w = { 0 };
	FILE *f = fopen(DIR_TEST "/tty", "re");

	if (f && fscanf(f, "%hu %hu", &w.ws_row, &w.ws_col) == 2)
		ioctl(fd, TIOCSWINSZ, &w);
	if (f)
		fclose(f);
}

static int run_on_tty(char **argv, const char *tty)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	sigset_t none;
	pid_t pid;

	if (fd < 0)
		return 125;
	set_size(fd);
	sigemptyset(&none);
	pid = fork();
	if (!pid)
		child_exec(argv, fd, fd, fd);
	while (!reap(pid))
		ppoll(NULL, 0, NULL, &none);
	tcdrain(fd);
	close(fd);
	return main_status;
}

static int run_script(const char *name)
{
	char *argv[] = { (char *)name, NULL };

	return run_piped(argv, true);
}

static void send_log(void)
{
	int fd = port_open("vz.log"), len = klogctl(10, NULL, 0);
	char *buf = len > 0 ? malloc(len) : NULL;

	if (fd < 0 || !buf)
		return;
	len = klogctl(3, buf, len);
	if (len > 0)
		write_all(fd, buf, len);
}

static void send_status(int status)
{
	int fd = port_open("vz.status");
	char buf[16];

	if (fd >= 0)
		write_all(fd, buf, snprintf(buf, sizeof(buf), "%d\n", status));
}

static void end_guest(void)
{
	sync();
	if (!ioperm(EXIT_PORT, 1, 1))
		outb(0, EXIT_PORT);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

int main(void)
{
	struct sigaction sa = { .sa_handler = on_child };
	int status;
	struct rlimit files = { 524288, 524288 };
	sigset_t chld;
	char **argv;

	is_init = getpid() == 1;
	setrlimit(RLIMIT_NOFILE, &files);
	environ = read_strings(DIR_TEST "/env");
	argv = read_strings(DIR_TEST "/argv");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	sigaction(SIGCHLD, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (is_init) {
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
	}
	port_out = port_open("vz.out");
	port_err = port_open("vz.err");

	status = run_script(DIR_TEST "/setup");
	if (status) {
		dprintf(port_err, "runner: setup failed with status %d\n", status);
		status = 125;
	} else if (!access(DIR_TEST "/tty", F_OK)) {
		status = run_on_tty(argv, "/dev/hvc0");
	} else {
		status = run_piped(argv, false);
	}
	run_script(DIR_TEST "/finish");
	send_log();
	send_status(status);
	end_guest();
}
