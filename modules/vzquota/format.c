// SPDX-License-Identifier: GPL-2.0
/*
 * A quota format for the kernel's quota code that has no file: usage and
 * limits of each user, group and the container are records in memory, which
 * outlive the superblock.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include "simfs.h"

/* "VZ", beside the numbers in <linux/quota.h> */
#define VZQ_FORMAT	0x565a

static struct vzq *vzq_of_sb(const struct super_block *sb)
{
	return simfs_sb(sb)->quota;
}

static u32 vzq_dquot_id(const struct dquot *dquot)
{
	return from_kqid(&init_user_ns, dquot->dq_id);
}

/**
 * vzq_record_get - read a record
 * @q: quota
 * @type: USRQUOTA and others
 * @id: user, group
 * @d: where to
 *
 * Return: 0, or -ENOENT.
 */
int vzq_record_get(const struct vzq *q, int type, u32 id, struct mem_dqblk *d)
{
	struct xarray *records = (struct xarray *)&q->records[type];
	const struct mem_dqblk *record;

	xa_lock(records);
	record = xa_load(records, id);
	if (record)
		*d = *record;
	xa_unlock(records);
	return record ? 0 : -ENOENT;
}

static bool vzq_count_ugid(struct vzq *q)
{
	if (atomic_inc_return(&q->ugids) <= q->ugid_limit)
		return true;
	atomic_dec(&q->ugids);
	WRITE_ONCE(q->exceeded, true);
	return false;
}

static int vzq_record_add(struct vzq *q, int type, u32 id,
			  const struct mem_dqblk *d)
{
	struct mem_dqblk *record;
	int err;

	if (type != PRJQUOTA && !vzq_count_ugid(q))
		return -EDQUOT;
	record = kmemdup(d, sizeof(*d), GFP_KERNEL_ACCOUNT);
	err = record ? xa_insert(&q->records[type], id, record,
				 GFP_KERNEL_ACCOUNT) : -ENOMEM;
	if (!err)
		return 0;
	kfree(record);
	if (type != PRJQUOTA)
		atomic_dec(&q->ugids);
	return err;
}

/**
 * vzq_record_set - write a record
 * @q: quota
 * @type: USRQUOTA and others
 * @id: user, group
 * @d: what to write
 *
 * Return: 0 or a negative error; -EDQUOT for one more than there may be.
 */
int vzq_record_set(struct vzq *q, int type, u32 id, const struct mem_dqblk *d)
{
	struct xarray *records = &q->records[type];
	struct mem_dqblk *record;

	xa_lock(records);
	record = xa_load(records, id);
	if (record)
		*record = *d;
	xa_unlock(records);
	return record ? 0 : vzq_record_add(q, type, id, d);
}

static void vzq_record_del(struct vzq *q, int type, u32 id)
{
	struct mem_dqblk *record = xa_erase(&q->records[type], id);

	if (record && type != PRJQUOTA)
		atomic_dec(&q->ugids);
	kfree(record);
}

static int vzq_check_file(struct super_block *sb, int type)
{
	return 1;
}

static int vzq_read_info(struct super_block *sb, int type)
{
	const struct vzquota_grace *grace = &vzq_of_sb(sb)->grace[type];
	struct mem_dqinfo *info = sb_dqinfo(sb, type);

	info->dqi_max_spc_limit = VZQUOTA_MAX;
	info->dqi_max_ino_limit = VZQUOTA_MAX;
	info->dqi_bgrace = grace->space;
	info->dqi_igrace = grace->inodes;
	/* nobody is above the limits of the whole */
	if (type == PRJQUOTA)
		info->dqi_flags |= DQF_ROOT_SQUASH;
	return 0;
}

static int vzq_write_info(struct super_block *sb, int type)
{
	struct vzquota_grace *grace = &vzq_of_sb(sb)->grace[type];
	const struct mem_dqinfo *info = sb_dqinfo(sb, type);

	grace->space = info->dqi_bgrace;
	grace->inodes = info->dqi_igrace;
	return 0;
}

static int vzq_free_info(struct super_block *sb, int type)
{
	return 0;
}

static bool vzq_is_zero(const struct mem_dqblk *d)
{
	return !(d->dqb_curspace | d->dqb_rsvspace | d->dqb_curinodes |
		 d->dqb_bhardlimit | d->dqb_bsoftlimit |
		 d->dqb_ihardlimit | d->dqb_isoftlimit);
}

/* The first user of an id makes its record, dq_off tells that there is one. */
static int vzq_read_dquot(struct dquot *dquot)
{
	struct mem_dqblk d;

	if (vzq_record_get(vzq_of_sb(dquot->dq_sb), dquot->dq_id.type,
			   vzq_dquot_id(dquot), &d))
		return 0;
	spin_lock(&dquot->dq_dqb_lock);
	dquot->dq_dqb = d;
	if (!d.dqb_bhardlimit && !d.dqb_bsoftlimit && !d.dqb_ihardlimit &&
	    !d.dqb_isoftlimit)
		set_bit(DQ_FAKE_B, &dquot->dq_flags);
	spin_unlock(&dquot->dq_dqb_lock);
	dquot->dq_off = 1;
	return 0;
}

