/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libvz - disk quota; included by <vz/libvz.h>
 *
 * A quota has a number, by custom that of the container, and belongs to a
 * directory.  Its limits and its usage are kept in a file while it is off, and
 * by the kernel while it is on.  Level 1 is the whole directory, level 2 each
 * user and group in it.
 *
 * Where @file is an argument, NULL stands for /var/vzquota/quota.ID.
 *
 * What went wrong is told by the errno that these calls return:
 *
 *   ENOENT	there is no quota file
 *   EUCLEAN	the quota file is damaged
 *   EEXIST	the quota is on
 *   ESRCH	the quota (or level 2 of it) is off
 *   EBUSY	its file system is mounted
 *   EAGAIN	another program works on it
 *   EXDEV	something is mounted below the directory
 *   ENOTDIR	the directory is not there, or is none
 *   EINVAL	values that make no sense
 *   ENOSYS	the kernel module vzquota is not loaded
 */
#ifndef _VZ_LIBVZ_QUOTA_H
#define _VZ_LIBVZ_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vz/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vz_ctx;
struct vz_ct;

/** enum vz_quota_type - whose usage and limits */
enum vz_quota_type {
	VZ_QUOTA_USER = 0,
	VZ_QUOTA_GROUP = 1,
	VZ_QUOTA_ALL = 2,	/**< of the whole directory */
};

/** VZ_QUOTA_TYPES - how many types there are */
#define VZ_QUOTA_TYPES	3

/**
 * struct vz_quota_usage - usage and limits, in bytes and inodes
 * @type: enum vz_quota_type
 * @id: user or group; 0 for VZ_QUOTA_ALL
 * @space_soft: and the other limits: 0 is none
 * @space_time: when the soft limit turns into a hard one, seconds since 1970;
 *	0: it is not exceeded
 */
struct vz_quota_usage {
	uint32_t	type;
	uint32_t	id;
	uint64_t	space;
	uint64_t	space_soft;
	uint64_t	space_hard;
	uint64_t	inodes;
	uint64_t	inodes_soft;
	uint64_t	inodes_hard;
	uint64_t	space_time;
	uint64_t	inodes_time;
};

/** struct vz_quota_grace - how long soft limits may be exceeded */
struct vz_quota_grace {
	uint32_t	space;
	uint32_t	inodes;
};

/** enum vz_quota_flags - see struct vz_quota */
enum vz_quota_flags {
	VZ_QUOTA_ON		= 1 << 0, /**< it is on; of a file: it was
					    *   switched on and not off since */
	VZ_QUOTA_DIRTY		= 1 << 1, /**< its usage will be counted anew */
	VZ_QUOTA_UGID		= 1 << 2, /**< there is level 2 */
	VZ_QUOTA_EXCEEDED	= 1 << 3, /**< kernel: a user or group was
					    *   refused for @ugid_limit */
	VZ_QUOTA_MOUNTED	= 1 << 4, /**< kernel: in use */
	VZ_QUOTA_COUNTING	= 1 << 5, /**< kernel: its usage is a guess that
					    *   vz_quota_recount() replaces */
};

/**
 * struct vz_quota - all of one quota
 * @flags: enum vz_quota_flags
 * @path: the directory; NULL when the kernel was asked
 * @ugid_limit: most users and groups together
 * @loaded: users and groups that the kernel knows
 * @counted: with VZ_QUOTA_COUNTING, files that were counted so far
 * @grace: by type
 * @all: of the whole directory
 * @ugids: @count users and groups, by type and number
 */
struct vz_quota {
	uint32_t		id;
	unsigned int		flags;
	char			*path;
	uint32_t		ugid_limit;
	uint32_t		loaded;
	uint64_t		counted;
	struct vz_quota_grace	grace[VZ_QUOTA_TYPES];
	struct vz_quota_usage	all;
	size_t			count;
	struct vz_quota_usage	*ugids;
};

