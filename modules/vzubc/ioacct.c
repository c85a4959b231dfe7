// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/bc/N/ioacct: what a container read from disks and wrote to them.
 *
 * Of the rows that OpenVZ had those are there that are measured: read and
 * write, as the io controller counts them, and dirty, which is what was written
 * and what waits for that.  Tools look for rows by name.
 */
#include <linux/cgroup.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vz/cgroup.h>
#include "vzubc.h"

/* A line of io.stat for each disk */
#define VZUB_IO_STAT_SIZE	SZ_16K

/* Adds up what was read and written of each disk. */
static void vzub_io_sum(char *text, u64 *read, u64 *written)
{
	u64 r, w;
	char *line;

	*read = 0;
	*written = 0;
	while ((line = strsep(&text, "\n"))) {
		if (sscanf(line, "%*s rbytes=%llu wbytes=%llu", &r, &w) != 2)
			continue;
		*read += r;
		*written += w;
	}
}

static void vzub_io_row(struct seq_file *m, const char *name, u64 bytes)
{
	seq_printf(m, "\t%-20s %21llu\n", name, bytes);
}

/* Bytes that wait to be written. */
static u64 vzub_io_dirty(u32 id)
{
	struct mem_cgroup *memcg;
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_id(id);
	memcg = ub ? vzub_memcg(ub) : NULL;
	return (vzub_memcg_stat(memcg, NR_FILE_DIRTY) +
		vzub_memcg_stat(memcg, NR_WRITEBACK)) << PAGE_SHIFT;
}

static struct cgroup *vzub_io_cgroup(u32 id)
{
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_id(id);
	return ub && css_tryget(&ub->cgroup->self) ? ub->cgroup : NULL;
}

/**
 * vzub_ioacct_show - print the file
 * @m: where to; its private data is the id of a container
 * @v: not used
 *
 * Return: 0 or a negative error.
 */
int vzub_ioacct_show(struct seq_file *m, void *v)
{
	char *text __free(kfree) = kmalloc(VZUB_IO_STAT_SIZE, GFP_KERNEL);
	u32 id = (uintptr_t)m->private;
	struct cgroup *cgrp;
	u64 read, written;
	ssize_t ret;

	if (!text)
		return -ENOMEM;
	cgrp = vzub_io_cgroup(id);
	if (!cgrp)
		return 0;
	ret = vz_cgroup_read(cgrp, "io.stat", text, VZUB_IO_STAT_SIZE);
	css_put(&cgrp->self);
	/* the controller is not enabled */
	if (ret < 0)
		return 0;
	vzub_io_sum(text, &read, &written);
	vzub_io_row(m, "read", read);
	vzub_io_row(m, "write", written);
	vzub_io_row(m, "dirty", written + vzub_io_dirty(id));
	return 0;
}
