// SPDX-License-Identifier: GPL-2.0
/*
 * numinotify and numns: inotify instances and watches, and namespaces, as the
 * kernel counts them for each user and, in sum, for the container (see
 * signal.c).  The namespaces that the container was made with are among them.
 */
#include <linux/mutex.h>
#include <linux/static_call.h>
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

static struct ucounts *vzub_no_ucount(struct user_namespace *ns, kuid_t uid,
				      enum ucount_type type)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_inc_ucount, vzub_no_ucount);

/* The original may sleep between a look at the sum and its change. */
static struct ucounts *vzub_ucount_take(struct user_namespace *ns, kuid_t uid,
					enum ucount_type type)
{
	enum vzub_resource resource = vzub_ucount_resource(type);
	struct vzub *ub;

	/* what keeps it is the namespace */
	scoped_guard(rcu)
		ub = vzub_of_user_ns(ns);
	if (!ub)
		return static_call(vzub_inc_ucount)(ns, uid, type);
	guard(mutex)(&ub->ucount_mutex);
	if (!vzub_allows(ub, resource, vzub_ucount_held(ub, resource), 1))
		return NULL;
	return static_call(vzub_inc_ucount)(ns, uid, type);
}

static struct ucounts *vzub_do_ucount(struct user_namespace *ns, kuid_t uid,
				      enum ucount_type type)
{
	struct ucounts *ucounts = vzub_ucount_take(ns, uid, type);

	vz_hook_leave();
	return ucounts;
}

static __always_inline void vzub_on_ucount(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	struct user_namespace *ns = (void *)regs_get_kernel_argument(regs, 0);
	enum vzub_resource resource;
	struct vzub_counter *c;
	struct vzub *ub;

	resource = vzub_ucount_resource(regs_get_kernel_argument(regs, 2));
	if (resource == VZUB_RESOURCES)
		return;
	guard(rcu)();
	ub = vzub_of_user_ns(ns);
	if (!ub)
		return;
	c = &ub->counter[resource];
	if (vzub_has_limit(c))
		vz_hook_redirect(hook, regs, vzub_do_ucount);
	else
		vzub_peak(c, vzub_ucount_held(ub, resource) + 1);
}

VZ_HOOK(vzub_ucount, inc_ucount, "numinotify and numns are not limited",
	vzub_on_ucount);

static struct vz_hook * const vzub_ucount_hooks[] = { &vzub_ucount };

static int vzub_ucount_hooks_init(void)
{
	if (vzub_ucount.original)
		static_call_update(vzub_inc_ucount, vzub_ucount.original);
	return 0;
}

const struct vzub_family vzub_ucount_family = {
	.hooks	= vzub_ucount_hooks,
	.count	= ARRAY_SIZE(vzub_ucount_hooks),
	.init	= vzub_ucount_hooks_init,
};

/**
 * vzub_ucount_init - nobody looks at its numbers
 * @ub: beancounter
 */
void vzub_ucount_init(struct vzub *ub)
{
	mutex_init(&ub->ucount_mutex);
}

/**
 * vzub_ucount_fill - how many there are
 * @ub: beancounter
 * @v: stored there
 */
void vzub_ucount_fill(struct vzub *ub, struct vzub_value *v)
{
	v->held = vzub_ucount_held(ub, v->resource);
}
