// SPDX-License-Identifier: GPL-2.0-only
/* Disk quota: its records, and how they change. */
#include <time.h>

#include "quota.h"

/* ------------------------------------------------------------- records -- */

/* Where the record is, or belongs. */
static size_t place_of(const struct vz_quota *q, int type, uint32_t id)
{
	size_t low = 0, high = q->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct vz_quota_usage *u = &q->ugids[mid];

		if (u->type < (uint32_t)type ||
		    (u->type == (uint32_t)type && u->id < id))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct vz_quota_usage *vz_quota_find(const struct vz_quota *q, int type,
				     uint32_t id)
{
	size_t i = place_of(q, type, id);

	return i < q->count && q->ugids[i].type == (uint32_t)type &&
	       q->ugids[i].id == id ? &q->ugids[i] : NULL;
}

struct vz_quota_usage *vz_quota_record(struct vz_quota *q, int type,
				       uint32_t id)
{
	struct vz_quota_usage *u = vz_quota_find(q, type, id);
	size_t i = place_of(q, type, id);

	if (u)
		return u;
	u = reallocarray(q->ugids, q->count + 1, sizeof(*u));
	if (!u)
		return NULL;
	q->ugids = u;
	memmove(u + i + 1, u + i, (q->count - i) * sizeof(*u));
	u[i] = (struct vz_quota_usage){ .type = (uint32_t)type, .id = id };
	q->count++;
	return &u[i];
}

bool vz_quota_level2(const struct vz_quota *q)
{
	return q->flags & VZ_QUOTA_UGID && q->ugid_limit;
}

/* ------------------------------------------------------------- changes -- */

static int check_limits(const struct vz_quota *q, int code,
			struct vz_error *err)
{
	const struct vz_quota_usage *u = &q->all;

	if (u->space_hard && u->space_hard < u->space_soft)
		return vz_fail(err, code, EINVAL,
			       "The hard limit of the disk space, %llu KiB, is below the soft limit, %llu KiB",
			       (unsigned long long)u->space_hard >> 10,
			       (unsigned long long)u->space_soft >> 10);
	if (u->inodes_hard && u->inodes_hard < u->inodes_soft)
		return vz_fail(err, code, EINVAL,
			       "The hard limit of inodes, %llu, is below the soft limit, %llu",
			       (unsigned long long)u->inodes_hard,
			       (unsigned long long)u->inodes_soft);
	return 0;
}

static int change_path(struct vz_quota *q, const char *path, int code,
		       struct vz_error *err)
{
	char *copy;

	if (*path != '/' || strchr(path, '\n'))
		return vz_fail(err, code, ENOTDIR,
			       "The disk quota cannot be that of \"%s\": it has to be an absolute path",
			       path);
	copy = strdup(path);
	if (!copy)
		return vz_fail_oom(err);
	free(q->path);
	q->path = copy;
	return 0;
}

/* A level 2 that was off does not know what users and groups have. */
static void change_level2(struct vz_quota *q, const struct vz_quota_change *c)
{
	bool before = vz_quota_level2(q);

	if (c->what & VZ_QUOTA_LEVEL2)
		q->flags = (q->flags & ~VZ_QUOTA_UGID) |
			   (c->level2 ? VZ_QUOTA_UGID : 0);
	if (c->what & VZ_QUOTA_UGID_LIMIT)
		q->ugid_limit = c->ugid_limit;
	if (!before && vz_quota_level2(q))
		q->flags |= VZ_QUOTA_DIRTY;
}

static uint64_t limit_of(uint64_t value)
{
	return value > VZQUOTA_MAX ? 0 : value;
}

int vz_quota_change(struct vz_quota *q, const struct vz_quota_change *c,
		    int code, struct vz_error *err)
{
	struct vz_quota_usage *u = &q->all;
	int ret = 0;

	if (c->what & VZ_QUOTA_SPACE_SOFT)
		u->space_soft = limit_of(c->space_soft);
	if (c->what & VZ_QUOTA_SPACE_HARD)
		u->space_hard = limit_of(c->space_hard);
	if (c->what & VZ_QUOTA_INODES_SOFT)
		u->inodes_soft = limit_of(c->inodes_soft);
	if (c->what & VZ_QUOTA_INODES_HARD)
		u->inodes_hard = limit_of(c->inodes_hard);
	if (c->what & VZ_QUOTA_SPACE_GRACE)
		q->grace[VZ_QUOTA_ALL].space = c->grace.space;
	if (c->what & VZ_QUOTA_INODES_GRACE)
		q->grace[VZ_QUOTA_ALL].inodes = c->grace.inodes;
	change_level2(q, c);
	if (c->what & VZ_QUOTA_PATH)
		ret = change_path(q, c->path, code, err);
	return ret ? ret : check_limits(q, code, err);
}

/* When a soft limit turns into a hard one; 0 while it is not exceeded. */
static uint64_t due(uint64_t usage, uint64_t soft, uint64_t time_,
		    uint32_t grace)
{
	if (!soft || usage <= soft)
		return 0;
	return time_ ? time_ : (uint64_t)time(NULL) + grace;
}

static void correct_times(struct vz_quota *q, struct vz_quota_usage *u)
{
	const struct vz_quota_grace *grace = &q->grace[u->type];

	u->space_time = due(u->space, u->space_soft, u->space_time,
			    grace->space);
	u->inodes_time = due(u->inodes, u->inodes_soft, u->inodes_time,
			     grace->inodes);
}

void vz_quota_all_times(struct vz_quota *q)
{
	size_t i;

	correct_times(q, &q->all);
	for (i = 0; i < q->count; i++)
		correct_times(q, &q->ugids[i]);
}

void vz_quota_merge_kernel(struct vz_quota *q, struct vz_quota *kernel)
{
	q->all = kernel->all;
	memcpy(q->grace, kernel->grace, sizeof(q->grace));
	q->loaded = kernel->loaded;
	q->flags |= kernel->flags & (VZ_QUOTA_EXCEEDED | VZ_QUOTA_MOUNTED);
	if (!(kernel->flags & VZ_QUOTA_UGID))
		return;
	free(q->ugids);
	q->ugids = steal_ptr(kernel->ugids);
	q->count = kernel->count;
}

int vz_quota_fail(uint32_t id, int code, int ret, struct vz_error *err)
{
	if (ret == -ENOENT || ret == -ENOSYS)
		return vz_fail(err, code, ESRCH,
			       "The disk quota %u is not on", id);
	return vz_fail_errno(err, code, -ret,
			     "Unable to work on the disk quota %u in the kernel",
			     id);
}
