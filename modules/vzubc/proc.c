// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/user_beancounters, and /proc/bc which containers do not have.
 *
 * The files look like those of OpenVZ, byte for byte: monitoring tools parse
 * them.  What OpenVZ did not have is in resources.ext only.
 */
#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include "vzubc.h"

/* Rows of /proc/user_beancounters; those without a name are "dummy" */
#define VZUB_ROWS	(VZUB_NUMIPTENT + 1)

static struct proc_dir_entry *vzub_proc_dir, *vzub_proc_old;

static void vzub_show_header(struct seq_file *m)
{
	seq_puts(m, "Version: 2.5\n");
	seq_printf(m, "%10s  %-12s %20s %20s %20s %20s %20s\n", "uid",
		   "resource", "held", "maxheld", "barrier", "limit",
		   "failcnt");
}

/* @ub: NULL: the host; @uid: printed in the first column */
static void vzub_show_row(struct seq_file *m, struct vzub *ub,
			  unsigned int resource, const char *uid)
{
	const char *name = vzub_name(resource);
	struct vzub_value v = {
		.barrier = VZUB_MAX,
		.limit = VZUB_MAX,
	};

	if (name && ub)
		vzub_value(ub, resource, &v);
	else if (name)
		vzub_host_value(resource, &v);
	seq_printf(m, "%10s  %-12s %20llu %20llu %20llu %20llu %20llu\n", uid,
		   name ?: "dummy", v.held, v.maxheld, v.barrier, v.limit,
		   v.failcnt);
}

/* As in /proc/user_beancounters: with rows that have no meaning any more. */
static void vzub_show_old(struct seq_file *m, struct vzub *ub)
{
	unsigned int i;
	char uid[12];

	snprintf(uid, sizeof(uid), "%u:", ub ? ub->id : 0);
	for (i = 0; i < VZUB_ROWS; i++)
		vzub_show_row(m, ub, i, i ? "" : uid);
}

/* As in /proc/bc: without them, with swappages. */
static void vzub_show_all(struct seq_file *m, struct vzub *ub, const char *uid)
{
	unsigned int i;

	for (i = 0; i <= VZUB_SWAPPAGES; i++)
		if (vzub_name(i))
			vzub_show_row(m, ub, i, i ? "" : uid);
}

static int vzub_user_beancounters_show(struct seq_file *m, void *v)
{
	struct super_block *sb = file_inode(m->file)->i_sb;
	struct vzub *ub;

	vzub_show_header(m);
	guard(rcu)();
	if (sb->s_user_ns->parent) {
		/* a proc mount of a container shows that one */
		ub = vzub_of_user_ns(sb->s_user_ns);
		if (ub)
			vzub_show_old(m, ub);
		return 0;
	}
	list_for_each_entry_rcu(ub, &vzub_list, list)
		if (!ub->dead)
			vzub_show_old(m, ub);
	vzub_show_old(m, NULL);
	return 0;
}

static int vzub_resources_show(struct seq_file *m, void *v)
{
	struct vzub *ub;
	char uid[12];

	vzub_show_header(m);
	guard(rcu)();
	list_for_each_entry_rcu(ub, &vzub_list, list) {
		if (ub->dead)
			continue;
		snprintf(uid, sizeof(uid), "%u:", ub->id);
		vzub_show_all(m, ub, uid);
	}
	vzub_show_all(m, NULL, "0:");
	return 0;
}

/* Beancounters of containers that are gone, and what is left of those. */
static int vzub_dead_show(struct seq_file *m, void *v)
{
	struct vzub_value value;
	struct vzub *ub;
	unsigned int i;

	guard(rcu)();
	list_for_each_entry_rcu(ub, &vzub_list, list) {
		if (!ub->dead)
			continue;
		seq_printf(m, "%u:", ub->id);
		for (i = 0; i < VZUB_RESOURCES; i++) {
			if (!vzub_name(i))
				continue;
			vzub_value(ub, i, &value);
			if (value.held)
				seq_printf(m, " %s %llu", vzub_name(i),
					   value.held);
		}
		seq_putc(m, '\n');
	}
	return 0;
}

