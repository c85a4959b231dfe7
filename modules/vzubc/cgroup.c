// SPDX-License-Identifier: GPL-2.0
/*
 * numcgroup: cgroups below the container's own one, as the kernel counts them.
 *
 * It counts in the middle of what makes one, so a container with a limit makes
 * one at a time: otherwise all who wait for the kernel's lock had seen the same
 * number.
 */
#include <linux/cgroup.h>
#include <linux/kernfs.h>
#include <linux/mutex.h>
#include <linux/static_call.h>
#include "charge.h"
#include "vzubc.h"

static u64 vzub_cgroup_held(const struct vzub *ub)
{
	return max(READ_ONCE(ub->cgroup->nr_descendants), 0);
}

/* From the look at the number until it has changed; the kernel has one, too. */
static DEFINE_MUTEX(vzub_mkdir_mutex);

static int vzub_no_mkdir(struct kernfs_node *parent, const char *name,
			 umode_t mode)
{
	return -EAGAIN;
}

DEFINE_STATIC_CALL(vzub_cgroup_mkdir, vzub_no_mkdir);

static bool vzub_cgroup_may(const struct kernfs_node *parent)
{
	struct vzub *ub;

	lockdep_assert_held(&vzub_mkdir_mutex);
	guard(rcu)();
	ub = vzub_of_cgroup(parent->priv);
	return !ub || vzub_allows(ub, VZUB_NUMCGROUP, vzub_cgroup_held(ub), 1);
}

static int vzub_do_mkdir(struct kernfs_node *parent, const char *name,
			 umode_t mode)
{
	int err = -EAGAIN;

	scoped_guard(mutex, &vzub_mkdir_mutex)
		if (vzub_cgroup_may(parent))
			err = static_call(vzub_cgroup_mkdir)(parent, name,
							     mode);
	vz_hook_leave();
	return err;
}

static __always_inline void vzub_on_mkdir(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	const struct kernfs_node *parent;
	struct vzub_counter *c;
	struct vzub *ub;

	parent = (void *)regs_get_kernel_argument(regs, 0);
	guard(rcu)();
	ub = vzub_of_cgroup(parent->priv);
	if (!ub)
		return;
	c = &ub->counter[VZUB_NUMCGROUP];
	if (vzub_has_limit(c))
		vz_hook_redirect(hook, regs, vzub_do_mkdir);
	else
		vzub_peak(c, vzub_cgroup_held(ub) + 1);
}

VZ_HOOK(vzub_mkdir, cgroup_mkdir, "numcgroup is not limited", vzub_on_mkdir);

static struct vz_hook * const vzub_cgroup_hooks[] = { &vzub_mkdir };

static int vzub_cgroup_init(void)
{
	if (vzub_mkdir.original)
		static_call_update(vzub_cgroup_mkdir, vzub_mkdir.original);
	return 0;
}

const struct vzub_family vzub_cgroup_family = {
	.hooks	= vzub_cgroup_hooks,
	.count	= ARRAY_SIZE(vzub_cgroup_hooks),
	.init	= vzub_cgroup_init,
};

/**
 * vzub_cgroup_fill - how many there are
 * @ub: beancounter
 * @v: stored there
 */
void vzub_cgroup_fill(struct vzub *ub, struct vzub_value *v)
{
	v->held = vzub_cgroup_held(ub);
}
