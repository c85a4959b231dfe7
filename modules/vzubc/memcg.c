// SPDX-License-Identifier: GPL-2.0
/*
 * What the memory controller counts.
 *
 * Its counters of pages are exact; its statistics are summed up by the kernel
 * every two seconds, and whenever somebody reads memory.stat.
 */
#include <linux/sched/mm.h>
#include <linux/static_call.h>
#include "vzubc.h"

static unsigned long vzub_page_state_none(struct mem_cgroup *memcg, int item)
{
	return 0;
}

DEFINE_STATIC_CALL(vzub_page_state, vzub_page_state_none);

static struct mem_cgroup *vzub_memcg_of(const struct cgroup *cgrp)
{
	struct cgroup_subsys_state *css;

	css = rcu_dereference(cgrp->subsys[memory_cgrp_id]);
	return mem_cgroup_from_css(css);
}

/**
 * vzub_memcg - what the memory controller knows about a container
 * @ub: its beancounter
 *
 * Context: RCU read side.
 * Return: memory cgroup, NULL: it is gone.
 */
struct mem_cgroup *vzub_memcg(const struct vzub *ub)
{
	return vzub_memcg_of(ub->cgroup);
}

/**
 * vzub_memcg_all - what it knows about all containers together
 *
 * Context: RCU read side.
 * Return: memory cgroup, NULL: there are none.
 */
struct mem_cgroup *vzub_memcg_all(void)
{
	const struct vzub *ub;

	ub = list_first_or_null_rcu(&vzub_list, struct vzub, list);
	return ub ? vzub_memcg_of(cgroup_parent(ub->cgroup)) : NULL;
}

/**
 * vzub_memcg_stat - a statistic of a memory cgroup and those below it
 * @memcg: memory cgroup, may be NULL
 * @item: enum memcg_stat_item, or of enum node_stat_item what memcg counts
 *
 * Context: RCU read side.
 * Return: its value, in the unit of @item.
 */
u64 vzub_memcg_stat(struct mem_cgroup *memcg, int item)
{
	return memcg ? static_call(vzub_page_state)(memcg, item) : 0;
}

/**
 * vzub_memcg_anon - what cannot be dropped but only swapped out
 * @memcg: memory cgroup, may be NULL
 *
 * Return: pages.
 */
u64 vzub_memcg_anon(struct mem_cgroup *memcg)
{
	return vzub_memcg_stat(memcg, NR_INACTIVE_ANON) +
	       vzub_memcg_stat(memcg, NR_ACTIVE_ANON) +
	       vzub_memcg_stat(memcg, NR_UNEVICTABLE);
}

static void vzub_flush_none(struct vz_rstat *stat)
{
}

DEFINE_STATIC_CALL(vzub_flush, vzub_flush_none);

/**
 * vzub_memcg_get - pin what the memory controller knows about a container
 * @ub: its beancounter
 *
 * Return: memory cgroup to be given to css_put(), NULL: it is gone.
 */
struct mem_cgroup *vzub_memcg_get(const struct vzub *ub)
{
	struct mem_cgroup *memcg;

	guard(rcu)();
	memcg = vzub_memcg(ub);
	return memcg && css_tryget(&memcg->css) ? memcg : NULL;
}

/**
 * vzub_memcg_of_current - pin what it knows about the current task's container
 * @ub: where its beancounter is stored, which the task keeps
 *
 * Return: memory cgroup to be given to css_put(), NULL: the task is one of the
 * host, or it is gone.
 */
struct mem_cgroup *vzub_memcg_of_current(struct vzub **ub)
{
	guard(rcu)();
	*ub = vzub_of_task(current);
	return *ub ? vzub_memcg_get(*ub) : NULL;
}

/**
 * vzub_memcg_flush - sum statistics up, so that they are exact
 * @memcg: memory cgroup, pinned
 *
 * Context: may sleep.
 */
void vzub_memcg_flush(struct mem_cgroup *memcg)
{
	static_call(vzub_flush)(vz_rstat_of(&memcg->css));
}

static unsigned long vzub_shrink_slab_none(gfp_t gfp, int nid,
					   struct mem_cgroup *memcg,
					   int priority)
{
	return 0;
}

DEFINE_STATIC_CALL(vzub_shrink_slab, vzub_shrink_slab_none);

static void vzub_memcg_shrink_one(struct mem_cgroup *memcg, gfp_t gfp)
{
	unsigned int flags = memalloc_noreclaim_save();
	int nid;

	for_each_online_node(nid)
		static_call(vzub_shrink_slab)(gfp, nid, memcg, 0);
	memalloc_noreclaim_restore(flags);
}

/**
 * vzub_memcg_shrink - free names, inodes and other caches of a container
 * @memcg: its memory cgroup, pinned
 * @gfp: what may be done for that
 *
 * Each cgroup of the container has caches of its own; their number is limited.
 *
 * Context: may sleep.
 */
void vzub_memcg_shrink(struct mem_cgroup *memcg, gfp_t gfp)
{
	struct cgroup_subsys_state *css;

	gfp = current_gfp_context(gfp);
	rcu_read_lock();
	css_for_each_descendant_pre(css, &memcg->css) {
		if (!css_tryget_online(css))
			continue;
		rcu_read_unlock();
		vzub_memcg_shrink_one(mem_cgroup_from_css(css), gfp);
		cond_resched();
		rcu_read_lock();
		css_put(css);
	}
	rcu_read_unlock();
	/* names and inodes are freed behind readers */
	rcu_barrier();
}

/**
 * vzub_memcg_init - find out how to read statistics
 */
void vzub_memcg_init(void)
{
	void *addr = vz_symbol("memcg_page_state");

	if (addr)
		static_call_update(vzub_page_state, addr);
	else
		pr_warn("vzubc: no memcg_page_state; statistics of memory are 0\n");
	addr = vz_symbol(VZ_RSTAT_FLUSH);
	if (addr)
		static_call_update(vzub_flush, addr);
	addr = vz_symbol("shrink_slab");
	if (addr)
		static_call_update(vzub_shrink_slab, addr);
}
