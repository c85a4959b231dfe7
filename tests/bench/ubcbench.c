// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubcbench LOOP... - nanoseconds that one turn of each loop takes, one line
 * "LOOP NS" each: the median of some batches.
 * ubcbench run NAME COMMAND [ARG...] - the same for a command.
 *
 * A loop "read:N:FILE" reads a file by N processes at a time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCHES		9
#define PAGE		4096
#define PAGES		64
#define DATA		1024
#define MAX_READERS	64

static const char *self;
static char data[65536];
static int pair[2], readers, listener;
static struct sockaddr_in here;
static const char *file;

static void die(const char *what)
{
	fprintf(stderr, "ubcbench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void must(int ok, const char *what)
{
	if (!ok)
		die(what);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* ----------------------------------------------------------- the loops -- */

static void do_open(void)
{
	int fd = open("/bin/sh", O_RDONLY);

	must(fd >= 0, "open");
	close(fd);
}

static void do_stat(void)
{
	struct stat st;

	must(!stat("/bin/sh", &st), "stat");
}

static void wait_child(pid_t pid)
{
	int status;

	must(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "child");
}

static void do_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	wait_child(pid);
}

static void do_exec(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl(self, self, NULL);
		_exit(1);
	}
	wait_child(pid);
}

static void one_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	must(fd >= 0, "socket");
	close(fd);
}

static void do_tcp(void)
{
	one_socket(AF_INET, SOCK_STREAM);
}

static void do_udp(void)
{
	one_socket(AF_INET, SOCK_DGRAM);
}

static void do_unix(void)
{
	one_socket(AF_UNIX, SOCK_STREAM);
}

static void transfer(int size)
{
	must(write(pair[1], data, size) == size &&
	     read(pair[0], data, size) == size, "transfer");
}

static void do_transfer(void)
{
	transfer(DATA);
}

static void do_map(void)
{
	void *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(at != MAP_FAILED && !munmap(at, PAGES * PAGE), "mmap");
}

/* A connection, ended at once: nothing of it has to wait. */
static void do_connect(void)
{
	static const struct linger none = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), to;

	must(fd >= 0 && !connect(fd, (void *)&here, sizeof(here)), "connect");
	to = accept(listener, NULL, NULL);
	must(to >= 0 && !setsockopt(fd, SOL_SOCKET, SO_LINGER, &none,
				    sizeof(none)), "accept");
	close(fd);
	close(to);
}

static char *area;

/* One page: the area is given back when all of it was touched. */
static void do_fault(void)
{
	static int n;

	if (n == PAGES) {
		madvise(area, PAGES * PAGE, MADV_DONTNEED);
		n = 0;
	}
	area[n++ * PAGE] = 1;
}

static void read_file(void)
{
	int fd = open(file, O_RDONLY);

	must(fd >= 0, file);
	while (read(fd, data, sizeof(data)) > 0)
		;
	close(fd);
}

/* Forked once for all that each of them reads. */
static void do_readers(void)
{
	pid_t pid[MAX_READERS];
	int i, k;

	for (i = 0; i < readers; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		for (k = 0; k < 20; k++)
			read_file();
		_exit(0);
	}
	for (i = 0; i < readers; i++)
		wait_child(pid[i]);
}

/* A request to port 80 of this machine and the whole answer. */
static void do_request(void)
{
	static const char get[] = "GET /index.html HTTP/1.0\r\n\r\n";
	const struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), len, all = 0;

	must(fd >= 0 && !connect(fd, (void *)&sin, sizeof(sin)), "connect");
	must(write(fd, get, sizeof(get) - 1) > 0, "request");
	while ((len = read(fd, data, sizeof(data))) > 0)
		all += len;
	must(all > DATA, "answer");
	close(fd);
}

/* --------------------------------------------------------- preparation -- */

static void make_pipe(void)
{
	must(!pipe(pair), "pipe");
}

static void make_unix(void)
{
	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
}

