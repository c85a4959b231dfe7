// SPDX-License-Identifier: GPL-2.0-only
/*
 * netbench ROUNDS PLAN - what it costs to send over different devices.
 *
 * Each line of the plan is one way between two network namespaces:
 *
 *   NAME SERVER CLIENT ADDRESS [FILE VALUE]
 *
 * SERVER and CLIENT are files of namespaces, ADDRESS is the server's; VALUE is
 * written to FILE before each measurement.  The way called "veth" is what the
 * others are compared with.
 *
 * One process makes the sockets of both ends, each in its namespace, and forks
 * the server's end off; both run on processor 0.  All ways take turns, in
 * another order every round; the first round does not count.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WAYS	32
#define MAX_ROUNDS	200
#define PORT		5001
#define TIMEOUT_S	20

struct way {
	char	name[32];
	char	server[128];
	char	client[128];
	char	address[64];
	char	file[128];
	char	value[16];
};

/* The ends of a connection, or of what is going to be one. */
struct ends {
	int	server;
	int	client;
	int	family;
	int	wire[2];	/* of the client and of the server, not measured */
};

/**
 * struct test - something to be measured
 * @name: heading of its column, with the unit
 * @type: SOCK_STREAM or SOCK_DGRAM
 * @connected: the ends are connected before it begins
 * @size: bytes of a message
 * @count: how many operations are measured
 * @warmup: how many are made before
 * @serve: the server's side, until nothing comes any more
 * @run: the client's: that many operations
 */
struct test {
	const char	*name;
	int		type;
	bool		connected;
	size_t		size;
	int		count;
	int		warmup;
	void		(*serve)(const struct test *t, struct ends *e);
	void		(*run)(const struct test *t, struct ends *e, int count);
};

static struct way ways[MAX_WAYS];
static int nways;
static const char *current = "netbench";
static char data[65536];

static void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: ", current);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, ": %s\n", strerror(err));
	va_end(ap);
	exit(1);
}

/* ------------------------------------------------------------ sockets -- */

static void enter(const char *netns)
{
	int fd = open(netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("%s", netns);
	close(fd);
}

static void set_option(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("setsockopt");
}

static socklen_t address_of(const char *text, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *six = (void *)ss;
	struct sockaddr_in *sin = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons(PORT);
		return sizeof(*sin);
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1)
		die("%s: no address", text);
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(PORT);
	return sizeof(*six);
}

static int make_socket(int family, int type)
{
	const struct timeval tv = { .tv_sec = TIMEOUT_S };
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (type == SOCK_STREAM)
		set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	/* what is lost ends the program instead of hanging it */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		die("setsockopt");
	return fd;
}

static int accept_one(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("accept");
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	return fd;
}

/* The server of a datagram socket answers who it is connected to. */
static void connect_back(struct ends *e)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (send(e->client, data, 1, 0) != 1 ||
	    recvfrom(e->server, data, 1, 0, (void *)&ss, &len) != 1 ||
	    connect(e->server, (void *)&ss, len))
		die("first datagram");
}

static void connect_ends(struct ends *e, const struct test *t,
			 const struct sockaddr_storage *ss, socklen_t len)
{
	int listener = e->server;

	if (connect(e->client, (void *)ss, len))
		die("connect");
	if (t->type == SOCK_DGRAM) {
		connect_back(e);
		return;
	}
	e->server = accept_one(listener);
	close(listener);
}

static struct ends make_ends(const struct test *t, const struct way *way)
{
	struct sockaddr_storage ss;
	socklen_t len = address_of(way->address, &ss);
	struct ends e = { .family = ss.ss_family };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, e.wire))
		die("socketpair");
	enter(way->server);
	e.server = make_socket(ss.ss_family, t->type);
	if (bind(e.server, (void *)&ss, len))
		die("bind");
	if (t->type == SOCK_STREAM && listen(e.server, 16))
		die("listen");
	enter(way->client);
	e.client = make_socket(ss.ss_family, t->type);
	if (t->connected)
		connect_ends(&e, t, &ss, len);
	return e;
}

/* false: the other side has ended */
static bool receive(int fd, size_t size)
{
	ssize_t n = recv(fd, data, size, MSG_WAITALL);

	if (n < 0 && errno != ECONNRESET)
		die("recv");
	return n == (ssize_t)size;
}

