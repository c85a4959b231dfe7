// SPDX-License-Identifier: GPL-2.0-only
/* Disk quota: limits that change, on or off, and what it tells. */
#include "quota.h"

/* The file, and in @kernel what the kernel knows: 1: it is on, 0: it is off. */
static int read_both(struct vz_ctx *ctx, uint32_t id, const char *file,
		     struct vz_quota *q, struct vz_quota *kernel, int code,
		     struct vz_error *err)
{
	int ret = vz_quota_read(ctx, id, file, q, err);

	if (ret) {
		vz_quota_recode(err, code);
		return ret;
	}
	ret = vz_quota_get(ctx, id, kernel);
	if (!ret)
		return 1;
	return ret == -ENOENT || ret == -ENOSYS ? 0 :
	       vz_quota_fail(id, code, ret, err);
}

/* The file; until the descriptor is closed nobody else works on it. */
static int lock_and_read(struct vz_ctx *ctx, uint32_t id, const char *file,
			 struct vz_quota *q, struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	int ret;

	if (lock < 0)
		return lock;
	ret = vz_quota_read(ctx, id, file, q, err);
	return ret ? ret : steal_fd(&lock);
}

/* ------------------------------------------------------------- level 1 -- */

/* Level 2 cannot be switched on or off in the kernel: that waits until the
 * quota is off. */
static int set_kernel(struct vz_ctx *ctx, struct vz_quota *q, bool level2,
		      uint32_t ugid_limit)
{
	struct vz_quota setup = *q;
	int ret = vz_quota_ioc_limits(ctx, q->id, &q->all);

	if (!level2)
		setup.ugid_limit = 0;
	else if (!vz_quota_level2(q))
		setup.ugid_limit = ugid_limit;
	if (!ret)
		ret = vz_quota_ioc_setup(ctx, &setup);
	return ret ? ret : vz_quota_all(ctx, q->id, &q->all);
}

VZ_EXPORT int vz_quota_set(struct vz_ctx *ctx, uint32_t id, const char *file,
			   const struct vz_quota_change *new,
			   unsigned int opts, struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota q = { 0 }, kernel = { 0 };
	int on, ret;

	if (lock < 0)
		return lock;
	on = read_both(ctx, id, file, &q, &kernel, VZ_E_DQ_SET, err);
	if (on < 0)
		return on;
	if (on)
		vz_quota_merge_kernel(&q, &kernel);
	ret = vz_quota_change(&q, new, VZ_E_DQ_SET, err);
	if (ret)
		return ret;
	if (opts & VZ_QUOTA_FORCE)
		q.flags |= VZ_QUOTA_DIRTY;
	if (on)
		ret = set_kernel(ctx, &q, kernel.flags & VZ_QUOTA_UGID,
				 kernel.ugid_limit);
	else
		vz_quota_all_times(&q);
	if (ret)
		return vz_quota_fail(id, VZ_E_DQ_SET, ret, err);
	vz_fault("quota:set");
	ret = vz_quota_write(ctx, file, &q, err);
	if (ret)
		vz_quota_recode(err, VZ_E_DQ_SET);
	return ret;
}

/* ------------------------------------------------------------- level 2 -- */

/* Level 2 has to be on; gives the file with the kernel's values. */
static int read_level2(struct vz_ctx *ctx, uint32_t id, const char *file,
		       struct vz_quota *q, struct vz_error *err)
{
	autoquota struct vz_quota kernel = { 0 };
	int on = read_both(ctx, id, file, q, &kernel, VZ_E_SET_USER_QUOTA, err);

	if (on < 0)
		return on;
	if (!on)
		return vz_quota_fail(id, VZ_E_SET_USER_QUOTA, -ENOENT, err);
	if (!(kernel.flags & VZ_QUOTA_UGID))
		return vz_fail(err, VZ_E_DQ_UGID_NOTINITIALIZED, ESRCH,
			       "Users and groups have no quotas in the disk quota %u",
			       id);
	vz_quota_merge_kernel(q, &kernel);
	return 0;
}

