// SPDX-License-Identifier: GPL-2.0-only
/* The network of a container, in the order in which it comes and goes. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include <linux/vznet.h>

#include "net.h"
#include "netdev.h"
#include "venet.h"
#include "veth.h"

int vz_net_setup(struct vz_ct *ct, int netns, struct vz_error *err)
{
	int ret;

	ret = vz_venet_setup(ct, netns, err);
	if (!ret)
		ret = vz_veth_setup(ct, netns, err);
	if (!ret)
		ret = vz_netdev_setup(ct, netns, err);
	return ret;
}

int vz_net_teardown(struct vz_ct *ct, struct vz_error *err)
{
	int ret;

	vz_netdev_teardown(ct);
	ret = vz_veth_teardown(ct, err);
	return ret ? ret : vz_venet_teardown(ct, err);
}

int vz_net_apply(struct vz_ct *ct, const struct vz_config *changes,
		 unsigned int flags, struct vz_error *err)
{
	int ret = vz_venet_apply(ct, changes, flags, err);

	return ret ? ret : vz_netdev_apply(ct, changes, err);
}

/* Of a container that was started before vznet was loaded.  The pid has been
 * init's all the time if init is still alive. */
static int open_of_init(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_target target = VZ_TARGET_NONE;
	char path[64];
	int fd, ret;

	ret = vz_target_open(ct, &target, err);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", target.init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = errno;
	if (sys_pidfd_signal(target.pidfd, 0)) {
		vz_close_p(&fd);
		fd = vz_fail(err, VZ_E_NOT_RUNNING, ESRCH,
			     "Container is not running");
	} else if (fd < 0) {
		fd = vz_fail_errno(err, VZ_E_SYSTEM, ret, "Unable to open %s",
				   path);
	}
	vz_target_close(&target);
	return fd;
}

int vz_net_open(struct vz_ct *ct, struct vz_error *err)
{
	struct vznet_netns arg = { .size = sizeof(arg), .ctid = ct->id };
	int ctl = vz_ctl_fd(ct->ctx, err), fd;

	if (ctl < 0)
		return ctl;
	fd = ioctl(ctl, VZNET_IOC_NETNS, &arg);
	return fd < 0 ? open_of_init(ct, err) : fd;
}
