/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load for a file system whose use is counted, and a look at what was counted.
 */
#ifndef STRESS_H
#define STRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define PAGE	4096
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Not what is tested: a mistake of who called; ends the program. */
void die(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
double now(void);
/*
 * What XFS allocates ahead for a file that fallocate(2) was called for is
 * charged, and may go again (docs/quota.md): FS_STRESS_ALLOCATE=no leaves that
 * out.
 */
bool may_allocate(void);

/* A generator of our own: a seed gives the same numbers everywhere. */
void seed_numbers(uint64_t seed);
/* below @n, or 0 when that is 0 */
uint64_t pick(uint64_t n);
static inline bool chance(unsigned int one_in) { return !pick(one_in); }

/*
 * Stores to mapped memory, page by page, until it is done or there is a bus
 * error; how many bytes were stored.
 */
size_t map_store(char *to, const char *from, size_t len);

/* quota.c: commands on a quota of level 1 and, with @ugids, 2 */
int quota_on(int argc, char **argv);
int quota_off(int argc, char **argv);
int quota_limit(int argc, char **argv);
int quota_check(int argc, char **argv);
int quota_show(int argc, char **argv);
int quota_count(int argc, char **argv);
int quota_watch(int argc, char **argv);

/* abuse.c: 0 when it did not work */
int abuse_quotas(int argc, char **argv);
int abuse_handles(int argc, char **argv);
int abuse_move(int argc, char **argv);
int abuse_space(int argc, char **argv);
int abuse_inodes(int argc, char **argv);

/* file.c, mounts.c, tree.c */
int stress_file(int argc, char **argv);
int stress_mounts(int argc, char **argv);
int stress_tree(int argc, char **argv);

/* What an operation on a tree works on: a path that may or may not be there. */
struct tree {
	const char	*top;
	size_t		limit;	/* most bytes of a file */
	int		held[8];/* files that stay open, -1: none */
};

/* treeops.c: one random operation; 0 or an errno; sets *@name. */
int tree_operation(struct tree *t, const char **name);

#endif
