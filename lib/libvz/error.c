// SPDX-License-Identifier: GPL-2.0-only
/* Errors: one sentence, one errno, one of vzctl's exit codes. */
#include "internal.h"

static void VZ_PRINTF(4, 0) fill(struct vz_error *err, int code, int errnum,
				 const char *fmt, va_list ap)
{
	err->err = -errnum;
	err->code = code;
	if (vsnprintf(err->text, sizeof(err->text), fmt, ap) < 0)
		err->text[0] = '\0';
}

int vz_fail(struct vz_error *err, int code, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		fill(err, code, errnum, fmt, ap);
		va_end(ap);
	}
	return -errnum;
}

int vz_fail_errno(struct vz_error *err, int code, int errnum,
		  const char *fmt, ...)
{
	char name[128];
	va_list ap;
	size_t len;

	if (!err)
		return -errnum;
	va_start(ap, fmt);
	fill(err, code, errnum, fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s",
		 strerror_r(errnum, name, sizeof(name)));
	return -errnum;
}

int vz_fail_oom(struct vz_error *err)
{
	return vz_fail(err, VZ_E_RESOURCE, ENOMEM, "Out of memory");
}
