// SPDX-License-Identifier: GPL-2.0
/*
 * Files.  Each open file has a lower one of the same flags; reading, writing
 * and mapping are done by that, in the caller's name, so that what the lower
 * file system keeps for root only is not given away.
 *
 * Many a file is opened to be looked at, to be locked or to be made.  One that
 * cannot be both read and written, and so not be mapped to be written, gets its
 * lower file with the first use of its contents.
 */
#include <linux/falloc.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/splice.h>
#include <linux/uio.h>
#include <linux/xattr.h>
#include "simfs.h"

/* Flags that were the business of opening, and those that fcntl(2) changes */
#define SIMFS_OPEN_ONCE	(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)
#define SIMFS_SETFL	(O_APPEND | O_NONBLOCK | O_NDELAY | O_DIRECT)

static struct file *simfs_open_lower(struct file *file)
{
	struct simfs_sb *sbi = simfs_sb(file_inode(file)->i_sb);
	struct path path = simfs_lower_path(file_dentry(file));
	int flags = (file->f_flags & ~SIMFS_OPEN_ONCE) | O_NOATIME;
	struct file *lower;

	lower = vz_backing_open(file, flags, &path, sbi->cred);
	/* a stack of file systems has more to do than may be done by mmap(2) */
	if (!IS_ERR(lower) && lower->f_mode & FMODE_CAN_ODIRECT &&
	    !sbi->mnt->mnt_sb->s_stack_depth)
		WRITE_ONCE(sbi->open_later, true);
	return lower;
}

static void simfs_opened(struct file *file)
{
	if (file->f_mode & FMODE_WRITE) {
		vzq_opened(file);
		vzq_watch(file_inode(file));
	}
}

/**
 * simfs_open - file_operations.open
 * @inode: inode
 * @file: being opened
 *
 * Return: 0 or a negative error.
 */
int simfs_open(struct inode *inode, struct file *file)
{
	struct file *lower = simfs_open_lower(file);

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	file->f_mode |= lower->f_mode & FMODE_CAN_ODIRECT;
	file->private_data = lower;
	simfs_opened(file);
	return 0;
}

/* What the lower file system may refuse has to be opened at once. */
static bool simfs_may_open_later(struct inode *inode, const struct file *file)
{
	const struct vfsmount *mnt = simfs_sb(inode->i_sb)->mnt;
	const struct inode *lower = simfs_lower_inode(inode);

	if (file->f_flags & O_DIRECT || lower->i_flags &
	    (S_ENCRYPTED | S_VERITY) ||
	    !READ_ONCE(simfs_sb(inode->i_sb)->open_later))
		return false;
	if (!(file->f_mode & FMODE_WRITE))
		return true;
	return !(file->f_mode & FMODE_READ) &&
	       !(mnt->mnt_flags & MNT_READONLY) && !sb_rdonly(mnt->mnt_sb) &&
	       atomic_read(&lower->i_writecount) >= 0;
}

static int simfs_file_open(struct inode *inode, struct file *file)
{
	if (!simfs_may_open_later(inode, file))
		return simfs_open(inode, file);
	/* fcntl(2) may set O_DIRECT; the lower file has the last word */
	file->f_mode |= FMODE_CAN_ODIRECT;
	return 0;
}

/* Two may come here at once; the file of one of them is used. */
static noinline struct file *simfs_open_now(struct file *file)
{
	struct file *lower = simfs_open_lower(file);
	struct file *other;

	if (IS_ERR(lower))
		return lower;
	/* pairs with READ_ONCE() in simfs_lower_file() */
	other = cmpxchg_release(&file->private_data, NULL, lower);
	if (other)
		fput(lower);
	simfs_opened(file);
	return other ?: lower;
}

/* The lower file, or an error. */
static struct file *simfs_get_lower(struct file *file)
{
	return simfs_lower_file(file) ?: simfs_open_now(file);
}

/**
 * simfs_release - file_operations.release
 * @inode: inode
 * @file: was closed
 *
 * Return: 0.
 */
int simfs_release(struct inode *inode, struct file *file)
{
	struct file *lower = simfs_lower_file(file);

	if (!lower)
		return 0;
	if (file->f_mode & FMODE_WRITE) {
		vzq_spare_drop(inode);
		vzq_watch(inode);
	}
	fput(lower);
	return 0;
}

