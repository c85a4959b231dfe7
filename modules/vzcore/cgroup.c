// SPDX-License-Identifier: GPL-2.0
/*
 * Access to the files of cgroups.
 *
 * The limits of the kernel's controllers can be set by their files only, so
 * there is a mount of cgroup2 that nobody else sees.  It is made by a kernel
 * thread: a mount begins at the root of the cgroup namespace of who makes it.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <vz/cgroup.h>
#include "vzcore.h"

/* Made when it is needed first, under vz_cgroup_lock */
static struct vfsmount *vz_cgroup_mnt;
static DEFINE_MUTEX(vz_cgroup_lock);

static void vz_cgroup_mount_work(struct work_struct *work)
{
	struct file_system_type *type = get_fs_type("cgroup2");

	if (!type) {
		vz_cgroup_mnt = ERR_PTR(-ENODEV);
		return;
	}
	vz_cgroup_mnt = vfs_kern_mount(type, 0, "cgroup2", NULL);
	module_put(type->owner);
}

static struct vfsmount *vz_cgroup_mount(void)
{
	struct work_struct work;

	guard(mutex)(&vz_cgroup_lock);
	if (IS_ERR_OR_NULL(vz_cgroup_mnt)) {
		INIT_WORK_ONSTACK(&work, vz_cgroup_mount_work);
		queue_work(vz_wq, &work);
		flush_work(&work);
		destroy_work_on_stack(&work);
	}
	return vz_cgroup_mnt;
}

static struct file *vz_cgroup_open(const struct cgroup *cgrp, const char *name,
				   int flags)
{
	char *path __free(kfree) = NULL;
	struct vfsmount *mnt = vz_cgroup_mount();
	ssize_t len;

	if (IS_ERR(mnt))
		return ERR_CAST(mnt);
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return ERR_PTR(-ENOMEM);
	len = kernfs_path_from_node(cgrp->kn, NULL, path, PATH_MAX);
	if (len < 0 || len + 1 + strlen(name) >= PATH_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	snprintf(path + len, PATH_MAX - len, "/%s", name);
	return file_open_root_mnt(mnt, path, flags, 0);
}

/**
 * vz_cgroup_write - write to a file of a cgroup
 * @cgrp: cgroup of the unified hierarchy
 * @file: name of the file
 * @value: text
 *
 * Context: process; may take as long as the kernel needs to get below a limit.
 * Return: 0 or a negative error; -ENOENT: there is no such file, or the cgroup
 * is gone.
 */
int vz_cgroup_write(const struct cgroup *cgrp, const char *file,
		    const char *value)
{
	size_t len = strlen(value);
	struct file *f = vz_cgroup_open(cgrp, file, O_WRONLY);
	loff_t pos = 0;
	ssize_t ret;

	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = kernel_write(f, value, len, &pos);
	fput(f);
	if (ret < 0)
		return ret;
	return ret == len ? 0 : -EIO;
}
EXPORT_SYMBOL_GPL(vz_cgroup_write);

/**
 * vz_cgroup_read - read the beginning of a file of a cgroup
 * @cgrp: cgroup of the unified hierarchy
 * @file: name of the file
 * @buf: where to; ends with a zero byte
 * @size: its size
 *
 * Context: process.
 * Return: bytes read or a negative error.
 */
ssize_t vz_cgroup_read(const struct cgroup *cgrp, const char *file, char *buf,
		       size_t size)
{
	struct file *f = vz_cgroup_open(cgrp, file, O_RDONLY);
	loff_t pos = 0;
	ssize_t ret;

	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = kernel_read(f, buf, size - 1, &pos);
	fput(f);
	if (ret >= 0)
		buf[ret] = '\0';
	return ret;
}
EXPORT_SYMBOL_GPL(vz_cgroup_read);

#ifdef CONFIG_CGROUP_PIDS
static s64 vz_pids_current(struct cgroup_subsys_state *css)
{
	struct cftype *cft;

	for (cft = css->ss->dfl_cftypes; cft && cft->name[0]; cft++)
		if (cft->read_s64 && !strcmp(cft->name, "current"))
			return cft->read_s64(css, cft);
	return -1;
}

/**
 * vz_cgroup_nproc - count the threads of a cgroup and of those below it
 * @cgrp: cgroup of the unified hierarchy, not its root
 *
 * Context: RCU read side.
 * Return: what the pids controller counted, -1: it is not enabled, or the
 * cgroup is gone.
 */
s64 vz_cgroup_nproc(const struct cgroup *cgrp)
{
	struct cgroup_subsys_state *css;

	css = rcu_dereference(cgrp->subsys[pids_cgrp_id]);
	return css ? vz_pids_current(css) : -1;
}
#else
s64 vz_cgroup_nproc(const struct cgroup *cgrp)
{
	return -1;
}
#endif
EXPORT_SYMBOL_GPL(vz_cgroup_nproc);

/**
 * vz_cgroup_exit - give the mount back
 */
void vz_cgroup_exit(void)
{
	if (!IS_ERR_OR_NULL(vz_cgroup_mnt))
		mntput(vz_cgroup_mnt);
	vz_cgroup_mnt = NULL;
}
