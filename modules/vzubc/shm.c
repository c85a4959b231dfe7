// SPDX-License-Identifier: GPL-2.0
/*
 * Shared memory that is reserved when it is made, used or not: segments of
 * System V and shared anonymous mappings.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/static_call.h>
#include "../compat/wrapper/shmem.h"
#include "vzubc.h"

/* What flags are made of differs; it is passed as one long everywhere. */
static struct file *vzub_no_shm(struct vfsmount *mnt, const char *name,
				loff_t size, unsigned long flags,
				unsigned int i_flags)
{
	return ERR_PTR(-ENOMEM);
}

DEFINE_STATIC_CALL(vzub_shm_setup, vzub_no_shm);

static struct vzub_owned *vzub_shm_note(loff_t size)
{
	struct vzub *ub;

	/* the cgroup we are in keeps it */
	scoped_guard(rcu)
		ub = vzub_of_task(current);
	return ub ? vzub_own_note(ub, VZUB_SHMPAGES,
				  PAGE_ALIGN(size) >> PAGE_SHIFT) : NULL;
}

static struct file *vzub_shm_make(struct vfsmount *mnt, const char *name,
				  loff_t size, unsigned long flags,
				  unsigned int i_flags)
{
	struct vzub_owned *o = vzub_shm_note(size);
	struct file *file = ERR_PTR(-ENOMEM);

	if (o)
		file = static_call(vzub_shm_setup)(mnt, name, size, flags,
						   i_flags);
	if (o && !IS_ERR(file))
		vzub_own_set(o, file_inode(file), 0);
	else if (o)
		vzub_own_cancel(o);
	vz_hook_leave();
	return file;
}

static __always_inline void vzub_on_shm_setup(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	unsigned long flags = regs_get_kernel_argument(regs, 3);
	bool ours;

	if (flags & VM_NORESERVE)
		return;
	scoped_guard(rcu)
		ours = vzub_of_task(current);
	if (ours)
		vz_hook_redirect(hook, regs, vzub_shm_make);
}

static __always_inline void vzub_on_shm_evict(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	vzub_own_gone((void *)regs_get_kernel_argument(regs, 0), 0);
}

VZ_HOOK(vzub_shm_setup_hook, __shmem_file_setup,
	"shared memory that is not used yet is not counted",
	vzub_on_shm_setup);
VZ_HOOK(vzub_shm_evict_hook, shmem_evict_inode,
	"shared memory that is not used yet is not counted",
	vzub_on_shm_evict);

static struct vz_hook * const vzub_shm_hooks[] = {
	&vzub_shm_evict_hook, &vzub_shm_setup_hook,
};

static int vzub_shm_init(void)
{
	if (vzub_shm_setup_hook.original)
		static_call_update(vzub_shm_setup,
				   vzub_shm_setup_hook.original);
	return 0;
}

static void vzub_shm_touch(void)
{
	struct file *file = vz_shmem_file("vzub", PAGE_SIZE);

	if (IS_ERR(file))
		return;
	fput(file);
	flush_delayed_fput();
}

const struct vzub_family vzub_shm_family = {
	.hooks	= vzub_shm_hooks,
	.count	= ARRAY_SIZE(vzub_shm_hooks),
	.init	= vzub_shm_init,
	.touch	= vzub_shm_touch,
};
