// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes that the lower file system has not written yet: what they take may
 * still change a little, so they stay in the cache and are settled again.
 */
#include <linux/pagemap.h>
#include <linux/workqueue.h>
#include "simfs.h"

/* Time between two looks at them */
#define VZQ_WATCH_DELAY		(2 * HZ)

/**
 * vzq_watch - settle an inode again later
 * @inode: inode, referenced
 *
 * What has no name any more is given back as a whole soon.
 */
void vzq_watch(struct inode *inode)
{
	struct simfs_inode *si = simfs_inode(inode);
	struct simfs_sb *sbi = simfs_sb(inode->i_sb);

	if (!sbi->quota || !list_empty_careful(&si->watch) || !inode->i_nlink)
		return;
	scoped_guard(spinlock, &sbi->watch_lock) {
		if (!list_empty(&si->watch))
			return;
		ihold(inode);
		list_add_tail(&si->watch, &sbi->watched);
	}
	queue_delayed_work(system_unbound_wq, &sbi->watch_work,
			   VZQ_WATCH_DELAY);
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

	return mapping_tagged(pages, PAGECACHE_TAG_DIRTY) ||
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

static void vzq_watch_work(struct work_struct *work)
{
	struct simfs_sb *sbi = container_of(to_delayed_work(work),
					    struct simfs_sb, watch_work);
	struct inode *inode;
	LIST_HEAD(list);

	scoped_guard(spinlock, &sbi->watch_lock)
		list_splice_init(&sbi->watched, &list);
	while ((inode = vzq_watched_take(sbi, &list))) {
		vzq_settle(inode);
		if (vzq_is_busy(inode))
			vzq_watch(inode);
		iput(inode);
		cond_resched();
	}
}

/**
 * vzq_watch_init - nothing is watched yet
 * @sb: superblock
 */
void vzq_watch_init(struct super_block *sb)
{
	struct simfs_sb *sbi = simfs_sb(sb);

	spin_lock_init(&sbi->watch_lock);
	INIT_LIST_HEAD(&sbi->watched);
	INIT_DELAYED_WORK(&sbi->watch_work, vzq_watch_work);
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
	while ((inode = vzq_watched_take(sbi, &sbi->watched))) {
		filemap_write_and_wait(simfs_lower_inode(inode)->i_mapping);
		vzq_settle(inode);
		iput(inode);
	}
}
