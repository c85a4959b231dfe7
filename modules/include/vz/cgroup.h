/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of cgroups, as a program would write and read them: what the kernel's
 * own controllers do is asked of them that way.
 */
#ifndef _VZ_CGROUP_H
#define _VZ_CGROUP_H

#include <linux/cgroup.h>

int vz_cgroup_write(const struct cgroup *cgrp, const char *file,
		    const char *value);
ssize_t vz_cgroup_read(const struct cgroup *cgrp, const char *file, char *buf,
		       size_t size);
s64 vz_cgroup_nproc(const struct cgroup *cgrp);

#endif /* _VZ_CGROUP_H */
