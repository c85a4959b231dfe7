// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls that a container has no business with.  The kernel refuses
 * most of them to a user namespace anyway; the filter keeps what lies behind
 * their first permission check out of reach.  Which they are says
 * gen/seccomp.c, from which the build makes the filter's program.
 */
#include <sys/syscall.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "core.h"

static const struct sock_filter program[] = {
#include "seccomp.inc"
};

int vz_seccomp_load(struct vz_error *err)
{
	const struct sock_fprog filter = {
		.len = ARRAY_SIZE(program),
		.filter = (struct sock_filter *)program,
	};

	/* the capabilities are not dropped yet: no_new_privs is not needed */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to load the system call filter");
	return 0;
}
