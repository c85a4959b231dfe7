/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual file system, for a file system that lies on another one.
 *
 * What maps the ids of a mount is its user namespace in 6.1 and a struct
 * mnt_idmap since 6.3.  Directories are changed under a lock that callers
 * take themselves up to 6.16; later kernels have start_creating_dentry() and
 * its like, whose rules the functions below keep.  vfs_create() and others
 * gained and lost arguments on the way.
 */
#ifndef _VZ_WRAPPER_VFS_H
#define _VZ_WRAPPER_VFS_H

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/posix_acl.h>
#include <linux/quota.h>
#include <linux/xattr.h>

#ifdef VZ_HAVE_MNT_IDMAP
#include <linux/filelock.h>
#include <linux/mnt_idmapping.h>
#define vz_idmap		mnt_idmap
#define VZ_NOP_IDMAP		(&nop_mnt_idmap)
#else
#define vz_idmap		user_namespace
#define VZ_NOP_IDMAP		(&init_user_ns)
#endif

/* How an inode's dquots are declared, for sparse. */
#ifdef VZ_HAVE_DQUOT_RCU
#define VZ_DQUOT	struct dquot __rcu
#else
#define VZ_DQUOT	struct dquot
#endif

#ifdef VZ_HAVE_INODE_STATE
#define vz_inode_is_new(inode)	(inode_state_read_once(inode) & I_NEW)
#else
#define vz_inode_is_new(inode)	((inode)->i_state & I_NEW)
#endif

/* Of new_inode(), for inode_insert5(). */
static inline void vz_inode_set_creating(struct inode *inode)
{
	spin_lock(&inode->i_lock);
#ifdef VZ_HAVE_INODE_STATE
	inode_state_set(inode, I_CREATING);
#else
	inode->i_state |= I_CREATING;
#endif
	spin_unlock(&inode->i_lock);
}

static inline struct dentry *vz_lookup_unlocked(const struct qstr *name,
						struct dentry *base)
{
#ifdef VZ_HAVE_LOOKUP_NOPERM
	return lookup_noperm_unlocked(&QSTR_LEN(name->name, name->len), base);
#else
	return lookup_one_len_unlocked(name->name, base, name->len);
#endif
}

static inline void vz_set_d_op(struct super_block *sb,
			       const struct dentry_operations *ops)
{
#ifdef VZ_HAVE_SET_DEFAULT_D_OP
	set_default_d_op(sb, ops);
#else
	sb->s_d_op = ops;
#endif
}

/* In 6.1 the array itself was not said to be constant, though it is. */
static inline void vz_set_xattr(struct super_block *sb,
				const struct xattr_handler * const *handlers)
{
	sb->s_xattr = (typeof(sb->s_xattr))handlers;
}

#ifdef VZ_HAVE_D_REVALIDATE_NAME
#define VZ_D_REVALIDATE_ARGS						\
	struct inode *dir, const struct qstr *name,			\
	struct dentry *dentry, unsigned int flags
#else
#define VZ_D_REVALIDATE_ARGS	struct dentry *dentry, unsigned int flags
#endif

#ifdef VZ_HAVE_FILE_KATTR
#define vz_fileattr	file_kattr
#else
#define vz_fileattr	fileattr
#endif

/*
 * The child has to be in its place when the directory is locked; -EINVAL when
 * it is not.  On success the child is referenced once more.
 */
static inline struct dentry *vz_start_creating(struct dentry *parent,
					       struct dentry *child)
{
#ifdef VZ_HAVE_START_CREATING_DENTRY
	return start_creating_dentry(parent, child);
#else
	int err = -EINVAL;

	inode_lock_nested(d_inode(parent), I_MUTEX_PARENT);
	if (!IS_DEADDIR(d_inode(parent)) && child->d_parent == parent &&
	    !d_unhashed(child)) {
		if (d_is_negative(child))
			return dget(child);
		err = -EEXIST;
	}
	inode_unlock(d_inode(parent));
	return ERR_PTR(err);
#endif
}

