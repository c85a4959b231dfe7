// SPDX-License-Identifier: GPL-2.0-only
/* Disk quota: commands to the kernel, see <linux/vzquota.h>. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "quota.h"

/* The kernel may know more users by the time the array is there. */
#define GET_TRIES	16

/* 0 or a negative errno; -ENOSYS: there is no vzcore, or no vzquota. */
static int call(struct vz_ctx *ctx, unsigned long request, void *arg)
{
	struct vz_error err;
	int fd = vz_ctl_fd(ctx, &err);

	if (fd < 0)
		return err.code == VZ_E_BAD_KERNEL ? -ENOSYS : fd;
	if (!ioctl(fd, request, arg))
		return 0;
	return errno == ENOTTY ? -ENOSYS : -errno;
}

static void from_kernel(struct vz_quota_usage *to,
			const struct vzquota_usage *from)
{
	*to = (struct vz_quota_usage){
		.type = from->type, .id = from->id,
		.space = from->space, .space_soft = from->space_soft,
		.space_hard = from->space_hard, .inodes = from->inodes,
		.inodes_soft = from->inodes_soft,
		.inodes_hard = from->inodes_hard,
		.space_time = from->space_time,
		.inodes_time = from->inodes_time,
	};
}

static void to_kernel(struct vzquota_usage *to,
		      const struct vz_quota_usage *from)
{
	*to = (struct vzquota_usage){
		.type = from->type, .id = from->id,
		.space = from->space, .space_soft = from->space_soft,
		.space_hard = from->space_hard, .inodes = from->inodes,
		.inodes_soft = from->inodes_soft,
		.inodes_hard = from->inodes_hard,
		.space_time = from->space_time,
		.inodes_time = from->inodes_time,
	};
}

int vz_quota_info(struct vz_ctx *ctx, uint32_t id, struct vzquota_info *info)
{
	*info = (struct vzquota_info){ .size = sizeof(*info), .id = id };
	return call(ctx, VZQUOTA_IOC_INFO, info);
}

int vz_quota_all(struct vz_ctx *ctx, uint32_t id, struct vz_quota_usage *all)
{
	struct vzquota_usage usage = { 0 };
	struct vzquota_get get = {
		.size = sizeof(get), .id = id, .count = 1,
		.usage = (uintptr_t)&usage,
	};
	int ret = call(ctx, VZQUOTA_IOC_GET, &get);

	if (!ret)
		from_kernel(all, &usage);
	return ret;
}

static int get_usage(struct vz_ctx *ctx, uint32_t id,
		     struct vzquota_usage **usage, uint32_t *n)
{
	struct vzquota_get get = { .size = sizeof(get), .id = id };
	uint32_t room = 64;
	int tries, ret;

