// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes, access control lists and inode flags.
 *
 * The VFS has checked permissions and converted ids by the mapping of the
 * mount before it comes here, so the lower values are set as they are.
 */
#include <linux/fileattr.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/xattr.h>
#include "simfs.h"

static int simfs_xattr_get(const struct xattr_handler *handler,
			   struct dentry *dentry, struct inode *inode,
			   const char *name, void *value, size_t size)
{
	return __vfs_getxattr(simfs_lower_dentry(dentry),
			      simfs_lower_inode(inode), name, value, size);
}

static int simfs_xattr_set(const struct xattr_handler *handler,
			   struct vz_idmap *idmap, struct dentry *dentry,
			   struct inode *inode, const char *name,
			   const void *value, size_t size, int flags)
{
	struct path lower = simfs_lower_path(dentry);
	struct inode *below = simfs_lower_inode(inode);
	int err;

	err = value ? vzq_may_grow(inode) : 0;
	if (!err)
		err = mnt_want_write(lower.mnt);
	if (err)
		return err;
	inode_lock(below);
	/* what is remembered of its having none is over */
	if (!strncmp(name, XATTR_SECURITY_PREFIX, XATTR_SECURITY_PREFIX_LEN))
		below->i_flags &= ~S_NOSEC;
	if (value)
		err = __vfs_setxattr(idmap, lower.dentry, below, name, value,
				     size, flags);
	else
		err = __vfs_removexattr(idmap, lower.dentry, name);
	inode_unlock(below);
	mnt_drop_write(lower.mnt);
	simfs_copy_attr(inode);
	vzq_settle(inode);
	return err;
}

static const struct xattr_handler simfs_xattr_handler = {
	.prefix	= "",
	.get	= simfs_xattr_get,
	.set	= simfs_xattr_set,
};

const struct xattr_handler * const simfs_xattr_handlers[] = {
#if defined(CONFIG_FS_POSIX_ACL) && !defined(VZ_HAVE_MNT_IDMAP)
	&posix_acl_access_xattr_handler,
	&posix_acl_default_xattr_handler,
#endif
	&simfs_xattr_handler,
	NULL
};

/**
 * simfs_listxattr - inode_operations.listxattr
 * @dentry: file
 * @list: answer
 * @size: room there
 *
 * Return: bytes, or a negative error.
 */
ssize_t simfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	return vfs_listxattr(simfs_lower_dentry(dentry), list, size);
}

/**
 * simfs_get_acl - inode_operations.get_inode_acl
 * @inode: inode
 * @type: ACL_TYPE_*
 * @rcu: must not sleep
 *
 * Return: the list, NULL for none, or an error.
 */
struct posix_acl *simfs_get_acl(struct inode *inode, int type, bool rcu)
{
	struct inode *lower = simfs_lower_inode(inode);

	if (!IS_POSIXACL(lower))
		return NULL;
	return rcu ? get_cached_acl_rcu(lower, type) : vz_get_acl(lower, type);
}

/**
 * simfs_set_acl - inode_operations.set_acl
 * @idmap: mapping of the mount
 * @target: what is to be changed
 * @acl: the list, NULL for none
 * @type: ACL_TYPE_*
 *
 * Return: 0 or a negative error.
 */
int simfs_set_acl(struct vz_idmap *idmap, struct vz_acl_target *target,
		  struct posix_acl *acl, int type)
{
	struct inode *inode = vz_acl_inode(target);
	struct inode *below = simfs_lower_inode(inode);
	struct vfsmount *mnt = simfs_sb(inode->i_sb)->mnt;
	int err;

	err = acl ? vzq_may_grow(inode) : 0;
	if (!err)
		err = mnt_want_write(mnt);
	if (err)
		return err;
	inode_lock(below);
	err = set_posix_acl(idmap, vz_acl_pick(simfs_lower_dentry,
					       simfs_lower_inode)(target),
			    type, acl);
	inode_unlock(below);
	mnt_drop_write(mnt);
	simfs_copy_attr(inode);
	vzq_settle(inode);
	return err;
}

/**
 * simfs_fileattr_get - inode_operations.fileattr_get
 * @dentry: file
 * @fa: answer
 *
 * Return: 0 or a negative error.
 */
int simfs_fileattr_get(struct dentry *dentry, struct vz_fileattr *fa)
{
	return vfs_fileattr_get(simfs_lower_dentry(dentry), fa);
}

/**
 * simfs_fileattr_set - inode_operations.fileattr_set
 * @idmap: mapping of the mount
 * @dentry: file
 * @fa: flags
 *
 * Return: 0 or a negative error.
 */
int simfs_fileattr_set(struct vz_idmap *idmap, struct dentry *dentry,
		       struct vz_fileattr *fa)
{
	struct path lower = simfs_lower_path(dentry);
	int err;

	err = mnt_want_write(lower.mnt);
	if (err)
		return err;
	err = vfs_fileattr_set(idmap, lower.dentry, fa);
	mnt_drop_write(lower.mnt);
	simfs_copy_attr(d_inode(dentry));
	return err;
}
