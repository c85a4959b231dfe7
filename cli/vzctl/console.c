// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctl console: relay between the caller's terminal and one of the
 * container's.  It outlives the container: while that is down, it waits for
 * the next start.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>

#include "vzctl.h"

#define ESCAPE	0x1b

/* Where the keyboard's input stands; only after Enter does ESC escape. */
enum key_state {
	KEY_AFTER_ENTER,
	KEY_ESCAPED,
	KEY_OTHER,
};

enum next {
	GO_ON,
	DETACH,
	FAIL,
};

struct console {
	struct cli		*cli;
	unsigned int		tty;
	int			fd;		/* -1: container is down */
	int			signals;
	struct vz_events	*events;
	enum key_state		keys;
	bool			raw;
	struct termios		saved;
	int			code;
};

static void copy_size(struct console *con)
{
	struct winsize size;

	if (con->fd >= 0 && !ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		ioctl(con->fd, TIOCSWINSZ, &size);
}

static void make_raw(struct console *con)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &con->saved) < 0)
		return;
	raw = con->saved;
	cfmakeraw(&raw);
	con->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void make_cooked(struct console *con)
{
	if (con->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &con->saved);
	con->raw = false;
}

static void note(const struct console *con, const char *text)
{
	fprintf(stderr, "%s%s", text, con->raw ? "\r\n" : "\n");
}

/* Opens the container's side, if there is a container. */
static enum next attach(struct console *con)
{
	struct vz_error err = { 0 };

	con->fd = vz_ct_console(con->cli->ct, con->tty, false, &err);
	if (con->fd >= 0) {
		fcntl(con->fd, F_SETFL, O_NONBLOCK);
		copy_size(con);
		return GO_ON;
	}
	con->fd = -1;
	if (err.code == VZ_E_NOT_RUNNING)
		return GO_ON;
	make_cooked(con);
	con->code = failed(con->cli, &err);
	return FAIL;
}

static enum next lost(struct console *con)
{
	close(con->fd);
	con->fd = -1;
	return attach(con);
}

static bool write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= n) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return false;
	}
	return true;
}

static enum next from_container(struct console *con)
{
	char data[4096];
	ssize_t n = read(con->fd, data, sizeof(data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return GO_ON;
	if (n <= 0)
		return lost(con);
	return write_all(STDOUT_FILENO, data, n) ? GO_ON : DETACH;
}

/* A container that does not read its keyboard loses keys, like a real one. */
static void to_container(struct console *con, const char *data, size_t len)
{
	if (con->fd >= 0 && len && write(con->fd, data, len) < 0)
		return;
}

static void kill_terminal(struct console *con)
{
	struct vz_error err = { 0 };

	if (vz_ct_console_kill(con->cli->ct, con->tty, &err) < 0)
		note(con, err.text);
}

/* Adds what @key means to @out; returns how many bytes that is, or -1 for the
 * end. */
static int translate(struct console *con, char key, char *out)
{
	bool escaped = con->keys == KEY_ESCAPED;
	int len = 0;

	if (con->keys == KEY_AFTER_ENTER && key == ESCAPE) {
		con->keys = KEY_ESCAPED;
		return 0;
	}
	con->keys = key == '\r' || key == '\n' ? KEY_AFTER_ENTER : KEY_OTHER;
	if (escaped && key == '.')
		return -1;
	if (escaped && key == '!') {
		con->keys = KEY_AFTER_ENTER;
		kill_terminal(con);
		return 0;
	}
	if (escaped)
		out[len++] = ESCAPE;
	out[len++] = key;
	return len;
}

static enum next from_keyboard(struct console *con)
{
	char data[512], out[2 * sizeof(data)];
	ssize_t n = read(STDIN_FILENO, data, sizeof(data));
	size_t len = 0;
	int i, ret;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return GO_ON;
	if (n <= 0)
		return DETACH;
	for (i = 0; i < n; i++) {
		ret = translate(con, data[i], out + len);
		if (ret < 0)
			break;
		len += ret;
	}
	to_container(con, out, len);
	return i < n ? DETACH : GO_ON;
}

static enum next from_events(struct console *con)
{
	struct vz_event_msg msg;
	struct vz_error err = { 0 };
	bool again = false;
	int ret;

	while ((ret = vz_events_read(con->events, &msg, &err)) > 0)
		again |= msg.ctid == con->cli->ctid;
	if (ret < 0 && ret != -ENOBUFS) {
		make_cooked(con);
		con->code = failed(con->cli, &err);
		return FAIL;
	}
	if (con->fd < 0 && (again || ret < 0))
		return attach(con);
	return GO_ON;
}

static enum next from_signals(struct console *con)
{
	struct signalfd_siginfo info;

	if (read(con->signals, &info, sizeof(info)) != sizeof(info))
		return GO_ON;
	if (info.ssi_signo != SIGWINCH)
		return DETACH;
	copy_size(con);
	return GO_ON;
}

static void relay(struct console *con)
{
	enum next next = GO_ON;

	while (next == GO_ON) {
		struct pollfd fds[] = {
			{ con->fd, POLLIN, 0 },
			{ STDIN_FILENO, POLLIN, 0 },
			{ vz_events_fd(con->events), POLLIN, 0 },
			{ con->signals, POLLIN, 0 },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			continue;
		if (fds[0].revents)
			next = from_container(con);
		if (next == GO_ON && fds[1].revents)
			next = from_keyboard(con);
		if (next == GO_ON && fds[2].revents)
			next = from_events(con);
		if (next == GO_ON && fds[3].revents)
			next = from_signals(con);
	}
}

static void run_console(struct console *con)
{
	struct cli *cli = con->cli;

	if (attach(con) != GO_ON)
		return;
	fprintf(stderr, "Attached to CT %u (ESC . to detach)\n", cli->ctid);
	if (con->fd < 0)
		note(con, "The container is down; waiting for its start");
	make_raw(con);
	relay(con);
	make_cooked(con);
	fprintf(stderr, "\nDetached from CT %u\n", cli->ctid);
}

static int parse_tty(int argc, char **argv, unsigned int *tty)
{
	unsigned long value;
	char *end;

	*tty = 1;
	if (argc < 2)
		return 0;
	value = strtoul(argv[1], &end, 10);
	if (*end || end == argv[1] || argv[1][0] == '-' || value < 1 ||
	    value > 255) {
		fprintf(stderr, "Bad tty number %s\n", argv[1]);
		return VZ_E_INVALID_VALUE;
	}
	*tty = value;
	return extra_arguments(argc - 2, argv + 2);
}

int cmd_console(struct cli *cli, int argc, char **argv)
{
	static const int signals[] = {
		SIGWINCH, SIGTERM, SIGHUP, SIGINT, 0
	};
	struct console con = { .cli = cli, .fd = -1 };
	struct vz_error err = { 0 };
	int code;

	code = parse_tty(argc, argv, &con.tty);
	if (!code)
		code = vzctl_begin(cli);
	if (code)
		return code;
	con.signals = open_signals(signals);
	if (con.signals < 0) {
		complain(cli, "Cannot receive signals: %s", strerror(errno));
		return VZ_E_SYSTEM;
	}
	if (vz_events_open(cli->ctx, &con.events, &err) < 0)
		con.code = failed(cli, &err);
	else
		run_console(&con);
	if (con.fd >= 0)
		close(con.fd);
	close(con.signals);
	if (con.events)
		vz_events_close(con.events);
	return con.code;
}
