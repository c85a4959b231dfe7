// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is hard to get back; SIZE is in KiB. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "bomb.h"

static int take(long kib, int flags)
{
	void *at = mmap(NULL, kib << 10, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (at == MAP_FAILED)
		return errno;
	memset(at, 1, kib << 10);
	return 0;
}

/* As much as a process may lock, then the children do. */
static int bomb_locked(long n, long size)
{
	int err = take(size, MAP_LOCKED);

	(void)n;
	if (err)
		fork();
	return err;
}

/* Processes that do not react */
static int bomb_stopped(long n, long size)
{
	pid_t pid = fork();

	(void)n;
	if (pid)
		return pid < 0 ? errno : 0;
	take(size, 0);
	raise(SIGSTOP);
	return 0;
}

/* The same, held by a debugger that does nothing */
static int bomb_traced(long n, long size)
{
	pid_t pid = fork();

	(void)n;
	if (pid)
		return pid < 0 ? errno : 0;
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	take(size, 0);
	raise(SIGSTOP);
	return 0;
}

/* Not to be chosen, if that can be had */
static int bomb_spared(long n, long size)
{
	FILE *f = n ? NULL : fopen("/proc/self/oom_score_adj", "w");

	if (f) {
		fputs("-1000", f);
		fclose(f);
	}
	return take(size, 0);
}

const struct taker oom_bombs[] = {
	{ "mlocked", bomb_locked, NULL },
	{ "stopped", bomb_stopped, NULL },
	{ "traced", bomb_traced, NULL },
	{ "spared", bomb_spared, NULL },
	{ NULL },
};
