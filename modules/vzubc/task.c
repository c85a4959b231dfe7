// SPDX-License-Identifier: GPL-2.0
/*
 * numproc: threads, as the pids controller counts them.  Its own limit is set
 * to the barrier, too; the hook comes first, to answer as OpenVZ did and to
 * count what is refused.
 */
#include <linux/kthread.h>
#include <vz/cgroup.h>
#include "charge.h"
#include "vzubc.h"

static __always_inline void vzub_on_fork(struct vz_hook *hook,
					 struct pt_regs *regs)
{
	struct css_set *cset = (void *)regs_get_kernel_argument(regs, 1);
	struct vzub *ub;
	s64 held;

	guard(rcu)();
	ub = vzub_of_cgroup(cset->dfl_cgrp);
	if (!ub)
		return;
	held = max_t(s64, vz_cgroup_nproc(ub->cgroup), 0);
	if (!vzub_allows(ub, VZUB_NUMPROC, held, 1))
		vz_hook_refuse(regs, -ENOMEM);
}

VZ_HOOK(vzub_fork, pids_can_fork, "refused forks are not counted",
	vzub_on_fork);

static struct vz_hook * const vzub_task_hooks[] = { &vzub_fork };

static int vzub_task_idle(void *arg)
{
	return 0;
}

static void vzub_task_touch(void)
{
	struct task_struct *task = kthread_create(vzub_task_idle, NULL, "vzub");

	if (!IS_ERR(task))
		kthread_stop(task);
}

const struct vzub_family vzub_task_family = {
	.hooks	= vzub_task_hooks,
	.count	= ARRAY_SIZE(vzub_task_hooks),
	.touch	= vzub_task_touch,
};
