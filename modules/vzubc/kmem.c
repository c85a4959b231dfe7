// SPDX-License-Identifier: GPL-2.0
/*
 * kmemsize: kernel memory, as the memory controller counts it.
 *
 * While a container has a limit its pages are counted one by one, where the
 * controller does; without, its statistics are good enough.  The controller
 * itself may refuse where we do, so everybody can stand it.  Before that the
 * container's caches are shrunk, which a hook's callback cannot do: there are
 * wrappers for who is over the barrier.
 *
 * A page fault that is refused memory would be tried again for ever: who takes
 * one above the limit is killed, as OpenVZ did it.
 */
#include <linux/jiffies.h>
#include <linux/memcontrol.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/vmstat.h>
#include <asm/syscall.h>
#include "caller.h"
#include "charge.h"
#include "vzubc.h"

/* Time between two attempts to shrink the caches of a container */
#define VZUB_SHRINK_DELAY	(HZ / 10)

/* Attempts to read a sum while nothing is added to it */
#define VZUB_RECOUNTS		8

static struct vzub_demand vzub_kmem_demand;

static u64 vzub_kmem_stat(struct mem_cgroup *memcg)
{
	return vzub_memcg_stat(memcg, MEMCG_KMEM) << PAGE_SHIFT;
}

/* Is it counted page by page? */
static bool vzub_kmem_is_exact(const struct vzub *ub)
{
	return READ_ONCE(vzub_kmem_demand.armed) &&
	       vzub_has_limit(&ub->counter[VZUB_KMEMSIZE]);
}

/**
 * vzub_fill_kmemsize - vzub_source.fill
 * @ub: beancounter
 * @v: stored there
 */
void vzub_fill_kmemsize(struct vzub *ub, struct vzub_value *v)
{
	struct mem_cgroup *memcg = vzub_memcg(ub);

	if (!memcg)
		v->held = 0;
	else if (!vzub_kmem_is_exact(ub))
		v->held = vzub_kmem_stat(memcg);
}

/**
 * vzub_host_kmemsize - vzub_source.host
 *
 * Return: bytes that are not a container's.
 */
u64 vzub_host_kmemsize(void)
{
	s64 held = global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) +
		   global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B) +
		   global_node_page_state(NR_PAGETABLE) +
		   global_node_page_state(NR_KERNEL_STACK_KB) /
		   (PAGE_SIZE / SZ_1K);

	held -= vzub_memcg_stat(vzub_memcg_all(), MEMCG_KMEM);
	return max_t(s64, held, 0) << PAGE_SHIFT;
}

/* Counts what there is, while more may come. */
static void vzub_kmem_recount(struct vzub *ub, struct mem_cgroup *memcg)
{
	atomic64_t *held = &ub->counter[VZUB_KMEMSIZE].held;
	s64 before, now = 0;
	int i;

	for (i = 0; i < VZUB_RECOUNTS; i++) {
		before = atomic64_read(held);
		vzub_memcg_flush(memcg);
		now = vzub_kmem_stat(memcg);
		if (atomic64_cmpxchg(held, before, now) == before)
			return;
	}
	/* it never stands still: off by what came in a moment */
	atomic64_set(held, now);
}

/**
 * vzub_apply_kmemsize - vzub_source.apply
 * @ub: beancounter
 * @c: kmemsize
 *
 * Return: 0.
 */
int vzub_apply_kmemsize(struct vzub *ub, const struct vzub_counter *c)
{
	struct mem_cgroup *memcg;

	if (!vzub_kmem_is_exact(ub))
		return 0;
	memcg = vzub_memcg_get(ub);
	if (!memcg)
		return 0;
	vzub_kmem_recount(ub, memcg);
	css_put(&memcg->css);
	return 0;
}

static __always_inline void vzub_on_memcg_state(struct vz_hook *hook,
						struct pt_regs *regs)
{
	struct mem_cgroup *memcg = (void *)regs_get_kernel_argument(regs, 0);
	int item = regs_get_kernel_argument(regs, 1);
	int pages = regs_get_kernel_argument(regs, 2);
	struct vzub_counter *c;
	struct vzub *ub;

