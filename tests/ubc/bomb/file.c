// SPDX-License-Identifier: GPL-2.0-only
/* Files that are held in other ways than by a descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bomb.h"

/* A new file, and descriptors without one. */
static int bomb_dup(long n, long size)
{
	int fd = open("/dev/null", O_RDONLY), i;

	(void)n, (void)size;
	if (fd < 0)
		return errno;
	for (i = 0; i < 50; i++)
		if (dup(fd) < 0)
			return errno;
	return 0;
}

static int send_fds(int to, const int *fds, int count)
{
	char data = 0, control[CMSG_SPACE(16 * sizeof(int))] = { 0 };
	struct iovec iov = { &data, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	return sendmsg(to, &msg, MSG_DONTWAIT) < 0 ? errno : 0;
}

/* Files wait in a socket whose sender is gone. */
static int bomb_closed(long n, long size)
{
	int pair[2], fds[8], count = 0, err = 0;

	(void)n, (void)size;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return errno;
	while (count < 8) {
		fds[count] = open("/dev/null", O_RDONLY);
		if (fds[count] < 0) {
			err = errno;
			break;
		}
		count++;
	}
	if (count)
		err = send_fds(pair[0], fds, count) ?: err;
	while (count)
		close(fds[--count]);
	close(pair[0]);
	if (err)
		close(pair[1]);
	return err;
}

/* Sockets that are in flight in each other: the kernel has to find them. */
static int bomb_cycle(long n, long size)
{
	int pair[2], err;

	(void)n, (void)size;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return errno;
	err = send_fds(pair[0], pair, 2) ?: send_fds(pair[1], pair, 2);
	close(pair[0]);
	close(pair[1]);
	return err;
}

/* Instances that wait for each other, as deep as the kernel allows. */
static int bomb_nest(long n, long size)
{
	struct epoll_event event = { .events = EPOLLIN };
	static int last = -1;
	int fd = epoll_create1(0);

	(void)n, (void)size;
	if (fd < 0)
		return errno;
	if (last >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, last, &event))
		last = -1;
	else
		last = fd;
	return 0;
}

static int bomb_pidfd(long n, long size)
{
	(void)n, (void)size;
	return syscall(SYS_pidfd_open, getpid(), 0) < 0 ? errno : 0;
}

static int bomb_timer(long n, long size)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGRTMIN,
	};
	timer_t timer;

	(void)n, (void)size;
	return timer_create(CLOCK_MONOTONIC, &event, &timer) ? errno : 0;
}

static int bomb_lease(long n, long size)
{
	char name[48];
	int fd;

	(void)size;
	snprintf(name, sizeof(name), "/tmp/lease.%d.%ld", getpid(), n);
	fd = open(name, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	unlink(name);
	return fcntl(fd, F_SETLEASE, F_RDLCK) ? errno : 0;
}

const struct taker file_bombs[] = {
	{ "dup", bomb_dup, NULL },
	{ "closed", bomb_closed, NULL },
	{ "cycle", bomb_cycle, NULL },
	{ "nest", bomb_nest, NULL },
	{ "pidfd", bomb_pidfd, NULL },
	{ "timer", bomb_timer, NULL },
	{ "lease", bomb_lease, NULL },
	{ NULL },
};
