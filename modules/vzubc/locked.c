// SPDX-License-Identifier: GPL-2.0
/*
 * lockedpages: memory that must not be swapped out.  The kernel has it in each
 * address space, and shared memory that is locked in the user namespace; both
 * are added up when somebody wants more.  What grows by brk(2) is asked for in
 * vm.c.
 */
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/user_namespace.h>
#include "charge.h"
#include "vzubc.h"

static u64 vzub_locked_pages(struct vzub *ub)
{
	struct vzub_mm_sum sum;

	vzub_mm_sum(ub, &sum);
	return sum.locked + get_rlimit_value(ub->user_ns->ucounts,
					     UCOUNT_RLIMIT_MEMLOCK);
}

/**
 * vzub_locked_may - may more be locked?
 * @ub: beancounter
 * @pages: how many are going to be locked; some may be locked already
 *
 * Context: RCU read side, or the caller keeps the beancounter; takes as long as
 *	the container has processes.
 * Return: false when it is refused.
 */
bool vzub_locked_may(struct vzub *ub, u64 pages)
{
	if (READ_ONCE(ub->counter[VZUB_LOCKEDPAGES].barrier) == VZUB_MAX)
		return true;
	return vzub_allows(ub, VZUB_LOCKEDPAGES, vzub_locked_pages(ub), pages);
}

static bool vzub_locked_ask(u64 pages)
{
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_task(current);
	return !ub || vzub_locked_may(ub, pages);
}

static __always_inline void vzub_on_mlock(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	unsigned long start = regs_get_kernel_argument(regs, 0);
	unsigned long len = regs_get_kernel_argument(regs, 1);

	if (!vzub_locked_ask(PAGE_ALIGN(len + offset_in_page(start)) >>
			     PAGE_SHIFT))
		vz_hook_refuse(regs, -ENOMEM);
}

static __always_inline void vzub_on_lock_all(struct pt_regs *regs,
					     unsigned long flags)
{
	const struct mm_struct *mm = current->mm;

	if (flags & MCL_CURRENT &&
	    !vzub_locked_ask(mm->total_vm - mm->locked_vm))
		vz_hook_refuse(regs, -ENOMEM);
}

/* The argument is that of the system call. */
static __always_inline void vzub_on_mlockall(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	const struct pt_regs *user = (void *)regs_get_kernel_argument(regs, 0);

	vzub_on_lock_all(regs, user->di);
}

/* A file of memfd_secret(2), whose pages are locked by themselves. */
static bool vzub_is_secret(const struct file *file)
{
	return file && file_inode(file)->i_sb->s_magic == SECRETMEM_MAGIC;
}

static __always_inline void vzub_on_mmap(struct vz_hook *hook,
					 struct pt_regs *regs)
{
	const struct file *file = (void *)regs_get_kernel_argument(regs, 0);
	unsigned long flags = regs_get_kernel_argument(regs, 4);
	unsigned long len = regs_get_kernel_argument(regs, 2);

	if (!(flags & MAP_LOCKED) && !vzub_is_secret(file) &&
	    !(current->mm && current->mm->def_flags & VM_LOCKED))
		return;
	if (!vzub_locked_ask(PAGE_ALIGN(len) >> PAGE_SHIFT))
		vz_hook_refuse(regs, -ENOMEM);
}

static __always_inline void vzub_on_shm_lock(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	unsigned long size = regs_get_kernel_argument(regs, 0);

	if (!vzub_locked_ask(PAGE_ALIGN(size) >> PAGE_SHIFT))
		vz_hook_refuse(regs, 0);
}

/* Is there a locked mapping that is going to be larger? */
static bool vzub_mremap_may(unsigned long addr, unsigned long from,
			    unsigned long to)
{
	u64 more = (PAGE_ALIGN(to) - PAGE_ALIGN(from)) >> PAGE_SHIFT;
	struct mm_struct *mm = current->mm;
	const struct vm_area_struct *vma;
	bool locked;

	if (PAGE_ALIGN(to) <= PAGE_ALIGN(from))
		return true;
	mmap_read_lock(mm);
	vma = vma_lookup(mm, untagged_addr(addr));
	locked = vma && vma->vm_flags & VM_LOCKED;
	mmap_read_unlock(mm);
	return !locked || vzub_locked_ask(more);
}

