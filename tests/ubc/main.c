// SPDX-License-Identifier: GPL-2.0-only
/*
 * ub-use NAME COUNT [SIZE] - take COUNT times some of a resource, or until it
 * is refused; print "N ERRNO", and with a line on the standard input or its end
 * give all back, print "done" and wait for the next line or the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "use.h"

static const struct taker *const all[] = {
	extra_takers, file_takers, memory_takers, misc_takers, sock_takers,
	storm_takers, task_takers, vm_takers,
};

static const struct taker *find(const char *name)
{
	const struct taker *t;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (t = all[i]; t->name; t++)
			if (!strcmp(t->name, name))
				return t;
	return NULL;
}

static const char *error_name(int err)
{
	return err ? strerrorname_np(err) : "-";
}

/* A pipe takes memory of the kernel, too: something is given back for that. */
static long tell(const struct taker *t, long n, int err)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "%ld %s\n", n, error_name(err));

	while (write(STDOUT_FILENO, line, len) < 0 && errno == ENOMEM &&
	       t->drop && n)
		t->drop(--n);
	return n;
}

int main(int argc, char **argv)
{
	const struct rlimit most = { 1 << 20, 1 << 20 };
	const struct taker *t = argc >= 3 ? find(argv[1]) : NULL;
	long count, size, n;
	int err = 0;

	if (!t) {
		fprintf(stderr, "usage: ub-use NAME COUNT [SIZE]\n");
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &most);
	setrlimit(RLIMIT_SIGPENDING, &most);
	count = atol(argv[2]);
	size = argc > 3 ? atol(argv[3]) : 1;
	for (n = 0; n < count && !err; n++)
		err = t->take(n, size);
	n -= err != 0;
	fflush(stdout);
	n = tell(t, n, err);
	getchar();
	while (t->drop && n--)
		t->drop(n);
	printf("done\n");
	fflush(stdout);
	getchar();
	return 0;
}
