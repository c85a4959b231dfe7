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

static int vzub_set_one(struct vzub *ub, const struct vzub_limit *l,
			struct vzub_limit *old)
{
	struct vzub_counter *c = &ub->counter[l->resource];
	int err;

	*old = (struct vzub_limit){
		.resource = l->resource,
		.barrier = c->barrier,
		.limit = c->limit,
	};
	vzub_store(ub, l);
	err = vzub_apply(ub, l->resource, c);
	if (err)
		vzub_store(ub, old);
	return err;
}

/**
 * vzub_set - set barriers and limits
 * @ub: beancounter
 * @limits: what to set
 * @count: how many elements, at most VZUB_RESOURCES
 *
 * Return: 0 or a negative error of VZUB_IOC_SET; nothing is changed then.
 */
int vzub_set(struct vzub *ub, const struct vzub_limit *limits, u32 count)
{
	struct vzub_limit old[VZUB_RESOURCES], undone;
	int err = 0;
	u32 i;

	lockdep_assert_held(&vzub_lock);
	for (i = 0; i < count; i++)
		if (!vzub_limit_is_valid(&limits[i]))
			return -EINVAL;
	for (i = 0; !err && i < count; i++)
		err = vzub_set_one(ub, &limits[i], &old[i]);
	if (!err)
		return 0;
	for (i--; i--; )
		vzub_set_one(ub, &old[i], &undone);
	return err;
}
