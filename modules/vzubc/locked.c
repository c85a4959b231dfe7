// SPDX-License-Identifier: GPL-2.0
/*
 * lockedpages: memory that must not be swapped out.  The kernel has it in each
 * address space, and shared memory that is locked in the user namespace; both
 * are added up when somebody wants more.
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include "vzubc.h"

static u64 vzub_locked_pages(struct vzub *ub)
{
	struct vzub_mm_sum sum;

	vzub_mm_sum(ub, &sum);
	return sum.locked + get_rlimit_value(ub->user_ns->ucounts,
					     UCOUNT_RLIMIT_MEMLOCK);
}

/* @pages: how many are going to be locked; some may be locked already */
static bool vzub_locked_may(struct vzub *ub, u64 pages)
{
	struct vzub_counter *c = &ub->counter[VZUB_LOCKEDPAGES];
	u64 barrier = READ_ONCE(c->barrier), held;

	if (barrier == VZUB_MAX)
		return true;
	held = vzub_locked_pages(ub);
	if (pages <= barrier && held <= barrier - pages) {
		vzub_peak(c, held + pages);
		return true;
	}
	vzub_refused(ub, VZUB_LOCKEDPAGES, held, pages, barrier);
	return false;
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

/* The argument is that of the system call. */
static __always_inline void vzub_on_mlockall(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	const struct pt_regs *user = (void *)regs_get_kernel_argument(regs, 0);
	const struct mm_struct *mm = current->mm;

	if (user->di & MCL_CURRENT &&
	    !vzub_locked_ask(mm->total_vm - mm->locked_vm))
		vz_hook_refuse(regs, -ENOMEM);
}

static __always_inline void vzub_on_mmap(struct vz_hook *hook,
					 struct pt_regs *regs)
{
	unsigned long flags = regs_get_kernel_argument(regs, 4);
	unsigned long len = regs_get_kernel_argument(regs, 2);

	if (!(flags & MAP_LOCKED) &&
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

#define VZUB_LOCKED_MISSING	"lockedpages are not limited"

VZ_HOOK(vzub_mlock, do_mlock, VZUB_LOCKED_MISSING, vzub_on_mlock);
VZ_HOOK(vzub_mlockall, __x64_sys_mlockall, VZUB_LOCKED_MISSING,
	vzub_on_mlockall);
VZ_HOOK(vzub_mmap, vm_mmap_pgoff, VZUB_LOCKED_MISSING, vzub_on_mmap);
VZ_HOOK(vzub_shm_lock, user_shm_lock, VZUB_LOCKED_MISSING, vzub_on_shm_lock);

static struct vz_hook * const vzub_locked_hooks[] = {
	&vzub_mlock, &vzub_mlockall, &vzub_mmap, &vzub_shm_lock,
};

const struct vzub_family vzub_locked_family = {
	.hooks	= vzub_locked_hooks,
	.count	= ARRAY_SIZE(vzub_locked_hooks),
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
