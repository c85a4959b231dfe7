// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vz: veinfo, version and hooks.
 *
 * What a reader sees depends on the proc mount he reads through: a mount made
 * in a container shows that container, every other one the whole host.
 * version and hooks exist on the host only, see visible.c.
 */
#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include "vzcore.h"

/* Second column of veinfo; vzctl always asked for this class */
#define VZ_CLASS	2

static struct proc_dir_entry *vz_proc_dir;

static void vz_veinfo_line(struct seq_file *m, u32 id, u32 class, u32 nproc)
{
	seq_printf(m, "%10u %5u %5u\n", id, class, nproc);
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
		vz_veinfo_line(m, ct->id, VZ_CLASS, vz_ct_nproc(ct));
		return 0;
	}
	vz_veinfo_line(m, 0, 0, vz_host_nproc());
	xa_for_each(&vz_ct_xa, id, ct)
		vz_veinfo_line(m, id, VZ_CLASS, vz_ct_nproc(ct));
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
