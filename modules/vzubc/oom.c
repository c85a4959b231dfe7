// SPDX-License-Identifier: GPL-2.0
/*
 * vmguarpages and oomguarpages: what a container has when the host runs out of
 * memory.
 *
 * Reclaim leaves alone what is guaranteed by both (memory.low).  When the host
 * has to kill, containers that hold more than oomguarpages guarantees come
 * first; the host and the others, who keep to what they were promised, are told
 * apart by size as ever.  A kill inside of one container chooses among its own
 * tasks, who are all treated alike.
 */
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/static_call.h>
#include <linux/vmstat.h>
#include <vz/cgroup.h>
#include "charge.h"
#include "view.h"

/* More than all points there are, and less than would overflow */
#define VZUB_OVER	(LONG_MAX / 2)

static long vzub_badness_none(struct task_struct *p, unsigned long totalpages)
{
	return LONG_MIN;
}

DEFINE_STATIC_CALL(vzub_badness, vzub_badness_none);

/* Where /proc/PID/oom_score asks, which is not about killing */
static unsigned long vzub_oom_score;
static struct task_struct *vzub_oom_asks;

static u64 vzub_oomguar_held(struct mem_cgroup *memcg)
{
	return memcg ? vzub_memcg_anon(memcg) +
		       page_counter_read(&memcg->swap) : 0;
}

/**
 * vzub_fill_oomguarpages - vzub_source.fill
 * @ub: beancounter
 * @v: stored there
 */
void vzub_fill_oomguarpages(struct vzub *ub, struct vzub_value *v)
{
	struct mem_cgroup *memcg = vzub_memcg(ub);

	if (!memcg)
		return;
	v->held = vzub_oomguar_held(memcg);
	v->failcnt =
		atomic_long_read(&memcg->memory_events[MEMCG_OOM_KILL]);
}

/**
 * vzub_host_oomguarpages - vzub_source.host
 *
 * Return: pages that are not page cache and not a container's.
 */
u64 vzub_host_oomguarpages(void)
{
	s64 held = global_node_page_state(NR_INACTIVE_ANON) +
		   global_node_page_state(NR_ACTIVE_ANON) +
		   global_node_page_state(NR_UNEVICTABLE);
	u64 total, free;

	vzub_swap_of_host(&total, &free);
	held += total - free - vzub_oomguar_held(vzub_memcg_all());
	return max_t(s64, held, 0);
}

static u64 vzub_guarantee(const struct vzub *ub)
{
	return min(ub->counter[VZUB_VMGUARPAGES].barrier,
		   ub->counter[VZUB_OOMGUARPAGES].barrier);
}

static int vzub_write_low(const struct cgroup *cgrp, u64 pages)
{
	char value[24] = "max";

	if (vzub_is_limit(pages))
		snprintf(value, sizeof(value), "%llu", pages << PAGE_SHIFT);
	return vz_cgroup_write(cgrp, "memory.low", value);
}

/* What is above all containers is guaranteed what they are together. */
static u64 vzub_guarantees(void)
{
	const struct vzub *ub;
	u64 sum = 0;

	lockdep_assert_held(&vzub_lock);
	list_for_each_entry(ub, &vzub_list, list)
		if (!ub->dead)
			sum += min_t(u64, vzub_guarantee(ub), INT_MAX);
	return sum;
}

/**
 * vzub_apply_guarantee - vzub_source.apply of vmguarpages and oomguarpages
 * @ub: beancounter
 * @c: one of them
 *
 * Return: 0 or a negative error.
 */
int vzub_apply_guarantee(struct vzub *ub, const struct vzub_counter *c)
{
	int err = vzub_write_low(ub->cgroup, vzub_guarantee(ub));

	if (!err)
		err = vzub_write_low(cgroup_parent(ub->cgroup),
				     vzub_guarantees());
	return err;
}

/**
 * vzub_forget_guarantee - a container is gone
 * @ub: its beancounter, dead
 */
void vzub_forget_guarantee(struct vzub *ub)
{
	if (vzub_guarantee(ub))
		vzub_write_low(cgroup_parent(ub->cgroup), vzub_guarantees());
}

/* Does a container hold more than it was guaranteed? */
static bool vzub_is_over(const struct vzub *ub)
{
	u64 barrier = READ_ONCE(ub->counter[VZUB_OOMGUARPAGES].barrier);

	return vzub_is_limit(barrier) &&
	       vzub_oomguar_held(vzub_memcg(ub)) > barrier;
}

static long vzub_oom_badness(struct task_struct *p, unsigned long totalpages)
{
	long points = static_call(vzub_badness)(p, totalpages);

	/* who cannot be killed stays so */
	if (points != LONG_MIN)
		points += VZUB_OVER;
	vz_hook_leave();
	return points;
}

static __always_inline void vzub_on_oom_badness(struct vz_hook *hook,
						struct pt_regs *regs,
						unsigned long from)
{
	struct task_struct *p = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub *ub;

	if (unlikely(READ_ONCE(vzub_oom_asks) == current))
		vzub_oom_score = from;
	if (from == vzub_oom_score)
		return;
	guard(rcu)();
	ub = vzub_of_task(p);
	if (ub && vzub_is_over(ub))
		vz_hook_redirect(hook, regs, vzub_oom_badness);
}

VZ_HOOK_FROM(vzub_badness_hook, oom_badness,
	     "the OOM killer of the host does not look at oomguarpages",
	     vzub_on_oom_badness);

static int vzub_oom_init(void)
{
	if (vzub_badness_hook.original)
		static_call_update(vzub_badness, vzub_badness_hook.original);
	return 0;
}

static void vzub_oom_touch(void)
{
	WRITE_ONCE(vzub_oom_asks, current);
	vzub_view_touch("1/oom_score");
	WRITE_ONCE(vzub_oom_asks, NULL);
}

static struct vz_hook * const vzub_oom_hooks[] = { &vzub_badness_hook };

const struct vzub_family vzub_oom_family = {
	.hooks	= vzub_oom_hooks,
	.count	= ARRAY_SIZE(vzub_oom_hooks),
	.init	= vzub_oom_init,
	.touch	= vzub_oom_touch,
};