static inline struct dentry *vz_start_removing(struct dentry *parent,
					       struct dentry *child)
{
#ifdef VZ_HAVE_START_CREATING_DENTRY
	return start_removing_dentry(parent, child);
#else
	int err = -EINVAL;

	inode_lock_nested(d_inode(parent), I_MUTEX_PARENT);
	if (!IS_DEADDIR(d_inode(parent)) && child->d_parent == parent &&
	    !d_unhashed(child)) {
		if (d_is_positive(child))
			return dget(child);
		err = -ENOENT;
	}
	inode_unlock(d_inode(parent));
	return ERR_PTR(err);
#endif
}

static inline void vz_end_dirop(struct dentry *child)
{
#ifdef VZ_HAVE_START_CREATING_DENTRY
	end_dirop(child);
#else
	if (IS_ERR(child))
		return;
	inode_unlock(d_inode(child->d_parent));
	dput(child);
#endif
}

static inline int vz_vfs_create(struct vz_idmap *idmap, struct dentry *dentry,
				umode_t mode)
{
#ifdef VZ_HAVE_START_CREATING_DENTRY
	return vfs_create(idmap, dentry, mode, NULL);
#else
	return vfs_create(idmap, d_inode(dentry->d_parent), dentry, mode, true);
#endif
}

/* On failure the operation is ended, too. */
static inline struct dentry *vz_vfs_mkdir(struct vz_idmap *idmap,
					  struct dentry *dentry, umode_t mode)
{
	struct inode *dir = d_inode(dentry->d_parent);
#ifdef VZ_HAVE_START_CREATING_DENTRY
	return vfs_mkdir(idmap, dir, dentry, mode, NULL);
#else
	int err = vfs_mkdir(idmap, dir, dentry, mode);

	if (!err)
		return dentry;
	vz_end_dirop(dentry);
	return ERR_PTR(err);
#endif
}

static inline int vz_vfs_mknod(struct vz_idmap *idmap, struct dentry *dentry,
			       umode_t mode, dev_t dev)
{
	struct inode *dir = d_inode(dentry->d_parent);
#ifdef VZ_HAVE_START_CREATING_DENTRY
	return vfs_mknod(idmap, dir, dentry, mode, dev, NULL);
#else
	return vfs_mknod(idmap, dir, dentry, mode, dev);
#endif
}

static inline int vz_vfs_symlink(struct vz_idmap *idmap, struct dentry *dentry,
				 const char *target)
{
	struct inode *dir = d_inode(dentry->d_parent);
#ifdef VZ_HAVE_START_CREATING_DENTRY
	return vfs_symlink(idmap, dir, dentry, target, NULL);
#else
	return vfs_symlink(idmap, dir, dentry, target);
#endif
}

static inline int vz_vfs_rmdir(struct vz_idmap *idmap, struct dentry *dentry)
{
	struct inode *dir = d_inode(dentry->d_parent);
#ifdef VZ_HAVE_START_CREATING_DENTRY
	return vfs_rmdir(idmap, dir, dentry, NULL);
#else
	return vfs_rmdir(idmap, dir, dentry);
#endif
}

#ifndef VZ_HAVE_START_CREATING_DENTRY
static inline int vz_check_renaming(const struct dentry *trap,
				    struct dentry *old_parent,
				    struct dentry *old,
				    struct dentry *new_parent,
				    struct dentry *new, unsigned int flags)
{
	if (d_unhashed(old) || old->d_parent != old_parent ||
	    d_unhashed(new) || new->d_parent != new_parent || old == trap)
		return -EINVAL;
	if (new == trap)
		return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	return d_is_positive(new) && flags & RENAME_NOREPLACE ? -EEXIST : 0;
}
#endif

