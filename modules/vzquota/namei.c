// SPDX-License-Identifier: GPL-2.0
/*
 * Directories: looking up, making, removing and renaming.
 *
 * The lower dentry that belongs to one of ours may have been moved or removed
 * behind our back at any moment; the lower directory is locked before it is
 * looked at again, and who loses such a race gets ESTALE, upon which the VFS
 * looks everything up anew.
 */
#include <linux/namei.h>
#include "simfs.h"

static struct dentry *simfs_lookup(struct inode *dir, struct dentry *dentry,
				   unsigned int flags)
{
	const struct cred *old = override_creds(simfs_sb(dir->i_sb)->cred);
	struct inode *inode = NULL;
	struct dentry *lower;

	lower = vz_lookup_unlocked(&dentry->d_name,
				   simfs_lower_dentry(dentry->d_parent));
	revert_creds(old);
	if (IS_ERR(lower))
		return ERR_CAST(lower);
	simfs_set_lower_dentry(dentry, lower);
	if (d_is_positive(lower))
		inode = simfs_inode_get(dir->i_sb, d_inode(lower));
	return d_splice_alias(inode, dentry);
}

static int simfs_stale(int err)
{
	return err == -EINVAL ? -ESTALE : err;
}

/* Locks the lower directory and references the negative lower dentry. */
static struct dentry *simfs_start_creating(struct dentry *dentry)
{
	struct vfsmount *mnt = simfs_sb(dentry->d_sb)->mnt;
	struct dentry *lower;
	int err;

	err = mnt_want_write(mnt);
	if (err)
		return ERR_PTR(err);
	lower = vz_start_creating(simfs_lower_dentry(dentry->d_parent),
				  simfs_lower_dentry(dentry));
	if (IS_ERR(lower)) {
		mnt_drop_write(mnt);
		return ERR_PTR(simfs_stale(PTR_ERR(lower)));
	}
	return lower;
}

static void simfs_end(struct dentry *dentry, struct dentry *lower)
{
	vz_end_dirop(lower);
	mnt_drop_write(simfs_sb(dentry->d_sb)->mnt);
	simfs_copy_attr(d_inode(dentry->d_parent));
}

/* What was made below appears here. */
static int simfs_instantiate(struct dentry *dentry, struct dentry *lower)
{
	struct inode *inode;

	inode = simfs_inode_get(dentry->d_sb, d_inode(lower));
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (simfs_lower_dentry(dentry) != lower)
		simfs_set_lower_dentry(dentry, dget(lower));
	d_instantiate(dentry, inode);
	return 0;
}

static int simfs_create(struct vz_idmap *idmap, struct inode *dir,
			struct dentry *dentry, umode_t mode, bool excl)
{
	struct dentry *lower = simfs_start_creating(dentry);
	int err;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	err = vz_vfs_create(idmap, lower, mode);
	if (!err)
		err = simfs_instantiate(dentry, lower);
	simfs_end(dentry, lower);
	return err;
}

static int simfs_mknod(struct vz_idmap *idmap, struct inode *dir,
		       struct dentry *dentry, umode_t mode, dev_t dev)
{
	struct dentry *lower;
	int err;

	/* but for whiteouts of an overlay */
	if (S_ISBLK(mode) || (S_ISCHR(mode) && dev != WHITEOUT_DEV))
		return -EPERM;
	lower = simfs_start_creating(dentry);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	err = vz_vfs_mknod(idmap, lower, mode, dev);
	if (!err)
		err = simfs_instantiate(dentry, lower);
	simfs_end(dentry, lower);
	return err;
}

static int simfs_symlink(struct vz_idmap *idmap, struct inode *dir,
			 struct dentry *dentry, const char *target)
{
	struct dentry *lower = simfs_start_creating(dentry);
	int err;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	err = vz_vfs_symlink(idmap, lower, target);
	if (!err)
		err = simfs_instantiate(dentry, lower);
	simfs_end(dentry, lower);
	return err;
}

static int simfs_make_dir(struct vz_idmap *idmap, struct dentry *dentry,
			  umode_t mode)
{
	struct dentry *lower = simfs_start_creating(dentry);
	int err = 0;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	/* ends the operation itself when it fails */
	lower = vz_vfs_mkdir(idmap, lower, mode);
	if (IS_ERR(lower))
		err = PTR_ERR(lower);
	else
		err = simfs_instantiate(dentry, lower);
	simfs_end(dentry, lower);
	return err;
}

#ifdef VZ_HAVE_MKDIR_DENTRY
static struct dentry *simfs_mkdir(struct vz_idmap *idmap, struct inode *dir,
				  struct dentry *dentry, umode_t mode)
{
	return ERR_PTR(simfs_make_dir(idmap, dentry, mode));
}
#else
static int simfs_mkdir(struct vz_idmap *idmap, struct inode *dir,
		       struct dentry *dentry, umode_t mode)
{
	return simfs_make_dir(idmap, dentry, mode);
}
#endif

static int simfs_link(struct dentry *from, struct inode *dir,
		      struct dentry *dentry)
{
	struct dentry *lower = simfs_start_creating(dentry);
	const struct cred *old;
	int err;

	if (IS_ERR(lower))
		return PTR_ERR(lower);
	old = override_creds(simfs_sb(dir->i_sb)->cred);
	err = vfs_link(simfs_lower_dentry(from), VZ_NOP_IDMAP,
		       d_inode(lower->d_parent), lower, NULL);
	revert_creds(old);
	if (!err)
		err = simfs_instantiate(dentry, lower);
	simfs_end(dentry, lower);
	simfs_copy_attr(d_inode(from));
	return err;
}

