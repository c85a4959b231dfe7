// SPDX-License-Identifier: GPL-2.0-only
/* Locks, terminals, queued signals. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "use.h"

static int fds[1 << 16];

/* Each on a file of its own, since a file has one at most. */
static int take_flock(long n, long size)
{
	char name[32];
	int err;

	(void)size;
	snprintf(name, sizeof(name), "/tmp/use.%ld", n % 8);
	fds[n] = open(name, O_RDWR | O_CREAT, 0600);
	if (fds[n] < 0)
		return errno;
	if (!flock(fds[n], LOCK_SH | LOCK_NB))
		return 0;
	err = errno;
	close(fds[n]);
	return err;
}

static void drop_fd(long n)
{
	close(fds[n]);
}

static int lock_byte(int fd, int type, long start, long len)
{
	struct flock fl = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = start,
		.l_len = len,
	};

	return fcntl(fd, F_SETLK, &fl) ? errno : 0;
}

/* All by one process on one file. */
static int take_posix(long n, long size)
{
	static int fd = -1;

	(void)size;
	if (fd < 0)
		fd = open("/tmp/use.posix", O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return errno;
	fds[n] = fd;
	return lock_byte(fd, F_WRLCK, n * 2, 1);
}

static void drop_posix(long n)
{
	lock_byte(fds[n], F_UNLCK, n * 2, 1);
}

/* A lock of all, in which every unlocked byte makes one more. */
static int take_split(long n, long size)
{
	static int fd = -1;

	(void)size;
	if (fd < 0) {
		fd = open("/tmp/use.split", O_RDWR | O_CREAT, 0600);
		if (fd < 0 || lock_byte(fd, F_WRLCK, 0, 1 << 20))
			return errno;
	}
	return lock_byte(fd, F_UNLCK, n * 2 + 1, 1);
}

static int take_pty(long n, long size)
{
	(void)size;
	fds[n] = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	return fds[n] < 0 ? errno : 0;
}

static int take_signal(long n, long size)
{
	sigset_t set;

	(void)n, (void)size;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return sigqueue(getpid(), SIGRTMIN, (union sigval){ 0 }) ? errno : 0;
}

static void drop_signal(long n)
{
	const struct timespec now = { 0, 0 };
	sigset_t set;

	(void)n;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigtimedwait(&set, NULL, &now);
}

const struct taker misc_takers[] = {
	{ "flock", take_flock, drop_fd },
	{ "posix", take_posix, drop_posix },
	{ "split", take_split, NULL },
	{ "pty", take_pty, drop_fd },
	{ "signal", take_signal, drop_signal },
	{ NULL },
};
