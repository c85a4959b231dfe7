// SPDX-License-Identifier: GPL-2.0
/*
 * Dentries.  d_fsdata is the lower dentry, referenced; a negative one has a
 * negative lower one.  It is set before the dentry can be found, and replaced
 * only in a negative dentry, under the lock of its directory.  d_time is the
 * state of the lower dentry when it was seen to have our name.
 */
#include <linux/dcache.h>
#include <linux/namei.h>
#include "simfs.h"

/* No state of a lower dentry */
#define SIMFS_UNKNOWN	ULONG_MAX

/* The lower dentry is changed when it is moved, and at other times. */
static bool simfs_is_unmoved(const struct dentry *dentry,
			     const struct dentry *lower)
{
	return READ_ONCE(dentry->d_time) == raw_read_seqcount(&lower->d_seq);
}

/* Both are locked, so they stay where they are. */
static bool simfs_same_name(const struct dentry *dentry,
			    const struct dentry *lower)
{
	return simfs_lower_dentry(dentry->d_parent) == lower->d_parent &&
	       dentry->d_name.len == lower->d_name.len &&
	       !memcmp(dentry->d_name.name, lower->d_name.name,
		       lower->d_name.len);
}

static bool simfs_check_name(struct dentry *dentry, struct dentry *lower)
{
	bool same;

	spin_lock(&dentry->d_lock);
	spin_lock_nested(&lower->d_lock, DENTRY_D_LOCK_NESTED);
	same = simfs_same_name(dentry, lower);
	if (same)
		WRITE_ONCE(dentry->d_time, raw_read_seqcount(&lower->d_seq));
	spin_unlock(&lower->d_lock);
	spin_unlock(&dentry->d_lock);
	return same;
}

/**
 * simfs_set_lower_dentry - tie a dentry to a lower one
 * @dentry: ours
 * @lower: lower one; the reference is taken over
 */
void simfs_set_lower_dentry(struct dentry *dentry, struct dentry *lower)
{
	struct dentry *old = simfs_lower_dentry(dentry);

	/* pairs with READ_ONCE() in simfs_lower_dentry() */
	WRITE_ONCE(dentry->d_fsdata, lower);
	dput(old);
	WRITE_ONCE(dentry->d_time, SIMFS_UNKNOWN);
	if (!IS_ROOT(dentry))
		simfs_check_name(dentry, lower);
}

/**
 * simfs_made - the lower dentry was negative, and is no more
 * @dentry: ours; the lower directory is locked
 */
void simfs_made(struct dentry *dentry)
{
	WRITE_ONCE(dentry->d_time,
		   raw_read_seqcount(&simfs_lower_dentry(dentry)->d_seq));
}

/*
 * Somebody may have changed the lower directory or the attributes of the
 * lower inode behind our back.  Dentries and inodes are freed after a grace
 * period, so this is right in RCU mode, too.
 */
static int simfs_d_revalidate(VZ_D_REVALIDATE_ARGS)
{
	struct dentry *lower = simfs_lower_dentry(dentry);
	struct inode *inode = d_inode_rcu(dentry);
	struct inode *below;

	if (!lower || d_unhashed(lower))
		return 0;
	if (unlikely(!simfs_is_unmoved(dentry, lower))) {
		if (flags & LOOKUP_RCU)
			return -ECHILD;
		if (!simfs_check_name(dentry, lower))
			return 0;
	}
	below = d_inode_rcu(lower);
	if (!inode || !below || below != simfs_lower_inode(inode))
		return !inode && !below;
	if (simfs_is_current(inode))
		return 1;
	if (flags & LOOKUP_RCU)
		return -ECHILD;
	simfs_copy_attr(inode);
	return 1;
}

static void simfs_d_release(struct dentry *dentry)
{
	dput(simfs_lower_dentry(dentry));
}

const struct dentry_operations simfs_dentry_ops = {
	.d_revalidate	= simfs_d_revalidate,
	.d_release	= simfs_d_release,
};
