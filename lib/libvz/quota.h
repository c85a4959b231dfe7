/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Disk quota: the file (quotafile.c), counting (quotawalk.c, quotacount.c,
 * quotarecount.c), the kernel (quotactl.c), what is made of these (quota.c), and
 * containers (quotact.c).
 *
 * A file is marked as running before the kernel is told to switch the quota on,
 * and as clean when it was switched off and the usage is written.  Whatever a
 * killed program leaves behind, usage that cannot be trusted is marked.
 */
#ifndef _VZ_QUOTA_H
#define _VZ_QUOTA_H

#include "internal.h"

#include <linux/vzquota.h>
#include <sys/stat.h>

/** VZ_QUOTA_GRACE - how long users and groups may exceed their soft limits
 * before anybody has said so: a week */
#define VZ_QUOTA_GRACE	604800

static inline void vz_quota_free_p(struct vz_quota *q)
{
	vz_quota_free(q);
}

#define autoquota	__attribute__((cleanup(vz_quota_free_p)))

/* ------------------------------------------------------ quotafile.c -- */

/** vz_quota_lock - keeps other programs off a quota; released by close() */
int vz_quota_lock(struct vz_ctx *ctx, uint32_t id, struct vz_error *err);
/** vz_quota_file - path of the file, freed by the caller; @file: NULL: the
 * usual one */
char *vz_quota_file(struct vz_ctx *ctx, uint32_t id, const char *file);
/** vz_quota_write - writes the file: a new one takes the place of the old */
int vz_quota_write(struct vz_ctx *ctx, const char *file,
		   const struct vz_quota *q, struct vz_error *err);
/** vz_quota_parse - reads a file's text: 0, -EUCLEAN or -ENOMEM */
int vz_quota_parse(const char *text, struct vz_quota *q);
/** vz_quota_format - the text of a file, freed by the caller; NULL: no memory */
char *vz_quota_format(const struct vz_quota *q);

/* ----------------------------------------------------- quotaahead.c -- */

/** vz_quota_allocates_ahead - may files on this file system have blocks that
 * nobody has asked for? */
bool vz_quota_allocates_ahead(int fd);
/** vz_quota_ahead - bytes of such blocks of a file in @dir; 0 when they cannot
 * be told */
uint64_t vz_quota_ahead(int dir, const char *name, const struct stat *st);

/* ------------------------------------------------------ quotawalk.c -- */

/**
 * struct vz_quota_walk - a look at each file of a tree
 * @ctx: told about progress; ends it when it is cancelled
 * @path: where it begins, for messages
 * @visit: called for each name of a file, and once for a directory; 0 or a
 *	negative errno, -ECANCELED when it has filled @err
 */
struct vz_quota_walk {
	struct vz_ctx	*ctx;
	const char	*path;
	struct vz_error	*err;
	int		(*visit)(void *arg, const struct stat *st);
	void		*arg;
};

/** vz_quota_walk - goes down from the directory @fd, which is taken over.
 * -ESTALE: a directory on the way was moved */
int vz_quota_walk(const struct vz_quota_walk *w, int fd);

/* --------------------------------------------------- quotarecount.c -- */

/** vz_quota_recount_start - has another process count what was mounted with a
 * usage that nobody knows */
void vz_quota_recount_start(struct vz_ct *ct);

/* ---------------------------------------------------- quotachange.c -- */

/** vz_quota_find - the record of a user or group, or NULL */
struct vz_quota_usage *vz_quota_find(const struct vz_quota *q, int type,
				     uint32_t id);
/** vz_quota_record - the same, made if it is not there; NULL: no memory */
struct vz_quota_usage *vz_quota_record(struct vz_quota *q, int type,
				       uint32_t id);
/** vz_quota_level2 - is there to be level 2? */
bool vz_quota_level2(const struct vz_quota *q);
/** vz_quota_change - puts in new values; fails with @code */
int vz_quota_change(struct vz_quota *q, const struct vz_quota_change *c,
		    int code, struct vz_error *err);
/** vz_quota_all_times - sets when soft limits that are exceeded turn into hard
 * ones, where that is not set */
void vz_quota_all_times(struct vz_quota *q);
/** vz_quota_merge_kernel - takes over what the kernel knows better than the
 * file; @kernel may lose its users and groups to @q */
void vz_quota_merge_kernel(struct vz_quota *q, struct vz_quota *kernel);
/** vz_quota_fail - the error for @ret, which a command to the kernel gave */
int vz_quota_fail(uint32_t id, int code, int ret, struct vz_error *err);

/** vz_quota_recode - makes an error one of @code */
static inline void vz_quota_recode(struct vz_error *err, int code)
{
	if (err)
		err->code = code;
}

/* ------------------------------------------------------- quotactl.c -- */

/** vz_quota_info - 0, -ENOENT: it is off, -ENOSYS: there is no module */
int vz_quota_info(struct vz_ctx *ctx, uint32_t id, struct vzquota_info *info);
/** vz_quota_all - usage of the whole directory; like vz_quota_info() */
int vz_quota_all(struct vz_ctx *ctx, uint32_t id, struct vz_quota_usage *all);
/** vz_quota_get - all that the kernel knows; like vz_quota_info(), or -ENOMEM */
int vz_quota_get(struct vz_ctx *ctx, uint32_t id, struct vz_quota *q);
/** vz_quota_ioc_on - has the kernel switch on what @q tells */
int vz_quota_ioc_on(struct vz_ctx *ctx, const struct vz_quota *q,
		    struct vz_error *err);
/** vz_quota_ioc_off - 0 or the errno of VZQUOTA_IOC_OFF */
int vz_quota_ioc_off(struct vz_ctx *ctx, uint32_t id);
/** vz_quota_ioc_limits - has the kernel take the limits of @u */
int vz_quota_ioc_limits(struct vz_ctx *ctx, uint32_t id,
			const struct vz_quota_usage *u);
/** vz_quota_ioc_list - the quotas that are on, freed by the caller */
int vz_quota_ioc_list(struct vz_ctx *ctx, uint32_t **ids, uint32_t *count);
/** vz_quota_ioc_counted - all was seen in what @fd belongs to; @moves: what
 * vz_quota_info() said before that */
int vz_quota_ioc_counted(struct vz_ctx *ctx, uint32_t id, int fd,
			 uint32_t moves);
/** vz_quota_ioc_setup - grace times and, if level 2 is on, @ugid_limit */
int vz_quota_ioc_setup(struct vz_ctx *ctx, const struct vz_quota *q);

/* -------------------------------------------------------- quotact.c -- */

/** vz_quota_start - before the private area is mounted: the quota is on. 1: it
 * is, 0: there is to be none */
int vz_quota_start(struct vz_ct *ct, struct vz_error *err);
/** vz_quota_stop - nothing is mounted any more: a quota that is on is switched
 * off */
int vz_quota_stop(struct vz_ct *ct, struct vz_error *err);
/** vz_quota_forget - the private area is new or gone: there is no quota */
int vz_quota_forget(struct vz_ct *ct, struct vz_error *err);
/** vz_quota_apply - has the limits in @changes take effect on what runs */
int vz_quota_apply(struct vz_ct *ct, const struct vz_config *changes,
		   struct vz_error *err);
/** vz_quota_has_level2 - is level 2 in force? */
bool vz_quota_has_level2(struct vz_ct *ct);

#endif /* _VZ_QUOTA_H */
