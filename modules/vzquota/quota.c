// SPDX-License-Identifier: GPL-2.0
/*
 * Quotas: switched on and off by the host, attached to a superblock while a
 * simfs is mounted.
 */
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include "simfs.h"

/* Taken inside the s_umount of a simfs, around what the dquot code locks. */
DEFINE_MUTEX(vzq_mutex);
LIST_HEAD(vzq_list);

/**
 * vzq_find - the quota of that number
 * @id: number
 *
 * Context: vzq_mutex is held.
 * Return: a quota, or NULL.
 */
struct vzq *vzq_find(u32 id)
{
	struct vzq *q;

	lockdep_assert_held(&vzq_mutex);
	list_for_each_entry(q, &vzq_list, list)
		if (q->id == id)
			return q;
	return NULL;
}

static void vzq_free(struct vzq *q)
{
	struct mem_dqblk *record;
	unsigned long id;
	int type;

	for (type = 0; type < MAXQUOTAS; type++) {
		xa_for_each(&q->records[type], id, record)
			kfree(record);
		xa_destroy(&q->records[type]);
	}
	vzq_recount_free(&q->recount);
	path_put(&q->dir);
	kfree(q);
}

static int vzq_check_usage(const struct vzq *q,
			   const struct vzquota_usage *u)
{
	if (u->type >= VZQUOTA_TYPES || (u->type == VZQUOTA_CT && u->id) ||
	    u->id == U32_MAX)
		return -EINVAL;
	if (u->space > VZQUOTA_MAX || u->space_soft > VZQUOTA_MAX ||
	    u->space_hard > VZQUOTA_MAX || u->inodes > VZQUOTA_MAX ||
	    u->inodes_soft > VZQUOTA_MAX || u->inodes_hard > VZQUOTA_MAX)
		return -ERANGE;
	return u->type != VZQUOTA_CT && !q->ugid_limit ? -EOPNOTSUPP : 0;
}

static int vzq_take_usage(struct vzq *q, const struct vzquota_usage *u)
{
	struct mem_dqblk d = {
		.dqb_bhardlimit	= u->space_hard,
		.dqb_bsoftlimit	= u->space_soft,
		.dqb_curspace	= u->space,
		.dqb_ihardlimit	= u->inodes_hard,
		.dqb_isoftlimit	= u->inodes_soft,
		.dqb_curinodes	= u->inodes,
		.dqb_btime	= u->space_time,
		.dqb_itime	= u->inodes_time,
	};
	int err = vzq_check_usage(q, u);

	if (!err)
		err = vzq_record_set(q, u->type, u->id, &d);
	if (!err && q->recount.active)
		err = vzq_recount_guess(&q->recount, u);
	return err;
}

static int vzq_take_dir(struct vzq *q, int fd)
{
	struct file *file = fget_raw(fd);
	int err = 0;

	if (!file)
		return -EBADF;
	if (d_is_dir(file->f_path.dentry)) {
		q->dir = file->f_path;
		path_get(&q->dir);
	} else {
		err = -ENOTDIR;
	}
	fput(file);
	return err;
}

static int vzq_fill(struct vzq *q, const struct vzquota_on *arg,
		    const struct vzquota_usage *usage)
{
	int err;
	u32 i;

	err = vzq_take_dir(q, arg->dir_fd);
	for (i = 0; i < arg->count && !err; i++)
		err = vzq_take_usage(q, &usage[i]);
	return err;
}

/**
 * vzq_on - switch a quota on
 * @arg: number, directory and so on
 * @usage: usage and limits
 *
 * Return: 0 or a negative error.
 */
int vzq_on(const struct vzquota_on *arg, const struct vzquota_usage *usage)
{
	struct vzq *q = kzalloc(sizeof(*q), GFP_KERNEL);
	int type, err;

	if (!q)
		return -ENOMEM;
	q->id = arg->id;
	q->ugid_limit = arg->ugid_limit;
	vzq_recount_init(&q->recount);
	q->recount.active = arg->flags & VZQUOTA_COUNT;
	for (type = 0; type < MAXQUOTAS; type++) {
		q->grace[type] = arg->grace[type];
		xa_init(&q->records[type]);
	}
	err = vzq_fill(q, arg, usage);
	if (!err) {
		guard(mutex)(&vzq_mutex);
		err = vzq_find(q->id) ? -EEXIST : 0;
		if (!err) {
			/* usage must not be forgotten by accident */
			__module_get(THIS_MODULE);
			list_add_tail(&q->list, &vzq_list);
		}
	}
	if (err)
		vzq_free(q);
	return err;
}

/**
 * vzq_off - switch a quota off and forget it
 * @id: its number
 *
 * Return: 0 or a negative error.
 */
int vzq_off(u32 id)
{
	struct vzq *q;

	scoped_guard(mutex, &vzq_mutex) {
		q = vzq_find(id);
		if (!q)
			return -ENOENT;
		if (q->sb)
			return -EBUSY;
		list_del(&q->list);
	}
	vzq_free(q);
	module_put(THIS_MODULE);
	return 0;
}

