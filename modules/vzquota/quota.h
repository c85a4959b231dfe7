/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Disk quotas: usage and limits of what lies on a simfs.
 *
 * The kernel's own quota code does the counting: each inode of ours is charged
 * to the dquots of its owner, its group and the whole file system (as its
 * "project").  i_bytes and i_blocks of our inodes are what is charged; it is
 * brought in line with the lower inode after each operation that changes that.
 */
#ifndef _VZQ_QUOTA_H
#define _VZQ_QUOTA_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/quota.h>
#include <linux/quotaops.h>
#include <linux/vzquota.h>
#include <linux/xarray.h>

struct file;
struct kiocb;
struct seq_file;
struct simfs_sb;
struct vm_area_struct;

/**
 * struct vzq_guess - what somebody is charged for inodes that nobody has found
 * @space: bytes
 * @inodes: inodes
 */
struct vzq_guess {
	u64	space;
	u64	inodes;
};

/**
 * struct vzq_recount - counting anew, see recount.c
 * @lock: protects all of it; taken inside vzq_mutex and outside
 *	simfs_inode.charge_lock, also when inodes are evicted
 * @active: it is going on; may be read without the lock
 * @error: it cannot come to an end, a negative error
 * @moving: directories that are being moved
 * @moves: how many began or ended to be
 * @inodes: inodes that were found
 * @seen: their numbers, struct vzq_seen
 * @guesses: struct vzq_guess of each user, group and the container, by number
 */
struct vzq_recount {
	struct mutex	lock;	/* see above */
	bool		active;
	int		error;
	u32		moving;
	u32		moves;
	u64		inodes;
	struct xarray	seen;
	struct xarray	guesses[MAXQUOTAS];
};

/**
 * struct vzq - a quota
 * @id: its number
 * @ugid_limit: most users and groups, 0: there is no level 2
 * @ugids: how many there are
 * @exceeded: one more was refused
 * @dir: directory
 * @sb: simfs that is mounted, or NULL
 * @total: dquot of level 1, referenced while @sb is set
 * @records: struct mem_dqblk of each user, group and the container, by number
 * @grace: by type; the kernel's code has a copy while @sb is set
 * @reached: limits that were reached, enum vz_limit
 * @told: those that the host was told about; belongs to vzq_notify()
 * @list: link in vzq_list
 * @recount: counting anew
 *
 * @sb is changed under vzq_mutex and the superblock's s_umount; the rest
 * belongs to who holds vzq_mutex, but for @records and @ugids, which the
 * format's operations change under the locks of the xarray, and @recount.
 */
struct vzq {
	u32			id;
	u32			ugid_limit;
	atomic_t		ugids;
	bool			exceeded;
	struct path		dir;
	struct super_block	*sb;
	struct dquot		*total;
	struct xarray		records[MAXQUOTAS];
	struct vzquota_grace	grace[MAXQUOTAS];
	atomic_t		reached;
	unsigned int		told;
	struct list_head	list;
	struct vzq_recount	recount;
};

/**
 * enum vzq_lock - how the inode is locked while it is written
 * @VZQ_LOCK_NONE: not at all
 * @VZQ_LOCK_SHARED: nobody shortens it
 * @VZQ_LOCK_ALONE: nobody else writes
 */
enum vzq_lock {
	VZQ_LOCK_NONE,
	VZQ_LOCK_SHARED,
	VZQ_LOCK_ALONE,
};

/**
 * struct vzq_charge - a write or the like that is going on
 * @inode: inode of ours, NULL: nothing is charged
 * @reserved: bytes that were charged in advance
 * @spare: of what the inode was charged already
 * @pos: first byte
 * @len: bytes that may be written
 * @lock: how the inode is locked
 */
struct vzq_charge {
	struct inode	*inode;
	u64		reserved;
	bool		spare;
	loff_t		pos;
	u64		len;
	enum vzq_lock	lock;
};

extern struct mutex vzq_mutex;
extern struct list_head vzq_list;

/* ahead.c */
bool vzq_look_ahead(struct inode *inode);
int vzq_stretch_begin(struct inode *inode, loff_t size, u64 *reserved);

/* aquota.c */
int vzq_aquota_user(struct seq_file *m, void *v);
int vzq_aquota_group(struct seq_file *m, void *v);

