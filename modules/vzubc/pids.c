// SPDX-License-Identifier: GPL-2.0
/*
 * numproc, as the pids controller counts it.  Its limit stands behind the hook
 * that refuses, so it holds without that, too, with another errno.
 */
#include <linux/pid_namespace.h>
#include <vz/cgroup.h>
#include "charge.h"
#include "vzubc.h"

/* A container is never without a limit */
#define VZUB_DEFAULT_TASKS	8192

/**
 * vzub_fill_numproc - vzub_source.fill
 * @ub: beancounter
 * @v: stored there
 */
void vzub_fill_numproc(struct vzub *ub, struct vzub_value *v)
{
	v->held = max_t(s64, vz_cgroup_nproc(ub->cgroup), 0);
}

/**
 * vzub_host_numproc - vzub_source.host
 *
 * Return: threads that are not a container's.
 */
u64 vzub_host_numproc(void)
{
	s64 n = READ_ONCE(init_pid_ns.pid_allocated) & INT_MAX;
	const struct vzub *ub;

	ub = list_first_or_null_rcu(&vzub_list, struct vzub, list);
	if (ub)
		n -= max_t(s64, vz_cgroup_nproc(cgroup_parent(ub->cgroup)), 0);
	return max_t(s64, n, 1);
}

/**
 * vzub_apply_numproc - vzub_source.apply
 * @ub: beancounter
 * @c: numproc
 *
 * Return: 0 or a negative error.
 */
int vzub_apply_numproc(struct vzub *ub, const struct vzub_counter *c)
{
	u64 max = c->barrier;
	char value[24];

	if (!max || !vzub_is_limit(max))
		max = VZUB_DEFAULT_TASKS;
	snprintf(value, sizeof(value), "%llu", max);
	return vz_cgroup_write(ub->cgroup, "pids.max", value);
}
