// SPDX-License-Identifier: GPL-2.0
/*
 * sysinfo(2) of a container.  The kernel's helpers are called by others, too,
 * who want to know about the machine, so it matters who calls: where sysinfo(2)
 * does is found out by calling it once.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/sysinfo.h>
#include "view.h"

static long vzub_sys_sysinfo_none(const struct pt_regs *regs)
{
	return -EFAULT;
}

DEFINE_STATIC_CALL(vzub_sys_sysinfo, vzub_sys_sysinfo_none);

/* Who calls it to find out */
static struct task_struct *vzub_sysinfo_asks;
/* Where sysinfo(2) calls its helpers; 0: not known */
static unsigned long vzub_sysinfo_ram, vzub_sysinfo_swap;

/* The beancounter of who calls sysinfo(2), NULL: it is not that, or the host */
static struct vzub *vzub_sysinfo_of(unsigned long from, unsigned long *known)
{
	if (unlikely(READ_ONCE(vzub_sysinfo_asks) == current))
		*known = from;
	return from == *known ? vzub_of_task(current) : NULL;
}

static void vzub_sysinfo_fill(struct sysinfo *info, struct vzub *ub)
{
	struct vzub_value nproc = { };
	struct vzub_view view;

	vzub_view_fill(&view, ub);
	info->totalram = view.total;
	info->freeram = view.free;
	info->sharedram = vzub_memcg_stat(view.memcg, NR_SHMEM);
	info->bufferram = 0;
	info->totalhigh = 0;
	info->freehigh = 0;
	info->mem_unit = PAGE_SIZE;
	/* the number of all threads has been filled in before */
	vzub_fill_numproc(ub, &nproc);
	info->procs = min_t(u64, nproc.held, U16_MAX);
}

static __always_inline void vzub_on_si_meminfo(struct vz_hook *hook,
					       struct pt_regs *regs,
					       unsigned long from)
{
	struct sysinfo *info = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_sysinfo_of(from, &vzub_sysinfo_ram);
	if (!ub)
		return;
	vzub_sysinfo_fill(info, ub);
	vz_hook_refuse(regs, 0);
}

static __always_inline void vzub_on_si_swapinfo(struct vz_hook *hook,
						struct pt_regs *regs,
						unsigned long from)
{
	struct sysinfo *info = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub_view view;
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_sysinfo_of(from, &vzub_sysinfo_swap);
	if (!ub)
		return;
	vzub_view_fill(&view, ub);
	info->totalswap = view.swap;
	info->freeswap = view.swap_free;
	vz_hook_refuse(regs, 0);
}

#define VZUB_SYSINFO_FEATURE \
	"containers see the memory of the host by sysinfo(2)"

VZ_HOOK_FROM(vzub_si_meminfo, si_meminfo, VZUB_SYSINFO_FEATURE,
	     vzub_on_si_meminfo);
VZ_HOOK_FROM(vzub_si_swapinfo, si_swapinfo, VZUB_SYSINFO_FEATURE,
	     vzub_on_si_swapinfo);

/* The address is no user's, so nothing is copied. */
static void vzub_sysinfo_touch(void)
{
	struct pt_regs regs = { .di = -1 };

	WRITE_ONCE(vzub_sysinfo_asks, current);
	static_call(vzub_sys_sysinfo)(&regs);
	WRITE_ONCE(vzub_sysinfo_asks, NULL);
}

static int vzub_sysinfo_init(void)
{
	void *addr = vz_symbol("__x64_sys_sysinfo");

	if (addr)
		static_call_update(vzub_sys_sysinfo, addr);
	return 0;
}

static struct vz_hook * const vzub_sysinfo_hooks[] = {
	&vzub_si_meminfo, &vzub_si_swapinfo,
};

const struct vzub_family vzub_sysinfo_family = {
	.hooks	= vzub_sysinfo_hooks,
	.count	= ARRAY_SIZE(vzub_sysinfo_hooks),
	.init	= vzub_sysinfo_init,
	.touch	= vzub_sysinfo_touch,
};
