// SPDX-License-Identifier: GPL-2.0-only
/* Disk quota: made, on, off, gone. */
#include "quota.h"

/* ---------------------------------------------------------- init and on -- */

static int fail_running(uint32_t id, int code, struct vz_error *err)
{
	return vz_fail(err, code, EEXIST,
		       "Quota is running for id %u already", id);
}

VZ_EXPORT int vz_quota_init(struct vz_ctx *ctx, uint32_t id, const char *file,
			    const struct vz_quota_change *new,
			    struct vz_error *err)
{
	autofree char *path = vz_quota_file(ctx, id, file);
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota q = {
		.id = id, .all.type = VZ_QUOTA_ALL,
		.grace = { { VZ_QUOTA_GRACE, VZ_QUOTA_GRACE },
			   { VZ_QUOTA_GRACE, VZ_QUOTA_GRACE } },
	};
	struct vzquota_info info;
	int ret;

	if (lock < 0)
		return lock;
	if (!path)
		return vz_fail_oom(err);
	if (!vz_quota_info(ctx, id, &info))
		return fail_running(id, VZ_E_DQ_INIT, err);
	ret = vz_quota_change(&q, new, VZ_E_DQ_INIT, err);
	if (ret)
		return ret;
	if (!access(path, F_OK))
		vz_log(ctx, VZ_LOG_ERR, id,
		       "Quota file exists, it will be overwritten");
	ret = vz_quota_count(ctx, q.path, &q, err);
	q.flags &= ~VZ_QUOTA_DIRTY;
	vz_quota_all_times(&q);
	if (!ret)
		ret = vz_quota_write(ctx, file, &q, err);
	if (ret)
		vz_quota_recode(err, VZ_E_DQ_INIT);
	else
		vz_fault("quota:init");
	return ret;
}

/* Does the usage in the file not count? */
static bool has_to_count(struct vz_ctx *ctx, const struct vz_quota *q,
			 unsigned int opts)
{
	if (q->flags & VZ_QUOTA_ON && !(opts & VZ_QUOTA_NOCHECK)) {
		vz_log(ctx, VZ_LOG_ERR, q->id,
		       "Incorrect quota shutdown for id %u, recalculating disk usage",
		       q->id);
		return true;
	}
	if (q->flags & VZ_QUOTA_DIRTY && !(opts & VZ_QUOTA_NOCHECK)) {
		vz_log(ctx, VZ_LOG_DEBUG, q->id,
		       "quota usage is invalid for id %u, recalculating disk usage...",
		       q->id);
		return true;
	}
	return opts & VZ_QUOTA_FORCE;
}

/*
 * The kernel does not take more users and groups than the limit.  If there are
 * more already all of them are kept, and no further one is let in.
 */
static int tell_kernel(struct vz_ctx *ctx, const struct vz_quota *q,
		       struct vz_error *err)
{
	struct vz_quota on = *q;

	if (vz_quota_level2(q) && q->count > q->ugid_limit) {
		vz_log(ctx, VZ_LOG_ERR, q->id,
		       "Warning: the files of quota %u are of %zu users and groups, which is more than the limit %u",
		       q->id, q->count, q->ugid_limit);
		on.ugid_limit = (uint32_t)q->count;
	}
	return vz_quota_ioc_on(ctx, &on, err);
}

static int switch_on(struct vz_ctx *ctx, const char *file, struct vz_quota *q,
		     struct vz_error *err)
{
	int ret;

	q->flags &= VZ_QUOTA_UGID | VZ_QUOTA_COUNTING;
	q->flags |= VZ_QUOTA_ON;
	ret = vz_quota_write(ctx, file, q, err);
	if (ret)
		return ret;
	vz_fault("quota:marked");
	ret = tell_kernel(ctx, q, err);
	if (!ret) {
		vz_fault("quota:on");
		return 0;
	}
	if (q->flags & VZ_QUOTA_COUNTING)
		q->flags |= VZ_QUOTA_DIRTY;
	q->flags &= ~VZ_QUOTA_ON;
	vz_quota_write(ctx, file, q, NULL);
	return ret;
}

static int change_before_on(struct vz_quota *q,
			    const struct vz_quota_change *new,
			    unsigned int *opts, struct vz_error *err)
{
	if (!new)
		return 0;
	if (new->what & VZ_QUOTA_PATH && strcmp(new->path, q->path))
		*opts |= VZ_QUOTA_FORCE;
	return vz_quota_change(q, new, VZ_E_DQ_ON, err);
}

/* Usage that is not known is counted now, or later while it is in use. */
static int count_before_on(struct vz_ctx *ctx, struct vz_quota *q,
			   unsigned int opts, struct vz_error *err)
{
	if (!has_to_count(ctx, q, opts))
		return 0;
	if (!(opts & VZ_QUOTA_ONLINE) || opts & VZ_QUOTA_FORCE)
		return vz_quota_count(ctx, q->path, q, err);
	q->flags |= VZ_QUOTA_COUNTING;
	return 0;
}

