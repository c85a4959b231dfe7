// SPDX-License-Identifier: GPL-2.0
/*
 * Mounting:  mount -t simfs DIRECTORY MOUNTPOINT
 */
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include "simfs.h"

static int simfs_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct path lower = simfs_lower_path(dentry->d_sb->s_root);
	int err;

	err = vfs_statfs(&lower, buf);
	if (!err)
		vzq_statfs(dentry->d_sb, buf);
	buf->f_type = SIMFS_MAGIC;
	buf->f_fsid = u64_to_fsid(huge_encode_dev(dentry->d_sb->s_dev));
	return err;
}

/* Where the files lie on the host is not the container's business. */
static int simfs_show_devname(struct seq_file *m, struct dentry *root)
{
	seq_puts(m, "/dev/simfs");
	return 0;
}

static int simfs_show_options(struct seq_file *m, struct dentry *root)
{
	const struct vzq *q = simfs_sb(root->d_sb)->quota;

	/* so the tools know that there are quotas to be looked at */
	if (q && q->ugid_limit)
		seq_puts(m, ",usrquota,grpquota");
	return 0;
}

static VZ_DQUOT **simfs_get_dquots(struct inode *inode)
{
	return (__force VZ_DQUOT **)simfs_inode(inode)->dquots;
}

/* The kernel's quota code wants them to be there; they are never called. */
static ssize_t simfs_quota_read(struct super_block *sb, int type, char *data,
				size_t len, loff_t off)
{
	return -EIO;
}

static ssize_t simfs_quota_write(struct super_block *sb, int type,
				 const char *data, size_t len, loff_t off)
{
	return -EIO;
}

static void simfs_free_sb(struct simfs_sb *sbi)
{
	if (sbi->mnt)
		kern_unmount(sbi->mnt);
	if (sbi->cred)
		put_cred(sbi->cred);
	kfree(sbi);
}

static void simfs_put_super(struct super_block *sb)
{
	vzq_detach(sb);
	simfs_free_sb(simfs_sb(sb));
}

static const struct super_operations simfs_sops = {
	.alloc_inode	= simfs_inode_alloc,
	.free_inode	= simfs_inode_free,
	.evict_inode	= simfs_inode_evict,
	.statfs		= simfs_statfs,
	.sync_fs	= simfs_sync_fs,
	.put_super	= simfs_put_super,
	.show_devname	= simfs_show_devname,
	.show_options	= simfs_show_options,
	.quota_read	= simfs_quota_read,
	.quota_write	= simfs_quota_write,
	.get_dquots	= simfs_get_dquots,
};

/* The rights of who mounts, but for what is kept for root of the host. */
static struct cred *simfs_make_cred(void)
{
	struct cred *cred = prepare_creds();

	if (cred) {
		cap_lower(cred->cap_effective, CAP_SYS_RESOURCE);
		cap_lower(cred->cap_permitted, CAP_SYS_RESOURCE);
	}
	return cred;
}

/* What lies below has to be a plain local file system. */
static int simfs_check_lower(struct fs_context *fc, const struct path *path)
{
	const struct super_block *lower = path->dentry->d_sb;

	if (!d_is_dir(path->dentry))
		return invalf(fc, "simfs: %s is no directory", fc->source);
	if (lower->s_type == &simfs_type)
		return invalf(fc, "simfs: %s is on simfs already", fc->source);
	if (lower->s_user_ns != &init_user_ns)
		return invalf(fc, "simfs: %s is not on the host's own",
			      fc->source);
	if (lower->s_stack_depth >= FILESYSTEM_MAX_STACK_DEPTH)
		return invalf(fc, "simfs: file systems are stacked too deeply");
	if (path->dentry->d_flags & (DCACHE_OP_REVALIDATE | DCACHE_OP_HASH |
				     DCACHE_OP_COMPARE))
		return invalf(fc, "simfs: %s is remote or ignores case",
			      fc->source);
	return 0;
}

static int simfs_open_lower(struct simfs_sb *sbi, struct fs_context *fc)
{
	struct path path;
	int err;

	if (!fc->source)
		return invalf(fc, "simfs: no directory is given");
	err = kern_path(fc->source, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);
	if (err)
		return err;
	err = simfs_check_lower(fc, &path);
	if (!err) {
		sbi->mnt = clone_private_mount(&path);
		if (IS_ERR(sbi->mnt)) {
			err = PTR_ERR(sbi->mnt);
			sbi->mnt = NULL;
		}
	}
	path_put(&path);
	return err;
}