/** enum vz_quota_what - which fields of struct vz_quota_change count */
enum vz_quota_what {
	VZ_QUOTA_PATH		= 1 << 0,
	VZ_QUOTA_SPACE_SOFT	= 1 << 1,
	VZ_QUOTA_SPACE_HARD	= 1 << 2,
	VZ_QUOTA_SPACE_GRACE	= 1 << 3,
	VZ_QUOTA_INODES_SOFT	= 1 << 4,
	VZ_QUOTA_INODES_HARD	= 1 << 5,
	VZ_QUOTA_INODES_GRACE	= 1 << 6,
	VZ_QUOTA_LEVEL2		= 1 << 7,
	VZ_QUOTA_UGID_LIMIT	= 1 << 8,
};

/** VZ_QUOTA_LIMITS - all that a new quota has to be told */
#define VZ_QUOTA_LIMITS	(VZ_QUOTA_SPACE_SOFT | VZ_QUOTA_SPACE_HARD | \
			 VZ_QUOTA_SPACE_GRACE | VZ_QUOTA_INODES_SOFT | \
			 VZ_QUOTA_INODES_HARD | VZ_QUOTA_INODES_GRACE)

/** struct vz_quota_change - new values; @what: enum vz_quota_what */
struct vz_quota_change {
	unsigned int		what;
	const char		*path;
	uint64_t		space_soft;
	uint64_t		space_hard;
	uint64_t		inodes_soft;
	uint64_t		inodes_hard;
	struct vz_quota_grace	grace;
	bool			level2;
	uint32_t		ugid_limit;
};

/** enum vz_quota_opts - arguments of the calls below */
enum vz_quota_opts {
	VZ_QUOTA_FORCE		= 1 << 0,
	VZ_QUOTA_NOCHECK	= 1 << 1,	/**< trust the file's usage */
	VZ_QUOTA_ONLINE		= 1 << 2,	/**< have it counted later */
};

/** vz_quota_free - frees what is in it */
void vz_quota_free(struct vz_quota *q);

/** vz_quota_read - what the quota file says */
int vz_quota_read(struct vz_ctx *ctx, uint32_t id, const char *file,
		  struct vz_quota *q, struct vz_error *err);
/** vz_quota_stat - what the kernel says */
int vz_quota_stat(struct vz_ctx *ctx, uint32_t id, struct vz_quota *q,
		  struct vz_error *err);
/** vz_quota_update - what the kernel says, which is also written to the file */
int vz_quota_update(struct vz_ctx *ctx, uint32_t id, const char *file,
		    struct vz_quota *q, struct vz_error *err);

/** vz_quota_save_all - writes the usage of all quotas that are on to their usual
 * files, for a crash of the host; the first error, after all were tried */
int vz_quota_save_all(struct vz_ctx *ctx, struct vz_error *err);

/** vz_quota_init - makes a quota file: @change has VZ_QUOTA_PATH and
 * VZ_QUOTA_LIMITS; the directory's usage is counted */
int vz_quota_init(struct vz_ctx *ctx, uint32_t id, const char *file,
		  const struct vz_quota_change *change, struct vz_error *err);
/**
 * vz_quota_on - switches a quota on
 * @change: also changed in the file; or NULL
 * @opts: VZ_QUOTA_FORCE: count its usage anew, which is done anyway when it was
 *	not switched off; VZ_QUOTA_NOCHECK: do not; VZ_QUOTA_ONLINE: do so by
 *	vz_quota_recount() when it is in use, not now
 */
int vz_quota_on(struct vz_ctx *ctx, uint32_t id, const char *file,
		const struct vz_quota_change *change, unsigned int opts,
		struct vz_error *err);
/** vz_quota_off - switches it off and writes its usage to the file; with
 * VZ_QUOTA_FORCE also when that is missing or damaged */
int vz_quota_off(struct vz_ctx *ctx, uint32_t id, const char *file,
		 unsigned int opts, struct vz_error *err);
