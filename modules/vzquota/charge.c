// SPDX-License-Identifier: GPL-2.0
/*
 * What each inode is charged.
 *
 * Before an operation the most that it may take is charged, after it what it
 * took ("settle").  The file system below may move some of its own data later,
 * when it writes: an inode is watched until then (watch.c).
 *
 * The dquot code must know an inode's owners before they are charged; so those
 * of inodes that are only read are not looked up.
 */
#include <linux/magic.h>
#include <linux/namei.h>
#include "simfs.h"

/* Those that keep the blocks of what waits to be written in an inode of ours */
static u64 vzq_stat_bytes(struct inode *inode)
{
	struct inode *lower = simfs_lower_inode(inode);
	/* while it is watched, all its names may have been forgotten */
	struct dentry *alias = d_obtain_alias(igrab(lower));
	struct path path = {
		.mnt = simfs_sb(inode->i_sb)->mnt,
		.dentry = alias,
	};
	struct kstat stat = { };
	int err;

	if (IS_ERR(alias))
		return inode_get_bytes(lower);
	err = vfs_getattr_nosec(&path, &stat, STATX_BLOCKS, 0);
	dput(alias);
	return err ? inode_get_bytes(lower) : stat.blocks << 9;
}

/**
 * vzq_find_owners - whom is an inode charged to?
 * @inode: inode
 *
 * Return: 0 or a negative error.
 */
int vzq_find_owners(struct inode *inode)
{
	/* the last one that the kernel's quota code sets */
	return simfs_dquot(inode, PRJQUOTA) ? 0 : dquot_initialize(inode);
}

/*
 * Of a directory that was fsynced, btrfs of 6.12 tells a number that
 * stands for something else, as long as it has the inode in memory.
 */
static bool vzq_is_btrfs_dir(const struct inode *lower)
{
	return S_ISDIR(lower->i_mode) &&
	       lower->i_sb->s_magic == BTRFS_SUPER_MAGIC;
}

/* The space that the lower inode takes, with what waits to be written. */
static u64 vzq_lower_bytes(struct inode *inode)
{
	struct inode *lower = simfs_lower_inode(inode);
	const struct dquot_operations *op = lower->i_sb->dq_op;

	if (op && op->get_reserved_space)
		return inode_get_bytes(lower) +
		       READ_ONCE(*op->get_reserved_space(lower));
	if (!lower->i_op->getattr || vzq_is_btrfs_dir(lower))
		return inode_get_bytes(lower);
	return vzq_stat_bytes(inode);
}

/* Those of them that are charged. */
static u64 vzq_due_bytes(struct inode *inode)
{
	u64 ahead = READ_ONCE(simfs_inode(inode)->ahead);
	u64 bytes = vzq_lower_bytes(inode);

	return bytes > ahead ? bytes - ahead : 0;
}

static void vzq_settle_locked(struct inode *inode)
{
	struct simfs_inode *si = simfs_inode(inode);
	u64 have = inode_get_bytes(inode);
	u64 pending, want;

	lockdep_assert_held(&si->charge_lock);
	pending = atomic64_read(&si->pending);
	/* pairs with vzq_spare_used(): what is not pending has been taken */
	smp_rmb();
	want = vzq_due_bytes(inode) + pending + si->spare;
	/* what is being written may be there by now, and is charged already */
	if (want > have && pending)
		return;
	if (want == have || vzq_find_owners(inode))
		return;
	if (want > have)
		__dquot_alloc_space(inode, want - have,
				    DQUOT_SPACE_WARN | DQUOT_SPACE_NOFAIL);
	else
		__dquot_free_space(inode, have - want, 0);
}

static u64 vzq_bytes_of(const struct inode *inode)
{
	return (READ_ONCE(inode->i_blocks) << 9) + READ_ONCE(inode->i_bytes);
}

/*
 * Most often nothing was taken or given back.  Asked without a lock: who
 * changes something settles the inode afterwards, or it is watched.
 */
static bool vzq_is_settled(struct inode *inode)
{
	struct inode *lower = simfs_lower_inode(inode);
	const struct dquot_operations *op = lower->i_sb->dq_op;
	struct simfs_inode *si = simfs_inode(inode);

	if (!op || !op->get_reserved_space)
		return false;
	return vzq_bytes_of(inode) == vzq_bytes_of(lower) +
		READ_ONCE(*op->get_reserved_space(lower)) +
		READ_ONCE(si->spare) + atomic64_read(&si->pending);
}

/**
 * vzq_settle - charge what the inode takes now
 * @inode: inode
 */
void vzq_settle(struct inode *inode)
{
	if (simfs_sb(inode->i_sb)->quota && !vzq_is_settled(inode))
		vzq_written(inode, 0);
}

/**
 * vzq_finish - what was reserved has been taken, or not
 * @inode: inode
 * @reserved: as in vzq_reserve(), or 0
 */
void vzq_finish(struct inode *inode, u64 reserved)
{
	guard(mutex)(&simfs_inode(inode)->charge_lock);
	atomic64_sub(reserved, &simfs_inode(inode)->pending);
	vzq_settle_locked(inode);
}

