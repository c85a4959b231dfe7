// SPDX-License-Identifier: GPL-2.0
/*
 * Telling the host that a container came to a limit of level 1.
 *
 * Once for each limit, until usage has fallen well below it again: a container
 * that stays at its limit is not worth an event for each write.
 */
#include <vz/event.h>
#include "simfs.h"

/* The part of a hard limit that has to be free again */
#define VZQ_FREE_SHIFT	4

static bool vzq_is_past(u64 used, u64 more, u64 limit)
{
	return limit && used + more > limit;
}

/**
 * vzq_refused - something was refused for a quota
 * @inode: inode that was to be charged
 * @bytes: that many
 * @inodes: that many
 */
void vzq_refused(struct inode *inode, u64 bytes, u64 inodes)
{
	struct simfs_sb *sbi = simfs_sb(inode->i_sb);
	struct vzq *q = sbi->quota;
	struct mem_dqblk *d = &q->total->dq_dqb;
	unsigned int reached = 0;

	scoped_guard(spinlock, &q->total->dq_dqb_lock) {
		if (vzq_is_past(d->dqb_curspace, bytes, d->dqb_bhardlimit))
			reached |= VZ_LIMIT_SPACE_HARD;
		if (vzq_is_past(d->dqb_curinodes, inodes, d->dqb_ihardlimit))
			reached |= VZ_LIMIT_INODES_HARD;
	}
	if (!(reached & ~atomic_read(&q->reached)))
		return;
	atomic_or(reached, &q->reached);
	vzq_watch_soon(sbi);
}

/* The limits that are not reached any more. */
static unsigned int vzq_left_behind(u64 used, u64 soft, u64 hard,
				    unsigned int soft_bit,
				    unsigned int hard_bit)
{
	unsigned int bits = 0;

	if (!soft || used <= soft)
		bits |= soft_bit;
	if (!hard || used <= (soft ?: hard - (hard >> VZQ_FREE_SHIFT)))
		bits |= hard_bit;
	return bits;
}

/**
 * vzq_notify - tell about limits that were reached since the last call
 * @sbi: simfs
 *
 * Context: one caller at a time; may sleep.
 */
void vzq_notify(struct simfs_sb *sbi)
{
	struct vzq *q = sbi->quota;
	unsigned int gone, now;
	struct mem_dqblk d;

	if (!q)
		return;
	scoped_guard(spinlock, &q->total->dq_dqb_lock)
		d = q->total->dq_dqb;
	gone = vzq_left_behind(d.dqb_curspace, d.dqb_bsoftlimit,
			       d.dqb_bhardlimit, VZ_LIMIT_SPACE_SOFT,
			       VZ_LIMIT_SPACE_HARD) |
	       vzq_left_behind(d.dqb_curinodes, d.dqb_isoftlimit,
			       d.dqb_ihardlimit, VZ_LIMIT_INODES_SOFT,
			       VZ_LIMIT_INODES_HARD);
	if (vzq_is_past(d.dqb_curspace, 0, d.dqb_bsoftlimit))
		atomic_or(VZ_LIMIT_SPACE_SOFT, &q->reached);
	if (vzq_is_past(d.dqb_curinodes, 0, d.dqb_isoftlimit))
		atomic_or(VZ_LIMIT_INODES_SOFT, &q->reached);
	now = atomic_read(&q->reached);
	if (now & ~q->told)
		vz_event_limit(q->id, now & ~q->told);
	q->told = now & ~gone;
	atomic_andnot(gone, &q->reached);
}
