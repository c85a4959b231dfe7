// SPDX-License-Identifier: GPL-2.0
/*
 * Setting barriers and limits: all that were asked for, or none.
 */
#include <linux/mutex.h>
#include "vzubc.h"

static bool vzub_limit_is_valid(const struct vzub_limit *l)
{
	return vzub_name(l->resource) && !l->reserved &&
	       l->barrier <= VZUB_MAX && l->limit <= VZUB_MAX;
}

static void vzub_store(struct vzub *ub, const struct vzub_limit *l)
{
	struct vzub_counter *c = &ub->counter[l->resource];

	WRITE_ONCE(c->barrier, l->barrier);
	WRITE_ONCE(c->limit, l->limit);
}

/* Stores the new values and keeps the old ones, in the same order. */
static void vzub_swap(struct vzub *ub, const struct vzub_limit *limits,
		      struct vzub_limit *old, u32 count)
{
	const struct vzub_counter *c;
	u32 i;

	for (i = 0; i < count; i++) {
		c = &ub->counter[limits[i].resource];
		old[i] = (struct vzub_limit){
			.resource = limits[i].resource,
			.barrier = c->barrier,
			.limit = c->limit,
		};
		vzub_store(ub, &limits[i]);
	}
}

static int vzub_apply_all(struct vzub *ub, const struct vzub_limit *limits,
			  u32 count)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < count; i++)
		err = vzub_apply(ub, limits[i].resource,
				 &ub->counter[limits[i].resource]);
	return err;
}

/**
 * vzub_set - set barriers and limits
 * @ub: beancounter
 * @limits: what to set
 * @count: how many elements, at most VZUB_RESOURCES
 *
 * All are stored before the first is put into effect, so that those that mean
 * something together never do with the old value of one of them.
 *
 * Return: 0 or a negative error of VZUB_IOC_SET; nothing is changed then.
 */
int vzub_set(struct vzub *ub, const struct vzub_limit *limits, u32 count)
{
	struct vzub_limit old[VZUB_RESOURCES];
	int err;
	u32 i;

	lockdep_assert_held(&vzub_lock);
	for (i = 0; i < count; i++)
		if (!vzub_limit_is_valid(&limits[i]))
			return -EINVAL;
	vzub_swap(ub, limits, old, count);
	vzub_family_meet();
	err = vzub_apply_all(ub, limits, count);
	vzub_idle_later(VZUB_REST_DELAY);
	if (!err)
		return 0;
	/* a resource may be there twice: its oldest value comes last */
	for (i = count; i--; )
		vzub_store(ub, &old[i]);
	vzub_apply_all(ub, old, count);
	return err;
}
