// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes that are open for writing, or that the lower file system has not
 * written yet: what they take may still change a little, so they stay in the
 * cache and are settled again; and who wants all to be written finds them here.
 */
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/workqueue.h>
#include <linux/writeback.h>
#include "simfs.h"

/* Time between two looks at them */
#define VZQ_WATCH_DELAY		(2 * HZ)

/**
 * vzq_watch_soon - have a look at usage and at what is watched
 * @sbi: simfs
 */
void vzq_watch_soon(struct simfs_sb *sbi)
{
	queue_delayed_work(system_unbound_wq, &sbi->watch_work,
			   VZQ_WATCH_DELAY);
}

static noinline void vzq_watch_add(struct inode *inode, bool restless)
{
	struct simfs_inode *si = simfs_inode(inode);
	struct simfs_sb *sbi = simfs_sb(inode->i_sb);

	if (!inode->i_nlink)
		return;
	scoped_guard(spinlock, &sbi->watch_lock) {
		if (!list_empty(&si->watch))
			return;
		ihold(inode);
		si->restless = restless;
		list_add_tail(&si->watch, &sbi->watched);
	}
	vzq_watch_soon(sbi);
}

/**
 * vzq_watch - settle an inode again later
 * @inode: inode, referenced
 *
 * What has no name any more is given back as a whole soon.
 */
void vzq_watch(struct inode *inode)
{
	if (list_empty_careful(&simfs_inode(inode)->watch))
		vzq_watch_add(inode, true);
}

/**
 * vzq_unwatch - an inode lost its last name
 * @inode: inode, referenced
 */
void vzq_unwatch(struct inode *inode)
{
	struct simfs_inode *si = simfs_inode(inode);
	struct simfs_sb *sbi = simfs_sb(inode->i_sb);

	if (list_empty_careful(&si->watch) || inode->i_nlink)
		return;
	scoped_guard(spinlock, &sbi->watch_lock) {
		if (list_empty(&si->watch))
			return;
		list_del_init(&si->watch);
	}
	iput(inode);
}

static bool vzq_is_busy(const struct inode *inode)
{
	struct address_space *pages = simfs_lower_inode(inode)->i_mapping;

	return inode_is_open_for_write(inode) ||
	       mapping_tagged(pages, PAGECACHE_TAG_DIRTY) ||
	       mapping_tagged(pages, PAGECACHE_TAG_WRITEBACK);
}

/* Takes the first of a list; the caller has its reference. */
static struct inode *vzq_watched_take(struct simfs_sb *sbi,
				      struct list_head *list)
{
	struct simfs_inode *si;

	guard(spinlock)(&sbi->watch_lock);
	si = list_first_entry_or_null(list, struct simfs_inode, watch);
	if (!si)
		return NULL;
	list_del_init(&si->watch);
	return &si->inode;
}

/*
 * What is written between two steps here changes the space as well, and btrfs
 * tells that some time after the last page was written: so it has to be idle
 * beforehand, twice.
 */
static void vzq_watch_look(struct inode *inode)
{
	bool restless = simfs_inode(inode)->restless;
	bool busy = vzq_is_busy(inode);

	vzq_spare_drop(inode);
	vzq_settle(inode);
	if (busy || restless)
		vzq_watch_add(inode, busy);
}

static void vzq_watch_work(struct work_struct *work)
{
	struct simfs_sb *sbi = container_of(to_delayed_work(work),
					    struct simfs_sb, watch_work);
	struct inode *inode;
	LIST_HEAD(list);

	guard(mutex)(&sbi->watch_mutex);
	scoped_guard(spinlock, &sbi->watch_lock)
		list_splice_init(&sbi->watched, &list);
	while ((inode = vzq_watched_take(sbi, &list))) {
		vzq_watch_look(inode);
		iput(inode);
		cond_resched();
	}
	vzq_notify(sbi);
}

/* Moves the first of a list to another one; the caller gets a reference. */
static struct inode *vzq_watched_next(struct simfs_sb *sbi,
				      struct list_head *from,
				      struct list_head *to)
{
	struct simfs_inode *si;

	lockdep_assert_held(&sbi->watch_mutex);
	guard(spinlock)(&sbi->watch_lock);
	si = list_first_entry_or_null(from, struct simfs_inode, watch);
	if (!si)
		return NULL;
	list_move_tail(&si->watch, to);
	ihold(&si->inode);
	return &si->inode;
}

static int vzq_wait_written(struct inode *lower)
{
	int err = filemap_fdatawait_keep_errors(lower->i_mapping);
	int ret = sync_inode_metadata(lower, 1);

	return err ?: ret;
}

/**
 * vzq_watch_sync - write what waits to be written
 * @sb: superblock
 *
 * Return: 0 or the first error.
 */
int vzq_watch_sync(struct super_block *sb)
{
	struct simfs_sb *sbi = simfs_sb(sb);
	LIST_HEAD(dirty);
	LIST_HEAD(written);
	struct inode *inode;
	int err = 0, ret;

	guard(mutex)(&sbi->watch_mutex);
	scoped_guard(spinlock, &sbi->watch_lock)
		list_splice_init(&sbi->watched, &dirty);
	while ((inode = vzq_watched_next(sbi, &dirty, &written))) {
		filemap_fdatawrite(simfs_lower_inode(inode)->i_mapping);
		iput(inode);
		cond_resched();
	}
	while ((inode = vzq_watched_next(sbi, &written, &sbi->watched))) {
		ret = vzq_wait_written(simfs_lower_inode(inode));
		err = err ?: ret;
		iput(inode);
	}
	return err;
}

/**
 * vzq_watch_init - nothing is watched yet
 * @sb: superblock
 */
void vzq_watch_init(struct super_block *sb)
{
	struct simfs_sb *sbi = simfs_sb(sb);

	spin_lock_init(&sbi->watch_lock);
	mutex_init(&sbi->watch_mutex);
	INIT_LIST_HEAD(&sbi->watched);
	spin_lock_init(&sbi->spare_lock);
	INIT_LIST_HEAD(&sbi->spared);
	INIT_DELAYED_WORK(&sbi->watch_work, vzq_watch_work);
}

/* btrfs is at work on what was written until it is asked to end that. */
static void vzq_wait_idle(struct super_block *lower)
{
	if (lower->s_magic == BTRFS_SUPER_MAGIC)
		lower->s_op->sync_fs(lower, 1);
}

/**
 * vzq_watch_end - write and settle what is watched, the file system goes
 * @sb: superblock that nobody uses any more
 */
void vzq_watch_end(struct super_block *sb)
{
	struct simfs_sb *sbi = simfs_sb(sb);
	struct inode *inode;

	cancel_delayed_work_sync(&sbi->watch_work);
	if (!list_empty(&sbi->watched)) {
		vzq_watch_sync(sb);
		vzq_wait_idle(sbi->mnt->mnt_sb);
	}
	while ((inode = vzq_watched_take(sbi, &sbi->watched))) {
		filemap_write_and_wait(simfs_lower_inode(inode)->i_mapping);
		vzq_settle(inode);
		iput(inode);
	}
}
