/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User beancounters: the kernel (ubc.c), what a config means (ubconfig.c), and
 * containers (ubct.c).
 */
#ifndef _VZ_UBC_INTERNAL_H
#define _VZ_UBC_INTERNAL_H

#include "internal.h"

#include <linux/vzubc.h>

/* ------------------------------------------------------------ ubc.c -- */

/**
 * vz_ub_ioc_set - sets those barriers and limits that are marked as set: all
 * or none
 *
 * Returns 0 or a negative errno; -ENOSYS: there is no module vzubc.
 */
int vz_ub_ioc_set(struct vz_ctx *ctx, uint32_t ctid,
		  const struct vz_ub_limit limits[VZ_UB_RESOURCES]);
/** vz_ub_is_there - is the module vzubc loaded? */
bool vz_ub_is_there(struct vz_ctx *ctx);

/* ------------------------------------------------------- ubconfig.c -- */

/** vz_ub_configured - what the container's config sets, or else vz.conf */
void vz_ub_configured(const struct vz_ct *ct,
		      struct vz_ub_limit limits[VZ_UB_RESOURCES]);
/** vz_ub_default_memory - pages that a container without a limit of its memory
 * gets */
uint64_t vz_ub_default_memory(void);
/** vz_ub_limits - all that holds for a container with this config: what is
 * set, what that implies, and the defaults of memory and tasks, which no
 * container is without */
void vz_ub_limits(const struct vz_ct *ct,
		  struct vz_ub_limit limits[VZ_UB_RESOURCES]);
/** vz_ub_imply - the same for what a config sets
 * @overcommit: VM_OVERCOMMIT or NULL; @memory: pages, when there is no limit */
void vz_ub_imply(struct vz_ub_limit limits[VZ_UB_RESOURCES],
		 const char *overcommit, uint64_t memory);

/* ----------------------------------------------------------- ubct.c -- */

/** vz_ub_check - before a start: is all set that has to be?  VZ_E_UBC_NOTSET */
int vz_ub_check(struct vz_ct *ct, struct vz_error *err);
/** vz_ub_start - gives a container that was just registered its barriers and
 * limits; the cgroup's files included */
int vz_ub_start(struct vz_ct *ct, struct vz_error *err);
/** vz_ub_apply - puts changes into effect on a running container */
int vz_ub_apply(struct vz_ct *ct, const struct vz_config *changes,
		struct vz_error *err);
/** vz_ub_writes_cgroup - does vzubc itself put the limits of memory, swap
 * space and tasks into the cgroup's files? */
bool vz_ub_writes_cgroup(struct vz_ctx *ctx);

#endif /* _VZ_UBC_INTERNAL_H */