static struct kqid vzq_kqid(int type, u32 id)
{
	return make_kqid(&init_user_ns, type, id);
}

static void vzq_usage_of_qc(struct vzquota_usage *u, const struct qc_dqblk *d)
{
	u->space = d->d_space;
	u->space_soft = d->d_spc_softlimit;
	u->space_hard = d->d_spc_hardlimit;
	u->inodes = d->d_ino_count;
	u->inodes_soft = d->d_ino_softlimit;
	u->inodes_hard = d->d_ino_hardlimit;
	u->space_time = max_t(s64, d->d_spc_timer, 0);
	u->inodes_time = max_t(s64, d->d_ino_timer, 0);
}

static void vzq_usage_of_mem(struct vzquota_usage *u,
			     const struct mem_dqblk *d)
{
	u->space = d->dqb_curspace;
	u->space_soft = d->dqb_bsoftlimit;
	u->space_hard = d->dqb_bhardlimit;
	u->inodes = d->dqb_curinodes;
	u->inodes_soft = d->dqb_isoftlimit;
	u->inodes_hard = d->dqb_ihardlimit;
	u->space_time = max_t(s64, d->dqb_btime, 0);
	u->inodes_time = max_t(s64, d->dqb_itime, 0);
}

/**
 * vzq_usage_get - usage and limits of one
 * @q: quota
 * @type: enum vzquota_type
 * @id: user or group
 * @usage: answer
 *
 * Context: vzq_mutex is held.
 * Return: 0, -ENOENT when there is no record, or another negative error.
 */
int vzq_usage_get(const struct vzq *q, int type, u32 id,
		  struct vzquota_usage *usage)
{
	struct mem_dqblk mem;
	struct qc_dqblk qc;
	int err;

	lockdep_assert_held(&vzq_mutex);
	err = vzq_record_get(q, type, id, &mem);
	if (err)
		return err;
	*usage = (struct vzquota_usage){ .type = type, .id = id };
	if (!q->sb) {
		vzq_usage_of_mem(usage, &mem);
		return 0;
	}
	vzq_spare_drop_all(q->sb);
	err = dquot_get_dqblk(q->sb, vzq_kqid(type, id), &qc);
	if (!err)
		vzq_usage_of_qc(usage, &qc);
	return err;
}

static int vzq_set_mounted(struct vzq *q, const struct vzquota_usage *u,
			   u32 what)
{
	struct qc_dqblk d = {
		.d_spc_hardlimit	= u->space_hard,
		.d_spc_softlimit	= u->space_soft,
		.d_ino_hardlimit	= u->inodes_hard,
		.d_ino_softlimit	= u->inodes_soft,
		.d_space		= u->space,
		.d_ino_count		= u->inodes,
	};

	if (what & VZQUOTA_SET_LIMITS)
		d.d_fieldmask |= QC_SPC_SOFT | QC_SPC_HARD | QC_INO_SOFT |
				 QC_INO_HARD;
	if (what & VZQUOTA_SET_USAGE)
		d.d_fieldmask |= QC_SPACE | QC_INO_COUNT;
	vzq_spare_drop_all(q->sb);
	return dquot_set_dqblk(q->sb, vzq_kqid(u->type, u->id), &d);
}

/* As the dquot code does it: over a soft limit the time runs from now on. */
static void vzq_restart_times(const struct vzq *q, int type,
			      struct mem_dqblk *d)
{
	time64_t now = ktime_get_real_seconds();

	d->dqb_btime = 0;
	if (d->dqb_bsoftlimit && d->dqb_curspace > d->dqb_bsoftlimit)
		d->dqb_btime = now + q->grace[type].space;
	d->dqb_itime = 0;
	if (d->dqb_isoftlimit && d->dqb_curinodes > d->dqb_isoftlimit)
		d->dqb_itime = now + q->grace[type].inodes;
}

static int vzq_set_unmounted(struct vzq *q, const struct vzquota_usage *u,
			     u32 what)
{
	struct mem_dqblk d = { 0 };

	vzq_record_get(q, u->type, u->id, &d);
	if (what & VZQUOTA_SET_LIMITS) {
		d.dqb_bhardlimit = u->space_hard;
		d.dqb_bsoftlimit = u->space_soft;
		d.dqb_ihardlimit = u->inodes_hard;
		d.dqb_isoftlimit = u->inodes_soft;
	}
	if (what & VZQUOTA_SET_USAGE) {
		d.dqb_curspace = u->space;
		d.dqb_curinodes = u->inodes;
	}
	vzq_restart_times(q, u->type, &d);
	return vzq_record_set(q, u->type, u->id, &d);
}

/**
 * vzq_usage_set - change usage or limits of one
 * @q: quota
 * @usage: whose, and the values
 * @what: VZQUOTA_SET_*
 *
 * Context: vzq_mutex is held.
 * Return: 0 or a negative error.
 */
int vzq_usage_set(struct vzq *q, const struct vzquota_usage *usage, u32 what)
{
	int err;

	lockdep_assert_held(&vzq_mutex);
	err = vzq_check_usage(q, usage);
	if (err)
		return err;
	if (what & VZQUOTA_SET_USAGE && READ_ONCE(q->recount.active))
		return -EBUSY;
	return q->sb ? vzq_set_mounted(q, usage, what) :
		       vzq_set_unmounted(q, usage, what);
}

