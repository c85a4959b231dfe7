// SPDX-License-Identifier: GPL-2.0
/*
 * Counting anew while the file system is in use.
 *
 * After a crash nobody knows the usage.  What was written down last is charged
 * as a guess, and the host looks at each file once: the first time an inode is
 * found it is charged for itself, and its owners' guesses shrink by as much.
 * Usage is at no time less than what was found, so limits are in force all the
 * time.  When all was found, what is left of the guesses is given back.
 *
 * A directory that is moved may be missed with all that is in it, so moves are
 * counted, too: a walk during which there was one proves nothing.
 */
#include <linux/magic.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "simfs.h"

#define VZQ_SEEN_SHIFT	10

/* Of 1024 numbers of inodes, those that were found */
struct vzq_seen {
	DECLARE_BITMAP(bits, 1 << VZQ_SEEN_SHIFT);
};

/* The top of each subvolume of btrfs, where numbers of inodes begin anew */
#define VZQ_BTRFS_TOP	256

/* Memory that is allocated with the lock must not be taken from inodes. */
static unsigned int vzq_recount_lock(struct vzq_recount *r)
{
	unsigned int nofs = memalloc_nofs_save();

	mutex_lock(&r->lock);
	return nofs;
}

static void vzq_recount_unlock(struct vzq_recount *r, unsigned int nofs)
{
	mutex_unlock(&r->lock);
	memalloc_nofs_restore(nofs);
}

/* 1: for the first time */
static int vzq_seen_set(struct vzq_recount *r, unsigned long ino)
{
	struct vzq_seen *seen = xa_load(&r->seen, ino >> VZQ_SEEN_SHIFT);
	int err;

	lockdep_assert_held(&r->lock);
	if (!seen) {
		seen = kzalloc(sizeof(*seen), GFP_KERNEL_ACCOUNT);
		if (!seen)
			return -ENOMEM;
		err = xa_insert(&r->seen, ino >> VZQ_SEEN_SHIFT, seen,
				GFP_KERNEL_ACCOUNT);
		if (err) {
			kfree(seen);
			return err;
		}
	}
	if (__test_and_set_bit(ino & ((1 << VZQ_SEEN_SHIFT) - 1), seen->bits))
		return 0;
	r->inodes++;
	return 1;
}

static void vzq_seen_clear(struct vzq_recount *r, unsigned long ino)
{
	struct vzq_seen *seen = xa_load(&r->seen, ino >> VZQ_SEEN_SHIFT);

	lockdep_assert_held(&r->lock);
	if (!seen || !__test_and_clear_bit(ino & ((1 << VZQ_SEEN_SHIFT) - 1),
					   seen->bits))
		return;
	r->inodes--;
	if (!bitmap_empty(seen->bits, 1 << VZQ_SEEN_SHIFT))
		return;
	xa_erase(&r->seen, ino >> VZQ_SEEN_SHIFT);
	kfree(seen);
}

static void vzq_free_all(struct xarray *xa)
{
	unsigned long index;
	void *entry;

	xa_for_each(xa, index, entry)
		kfree(entry);
	xa_destroy(xa);
}

/**
 * vzq_recount_free - free what was allocated for counting
 * @r: of a quota that nobody uses, or locked
 */
void vzq_recount_free(struct vzq_recount *r)
{
	int type;

	vzq_free_all(&r->seen);
	for (type = 0; type < MAXQUOTAS; type++)
		vzq_free_all(&r->guesses[type]);
}

/**
 * vzq_recount_init - nothing is counted
 * @r: what to prepare
 */
void vzq_recount_init(struct vzq_recount *r)
{
	int type;

	mutex_init(&r->lock);
	xa_init(&r->seen);
	for (type = 0; type < MAXQUOTAS; type++)
		xa_init(&r->guesses[type]);
}

/**
 * vzq_recount_guess - a usage is a guess only
 * @r: of a quota that nobody uses yet
 * @usage: one of its usages
 *
 * Return: 0 or -ENOMEM.
 */
int vzq_recount_guess(struct vzq_recount *r, const struct vzquota_usage *usage)
{
	struct vzq_guess *guess = kmalloc(sizeof(*guess), GFP_KERNEL_ACCOUNT);
	int err;

	if (!guess)
		return -ENOMEM;
	guess->space = usage->space;
	guess->inodes = usage->inodes;
	err = xa_insert(&r->guesses[usage->type], usage->id, guess,
			GFP_KERNEL_ACCOUNT);
	if (err)
		kfree(guess);
	return err;
}

/* Charges one owner of an inode for what his guess does not cover. */
static void vzq_recount_charge(struct vzq_recount *r, struct dquot *dquot,
			       u64 space)
{
	u32 id = from_kqid(&init_user_ns, dquot->dq_id);
	struct vzq_guess *guess = xa_load(&r->guesses[dquot->dq_id.type], id);
	u64 known = 0, inodes = 0;

	lockdep_assert_held(&r->lock);
	if (guess) {
		known = min(guess->space, space);
		inodes = min_t(u64, guess->inodes, 1);
		guess->space -= known;
		guess->inodes -= inodes;
	}
	spin_lock(&dquot->dq_dqb_lock);
	dquot->dq_dqb.dqb_curspace += space - known;
	dquot->dq_dqb.dqb_curinodes += 1 - inodes;
	spin_unlock(&dquot->dq_dqb_lock);
	dquot_mark_dquot_dirty(dquot);
}

