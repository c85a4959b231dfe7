// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes between the caller's standard files and a process in a container.
 * The process gets pipes or a terminal of its own, never a descriptor of the
 * host, so there is nothing it could reopen, truncate or type into.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>

#include "core.h"

/* Milliseconds between two attempts to end what reads from a terminal */
#define EOF_AGAIN	1000

enum { RELAY_STDIN, RELAY_OUT, RELAY_ERR, RELAY_PID, RELAY_IN, RELAY_SIGNAL, RELAY_N };

/* What was read from standard input and not yet taken by the process. */
struct pending {
	char	data[16384];
	size_t	start;
	size_t	len;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };

		if (n < 0 && errno == EAGAIN) {
			poll(&pfd, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		data += n;
		len -= n;
	}
}

/* One read; false when there is nothing more to come. */
static bool copy_once(int from, int to)
{
	char buf[16384];
	ssize_t n;

	do {
		n = read(from, buf, sizeof(buf));
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	write_all(to, buf, n);
	return true;
}

static void close_in(struct vz_relay *relay)
{
	if (relay->in >= 0)
		close(steal_fd(&relay->in));
}

/* false: end of file on standard input */
static bool fill_pending(struct pending *p)
{
	ssize_t n = read(STDIN_FILENO, p->data, sizeof(p->data));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	p->start = 0;
	p->len = n;
	return true;
}

static void drain_pending(struct vz_relay *relay, struct pending *p)
{
	ssize_t n = write(relay->in, p->data + p->start, p->len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) {
		p->len = 0;
		close_in(relay);
		return;
	}
	p->start += n;
	p->len -= n;
}

static void set_nonblock(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void copy_winsize(int to)
{
	struct winsize size;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		ioctl(to, TIOCSWINSZ, &size);
}

/* What ends the caller is for the process inside; what the caller ignores, as
 * under nohup, is not. */
static void add_fatal(sigset_t *set)
{
	static const int fatal[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fatal); i++)
		if (!sigaction(fatal[i], NULL, &action) &&
		    action.sa_handler != SIG_IGN)
			sigaddset(set, fatal[i]);
}

static int watch_signals(const struct vz_relay *relay, sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	add_fatal(&set);
	if (relay->winsize) {
		copy_winsize(relay->in);
		sigaddset(&set, SIGWINCH);
	}
	sigprocmask(SIG_BLOCK, &set, old);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The process inside leads a session and so a process group of its own.  A
 * shell on a terminal ignores that it is to end, but not that the terminal is
 * gone. */
static void take_signal(const struct vz_relay *relay, int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		copy_winsize(relay->in);
		return;
	}
	if (relay->tty && info.ssi_signo == SIGTERM)
		kill(-relay->pid, SIGHUP);
	if (kill(-relay->pid, info.ssi_signo))
		sys_pidfd_signal(relay->pidfd, info.ssi_signo);
}

static void prepare(struct pollfd *pfd, struct vz_relay *relay,
		    const struct pending *p, bool eof)
{
	bool want = relay->in >= 0 && !p->len && !eof;

	pfd[RELAY_STDIN] = (struct pollfd){ want ? STDIN_FILENO : -1, POLLIN, 0 };
	pfd[RELAY_OUT] = (struct pollfd){ relay->out, POLLIN, 0 };
	pfd[RELAY_ERR] = (struct pollfd){ relay->err, POLLIN, 0 };
	pfd[RELAY_PID] = (struct pollfd){ relay->pidfd, POLLIN, 0 };
	pfd[RELAY_IN] = (struct pollfd){
		p->len ? relay->in : -1, POLLOUT, 0
	};
}

/* What is at the other end of the terminal may not have been ready to read when
 * the end was told, and a shell that sets up its terminal throws it away. */
static void end_input(struct vz_relay *relay)
{
	if (!relay->tty ||
	    (write(relay->in, "\004", 1) < 0 && errno != EAGAIN))
		close_in(relay);
}

/* How long to wait for something to happen, in milliseconds; -1: for ever */
static int patience(const struct vz_relay *relay, bool eof, int64_t left)
{
	if (!eof || relay->in < 0)
		return (int)left;
	return left < 0 || left > EOF_AGAIN ? EOF_AGAIN : (int)left;
}

/* true once the process has ended */
static bool step(struct vz_relay *relay, struct pollfd *pfd, struct pending *p,
		 bool *eof)
{
	if (pfd[RELAY_STDIN].revents && !fill_pending(p)) {
		*eof = true;
		end_input(relay);
	}
	if (p->len && pfd[RELAY_IN].revents)
		drain_pending(relay, p);
	if (pfd[RELAY_OUT].revents && !copy_once(relay->out, STDOUT_FILENO))
		relay->out = -1;
	if (pfd[RELAY_ERR].revents && !copy_once(relay->err, STDERR_FILENO))
		relay->err = -1;
	return pfd[RELAY_PID].revents;
}

/* What is left in the pipes; a process that stayed behind and holds them open
 * does not keep the caller waiting. */
static void drain(int from, int to)
{
	struct pollfd pfd = { .fd = from, .events = POLLIN };

	while (from >= 0 && poll(&pfd, 1, 0) > 0 && (pfd.revents & POLLIN))
		if (!copy_once(from, to))
			break;
}

static int relay_loop(struct vz_relay *relay, int signals, int *status,
		      struct vz_error *err)
{
	int64_t end = relay->timeout ? now_ms() + relay->timeout * 1000LL : 0;
	struct pollfd pfd[RELAY_N];
	struct pending pending = {};
	bool eof = false, timed_out = false, done = false;
	int ret;

	set_nonblock(relay->in);
	set_nonblock(relay->out);
	set_nonblock(relay->err);
	while (!done) {
		int64_t left = end ? end - now_ms() : -1;

		if (end && left <= 0) {
			timed_out = true;
			sys_pidfd_signal(relay->pidfd, SIGKILL);
			break;
		}
		prepare(pfd, relay, &pending, eof);
		pfd[RELAY_SIGNAL] = (struct pollfd){ signals, POLLIN, 0 };
		ret = poll(pfd, RELAY_N, patience(relay, eof, left));
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return vz_fail_errno(err, VZ_E_SYSTEM, errno,
					     "Unable to wait for the process");
		if (!ret && eof)
			end_input(relay);
		if (pfd[RELAY_SIGNAL].revents)
			take_signal(relay, signals);
		done = step(relay, pfd, &pending, &eof);
	}
	sys_wait_pid(relay->pid, -1, 0, status);
	drain(relay->out, STDOUT_FILENO);
	drain(relay->err, STDERR_FILENO);
	if (timed_out)
		return vz_fail(err, VZ_E_EXEC_TIMEOUT, ETIMEDOUT,
			       "The command inside took longer than %u seconds and was killed",
			       relay->timeout);
	return 0;
}

int vz_relay(struct vz_relay *relay, int *status, struct vz_error *err)
{
	sigset_t old;
	autoclose int signals = watch_signals(relay, &old);
	int ret = relay_loop(relay, signals, status, err);

	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}