static int vzq_set_grace(struct vzq *q, int type,
			 const struct vzquota_grace *grace)
{
	struct qc_info info = {
		.i_fieldmask = QC_SPC_TIMER | QC_INO_TIMER,
		.i_spc_timelimit = grace->space,
		.i_ino_timelimit = grace->inodes,
	};

	q->grace[type] = *grace;
	if (!q->sb || (type != PRJQUOTA && !q->ugid_limit))
		return 0;
	return dquot_set_dqinfo(q->sb, type, &info);
}

/**
 * vzq_setup - change grace times and the limit of users and groups
 * @q: quota
 * @info: values
 *
 * Context: vzq_mutex is held.
 * Return: 0 or a negative error; -EINVAL when level 2 would have to be switched
 * on or off.
 */
int vzq_setup(struct vzq *q, const struct vzquota_info *info)
{
	int type, err = 0;

	lockdep_assert_held(&vzq_mutex);
	if (!q->ugid_limit != !info->ugid_limit)
		return -EINVAL;
	WRITE_ONCE(q->ugid_limit, info->ugid_limit);
	WRITE_ONCE(q->exceeded, false);
	for (type = 0; type < MAXQUOTAS && !err; type++)
		err = vzq_set_grace(q, type, &info->grace[type]);
	return err;
}

static int vzq_load(struct vzq *q, struct super_block *sb)
{
	struct dquot *total;
	int err;

	simfs_sb(sb)->quota = q;
	err = vzq_format_load(sb);
	if (err)
		goto err_forget;
	total = dqget(sb, vzq_kqid(PRJQUOTA, 0));
	err = PTR_ERR_OR_ZERO(total);
	if (err)
		goto err_disable;
	q->total = total;
	q->sb = sb;
	if (q->ugid_limit)
		vzq_permission_arm();
	return 0;

err_disable:
	dquot_disable(sb, -1, DQUOT_USAGE_ENABLED | DQUOT_LIMITS_ENABLED);
err_forget:
	simfs_sb(sb)->quota = NULL;
	return err;
}

/**
 * vzq_attach - charge a file system to a quota
 * @sb: simfs that is being mounted, nothing of it is in use yet
 * @id: number of the quota
 *
 * Return: 0 or a negative error: -ENOENT: there is none of that number; -EBUSY:
 * it serves another one; -EXDEV: it is another directory's.
 */
int vzq_attach(struct super_block *sb, u32 id)
{
	const struct vfsmount *mnt = simfs_sb(sb)->mnt;
	struct vzq *q;

	guard(mutex)(&vzq_mutex);
	q = vzq_find(id);
	if (!q)
		return -ENOENT;
	if (q->sb)
		return -EBUSY;
	if (q->dir.dentry != mnt->mnt_root)
		return -EXDEV;
	return vzq_load(q, sb);
}

/**
 * vzq_detach - the file system is no longer mounted
 * @sb: simfs without inodes
 */
void vzq_detach(struct super_block *sb)
{
	struct vzq *q = simfs_sb(sb)->quota;

	if (!q)
		return;
	guard(mutex)(&vzq_mutex);
	dqput(q->total);
	q->total = NULL;
	dquot_disable(sb, -1, DQUOT_USAGE_ENABLED | DQUOT_LIMITS_ENABLED);
	q->sb = NULL;
}

/* The part of a limit that is left, or what the disk has left. */
static u64 vzq_left(u64 used, u64 soft, u64 hard, u64 disk)
{
	u64 limit = soft ?: hard;

	if (!limit)
		return disk;
	return min(limit > used ? limit - used : 0, disk);
}

/**
 * vzq_statfs - what df(1) shows: the limits, as far as the disk has room
 * @sb: simfs
 * @buf: what the file system below says, changed
 */
void vzq_statfs(struct super_block *sb, struct kstatfs *buf)
{
	struct vzq *q = simfs_sb(sb)->quota;
	struct mem_dqblk d;
	u64 free;

	if (!q)
		return;
	vzq_spare_drop_all(sb);
	spin_lock(&q->total->dq_dqb_lock);
	d = q->total->dq_dqb;
	spin_unlock(&q->total->dq_dqb_lock);
	free = vzq_left(d.dqb_curspace, d.dqb_bsoftlimit, d.dqb_bhardlimit,
			(u64)buf->f_bavail * buf->f_frsize);
	buf->f_blocks = div_u64(d.dqb_curspace + free + buf->f_frsize - 1,
				buf->f_frsize) ?: 1;
	buf->f_bfree = div_u64(free, buf->f_frsize);
	buf->f_bavail = buf->f_bfree;
	free = vzq_left(d.dqb_curinodes, d.dqb_isoftlimit, d.dqb_ihardlimit,
			buf->f_files ? buf->f_ffree : VZQUOTA_MAX);
	if (free == VZQUOTA_MAX)
		return;
	buf->f_files = d.dqb_curinodes + free;
	buf->f_ffree = free;
}