	if (item != MEMCG_KMEM)
		return;
	vzub_guard();
	ub = memcg && memcg->css.cgroup ? vzub_of_cgroup(memcg->css.cgroup) :
					 NULL;
	if (!ub)
		return;
	c = &ub->counter[VZUB_KMEMSIZE];
	if (!vzub_has_limit(c))
		return;
	vzub_peak(c, atomic64_add_return((s64)pages << PAGE_SHIFT, &c->held));
}

static bool vzub_in_fault(void)
{
	return syscall_get_nr(current, task_pt_regs(current)) == -1;
}

/*
 * Nobody looks at the result, or it is not the task who asks.  What may not
 * wait is refused as the memory controller does it: kvmalloc() of some kernels
 * asks for much in this way first.
 */
static bool vzub_kmem_is_forced(gfp_t gfp)
{
	if ((gfp & __GFP_NOFAIL) ||
	    (current->flags & (PF_EXITING | PF_MEMALLOC)))
		return true;
	if (gfp & __GFP_DIRECT_RECLAIM)
		return false;
	return (gfp & __GFP_HIGH) || !(gfp & __GFP_KSWAPD_RECLAIM) ||
	       !in_task() || vzub_in_fault();
}

static u64 vzub_kmem_bound(const struct vzub_counter *c)
{
	return vzub_bound(c, current->in_execve || vzub_in_fault() ?
			  VZUB_SOFT : VZUB_HARD);
}

static bool vzub_kmem_fits(const struct vzub *ub, u64 size)
{
	const struct vzub_counter *c = &ub->counter[VZUB_KMEMSIZE];

	return atomic64_read(&c->held) + (s64)size <= (s64)vzub_kmem_bound(c);
}

/**
 * vzub_kmem_grant - may a packet take kernel memory of a container?
 * @ub: its beancounter
 * @size: bytes
 *
 * Context: any but NMI.
 * Return: false: it is refused, and that was counted.
 */
bool vzub_kmem_grant(struct vzub *ub, u64 size)
{
	const struct vzub_counter *c = &ub->counter[VZUB_KMEMSIZE];
	s64 held = atomic64_read(&c->held), bound = vzub_bound(c, VZUB_HARD);

	if (held + (s64)size <= bound || !vzub_kmem_is_exact(ub))
		return true;
	vzub_refused(ub, VZUB_KMEMSIZE, held, size, bound);
	return false;
}

/* Not again and again where nothing could be freed. */
static void vzub_kmem_shrink(struct vzub *ub, struct mem_cgroup *memcg,
			     gfp_t gfp, u64 size)
{
	if (time_before(jiffies, READ_ONCE(ub->shrunk) + VZUB_SHRINK_DELAY))
		return;
	vzub_memcg_shrink(memcg, gfp);
	if (!vzub_kmem_fits(ub, size))
		WRITE_ONCE(ub->shrunk, jiffies);
}

/* What the current task charges to others is theirs. */
static bool vzub_kmem_is_over(gfp_t gfp, u64 size)
{
	const struct vzub *ub = vzub_of_task(current);
	const struct vzub_counter *c;
	s64 held;

	if (!ub)
		return false;
	c = &ub->counter[VZUB_KMEMSIZE];
	held = atomic64_read(&c->held) + (s64)size;
	/* then it does not matter which of them is meant */
	if (likely(held <= (s64)READ_ONCE(c->barrier) &&
		   held <= (s64)READ_ONCE(c->limit)))
		return false;
	return !vzub_kmem_fits(ub, size) && !vzub_kmem_is_forced(gfp);
}