VZ_EXPORT int vz_quota_set_ugid(struct vz_ctx *ctx, uint32_t id,
				const char *file,
				const struct vz_quota_usage *limits,
				struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota q = { 0 };
	struct vz_quota_usage *u;
	int ret;

	if (lock < 0)
		return lock;
	ret = read_level2(ctx, id, file, &q, err);
	if (ret)
		return ret;
	ret = vz_quota_ioc_limits(ctx, id, limits);
	if (ret)
		return vz_quota_fail(id, VZ_E_SET_USER_QUOTA, ret, err);
	u = vz_quota_record(&q, (int)limits->type, limits->id);
	if (!u)
		return vz_fail_oom(err);
	u->space_soft = limits->space_soft;
	u->space_hard = limits->space_hard;
	u->inodes_soft = limits->inodes_soft;
	u->inodes_hard = limits->inodes_hard;
	vz_quota_all_times(&q);
	return vz_quota_write(ctx, file, &q, err);
}

/* Of what SETUP changes only the grace times are to. */
static int setup_graces(struct vz_ctx *ctx, const struct vz_quota *q)
{
	struct vz_quota setup = *q;
	struct vzquota_info info;
	int ret = vz_quota_info(ctx, q->id, &info);

	setup.ugid_limit = info.ugid_limit;
	return ret ? ret : vz_quota_ioc_setup(ctx, &setup);
}

VZ_EXPORT int vz_quota_set_grace(struct vz_ctx *ctx, uint32_t id,
				 const char *file, int type,
				 const struct vz_quota_grace *grace,
				 struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota q = { 0 };
	int ret;

	if (lock < 0)
		return lock;
	ret = read_level2(ctx, id, file, &q, err);
	if (ret)
		return ret;
	q.grace[type] = *grace;
	ret = setup_graces(ctx, &q);
	if (ret)
		return vz_quota_fail(id, VZ_E_SET_USER_QUOTA, ret, err);
	return vz_quota_write(ctx, file, &q, err);
}

VZ_EXPORT int vz_quota_reload(struct vz_ctx *ctx, uint32_t id,
			      const char *file, struct vz_error *err)
{
	autoquota struct vz_quota q = { 0 };
	autoclose int lock = lock_and_read(ctx, id, file, &q, err);
	struct vzquota_info info;
	size_t i;
	int ret;

	if (lock < 0)
		return lock;
	if (vz_quota_info(ctx, id, &info) || !(info.flags & VZQUOTA_UGID))
		return 0;
	q.grace[VZ_QUOTA_ALL] = (struct vz_quota_grace){
		info.grace[VZ_QUOTA_ALL].space, info.grace[VZ_QUOTA_ALL].inodes
	};
	ret = setup_graces(ctx, &q);
	for (i = 0; !ret && i < q.count; i++)
		ret = vz_quota_ioc_limits(ctx, id, &q.ugids[i]);
	return ret ? vz_quota_fail(id, VZ_E_SET_USER_QUOTA, ret, err) : 0;
}

static void take_limits(struct vz_quota_usage *to,
			const struct vz_quota_usage *from)
{
	to->space_soft = from->space_soft;
	to->space_hard = from->space_hard;
	to->inodes_soft = from->inodes_soft;
	to->inodes_hard = from->inodes_hard;
}

static int load_record(struct vz_quota *q, const struct vz_quota_usage *from,
		       unsigned int what)
{
	struct vz_quota_usage *u;

	u = vz_quota_record(q, (int)from->type, from->id);
	if (!u)
		return -ENOMEM;
	if (what & VZ_QUOTA_LOAD_LIMITS)
		take_limits(u, from);
	if (what & VZ_QUOTA_LOAD_TIMES) {
		u->space_time = from->space_time;
		u->inodes_time = from->inodes_time;
	}
	return 0;
}

