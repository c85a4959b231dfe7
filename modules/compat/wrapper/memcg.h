/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Statistics of memory cgroups were summed up by cgroup; since 6.16 they are by
 * subsystem state.  The same kernels charge an object and count it in one go,
 * so that the function that charged objects (bytes) is no longer called for
 * them, but the one that fetches pages for their stock is.
 */
#ifndef _VZ_WRAPPER_MEMCG_H
#define _VZ_WRAPPER_MEMCG_H

#include <linux/cgroup.h>

#ifdef VZ_HAVE_CSS_RSTAT_FLUSH
#define VZ_RSTAT_FLUSH	"css_rstat_flush"
#define VZ_OBJCG_CHARGE	obj_cgroup_charge_pages
#define VZ_OBJCG_UNIT	PAGE_SIZE
#define vz_rstat	cgroup_subsys_state

static inline struct vz_rstat *vz_rstat_of(struct cgroup_subsys_state *css)
{
	return css;
}
#else
#define VZ_RSTAT_FLUSH	"cgroup_rstat_flush"
#define VZ_OBJCG_CHARGE	obj_cgroup_charge
#define VZ_OBJCG_UNIT	1
#define vz_rstat	cgroup

static inline struct vz_rstat *vz_rstat_of(struct cgroup_subsys_state *css)
{
	return css->cgroup;
}
#endif

#endif /* _VZ_WRAPPER_MEMCG_H */
