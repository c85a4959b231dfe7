// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has to go on working while somebody floods: a server in a container, and
 * clients of it on the host and in the world behind it.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "net_flood.h"

#define PORT		4000
#define CONNECTIONS	8
#define PAUSE_US	50000

/* So long that a slow machine does not matter... */
#define LIMIT_MS	5000
/* ... but so many times in a row only */
#define PATIENCE	4

static const struct probe {
	const char	*name;
	bool		world;
	int		type;
	const char	*to;
	const char	*client;
} probes[VICTIM_PROBES] = {
	{ "world UDP v4", true, SOCK_DGRAM, FLOOD_B4, FLOOD_CLIENT4 },
	{ "world TCP v6", true, SOCK_STREAM, FLOOD_B6, FLOOD_CLIENT6 },
	{ "host UDP v6", false, SOCK_DGRAM, FLOOD_B6, NULL },
	{ "host TCP v4", false, SOCK_STREAM, FLOOD_B4, NULL },
};

/* ------------------------------------------------------------- server -- */

static int bound(int type)
{
	struct sockaddr_in6 any = {
		.sin6_family = AF_INET6, .sin6_port = htons(PORT),
	};
	int off = 0, fd = socket(AF_INET6, type, 0);

	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
	    bind(fd, (void *)&any, sizeof(any)) ||
	    (type == SOCK_STREAM && listen(fd, 64)))
		return -1;
	return fd;
}

static void echo_datagram(int fd)
{
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	char buf[64];
	ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT,
			     (void *)&from, &len);

	if (n > 0)
		sendto(fd, buf, n, 0, (void *)&from, len);
}

/* Connections beyond the last place are not taken before one is over. */
static void accept_connection(int listener, struct pollfd *places)
{
	int i;

	for (i = 0; i < CONNECTIONS; i++)
		if (places[i].fd < 0) {
			places[i].fd = accept(listener, NULL, NULL);
			return;
		}
}

static void echo_connection(struct pollfd *place)
{
	char buf[64];
	ssize_t n = recv(place->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n > 0)
		send(place->fd, buf, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(place->fd);
	place->fd = -1;
}

int victim_serve(void *arg)
{
	struct pollfd p[2 + CONNECTIONS];
	int i;

	for (i = 0; i < 2 + CONNECTIONS; i++)
		p[i] = (struct pollfd) { .fd = -1, .events = POLLIN };
	p[0].fd = bound(SOCK_DGRAM);
	p[1].fd = bound(SOCK_STREAM);
	if (p[0].fd < 0 || p[1].fd < 0)
		return 1;
	while (poll(p, 2 + CONNECTIONS, -1) >= 0) {
		if (p[0].revents)
			echo_datagram(p[0].fd);
		for (i = 2; i < 2 + CONNECTIONS; i++)
			if (p[i].fd >= 0 && p[i].revents)
				echo_connection(&p[i]);
		if (p[1].revents)
			accept_connection(p[1].fd, &p[2]);
	}
	return 1;
}

/* ------------------------------------------------------------- probes -- */

const char *victim_probe_name(int probe)
{
	return probes[probe].name;
}

static socklen_t address(const char *text, int port, struct sockaddr_in6 *six)
{
	struct sockaddr_in *sin = (void *)six;

	memset(six, 0, sizeof(*six));
	sin->sin_port = htons(port);
	if (strchr(text, ':')) {
		six->sin6_family = AF_INET6;
		inet_pton(AF_INET6, text, &six->sin6_addr);
		return sizeof(*six);
	}
	sin->sin_family = AF_INET;
	inet_pton(AF_INET, text, &sin->sin_addr);
	return sizeof(*sin);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool wait_until(int fd, short events, long end)
{
	long left = end - now_ms();

	return left > 0 && kt_wait_fd(fd, events, left);
}

/* A socket of a client with a number, 0: any */
static int client_socket(const struct probe *p, int client)
{
	int fd = socket(strchr(p->to, ':') ? AF_INET6 : AF_INET,
			p->type | SOCK_NONBLOCK, 0);
	struct sockaddr_in6 from;
	char text[64];

	snprintf(text, sizeof(text), "%s%d", p->client, client);
	if (client && bind(fd, (void *)&from, address(text, 0, &from)))
		kt_die(text);
	return fd;
}

static bool ask(const struct probe *p, int client, uint32_t seq)
{
	int fd = client_socket(p, client);
	long end = now_ms() + LIMIT_MS;
	struct sockaddr_in6 to;
	uint32_t answer = ~seq;
	bool good;

	good = !connect(fd, (void *)&to, address(p->to, PORT, &to)) ||
	       (errno == EINPROGRESS && wait_until(fd, POLLOUT, end));
	good = good && send(fd, &seq, sizeof(seq), MSG_NOSIGNAL) > 0 &&
	       wait_until(fd, POLLIN, end) &&
	       recv(fd, &answer, sizeof(answer), 0) == sizeof(answer) &&
	       answer == seq;
	close(fd);
	return good;
}

static void run_probe(struct victim_load *load, int i, int client)
{
	int in_vain = 0;
	uint32_t seq;
	long before;

	for (seq = 1; seq <= VICTIM_REQUESTS && in_vain < PATIENCE; seq++) {
		before = *load->flood;
		if (ask(&probes[i], client, seq)) {
			load->answered[i]++;
			in_vain = 0;
		} else {
			in_vain++;
		}
		load->passed[i] += *load->flood - before;
		if (client)
			client++;
		usleep(PAUSE_US);
	}
}

void victim_run(struct victim_load *load, pid_t world, int client)
{
	pid_t pids[VICTIM_PROBES];
	int i;

	fflush(stdout);
	memset((void *)load->answered, 0, sizeof(load->answered));
	memset((void *)load->passed, 0, sizeof(load->passed));
	for (i = 0; i < VICTIM_PROBES; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		if (probes[i].world)
			net_enter(world);
		run_probe(load, i, probes[i].world ? client : 0);
		_exit(0);
	}
	for (i = 0; i < VICTIM_PROBES; i++)
		waitpid(pids[i], NULL, 0);
}
