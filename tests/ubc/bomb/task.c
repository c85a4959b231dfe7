// SPDX-License-Identifier: GPL-2.0-only
/* Processes that make processes. */
#include <errno.h>
#include <unistd.h>

#include "bomb.h"

/* The child does the same. */
static int bomb_fork(long n, long size)
{
	(void)n, (void)size;
	return fork() < 0 ? errno : 0;
}

/* Parents wait for the child, which does the same on their stack. */
static __attribute__((noinline)) int bomb_vfork(long n, long size)
{
	pid_t pid;

	(void)n, (void)size;
	do {
		pid = vfork();
	} while (pid > 0);
	return pid < 0 ? errno : bomb_vfork(n, size);
}

static int bomb_spin(long n, long size)
{
	(void)n, (void)size;
	return 0;
}

const struct taker task_bombs[] = {
	{ "fork", bomb_fork, NULL },
	{ "vfork", bomb_vfork, NULL },
	{ "spin", bomb_spin, NULL },
	{ NULL },
};