/**
 * simfs_fsync - file_operations.fsync
 * @file: file
 * @start: first byte
 * @end: last byte
 * @datasync: leave what is not needed to find the data
 *
 * Return: 0 or a negative error.
 */
int simfs_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct file *lower = simfs_get_lower(file);
	int err;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	err = vfs_fsync_range(lower, start, end, datasync);
	vzq_settle(file_inode(file));
	return err;
}

static noinline void simfs_sync_flags(struct file *file, struct file *lower)
{
	unsigned int flags = file->f_flags & SIMFS_SETFL;

	if (!(lower->f_mode & FMODE_CAN_ODIRECT))
		flags &= ~O_DIRECT;
	guard(spinlock)(&lower->f_lock);
	lower->f_flags = (lower->f_flags & ~SIMFS_SETFL) | flags;
	lower->f_iocb_flags = iocb_flags(lower);
}

/* The lower file, or an error.  fcntl(2) may have changed our flags. */
static __always_inline struct file *simfs_lower_synced(struct file *file)
{
	struct file *lower = simfs_get_lower(file);

	if (!IS_ERR(lower) &&
	    unlikely((lower->f_flags ^ file->f_flags) & SIMFS_SETFL))
		simfs_sync_flags(file, lower);
	return lower;
}

/* The mount that the caller came through decides, the lower inode is marked. */
static void simfs_accessed(struct file *file)
{
	struct path lower = simfs_lower_path(file_dentry(file));

	if (!(file->f_flags & O_NOATIME) &&
	    !(file->f_path.mnt->mnt_flags & MNT_NOATIME))
		touch_atime(&lower);
}

/*
 * Who writes takes away setuid bits and capabilities.  The lower file system
 * would do it, too, but in 6.1 it finds our dentry in the lower file and so
 * would come back to us with its inode locked.  An inode that is known to have
 * nothing to be taken away says so.
 */
static bool simfs_has_no_privs(struct file *file)
{
	struct dentry *dentry = simfs_lower_dentry(file_dentry(file));
	struct inode *lower = d_inode(dentry);
	int ret;

	if (is_sxid(READ_ONCE(lower->i_mode)))
		return false;
	inode_lock(lower);
	ret = __vfs_getxattr(dentry, lower, XATTR_NAME_CAPS, NULL, 0);
	if (ret == -ENODATA || ret == -EOPNOTSUPP)
		inode_has_no_xattr(lower);
	inode_unlock(lower);
	return IS_NOSEC(lower);
}

static int simfs_remove_privs(struct file *file)
{
	struct inode *inode = file_inode(file);
	int err;

	if (IS_NOSEC(simfs_lower_inode(inode)) || simfs_has_no_privs(file))
		return 0;
	inode_lock(inode);
	simfs_copy_attr(inode);
	err = file_remove_privs(file);
	inode_unlock(inode);
	return err;
}

typedef ssize_t (*simfs_iter_fn)(struct kiocb *iocb, struct iov_iter *iter);

/* One that would be completed later is done at once, on a copy. */
static noinline ssize_t simfs_rw_copy(struct kiocb *iocb, struct iov_iter *iter,
				      struct file *lower, simfs_iter_fn fn)
{
	struct kiocb copy;
	ssize_t ret;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	init_sync_kiocb(&copy, lower);
	copy.ki_pos = iocb->ki_pos;
	copy.ki_flags = iocb->ki_flags &
			(IOCB_APPEND | IOCB_DIRECT | IOCB_DSYNC | IOCB_SYNC |
			 IOCB_WRITE);
	ret = fn(&copy, iter);
	iocb->ki_pos = copy.ki_pos;
	return ret;
}

/* A request that waits is handed on as it is, with the lower file in it. */
static inline ssize_t simfs_rw(struct kiocb *iocb, struct iov_iter *iter,
			       struct file *lower, simfs_iter_fn fn)
{
	struct file *file = iocb->ki_filp;
	ssize_t ret;

	if (unlikely(!is_sync_kiocb(iocb)))
		return simfs_rw_copy(iocb, iter, lower, fn);
	iocb->ki_filp = lower;
	ret = fn(iocb, iter);
	iocb->ki_filp = file;
	return ret;
}

static ssize_t simfs_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct file *file = iocb->ki_filp;
	struct file *lower = simfs_lower_synced(file);
	ssize_t ret;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	if (!lower->f_op->read_iter)
		return -EINVAL;
	ret = simfs_rw(iocb, iter, lower, lower->f_op->read_iter);
	simfs_accessed(file);
	return ret;
}

