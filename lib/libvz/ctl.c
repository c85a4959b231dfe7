// SPDX-License-Identifier: GPL-2.0-only
/* The control device of the kernel module. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "internal.h"

/* The kernel may know more containers by the time the array is there. */
#define LIST_TRIES	16

static int open_device(struct vz_ctx *ctx)
{
	if (ctx->ctl_fd < 0)
		ctx->ctl_fd = open("/dev/" VZ_DEV_NAME, O_RDWR | O_CLOEXEC);
	return ctx->ctl_fd < 0 ? -errno : 0;
}

/* No module, or one that was just unloaded. */
static bool is_absent(int ret)
{
	return ret == -ENOENT || ret == -ENXIO || ret == -ENODEV;
}

int vz_ctl_fd(struct vz_ctx *ctx, struct vz_error *err)
{
	int ret = open_device(ctx);

	if (!ret)
		return ctx->ctl_fd;
	if (is_absent(ret))
		return vz_fail(err, VZ_E_BAD_KERNEL, -ret,
			       "The kernel module is not loaded: run \"modprobe vzcore\"");
	if (ret == -EACCES || ret == -EPERM)
		return vz_fail(err, VZ_E_NO_ACCESS, -ret,
			       "/dev/" VZ_DEV_NAME " may be opened by root of the host only");
	return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
			     "Unable to open /dev/" VZ_DEV_NAME);
}

int vz_ctl_info(struct vz_ctx *ctx, uint32_t ctid, struct vz_ct_info *info)
{
	int ret = open_device(ctx);

	if (ret)
		return is_absent(ret) ? -ENOENT : ret;
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->ctid = ctid;
	return ioctl(ctx->ctl_fd, VZ_IOC_CT_INFO, info) ? -errno : 0;
}

ssize_t vz_ctl_list(struct vz_ctx *ctx, uint32_t **ids, struct vz_error *err)
{
	struct vz_ct_list list = { .size = sizeof(list) };
	uint32_t room = 64;
	int tries, ret = open_device(ctx);

	*ids = NULL;
	if (is_absent(ret))
		return 0;
	if (ret)
		return vz_ctl_fd(ctx, err);
	for (tries = 0; tries < LIST_TRIES; tries++) {
		autofree uint32_t *v = calloc(room, sizeof(*v));

		if (!v)
			return vz_fail_oom(err);
		list.count = room;
		list.ids = (uintptr_t)v;
		if (ioctl(ctx->ctl_fd, VZ_IOC_CT_LIST, &list))
			return vz_fail_errno(err, VZ_E_SYSTEM, errno,
					     "Unable to ask the kernel for the containers");
		if (list.count <= room) {
			*ids = steal_ptr(v);
			return list.count;
		}
		room = list.count + 64;
	}
	return vz_fail(err, VZ_E_RESOURCE, EAGAIN,
		       "The list of containers changes too fast to be read");
}
