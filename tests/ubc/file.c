// SPDX-License-Identifier: GPL-2.0-only
/* Files: opened, made in pairs, and sent over a socket. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "use.h"

static int fds[1 << 17];

static int take_file(long n, long size)
{
	(void)size;
	fds[n] = open("/dev/null", O_RDONLY);
	return fds[n] < 0 ? errno : 0;
}

static int take_eventfd(long n, long size)
{
	(void)size;
	fds[n] = eventfd(0, 0);
	return fds[n] < 0 ? errno : 0;
}

static void drop_fd(long n)
{
	close(fds[n]);
}

/* Of each file nothing is left but what waits in a socket. */
static int take_flight(long n, long size)
{
	static int pair[2] = { -1, -1 };
	char data = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &data, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int fd, err = 0;

	(void)n, (void)size;
	if (pair[0] < 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return errno;
	fd = open("/dev/null", O_RDONLY);
	if (fd < 0)
		return errno;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(pair[0], &msg, MSG_DONTWAIT) < 0)
		err = errno;
	close(fd);
	return err;
}

const struct taker file_takers[] = {
	{ "file", take_file, drop_fd },
	{ "eventfd", take_eventfd, drop_fd },
	{ "flight", take_flight, NULL },
	{ NULL },
};