static __always_inline ssize_t
simfs_write_lower(struct kiocb *iocb, struct iov_iter *iter, struct file *lower)
{
	struct super_block *sb = file_inode(lower)->i_sb;
	ssize_t ret;

	sb_start_write(sb);
	ret = simfs_rw(iocb, iter, lower, lower->f_op->write_iter);
	sb_end_write(sb);
	return ret;
}

/* What may take blocks. */
static noinline ssize_t simfs_write_charged(struct kiocb *iocb,
					    struct iov_iter *iter,
					    struct file *lower)
{
	struct vzq_charge charge;
	ssize_t ret;

	ret = vzq_write_begin(&charge, iocb->ki_filp, iocb->ki_pos,
			      iov_iter_count(iter), iocb->ki_flags);
	if (ret)
		return ret;
	iov_iter_truncate(iter, charge.len);
	ret = simfs_write_lower(iocb, iter, lower);
	vzq_write_end(&charge, ret);
	return ret;
}

static ssize_t simfs_write_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct file *lower = simfs_lower_synced(iocb->ki_filp);
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	if (!lower->f_op->write_iter)
		return -EINVAL;
	if (!IS_NOSEC(simfs_lower_inode(inode))) {
		ret = simfs_remove_privs(iocb->ki_filp);
		if (ret)
			return ret;
	}
	if (vzq_overwrite_begin(inode, iocb, iov_iter_count(iter))) {
		ret = simfs_write_lower(iocb, iter, lower);
		vzq_overwrite_end(inode);
	} else {
		ret = simfs_write_charged(iocb, iter, lower);
	}
	if (!simfs_is_written(inode))
		simfs_copy_written(inode);
	return ret;
}

static ssize_t simfs_splice_read(struct file *in, loff_t *pos,
				 struct pipe_inode_info *pipe, size_t len,
				 unsigned int flags)
{
	struct file *lower = simfs_lower_synced(in);
	ssize_t ret;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	if (!lower->f_op->splice_read)
		return -EINVAL;
	ret = lower->f_op->splice_read(lower, pos, pipe, len, flags);
	simfs_accessed(in);
	return ret;
}

static ssize_t simfs_splice_write(struct pipe_inode_info *pipe,
				  struct file *out, loff_t *pos, size_t len,
				  unsigned int flags)
{
	struct file *lower = simfs_lower_synced(out);
	struct vzq_charge charge;
	ssize_t ret;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	if (!lower->f_op->splice_write)
		return -EINVAL;
	ret = simfs_remove_privs(out);
	if (!ret)
		ret = vzq_splice_begin(&charge, out, *pos, len);
	if (ret)
		return ret;
	file_start_write(lower);
	ret = lower->f_op->splice_write(pipe, lower, pos, charge.len, flags);
	file_end_write(lower);
	vzq_write_end(&charge, ret);
	simfs_copy_attr(file_inode(out));
	return ret;
}

static int simfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct file *lower = simfs_get_lower(file);
	int err;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	if (!vz_can_mmap(lower))
		return -ENODEV;
	simfs_accessed(file);
	vma_set_file(vma, lower);
	err = vz_backing_mmap(lower, file, vma);
	return err ? err : vzq_mmap(file, vma);
}

static loff_t simfs_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);
	struct file *lower;
	loff_t pos;

	if (whence == SEEK_SET || whence == SEEK_CUR)
		return generic_file_llseek(file, offset, whence);
	lower = simfs_get_lower(file);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	inode_lock(inode);
	lower->f_pos = file->f_pos;
	pos = vfs_llseek(lower, offset, whence);
	file->f_pos = lower->f_pos;
	inode_unlock(inode);
	return pos;
}

/* What gives blocks back, or moves them. */
#define SIMFS_FALLOC_MOVES						\
	(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE |		\
	 FALLOC_FL_ZERO_RANGE | FALLOC_FL_INSERT_RANGE)

