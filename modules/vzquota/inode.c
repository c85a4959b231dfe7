// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes: one for each lower inode that is in use, with a copy of its
 * attributes.
 */
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include "simfs.h"

/* Flags that the VFS has to find in our inodes, too */
#define SIMFS_FLAGS	(S_SYNC | S_APPEND | S_IMMUTABLE | S_DIRSYNC)

static struct kmem_cache *simfs_inode_cache;

/**
 * simfs_copy_attr - take over what a lower operation may have changed
 * @inode: ours
 */
void simfs_copy_attr(struct inode *inode)
{
	struct inode *lower = simfs_lower_inode(inode);

	/* two of us must not see the last link go */
	guard(spinlock)(&inode->i_lock);
	inode->i_mode = lower->i_mode;
	inode->i_uid = lower->i_uid;
	inode->i_gid = lower->i_gid;
	set_nlink(inode, lower->i_nlink);
	fsstack_copy_attr_times(inode, lower);
	/* blocks are what is charged */
	i_size_write(inode, i_size_read(lower));
	inode_set_flags(inode, lower->i_flags & SIMFS_FLAGS, SIMFS_FLAGS);
}

/**
 * simfs_copy_written - take over what writing has changed
 * @inode: ours
 *
 * Those who write at once may mix up their times; such an inode is not current.
 */
void simfs_copy_written(struct inode *inode)
{
	const struct inode *lower = simfs_lower_inode(inode);

	if (!simfs_is_current(inode)) {
		simfs_copy_attr(inode);
	} else if (i_size_read(inode) != i_size_read(lower)) {
		/* the last one takes over the last size */
		guard(spinlock)(&inode->i_lock);
		i_size_write(inode, i_size_read(lower));
	}
}

/**
 * simfs_inode_alloc - super_operations.alloc_inode
 * @sb: superblock
 *
 * Return: an inode, or NULL.
 */
struct inode *simfs_inode_alloc(struct super_block *sb)
{
	struct simfs_inode *si;

	si = alloc_inode_sb(sb, simfs_inode_cache, GFP_KERNEL);
	if (!si)
		return NULL;
	si->lower = NULL;
	si->charged = false;
	atomic64_set(&si->pending, 0);
	si->spare = 0;
	si->ahead = 0;
	si->restless = false;
	si->dense = 0;
	return &si->inode;
}

/**
 * simfs_inode_free - super_operations.free_inode
 * @inode: inode
 */
void simfs_inode_free(struct inode *inode)
{
	kmem_cache_free(simfs_inode_cache, simfs_inode(inode));
}

/**
 * simfs_inode_evict - super_operations.evict_inode
 * @inode: inode
 */
void simfs_inode_evict(struct inode *inode)
{
	struct inode *lower = simfs_lower_inode(inode);

	vzq_inode_evict(inode);
	clear_inode(inode);
	iput(lower);
}

static int simfs_inode_test(struct inode *inode, void *lower)
{
	return simfs_lower_inode(inode) == lower;
}

static int simfs_inode_set(struct inode *inode, void *lower)
{
	simfs_inode(inode)->lower = igrab(lower);
	return simfs_lower_inode(inode) ? 0 : -ESTALE;
}

static void simfs_inode_fill(struct inode *inode, struct inode *lower)
{
	inode->i_ino = lower->i_ino;
	inode->i_generation = lower->i_generation;
	inode->i_blkbits = lower->i_blkbits;
	/* times are those of the lower inode */
	inode->i_flags |= S_NOCMTIME | S_NOATIME;
#ifdef CONFIG_FS_POSIX_ACL
	inode->i_acl = ACL_DONT_CACHE;
	inode->i_default_acl = ACL_DONT_CACHE;
#endif
	inode->i_mode = lower->i_mode;
	switch (lower->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &simfs_file_iops;
		inode->i_fop = &simfs_file_fops;
		break;
	case S_IFDIR:
		inode->i_op = &simfs_dir_iops;
		inode->i_fop = &simfs_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &simfs_symlink_iops;
		break;
	default:
		inode->i_op = &simfs_special_iops;
		init_special_inode(inode, lower->i_mode, lower->i_rdev);
	}
}

/**
 * simfs_inode_get - the inode that stands for a lower one
 * @sb: superblock
 * @lower: lower inode
 *
 * Return: an inode, referenced; or an error.
 */
struct inode *simfs_inode_get(struct super_block *sb, struct inode *lower)
{
	struct inode *inode;