static int vzub_one_show(struct seq_file *m, void *v)
{
	u32 id = (uintptr_t)m->private;
	struct vzub *ub;

	guard(rcu)();
	ub = id ? vzub_of_id(id) : NULL;
	if (!id || ub)
		vzub_show_all(m, ub, "");
	return 0;
}

static int vzub_one_ext_show(struct seq_file *m, void *v)
{
	u32 id = (uintptr_t)m->private;
	struct vzub *ub;
	unsigned int i;

	guard(rcu)();
	ub = id ? vzub_of_id(id) : NULL;
	if (id && !ub)
		return 0;
	for (i = VZUB_SWAPPAGES + 1; i < VZUB_RESOURCES; i++)
		if (vzub_name(i))
			vzub_show_row(m, ub, i, "");
	return 0;
}

/* What the container finds in its /proc/meminfo. */
static int vzub_one_meminfo_show(struct seq_file *m, void *v)
{
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_id((uintptr_t)m->private);
	if (ub)
		vzub_view_meminfo(m, ub);
	return 0;
}

/* That there is such a file tells that ram and swap can be limited. */
static int vzub_vswap_show(struct seq_file *m, void *v)
{
	seq_puts(m, "Version: 1.0\n");
	return 0;
}

/* @host: the host has it, too */
static const struct {
	const char	*name;
	int		(*show)(struct seq_file *m, void *v);
	bool		host;
} vzub_one_files[] = {
	{ "resources", vzub_one_show, true },
	{ "resources.ext", vzub_one_ext_show, true },
	{ "meminfo", vzub_one_meminfo_show, false },
};

/**
 * vzub_proc_add - make the directory of a container in /proc/bc
 * @id: container id, 0: the host
 *
 * Return: 0 or a negative error.
 */
int vzub_proc_add(u32 id)
{
	struct proc_dir_entry *dir;
	unsigned int i;
	char name[12];

	snprintf(name, sizeof(name), "%u", id);
	dir = proc_mkdir_mode(name, 0500, vzub_proc_dir);
	if (!dir)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(vzub_one_files); i++)
		if ((id || vzub_one_files[i].host) &&
		    !proc_create_single_data(vzub_one_files[i].name, 0400, dir,
					     vzub_one_files[i].show,
					     (void *)(uintptr_t)id))
			goto err;
	if (!id || proc_create_data("ioacct", 0400, dir, &vzub_ioacct_ops,
				    (void *)(uintptr_t)id))
		return 0;
err:
	proc_remove(dir);
	return -ENOMEM;
}

/**
 * vzub_proc_del - remove it
 * @id: container id
 *
 * Waits for those who are reading.
 */
void vzub_proc_del(u32 id)
{
	char name[12];

	snprintf(name, sizeof(name), "%u", id);
	remove_proc_subtree(name, vzub_proc_dir);
}

/**
 * vzub_proc_init - make the files
 *
 * Return: 0 or a negative error.
 */
int vzub_proc_init(void)
{
	vzub_proc_dir = proc_mkdir_mode("bc", 0500, NULL);
	if (!vzub_proc_dir)
		return -ENOMEM;
	vzub_proc_old = proc_create_single("user_beancounters", 0400, NULL,
					   vzub_user_beancounters_show);
	if (vzub_proc_old &&
	    proc_create_single("resources", 0400, vzub_proc_dir,
			       vzub_resources_show) &&
	    proc_create_single("dead", 0400, vzub_proc_dir, vzub_dead_show) &&
	    !vzub_proc_add(0) && !vz_proc_add("vswap", vzub_vswap_show))
		return 0;
	proc_remove(vzub_proc_old);
	proc_remove(vzub_proc_dir);
	return -ENOMEM;
}

/**
 * vzub_proc_exit - remove them
 */
void vzub_proc_exit(void)
{
	vz_proc_del("vswap");
	proc_remove(vzub_proc_old);
	proc_remove(vzub_proc_dir);
}
