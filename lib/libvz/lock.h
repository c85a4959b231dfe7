/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VZ_LOCK_H
#define _VZ_LOCK_H

#include "internal.h"

/**
 * vz_guard - waits for an exclusive lock over something shared by containers
 * @where: directory of the lock file, made when missing
 * @name: name of the lock file
 *
 * Returns a descriptor; closing it (or dying) lets the lock go.
 */
int vz_guard(struct vz_ctx *ctx, enum vz_path where, const char *name,
	     struct vz_error *err);

#endif /* _VZ_LOCK_H */
