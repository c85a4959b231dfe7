// SPDX-License-Identifier: GPL-2.0
/*
 * Dentries.  d_fsdata is the lower dentry, referenced; a negative one has a
 * negative lower one.  It is set before the dentry can be found, and replaced
 * only in a negative dentry, under the lock of its directory.
 */
#include <linux/dcache.h>
#include <linux/namei.h>
#include "simfs.h"

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
