/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands of /dev/vzctl.
 */
#ifndef _VZ_CTL_H
#define _VZ_CTL_H

#include <linux/types.h>

/**
 * struct vz_ctl_cmd - a command of /dev/vzctl
 * @size: size of the argument now
 * @min: size of the argument when it was published first, 0: it has not grown
 * @out: there is an answer to be copied back, also when the command fails
 * @fn: does it, with a copy of the argument; returns what ioctl(2) returns
 */
struct vz_ctl_cmd {
	u16	size;
	u16	min;
	bool	out;
	long	(*fn)(void *arg);
};

/**
 * VZ_CTL_CMD - initializer of a struct vz_ctl_cmd that never grew
 * @_type: type of the argument
 * @_out: there is an answer
 * @_fn: does it
 */
#define VZ_CTL_CMD(_type, _out, _fn)				\
	{ .size = sizeof(_type), .out = _out, .fn = _fn }

long vz_ctl_call(const struct vz_ctl_cmd *cmd, void __user *uarg);

#endif /* _VZ_CTL_H */