static void make_listener(void)
{
	socklen_t len = sizeof(here);

	here = (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	listener = socket(AF_INET, SOCK_STREAM, 0);
	must(listener >= 0 && !bind(listener, (void *)&here, len) &&
	     !listen(listener, 1) &&
	     !getsockname(listener, (void *)&here, &len), "listen");
}

static void make_tcp(void)
{
	make_listener();
	pair[1] = socket(AF_INET, SOCK_STREAM, 0);
	must(!connect(pair[1], (void *)&here, sizeof(here)), "connect");
	pair[0] = accept(listener, NULL, NULL);
	must(pair[0] >= 0, "accept");
	close(listener);
}

/* A network of its own, with nothing but lo */
static void make_net(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	must(!unshare(CLONE_NEWNET), "unshare");
	make_listener();
	must(!ioctl(listener, SIOCSIFFLAGS, &ifr), "lo");
}

/* The same, and its connections are tracked */
static void make_tracked(void)
{
	make_net();
	must(!system("/usr/sbin/nft -f /tracked"), "nft");
}

/* Small pages, and tables that stay. */
static void make_area(void)
{
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(area != MAP_FAILED && !madvise(area, PAGES * PAGE,
					    MADV_NOHUGEPAGE), "mmap");
}

static const struct loop {
	const char	*name;
	void		(*prepare)(void);
	void		(*run)(void);
	int		turns;		/* of a batch */
} loops[] = {
	{ "open-close", NULL, do_open, 800 },
	{ "stat", NULL, do_stat, 1600 },
	{ "fork-exit", NULL, do_fork, 60 },
	{ "fork-exec", NULL, do_exec, 30 },
	{ "socket-tcp", NULL, do_tcp, 400 },
	{ "socket-udp", NULL, do_udp, 400 },
	{ "socket-unix", NULL, do_unix, 400 },
	{ "pipe", make_pipe, do_transfer, 800 },
	{ "unix-stream", make_unix, do_transfer, 500 },
	{ "tcp-stream", make_tcp, do_transfer, 200 },
	{ "mmap-munmap", NULL, do_map, 800 },
	{ "page-fault", make_area, do_fault, 50 * PAGES },
	{ "connect", make_net, do_connect, 100 },
	{ "tracked", make_tracked, do_connect, 100 },
	{ "request", NULL, do_request, 20 },
};

/* -------------------------------------------------------- measurement -- */

static int compare(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

static void batch(const struct loop *loop)
{
	int i;

	for (i = 0; i < loop->turns; i++)
		loop->run();
}

static void measure(const struct loop *loop, int per_turn)
{
	double took[BATCHES], begin;
	int i;

	if (loop->prepare)
		loop->prepare();
	batch(loop);
	for (i = 0; i < BATCHES; i++) {
		begin = now();
		batch(loop);
		took[i] = (now() - begin) / loop->turns / per_turn;
	}
	qsort(took, BATCHES, sizeof(*took), compare);
	printf("%s %.1f\n", loop->name, took[BATCHES / 2]);
	fflush(stdout);
}

/* read:N:FILE */
static void measure_readers(const char *name)
{
	const struct loop loop = { name, NULL, do_readers, 2 };

	readers = atoi(name + 5);
	file = strchr(name + 5, ':') + 1;
	must(readers > 0 && readers <= MAX_READERS, "readers");
	measure(&loop, readers * 20);
}

static void measure_one(const char *name)
{
	size_t i;

	if (!strncmp(name, "read:", 5) && strchr(name + 5, ':')) {
		measure_readers(name);
		return;
	}
	for (i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		if (!strcmp(name, loops[i].name)) {
			measure(&loops[i], 1);
			return;
		}
	}
	errno = EINVAL;
	die(name);
}

static void run_command(char **argv)
{
	double begin = now();
	pid_t pid = fork();

	if (!pid) {
		dup2(2, 1);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	wait_child(pid);
	printf("%s %.1f\n", argv[0], now() - begin);
}

int main(int argc, char **argv)
{
	int i;

	self = argv[0];
	if (argc > 3 && !strcmp(argv[1], "run")) {
		run_command(argv + 2);
		return 0;
	}
	for (i = 1; i < argc; i++)
		measure_one(argv[i]);
	return 0;
}
