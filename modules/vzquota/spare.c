// SPDX-License-Identifier: GPL-2.0
/*
 * What is charged for blocks that a file will take soon.
 *
 * A file that grows is charged for some blocks more than it needs now, so that
 * the next ones cost nothing but a lock.  It is settled when these are used up,
 * when nobody writes any more, or when somebody wants to know the usage.
 * Nothing is refused because of that: near a limit all of it is given back.
 */
#include <linux/magic.h>
#include "simfs.h"

/* The most that an inode has */
#define VZQ_SPARE_MAX		SZ_64K

/* Where less than that is left up to a limit, it is charged block by block. */
#define VZQ_SPARE_MARGIN	SZ_1M

/* A guess, as others are charged at this moment. */
static u64 vzq_room_up_to(u64 limit, u64 used)
{
	if (!limit)
		return U64_MAX;
	return limit > used ? limit - used : 0;
}

/* Up to the nearest limit, soft ones among them. */
static bool vzq_is_near(struct inode *inode, u64 bytes)
{
	const struct mem_dqblk *d;
	u64 used, room = U64_MAX;
	int type;

	lockdep_assert_held(&simfs_inode(inode)->charge_lock);
	for (type = 0; type < MAXQUOTAS; type++) {
		if (!simfs_dquot(inode, type))
			continue;
		d = &simfs_dquot(inode, type)->dq_dqb;
		used = READ_ONCE(d->dqb_curspace);
		room = min3(room,
			    vzq_room_up_to(READ_ONCE(d->dqb_bhardlimit), used),
			    vzq_room_up_to(READ_ONCE(d->dqb_bsoftlimit), used));
	}
	return room < bytes + VZQ_SPARE_MARGIN;
}

/* What XFS allocates ahead has to be looked at after each write. */
static bool vzq_may_spare(const struct inode *inode)
{
	const struct inode *lower = simfs_lower_inode(inode);

	return lower && S_ISREG(lower->i_mode) &&
	       lower->i_sb->s_magic != XFS_SUPER_MAGIC;
}

static void vzq_spare_set(struct inode *inode, u64 bytes)
{
	struct simfs_inode *si = simfs_inode(inode);
	struct simfs_sb *sbi = simfs_sb(inode->i_sb);

	lockdep_assert_held(&si->charge_lock);
	si->spare = bytes;
	if (!bytes)
		return;
	guard(spinlock)(&sbi->spare_lock);
	if (list_empty(&si->spares))
		list_add_tail(&si->spares, &sbi->spared);
}

/* -EAGAIN: without @more, and when others have given back what they can */
static int vzq_spare_charge(struct inode *inode, u64 bytes, bool more)
{
	struct simfs_inode *si = simfs_inode(inode);
	u64 spare = 0;
	bool others;
	int err;

	guard(mutex)(&si->charge_lock);
	if (more) {
		others = !list_empty_careful(&simfs_sb(inode->i_sb)->spared);
		if (vzq_may_spare(inode))
			spare = min_t(u64, inode_get_bytes(inode),
				      VZQ_SPARE_MAX);
		if ((spare || others) && vzq_is_near(inode, bytes + spare)) {
			if (others)
				return -EAGAIN;
			spare = 0;
		}
	}
	/* what it has belongs to it */
	if (bytes + spare > si->spare) {
		err = __dquot_alloc_space(inode, bytes + spare - si->spare,
					  DQUOT_SPACE_WARN);
		if (err)
			return err == -EDQUOT && spare ? -EAGAIN : err;
	} else {
		spare = si->spare - bytes;
	}
	atomic64_add(bytes, &si->pending);
	vzq_spare_set(inode, spare);
	return 0;
}

/**
 * vzq_reserve - charge in advance
 * @inode: inode
 * @bytes: the most that it may take
 *
 * Return: 0, or a negative error; -EDQUOT: there is not so much.
 */
