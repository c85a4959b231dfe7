// SPDX-License-Identifier: GPL-2.0
/*
 * Commands of /dev/vzctl; what they mean is written in <linux/vzquota.h>.
 */
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <vz/ctl.h>
#include "simfs.h"

/* Those that a quota can be switched on with */
#define VZQ_USAGE_MAX	0x100000

static bool vzq_on_is_valid(const struct vzquota_on *a)
{
	return a->id && a->id <= VZ_CTID_MAX &&
	       !(a->flags & ~(VZQUOTA_UGID | VZQUOTA_COUNT)) &&
	       !(a->flags & VZQUOTA_UGID) == !a->ugid_limit && a->count &&
	       a->count <= VZQ_USAGE_MAX && a->ugid_limit <= INT_MAX;
}

static long vzq_ctl_on(void *arg)
{
	const struct vzquota_on *a = arg;
	struct vzquota_usage *usage;
	long ret;

	if (!vzq_on_is_valid(a))
		return -EINVAL;
	usage = kvmalloc_array(a->count, sizeof(*usage), GFP_KERNEL);
	if (!usage)
		return -ENOMEM;
	ret = -EFAULT;
	if (!copy_from_user(usage, u64_to_user_ptr(a->usage),
			    a->count * sizeof(*usage)))
		ret = vzq_on(a, usage);
	kvfree(usage);
	return ret;
}

static long vzq_ctl_off(void *arg)
{
	const struct vzquota_off *a = arg;

	return vzq_off(a->id);
}

static long vzq_ctl_info(void *arg)
{
	struct vzquota_info *a = arg;
	struct vzq *q;

	guard(mutex)(&vzq_mutex);
	q = vzq_find(a->id);
	if (!q)
		return -ENOENT;
	guard(mutex)(&q->recount.lock);
	a->flags = (q->ugid_limit ? VZQUOTA_UGID : 0) |
		   (READ_ONCE(q->exceeded) ? VZQUOTA_EXCEEDED : 0) |
		   (q->sb ? VZQUOTA_MOUNTED : 0) |
		   (q->recount.active ? VZQUOTA_COUNT : 0);
	a->ugid_limit = q->ugid_limit;
	a->ugids = atomic_read(&q->ugids);
	a->moves = q->recount.moves;
	a->counted = q->recount.inodes;
	memcpy(a->grace, q->grace, sizeof(a->grace));
	return 0;
}

static long vzq_ctl_setup(void *arg)
{
	const struct vzquota_info *a = arg;
	struct vzq *q;

	if (a->flags || a->ugids || a->moves || a->counted ||
	    a->ugid_limit > INT_MAX)
		return -EINVAL;
	guard(mutex)(&vzq_mutex);
	q = vzq_find(a->id);
	return q ? vzq_setup(q, a) : -ENOENT;
}

/**
 * vzq_collect_type - store usage and limits of all of one type
 * @q: quota
 * @type: enum vzquota_type
 * @usage: where to
 * @n: begin with that one
 * @max: elements that fit there
 *
 * Context: vzq_mutex is held.
 * Return: @n and how many there are.
 */
u32 vzq_collect_type(struct vzq *q, int type, struct vzquota_usage *usage,
		     u32 n, u32 max)
{
	struct mem_dqblk *record;
	unsigned long id;

	xa_for_each(&q->records[type], id, record) {
		if (n < max && vzq_usage_get(q, type, id, &usage[n]))
			continue;
		n++;
		cond_resched();
	}
	return n;
}

static int vzq_collect(u32 id, struct vzquota_usage *usage, u32 max, u32 *total)
{
	struct vzq *q;

	guard(mutex)(&vzq_mutex);
	q = vzq_find(id);
	if (!q)
		return -ENOENT;
	*total = vzq_collect_type(q, VZQUOTA_CT, usage, 0, max);
	*total = vzq_collect_type(q, VZQUOTA_USER, usage, *total, max);
	*total = vzq_collect_type(q, VZQUOTA_GROUP, usage, *total, max);
	return 0;
}