static long simfs_fallocate(struct file *file, int mode, loff_t offset,
			    loff_t len)
{
	bool takes = !(mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE |
			       FALLOC_FL_INSERT_RANGE));
	struct file *lower = simfs_get_lower(file);
	struct inode *inode = file_inode(file);
	struct vzq_charge charge;
	u64 reserved = 0;
	int err;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	err = simfs_remove_privs(file);
	/* from then on it keeps what it has beyond its end */
	if (!err && takes)
		err = vzq_stretch_begin(inode, inode->i_sb->s_maxbytes,
					&reserved);
	if (err)
		return err;
	err = vzq_change_begin(&charge, file, offset, takes ? len : 0);
	if (err)
		goto out_reserved;
	err = vfs_fallocate(lower, mode, offset, len);
	if (mode & SIMFS_FALLOC_MOVES)
		vzq_shrunk(inode, offset);
	vzq_write_end(&charge, err || !takes ? err : len);
	simfs_copy_attr(inode);
out_reserved:
	if (reserved)
		vzq_written(inode, reserved);
	return err;
}

static ssize_t simfs_copy_file_range(struct file *in, loff_t pos_in,
				     struct file *out, loff_t pos_out,
				     size_t len, unsigned int flags)
{
	struct vzq_charge charge;
	struct file *from, *to;
	ssize_t ret;

	if (in->f_op != &simfs_file_fops)
		return -EXDEV;
	from = simfs_get_lower(in);
	to = simfs_get_lower(out);
	if (IS_ERR(from) || IS_ERR(to))
		return IS_ERR(from) ? PTR_ERR(from) : PTR_ERR(to);
	ret = simfs_remove_privs(out);
	if (!ret)
		ret = vzq_write_begin(&charge, out, pos_out, len, 0);
	if (ret)
		return ret;
	ret = vfs_copy_file_range(from, pos_in, to, pos_out, charge.len, flags);
	vzq_write_end(&charge, ret);
	simfs_copy_attr(file_inode(out));
	return ret;
}

/* @from is the lower file of @in */
static loff_t simfs_clone(struct file *in, struct file *from, loff_t pos_in,
			  struct file *out, loff_t pos_out, loff_t len,
			  unsigned int flags)
{
	struct vzq_charge charge;
	loff_t ret;

	ret = simfs_remove_privs(out);
	if (!ret)
		/* 0 is up to the end */
		ret = vzq_change_begin(&charge, out, pos_out,
				       len ?: i_size_read(file_inode(in)));
	if (ret)
		return ret;
	ret = vfs_clone_file_range(from, pos_in, simfs_lower_file(out), pos_out,
				   len, flags);
	/* holes are cloned, too */
	vzq_shrunk(file_inode(out), pos_out);
	vzq_write_end(&charge, min(ret, 0));
	return ret;
}

static loff_t simfs_remap_file_range(struct file *in, loff_t pos_in,
				     struct file *out, loff_t pos_out,
				     loff_t len, unsigned int flags)
{
	struct file *from = simfs_get_lower(in);
	struct file *to = simfs_get_lower(out);
	loff_t ret;

	if (flags & ~(REMAP_FILE_DEDUP | REMAP_FILE_ADVISORY))
		return -EINVAL;
	if (IS_ERR(from) || IS_ERR(to))
		return IS_ERR(from) ? PTR_ERR(from) : PTR_ERR(to);
	if (flags & REMAP_FILE_DEDUP)
		ret = vfs_dedupe_file_range_one(from, pos_in, to, pos_out, len,
						flags);
	else
		ret = simfs_clone(in, from, pos_in, out, pos_out, len, flags);
	simfs_copy_attr(file_inode(out));
	return ret;
}

static int simfs_fadvise(struct file *file, loff_t offset, loff_t len,
			 int advice)
{
	struct file *lower = simfs_get_lower(file);

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	return vfs_fadvise(lower, offset, len, advice);
}

static int simfs_flush(struct file *file, fl_owner_t id)
{
	struct file *lower = simfs_lower_file(file);

	return lower && lower->f_op->flush ? lower->f_op->flush(lower, id) : 0;
}

const struct file_operations simfs_file_fops = {
	.open			= simfs_file_open,
	.release		= simfs_release,
	.llseek			= simfs_llseek,
	.read_iter		= simfs_read_iter,
	.write_iter		= simfs_write_iter,
	.splice_read		= simfs_splice_read,
	.splice_write		= simfs_splice_write,
	.mmap			= simfs_mmap,
	.fsync			= simfs_fsync,
	.flush			= simfs_flush,
	.fallocate		= simfs_fallocate,
	.fadvise		= simfs_fadvise,
	.copy_file_range	= simfs_copy_file_range,
	.remap_file_range	= simfs_remap_file_range,
	.setlease		= generic_setlease,
};