static void transmit(int fd, size_t size)
{
	if (send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		die("send");
}

/* -------------------------------------------------------------- tests -- */

/* A request and its answer. */
static void rr_serve(const struct test *t, struct ends *e)
{
	while (receive(e->server, t->size))
		transmit(e->server, t->size);
}

static void rr_run(const struct test *t, struct ends *e, int count)
{
	while (count--) {
		transmit(e->client, t->size);
		if (!receive(e->client, t->size))
			die("the server has gone");
	}
}

/* One way, until the receiver says that it has it all. */
static void stream_serve(const struct test *t, struct ends *e)
{
	int count;

	while (receive(e->server, sizeof(count))) {
		memcpy(&count, data, sizeof(count));
		while (count-- && receive(e->server, t->size))
			;
		transmit(e->server, 1);
	}
}

static void stream_run(const struct test *t, struct ends *e, int count)
{
	memcpy(data, &count, sizeof(count));
	transmit(e->client, sizeof(count));
	while (count--)
		transmit(e->client, t->size);
	if (!receive(e->client, 1))
		die("the server has gone");
}

/*
 * Datagrams, as many at a time as fit the receiver's buffer for sure.  The
 * receiver is woken when all are there: otherwise the scheduler decides how
 * often the two take turns, and that is what would be measured.
 */
#define WINDOW	64

static void udp_serve(const struct test *t, struct ends *e)
{
	while (receive(e->wire[1], 1)) {
		for (int i = 0; i < WINDOW; i++)
			receive(e->server, t->size);
		transmit(e->wire[1], 1);
	}
}

static void udp_run(const struct test *t, struct ends *e, int count)
{
	for (; count > 0; count -= WINDOW) {
		for (int i = 0; i < WINDOW; i++)
			transmit(e->client, t->size);
		transmit(e->wire[0], 1);
		if (!receive(e->wire[0], 1))
			die("datagrams were lost");
	}
}

/* A connection for each request. */
static void connect_serve(const struct test *t, struct ends *e)
{
	for (;;) {
		int fd = accept_one(e->server);

		if (receive(fd, t->size))
			transmit(fd, t->size);
		close(fd);
	}
}

static void connect_run(const struct test *t, struct ends *e, int count)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(e->server, (void *)&ss, &len))
		die("getsockname");
	while (count--) {
		int fd = make_socket(e->family, SOCK_STREAM);

		if (connect(fd, (void *)&ss, len))
			die("connect");
		transmit(fd, t->size);
		if (!receive(fd, t->size))
			die("the server has gone");
		close(fd);
	}
}

static const struct test tests[] = {
	{ "RR 1 B", SOCK_STREAM, true, 1, 400, 50, rr_serve, rr_run },
	{ "RR 128 B", SOCK_STREAM, true, 128, 400, 50, rr_serve, rr_run },
	{ "stream 64 KB", SOCK_STREAM, true, 65536, 400, 100,
	  stream_serve, stream_run },
	{ "UDP 64 B", SOCK_DGRAM, true, 64, 20 * WINDOW, 2 * WINDOW,
	  udp_serve, udp_run },
	{ "connection", SOCK_STREAM, false, 1, 100, 10,
	  connect_serve, connect_run },
};

#define NTESTS	((int)(sizeof(tests) / sizeof(tests[0])))

static double samples[MAX_WAYS][NTESTS][MAX_ROUNDS];

/* -------------------------------------------------------- measurement -- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static pid_t start_server(const struct test *t, struct ends *e)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	close(e->client);
	close(e->wire[0]);
	t->serve(t, e);
	_exit(0);
}

/* Nanoseconds of one operation. */
static double measure(const struct test *t, const struct way *way)
{
	struct ends e = make_ends(t, way);
	pid_t server = start_server(t, &e);
	double begin, took;

	close(e.wire[1]);
	t->run(t, &e, t->warmup);
	begin = now();
	t->run(t, &e, t->count);
	took = now() - begin;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	close(e.wire[0]);
	close(e.client);
	close(e.server);
	return took / t->count;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("%s", path);
	close(fd);
}

static void measure_way(int w, int round)
{
	const struct way *way = &ways[w];

	current = way->name;
	if (way->file[0])
		write_file(way->file, way->value);
	for (int i = 0; i < NTESTS; i++)
		samples[w][i][round] = measure(&tests[i], way);
}

static void load_plan(const char *path)
{
	FILE *f = fopen(path, "re");
	struct way *way = ways;
	char line[512];

	if (!f)
		die("%s", path);
	while (nways < MAX_WAYS && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%31s %127s %127s %63s %127s %15s", way->name,
			   way->server, way->client, way->address, way->file,
			   way->value) < 4)
			die("%s: %s", path, line);
		way = &ways[++nways];
	}
	fclose(f);
}

/* ------------------------------------------------------------- result -- */

static int compare(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

/* In microseconds; the samples are sorted afterwards. */
static double median(double *s, int n)
{
	qsort(s, n, sizeof(*s), compare);
	return (n % 2 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2) / 1e3;
}

static void print_table(int rounds)
{
	double result[MAX_WAYS][NTESTS];
	int base = 0;

	for (int w = 0; w < nways; w++) {
		if (!strcmp(ways[w].name, "veth"))
			base = w;
		for (int i = 0; i < NTESTS; i++)
			result[w][i] = median(samples[w][i], rounds);
	}
	printf("| %-18s", "way");
	for (int i = 0; i < NTESTS; i++)
		printf(" | %s µs | : %s", tests[i].name, ways[base].name);
	printf(" |\n|---");
	for (int i = 0; i < NTESTS; i++)
		printf("|--:|--:");
	printf("|\n");
	for (int w = 0; w < nways; w++) {
		printf("| %-18s", ways[w].name);
		for (int i = 0; i < NTESTS; i++)
			printf(" | %6.2f | %4.2f", result[w][i],
			       result[w][i] / result[base][i]);
		printf(" |\n");
	}
}

int main(int argc, char **argv)
{
	cpu_set_t cpus;
	int rounds;

	if (argc != 3)
		die("usage: netbench ROUNDS PLAN");
	rounds = atoi(argv[1]);
	if (rounds < 1 || rounds > MAX_ROUNDS)
		die("1 to %d rounds", MAX_ROUNDS);
	load_plan(argv[2]);
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
	for (int w = 0; w < nways; w++)
		measure_way(w, 0);
	for (int round = 0; round < rounds; round++) {
		for (int w = 0; w < nways; w++)
			measure_way((w + round) % nways, round);
	}
	print_table(rounds);
	return 0;
}