VZ_EXPORT int vz_quota_on(struct vz_ctx *ctx, uint32_t id, const char *file,
			  const struct vz_quota_change *new,
			  unsigned int opts, struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota q = { 0 };
	struct vzquota_info info;
	int ret;

	if (lock < 0)
		return lock;
	ret = vz_quota_read(ctx, id, file, &q, err);
	if (!ret)
		ret = change_before_on(&q, new, &opts, err);
	if (!ret && !vz_quota_info(ctx, id, &info))
		ret = fail_running(id, VZ_E_DQ_ON, err);
	if (!ret)
		ret = count_before_on(ctx, &q, opts, err);
	if (!ret) {
		vz_quota_all_times(&q);
		ret = switch_on(ctx, file, &q, err);
	}
	if (ret)
		vz_quota_recode(err, VZ_E_DQ_ON);
	return ret;
}

/* --------------------------------------------------------- off and drop -- */

/* It is off; if the file says otherwise that is put right. */
static int repair(struct vz_ctx *ctx, const char *file, struct vz_quota *q,
		  struct vz_error *err)
{
	if (!(q->flags & VZ_QUOTA_ON))
		return vz_quota_fail(q->id, VZ_E_DQ_OFF, -ENOENT, err);
	vz_log(ctx, VZ_LOG_ERR, q->id,
	       "Repairing quota: it was incorrectly marked as running for id %u",
	       q->id);
	q->flags = (q->flags & VZ_QUOTA_UGID) | VZ_QUOTA_DIRTY;
	return vz_quota_write(ctx, file, q, err);
}

static int switch_off(struct vz_ctx *ctx, const char *file, struct vz_quota *q,
		      struct vz_error *err)
{
	autoquota struct vz_quota kernel = { 0 };
	int ret = vz_quota_get(ctx, q->id, &kernel);

	if (ret == -ENOENT || ret == -ENOSYS)
		return q->path ? repair(ctx, file, q, err) :
				 vz_quota_fail(q->id, VZ_E_DQ_OFF, ret, err);
	if (!ret)
		ret = vz_quota_ioc_off(ctx, q->id);
	if (ret == -EBUSY)
		return vz_fail(err, VZ_E_DQ_OFF, EBUSY,
			       "Unable to switch off the disk quota %u: its file system is mounted",
			       q->id);
	if (ret)
		return vz_quota_fail(q->id, VZ_E_DQ_OFF, ret, err);
	vz_fault("quota:off");
	/* without a file there is nothing to be written */
	if (!q->path)
		return 0;
	vz_quota_merge_kernel(q, &kernel);
	q->flags &= VZ_QUOTA_UGID | VZ_QUOTA_DIRTY;
	if (kernel.flags & VZ_QUOTA_COUNTING)
		q->flags |= VZ_QUOTA_DIRTY;
	return vz_quota_write(ctx, file, q, err);
}

VZ_EXPORT int vz_quota_off(struct vz_ctx *ctx, uint32_t id, const char *file,
			   unsigned int opts, struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota q = { 0 };
	int ret;

	if (lock < 0)
		return lock;
	ret = vz_quota_read(ctx, id, file, &q, err);
	if (ret && (opts & VZ_QUOTA_FORCE)) {
		vz_log(ctx, VZ_LOG_ERR, id,
		       "Force switching quota off for id %u (quota file may be inconsistent)",
		       id);
		q.id = id;
		ret = 0;
	}
	if (!ret)
		ret = switch_off(ctx, file, &q, err);
	if (ret)
		vz_quota_recode(err, VZ_E_DQ_OFF);
	return ret;
}

VZ_EXPORT int vz_quota_drop(struct vz_ctx *ctx, uint32_t id, const char *file,
			    unsigned int opts, struct vz_error *err)
{
	autofree char *path = vz_quota_file(ctx, id, file);
	autoclose int lock = vz_quota_lock(ctx, id, err);
	struct vzquota_info info;

	if (lock < 0)
		return lock;
	if (!path)
		return vz_fail_oom(err);
	if (access(path, F_OK))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to remove the quota file %s",
				     path);
	if (!vz_quota_info(ctx, id, &info)) {
		vz_log(ctx, VZ_LOG_ERR, id, "Quota is running for id %u", id);
		if (!(opts & VZ_QUOTA_FORCE))
			return vz_fail(err, VZ_E_SYSTEM, EEXIST,
				       "The quota file %s is in use", path);
		vz_log(ctx, VZ_LOG_ERR, id, "Force quota file delete");
	}
	if (unlink(path))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to remove the quota file %s",
				     path);
	return 0;
}
