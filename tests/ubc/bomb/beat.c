// SPDX-License-Identifier: GPL-2.0-only
/* What somebody does who is not to be hurt by others. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bomb.h"

#define PERIOD	100	/* ms */

static int try_process(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid < 0 || waitpid(pid, NULL, 0) < 0;
}

static int try_file(void)
{
	static const char data[4096];
	int fd = open("/dev/shm", O_RDWR | O_TMPFILE, 0600), bad;

	if (fd < 0)
		return 1;
	bad = write(fd, data, sizeof(data)) < 0 || flock(fd, LOCK_EX);
	close(fd);
	return bad;
}

static int try_message(void)
{
	char data[256] = "";
	int pair[2], bad;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return 1;
	bad = send(pair[0], data, sizeof(data), 0) < 0 ||
	      recv(pair[1], data, sizeof(data), 0) < 0;
	close(pair[0]);
	close(pair[1]);
	return bad;
}

static int try_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return 1;
	close(fd);
	return 0;
}

static int try_terminal(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return 1;
	close(fd);
	return 0;
}

static int try_memory(void)
{
	const size_t size = 64 << 10;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return 1;
	memset(at, 1, size);
	munmap(at, size);
	return 0;
}

static int try_signal(void)
{
	return sigqueue(getpid(), SIGRTMIN, (union sigval){ 0 }) != 0;
}

static const struct {
	const char	*name;
	int		(*try)(void);
} tries[] = {
	{ "process", try_process }, { "file", try_file },
	{ "message", try_message }, { "socket", try_socket },
	{ "terminal", try_terminal }, { "memory", try_memory },
	{ "signal", try_signal },
};

/* Of the real time: that is the same in all containers. */
static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

int beat(void)
{
	const int count = sizeof(tries) / sizeof(tries[0]);
	long long due = now();
	int n;

	signal(SIGRTMIN, SIG_IGN);
	/* one at a time: emulated processors are slow */
	for (n = 0;; n = (n + 1) % count, due += PERIOD) {
		long long wait = due - now();
		int bad;

		if (wait > 0)
			usleep(wait * 1000);
		bad = tries[n].try() ? errno : 0;
		printf("%lld %lld %s %d\n", due, now() - due,
		       bad ? tries[n].name : "-", bad);
		fflush(stdout);
	}
}
