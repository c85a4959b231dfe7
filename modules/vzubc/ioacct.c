// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/bc/N/ioacct: what a container read from disks and wrote to them.
 *
 * Of the rows that OpenVZ had those are there that are measured: read and
 * write, as the io controller counts them, and dirty, which is what was written
 * and what waits for that.  Tools look for rows by name.
 *
 * The controller's own file is read when this one is opened: both hold a lock
 * of the same kind while they are read.
 */
#include <linux/cgroup.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vz/cgroup.h>
#include "vzubc.h"

/* A line of io.stat for each disk */
#define VZUB_IO_STAT_SIZE	SZ_16K

/**
 * struct vzub_io - of a file that is open
 * @known: the controller is enabled
 * @read: bytes that were read
 * @written: bytes that were written
 * @dirty: bytes that wait to be written
 */
struct vzub_io {
	bool	known;
	u64	read;
	u64	written;
	u64	dirty;
};

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

static int vzub_io_read(struct vzub_io *io, u32 id)
{
	char *text __free(kfree) = kmalloc(VZUB_IO_STAT_SIZE, GFP_KERNEL);
	struct cgroup *cgrp;
	ssize_t ret;

	if (!text)
		return -ENOMEM;
	cgrp = vzub_io_cgroup(id);
	if (!cgrp)
		return 0;
	ret = vz_cgroup_read(cgrp, "io.stat", text, VZUB_IO_STAT_SIZE);
	css_put(&cgrp->self);
	if (ret < 0)
		return 0;
	vzub_io_sum(text, &io->read, &io->written);
	io->dirty = vzub_io_dirty(id);
	io->known = true;
	return 0;
}

static int vzub_ioacct_show(struct seq_file *m, void *v)
{
	const struct vzub_io *io = m->private;

	if (!io->known)
		return 0;
	vzub_io_row(m, "read", io->read);
	vzub_io_row(m, "write", io->written);
	vzub_io_row(m, "dirty", io->written + io->dirty);
	return 0;
}

static int vzub_ioacct_open(struct inode *inode, struct file *file)
{
	u32 id = (uintptr_t)pde_data(inode);
	struct vzub_io *io = kzalloc(sizeof(*io), GFP_KERNEL);
	int err;

	if (!io)
		return -ENOMEM;
	err = vzub_io_read(io, id);
	if (!err)
		err = single_open(file, vzub_ioacct_show, io);
	if (err)
		kfree(io);
	return err;
}

static int vzub_ioacct_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->private);
	return single_release(inode, file);
}

/* The file; its private data is the id of a container */
const struct proc_ops vzub_ioacct_ops = {
	.proc_open	= vzub_ioacct_open,
	.proc_read_iter	= seq_read_iter,
	.proc_lseek	= seq_lseek,
	.proc_release	= vzub_ioacct_release,
};
