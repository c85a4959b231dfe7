// SPDX-License-Identifier: GPL-2.0
/*
 * nummounts: mounts, also those that a new mount namespace gets as copies and
 * those that nobody sees any more.
 *
 * Those that are older than the module are told where the kernel prints them
 * to mountinfo: all of a mount namespace that belongs to the container, also
 * what the host mounted there when it started.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/mount.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/static_call.h>
#include "view.h"

struct mount;

static struct mount *vzub_no_mount(const char *name)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_mount_alloc, vzub_no_mount);

static struct vzub_owned *vzub_mount_charge(void)
{
	struct vzub *ub;

	/* our own credentials keep it */
	scoped_guard(rcu)
		ub = vzub_of_user_ns(current_user_ns());
	return ub ? vzub_own_charge(ub, VZUB_NUMMOUNTS, 1) : NULL;
}

static struct mount *vzub_mount_new(const char *name)
{
	struct vzub_owned *o = vzub_mount_charge();
	struct mount *mnt = NULL;

	if (o)
		mnt = static_call(vzub_mount_alloc)(name);
	if (mnt)
		vzub_own_set(o, mnt, 0);
	else if (o)
		vzub_own_cancel(o);
	vz_hook_leave();
	return mnt;
}

static __always_inline void vzub_on_mount_alloc(struct vz_hook *hook,
						struct pt_regs *regs)
{
	bool ours;

	scoped_guard(rcu)
		ours = vzub_of_user_ns(current_user_ns());
	if (ours)
		vz_hook_redirect(hook, regs, vzub_mount_new);
}

/* The public part of a mount that is being tried, and by whom */
static const struct vfsmount *vzub_mount_tried;
static struct task_struct *vzub_mount_tries;
/* Where that part is in what is not public, 0: not known */
static size_t vzub_mount_offset;

static __always_inline void vzub_on_mount_cleanup(struct vz_hook *hook,
						  struct pt_regs *regs)
{
	const void *mount = (void *)regs_get_kernel_argument(regs, 0);

	if (unlikely(READ_ONCE(vzub_mount_tries) == current))
		vzub_mount_offset = (const void *)vzub_mount_tried - mount;
	vzub_own_gone(mount, 0);
}

VZ_HOOK(vzub_mount_make, alloc_vfsmnt, "nummounts is not counted",
	vzub_on_mount_alloc);
VZ_HOOK(vzub_mount_gone, cleanup_mnt, "nummounts is not counted",
	vzub_on_mount_cleanup);

static struct vz_hook * const vzub_mount_hooks[] = {
	&vzub_mount_gone, &vzub_mount_make,
};

static int vzub_mount_init(void)
{
	if (vzub_mount_make.original)
		static_call_update(vzub_mount_alloc, vzub_mount_make.original);
	return 0;
}

static void vzub_mount_touch(void)
{
	struct file_system_type *type = get_fs_type("tmpfs");
	struct vfsmount *mnt;

	if (!type)
		return;
	mnt = kern_mount(type);
	module_put(type->owner);
	if (IS_ERR(mnt))
		return;
	vzub_mount_tried = mnt;
	WRITE_ONCE(vzub_mount_tries, current);
	kern_unmount(mnt);
	WRITE_ONCE(vzub_mount_tries, NULL);
}

const struct vzub_family vzub_mount_family = {
	.hooks	= vzub_mount_hooks,
	.count	= ARRAY_SIZE(vzub_mount_hooks),
	.init	= vzub_mount_init,
	.touch	= vzub_mount_touch,
};

/* Who asks for mounts, and whose they are; under vzub_lock */
static struct task_struct *vzub_mount_asks;
static struct vzub *vzub_mount_ub;

/* In the list none can end; nothing is printed, so all are shown at once. */
static __always_inline void vzub_on_mount_show(struct vz_hook *hook,
					       struct pt_regs *regs)
{
	const void *mnt = (void *)regs_get_kernel_argument(regs, 1);

	if (likely(READ_ONCE(vzub_mount_asks) != current))
		return;
	vzub_own_found(vzub_mount_ub, VZUB_NUMMOUNTS, mnt - vzub_mount_offset,
		       0);
	vz_hook_refuse(regs, 0);
}

VZ_HOOK(vzub_mount_show, show_mountinfo,
	"mounts that are older than vzubc are not counted", vzub_on_mount_show);

static void vzub_mount_ask(struct vzub *ub, struct file *mountinfo)
{
	lockdep_assert_held(&vzub_lock);
	vzub_mount_ub = ub;
	WRITE_ONCE(vzub_mount_asks, current);
	vzub_view_read(mountinfo);
	WRITE_ONCE(vzub_mount_asks, NULL);
}

static bool vzub_mount_ns_is_of(struct file *file, const struct vzub *ub)
{
	struct ns_common *ns = get_proc_ns(file_inode(file));

	guard(rcu)();
	return vzub_of_user_ns(ns->ops->owner(ns)) == ub;
}

static struct file *vzub_mount_open(struct task_struct *task, const char *file)
{
	char name[32];

	snprintf(name, sizeof(name), "%d/%s", task_pid_nr(task), file);
	return vzub_view_open(name);
}

/* One that is about to enter the container may have the host's mounts still. */
static void vzub_mount_seed(struct vzub *ub, struct task_struct *task)
{
	struct file *ns, *mountinfo;

	if (!vzub_mount_offset || !vzub_family_works(&vzub_mount_family) ||
	    READ_ONCE(vzub_mount_show.state) != VZ_HOOK_ARMED)
		return;
	ns = vzub_mount_open(task, "ns/mnt");
	if (IS_ERR(ns))
		return;
	mountinfo = vzub_mount_open(task, "mountinfo");
	if (!IS_ERR(mountinfo)) {
		/* the number is not another one's as long as it lives */
		if (pid_alive(task) && vzub_mount_ns_is_of(ns, ub))
			vzub_mount_ask(ub, mountinfo);
		filp_close(mountinfo, NULL);
	}
	filp_close(ns, NULL);
}

static void vzub_mount_list_touch(void)
{
	vzub_view_touch("1/mountinfo");
}

static struct vz_hook * const vzub_mount_list_hooks[] = { &vzub_mount_show };

const struct vzub_family vzub_mount_list_family = {
	.hooks	= vzub_mount_list_hooks,
	.count	= ARRAY_SIZE(vzub_mount_list_hooks),
	.touch	= vzub_mount_list_touch,
	.seed_task = vzub_mount_seed,
};
