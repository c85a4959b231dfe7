// SPDX-License-Identifier: GPL-2.0
/*
 * What XFS allocates beyond the end of a file that grows, without having been
 * asked to.  It gives that back when it likes: minutes later, or when it
 * forgets the inode.  Nobody is told, so it is never charged.
 */
#include <linux/fiemap.h>
#include <linux/fileattr.h>
#include <linux/magic.h>
#include <linux/pagemap.h>
#include "simfs.h"

/* The least that is usual, a power of two */
#define VZQ_AHEAD_STEP		SZ_64K

/* Has the file blocks from there on? */
static bool vzq_has_blocks(struct inode *lower, u64 pos)
{
	/* without room for extents they are only counted */
	struct fiemap_extent_info info = { };

	if (pos >= lower->i_sb->s_maxbytes)
		return false;
	return !lower->i_op->fiemap(lower, &info, pos,
				    lower->i_sb->s_maxbytes - pos) &&
	       info.fi_extents_mapped;
}

/*
 * Who called fallocate(2) keeps what he got, and so does a file that lost its
 * data in a crash.
 */
static bool vzq_is_kept(struct inode *lower)
{
	struct vz_fileattr fa = { };
	struct dentry *alias;
	int err;

	if (!i_size_read(lower) && mapping_empty(lower->i_mapping))
		return true;
	alias = d_obtain_alias(igrab(lower));
	if (IS_ERR(alias))
		return true;
	err = vfs_fileattr_get(alias, &fa);
	dput(alias);
	return err || fa.fsx_xflags & (FS_XFLAG_PREALLOC | FS_XFLAG_APPEND);
}

/* How much lies beyond the end of a file and may go again */
static u64 vzq_ahead(struct inode *lower)
{
	u64 begin, high, step;

	begin = round_up((u64)i_size_read(lower), i_blocksize(lower));
	if (!vzq_has_blocks(lower, begin) || vzq_is_kept(lower))
		return 0;
	/* it is one piece; first a step beyond it, then back to its end */
	step = max_t(u64, VZQ_AHEAD_STEP, i_blocksize(lower));
	while (vzq_has_blocks(lower, begin + step))
		step *= 2;
	for (high = step; step > i_blocksize(lower);) {
		step /= 2;
		if (!vzq_has_blocks(lower, begin + high - step))
			high -= step;
	}
	return high;
}

/**
 * vzq_look_ahead - see what of an inode is not charged
 * @inode: inode
 *
 * Context: takes the lower inode's lock shared; so not in page faults.
 * Return: true when that may change: ahead_lock is held then, so that the
 * caller charges what belongs to it.
 */
bool vzq_look_ahead(struct inode *inode)
{
	struct inode *lower = simfs_lower_inode(inode);
	struct simfs_inode *si = simfs_inode(inode);

	if (lower->i_sb->s_magic != XFS_SUPER_MAGIC || !S_ISREG(lower->i_mode))
		return false;
	mutex_lock(&si->ahead_lock);
	WRITE_ONCE(si->ahead, vzq_ahead(lower));
	return true;
}

/**
 * vzq_stretch_begin - a file may get longer without being written up to there
 * @inode: inode
 * @size: its size then
 * @reserved: what is charged for that, for vzq_written()
 *
 * What was allocated ahead belongs to it then, and is charged.
 *
 * Return: 0, or -EDQUOT and other negative errors.
 */
int vzq_stretch_begin(struct inode *inode, loff_t size, u64 *reserved)
{
	loff_t old = i_size_read(simfs_lower_inode(inode));
	u64 bytes;
	int err;

	*reserved = 0;
	if (!simfs_sb(inode->i_sb)->quota || size <= old ||
	    !vzq_look_ahead(inode))
		return 0;
	bytes = min_t(u64, simfs_inode(inode)->ahead, size - old);
	err = bytes ? vzq_reserve(inode, bytes) : 0;
	if (!err)
		*reserved = bytes;
	mutex_unlock(&simfs_inode(inode)->ahead_lock);
	return err;
}
