// SPDX-License-Identifier: GPL-2.0
/*
 * How much may writing a range of a file take?
 *
 * Of each file that is open for writing it is known up to which byte it has
 * all its blocks ("dense").  What is written below takes nothing: such writers
 * share the inode's lock, so that nobody shortens the file meanwhile.  Others
 * have the lock alone, as they would have that of the lower inode.
 */
#include <linux/file.h>
#include "simfs.h"

/* Nothing shorter than this is allocated. */
static u64 vzq_block(const struct inode *inode)
{
	return i_blocksize(simfs_lower_inode(inode));
}

/**
 * vzq_missing - how many bytes of a range may have no blocks
 * @inode: inode
 * @pos: first byte
 * @len: bytes
 *
 * Return: bytes, a multiple of the block size.
 */
u64 vzq_missing(struct inode *inode, loff_t pos, u64 len)
{
	u64 block = vzq_block(inode);
	u64 dense = round_up(max(READ_ONCE(simfs_inode(inode)->dense), 0),
			     block);
	u64 begin = max(round_down((u64)pos, block), dense);
	u64 end = round_up((u64)pos + len, block);

	return end > begin ? end - begin : 0;
}

/* The same as nothing missing, most often told at once. */
static inline bool vzq_is_there(struct inode *inode, loff_t pos, u64 len)
{
	return vzq_is_dense(inode, pos, len) || !vzq_missing(inode, pos, len);
}

/**
 * vzq_opened - a file was opened for writing
 * @file: ours
 */
void vzq_opened(struct file *file)
{
	struct inode *inode = file_inode(file);
	struct simfs_inode *si = simfs_inode(inode);
	loff_t hole;

	if (!simfs_sb(inode->i_sb)->quota || READ_ONCE(si->dense) >= 0)
		return;
	inode_lock(inode);
	if (si->dense < 0) {
		hole = vfs_llseek(simfs_lower_file(file), 0, SEEK_HOLE);
		WRITE_ONCE(si->dense, max(hole, 0));
	}
	inode_unlock(inode);
}

/**
 * vzq_shrunk - blocks of a file may be gone
 * @inode: inode, locked
 * @size: from here on
 */
void vzq_shrunk(struct inode *inode, loff_t size)
{
	struct simfs_inode *si = simfs_inode(inode);

	if (si->dense > size)
		WRITE_ONCE(si->dense, size);
}

static u64 vzq_room_of(struct dquot *dquot)
{
	const struct mem_dqblk *d = &dquot->dq_dqb;
	u64 room = U64_MAX;

	guard(spinlock)(&dquot->dq_dqb_lock);
	if (d->dqb_bhardlimit)
		room = d->dqb_bhardlimit > d->dqb_curspace ?
		       d->dqb_bhardlimit - d->dqb_curspace : 0;
	return room;
}

/* What all of them leave. */
static u64 vzq_room(struct inode *inode)
{
	struct dquot *dquot;
	u64 room = U64_MAX;
	int type;

	guard(mutex)(&simfs_inode(inode)->charge_lock);
	for (type = 0; type < MAXQUOTAS; type++) {
		dquot = simfs_dquot(inode, type);
		if (dquot)
			room = min(room, vzq_room_of(dquot));
	}
	return round_down(room, vzq_block(inode));
}

/* The part of it, from its beginning, that takes at most @room. */
static u64 vzq_fitting(struct inode *inode, loff_t pos, u64 len, u64 room)
{
	u64 missing = vzq_missing(inode, pos, len);
	u64 end = round_up((u64)pos + len, vzq_block(inode));

	if (missing <= room)
		return len;
	end -= missing - room;
	return end > pos ? end - pos : 0;
}

/* The part of it, from its beginning, that has blocks. */
static u64 vzq_present(struct file *file, loff_t pos, u64 len)
{
	loff_t hole = vfs_llseek(simfs_lower_file(file), pos, SEEK_HOLE);

	if (hole <= pos)
		return 0;
	/* the end of the file may lie within a block */
	hole = round_up(hole, vzq_block(file_inode(file)));
	return min_t(u64, len, hole - pos);
}

/* Each on its own: the compiler's way to clear it all is slower. */
static void vzq_charge_init(struct vzq_charge *c, loff_t pos, u64 len)
{
	c->inode = NULL;
	c->reserved = 0;
	c->spare = false;
	c->pos = pos;
	c->len = len;
	c->lock = VZQ_LOCK_NONE;
}

/* Charges as much as it can; -EDQUOT when nothing at all may be written. */
static int vzq_reserve_some(struct vzq_charge *c, struct file *file)
{
	u64 len = c->len, missing;
	int err, tries;

	for (tries = 0; tries < 3; tries++) {
		missing = vzq_missing(c->inode, c->pos, len);
		err = vzq_reserve(c->inode, missing);
		if (err != -EDQUOT)
			break;
		len = vzq_fitting(c->inode, c->pos, len, vzq_room(c->inode));
		if (!len || !vzq_missing(c->inode, c->pos, len))
			break;
	}
	if (!err) {
		c->reserved += missing;
		c->len = len;
	} else if (err == -EDQUOT) {
		if (vzq_missing(c->inode, c->pos, len))
			len = 0;
		c->len = max(len, vzq_present(file, c->pos, c->len));
		err = c->len ? 0 : err;
	}
	return err;
}

static bool vzq_lock_inode(struct vzq_charge *c, enum vzq_lock lock, bool wait)
{
	c->lock = lock;
	if (lock == VZQ_LOCK_ALONE) {
		if (wait)
			inode_lock(c->inode);
		return wait || inode_trylock(c->inode);
	}
	if (wait)
		inode_lock_shared(c->inode);
	return wait || inode_trylock_shared(c->inode);
}

