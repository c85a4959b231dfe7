// SPDX-License-Identifier: GPL-2.0
/*
 * quotactl(2) on a simfs: users and groups only, by the numbers on disk.
 *
 * The system call takes numbers of the caller's user namespace and makes them
 * global ones; in a container that is undone, since its files have the numbers
 * that it sees.
 */
#include "simfs.h"

static struct kqid vzq_on_disk(struct kqid qid)
{
	return make_kqid(&init_user_ns, qid.type,
			 from_kqid(current_user_ns(), qid));
}

static int vzq_get_dqblk(struct super_block *sb, struct kqid qid,
			 struct qc_dqblk *d)
{
	struct mem_dqblk record;

	if (qid.type == PRJQUOTA)
		return -EINVAL;
	vzq_spare_drop_all(sb);
	qid = vzq_on_disk(qid);
	/* who asks does not make one */
	if (!vzq_record_get(simfs_sb(sb)->quota, qid.type,
			    from_kqid(&init_user_ns, qid), &record))
		return dquot_get_dqblk(sb, qid, d);
	memset(d, 0, sizeof(*d));
	return 0;
}

static int vzq_get_nextdqblk(struct super_block *sb, struct kqid *qid,
			     struct qc_dqblk *d)
{
	struct kqid next;
	int err;

	if (qid->type == PRJQUOTA)
		return -EINVAL;
	vzq_spare_drop_all(sb);
	next = vzq_on_disk(*qid);
	err = dquot_get_next_dqblk(sb, &next, d);
	if (!err)
		*qid = make_kqid(current_user_ns(), next.type,
				 from_kqid(&init_user_ns, next));
	return err;
}

static int vzq_set_dqblk(struct super_block *sb, struct kqid qid,
			 struct qc_dqblk *d)
{
	/* usage is what it is */
	if (qid.type == PRJQUOTA || d->d_fieldmask & (QC_SPACE | QC_INO_COUNT))
		return -EINVAL;
	vzq_spare_drop_all(sb);
	return dquot_set_dqblk(sb, vzq_on_disk(qid), d);
}

static int vzq_set_info(struct super_block *sb, int type, struct qc_info *info)
{
	return type == PRJQUOTA ? -EINVAL : dquot_set_dqinfo(sb, type, info);
}

/* Level 1 stays on. */
static bool vzq_has_project(unsigned int flags)
{
	return flags & (FS_QUOTA_PDQ_ACCT | FS_QUOTA_PDQ_ENFD);
}

static int vzq_quota_enable(struct super_block *sb, unsigned int flags)
{
	return vzq_has_project(flags) ? -EINVAL :
	       dquot_quotactl_sysfile_ops.quota_enable(sb, flags);
}

static int vzq_quota_disable(struct super_block *sb, unsigned int flags)
{
	return vzq_has_project(flags) ? -EINVAL :
	       dquot_quotactl_sysfile_ops.quota_disable(sb, flags);
}

/* All there is to write is in memory. */
static int vzq_quota_sync(struct super_block *sb, int type)
{
	return 0;
}

const struct quotactl_ops vzq_quotactl_ops = {
	.quota_enable	= vzq_quota_enable,
	.quota_disable	= vzq_quota_disable,
	.quota_sync	= vzq_quota_sync,
	.get_state	= dquot_get_state,
	.set_info	= vzq_set_info,
	.get_dqblk	= vzq_get_dqblk,
	.get_nextdqblk	= vzq_get_nextdqblk,
	.set_dqblk	= vzq_set_dqblk,
};