int vzq_reserve(struct inode *inode, u64 bytes)
{
	int err = vzq_find_owners(inode);

	if (err)
		return err;
	err = vzq_spare_charge(inode, bytes, true);
	if (err == -EAGAIN ||
	    (err && !list_empty_careful(&simfs_sb(inode->i_sb)->spared))) {
		vzq_spare_drop_all(inode->i_sb);
		err = vzq_spare_charge(inode, bytes, false);
	}
	if (err)
		vzq_refused(inode, bytes, 0);
	return err;
}

/**
 * vzq_spare_use - charge in advance, of what the inode is charged already
 * @inode: inode
 * @bytes: the most that it may take
 *
 * Return: true; or false, and nothing was done.
 */
bool vzq_spare_use(struct inode *inode, u64 bytes)
{
	struct simfs_inode *si = simfs_inode(inode);
	bool enough;

	if (READ_ONCE(si->spare) < bytes)
		return false;
	mutex_lock(&si->charge_lock);
	enough = si->spare >= bytes;
	if (enough) {
		si->spare -= bytes;
		atomic64_add(bytes, &si->pending);
	}
	mutex_unlock(&si->charge_lock);
	return enough;
}

/**
 * vzq_spare_used - what was charged by vzq_spare_use() has been taken
 * @inode: inode; it is settled when it has nothing to spare any more
 * @bytes: as there
 */
void vzq_spare_used(struct inode *inode, u64 bytes)
{
	struct simfs_inode *si = simfs_inode(inode);

	/* pairs with smp_rmb() in vzq_settle_locked() */
	smp_mb__before_atomic();
	atomic64_sub(bytes, &si->pending);
	/* who took it off the list sees that, or we see that he did */
	smp_mb__after_atomic();
	if (list_empty_careful(&si->spares))
		vzq_finish(inode, 0);
}

/**
 * vzq_spare_drop - settle an inode that may have something to spare
 * @inode: inode
 */
void vzq_spare_drop(struct inode *inode)
{
	struct simfs_inode *si = simfs_inode(inode);
	struct simfs_sb *sbi = simfs_sb(inode->i_sb);

	if (list_empty_careful(&si->spares))
		return;
	scoped_guard(spinlock, &sbi->spare_lock)
		list_del_init(&si->spares);
	scoped_guard(mutex, &si->charge_lock)
		si->spare = 0;
	vzq_finish(inode, 0);
}

/* Takes the first one off the list; the caller gets a reference. */
static struct inode *vzq_spare_next(struct simfs_sb *sbi)
{
	struct simfs_inode *si;

	guard(spinlock)(&sbi->spare_lock);
	list_for_each_entry(si, &sbi->spared, spares) {
		/* one that is evicted is settled by that */
		if (!igrab(&si->inode))
			continue;
		list_del_init(&si->spares);
		return &si->inode;
	}
	return NULL;
}

/**
 * vzq_spare_drop_all - settle all inodes that may have something to spare
 * @sb: superblock
 *
 * Context: no charge_lock is held.
 */
void vzq_spare_drop_all(struct super_block *sb)
{
	struct simfs_sb *sbi = simfs_sb(sb);
	struct simfs_inode *si;
	struct inode *inode;

	if (list_empty_careful(&sbi->spared))
		return;
	while ((inode = vzq_spare_next(sbi))) {
		si = simfs_inode(inode);
		scoped_guard(mutex, &si->charge_lock)
			si->spare = 0;
		vzq_finish(inode, 0);
		iput(inode);
	}
}

/**
 * vzq_spare_make_room - something is about to be charged that may be refused
 * @inode: inode that is to be charged
 * @bytes: that many
 */
void vzq_spare_make_room(struct inode *inode, u64 bytes)
{
	bool near;

	if (list_empty_careful(&simfs_sb(inode->i_sb)->spared))
		return;
	scoped_guard(mutex, &simfs_inode(inode)->charge_lock)
		near = vzq_is_near(inode, bytes);
	if (near)
		vzq_spare_drop_all(inode->i_sb);
}