/* Both dentries have to be in their places, -EINVAL when they are not. */
static inline int vz_vfs_rename(struct vz_idmap *idmap,
				struct dentry *old_parent, struct dentry *old,
				struct dentry *new_parent, struct dentry *new,
				unsigned int flags)
{
	int err;
#ifdef VZ_HAVE_START_CREATING_DENTRY
	struct renamedata rd = {
		.mnt_idmap = idmap,
		.old_parent = old_parent,
		.new_parent = new_parent,
		.flags = flags,
	};

	err = start_renaming_two_dentries(&rd, old, new);
	if (err)
		return err;
	err = vfs_rename(&rd);
	end_renaming(&rd);
#else
	struct renamedata rd = {
#ifdef VZ_HAVE_MNT_IDMAP
		.old_mnt_idmap = idmap,
		.new_mnt_idmap = idmap,
#else
		.old_mnt_userns = idmap,
		.new_mnt_userns = idmap,
#endif
		.old_dir = d_inode(old_parent),
		.old_dentry = old,
		.new_dir = d_inode(new_parent),
		.new_dentry = new,
		.flags = flags,
	};
	struct dentry *trap;

	trap = lock_rename(old_parent, new_parent);
	if (IS_ERR(trap))
		return PTR_ERR(trap);
	err = vz_check_renaming(trap, old_parent, old, new_parent, new, flags);
	if (!err)
		err = vfs_rename(&rd);
	unlock_rename(old_parent, new_parent);
#endif
	return err;
}

/* The file on the lower file system that does the work of @file. */
#ifdef VZ_HAVE_BACKING_FILE_OPEN
#include <linux/backing-file.h>

static inline struct file *vz_backing_open(struct file *file, int flags,
					   const struct path *lower,
					   const struct cred *cred)
{
	return backing_file_open(file, flags, lower, cred);
}
#else
static inline struct file *vz_backing_open(struct file *file, int flags,
					   const struct path *lower,
					   const struct cred *cred)
{
	/*
	 * Not with a path of ours: some take the inode of file_dentry() for
	 * one of their own, btrfs in fsync and XFS in fallocate.
	 */
	return dentry_open(lower, flags, cred);
}
#endif

/* Who makes the file is told by @cred; it belongs to the caller's fsuid. */
static inline struct file *vz_backing_tmpfile(struct file *file, int flags,
					      const struct path *parent,
					      umode_t mode,
					      const struct cred *cred)
{
#ifdef VZ_HAVE_BACKING_FILE_OPEN
	return backing_tmpfile_open(file, flags, parent, mode, cred);
#else
	return vfs_tmpfile_open(&init_user_ns, parent, mode, flags, cred);
#endif
}

static inline int vz_backing_mmap(struct file *lower, struct file *file,
				  struct vm_area_struct *vma)
{
#ifdef VZ_HAVE_BACKING_FILE_OPEN
	int err = security_mmap_backing_file(vma, lower, file);

	if (err)
		return err;
#endif
#ifdef VZ_HAVE_VFS_MMAP
	return vfs_mmap(lower, vma);
#else
	return call_mmap(lower, vma);
#endif
}

static inline bool vz_can_mmap(struct file *lower)
{
#ifdef VZ_HAVE_VFS_MMAP
	return can_mmap_file(lower);
#else
	return lower->f_op->mmap;
#endif
}

/*
 * What inode_operations.set_acl and set_posix_acl() take, and the one of two
 * functions that fits it.
 */
#ifdef VZ_HAVE_MNT_IDMAP
#define vz_acl_target	dentry
#define vz_get_acl	get_inode_acl
#define vz_acl_pick(_of_dentry, _of_inode)	_of_dentry

static inline struct inode *vz_acl_inode(struct dentry *target)
{
	return d_inode(target);
}
#else
#define vz_acl_target	inode
#define vz_get_acl	get_acl
#define vz_acl_pick(_of_dentry, _of_inode)	_of_inode

static inline struct inode *vz_acl_inode(struct inode *target)
{
	return target;
}
#endif

#endif /* _VZ_WRAPPER_VFS_H */
