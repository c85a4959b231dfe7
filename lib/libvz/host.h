/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VZ_HOST_H
#define _VZ_HOST_H

#include "internal.h"

/** vz_check_kernel - is this kernel release new enough? */
int vz_check_kernel(const char *release, struct vz_error *err);
/** vz_check_cgroup - is cgroup v2 with all controllers mounted at @dir? */
int vz_check_cgroup(const char *dir, struct vz_error *err);

#endif /* _VZ_HOST_H */