/**
 * vzq_written - the same, when it is no page fault
 * @inode: inode
 * @reserved: as in vzq_reserve(), or 0
 */
void vzq_written(struct inode *inode, u64 reserved)
{
	bool locked = vzq_look_ahead(inode);

	vzq_finish(inode, reserved);
	if (locked)
		mutex_unlock(&simfs_inode(inode)->ahead_lock);
}

static bool vzq_is_over(const struct dquot *dquot)
{
	u64 limit = READ_ONCE(dquot->dq_dqb.dqb_bhardlimit);

	return limit && READ_ONCE(dquot->dq_dqb.dqb_curspace) > limit;
}

/* Is anybody whom the inode is charged to? */
static bool vzq_is_anyone_over(struct inode *inode)
{
	struct dquot *dquot;
	int type;

	if (vzq_is_over(simfs_sb(inode->i_sb)->quota->total))
		return true;
	guard(mutex)(&simfs_inode(inode)->charge_lock);
	for (type = 0; type < PRJQUOTA; type++) {
		dquot = simfs_dquot(inode, type);
		if (dquot && vzq_is_over(dquot))
			return true;
	}
	return false;
}

/**
 * vzq_may_grow - may what the lower file system keeps for itself grow?
 * @inode: whose directory, attributes or tree of blocks it is
 *
 * Nobody can tell in advance how much it would be, so the limit is passed by
 * one such operation at most.
 *
 * Return: 0, or -EDQUOT when a hard limit is passed already.
 */
int vzq_may_grow(struct inode *inode)
{
	if (!simfs_sb(inode->i_sb)->quota || !vzq_is_anyone_over(inode))
		return 0;
	vzq_spare_drop_all(inode->i_sb);
	if (!vzq_is_anyone_over(inode))
		return 0;
	vzq_refused(inode, 0, 0);
	return -EDQUOT;
}

/**
 * vzq_inode_charge - charge an inode that is about to be made
 * @inode: ours, with its owners and without a lower one
 * @bytes: what it takes at least
 *
 * vzq_inode_evict() gives it back if it does not come to that.
 *
 * Return: 0 or a negative error.
 */
int vzq_inode_charge(struct inode *inode, u64 bytes)
{
	int err;

	if (!simfs_sb(inode->i_sb)->quota)
		return 0;
	err = dquot_initialize(inode);
	if (!err)
		err = vzq_may_grow(inode);
	if (!err)
		err = dquot_alloc_inode(inode);
	if (!err) {
		simfs_inode(inode)->charged = true;
		vzq_spare_make_room(inode, bytes);
		err = bytes ? __dquot_alloc_space(inode, bytes,
						  DQUOT_SPACE_WARN) : 0;
	}
	if (err)
		vzq_refused(inode, bytes, 1);
	return err;
}

/**
 * vzq_inode_found - an inode that was there before, and is charged
 * @inode: inode that nobody else has seen
 */
void vzq_inode_found(struct inode *inode)
{
	if (!simfs_sb(inode->i_sb)->quota)
		return;
	if (vzq_look_ahead(inode))
		mutex_unlock(&simfs_inode(inode)->ahead_lock);
	inode_set_bytes(inode, vzq_due_bytes(inode));
	simfs_inode(inode)->charged = true;
	simfs_inode(inode)->dense = -1;
	vzq_recount_found(inode);
}

/**
 * vzq_inode_made - an inode that was charged has been made
 * @inode: inode that nobody else has seen
 */
void vzq_inode_made(struct inode *inode)
{
	if (simfs_sb(inode->i_sb)->quota)
		vzq_recount_made(inode);
}

static void vzq_inode_uncharge(struct inode *inode)
{
	if (vzq_find_owners(inode))
		return;
	if (inode_get_bytes(inode))
		__dquot_free_space(inode, inode_get_bytes(inode), 0);
	dquot_free_inode(inode);
	if (simfs_lower_inode(inode))
		vzq_recount_gone(inode);
}

/**
 * vzq_inode_evict - an inode leaves the cache, or the disk
 * @inode: inode
 */
void vzq_inode_evict(struct inode *inode)
{
	const struct inode *lower = simfs_lower_inode(inode);

	if (!simfs_sb(inode->i_sb)->quota)
		return;
	vzq_spare_drop(inode);
	if (simfs_inode(inode)->charged && (!lower || !lower->i_nlink))
		vzq_inode_uncharge(inode);
	dquot_drop(inode);
}

/**
 * vzq_chown - charge another owner
 * @idmap: mapping of the mount
 * @inode: inode; its owner is changed, too
 * @attr: the change
 *
 * Return: 0 or a negative error; -EDQUOT: the new one has not so much.
 */
int vzq_chown(struct vz_idmap *idmap, struct inode *inode, struct iattr *attr)
{
	int err;

	if (!simfs_sb(inode->i_sb)->quota)
		return 0;
	err = dquot_initialize(inode);
	if (err)
		return err;
	vzq_spare_drop_all(inode->i_sb);
	guard(mutex)(&simfs_inode(inode)->charge_lock);
	err = dquot_transfer(idmap, inode, attr);
	if (!err) {
		i_uid_update(idmap, attr, inode);
		i_gid_update(idmap, attr, inode);
	}
	return err;
}
