// SPDX-License-Identifier: GPL-2.0
/*
 * What the memory controller counts.
 *
 * Its counters of pages are exact; its statistics are summed up by the kernel
 * every two seconds, and whenever somebody reads memory.stat.
 */
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
}
