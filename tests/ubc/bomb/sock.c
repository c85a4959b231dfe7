// SPDX-License-Identifier: GPL-2.0-only
/* Sockets that the container may have, and connections that nobody reads. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bomb.h"

static char data[64 << 10];

static int bomb_alg(long n, long size)
{
	(void)n, (void)size;
	return socket(AF_ALG, SOCK_SEQPACKET, 0) < 0 ? errno : 0;
}

static int bomb_vsock(long n, long size)
{
	(void)n, (void)size;
	return socket(AF_VSOCK, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static void stuff(int fd, long count)
{
	while (count--)
		if (send(fd, data, sizeof(data),
			 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return;
}

static int listen_on(struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*sin = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	if (fd < 0 || bind(fd, (void *)sin, len) || listen(fd, 128) ||
	    getsockname(fd, (void *)sin, &len))
		return -1;
	return fd;
}

/* Both ends send. */
static int bomb_unread(long n, long size)
{
	static struct sockaddr_in sin;
	static int listener = -1;
	struct pollfd p = { .events = POLLIN };
	int fd, peer;

	(void)n;
	if (listener < 0)
		listener = listen_on(&sin);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	connect(fd, (void *)&sin, sizeof(sin));
	p.fd = listener;
	peer = poll(&p, 1, 200) > 0 ? accept(listener, NULL, NULL) : -1;
	if (peer < 0) {
		close(fd);
		return ETIMEDOUT;
	}
	stuff(fd, size);
	stuff(peer, size);
	return 0;
}

static int bomb_unread_unix(long n, long size)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int pair[2];

	if (socketpair(AF_UNIX, types[n % 3], 0, pair))
		return errno;
	stuff(pair[0], size);
	stuff(pair[1], size);
	return 0;
}

/* To itself */
static int bomb_unread_udp(long n, long size)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)n;
	if (fd < 0)
		return errno;
	if (bind(fd, (void *)&sin, len) ||
	    getsockname(fd, (void *)&sin, &len) ||
	    connect(fd, (void *)&sin, len)) {
		close(fd);
		return errno;
	}
	while (size--)
		send(fd, data, 32 << 10, MSG_DONTWAIT);
	return 0;
}

const struct taker sock_bombs[] = {
	{ "alg", bomb_alg, NULL },
	{ "vsock", bomb_vsock, NULL },
	{ "unread", bomb_unread, NULL },
	{ "unread-unix", bomb_unread_unix, NULL },
	{ "unread-udp", bomb_unread_udp, NULL },
	{ NULL },
};