/* Makes room, or refuses.  Who may not wait asks again, and is counted then. */
static bool vzub_kmem_refuse(gfp_t gfp, u64 size)
{
	const struct vzub_counter *c;
	struct mem_cgroup *memcg;
	struct vzub *ub;

	if (!(gfp & __GFP_DIRECT_RECLAIM))
		return true;
	memcg = vzub_memcg_of_current(&ub);
	if (!memcg)
		return false;
	vzub_kmem_shrink(ub, memcg, gfp, size);
	css_put(&memcg->css);
	if (vzub_kmem_fits(ub, size))
		return false;
	c = &ub->counter[VZUB_KMEMSIZE];
	vzub_refused(ub, VZUB_KMEMSIZE, atomic64_read(&c->held), size,
		     vzub_kmem_bound(c));
	if (!vzub_in_fault())
		return true;
	send_sig(SIGKILL, current, 1);
	return false;
}

/* Kernel memory is charged by these, everything else by others. */
static u8 vzub_kmem_judge(const char *symbol)
{
	return str_has_prefix(symbol, "obj_cgroup_charge") ||
	       str_has_prefix(symbol, "__memcg_kmem_charge_page");
}

static struct vzub_callers vzub_kmem_callers =
	VZUB_CALLERS_OF(vzub_kmem_callers, vzub_kmem_judge);

static int vzub_no_charge(struct mem_cgroup *memcg, gfp_t gfp,
			  unsigned int pages)
{
	return 0;
}

DEFINE_STATIC_CALL(vzub_try_charge, vzub_no_charge);

static int vzub_kmem_charge(struct mem_cgroup *memcg, gfp_t gfp,
			    unsigned int pages)
{
	int err = -ENOMEM;

	if (!vzub_kmem_refuse(gfp, (u64)pages << PAGE_SHIFT))
		err = static_call(vzub_try_charge)(memcg, gfp, pages);
	vz_hook_leave();
	return err;
}

static __always_inline void vzub_on_try_charge(struct vz_hook *hook,
					       struct pt_regs *regs,
					       unsigned long from)
{
	gfp_t gfp = (__force gfp_t)regs_get_kernel_argument(regs, 1);
	unsigned int pages = regs_get_kernel_argument(regs, 2);

	vzub_guard();
	if (unlikely(vzub_kmem_is_over(gfp, (u64)pages << PAGE_SHIFT)) &&
	    vzub_caller_class(&vzub_kmem_callers, from))
		vz_hook_redirect(hook, regs, vzub_kmem_charge);
}

#define VZUB_KMEM_FEATURE	"kmemsize is not limited"

VZ_HOOK(vzub_state_hook, __mod_memcg_state, VZUB_KMEM_FEATURE,
	vzub_on_memcg_state);
VZ_HOOK_FROM(vzub_charge_hook, try_charge_memcg, VZUB_KMEM_FEATURE,
	     vzub_on_try_charge);

/* Takes some kernel memory in the name of a container. */
static void vzub_kmem_touch_memcg(struct mem_cgroup *memcg)
{
	struct mem_cgroup *old = set_active_memcg(memcg);
	void *small = kmalloc(SZ_1K, GFP_KERNEL_ACCOUNT);
	void *large = kmalloc(SZ_64K, GFP_KERNEL_ACCOUNT);

	set_active_memcg(old);
	kfree(small);
	kfree(large);
}

static void vzub_kmem_touch(void)
{
	struct mem_cgroup *memcg = NULL;
	const struct vzub *ub;

	rcu_read_lock();
	list_for_each_entry_rcu(ub, &vzub_list, list) {
		memcg = vzub_memcg_get(ub);
		if (memcg)
			break;
	}
	rcu_read_unlock();
	if (!memcg)
		return;
	vzub_kmem_touch_memcg(memcg);
	css_put(&memcg->css);
}

static int vzub_kmem_init(void)
{
	if (vzub_charge_hook.original)
		static_call_update(vzub_try_charge, vzub_charge_hook.original);
	return 0;
}

static struct vz_hook * const vzub_kmem_hooks[] = {
	&vzub_state_hook, &vzub_charge_hook,
};

const struct vzub_family vzub_kmem_family = {
	.hooks		= vzub_kmem_hooks,
	.count		= ARRAY_SIZE(vzub_kmem_hooks),
	.init		= vzub_kmem_init,
	.touch		= vzub_kmem_touch,
	.on_demand	= &vzub_kmem_demand,
	.resources	= BIT(VZUB_KMEMSIZE),
};
