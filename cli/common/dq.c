// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <linux/vzcore.h>

#include "dq.h"

static const struct {
	int	errnum;
	int	code;
} exits[] = {
	{ EINVAL,	DQ_USAGE },
	{ ENOSYS,	DQ_KERNEL },
	{ EUCLEAN,	DQ_FILE },
	{ EEXIST,	DQ_RUNNING },
	{ ESRCH,	DQ_NOT_RUNNING },
	{ EBUSY,	DQ_LOCKED },
	{ EAGAIN,	DQ_LOCKED },
	{ EXDEV,	DQ_CROSSES_MOUNTS },
	{ ENOENT,	DQ_NO_FILE },
	{ ENOTDIR,	DQ_NO_DIRECTORY },
};

static void say(const struct dq *dq, int level, const char *text)
{
	static const char *const names[] = {
		"error", "warning", "info", "debug",
	};
	FILE *out = level <= DQ_WARNING ? stderr : stdout;

	/* programs look for "vzquota : (warning) Quota is running" */
	if (level <= dq->level)
		fprintf(out, "vzquota : (%s) %s\n", names[level], text);
}

static void from_library(void *data, int level, uint32_t ctid,
			 const char *text)
{
	say(data, level == VZ_LOG_ERR ? DQ_WARNING :
		  level == VZ_LOG_INFO ? DQ_INFO : DQ_DEBUG, text);
}

/* How many files there will be is not known. */
static void count_files(void *data, uint64_t done, uint64_t total)
{
	const struct dq *dq = data;

	(void)total;
	if (dq->level >= DQ_WARNING && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%llu files ", (unsigned long long)done);
}

int dq_open(struct dq *dq)
{
	struct vz_error err = { 0 };

	if (vz_ctx_new(&dq->ctx, &err) < 0)
		return dq_failed(dq, &err);
	vz_ctx_set_log(dq->ctx, from_library, dq);
	vz_ctx_set_progress(dq->ctx, count_files, dq);
	return 0;
}

void dq_say(const struct dq *dq, int level, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		say(dq, level, text);
}

int dq_failed(const struct dq *dq, const struct vz_error *err)
{
	size_t i;

	say(dq, DQ_ERROR, err->text[0] ? err->text : strerror(-err->err));
	for (i = 0; i < ARRAY_SIZE(exits); i++)
		if (exits[i].errnum == -err->err)
			return exits[i].code;
	return DQ_SYSTEM;
}

unsigned int dq_what(int option)
{
	switch (option) {
	case 'G':
		return VZ_QUOTA_LOAD_GRACE;
	case 'U':
		return VZ_QUOTA_LOAD_LIMITS;
	case 'T':
		return VZ_QUOTA_LOAD_TIMES;
	default:
		return VZ_QUOTA_LOAD_ALL;
	}
}

bool dq_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno &&
	       *number <= max;
}

bool dq_id(const char *text, uint32_t *id)
{
	uint64_t n;

	if (!dq_number(text, VZ_CTID_MAX, &n) || !n)
		return false;
	*id = (uint32_t)n;
	return true;
}

uint64_t dq_blocks(uint64_t bytes)
{
	return bytes / 1024 + !!(bytes % 1024);
}

uint64_t dq_bytes(uint64_t blocks)
{
	return blocks > INT64_MAX / 1024 ? 0 : blocks * 1024;
}
