/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Commands of /dev/vzctl that go to vztest.ko.
 */
#ifndef _VZTEST_H
#define _VZTEST_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/vzcore.h>

/**
 * struct vztest_log - what was called since the last look
 * @text: words separated by blanks: what (c, s, t, r: create, start, stop,
 *	release), subsystem (a, b), container id
 */
struct vztest_log {
	char	text[256];
};

#define VZTEST_FAIL_CREATE	1
#define VZTEST_FAIL_START	2

#define VZTEST_LOG	_IOR(VZ_IOC_MAGIC, 0xf0, struct vztest_log)
/* VZTEST_FAIL_*: what subsystem b refuses with EDOM from now on */
#define VZTEST_FAIL	_IOW(VZ_IOC_MAGIC, 0xf1, __u32)
/* subsystem b comes (1) or goes (0) */
#define VZTEST_SWITCH_B	_IOW(VZ_IOC_MAGIC, 0xf2, __u32)

#endif /* _VZTEST_H */
