// SPDX-License-Identifier: GPL-2.0
/*
 * physpages and swappages: counted and limited by the memory controller.
 *
 * Together they are what OpenVZ called vswap.  On a host without swap the
 * memory of a container that has a limit of both is cut in two: up to the limit
 * of physpages it is ram, what is above, up to the sum, is called swap; the
 * kernel slows down who goes there, as swapping would, and reclaims.
 *
 * A container is never without a limit of its memory.
 */
#include <linux/mm.h>
#include <linux/static_call.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <vz/cgroup.h>
#include "charge.h"
#include "vzubc.h"

/* Per cent of the host's memory for a container that has no limit */
#define VZUB_DEFAULT_SHARE	90

static void vzub_swapinfo_none(struct sysinfo *info)
{
	info->totalswap = 0;
	info->freeswap = 0;
}

DEFINE_STATIC_CALL(vzub_si_swapinfo, vzub_swapinfo_none);

/**
 * vzub_swap_of_host - the swap of the host
 * @total: pages are stored there
 * @free: the same
 */
void vzub_swap_of_host(u64 *total, u64 *free)
{
	struct sysinfo info = { };

	static_call(vzub_si_swapinfo)(&info);
	*total = info.totalswap;
	*free = info.freeswap;
}

/**
 * vzub_ram - the ram of a container
 * @ub: its beancounter
 * @memcg: its memory cgroup, may be NULL
 *
 * Return: pages, at most what the host has.
 */
u64 vzub_ram(const struct vzub *ub, struct mem_cgroup *memcg)
{
	u64 limit = READ_ONCE(ub->counter[VZUB_PHYSPAGES].limit);

	if (!vzub_is_limit(limit) && memcg)
		limit = READ_ONCE(memcg->memory.max);
	return min_t(u64, limit, totalram_pages());
}

/* What is ram, if there are @pages of memory. */
static u64 vzub_ram_of(const struct vzub *ub, u64 pages)
{
	if (!READ_ONCE(ub->vswap))
		return pages;
	return min(pages, READ_ONCE(ub->counter[VZUB_PHYSPAGES].limit));
}

/* How often the limit was in the way and nothing could be reclaimed. */
static u64 vzub_memory_failures(struct mem_cgroup *memcg)
{
	return atomic_long_read(&memcg->memory_events_local[MEMCG_OOM]);
}

/**
 * vzub_fill_physpages - vzub_source.fill
 * @ub: beancounter
 * @v: stored there
 */
void vzub_fill_physpages(struct vzub *ub, struct vzub_value *v)
{
	struct mem_cgroup *memcg = vzub_memcg(ub);

	if (!memcg)
		return;
	v->held = vzub_ram_of(ub, page_counter_read(&memcg->memory));
	v->maxheld = vzub_ram_of(ub, READ_ONCE(memcg->memory.watermark));
	v->failcnt += vzub_memory_failures(memcg);
}

/**
 * vzub_fill_swappages - vzub_source.fill
 * @ub: beancounter
 * @v: stored there
 */
void vzub_fill_swappages(struct vzub *ub, struct vzub_value *v)
{
	struct mem_cgroup *memcg = vzub_memcg(ub);
	u64 usage, most;

	if (!memcg)
		return;
	v->held = page_counter_read(&memcg->swap);
	v->maxheld = READ_ONCE(memcg->swap.watermark);
	v->failcnt = atomic_long_read(&memcg->memory_events[MEMCG_SWAP_MAX]);
	if (!READ_ONCE(ub->vswap))
		return;
	usage = page_counter_read(&memcg->memory);
	most = READ_ONCE(memcg->memory.watermark);
	v->held += usage - vzub_ram_of(ub, usage);
	v->maxheld += most - vzub_ram_of(ub, most);
	v->failcnt += vzub_memory_failures(memcg);
}

/**
 * vzub_host_physpages - vzub_source.host
 *
 * Return: what is in use and not a container's.
 */
u64 vzub_host_physpages(void)
{
	struct mem_cgroup *all = vzub_memcg_all();
	s64 used = totalram_pages() - global_zone_page_state(NR_FREE_PAGES);

	if (all)
		used -= page_counter_read(&all->memory);
	return max_t(s64, used, 0);
}

/**
 * vzub_host_swappages - vzub_source.host
 *
 * Return: what is in use and not a container's.
 */
u64 vzub_host_swappages(void)
{
	struct mem_cgroup *all = vzub_memcg_all();
	u64 total, free;
	s64 used;

	vzub_swap_of_host(&total, &free);
	used = total - free;
	if (all)
		used -= page_counter_read(&all->swap);
	return max_t(s64, used, 0);
}

static int vzub_write_pages(struct vzub *ub, const char *file, u64 pages)
{
	char value[24] = "max";

	if (vzub_is_limit(pages))
		snprintf(value, sizeof(value), "%llu", pages << PAGE_SHIFT);
	return vz_cgroup_write(ub->cgroup, file, value);
}

/* Where the kernel does not count swap there is nothing to be set. */
static int vzub_write_swap(struct vzub *ub, u64 pages)
{
	int err = vzub_write_pages(ub, "memory.swap.max", pages);

	return err == -ENOENT ? 0 : err;
}

static u64 vzub_default_ram(void)
{
	return totalram_pages() / 100 * VZUB_DEFAULT_SHARE;
}

/**
 * vzub_apply_memory - vzub_source.apply of physpages and swappages
 * @ub: beancounter
 * @c: one of them
 *
 * Return: 0 or a negative error.
 */
int vzub_apply_memory(struct vzub *ub, const struct vzub_counter *c)
{
	u64 ram = ub->counter[VZUB_PHYSPAGES].limit;
	u64 swap = ub->counter[VZUB_SWAPPAGES].limit;
	u64 total, free, max;
	bool vswap;
	int err;

	lockdep_assert_held(&vzub_lock);
	vzub_swap_of_host(&total, &free);
	vswap = !total && swap && vzub_is_limit(ram) && vzub_is_limit(swap);
	max = vzub_is_limit(ram) ? ram : vzub_default_ram();
	if (vswap)
		max = min_t(u64, ram + swap, INT_MAX - 1);
	err = vzub_write_swap(ub, swap);
	if (!err)
		err = vzub_write_pages(ub, "memory.high",
				       vswap ? ram : VZUB_MAX);
	if (!err)
		err = vzub_write_pages(ub, "memory.max", max);
	if (!err)
		WRITE_ONCE(ub->vswap, vswap);
	return err;
}

/**
 * vzub_memory_init - find out how to ask for the swap of the host
 */
void vzub_memory_init(void)
{
	void *addr = vz_symbol("si_swapinfo");

	if (addr)
		static_call_update(vzub_si_swapinfo, addr);
}