static int vzq_commit_dquot(struct dquot *dquot)
{
	struct mem_dqblk d;
	int err;

	spin_lock(&dquot->dq_dqb_lock);
	d = dquot->dq_dqb;
	spin_unlock(&dquot->dq_dqb_lock);
	err = vzq_record_set(vzq_of_sb(dquot->dq_sb), dquot->dq_id.type,
			     vzq_dquot_id(dquot), &d);
	if (!err)
		dquot->dq_off = 1;
	return err;
}

static int vzq_release_dquot(struct dquot *dquot)
{
	if (!vzq_is_zero(&dquot->dq_dqb))
		return vzq_commit_dquot(dquot);
	vzq_record_del(vzq_of_sb(dquot->dq_sb), dquot->dq_id.type,
		       vzq_dquot_id(dquot));
	dquot->dq_off = 0;
	return 0;
}

static int vzq_next_id(struct super_block *sb, struct kqid *qid)
{
	unsigned long id = from_kqid(&init_user_ns, *qid);
	struct vzq *q = vzq_of_sb(sb);

	if (!xa_find(&q->records[qid->type], &id, U32_MAX, XA_PRESENT))
		return -ENOENT;
	*qid = make_kqid(&init_user_ns, qid->type, id);
	return 0;
}

static const struct quota_format_ops vzq_format_ops = {
	.check_quota_file	= vzq_check_file,
	.read_file_info		= vzq_read_info,
	.write_file_info	= vzq_write_info,
	.free_file_info		= vzq_free_info,
	.read_dqblk		= vzq_read_dquot,
	.commit_dqblk		= vzq_commit_dquot,
	.release_dqblk		= vzq_release_dquot,
	.get_next_id		= vzq_next_id,
};

static struct quota_format_type vzq_format = {
	.qf_fmt_id	= VZQ_FORMAT,
	.qf_ops		= &vzq_format_ops,
	.qf_owner	= THIS_MODULE,
};

/*
 * What a loaded quota says that its format is: programs know version 1 of the
 * files, and only the oldest format has DQF_ROOT_SQUASH.  These are never
 * registered.
 */
static struct quota_format_type vzq_format_v1 = {
	.qf_fmt_id	= QFMT_VFS_V1,
	.qf_ops		= &vzq_format_ops,
	.qf_owner	= THIS_MODULE,
};

static struct quota_format_type vzq_format_old = {
	.qf_fmt_id	= QFMT_VFS_OLD,
	.qf_ops		= &vzq_format_ops,
	.qf_owner	= THIS_MODULE,
};

static int vzq_get_projid(struct inode *inode, kprojid_t *projid)
{
	*projid = make_kprojid(&init_user_ns, 0);
	return 0;
}

static const struct dquot_operations vzq_dquot_ops = {
	.write_dquot	= dquot_commit,
	.acquire_dquot	= dquot_acquire,
	.release_dquot	= dquot_release,
	.mark_dirty	= dquot_mark_dquot_dirty,
	.write_info	= dquot_commit_info,
	.alloc_dquot	= dquot_alloc,
	.destroy_dquot	= dquot_destroy,
	.get_projid	= vzq_get_projid,
	.get_next_id	= dquot_get_next_id,
};

static int vzq_load_type(struct super_block *sb, int type)
{
	int err;

	err = dquot_load_quota_sb(sb, type, VZQ_FORMAT,
				  DQUOT_USAGE_ENABLED | DQUOT_LIMITS_ENABLED);
	if (!err)
		sb_dqinfo(sb, type)->dqi_format =
			type == PRJQUOTA ? &vzq_format_old : &vzq_format_v1;
	return err;
}

/**
 * vzq_format_load - have the kernel count what is used in a file system
 * @sb: its superblock, with the quota; s_umount is held
 *
 * Return: 0, or a negative error and nothing is loaded.
 */
int vzq_format_load(struct super_block *sb)
{
	static const int types[] = { PRJQUOTA, USRQUOTA, GRPQUOTA };
	int n = vzq_of_sb(sb)->ugid_limit ? ARRAY_SIZE(types) : 1;
	int err = 0;
	int i;

	sb->dq_op = &vzq_dquot_ops;
	sb->s_qcop = &vzq_quotactl_ops;
	sb->s_quota_types = n > 1 ? QTYPE_MASK_USR | QTYPE_MASK_GRP : 0;
	sb->s_quota_types |= QTYPE_MASK_PRJ;
	/* there is no file, so nothing has to be written before */
	sb_dqopt(sb)->flags |= DQUOT_QUOTA_SYS_FILE;
	for (i = 0; i < n && !err; i++)
		err = vzq_load_type(sb, types[i]);
	if (err)
		dquot_disable(sb, -1,
			      DQUOT_USAGE_ENABLED | DQUOT_LIMITS_ENABLED);
	return err;
}

/**
 * vzq_format_init - make the format known
 */
void vzq_format_init(void)
{
	register_quota_format(&vzq_format);
}

/**
 * vzq_format_exit - forget the format
 */
void vzq_format_exit(void)
{
	unregister_quota_format(&vzq_format);
}
