// SPDX-License-Identifier: GPL-2.0
/*
 * nummounts: mounts, also those that a new mount namespace gets as copies and
 * those that nobody sees any more.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/mount.h>
#include <linux/static_call.h>
#include "vzubc.h"

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

static __always_inline void vzub_on_mount_cleanup(struct vz_hook *hook,
						  struct pt_regs *regs)
{
	vzub_own_gone((void *)regs_get_kernel_argument(regs, 0), 0);
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
	if (!IS_ERR(mnt))
		kern_unmount(mnt);
}

const struct vzub_family vzub_mount_family = {
	.hooks	= vzub_mount_hooks,
	.count	= ARRAY_SIZE(vzub_mount_hooks),
	.init	= vzub_mount_init,
	.touch	= vzub_mount_touch,
};
