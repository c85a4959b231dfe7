// SPDX-License-Identifier: GPL-2.0
/*
 * Writing what waits to be written: of one file system, not of the whole disk
 * that many of them share.
 *
 * All files that may have such data are watched, see watch.c.  What else has to
 * be on disk, names and attributes, is in the log of the file system below.
 */
#include <linux/blkdev.h>
#include <linux/magic.h>
#include <linux/static_call.h>
#include <linux/writeback.h>
#include <vz/ct.h>
#include <vz/hook.h>
#include "simfs.h"

static bool simfs_has_log(const struct super_block *lower)
{
	return lower->s_op->sync_fs && (lower->s_magic == EXT4_SUPER_MAGIC ||
					lower->s_magic == XFS_SUPER_MAGIC ||
					lower->s_magic == BTRFS_SUPER_MAGIC);
}

static int simfs_sync_log(struct super_block *lower)
{
	int err = lower->s_op->sync_fs(lower, 1);

	/* ext4 can be without its log */
	if (!err && lower->s_magic == EXT4_SUPER_MAGIC)
		err = sync_blockdev(lower->s_bdev);
	return err;
}

/**
 * simfs_sync_fs - super_operations.sync_fs
 * @sb: superblock
 * @wait: until it is done
 *
 * Return: 0 or a negative error.
 */
int simfs_sync_fs(struct super_block *sb, int wait)
{
	struct super_block *lower = simfs_sb(sb)->mnt->mnt_sb;
	int err = 0, ret;

	if (!wait || sb_rdonly(lower))
		return 0;
	if (simfs_has_log(lower))
		err = vzq_watch_sync(sb);
	down_read(&lower->s_umount);
	ret = simfs_has_log(lower) ? simfs_sync_log(lower) :
				     sync_filesystem(lower);
	up_read(&lower->s_umount);
	return err ?: ret;
}

/* The container whose file system is looked for, and whether it was found */
struct simfs_sync {
	u32	id;
	bool	found;
};

static void simfs_sync_one(struct super_block *sb, void *arg)
{
	const struct vzq *q = simfs_sb(sb)->quota;
	struct simfs_sync *s = arg;

	if (!q || q->id != s->id)
		return;
	s->found = true;
	sync_filesystem(sb);
}

static void simfs_sync_none(void)
{
}

DEFINE_STATIC_CALL(simfs_sync_all, simfs_sync_none);

static void simfs_sync(void)
{
	struct simfs_sync s = { };
	const struct vz_ct *ct;

	scoped_guard(rcu) {
		ct = vz_ct_of_task(current);
		if (ct)
			s.id = ct->id;
	}
	if (s.id)
		iterate_supers_type(&simfs_type, simfs_sync_one, &s);
	if (!s.found)
		static_call(simfs_sync_all)();
	vz_hook_leave();
}

static __always_inline void simfs_on_sync(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	if (current_user_ns() != &init_user_ns)
		vz_hook_redirect(hook, regs, simfs_sync);
}

VZ_HOOK(simfs_sync_hook, ksys_sync,
	"sync(2) of a container writes the data of all others",
	simfs_on_sync);

/**
 * simfs_sync_init - prepare the hook of sync(2)
 *
 * If it does not work /proc/vz/hooks tells, and the rest works.
 */
void simfs_sync_init(void)
{
	if (vz_hook_add(&simfs_sync_hook))
		return;
	static_call_update(simfs_sync_all, simfs_sync_hook.original);
	vz_hook_arm(&simfs_sync_hook);
}

/**
 * simfs_sync_exit - remove the hook
 */
void simfs_sync_exit(void)
{
	vz_hook_remove(&simfs_sync_hook);
}
