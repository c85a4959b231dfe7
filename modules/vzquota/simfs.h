/* SPDX-License-Identifier: GPL-2.0 */
/*
 * simfs: a directory of the host as a file system of its own.
 *
 * Everything is done by the file system below ("lower"): each inode and each
 * dentry here stands for one there, data never pass through a page cache of
 * ours.  What a caller may do is decided here, with the ids of the mount he
 * comes through; where the lower operation takes a mapping of ids, it gets
 * that of the mount and the caller's own rights, else those of who mounted.
 */
#ifndef _SIMFS_H
#define _SIMFS_H

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/fs_stack.h>
#include <linux/mount.h>
#include <linux/workqueue.h>
#include "../compat/wrapper/vfs.h"
#include "quota.h"

#define SIMFS_NAME	"simfs"
/* "SIMF" */
#define SIMFS_MAGIC	0x53494d46

/**
 * struct simfs_vm - operations of mappings
 * @lower: those of the lower file system, NULL: not in use; never changed then
 * @ops: ours, around them; set before @lower
 */
struct simfs_vm {
	const struct vm_operations_struct	*lower;
	const struct vm_operations_struct	ops;
};

/**
 * struct simfs_sb - private part of a superblock
 * @mnt: private mount of the lower directory
 * @cred: for lower operations that know no mapping of ids
 * @quota: what it is charged to, or NULL; constant while it is mounted
 * @watch_lock: protects @watched, simfs_inode.watch and the filling of @vm
 * @watched: inodes that are settled again later, referenced
 * @spare_lock: protects @spared; taken inside simfs_inode.charge_lock
 * @spared: inodes that may be charged for more than they need
 * @watch_mutex: held by who goes through @watched
 * @watch_work: settles them
 * @vm: operations of shared mappings
 * @open_later: files below have O_DIRECT, and need not be opened at once
 */
struct simfs_sb {
	struct vfsmount		*mnt;
	const struct cred	*cred;
	struct vzq		*quota;
	spinlock_t		watch_lock;	/* see above */
	struct list_head	watched;
	spinlock_t		spare_lock;	/* see above */
	struct list_head	spared;
	struct mutex		watch_mutex;	/* see above */
	struct delayed_work	watch_work;
	struct simfs_vm		vm[2];
	bool			open_later;
};

/**
 * struct simfs_inode - an inode
 * @inode: ours
 * @lower: the one it stands for, referenced; NULL until that one is made
 * @charged: the quota counts this inode; set before anybody can find it
 * @dquots: whom it is charged to; belongs to the kernel's quota code
 * @charge_lock: what is charged is being changed; may be taken in page faults
 * @pending: bytes that are charged for what is being written; grows under
 *	@charge_lock
 * @spare: bytes that are charged for what will be, see spare.c; under
 *	@charge_lock
 * @spares: link in simfs_sb.spared
 * @ahead_lock: @ahead is being looked at, and what is charged then; taken
 *	outside @charge_lock and, in page faults, not at all
 * @ahead: bytes that are not charged, as they may go by themselves; right
 *	when the file does not grow just now
 * @dense: all blocks of the bytes below are there, -1: not known; changed with
 *	@inode locked
 * @watch: link in simfs_sb.watched
 * @restless: it was watched and not found idle since; changed by who takes it
 *	off the list or puts it there
 */
struct simfs_inode {
	struct inode		inode;
	struct inode		*lower;
	bool			charged;
	struct dquot		*dquots[MAXQUOTAS];
	struct mutex		charge_lock;	/* see above */
	atomic64_t		pending;
	u64			spare;
	struct list_head	spares;
	struct mutex		ahead_lock;	/* see above */
	u64			ahead;
	loff_t			dense;
	struct list_head	watch;
	bool			restless;
};

/* dentry.c */
extern const struct dentry_operations simfs_dentry_ops;
void simfs_set_lower_dentry(struct dentry *dentry, struct dentry *lower);
void simfs_made(struct dentry *dentry);

/* dir.c, file.c, inode.c, namei.c */
extern const struct file_operations simfs_dir_fops;
extern const struct file_operations simfs_file_fops;
extern const struct inode_operations simfs_file_iops;
extern const struct inode_operations simfs_special_iops;
extern const struct inode_operations simfs_symlink_iops;
extern const struct inode_operations simfs_dir_iops;

int simfs_open(struct inode *inode, struct file *file);
int simfs_release(struct inode *inode, struct file *file);
int simfs_fsync(struct file *file, loff_t start, loff_t end, int datasync);