static bool vzq_is_subvolume(const struct inode *inode)
{
	const struct inode *lower = simfs_lower_inode(inode);

	return lower->i_sb->s_magic == BTRFS_SUPER_MAGIC &&
	       lower->i_ino == VZQ_BTRFS_TOP &&
	       lower != d_inode(simfs_sb(inode->i_sb)->mnt->mnt_root);
}

static void vzq_recount_one(struct vzq_recount *r, struct inode *inode)
{
	int type, ret = vzq_seen_set(r, inode->i_ino);

	if (vzq_is_subvolume(inode))
		ret = -EXDEV;
	if (ret < 0)
		r->error = ret;
	if (ret <= 0)
		return;
	guard(mutex)(&simfs_inode(inode)->charge_lock);
	for (type = 0; type < MAXQUOTAS; type++)
		if (simfs_dquot(inode, type))
			vzq_recount_charge(r, simfs_dquot(inode, type),
					   inode_get_bytes(inode));
}

/**
 * vzq_recount_found - an inode that was there before
 * @inode: inode that nobody else has seen, with its space
 */
void vzq_recount_found(struct inode *inode)
{
	struct vzq_recount *r = &simfs_sb(inode->i_sb)->quota->recount;
	unsigned int nofs;
	int err;

	if (!READ_ONCE(r->active))
		return;
	err = dquot_initialize(inode);
	nofs = vzq_recount_lock(r);
	if (err)
		r->error = err;
	else if (r->active)
		vzq_recount_one(r, inode);
	vzq_recount_unlock(r, nofs);
}

/**
 * vzq_recount_made - an inode that is new, and charged
 * @inode: inode
 */
void vzq_recount_made(struct inode *inode)
{
	struct vzq_recount *r = &simfs_sb(inode->i_sb)->quota->recount;
	unsigned int nofs;

	if (!READ_ONCE(r->active))
		return;
	nofs = vzq_recount_lock(r);
	if (r->active && vzq_seen_set(r, inode->i_ino) < 0)
		r->error = -ENOMEM;
	vzq_recount_unlock(r, nofs);
}

/**
 * vzq_recount_gone - an inode is no longer charged
 * @inode: inode; its number may be used again
 */
void vzq_recount_gone(const struct inode *inode)
{
	struct vzq_recount *r = &simfs_sb(inode->i_sb)->quota->recount;
	unsigned int nofs;

	if (!READ_ONCE(r->active))
		return;
	nofs = vzq_recount_lock(r);
	if (r->active)
		vzq_seen_clear(r, inode->i_ino);
	vzq_recount_unlock(r, nofs);
}

/**
 * vzq_recount_move - a directory is about to be moved, or was
 * @sb: simfs
 * @by: 1 before, -1 after it
 */
void vzq_recount_move(struct super_block *sb, int by)
{
	struct vzq *q = simfs_sb(sb)->quota;

	if (!q || !READ_ONCE(q->recount.active))
		return;
	guard(mutex)(&q->recount.lock);
	q->recount.moving += by;
	q->recount.moves++;
}

/* What was guessed and not found is not there. */
static int vzq_guess_drop(struct vzq *q, struct kqid qid,
			  struct vzq_guess *guess)
{
	struct mem_dqblk *d;
	struct dquot *dquot;

	if (!guess->space && !guess->inodes)
		return 0;
	dquot = dqget(q->sb, qid);
	if (IS_ERR(dquot))
		return PTR_ERR(dquot);
	spin_lock(&dquot->dq_dqb_lock);
	d = &dquot->dq_dqb;
	d->dqb_curspace -= guess->space;
	d->dqb_curinodes -= guess->inodes;
	if (d->dqb_curspace <= d->dqb_bsoftlimit)
		d->dqb_btime = 0;
	if (d->dqb_curinodes <= d->dqb_isoftlimit)
		d->dqb_itime = 0;
	spin_unlock(&dquot->dq_dqb_lock);
	*guess = (struct vzq_guess){ };
	dquot_mark_dquot_dirty(dquot);
	dqput(dquot);
	return 0;
}

static int vzq_drop_guesses(struct vzq *q)
{
	struct vzq_guess *guess;
	unsigned long id;
	int type, err;

	for (type = 0; type < MAXQUOTAS; type++) {
		xa_for_each(&q->recount.guesses[type], id, guess) {
			err = vzq_guess_drop(q, make_kqid(&init_user_ns, type,
							  id), guess);
			if (err)
				return err;
		}
	}
	return 0;
}

/**
 * vzq_recount_finish - all inodes have been found
 * @q: quota
 * @moves: how many moves there were when the walk began
 *
 * Context: vzq_mutex is held, a simfs is mounted.
 * Return: 0, or a negative error: -EAGAIN: a directory was moved since;
 * -EINVAL: nothing is being counted; others: counting failed.
 */
int vzq_recount_finish(struct vzq *q, u32 moves)
{
	struct vzq_recount *r = &q->recount;
	unsigned int nofs;
	int err;

	lockdep_assert_held(&vzq_mutex);
	nofs = vzq_recount_lock(r);
	err = r->error;
	if (!r->active)
		err = -EINVAL;
	else if (!err && (r->moving || r->moves != moves))
		err = -EAGAIN;
	if (!err)
		err = vzq_drop_guesses(q);
	if (!err) {
		WRITE_ONCE(r->active, false);
		vzq_recount_free(r);
	}
	vzq_recount_unlock(r, nofs);
	return err;
}
