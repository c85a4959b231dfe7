/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Statistics of memory cgroups were summed up by cgroup; since 6.16 they are by
 * subsystem state.
 */
#ifndef _VZ_WRAPPER_MEMCG_H
#define _VZ_WRAPPER_MEMCG_H

#include <linux/cgroup.h>

#ifdef VZ_HAVE_CSS_RSTAT_FLUSH
#define VZ_RSTAT_FLUSH	"css_rstat_flush"
#define vz_rstat	cgroup_subsys_state

static inline struct vz_rstat *vz_rstat_of(struct cgroup_subsys_state *css)
{
	return css;
}
#else
#define VZ_RSTAT_FLUSH	"cgroup_rstat_flush"
#define vz_rstat	cgroup

static inline struct vz_rstat *vz_rstat_of(struct cgroup_subsys_state *css)
{
	return css->cgroup;
}
#endif

#endif /* _VZ_WRAPPER_MEMCG_H */