	inode = iget5_locked(sb, (unsigned long)lower, simfs_inode_test,
			     simfs_inode_set, lower);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (vz_inode_is_new(inode)) {
		simfs_inode_fill(inode, lower);
		simfs_copy_attr(inode);
		vzq_inode_found(inode);
		unlock_new_inode(inode);
	}
	return inode;
}

/**
 * simfs_inode_prepare - an inode for what is about to be made
 * @idmap: mapping of the mount
 * @dir: where
 * @mode: type and mode
 *
 * It is charged before anything is made below.
 *
 * Return: an inode for simfs_inode_attach() or iput(); or an error.
 */
struct inode *simfs_inode_prepare(struct vz_idmap *idmap, struct inode *dir,
				  umode_t mode)
{
	struct inode *inode = new_inode(dir->i_sb);
	int err;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	vz_inode_set_creating(inode);
	inode_init_owner(idmap, inode, dir, mode);
	err = vzq_inode_charge(inode, S_ISDIR(mode) || S_ISLNK(mode) ?
			       i_blocksize(dir) : 0);
	if (!err)
		return inode;
	iput(inode);
	return ERR_PTR(err);
}

/*
 * Some file systems have rules of their own about whose a new file is, and
 * some refuse a new owner.
 */
static void simfs_inode_charge_owner(struct inode *inode,
				     const struct inode *lower)
{
	struct iattr attr = {
		.ia_valid = ATTR_UID | ATTR_GID,
		.ia_vfsuid = VFSUIDT_INIT(lower->i_uid),
		.ia_vfsgid = VFSGIDT_INIT(lower->i_gid),
	};

	if (!uid_eq(inode->i_uid, lower->i_uid) ||
	    !gid_eq(inode->i_gid, lower->i_gid))
		vzq_chown(VZ_NOP_IDMAP, inode, &attr);
}

/**
 * simfs_inode_attach - what was prepared has been made
 * @inode: from simfs_inode_prepare(), the reference is taken over
 * @lower: the new lower inode
 *
 * Return: the inode that stands for it, referenced; or an error.
 */
struct inode *simfs_inode_attach(struct inode *inode, struct inode *lower)
{
	struct inode *found;

	found = inode_insert5(inode, (unsigned long)lower, simfs_inode_test,
			      simfs_inode_set, lower);
	if (found != inode) {
		iput(inode);
		return found ?: ERR_PTR(-ENOMEM);
	}
	simfs_inode_charge_owner(inode, lower);
	simfs_inode_fill(inode, lower);
	simfs_copy_attr(inode);
	vzq_inode_made(inode);
	unlock_new_inode(inode);
	vzq_settle(inode);
	return inode;
}

/* A file system that knows no idmapped mounts says whose it is below. */
static int simfs_getattr_unmapped(struct vz_idmap *idmap, struct inode *inode,
				  const struct path *lower, struct kstat *stat,
				  u32 mask, unsigned int flags)
{
	int err = vfs_getattr_nosec(lower, stat, mask, flags);

	stat->uid = vfsuid_into_kuid(i_uid_into_vfsuid(idmap, inode));
	stat->gid = vfsgid_into_kgid(i_gid_into_vfsgid(idmap, inode));
	return err;
}

/**
 * simfs_getattr - inode_operations.getattr
 * @idmap: mapping of the mount
 * @path: what is asked about
 * @stat: answer, as vfs_getattr_nosec() prepares it
 * @mask: what is wanted
 * @flags: AT_*
 *
 * Return: 0 or a negative error.
 */
int simfs_getattr(struct vz_idmap *idmap, const struct path *path,
		  struct kstat *stat, u32 mask, unsigned int flags)
{
	struct path lower = simfs_lower_path(path->dentry);
	struct inode *inode = d_inode(path->dentry);
	struct inode *below = simfs_lower_inode(inode);
	int err;

	if (!simfs_is_current(inode))
		simfs_copy_attr(inode);
	if (below->i_op->getattr &&
	    below->i_sb->s_type->fs_flags & FS_ALLOW_IDMAP)
		err = below->i_op->getattr(idmap, &lower, stat, mask, flags);
	else
		err = simfs_getattr_unmapped(idmap, inode, &lower, stat, mask,
					     flags);
	if (IS_DAX(below))
		stat->attributes |= STATX_ATTR_DAX;
	stat->dev = inode->i_sb->s_dev;
	return err;
}

