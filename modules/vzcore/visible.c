// SPDX-License-Identifier: GPL-2.0
/*
 * What a container sees of /proc besides its processes.
 *
 * It holds for every proc mount made in the container, nested ones included,
 * so nothing has to be mounted over (which would forbid fresh mounts of proc
 * in nested user namespaces), and the container's root cannot undo it.  A
 * mount is a container's when the user namespace of its superblock is.  At
 * the top of such a mount and in its /proc/vz only the names listed below
 * exist; everything else, whichever driver made it, does not.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <vz/hook.h>
#include "vzcore.h"

static const char * const vz_visible_top[] = {
	"cgroups", "cmdline", "cpuinfo", "crypto", "devices", "diskstats",
	"execdomains", "filesystems", "loadavg", "locks", "meminfo", "misc",
	"modules", "mounts", "net", "pressure", "self", "stat", "swaps", "sys",
	"sysvipc", "thread-self", "tty", "uptime", "user_beancounters",
	"version", "vmstat", "vz",
};

static const char * const vz_visible_vz[] = {
	"aquota.group", "aquota.user", "veinfo",
};

/**
 * struct vz_names - a list of names
 * @name: the names
 * @count: how many
 */
struct vz_names {
	const char * const	*name;
	unsigned int		count;
};

static const struct vz_names vz_names_top = {
	vz_visible_top, ARRAY_SIZE(vz_visible_top),
};

static const struct vz_names vz_names_vz = {
	vz_visible_vz, ARRAY_SIZE(vz_visible_vz),
};

static bool vz_names_have(const struct vz_names *names, const char *name,
			  unsigned int len)
{
	unsigned int i;

	for (i = 0; i < names->count; i++)
		if (!strncmp(names->name[i], name, len) &&
		    !names->name[i][len])
			return true;
	return false;
}

static bool vz_dentry_is_vz(const struct dentry *dentry)
{
	return dentry->d_name.len == 2 && !memcmp(dentry->d_name.name, "vz", 2);
}

/* What may be seen in a directory of proc; NULL: everything. */
static const struct vz_names *vz_names_in(struct dentry *dir)
{
	if (IS_ROOT(dir))
		return &vz_names_top;
	/* entries of proc are never renamed */
	if (IS_ROOT(READ_ONCE(dir->d_parent)) && vz_dentry_is_vz(dir))
		return &vz_names_vz;
	return NULL;
}

/*
 * Files of ours, which root of the container may read.  No other name at the
 * top is as long.
 */
static bool vz_names_are_ours(const struct vz_names *names,
			      const struct dentry *dentry)
{
	return names == &vz_names_vz ||
	       dentry->d_name.len == sizeof("user_beancounters") - 1;
}

static bool vz_sb_is_ct(const struct super_block *sb)
{
	guard(rcu)();
	return vz_ct_of_user_ns(sb->s_user_ns);
}

/* The prototypes of the functions that are hooked. */
static struct dentry *vz_lookup_none(struct inode *dir, struct dentry *dentry,
				     unsigned int flags)
{
	return ERR_PTR(-ENOENT);
}

static int vz_readdir_none(struct file *file, struct dir_context *ctx)
{
	return -ENOENT;
}

DEFINE_STATIC_CALL(vz_proc_lookup, vz_lookup_none);
DEFINE_STATIC_CALL(vz_proc_readdir, vz_readdir_none);

/*
 * Entries of proc belong to root of the host, who is nobody in the container:
 * let its root in by the group.  The owner stays, as changes an owner makes
 * to the inode would reach the entry itself and so the host.
 */
static void vz_visible_adopt(struct inode *inode)
{
	struct vz_ct *ct;

	guard(rcu)();
	ct = vz_ct_of_user_ns(inode->i_sb->s_user_ns);
	if (!ct)
		return;
	inode->i_gid = make_kgid(ct->user_ns, 0);
	inode->i_mode = S_IFREG | 0440;
}

static struct dentry *vz_visible_lookup(struct inode *dir,
					struct dentry *dentry,
					unsigned int flags)
{
	struct dentry *found, *result;

	result = static_call(vz_proc_lookup)(dir, dentry, flags);
	found = result ?: dentry;
	if (!IS_ERR(found) && d_is_reg(found))
		vz_visible_adopt(d_inode(found));
	vz_hook_leave();
	return result;
}

/**
 * struct vz_filter - a dir_context between proc and the one who asked
 * @ctx: given to proc
 * @asker: what the caller gave
 * @names: what may pass
 */
struct vz_filter {
	struct dir_context	ctx;
	struct dir_context	*asker;
	const struct vz_names	*names;
};

