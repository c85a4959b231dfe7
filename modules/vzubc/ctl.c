// SPDX-License-Identifier: GPL-2.0
/*
 * Commands of /dev/vzctl; what they mean is written in <linux/vzubc.h>.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <vz/ctl.h>
#include "vzubc.h"

static long vzub_ctl_set(void *arg)
{
	const struct vzub_set *a = arg;
	struct vzub_limit *limits;
	struct vzub *ub;
	long ret = -ENOENT;

	if (!a->count || a->count > VZUB_RESOURCES || a->flags)
		return -EINVAL;
	limits = memdup_user(u64_to_user_ptr(a->limits),
			     a->count * sizeof(*limits));
	if (IS_ERR(limits))
		return PTR_ERR(limits);
	scoped_guard(mutex, &vzub_lock) {
		ub = vzub_of_id(a->ctid);
		if (ub)
			ret = vzub_set(ub, limits, a->count);
	}
	kfree(limits);
	return ret;
}

/* Return: how many values were stored, or -ENOENT. */
static int vzub_values(u32 ctid, struct vzub_value *values)
{
	struct vzub *ub;
	int i, n = 0;

	guard(rcu)();
	ub = ctid ? vzub_of_id(ctid) : NULL;
	if (ctid && !ub)
		return -ENOENT;
	for (i = 0; i < VZUB_RESOURCES; i++) {
		if (!vzub_name(i))
			continue;
		if (ub)
			vzub_value(ub, i, &values[n++]);
		else
			vzub_host_value(i, &values[n++]);
	}
	return n;
}

static long vzub_ctl_get(void *arg)
{
	struct vzub_value *values __free(kfree) = NULL;
	struct vzub_get *a = arg;
	size_t size;
	int n;

	if (a->reserved)
		return -EINVAL;
	values = kcalloc(VZUB_RESOURCES, sizeof(*values), GFP_KERNEL);
	if (!values)
		return -ENOMEM;
	n = vzub_values(a->ctid, values);
	if (n < 0)
		return n;
	size = min_t(u32, a->count, n) * sizeof(*values);
	a->count = n;
	return copy_to_user(u64_to_user_ptr(a->values), values, size) ?
	       -EFAULT : 0;
}

static long vzub_ctl_why(void *arg)
{
	struct vzub_record *records __free(kfree) = NULL;
	struct vzub_why *a = arg;
	struct vzub *ub;
	u32 n = 0;

	if (a->reserved)
		return -EINVAL;
	records = kcalloc(VZUB_RECORDS, sizeof(*records), GFP_KERNEL);
	if (!records)
		return -ENOMEM;
	scoped_guard(rcu) {
		ub = vzub_of_id(a->ctid);
		if (ub)
			n = vzub_log_read(ub, records, a->count, &a->total);
	}
	if (!ub)
		return -ENOENT;
	a->count = n;
	return copy_to_user(u64_to_user_ptr(a->records), records,
			    n * sizeof(*records)) ? -EFAULT : 0;
}

#define VZUB_NR(_ioc)	(_IOC_NR(_ioc) - _IOC_NR(VZUB_IOC_SET))

static const struct vz_ctl_cmd vzub_ctl_cmds[] = {
	[VZUB_NR(VZUB_IOC_SET)] =
		VZ_CTL_CMD(struct vzub_set, false, vzub_ctl_set),
	[VZUB_NR(VZUB_IOC_GET)] =
		VZ_CTL_CMD(struct vzub_get, true, vzub_ctl_get),
	[VZUB_NR(VZUB_IOC_WHY)] =
		VZ_CTL_CMD(struct vzub_why, true, vzub_ctl_why),
};

/**
 * vzub_ctl_ioctl - a command of /dev/vzctl
 * @nr: command number, from VZUB_IOC_SET's on
 * @arg: argument
 *
 * Return: what ioctl(2) returns.
 */
long vzub_ctl_ioctl(unsigned int nr, void __user *arg)
{
	nr -= _IOC_NR(VZUB_IOC_SET);
	if (nr >= ARRAY_SIZE(vzub_ctl_cmds) || !vzub_ctl_cmds[nr].fn)
		return -ENOTTY;
	return vz_ctl_call(&vzub_ctl_cmds[nr], arg);
}
