// SPDX-License-Identifier: GPL-2.0-only
/* The caller's wish to stop a long call. */
#include "internal.h"

VZ_EXPORT void vz_ctx_cancel(struct vz_ctx *ctx)
{
	ctx->cancelled = 1;
}

int vz_cancelled(const struct vz_ctx *ctx, struct vz_error *err)
{
	if (!ctx->cancelled)
		return 0;
	return vz_fail(err, VZ_E_SYSTEM, ECANCELED, "Cancelled");
}
