// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many processes that do random things in one tree.  Nothing is compared here:
 * the file system has to survive it, and to know what is left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "stress.h"

#define MOST_NAMES	64

struct tally {
	const char	*name;
	unsigned long	done;
	unsigned long	quota;	/* refused for the quota */
	unsigned long	failed;	/* for another reason, no such file mostly */
};

static struct tally tallies[MOST_NAMES];

/* Nobody is to be above the limits of users and groups. */
static void drop_resource(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &head, caps))
		die("capget: %s", strerror(errno));
	caps[0].effective &= ~(1U << CAP_SYS_RESOURCE);
	caps[0].permitted &= ~(1U << CAP_SYS_RESOURCE);
	caps[0].inheritable = caps[1].inheritable = 0;
	if (syscall(SYS_capset, &head, caps))
		die("capset: %s", strerror(errno));
}

static void tell(const char *name, int err)
{
	struct tally *t;

	for (t = tallies; t->name && t->name != name;)
		if (++t == tallies + MOST_NAMES)
			die("too many kinds of operations");
	t->name = name;
	t->done += !err;
	t->quota += err == EDQUOT;
	t->failed += err && err != EDQUOT;
}

static void print_tallies(void)
{
	const struct tally *t;

	fputs("# done, refused for the quota, otherwise:", stdout);
	for (t = tallies; t < tallies + MOST_NAMES && t->name; t++)
		printf(" %s %lu %lu %lu%s", t->name, t->done, t->quota,
		       t->failed, t[1].name ? "," : "\n");
}

/* What must not happen, whoever else is at work in the tree. */
static bool is_mistake(int err)
{
	switch (err) {
	case EIO:
	case EFAULT:
	case ENOMEM:
	case EUCLEAN:
	case EDEADLK:
	case ESTALE:
		return true;
	}
	return false;
}

static int work(const char *dir, double end, uint64_t seed, bool talk)
{
	struct tree tree = { .top = dir, .limit = 1 << 20 };
	unsigned long n = 0;
	const char *name;
	size_t i;
	int err;

	seed_numbers(seed);
	drop_resource();
	for (i = 0; i < ARRAY_SIZE(tree.held); i++)
		tree.held[i] = -1;
	for (; now() < end; n++) {
		err = tree_operation(&tree, &name);
		tell(name, err);
		if (is_mistake(err)) {
			printf("not ok - %s: %s\n", name, strerror(err));
			return 1;
		}
	}
	if (talk) {
		printf("# one of them, %lu operations:\n", n);
		print_tallies();
	}
	return 0;
}

int stress_tree(int argc, char **argv)
{
	uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) :
				   (uint64_t)time(NULL);
	int processes = atoi(argv[2]), i, status, bad = 0;
	double end = now() + atof(argv[1]);

	printf("# %s: seed %llu, %d processes\n", argv[0],
	       (unsigned long long)seed, processes);
	umask(0);
	if (mkdir(argv[0], 0777) && errno != EEXIST)
		die("%s: %s", argv[0], strerror(errno));
	for (i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork: %s", strerror(errno));
		if (!pid)
			_exit(work(argv[0], end, seed + i, !i));
	}
	while (wait(&status) > 0)
		if (status) {
			printf("not ok - a process ended with status %#x\n",
			       status);
			bad = 1;
		}
	return bad;
}