/** vz_quota_drop - removes the file; with VZ_QUOTA_FORCE also if it is on */
int vz_quota_drop(struct vz_ctx *ctx, uint32_t id, const char *file,
		  unsigned int opts, struct vz_error *err);
/** vz_quota_set - changes a quota, on or off; with VZ_QUOTA_FORCE its usage
 * will be counted anew the next time it is switched on */
int vz_quota_set(struct vz_ctx *ctx, uint32_t id, const char *file,
		 const struct vz_quota_change *change, unsigned int opts,
		 struct vz_error *err);
/** vz_quota_set_ugid - changes the limits of a user or group; it has to be on */
int vz_quota_set_ugid(struct vz_ctx *ctx, uint32_t id, const char *file,
		      const struct vz_quota_usage *limits,
		      struct vz_error *err);
/** vz_quota_set_grace - changes how long users, or groups, may exceed their soft
 * limits; it has to be on */
int vz_quota_set_grace(struct vz_ctx *ctx, uint32_t id, const char *file,
		       int type, const struct vz_quota_grace *grace,
		       struct vz_error *err);
/** vz_quota_reload - has the kernel take the users' and groups' limits of the
 * file; nothing if level 2 is off */
int vz_quota_reload(struct vz_ctx *ctx, uint32_t id, const char *file,
		    struct vz_error *err);

/** enum vz_quota_load - see vz_quota_load() */
enum vz_quota_load {
	VZ_QUOTA_LOAD_GRACE	= 1 << 0, /**< grace times of level 2 */
	VZ_QUOTA_LOAD_LIMITS	= 1 << 1, /**< limits of users and groups */
	VZ_QUOTA_LOAD_TIMES	= 1 << 2, /**< when they turn into hard ones */
	VZ_QUOTA_LOAD_ALL	= 1 << 3, /**< limits and grace of level 1 */
};

/** vz_quota_load - changes the file only; @what: enum vz_quota_load */
int vz_quota_load(struct vz_ctx *ctx, uint32_t id, const char *file,
		  const struct vz_quota *from, unsigned int what,
		  struct vz_error *err);

/** vz_quota_count - counts what is in a directory into q->all and, if @q has
 * VZ_QUOTA_UGID, q->ugids; limits that are there stay.  vz_ctx_cancel() ends
 * it */
int vz_quota_count(struct vz_ctx *ctx, const char *path, struct vz_quota *q,
		   struct vz_error *err);

/**
 * vz_quota_recount - counts what is in use, after VZ_QUOTA_ONLINE
 * @root: where its file system is mounted
 *
 * Everybody may go on working there.  Limits are in force meanwhile; usage is
 * what was known before, or what was found if that is more.  vz_ctx_cancel()
 * ends it, and so does it when the file system is unmounted; both leave the
 * usage to be counted the next time.
 *
 * Returns 1 if there is nothing to be counted.  Errors: ECANCELED; EAGAIN:
 * directories were moved all the time; EXDEV: there is a subvolume inside.
 */
int vz_quota_recount(struct vz_ctx *ctx, uint32_t id, const char *root,
		     struct vz_error *err);

/** vz_ct_quota - disk usage and limits of a container: those in force, else
 * those of the quota file */
int vz_ct_quota(struct vz_ct *ct, struct vz_quota_usage *all,
		struct vz_error *err);
/** vz_ct_quota_init, vz_ct_quota_on, vz_ct_quota_off - the same as without ct,
 * with the values of the config */
int vz_ct_quota_init(struct vz_ct *ct, struct vz_error *err);
int vz_ct_quota_on(struct vz_ct *ct, struct vz_error *err);
int vz_ct_quota_off(struct vz_ct *ct, struct vz_error *err);

#ifdef __cplusplus
}
#endif

#endif /* _VZ_LIBVZ_QUOTA_H */
