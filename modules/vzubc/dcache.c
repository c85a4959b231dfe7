// SPDX-License-Identifier: GPL-2.0
/*
 * dcachesize: what names and inodes take, as the memory controller counts it.
 *
 * What it counted last and what new names may have taken since is the most that
 * can be held.  Only when that is above the barrier the exact sum is looked at;
 * when it is, too, the container's caches are shrunk, and names are refused
 * while they stay above the limit.  That happens a few times a second at most.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/sched/mm.h>
#include <linux/static_call.h>
#include <linux/vmstat.h>
#include "charge.h"
#include "vzubc.h"

/* The most that a name takes, with an inode */
#define VZUB_DENTRY_SIZE	1536

/* Time between two looks at the exact sum */
#define VZUB_DCACHE_DELAY	(HZ / 10)

static struct vzub_demand vzub_dcache_demand;

static struct dentry *vzub_d_alloc_none(struct super_block *sb,
					const struct qstr *name)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_d_alloc, vzub_d_alloc_none);

/**
 * vzub_fill_dcachesize - vzub_source.fill
 * @ub: beancounter
 * @v: stored there
 */
void vzub_fill_dcachesize(struct vzub *ub, struct vzub_value *v)
{
	v->held = vzub_memcg_stat(vzub_memcg(ub), NR_SLAB_RECLAIMABLE_B);
}

/**
 * vzub_host_dcachesize - vzub_source.host
 *
 * Return: bytes that are not a container's.
 */
u64 vzub_host_dcachesize(void)
{
	s64 held = global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B);

	held <<= PAGE_SHIFT;
	held -= vzub_memcg_stat(vzub_memcg_all(), NR_SLAB_RECLAIMABLE_B);
	return max_t(s64, held, 0);
}

static u64 vzub_dcache_exact(struct vzub *ub, struct mem_cgroup *memcg)
{
	u64 held;

	vzub_memcg_flush(memcg);
	rcu_read_lock();
	held = vzub_memcg_stat(memcg, NR_SLAB_RECLAIMABLE_B);
	rcu_read_unlock();
	vzub_peak(&ub->counter[VZUB_DCACHESIZE], held);
	return held;
}

/* In the counter is the most that can be held. */
static void vzub_dcache_recount(struct vzub *ub, struct mem_cgroup *memcg,
				bool shrink)
{
	struct vzub_counter *c = &ub->counter[VZUB_DCACHESIZE];
	u64 held = vzub_dcache_exact(ub, memcg);

	shrink |= held > READ_ONCE(c->limit);
	if (shrink && held > READ_ONCE(c->barrier)) {
		vzub_memcg_shrink(memcg, GFP_KERNEL);
		held = vzub_dcache_exact(ub, memcg);
	}
	atomic64_set(&c->held, held);
	WRITE_ONCE(ub->dcache_full, held > READ_ONCE(c->limit));
}

static bool vzub_dcache_is_due(const struct vzub *ub)
{
	return time_after_eq(jiffies, READ_ONCE(ub->dcache_looked) +
			     VZUB_DCACHE_DELAY);
}

static void vzub_dcache_look(struct vzub *ub, struct mem_cgroup *memcg)
{
	bool due = vzub_dcache_is_due(ub);

	/* where nothing could be freed nothing will be in a moment */
	if (!due && READ_ONCE(ub->dcache_full))
		return;
	if (due)
		WRITE_ONCE(ub->dcache_looked, jiffies);
	vzub_dcache_recount(ub, memcg, due);
}

/* Return: is a name refused? */
static bool vzub_dcache_refuse(void)
{
	struct vzub_counter *c;
	struct mem_cgroup *memcg;
	struct vzub *ub;

	memcg = vzub_memcg_of_current(&ub);
	if (!memcg)
		return false;
	vzub_dcache_look(ub, memcg);
	css_put(&memcg->css);
	if (!READ_ONCE(ub->dcache_full))
		return false;
	c = &ub->counter[VZUB_DCACHESIZE];
	vzub_refused(ub, VZUB_DCACHESIZE, atomic64_read(&c->held),
		     VZUB_DENTRY_SIZE, READ_ONCE(c->limit));
	return true;
}

static struct dentry *vzub_dentry_alloc(struct super_block *sb,
					const struct qstr *name)
{
	struct dentry *dentry = NULL;

	if (!vzub_dcache_refuse())
		dentry = static_call(vzub_d_alloc)(sb, name);
	vz_hook_leave();
	return dentry;
}

static __always_inline void vzub_on_d_alloc(struct vz_hook *hook,
					    struct pt_regs *regs)
{
	struct vzub_counter *c;
	struct vzub *ub;
	u64 held;

	vzub_guard();
	ub = vzub_of_task(current);
	if (!ub)
		return;
	c = &ub->counter[VZUB_DCACHESIZE];
	if (!vzub_has_limit(c))
		return;
	held = atomic64_add_return(VZUB_DENTRY_SIZE, &c->held);
	if (current->flags & (PF_EXITING | PF_MEMALLOC))
		return;
	if (held > READ_ONCE(c->limit) ||
	    (held > READ_ONCE(c->barrier) && vzub_dcache_is_due(ub)))
		vz_hook_redirect(hook, regs, vzub_dentry_alloc);
}

VZ_HOOK(vzub_d_alloc_hook, __d_alloc, "dcachesize is not limited",
	vzub_on_d_alloc);

/**
 * vzub_apply_dcachesize - vzub_source.apply
 * @ub: beancounter
 * @c: dcachesize
 *
 * Return: 0.
 */
int vzub_apply_dcachesize(struct vzub *ub, const struct vzub_counter *c)
{
	struct mem_cgroup *memcg;

	if (!vzub_has_limit(c))
		return 0;
	memcg = vzub_memcg_get(ub);
	if (!memcg)
		return 0;
	vzub_dcache_recount(ub, memcg, true);
	css_put(&memcg->css);
	return 0;
}

static void vzub_dcache_touch(void)
{
	struct file *file = filp_open("/", O_RDONLY | O_DIRECTORY, 0);
	struct dentry *dentry;

	if (IS_ERR(file))
		return;
	dentry = d_alloc_anon(file_inode(file)->i_sb);
	dput(dentry);
	filp_close(file, NULL);
}

static int vzub_dcache_init(void)
{
	if (vzub_d_alloc_hook.original)
		static_call_update(vzub_d_alloc, vzub_d_alloc_hook.original);
	return 0;
}

static struct vz_hook * const vzub_dcache_hooks[] = { &vzub_d_alloc_hook };

const struct vzub_family vzub_dcache_family = {
	.hooks		= vzub_dcache_hooks,
	.count		= ARRAY_SIZE(vzub_dcache_hooks),
	.init		= vzub_dcache_init,
	.touch		= vzub_dcache_touch,
	.on_demand	= &vzub_dcache_demand,
	.resources	= BIT(VZUB_DCACHESIZE),
};
