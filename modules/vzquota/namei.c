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

static void simfs_dir_changed(struct inode *dir)
{
	simfs_copy_attr(dir);
	vzq_settle(dir);
	vzq_watch(dir);
}

static void simfs_end(struct dentry *dentry, struct dentry *lower)
{
	vz_end_dirop(lower);
	mnt_drop_write(simfs_sb(dentry->d_sb)->mnt);
	simfs_dir_changed(d_inode(dentry->d_parent));
}

/* What was made below, or has got one more name there, appears here. */
static int simfs_instantiate(struct dentry *dentry, struct dentry *lower,
			     struct inode *inode)
{
	if (inode)
		inode = simfs_inode_attach(inode, d_inode(lower));
	else
		inode = simfs_inode_get(dentry->d_sb, d_inode(lower));
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (simfs_lower_dentry(dentry) != lower)
		simfs_set_lower_dentry(dentry, dget(lower));
	else
		simfs_made(dentry);
	d_instantiate(dentry, inode);
	return 0;
}

/**
 * struct simfs_new - something that is being made
 * @idmap: mapping of the mount
 * @mode: type and mode
 * @dev: device number of a whiteout, 0
 * @target: of a symbolic link
 */
struct simfs_new {
	struct vz_idmap	*idmap;
	umode_t		mode;
	dev_t		dev;
	const char	*target;
};

/* Replaces *lower by an error when the operation was ended on failure. */
static int simfs_make_lower(const struct simfs_new *new, struct dentry **lower)
{
	switch (new->mode & S_IFMT) {
	case S_IFREG:
		return vz_vfs_create(new->idmap, *lower, new->mode);
	case S_IFLNK:
		return vz_vfs_symlink(new->idmap, *lower, new->target);
	case S_IFDIR:
		*lower = vz_vfs_mkdir(new->idmap, *lower, new->mode & ~S_IFMT);
		return PTR_ERR_OR_ZERO(*lower);
	default:
		return vz_vfs_mknod(new->idmap, *lower, new->mode, new->dev);
	}
}

static int simfs_make(struct inode *dir, struct dentry *dentry,
		      const struct simfs_new *new)
{
	struct dentry *lower;
	struct inode *inode;
	int err;

	inode = simfs_inode_prepare(new->idmap, dir, new->mode);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	lower = simfs_start_creating(dentry);
	if (IS_ERR(lower)) {
		iput(inode);
		return PTR_ERR(lower);
	}
	err = simfs_make_lower(new, &lower);
	if (err)
		iput(inode);
	else
		err = simfs_instantiate(dentry, lower, inode);
	simfs_end(dentry, lower);
	return err;
}

static int simfs_create(struct vz_idmap *idmap, struct inode *dir,
			struct dentry *dentry, umode_t mode, bool excl)
{
	struct simfs_new new = { .idmap = idmap, .mode = mode | S_IFREG };

	return simfs_make(dir, dentry, &new);
}

static int simfs_mknod(struct vz_idmap *idmap, struct inode *dir,
		       struct dentry *dentry, umode_t mode, dev_t dev)
{
	struct simfs_new new = { .idmap = idmap, .mode = mode, .dev = dev };

	/* but for whiteouts of an overlay */
	if (S_ISBLK(mode) || (S_ISCHR(mode) && dev != WHITEOUT_DEV))
		return -EPERM;
	return simfs_make(dir, dentry, &new);
}

static int simfs_symlink(struct vz_idmap *idmap, struct inode *dir,
			 struct dentry *dentry, const char *target)
{
	struct simfs_new new = {
		.idmap = idmap,
		.mode = S_IFLNK | 0777,
		.target = target,
	};

	return simfs_make(dir, dentry, &new);
}

static int simfs_make_dir(struct vz_idmap *idmap, struct inode *dir,
			  struct dentry *dentry, umode_t mode)
{
	struct simfs_new new = { .idmap = idmap, .mode = mode | S_IFDIR };

