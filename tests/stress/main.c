// SPDX-License-Identifier: GPL-2.0-only
/*
 * fs-stress COMMAND ARG... - load for a file system with a quota
 *
 *   file PATH SECONDS [SEED]		one file, compared with a copy in memory
 *   tree DIR SECONDS PROCESSES [SEED]	many processes in a tree
 *   mounts DIR COUNT			that many simfs at once
 *   quotas DIR..., handles NAME MOST, move NAME, space BYTES, inodes MOST
 *					what a container may try, see abuse.c;
 *					NAME is in a directory of the host
 *   on ID DIR UGIDS BYTES INODES	switches a quota on, usage as it is
 *   off ID
 *   limit ID TYPE WHO BYTES INODES	changes hard limits
 *   check ID DIR [SECONDS [BYTES]]	is usage that of DIR, at the latest then?
 *					that many more or less may be charged
 *   show ID				usage by the quota
 *   count DIR				and by the files, in the same form
 *   watch ID SLACK			until SIGTERM: is a limit passed?
 *
 * A limit of 0 is none.  Status: 0 good, 1 bad, 2 it was called wrongly.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "stress.h"

static uint64_t state;
static sigjmp_buf on_bus_error;
static volatile sig_atomic_t storing;

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("fs-stress: ", stderr);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

bool may_allocate(void)
{
	const char *value = getenv("FS_STRESS_ALLOCATE");

	return !value || strcmp(value, "no");
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void seed_numbers(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

uint64_t pick(uint64_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return n ? (state * 0x2545f4914f6cdd1dULL >> 11) % n : 0;
}

static void bus_error(int sig)
{
	if (!storing) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	siglongjmp(on_bus_error, 1);
}

size_t map_store(char *to, const char *from, size_t len)
{
	struct sigaction action = { .sa_handler = bus_error };
	volatile size_t done = 0;
	size_t n;

	sigaction(SIGBUS, &action, NULL);
	if (!sigsetjmp(on_bus_error, 1)) {
		storing = 1;
		while (done < len) {
			n = PAGE - (uintptr_t)(to + done) % PAGE;
			n = n < len - done ? n : len - done;
			memcpy(to + done, from + done, n);
			done += n;
		}
	}
	storing = 0;
	return done;
}

static const struct {
	const char	*name;
	int		(*run)(int argc, char **argv);
	int		least;
} commands[] = {
	{ "file", stress_file, 2 },
	{ "tree", stress_tree, 3 },
	{ "mounts", stress_mounts, 2 },
	{ "quotas", abuse_quotas, 1 },
	{ "handles", abuse_handles, 2 },
	{ "move", abuse_move, 1 },
	{ "space", abuse_space, 1 },
	{ "inodes", abuse_inodes, 1 },
	{ "on", quota_on, 5 },
	{ "off", quota_off, 1 },
	{ "limit", quota_limit, 5 },
	{ "check", quota_check, 2 },
	{ "show", quota_show, 1 },
	{ "count", quota_count, 1 },
	{ "watch", quota_watch, 2 },
};

int main(int argc, char **argv)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, argv[1]) &&
		    argc - 2 >= commands[i].least)
			return commands[i].run(argc - 2, argv + 2);
	die("no such command, or not all its arguments");
}
