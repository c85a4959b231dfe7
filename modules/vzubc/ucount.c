// SPDX-License-Identifier: GPL-2.0
/*
 * numinotify and numns: inotify instances and watches, and namespaces, as the
 * kernel counts them for each user and, in sum, for the container (see
 * signal.c).  The namespaces that the container was made with are among them.
 */
#include <linux/user_namespace.h>
#include "charge.h"
#include "vzubc.h"

static u64 vzub_ucount_held(const struct vzub *ub, enum vzub_resource resource)
{
	const atomic_long_t *ucount = ub->user_ns->ucounts->ucount;
	long held = 0;
	int type;

	if (resource == VZUB_NUMINOTIFY)
		return atomic_long_read(&ucount[UCOUNT_INOTIFY_INSTANCES]) +
		       atomic_long_read(&ucount[UCOUNT_INOTIFY_WATCHES]);
	for (type = UCOUNT_USER_NAMESPACES; type <= UCOUNT_TIME_NAMESPACES;
	     type++)
		held += atomic_long_read(&ucount[type]);
	return held;
}

/* Return: VZUB_RESOURCES: what is of no interest. */
static enum vzub_resource vzub_ucount_resource(int type)
{
	if (type <= UCOUNT_TIME_NAMESPACES)
		return VZUB_NUMNS;
	if (type == UCOUNT_INOTIFY_INSTANCES || type == UCOUNT_INOTIFY_WATCHES)
		return VZUB_NUMINOTIFY;
	return VZUB_RESOURCES;
}

static __always_inline void vzub_on_ucount(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	struct user_namespace *ns = (void *)regs_get_kernel_argument(regs, 0);
	enum vzub_resource resource;
	struct vzub_counter *c;
	struct vzub *ub;
	u64 held, barrier;

	resource = vzub_ucount_resource(regs_get_kernel_argument(regs, 2));
	if (resource == VZUB_RESOURCES)
		return;
	guard(rcu)();
	ub = vzub_of_user_ns(ns);
	if (!ub)
		return;
	c = &ub->counter[resource];
	barrier = READ_ONCE(c->barrier);
	held = vzub_ucount_held(ub, resource);
	if (held < barrier) {
		vzub_peak(c, held + 1);
		return;
	}
	vzub_refused(ub, resource, held, 1, barrier);
	vz_hook_refuse(regs, 0);
}

VZ_HOOK(vzub_ucount, inc_ucount, "numinotify and numns are not limited",
	vzub_on_ucount);

static struct vz_hook * const vzub_ucount_hooks[] = { &vzub_ucount };

const struct vzub_family vzub_ucount_family = {
	.hooks	= vzub_ucount_hooks,
	.count	= ARRAY_SIZE(vzub_ucount_hooks),
};

/**
 * vzub_ucount_fill - how many there are
 * @ub: beancounter
 * @v: stored there
 */
void vzub_ucount_fill(struct vzub *ub, struct vzub_value *v)
{
	v->held = vzub_ucount_held(ub, v->resource);
}