	return simfs_make(dir, dentry, &new);
}

#ifdef VZ_HAVE_MKDIR_DENTRY
static struct dentry *simfs_mkdir(struct vz_idmap *idmap, struct inode *dir,
				  struct dentry *dentry, umode_t mode)
{
	return ERR_PTR(simfs_make_dir(idmap, dir, dentry, mode));
}
#else
static int simfs_mkdir(struct vz_idmap *idmap, struct inode *dir,
		       struct dentry *dentry, umode_t mode)
{
	return simfs_make_dir(idmap, dir, dentry, mode);
}
#endif

static int simfs_link(struct dentry *from, struct inode *dir,
		      struct dentry *dentry)
{
	const struct cred *old;
	struct dentry *lower;
	int err;

	err = vzq_may_grow(dir);
	if (err)
		return err;
	lower = simfs_start_creating(dentry);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	old = override_creds(simfs_sb(dir->i_sb)->cred);
	err = vfs_link(simfs_lower_dentry(from), VZ_NOP_IDMAP,
		       d_inode(lower->d_parent), lower, NULL);
	revert_creds(old);
	if (!err)
		err = simfs_instantiate(dentry, lower, NULL);
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
	vzq_unwatch(d_inode(dentry));
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

/* A whiteout that the lower file system left in the place of @dentry. */
static void simfs_whiteout_made(struct dentry *dentry, struct inode *inode)
{
	struct dentry *lower;

	lower = vz_lookup_unlocked(&dentry->d_name,
				   simfs_lower_dentry(dentry->d_parent));
	if (!IS_ERR(lower) && d_is_positive(lower))
		inode = simfs_inode_attach(inode, d_inode(lower));
	if (!IS_ERR(inode))
		iput(inode);
	if (!IS_ERR(lower))
		dput(lower);
}

static int simfs_rename_lower(struct dentry *old, struct dentry *new,
			      unsigned int flags, struct inode *whiteout)
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
	if (whiteout && err)
		iput(whiteout);
	else if (whiteout)
		simfs_whiteout_made(old, whiteout);
	revert_creds(cred);
	mnt_drop_write(sbi->mnt);
	return err;
}

static int simfs_rename(struct vz_idmap *idmap, struct inode *old_dir,
			struct dentry *old, struct inode *new_dir,
			struct dentry *new, unsigned int flags)
{
	struct inode *whiteout = NULL;
	int err = 0;

	if (new_dir != old_dir)
		err = vzq_may_grow(new_dir);
	if (!err && flags & RENAME_WHITEOUT) {
		whiteout = simfs_inode_prepare(idmap, old_dir,
					       S_IFCHR | WHITEOUT_MODE);
		err = PTR_ERR_OR_ZERO(whiteout);
	}
	if (!err && (d_is_dir(old) || d_is_dir(new))) {
		vzq_recount_move(old_dir->i_sb, 1);
		err = simfs_rename_lower(old, new, flags, whiteout);
		vzq_recount_move(old_dir->i_sb, -1);
	} else if (!err) {
		err = simfs_rename_lower(old, new, flags, whiteout);
	}
	simfs_dir_changed(old_dir);
	if (new_dir != old_dir)
		simfs_dir_changed(new_dir);
	simfs_copy_attr(d_inode(old));
	if (d_is_positive(new)) {
		simfs_copy_attr(d_inode(new));
		vzq_unwatch(d_inode(new));
	}
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
	struct inode *inode;
	struct file *lower;
	int err;

	inode = simfs_inode_prepare(idmap, dir, mode);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	err = mnt_want_write(mnt);
	lower = err ? ERR_PTR(err) : simfs_open_tmpfile(idmap, file, mode);
	if (!err)
		mnt_drop_write(mnt);
	if (IS_ERR(lower)) {
		iput(inode);
		return PTR_ERR(lower);
	}
	inode = simfs_inode_attach(inode, file_inode(lower));
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
