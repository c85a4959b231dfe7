// SPDX-License-Identifier: GPL-2.0-only
/* The terminals that the kernel module keeps for a container. */
#include <signal.h>
#include <sys/ioctl.h>

#include "core.h"

static int open_console(struct vz_ct *ct, unsigned int tty, unsigned int flags,
			struct vz_error *err)
{
	struct vz_console arg = {
		.size = sizeof(arg),
		.ctid = ct->id,
		.index = tty - 1,
		.flags = flags,
	};
	int fd = vz_ctl_fd(ct->ctx, err);
	int ret;

	if (fd < 0)
		return fd;
	if (!tty)
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Unable to open tty 0: terminals are numbered from 1");
	ret = ioctl(fd, VZ_IOC_CONSOLE, &arg);
	if (ret >= 0)
		return ret;
	switch (errno) {
	case ENOENT:
		return vz_fail(err, VZ_E_NOT_RUNNING, ENOENT,
			       "Container is not running");
	case EINVAL:
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Unable to open tty %u: CT %u has no such terminal",
			       tty, ct->id);
	case EBUSY:
		return vz_fail(err, VZ_E_SYSTEM, EBUSY,
			       "Unable to open tty %u of CT %u: somebody is attached to it",
			       tty, ct->id);
	}
	return vz_fail_errno(err, VZ_E_SYSTEM, errno,
			     "Unable to open tty %u of CT %u", tty, ct->id);
}

VZ_EXPORT int vz_ct_console(struct vz_ct *ct, unsigned int tty, bool steal,
			    struct vz_error *err)
{
	return open_console(ct, tty, steal ? VZ_CONSOLE_STEAL : 0, err);
}

VZ_EXPORT int vz_ct_console_kill(struct vz_ct *ct, unsigned int tty,
				 struct vz_error *err)
{
	int fd = open_console(ct, tty, VZ_CONSOLE_HANGUP | VZ_CONSOLE_STEAL, err);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