static int simfs_setattr_lower(struct vz_idmap *idmap, struct dentry *dentry,
			       const struct iattr *attr)
{
	struct dentry *lower = simfs_lower_dentry(dentry);
	struct inode *inode = d_inode(dentry);
	struct iattr copy = *attr;
	int err;

	/* the lower file is another one; it derives the mode itself */
	copy.ia_valid &= ~ATTR_FILE;
	if (copy.ia_valid & (ATTR_KILL_SUID | ATTR_KILL_SGID))
		copy.ia_valid &= ~ATTR_MODE;
	inode_lock(d_inode(lower));
	err = notify_change(idmap, lower, &copy, NULL);
	inode_unlock(d_inode(lower));
	if (attr->ia_valid & ATTR_SIZE) {
		vzq_shrunk(inode, attr->ia_size);
		vzq_settle(inode);
		vzq_watch(inode);
	}
	return err;
}

/**
 * simfs_setattr - inode_operations.setattr
 * @idmap: mapping of the mount
 * @dentry: what is to be changed
 * @attr: changes
 *
 * Return: 0 or a negative error.
 */
int simfs_setattr(struct vz_idmap *idmap, struct dentry *dentry,
		  struct iattr *attr)
{
	struct vfsmount *mnt = simfs_sb(dentry->d_sb)->mnt;
	struct inode *inode = d_inode(dentry);
	u64 reserved = 0;
	int err;

	err = setattr_prepare(idmap, dentry, attr);
	if (!err)
		err = mnt_want_write(mnt);
	if (err)
		return err;
	if (attr->ia_valid & ATTR_SIZE)
		err = vzq_stretch_begin(inode, attr->ia_size, &reserved);
	if (!err && attr->ia_valid & (ATTR_UID | ATTR_GID))
		err = vzq_chown(idmap, inode, attr);
	if (!err) {
		err = simfs_setattr_lower(idmap, dentry, attr);
		simfs_inode_charge_owner(inode, simfs_lower_inode(inode));
		simfs_copy_attr(inode);
	}
	if (reserved)
		vzq_written(inode, reserved);
	mnt_drop_write(mnt);
	return err;
}

static const char *simfs_get_link(struct dentry *dentry, struct inode *inode,
				  struct delayed_call *done)
{
	const struct cred *old;
	const char *target;

	if (!dentry)
		return ERR_PTR(-ECHILD);
	old = override_creds(simfs_sb(inode->i_sb)->cred);
	target = vfs_get_link(simfs_lower_dentry(dentry), done);
	revert_creds(old);
	return target;
}

static int simfs_fiemap(struct inode *inode, struct fiemap_extent_info *info,
			u64 start, u64 len)
{
	struct inode *lower = simfs_lower_inode(inode);

	if (!lower->i_op->fiemap)
		return -EOPNOTSUPP;
	return lower->i_op->fiemap(lower, info, start, len);
}

const struct inode_operations simfs_file_iops = {
	.getattr	= simfs_getattr,
	.setattr	= simfs_setattr,
	.listxattr	= simfs_listxattr,
	.vz_get_acl	= simfs_get_acl,
	.set_acl	= simfs_set_acl,
	.fileattr_get	= simfs_fileattr_get,
	.fileattr_set	= simfs_fileattr_set,
	.fiemap		= simfs_fiemap,
};

const struct inode_operations simfs_special_iops = {
	.getattr	= simfs_getattr,
	.setattr	= simfs_setattr,
	.listxattr	= simfs_listxattr,
	.vz_get_acl	= simfs_get_acl,
	.set_acl	= simfs_set_acl,
};

const struct inode_operations simfs_symlink_iops = {
	.get_link	= simfs_get_link,
	.getattr	= simfs_getattr,
	.setattr	= simfs_setattr,
	.listxattr	= simfs_listxattr,
};

static void simfs_inode_init_once(void *obj)
{
	struct simfs_inode *si = obj;

	inode_init_once(&si->inode);
	memset(si->dquots, 0, sizeof(si->dquots));
	mutex_init(&si->charge_lock);
	mutex_init(&si->ahead_lock);
	INIT_LIST_HEAD(&si->spares);
	INIT_LIST_HEAD(&si->watch);
}

/**
 * simfs_inode_init - make the cache of inodes
 *
 * Return: 0 or -ENOMEM.
 */
int simfs_inode_init(void)
{
	simfs_inode_cache =
		kmem_cache_create("simfs_inode", sizeof(struct simfs_inode), 0,
				  SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
				  simfs_inode_init_once);
	return simfs_inode_cache ? 0 : -ENOMEM;
}

/**
 * simfs_inode_exit - remove the cache of inodes
 */
void simfs_inode_exit(void)
{
	/* inodes are freed after a grace period */
	rcu_barrier();
	kmem_cache_destroy(simfs_inode_cache);
}