void simfs_copy_attr(struct inode *inode);
void simfs_copy_written(struct inode *inode);
struct inode *simfs_inode_alloc(struct super_block *sb);
struct inode *simfs_inode_get(struct super_block *sb, struct inode *lower);
struct inode *simfs_inode_prepare(struct vz_idmap *idmap, struct inode *dir,
				  umode_t mode);
struct inode *simfs_inode_attach(struct inode *inode, struct inode *lower);
void simfs_inode_free(struct inode *inode);
void simfs_inode_evict(struct inode *inode);
int simfs_getattr(struct vz_idmap *idmap, const struct path *path,
		  struct kstat *stat, u32 mask, unsigned int flags);
int simfs_setattr(struct vz_idmap *idmap, struct dentry *dentry,
		  struct iattr *attr);
int simfs_inode_init(void);
void simfs_inode_exit(void);

/* super.c */
extern struct file_system_type simfs_type;

/* sync.c */
int simfs_sync_fs(struct super_block *sb, int wait);
void simfs_sync_init(void);
void simfs_sync_exit(void);

/* xattr.c */
extern const struct xattr_handler * const simfs_xattr_handlers[];
ssize_t simfs_listxattr(struct dentry *dentry, char *list, size_t size);
struct posix_acl *simfs_get_acl(struct inode *inode, int type, bool rcu);
int simfs_set_acl(struct vz_idmap *idmap, struct vz_acl_target *target,
		  struct posix_acl *acl, int type);
int simfs_fileattr_get(struct dentry *dentry, struct vz_fileattr *fa);
int simfs_fileattr_set(struct vz_idmap *idmap, struct dentry *dentry,
		       struct vz_fileattr *fa);

static inline struct simfs_sb *simfs_sb(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline struct simfs_inode *simfs_inode(const struct inode *inode)
{
	return container_of((struct inode *)inode, struct simfs_inode, inode);
}

static inline struct inode *simfs_lower_inode(const struct inode *inode)
{
	return simfs_inode(inode)->lower;
}

/*
 * Are our attributes those of the lower inode?  Every change of one leaves its
 * mark in ctime.  May be called in RCU walk.
 */
static inline bool simfs_is_current(const struct inode *inode)
{
	struct timespec64 ours = inode_get_ctime(inode);
	struct timespec64 theirs = inode_get_ctime(simfs_lower_inode(inode));

	return timespec64_equal(&ours, &theirs);
}

/* Is there nothing that writing has changed? */
static inline bool simfs_is_written(const struct inode *inode)
{
	return simfs_is_current(inode) &&
	       i_size_read(inode) == i_size_read(simfs_lower_inode(inode));
}

/* Do all bytes of a range have blocks? */
static inline bool vzq_is_dense(const struct inode *inode, loff_t pos, u64 len)
{
	return (u64)pos + len <= max(READ_ONCE(simfs_inode(inode)->dense), 0);
}

/*
 * Something is about to be written over what is there.  Locks the inode, so
 * that nobody shortens it, until vzq_overwrite_end(); or returns false.
 */
static inline bool vzq_overwrite_begin(struct inode *inode,
				       const struct kiocb *iocb, u64 len)
{
	if (iocb->ki_flags & (IOCB_APPEND | IOCB_NOWAIT) ||
	    !vzq_is_dense(inode, iocb->ki_pos, len))
		return false;
	inode_lock_shared(inode);
	if (vzq_is_dense(inode, iocb->ki_pos, len))
		return true;
	inode_unlock_shared(inode);
	return false;
}

static inline void vzq_overwrite_end(struct inode *inode)
{
	inode_unlock_shared(inode);
}

/* Stays that with charge_lock held. */
static inline struct dquot *simfs_dquot(const struct inode *inode, int type)
{
	return READ_ONCE(simfs_inode(inode)->dquots[type]);
}

/* NULL for a dentry that nobody looked up yet */
static inline struct dentry *simfs_lower_dentry(const struct dentry *dentry)
{
	return READ_ONCE(dentry->d_fsdata);
}

static inline struct path simfs_lower_path(const struct dentry *dentry)
{
	return (struct path) {
		.mnt = simfs_sb(dentry->d_sb)->mnt,
		.dentry = simfs_lower_dentry(dentry),
	};
}

/* NULL for a file whose contents were not used yet */
static inline struct file *simfs_lower_file(const struct file *file)
{
	return READ_ONCE(file->private_data);
}

#endif /* _SIMFS_H */