static void simfs_setup_sb(struct super_block *sb, struct simfs_sb *sbi)
{
	const struct super_block *lower = sbi->mnt->mnt_sb;

	sb->s_magic = SIMFS_MAGIC;
	sb->s_op = &simfs_sops;
	vz_set_xattr(sb, simfs_xattr_handlers);
	sb->s_stack_depth = lower->s_stack_depth + 1;
	sb->s_maxbytes = lower->s_maxbytes;
	sb->s_max_links = lower->s_max_links;
	sb->s_blocksize = lower->s_blocksize;
	sb->s_blocksize_bits = lower->s_blocksize_bits;
	sb->s_time_gran = lower->s_time_gran;
	sb->s_time_min = lower->s_time_min;
	sb->s_time_max = lower->s_time_max;
	sb->s_flags |= lower->s_flags & SB_POSIXACL;
	sb->s_iflags |= SB_I_NODEV;
	vz_set_d_op(sb, &simfs_dentry_ops);
}

static int simfs_make_root(struct super_block *sb, struct simfs_sb *sbi)
{
	struct dentry *lower = sbi->mnt->mnt_root;
	struct inode *inode;

	inode = simfs_inode_get(sb, d_inode(lower));
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	sb->s_root = d_make_root(inode);
	if (!sb->s_root)
		return -ENOMEM;
	simfs_set_lower_dentry(sb->s_root, dget(lower));
	return 0;
}

static int simfs_charge_sb(struct super_block *sb, struct fs_context *fc)
{
	u32 id = (uintptr_t)fc->fs_private;
	int err = id ? vzq_attach(sb, id) : 0;

	if (err == -ENOENT)
		errorf(fc, "simfs: quota %u is not on", id);
	else if (err == -EBUSY)
		errorf(fc, "simfs: quota %u is mounted already", id);
	else if (err == -EXDEV)
		errorf(fc, "simfs: quota %u is not of %s", id, fc->source);
	return err;
}

/* From the moment s_root is set on, put_super is called upon failure. */
static int simfs_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct simfs_sb *sbi;
	int err;

	sbi = kzalloc(sizeof(*sbi), GFP_KERNEL_ACCOUNT);
	if (!sbi)
		return -ENOMEM;
	sb->s_fs_info = sbi;
	err = -ENOMEM;
	sbi->cred = simfs_make_cred();
	if (!sbi->cred)
		goto err_free;
	err = simfs_open_lower(sbi, fc);
	if (err)
		goto err_free;
	simfs_setup_sb(sb, sbi);
	vzq_watch_init(sb);
	err = simfs_charge_sb(sb, fc);
	if (err)
		goto err_free;
	err = simfs_make_root(sb, sbi);
	if (err)
		goto err_detach;
	return 0;

err_detach:
	vzq_detach(sb);
err_free:
	sb->s_fs_info = NULL;
	simfs_free_sb(sbi);
	return err;
}

static int simfs_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, simfs_fill_super);
}

static const struct fs_parameter_spec simfs_parameters[] = {
	fsparam_u32("quota", 0),
	{ }
};

static int simfs_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct fs_parse_result result;
	int opt;

	opt = fs_parse(fc, simfs_parameters, param, &result);
	if (opt == -ENOPARAM)
		return vfs_parse_fs_param_source(fc, param);
	if (opt < 0)
		return opt;
	fc->fs_private = (void *)(uintptr_t)result.uint_32;
	return 0;
}

static const struct fs_context_operations simfs_context_ops = {
	.parse_param	= simfs_parse_param,
	.get_tree	= simfs_get_tree,
};

static int simfs_init_fs_context(struct fs_context *fc)
{
	fc->ops = &simfs_context_ops;
	return 0;
}

static void simfs_kill_sb(struct super_block *sb)
{
	/* NULL if it could not be mounted */
	if (simfs_sb(sb))
		vzq_watch_end(sb);
	kill_anon_super(sb);
}

struct file_system_type simfs_type = {
	.owner			= THIS_MODULE,
	.name			= SIMFS_NAME,
	.init_fs_context	= simfs_init_fs_context,
	.parameters		= simfs_parameters,
	.kill_sb		= simfs_kill_sb,
	.fs_flags		= FS_ALLOW_IDMAP,
};

MODULE_ALIAS_FS(SIMFS_NAME);
