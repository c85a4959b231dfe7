// SPDX-License-Identifier: GPL-2.0-only
/*
 * ub-bomb beat - the only one that may run on a host
 * ub-bomb entries
 * ub-bomb WORKERS NAME[/SIZE]... - processes that take without an end; who is
 * killed is replaced.  Prints what cannot be had once, and "go".
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bomb.h"

/* The arrays of takers have that many elements at least. */
#define MOST	60000

static const struct taker *const all[] = {
	file_bombs, filter_bombs, kmem_bombs, ns_bombs, oom_bombs, ring_bombs,
	shm_bombs, sock_bombs, task_bombs, extra_takers, file_takers,
	memory_takers, misc_takers, sock_takers, task_takers, vm_takers,
};

static const struct taker *find(const char *name)
{
	size_t len = strcspn(name, "/"), i;
	const struct taker *t;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (t = all[i]; t->name; t++)
			if (strlen(t->name) == len &&
			    !strncmp(t->name, name, len))
				return t;
	fprintf(stderr, "ub-bomb: there is no %s\n", name);
	exit(2);
}

static void raise_limit(int resource)
{
	struct rlimit limit;

	getrlimit(resource, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(resource, &limit);
}

static long size_of(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? atol(slash + 1) : 1;
}

static void work(const char *name)
{
	const struct taker *t = find(name);
	long size = size_of(name), n = 0;
	int err;

	for (;;) {
		err = t->take(n, size);
		if (!err || err == EEXIST)
			n = (n + 1) % MOST;
	}
}

/*
 * Once before the others are at it: the first refusal is not to hide that
 * something cannot be had at all.
 */
static void try(const char *name)
{
	const struct taker *t = find(name);
	int err, status;

	if (!fork()) {
		err = t->take(0, size_of(name));
		if (err)
			printf("%s: %s\n", name, strerrorname_np(err));
		fflush(stdout);
		_exit(0);
	}
	wait(&status);
}

static void start(const char *name)
{
	if (!fork())
		work(name);
}

/* Nothing of this may run outside: the host would have no limit. */
static void need_container(void)
{
	unsigned int inside, outside = 0;
	FILE *map = fopen("/proc/self/uid_map", "r");

	if (map && fscanf(map, "%u %u", &inside, &outside) == 2 && outside) {
		fclose(map);
		return;
	}
	fprintf(stderr, "ub-bomb: this is not a container\n");
	exit(2);
}

int main(int argc, char **argv)
{
	int workers = argc > 1 ? atoi(argv[1]) : 0, i, next = 0;

	if (argc == 2 && !strcmp(argv[1], "beat"))
		return beat();
	need_container();
	if (argc == 2 && !strcmp(argv[1], "entries"))
		return entries();
	if (workers < 1 || argc < 3) {
		fprintf(stderr, "usage: ub-bomb WORKERS NAME[/SIZE]...\n");
		return 2;
	}
	for (i = 2; i < argc; i++)
		find(argv[i]);
	raise_limit(RLIMIT_NOFILE);
	raise_limit(RLIMIT_SIGPENDING);
	raise_limit(RLIMIT_MEMLOCK);
	signal(SIGPIPE, SIG_IGN);
	/* a single one shows by what it is refused */
	for (i = 2; argc > 3 && i < argc; i++)
		try(argv[i]);
	printf("go\n");
	fflush(stdout);
	for (i = 0; i < workers; i++)
		start(argv[2 + next++ % (argc - 2)]);
	for (;;) {
		if (wait(NULL) < 0)
			usleep(10000);
		start(argv[2 + next++ % (argc - 2)]);
	}
}