static long vzub_mremap_none(const struct pt_regs *user)
{
	return -ENOMEM;
}

DEFINE_STATIC_CALL(vzub_sys_mremap, vzub_mremap_none);

static long vzub_mremap(const struct pt_regs *user)
{
	long ret = -ENOMEM;

	if (vzub_mremap_may(user->di, user->si, user->dx))
		ret = static_call(vzub_sys_mremap)(user);
	vz_hook_leave();
	return ret;
}

static bool vzub_mremap_is_limited(void)
{
	const struct vzub *ub;

	if (likely(!current->mm->locked_vm))
		return false;
	guard(rcu)();
	ub = vzub_of_task(current);
	return ub && READ_ONCE(ub->counter[VZUB_LOCKEDPAGES].barrier) !=
		     VZUB_MAX;
}

static __always_inline void vzub_on_mremap(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	if (vzub_mremap_is_limited())
		vz_hook_redirect(hook, regs, vzub_mremap);
}

#define VZUB_LOCKED_MISSING	"lockedpages are not limited"

VZ_HOOK(vzub_mlock, do_mlock, VZUB_LOCKED_MISSING, vzub_on_mlock);
VZ_HOOK(vzub_mlockall, __x64_sys_mlockall, VZUB_LOCKED_MISSING,
	vzub_on_mlockall);
VZ_HOOK(vzub_mmap, vm_mmap_pgoff, VZUB_LOCKED_MISSING, vzub_on_mmap);
VZ_HOOK(vzub_shm_lock, user_shm_lock, VZUB_LOCKED_MISSING, vzub_on_shm_lock);

VZ_HOOK(vzub_mremap_hook, __x64_sys_mremap, VZUB_LOCKED_MISSING,
	vzub_on_mremap);

#ifdef CONFIG_IA32_EMULATION

DEFINE_STATIC_CALL(vzub_sys32_mremap, vzub_mremap_none);

static long vzub_mremap32(const struct pt_regs *user)
{
	long ret = -ENOMEM;

	if (vzub_mremap_may((u32)user->bx, (u32)user->cx, (u32)user->dx))
		ret = static_call(vzub_sys32_mremap)(user);
	vz_hook_leave();
	return ret;
}

static __always_inline void vzub_on_mremap32(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	if (vzub_mremap_is_limited())
		vz_hook_redirect(hook, regs, vzub_mremap32);
}

static __always_inline void vzub_on_mlockall32(struct vz_hook *hook,
					       struct pt_regs *regs)
{
	const struct pt_regs *user = (void *)regs_get_kernel_argument(regs, 0);

	vzub_on_lock_all(regs, user->bx);
}

VZ_HOOK(vzub_mremap32_hook, __ia32_sys_mremap, VZUB_LOCKED_MISSING,
	vzub_on_mremap32);
VZ_HOOK(vzub_mlockall32, __ia32_sys_mlockall, VZUB_LOCKED_MISSING,
	vzub_on_mlockall32);

#endif

static struct vz_hook * const vzub_locked_hooks[] = {
	&vzub_mlock, &vzub_mlockall, &vzub_mmap, &vzub_shm_lock,
	&vzub_mremap_hook,
#ifdef CONFIG_IA32_EMULATION
	&vzub_mlockall32, &vzub_mremap32_hook,
#endif
};

static int vzub_locked_init(void)
{
	if (vzub_mremap_hook.original)
		static_call_update(vzub_sys_mremap, vzub_mremap_hook.original);
#ifdef CONFIG_IA32_EMULATION
	if (vzub_mremap32_hook.original)
		static_call_update(vzub_sys32_mremap,
				   vzub_mremap32_hook.original);
#endif
	return 0;
}

static struct vzub_demand vzub_locked_demand;

const struct vzub_family vzub_locked_family = {
	.hooks		= vzub_locked_hooks,
	.count		= ARRAY_SIZE(vzub_locked_hooks),
	.init		= vzub_locked_init,
	.on_demand	= &vzub_locked_demand,
	.resources	= BIT(VZUB_LOCKEDPAGES),
};

/**
 * vzub_locked_fill - count locked memory
 * @ub: beancounter
 * @v: stored there
 */
void vzub_locked_fill(struct vzub *ub, struct vzub_value *v)
{
	v->held = vzub_locked_pages(ub);
}