	for (tries = 0; tries < GET_TRIES; tries++) {
		autofree struct vzquota_usage *v = calloc(room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		get.count = room;
		get.usage = (uintptr_t)v;
		ret = call(ctx, VZQUOTA_IOC_GET, &get);
		if (ret)
			return ret;
		if (get.count && get.count <= room) {
			*usage = steal_ptr(v);
			*n = get.count;
			return 0;
		}
		room = get.count + 64;
	}
	return -EAGAIN;
}

static void take_info(struct vz_quota *q, const struct vzquota_info *info)
{
	size_t i;

	q->flags = VZ_QUOTA_ON |
		   (info->flags & VZQUOTA_UGID ? VZ_QUOTA_UGID : 0) |
		   (info->flags & VZQUOTA_EXCEEDED ? VZ_QUOTA_EXCEEDED : 0) |
		   (info->flags & VZQUOTA_MOUNTED ? VZ_QUOTA_MOUNTED : 0) |
		   (info->flags & VZQUOTA_COUNT ? VZ_QUOTA_COUNTING : 0);
	q->counted = info->counted;
	q->ugid_limit = info->ugid_limit;
	q->loaded = info->ugids;
	for (i = 0; i < VZ_QUOTA_TYPES; i++) {
		q->grace[i].space = info->grace[i].space;
		q->grace[i].inodes = info->grace[i].inodes;
	}
}

int vz_quota_get(struct vz_ctx *ctx, uint32_t id, struct vz_quota *q)
{
	autofree struct vzquota_usage *usage = NULL;
	struct vzquota_info info;
	uint32_t n = 0, i;
	int ret;

	*q = (struct vz_quota){ .id = id };
	ret = vz_quota_info(ctx, id, &info);
	if (!ret)
		ret = get_usage(ctx, id, &usage, &n);
	if (ret)
		return ret;
	q->ugids = calloc(n, sizeof(*q->ugids));
	if (!q->ugids)
		return -ENOMEM;
	take_info(q, &info);
	from_kernel(&q->all, &usage[0]);
	for (i = 1; i < n; i++)
		from_kernel(&q->ugids[i - 1], &usage[i]);
	q->count = n - 1;
	return 0;
}

static int fail_on(const struct vz_quota *q, int ret, struct vz_error *err)
{
	if (ret == -ENOSYS)
		return vz_fail(err, VZ_E_DQ_ON, ENOSYS,
			       "The kernel module of disk quotas is not loaded: run \"modprobe vzquota\"");
	return vz_fail_errno(err, VZ_E_DQ_ON, -ret,
			     "Unable to switch on the disk quota %u of %s",
			     q->id, q->path);
}

int vz_quota_ioc_on(struct vz_ctx *ctx, const struct vz_quota *q,
		    struct vz_error *err)
{
	autoclose int dir = open(q->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool level2 = q->flags & VZ_QUOTA_UGID && q->ugid_limit;
	size_t i, n = 1 + (level2 ? q->count : 0);
	autofree struct vzquota_usage *usage = calloc(n, sizeof(*usage));
	struct vzquota_on on = {
		.size = sizeof(on), .id = q->id, .dir_fd = dir,
		.flags = (level2 ? VZQUOTA_UGID : 0) |
			 (q->flags & VZ_QUOTA_COUNTING ? VZQUOTA_COUNT : 0),
		.ugid_limit = level2 ? q->ugid_limit : 0,
		.count = (uint32_t)n, .usage = (uintptr_t)usage,
	};
	int ret;

	if (!usage)
		return vz_fail_oom(err);
	if (dir < 0)
		return vz_fail_errno(err, VZ_E_DQ_ON, ENOTDIR,
				     "Unable to open %s", q->path);
	to_kernel(&usage[0], &q->all);
	for (i = 1; i < n; i++)
		to_kernel(&usage[i], &q->ugids[i - 1]);
	for (i = 0; i < VZ_QUOTA_TYPES; i++)
		on.grace[i] = (struct vzquota_grace){ q->grace[i].space,
						      q->grace[i].inodes };
	ret = call(ctx, VZQUOTA_IOC_ON, &on);
	return ret ? fail_on(q, ret, err) : 0;
}

int vz_quota_ioc_off(struct vz_ctx *ctx, uint32_t id)
{
	struct vzquota_off off = { .size = sizeof(off), .id = id };

	return call(ctx, VZQUOTA_IOC_OFF, &off);
}

int vz_quota_ioc_limits(struct vz_ctx *ctx, uint32_t id,
			const struct vz_quota_usage *u)
{
	struct vzquota_set set = {
		.size = sizeof(set), .id = id, .what = VZQUOTA_SET_LIMITS,
	};

	to_kernel(&set.usage, u);
	return call(ctx, VZQUOTA_IOC_SET, &set);
}

int vz_quota_ioc_setup(struct vz_ctx *ctx, const struct vz_quota *q)
{
	struct vzquota_info info = {
		.size = sizeof(info), .id = q->id, .ugid_limit = q->ugid_limit,
	};
	size_t i;

	for (i = 0; i < VZ_QUOTA_TYPES; i++)
		info.grace[i] = (struct vzquota_grace){ q->grace[i].space,
							q->grace[i].inodes };
	return call(ctx, VZQUOTA_IOC_SETUP, &info);
}

int vz_quota_ioc_counted(struct vz_ctx *ctx, uint32_t id, int fd,
			 uint32_t moves)
{
	struct vzquota_counted counted = {
		.size = sizeof(counted), .id = id, .moves = moves, .fd = fd,
	};

	return call(ctx, VZQUOTA_IOC_COUNTED, &counted);
}

int vz_quota_ioc_list(struct vz_ctx *ctx, uint32_t **ids, uint32_t *count)
{
	struct vzquota_list list = { .size = sizeof(list) };
	int tries, ret;

	for (tries = 0; tries < GET_TRIES; tries++) {
		uint32_t room = list.count + 16;
		autofree uint32_t *v = calloc(room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		list.count = room;
		list.ids = (uintptr_t)v;
		ret = call(ctx, VZQUOTA_IOC_LIST, &list);
		if (ret)
			return ret;
		if (list.count <= room) {
			*ids = steal_ptr(v);
			*count = list.count;
			return 0;
		}
	}
	return -EAGAIN;
}