/*
 * A dentry that stayed here as a negative one would keep the lower one, and
 * with it the blocks of the file.
 */
static int simfs_remove(struct dentry *dentry, bool is_dir)
{
	struct simfs_sb *sbi = simfs_sb(dentry->d_sb);
	struct dentry *lower;
	const struct cred *old;
	int err;

	err = mnt_want_write(sbi->mnt);
	if (err)
		return err;
	lower = vz_start_removing(simfs_lower_dentry(dentry->d_parent),
				  simfs_lower_dentry(dentry));
	if (IS_ERR(lower)) {
		mnt_drop_write(sbi->mnt);
		return simfs_stale(PTR_ERR(lower));
	}
	old = override_creds(sbi->cred);
	if (is_dir)
		err = vz_vfs_rmdir(VZ_NOP_IDMAP, lower);
	else
		err = vfs_unlink(VZ_NOP_IDMAP, d_inode(lower->d_parent), lower,
				 NULL);
	revert_creds(old);
	if (!err)
		d_drop(dentry);
	simfs_end(dentry, lower);
	simfs_copy_attr(d_inode(dentry));
	return err;
}

static int simfs_unlink(struct inode *dir, struct dentry *dentry)
{
	return simfs_remove(dentry, false);
}

static int simfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	return simfs_remove(dentry, true);
}

static int simfs_rename(struct vz_idmap *idmap, struct inode *old_dir,
			struct dentry *old, struct inode *new_dir,
			struct dentry *new, unsigned int flags)
{
	struct simfs_sb *sbi = simfs_sb(old->d_sb);
	const struct cred *cred;
	int err;

	err = mnt_want_write(sbi->mnt);
	if (err)
		return err;
	cred = override_creds(sbi->cred);
	err = vz_vfs_rename(VZ_NOP_IDMAP, simfs_lower_dentry(old->d_parent),
			    simfs_lower_dentry(old),
			    simfs_lower_dentry(new->d_parent),
			    simfs_lower_dentry(new), flags);
	revert_creds(cred);
	mnt_drop_write(sbi->mnt);
	simfs_copy_attr(old_dir);
	simfs_copy_attr(new_dir);
	simfs_copy_attr(d_inode(old));
	if (d_is_positive(new))
		simfs_copy_attr(d_inode(new));
	return err;
}

/* The lower cred with the caller's ids as they are on disk. */
static struct cred *simfs_owner_cred(struct vz_idmap *idmap,
				     const struct simfs_sb *sbi)
{
	struct cred *cred = prepare_creds();

	if (!cred)
		return NULL;
	cred->fsuid = mapped_fsuid(idmap, &init_user_ns);
	cred->fsgid = mapped_fsgid(idmap, &init_user_ns);
	cred->cap_effective = sbi->cred->cap_effective;
	return cred;
}

static struct file *simfs_open_tmpfile(struct vz_idmap *idmap,
				       struct file *file, umode_t mode)
{
	struct dentry *dentry = file->f_path.dentry;
	struct path parent = simfs_lower_path(dentry->d_parent);
	struct cred *cred = simfs_owner_cred(idmap, simfs_sb(dentry->d_sb));
	const struct cred *old;
	struct file *lower;

	if (!cred)
		return ERR_PTR(-ENOMEM);
	old = override_creds(cred);
	lower = vz_backing_tmpfile(file, file->f_flags | O_NOATIME, &parent,
				   mode, cred);
	revert_creds(old);
	put_cred(cred);
	return lower;
}

static int simfs_tmpfile_opened(struct inode *inode, struct file *file)
{
	file->f_mode |= simfs_lower_file(file)->f_mode & FMODE_CAN_ODIRECT;
	return 0;
}

static int simfs_tmpfile(struct vz_idmap *idmap, struct inode *dir,
			 struct file *file, umode_t mode)
{
	struct dentry *dentry = file->f_path.dentry;
	struct vfsmount *mnt = simfs_sb(dir->i_sb)->mnt;
	struct file *lower;
	struct inode *inode;
	int err;

	err = mnt_want_write(mnt);
	if (err)
		return err;
	lower = simfs_open_tmpfile(idmap, file, mode);
	mnt_drop_write(mnt);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	inode = simfs_inode_get(dir->i_sb, file_inode(lower));
	if (IS_ERR(inode)) {
		fput(lower);
		return PTR_ERR(inode);
	}
	simfs_set_lower_dentry(dentry, dget(lower->f_path.dentry));
	file->private_data = lower;
	/* it takes one link away */
	set_nlink(inode, 1);
	d_tmpfile(file, inode);
	err = finish_open(file, dentry, simfs_tmpfile_opened);
	if (err) {
		file->private_data = NULL;
		fput(lower);
	}
	return err;
}

const struct inode_operations simfs_dir_iops = {
	.lookup		= simfs_lookup,
	.create		= simfs_create,
	.link		= simfs_link,
	.unlink		= simfs_unlink,
	.symlink	= simfs_symlink,
	.mkdir		= simfs_mkdir,
	.rmdir		= simfs_rmdir,
	.mknod		= simfs_mknod,
	.rename		= simfs_rename,
	.tmpfile	= simfs_tmpfile,
	.getattr	= simfs_getattr,
	.setattr	= simfs_setattr,
	.listxattr	= simfs_listxattr,
	.vz_get_acl	= simfs_get_acl,
	.set_acl	= simfs_set_acl,
	.fileattr_get	= simfs_fileattr_get,
	.fileattr_set	= simfs_fileattr_set,
};