static void vzq_unlock_inode(const struct vzq_charge *c)
{
	if (c->lock == VZQ_LOCK_ALONE)
		inode_unlock(c->inode);
	else if (c->lock == VZQ_LOCK_SHARED)
		inode_unlock_shared(c->inode);
}

/* One that grows step by step is charged for some of them at a time. */
static bool vzq_begin_spare(struct vzq_charge *c, u64 missing)
{
	c->spare = vzq_spare_use(c->inode, missing);
	if (c->spare)
		c->reserved = missing;
	return c->spare;
}

/* What is to be charged for this? */
static int vzq_begin_charge(struct vzq_charge *c, struct file *file,
			    unsigned int flags)
{
	u64 missing;
	int err;

	if (flags & IOCB_APPEND)
		c->pos = i_size_read(simfs_lower_inode(c->inode));
	/* beyond the greatest file the lower file system knows an error */
	if (c->pos + c->len > c->inode->i_sb->s_maxbytes || !c->len)
		return 0;
	missing = vzq_missing(c->inode, c->pos, c->len);
	if (!missing || vzq_begin_spare(c, missing))
		return 0;
	if (flags & IOCB_NOWAIT)
		return -EAGAIN;
	/* what was allocated ahead up to there belongs to the file then */
	err = vzq_stretch_begin(c->inode,
				round_down(c->pos, vzq_block(c->inode)),
				&c->reserved);
	if (!err)
		err = vzq_reserve_some(c, file);
	if (err && c->reserved)
		vzq_written(c->inode, c->reserved);
	return err;
}

/**
 * vzq_write_begin - something is about to be written
 * @c: filled in; @c->len tells how much may be written
 * @file: our file
 * @pos: first byte, not looked at with IOCB_APPEND
 * @len: bytes
 * @flags: IOCB_APPEND, IOCB_NOWAIT
 *
 * Context: locks the inode until vzq_write_end().
 * Return: 0; or a negative error, and there is nothing to be ended.
 */
int vzq_write_begin(struct vzq_charge *c, struct file *file, loff_t pos,
		    u64 len, unsigned int flags)
{
	bool wait = !(flags & IOCB_NOWAIT);
	struct inode *inode = file_inode(file);
	int err;

	vzq_charge_init(c, pos, len);
	if (!simfs_sb(inode->i_sb)->quota)
		return 0;
	c->inode = inode;
	if (!(flags & IOCB_APPEND) && vzq_is_there(inode, pos, len)) {
		if (!vzq_lock_inode(c, VZQ_LOCK_SHARED, wait))
			return -EAGAIN;
		if (vzq_is_there(inode, pos, len))
			return 0;
		vzq_unlock_inode(c);
	}
	if (!vzq_lock_inode(c, VZQ_LOCK_ALONE, wait))
		return -EAGAIN;
	err = vzq_begin_charge(c, file, flags);
	if (err)
		vzq_unlock_inode(c);
	return err;
}

/**
 * vzq_change_begin - something is about to be done as a whole or not at all
 * @c: filled in
 * @file: our file
 * @pos: first byte
 * @len: bytes that it may take, 0: none, but it changes where blocks are
 *
 * Context: locks the inode for us alone until vzq_write_end().
 * Return: 0; or a negative error, and there is nothing to be ended.
 */
int vzq_change_begin(struct vzq_charge *c, struct file *file, loff_t pos,
		     u64 len)
{
	struct inode *inode = file_inode(file);
	int err;

	vzq_charge_init(c, pos, len);
	if (!simfs_sb(inode->i_sb)->quota)
		return 0;
	c->inode = inode;
	vzq_lock_inode(c, VZQ_LOCK_ALONE, true);
	err = vzq_begin_charge(c, file, 0);
	if (!err && c->len < len) {
		vzq_write_end(c, 0);
		return -EDQUOT;
	}
	if (err)
		vzq_unlock_inode(c);
	return err;
}

/* What is written at once without a lock */
#define VZQ_SPLICE_MAX		SZ_64K

/**
 * vzq_splice_begin - a pipe is about to be written to a file
 * @c: filled in; @c->len tells how much may be written
 * @file: our file
 * @pos: first byte
 * @len: bytes
 *
 * The pipe is locked later, and there are those who come with the lock of a
 * pipe to vzq_write_begin(): so the inode is not locked, and a file that is cut
 * meanwhile makes some pages pass the limit.
 *
 * Return: 0; or a negative error, and there is nothing to be ended.
 */
int vzq_splice_begin(struct vzq_charge *c, struct file *file, loff_t pos,
		     u64 len)
{
	struct inode *inode = file_inode(file);

	vzq_charge_init(c, pos, len);
	if (!simfs_sb(inode->i_sb)->quota)
		return 0;
	c->inode = inode;
	c->len = min_t(u64, len, VZQ_SPLICE_MAX);
	return vzq_begin_charge(c, file, 0);
}

/**
 * vzq_write_end - it has been written
 * @c: from vzq_write_begin()
 * @done: bytes, or a negative error
 */
void vzq_write_end(struct vzq_charge *c, ssize_t done)
{
	struct simfs_inode *si;
	loff_t end;

	if (!c->inode)
		return;
	if (c->lock == VZQ_LOCK_SHARED) {
		inode_unlock_shared(c->inode);
		return;
	}
	if (c->lock == VZQ_LOCK_ALONE) {
		si = simfs_inode(c->inode);
		end = c->pos + max(done, 0);
		if (si->dense >= c->pos && si->dense < end)
			WRITE_ONCE(si->dense, end);
	}
	if (c->spare)
		vzq_spare_used(c->inode, c->reserved);
	else
		vzq_written(c->inode, c->reserved);
	vzq_watch(c->inode);
	vzq_unlock_inode(c);
}