VZ_EXPORT int vz_quota_load(struct vz_ctx *ctx, uint32_t id, const char *file,
			    const struct vz_quota *from, unsigned int what,
			    struct vz_error *err)
{
	autoquota struct vz_quota q = { 0 };
	autoclose int lock = lock_and_read(ctx, id, file, &q, err);
	size_t i;

	if (lock < 0)
		return lock;
	if (what & VZ_QUOTA_LOAD_GRACE)
		memcpy(q.grace, from->grace,
		       VZ_QUOTA_ALL * sizeof(q.grace[0]));
	if (what & VZ_QUOTA_LOAD_ALL) {
		q.grace[VZ_QUOTA_ALL] = from->grace[VZ_QUOTA_ALL];
		take_limits(&q.all, &from->all);
	}
	for (i = 0; i < from->count; i++)
		if (load_record(&q, &from->ugids[i], what))
			return vz_fail_oom(err);
	return vz_quota_write(ctx, file, &q, err);
}

/* ----------------------------------------------------------- statistics -- */

VZ_EXPORT int vz_quota_stat(struct vz_ctx *ctx, uint32_t id,
			    struct vz_quota *q, struct vz_error *err)
{
	int ret = vz_quota_get(ctx, id, q);

	return ret ? vz_quota_fail(id, VZ_E_GET_QUOTA_USAGE, ret, err) : 0;
}

VZ_EXPORT int vz_quota_update(struct vz_ctx *ctx, uint32_t id,
			      const char *file, struct vz_quota *q,
			      struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota kernel = { 0 };
	int on, ret;

	*q = (struct vz_quota){ 0 };
	if (lock < 0)
		return lock;
	on = read_both(ctx, id, file, q, &kernel, VZ_E_GET_QUOTA_USAGE, err);
	if (on < 0)
		return on;
	if (on) {
		vz_quota_merge_kernel(q, &kernel);
		q->flags |= VZ_QUOTA_ON;
		ret = vz_quota_write(ctx, file, q, err);
	} else {
		ret = vz_quota_fail(id, VZ_E_GET_QUOTA_USAGE, -ENOENT, err);
	}
	if (ret)
		vz_quota_free(q);
	return ret;
}

/* Writes nothing that is there already: most quotas of a host are idle. */
static int save(struct vz_ctx *ctx, uint32_t id, struct vz_error *err)
{
	autoclose int lock = vz_quota_lock(ctx, id, err);
	autoquota struct vz_quota q = { 0 }, kernel = { 0 };
	autofree char *before = NULL, *after = NULL;
	int on;

	if (lock < 0)
		return lock;
	on = read_both(ctx, id, NULL, &q, &kernel, VZ_E_GET_QUOTA_USAGE, err);
	if (on <= 0)
		return on;
	before = vz_quota_format(&q);
	vz_quota_merge_kernel(&q, &kernel);
	q.flags |= VZ_QUOTA_ON;
	after = vz_quota_format(&q);
	if (!before || !after)
		return vz_fail_oom(err);
	return strcmp(before, after) ? vz_quota_write(ctx, NULL, &q, err) : 0;
}

VZ_EXPORT int vz_quota_save_all(struct vz_ctx *ctx, struct vz_error *err)
{
	autofree uint32_t *ids = NULL;
	struct vz_error why = { 0 };
	uint32_t count = 0, i;
	int ret, first = 0;

	ret = vz_quota_ioc_list(ctx, &ids, &count);
	if (ret)
		return ret == -ENOSYS ? 0 :
		       vz_fail_errno(err, VZ_E_GET_QUOTA_USAGE, -ret,
				     "Unable to list the disk quotas");
	for (i = 0; i < count; i++) {
		ret = save(ctx, ids[i], &why);
		/* of one that somebody tries out there is no file */
		if (!ret || ret == -ENOENT || first)
			continue;
		first = ret;
		if (err)
			*err = why;
	}
	return first;
}
