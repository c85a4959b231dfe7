// SPDX-License-Identifier: GPL-2.0-only
/* Counters of the routed network. */
#include <linux/vznet.h>
#include <sys/ioctl.h>

#include "traffic.h"

static const char *const drop_names[VZNET_DROPS] = {
	[VZNET_DROP_SOURCE]	= "source",
	[VZNET_DROP_PROTOCOL]	= "protocol",
	[VZNET_DROP_MULTICAST]	= "multicast",
	[VZNET_DROP_ROUTING]	= "routing",
	[VZNET_DROP_DISCOVERY]	= "discovery",
	[VZNET_DROP_SIZE]	= "size",
	[VZNET_DROP_QUEUE]	= "queue",
	[VZNET_DROP_DOWN]	= "down",
	[VZNET_DROP_RATE]	= "rate",
	[VZNET_DROP_NEIGHBOUR]	= "neighbour",
};

VZ_EXPORT const char *vz_net_drop_name(unsigned int reason)
{
	return reason < ARRAY_SIZE(drop_names) ? drop_names[reason] : NULL;
}

int vz_vznet_ioctl(struct vz_ctx *ctx, unsigned long request, void *arg,
		   struct vz_error *err)
{
	int fd = vz_ctl_fd(ctx, err);

	if (fd < 0)
		return fd;
	if (!ioctl(fd, request, arg))
		return 0;
	if (errno == ENOTTY)
		return vz_fail(err, VZ_E_BAD_KERNEL, ENOTTY,
			       "The kernel module vznet is not loaded: run \"modprobe vznet\"");
	return vz_fail_errno(err, VZ_E_SYSTEM, errno,
			     "The kernel module vznet refused a command");
}

static void copy_counts(struct vz_net_count *to, const struct vznet_count *from)
{
	int i;

	for (i = 0; i < VZ_NET_CLASSES; i++) {
		to[i].bytes = from[i].bytes;
		to[i].packets = from[i].packets;
	}
}

VZ_EXPORT int vz_ctx_net_stat(struct vz_ctx *ctx, uint32_t ctid,
			      struct vz_net_stat *st, struct vz_error *err)
{
	struct vznet_stat arg = { .size = sizeof(arg), .ctid = ctid };
	int ret;

	if (!ctid)
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "The traffic of CT 0, the host, is not counted");
	ret = vz_vznet_ioctl(ctx, VZNET_IOC_STAT, &arg, err);
	if (ret == -ENOENT)
		return vz_fail(err, VZ_E_NOT_RUNNING, ENOENT,
			       "Container %u is not running", ctid);
	if (ret)
		return ret;
	st->ctid = ctid;
	copy_counts(st->in, arg.in);
	copy_counts(st->out, arg.out);
	memcpy(st->dropped, arg.dropped, sizeof(st->dropped));
	return 0;
}

VZ_EXPORT ssize_t vz_ctx_net_stats(struct vz_ctx *ctx,
				   struct vz_net_stat **list,
				   struct vz_error *err)
{
	autofree struct vz_net_stat *v = NULL;
	autofree uint32_t *ids = NULL;
	ssize_t count, i, n = 0;
	int ret;

	/* an empty list of containers would hide that the module is missing */
	ret = vz_ctl_fd(ctx, err);
	if (ret < 0)
		return ret;
	count = vz_ctl_list(ctx, &ids, err);
	if (count < 0)
		return count;
	v = calloc(count ? count : 1, sizeof(*v));
	if (!v)
		return vz_fail_oom(err);
	for (i = 0; i < count; i++) {
		ret = vz_ctx_net_stat(ctx, ids[i], &v[n], err);
		if (!ret)
			n++;
		/* it may have gone meanwhile */
		else if (ret != -ENOENT)
			return ret;
	}
	*list = steal_ptr(v);
	return n;
}
