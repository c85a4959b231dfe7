// SPDX-License-Identifier: GPL-2.0
/*
 * numcgroup: cgroups below the container's own one, as the kernel counts them.
 */
#include <linux/cgroup.h>
#include <linux/kernfs.h>
#include "charge.h"
#include "vzubc.h"

static u64 vzub_cgroup_held(const struct vzub *ub)
{
	return max(READ_ONCE(ub->cgroup->nr_descendants), 0);
}

static __always_inline void vzub_on_mkdir(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	const struct kernfs_node *parent;
	struct vzub_counter *c;
	struct vzub *ub;
	u64 held, barrier;

	parent = (void *)regs_get_kernel_argument(regs, 0);
	guard(rcu)();
	ub = vzub_of_cgroup(parent->priv);
	if (!ub)
		return;
	c = &ub->counter[VZUB_NUMCGROUP];
	barrier = READ_ONCE(c->barrier);
	held = vzub_cgroup_held(ub);
	if (held < barrier) {
		vzub_peak(c, held + 1);
		return;
	}
	vzub_refused(ub, VZUB_NUMCGROUP, held, 1, barrier);
	vz_hook_refuse(regs, -EAGAIN);
}

VZ_HOOK(vzub_mkdir, cgroup_mkdir, "numcgroup is not limited", vzub_on_mkdir);

static struct vz_hook * const vzub_cgroup_hooks[] = { &vzub_mkdir };

const struct vzub_family vzub_cgroup_family = {
	.hooks	= vzub_cgroup_hooks,
	.count	= ARRAY_SIZE(vzub_cgroup_hooks),
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
