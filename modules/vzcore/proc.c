// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vz: veinfo, version and hooks.
 *
 * What a reader sees depends on the proc mount he reads through: a mount made
 * in a container shows that container, every other one the whole host.
 * version and hooks exist on the host only, see visible.c.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <vz/subsys.h>
#include "vzcore.h"

/* Second column of veinfo; vzctl always asked for this class */
#define VZ_CLASS	2

static struct proc_dir_entry *vz_proc_dir;

static void vz_veinfo_host(struct seq_file *m, u32 nproc)
{
	seq_printf(m, "%10u %5u %5u\n", 0, 0, nproc);
}

static void vz_veinfo_ct(struct seq_file *m, struct vz_ct *ct)
{
	seq_printf(m, "%10u %5u %5u", ct->id, VZ_CLASS, vz_ct_nproc(ct));
	vz_subsys_veinfo(m, ct);
	seq_putc(m, '\n');
}

/* Threads of the host: all there are but those of the containers. */
static u32 vz_host_nproc(void)
{
	s64 nproc = READ_ONCE(init_pid_ns.pid_allocated) & INT_MAX;
	struct vz_ct *ct;
	unsigned long id;

	xa_for_each(&vz_ct_xa, id, ct)
		nproc -= vz_ct_nproc(ct);
	return max_t(s64, nproc, 1);
}

static int vz_veinfo_show(struct seq_file *m, void *v)
{
	struct super_block *sb = file_inode(m->file)->i_sb;
	struct vz_ct *ct;
	unsigned long id;

	guard(rcu)();
	ct = vz_ct_of_user_ns(sb->s_user_ns);
	if (ct) {
		vz_veinfo_ct(m, ct);
		return 0;
	}
	vz_veinfo_host(m, vz_host_nproc());
	xa_for_each(&vz_ct_xa, id, ct)
		vz_veinfo_ct(m, ct);
	return 0;
}

static int vz_version_show(struct seq_file *m, void *v)
{
	seq_puts(m, VZ_VERSION "\n");
	return 0;
}

static int vz_hooks_show(struct seq_file *m, void *v)
{
	vz_hook_show(m);
	return 0;
}

/**
 * vz_proc_add - add a file to /proc/vz that only root of the host can read
 * @name: its name
 * @show: prints it
 *
 * Containers do not see it, unless visible.c lets them.
 *
 * Return: 0 or -ENOMEM.
 */
int vz_proc_add(const char *name, int (*show)(struct seq_file *m, void *v))
{
	return proc_create_single(name, 0400, vz_proc_dir, show) ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(vz_proc_add);

/**
 * vz_proc_del - remove a file from /proc/vz
 * @name: its name
 *
 * Waits for those who are reading it.
 */
void vz_proc_del(const char *name)
{
	remove_proc_entry(name, vz_proc_dir);
}
EXPORT_SYMBOL_GPL(vz_proc_del);

/**
 * vz_proc_init - make /proc/vz
 *
 * Return: 0 or a negative error.
 */
int vz_proc_init(void)
{
	vz_proc_dir = proc_mkdir("vz", NULL);
	if (!vz_proc_dir)
		return -ENOMEM;
	if (proc_create_single("veinfo", 0400, vz_proc_dir, vz_veinfo_show) &&
	    proc_create_single("version", 0444, vz_proc_dir, vz_version_show) &&
	    proc_create_single("hooks", 0400, vz_proc_dir, vz_hooks_show))
		return 0;
	vz_proc_exit();
	return -ENOMEM;
}

/**
 * vz_proc_exit - remove /proc/vz
 */
void vz_proc_exit(void)
{
	proc_remove(vz_proc_dir);
}