static bool vz_filter_entry(struct dir_context *ctx, const char *name, int len,
			    loff_t pos, u64 ino, unsigned int type)
{
	struct vz_filter *f = container_of(ctx, struct vz_filter, ctx);

	f->asker->pos = ctx->pos;
	/* "." and ".." are what comes before position 2 */
	if (pos >= 2 && !vz_names_have(f->names, name, len))
		return true;
	return f->asker->actor(f->asker, name, len, pos, ino, type);
}

static int vz_visible_readdir(struct file *file, struct dir_context *ctx)
{
	struct vz_filter f = {
		.ctx = *ctx,
		.asker = ctx,
		.names = vz_names_in(file->f_path.dentry),
	};
	int ret;

	f.ctx.actor = vz_filter_entry;
	ret = static_call(vz_proc_readdir)(file, &f.ctx);
	ctx->pos = f.ctx.pos;
	vz_hook_leave();
	return ret;
}

static __always_inline void vz_on_lookup(struct vz_hook *hook,
					 struct pt_regs *regs)
{
	struct inode *dir = (void *)regs_get_kernel_argument(regs, 0);
	struct dentry *dentry = (void *)regs_get_kernel_argument(regs, 1);
	const struct vz_names *names;

	if (!vz_sb_is_ct(dir->i_sb))
		return;
	names = vz_names_in(dentry->d_parent);
	if (!names)
		return;
	if (!vz_names_have(names, dentry->d_name.name, dentry->d_name.len))
		vz_hook_refuse(regs, -ENOENT);
	else if (vz_names_are_ours(names, dentry))
		vz_hook_redirect(hook, regs, vz_visible_lookup);
}

static __always_inline void vz_on_readdir(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	struct file *file = (void *)regs_get_kernel_argument(regs, 0);

	if (vz_sb_is_ct(file_inode(file)->i_sb) &&
	    vz_names_in(file->f_path.dentry))
		vz_hook_redirect(hook, regs, vz_visible_readdir);
}

VZ_HOOK(vz_lookup_hook, proc_lookup,
	"containers see the host's entries of /proc", vz_on_lookup);
VZ_HOOK(vz_readdir_hook, proc_readdir,
	"containers see the names of the host's entries in /proc",
	vz_on_readdir);

/**
 * vz_visible_arm - a container is there: its /proc gets filtered
 */
void vz_visible_arm(void)
{
	vz_hook_arm(&vz_lookup_hook);
	vz_hook_arm(&vz_readdir_hook);
}

/**
 * vz_visible_disarm - no container is left
 */
void vz_visible_disarm(void)
{
	vz_hook_disarm(&vz_lookup_hook);
	vz_hook_disarm(&vz_readdir_hook);
}

static bool vz_test_entry(struct dir_context *ctx, const char *name, int len,
			  loff_t pos, u64 ino, unsigned int type)
{
	return true;
}

/* Looks a name up and reads a directory, in a proc mount of its own. */
static int vz_visible_touch(void)
{
	struct dir_context ctx = { .actor = vz_test_entry };
	struct file_system_type *type = get_fs_type("proc");
	struct vfsmount *mnt;
	struct file *file;
	int err;

	if (!type)
		return -ENODEV;
	mnt = vfs_kern_mount(type, 0, "proc", NULL);
	module_put(type->owner);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	file = file_open_root_mnt(mnt, "vz", O_RDONLY | O_DIRECTORY, 0);
	err = PTR_ERR_OR_ZERO(file);
	if (!err) {
		/* proc's readdir returns 1 at the end of a directory */
		err = min(iterate_dir(file, &ctx), 0);
		filp_close(file, NULL);
	}
	mntput(mnt);
	return err;
}

static void vz_visible_judge(struct vz_hook *hook)
{
	if (hook->state == VZ_HOOK_IDLE && !READ_ONCE(hook->fired))
		vz_hook_fail(hook, "it does not fire");
}

/**
 * vz_visible_init - prepare the hooks and try them once
 *
 * A hook that does not work is told in the log and in /proc/vz/hooks.
 */
void vz_visible_init(void)
{
	int err;

	if (!vz_hook_add(&vz_lookup_hook))
		static_call_update(vz_proc_lookup, vz_lookup_hook.original);
	if (!vz_hook_add(&vz_readdir_hook))
		static_call_update(vz_proc_readdir, vz_readdir_hook.original);
	vz_visible_arm();
	err = vz_visible_touch();
	if (err)
		pr_warn("vzcore: /proc cannot be read for a test, error %d\n",
			err);
	vz_visible_disarm();
	vz_visible_judge(&vz_lookup_hook);
	vz_visible_judge(&vz_readdir_hook);
}

/**
 * vz_visible_exit - remove the hooks
 */
void vz_visible_exit(void)
{
	vz_hook_remove(&vz_lookup_hook);
	vz_hook_remove(&vz_readdir_hook);
	vz_hook_drain();
}
