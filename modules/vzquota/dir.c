// SPDX-License-Identifier: GPL-2.0
/*
 * Reading directories.
 */
#include <linux/file.h>
#include "simfs.h"

static int simfs_iterate(struct file *file, struct dir_context *ctx)
{
	struct file *lower = simfs_lower_file(file);
	int err;

	lower->f_pos = ctx->pos;
	err = iterate_dir(lower, ctx);
	file->f_pos = lower->f_pos;
	return err;
}

static loff_t simfs_dir_llseek(struct file *file, loff_t offset, int whence)
{
	struct file *lower = simfs_lower_file(file);
	loff_t pos;

	inode_lock(file_inode(file));
	lower->f_pos = file->f_pos;
	pos = vfs_llseek(lower, offset, whence);
	file->f_pos = lower->f_pos;
	inode_unlock(file_inode(file));
	return pos;
}

const struct file_operations simfs_dir_fops = {
	.open		= simfs_open,
	.release	= simfs_release,
	.read		= generic_read_dir,
	.iterate_shared	= simfs_iterate,
	.llseek		= simfs_dir_llseek,
	.fsync		= simfs_fsync,
};
