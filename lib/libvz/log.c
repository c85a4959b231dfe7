// SPDX-License-Identifier: GPL-2.0-only
/* Messages on their way to the caller's log function. */
#include "internal.h"

VZ_EXPORT void vz_ctx_set_log(struct vz_ctx *ctx, vz_log_fn fn, void *data)
{
	ctx->log_fn = fn;
	ctx->log_data = data;
}

VZ_EXPORT void vz_ctx_set_progress(struct vz_ctx *ctx, vz_progress_fn fn,
				   void *data)
{
	ctx->progress_fn = fn;
	ctx->progress_data = data;
}

void vz_log(struct vz_ctx *ctx, int level, uint32_t ctid, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	char *p;

	if (!ctx->log_fn)
		return;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	/* one line and nothing that drives a terminal, whatever a file name
	 * or a value had in it */
	for (p = text; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			*p = *p == '\n' ? ' ' : '?';
	ctx->log_fn(ctx->log_data, level, ctid, text);
}