/* charge.c */
int vzq_find_owners(struct inode *inode);
int vzq_inode_charge(struct inode *inode, u64 bytes);
void vzq_inode_found(struct inode *inode);
void vzq_inode_made(struct inode *inode);
void vzq_inode_evict(struct inode *inode);
int vzq_may_grow(struct inode *inode);
void vzq_settle(struct inode *inode);
int vzq_chown(struct vz_idmap *idmap, struct inode *inode, struct iattr *attr);
void vzq_finish(struct inode *inode, u64 reserved);
void vzq_written(struct inode *inode, u64 reserved);

/* ctl.c, proc.c */
u32 vzq_collect_type(struct vzq *q, int type, struct vzquota_usage *usage,
		     u32 n, u32 max);
long vzq_ctl_ioctl(unsigned int nr, void __user *arg);
int vzq_proc_init(void);
void vzq_proc_exit(void);

/* format.c */
int vzq_format_load(struct super_block *sb);
int vzq_record_get(const struct vzq *q, int type, u32 id, struct mem_dqblk *d);
int vzq_record_set(struct vzq *q, int type, u32 id, const struct mem_dqblk *d);
void vzq_format_init(void);
void vzq_format_exit(void);

/* mmap.c */
int vzq_mmap(struct file *file, struct vm_area_struct *vma);

/* notify.c */
void vzq_refused(struct inode *inode, u64 bytes, u64 inodes);
void vzq_notify(struct simfs_sb *sbi);

/* permission.c */
void vzq_permission_arm(void);
int vzq_permission_init(void);
void vzq_permission_exit(void);

/* quota.c */
struct vzq *vzq_find(u32 id);
int vzq_on(const struct vzquota_on *arg, const struct vzquota_usage *usage);
int vzq_off(u32 id);
int vzq_usage_get(const struct vzq *q, int type, u32 id,
		  struct vzquota_usage *usage);
int vzq_usage_set(struct vzq *q, const struct vzquota_usage *usage, u32 what);
int vzq_setup(struct vzq *q, const struct vzquota_info *info);
int vzq_attach(struct super_block *sb, u32 id);
void vzq_detach(struct super_block *sb);
void vzq_statfs(struct super_block *sb, struct kstatfs *buf);

/* quotactl.c */
extern const struct quotactl_ops vzq_quotactl_ops;

/* range.c */
int vzq_write_begin(struct vzq_charge *c, struct file *file, loff_t pos,
		    u64 len, unsigned int flags);
int vzq_change_begin(struct vzq_charge *c, struct file *file, loff_t pos,
		     u64 len);
int vzq_splice_begin(struct vzq_charge *c, struct file *file, loff_t pos,
		     u64 len);
void vzq_write_end(struct vzq_charge *c, ssize_t done);
void vzq_opened(struct file *file);
void vzq_shrunk(struct inode *inode, loff_t size);
u64 vzq_missing(struct inode *inode, loff_t pos, u64 len);

/* recount.c */
void vzq_recount_init(struct vzq_recount *r);
void vzq_recount_free(struct vzq_recount *r);
int vzq_recount_guess(struct vzq_recount *r, const struct vzquota_usage *usage);
void vzq_recount_found(struct inode *inode);
void vzq_recount_made(struct inode *inode);
void vzq_recount_gone(const struct inode *inode);
void vzq_recount_move(struct super_block *sb, int by);
int vzq_recount_finish(struct vzq *q, u32 moves);

/* spare.c */
int vzq_reserve(struct inode *inode, u64 bytes);
bool vzq_spare_use(struct inode *inode, u64 bytes);
void vzq_spare_used(struct inode *inode, u64 bytes);
void vzq_spare_drop(struct inode *inode);
void vzq_spare_drop_all(struct super_block *sb);
void vzq_spare_make_room(struct inode *inode, u64 bytes);

/* watch.c */
void vzq_watch(struct inode *inode);
void vzq_watch_soon(struct simfs_sb *sbi);
void vzq_unwatch(struct inode *inode);
int vzq_watch_sync(struct super_block *sb);
void vzq_watch_init(struct super_block *sb);
void vzq_watch_end(struct super_block *sb);

#endif /* _VZQ_QUOTA_H */