static long vzq_ctl_get(void *arg)
{
	struct vzquota_get *a = arg;
	u32 max = min(a->count, VZQ_USAGE_MAX);
	struct vzquota_usage *usage;
	long ret;
	u32 n;

	if (a->reserved)
		return -EINVAL;
	usage = kvcalloc(max, sizeof(*usage), GFP_KERNEL);
	if (max && !usage)
		return -ENOMEM;
	ret = vzq_collect(a->id, usage, max, &a->count);
	if (!ret) {
		n = min(a->count, max);
		if (copy_to_user(u64_to_user_ptr(a->usage), usage,
				 n * sizeof(*usage)))
			ret = -EFAULT;
	}
	kvfree(usage);
	return ret;
}

static long vzq_ctl_set(void *arg)
{
	const struct vzquota_set *a = arg;
	struct vzq *q;

	if (!a->what || a->reserved ||
	    a->what & ~(VZQUOTA_SET_LIMITS | VZQUOTA_SET_USAGE))
		return -EINVAL;
	guard(mutex)(&vzq_mutex);
	q = vzq_find(a->id);
	return q ? vzq_usage_set(q, &a->usage, a->what) : -ENOENT;
}

static long vzq_ctl_list(void *arg)
{
	struct vzquota_list *a = arg;
	u32 __user *ids = u64_to_user_ptr(a->ids);
	const struct vzq *q;
	u32 n = 0;

	guard(mutex)(&vzq_mutex);
	list_for_each_entry(q, &vzq_list, list) {
		if (n < a->count && put_user(q->id, ids + n))
			return -EFAULT;
		n++;
	}
	a->count = n;
	return 0;
}

static long vzq_counted(const struct vzquota_counted *a,
			const struct super_block *sb)
{
	struct vzq *q;

	guard(mutex)(&vzq_mutex);
	q = vzq_find(a->id);
	if (!q)
		return -ENOENT;
	return q->sb == sb ? vzq_recount_finish(q, a->moves) : -EINVAL;
}

static long vzq_ctl_counted(void *arg)
{
	const struct vzquota_counted *a = arg;
	struct file *file = fget_raw(a->fd);
	long ret;

	if (!file)
		return -EBADF;
	ret = vzq_counted(a, file_inode(file)->i_sb);
	fput(file);
	return ret;
}

#define VZQ_NR(_ioc)	(_IOC_NR(_ioc) - _IOC_NR(VZQUOTA_IOC_ON))

static const struct vz_ctl_cmd vzq_ctl_cmds[] = {
	[VZQ_NR(VZQUOTA_IOC_ON)] =
		VZ_CTL_CMD(struct vzquota_on, false, vzq_ctl_on),
	[VZQ_NR(VZQUOTA_IOC_OFF)] =
		VZ_CTL_CMD(struct vzquota_off, false, vzq_ctl_off),
	[VZQ_NR(VZQUOTA_IOC_INFO)] =
		VZ_CTL_CMD(struct vzquota_info, true, vzq_ctl_info),
	[VZQ_NR(VZQUOTA_IOC_SETUP)] =
		VZ_CTL_CMD(struct vzquota_info, false, vzq_ctl_setup),
	[VZQ_NR(VZQUOTA_IOC_GET)] =
		VZ_CTL_CMD(struct vzquota_get, true, vzq_ctl_get),
	[VZQ_NR(VZQUOTA_IOC_SET)] =
		VZ_CTL_CMD(struct vzquota_set, false, vzq_ctl_set),
	[VZQ_NR(VZQUOTA_IOC_LIST)] =
		VZ_CTL_CMD(struct vzquota_list, true, vzq_ctl_list),
	[VZQ_NR(VZQUOTA_IOC_COUNTED)] =
		VZ_CTL_CMD(struct vzquota_counted, false, vzq_ctl_counted),
};

/**
 * vzq_ctl_ioctl - a command of /dev/vzctl
 * @nr: command number, from VZQUOTA_IOC_ON's on
 * @arg: argument
 *
 * Return: what ioctl(2) returns.
 */
long vzq_ctl_ioctl(unsigned int nr, void __user *arg)
{
	nr -= _IOC_NR(VZQUOTA_IOC_ON);
	if (nr >= ARRAY_SIZE(vzq_ctl_cmds) || !vzq_ctl_cmds[nr].fn)
		return -ENOTTY;
	return vz_ctl_call(&vzq_ctl_cmds[nr], arg);
}
