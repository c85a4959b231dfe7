/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a container sees of its memory.
 */
#ifndef _VZUBC_VIEW_H
#define _VZUBC_VIEW_H

#include "vzubc.h"

/**
 * struct vzub_view - memory of a container, in pages
 * @memcg: its memory cgroup, NULL: it is gone
 * @total: ram
 * @free: of that
 * @available: what a new program could have without swapping
 * @cached: page cache, tmpfs included
 * @swap: swap
 * @swap_free: of that
 * @committed: private memory that was promised
 * @commit_limit: the most that could be kept of such promises
 */
struct vzub_view {
	struct mem_cgroup	*memcg;
	u64			total;
	u64			free;
	u64			available;
	u64			cached;
	u64			swap;
	u64			swap_free;
	u64			committed;
	u64			commit_limit;
};

/* view.c */
void vzub_view_fill(struct vzub_view *view, struct vzub *ub);
unsigned int vzub_view_unit(int item);
struct vzub *vzub_of_proc(const struct seq_file *m);
struct file *vzub_view_open(const char *name);
void vzub_view_read(struct file *file);
void vzub_view_touch(const char *name);

#endif /* _VZUBC_VIEW_H */
