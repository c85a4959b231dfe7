// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of all kinds, and what waits in them. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "use.h"

#define MAX	(1 << 16)

static int fds[MAX], peers[MAX];

static int take_socket(long n, int family, int type, int protocol)
{
	fds[n] = socket(family, type, protocol);
	peers[n] = -1;
	return fds[n] < 0 ? errno : 0;
}

static int take_tcp(long n, long size)
{
	(void)size;
	return take_socket(n, AF_INET, SOCK_STREAM, 0);
}

static int take_tcp6(long n, long size)
{
	(void)size;
	return take_socket(n, AF_INET6, SOCK_STREAM, IPPROTO_TCP);
}

static int take_udp(long n, long size)
{
	(void)size;
	return take_socket(n, AF_INET, SOCK_DGRAM, 0);
}

static int take_unix(long n, long size)
{
	(void)size;
	return take_socket(n, AF_UNIX, SOCK_STREAM, 0);
}

static int take_netlink(long n, long size)
{
	(void)size;
	return take_socket(n, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

static int take_packet(long n, long size)
{
	(void)size;
	return take_socket(n, AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
}

static int take_pair(long n, long size)
{
	int pair[2];

	(void)size;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return errno;
	fds[n] = pair[0];
	peers[n] = pair[1];
	return 0;
}

static void drop_socket(long n)
{
	/* one that was connected leaves nothing behind */
	const struct linger hard = { 1, 0 };

	if (peers[n] >= 0) {
		setsockopt(peers[n], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(peers[n]);
	}
	setsockopt(fds[n], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fds[n]);
}

/* A socket on the loopback device, which is bound. */
static int make_bound(int type, struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	int fd = socket(AF_INET, type, 0);

	*sin = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	if (fd < 0 || bind(fd, (void *)sin, sizeof(*sin)) ||
	    getsockname(fd, (void *)sin, &len))
		return -1;
	return fd;
}

/* A connection: two sockets, one of which the kernel makes. */
static int take_passive(long n, long size)
{
	static int listener = -1;
	static struct sockaddr_in sin;
	struct pollfd p = { .events = POLLIN };

	(void)size;
	if (listener < 0) {
		listener = make_bound(SOCK_STREAM, &sin);
		if (listener < 0 || listen(listener, 128))
			return errno;
	}
	fds[n] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fds[n] < 0)
		return errno;
	connect(fds[n], (void *)&sin, sizeof(sin));
	p.fd = listener;
	if (poll(&p, 1, 500) <= 0) {
		close(fds[n]);
		return ETIMEDOUT;
	}
	peers[n] = accept(listener, NULL, NULL);
	return peers[n] < 0 ? errno : 0;
}

static char *data_of(long size)
{
	static char *data;

	if (!data)
		data = calloc(1, size);
	return data;
}

/* Returns 0 when all of it went in, EAGAIN when nothing does for a while. */
static int fill(int fd, long size)
{
	const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	int idle = 0;

	while (size && idle < 30) {
		ssize_t len = send(fd, data_of(size), size, flags);

		if (len >= 0) {
			size -= len;
			idle = 0;
		} else if (errno == EAGAIN) {
			usleep(20000);
			idle++;
		} else {
			return errno;
		}
	}
	return size ? EAGAIN : 0;
}

/* Connections in which SIZE bytes wait, or as many as go in. */
static int take_tcpbuf(long n, long size)
{
	int buf = 1 << 20;
	int err = take_passive(n, size);

	if (err)
		return err;
	setsockopt(peers[n], SOL_SOCKET, SO_SNDBUF, &buf, sizeof(buf));
	return fill(peers[n], size);
}

/* The same, waiting until all is in. */
static int take_tcpwait(long n, long size)
{
	int err = take_passive(n, size);

	if (err)
		return err;
	return send(peers[n], data_of(size), size, MSG_NOSIGNAL) < 0 ? errno : 0;
}

static int send_unix(long n, long size, int flags)
{
	int buf = 1 << 20;

	if (!n) {
		int err = take_pair(n, size);

		if (err)
			return err;
		setsockopt(fds[0], SOL_SOCKET, SO_SNDBUFFORCE, &buf, sizeof(buf));
		setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &buf, sizeof(buf));
	} else if (take_pair(n, size)) {
		return errno;
	}
	return send(fds[n], data_of(size), size, flags) < 0 ? errno : 0;
}

/* Each message in a socket of its own: there are limits for each, too. */
static int take_unixbuf(long n, long size)
{
	return send_unix(n, size, MSG_DONTWAIT);
}

static int take_unixwait(long n, long size)
{
	return send_unix(n, size, 0);
}

/* What does not fit is lost, which the sender does not notice. */
static int take_udpbuf(long n, long size)
{
	static struct sockaddr_in sin;
	static int receiver = -1;
	int buf = 1 << 20;

	if (receiver < 0) {
		receiver = make_bound(SOCK_DGRAM, &sin);
		setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &buf, sizeof(buf));
		fds[0] = receiver;
		peers[0] = socket(AF_INET, SOCK_DGRAM, 0);
		if (receiver < 0 || peers[0] < 0)
			return errno;
	}
	if (n) {
		fds[n] = -1;
		peers[n] = -1;
	}
	return sendto(peers[0], data_of(size), size, MSG_DONTWAIT,
		      (void *)&sin, sizeof(sin)) < 0 ? errno : 0;
}

/* To another port each: what the sender is told is what its own host thinks. */
static int take_datagram(long n, long size)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(1 + n % 65535),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	static int fd = -1;

	(void)size;
	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	return sendto(fd, "", 1, MSG_DONTWAIT, (void *)&sin, sizeof(sin)) < 0 &&
	       errno != ECONNREFUSED ? errno : 0;
}

/* Made and gone again. */
static int take_churn(long n, long size)
{
	int err = 0;

	(void)size;
	err = n % 3 == 0 ? take_tcp(0, 0) : n % 3 == 1 ? take_udp(0, 0) :
	      take_pair(0, 0);
	if (!err)
		drop_socket(0);
	return err;
}

const struct taker sock_takers[] = {
	{ "tcp", take_tcp, drop_socket },
	{ "tcp6", take_tcp6, drop_socket },
	{ "udp", take_udp, drop_socket },
	{ "unix", take_unix, drop_socket },
	{ "netlink", take_netlink, drop_socket },
	{ "packet", take_packet, drop_socket },
	{ "pair", take_pair, drop_socket },
	{ "passive", take_passive, drop_socket },
	{ "tcpbuf", take_tcpbuf, drop_socket },
	{ "tcpwait", take_tcpwait, drop_socket },
	{ "unixbuf", take_unixbuf, drop_socket },
	{ "unixwait", take_unixwait, drop_socket },
	{ "udpbuf", take_udpbuf, drop_socket },
	{ "datagram", take_datagram, NULL },
	{ "churn", take_churn, NULL },
	{ NULL },
};
