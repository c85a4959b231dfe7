/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests share: a context whose directories are temporary. */
#ifndef _VZ_TESTS_UNIT_UTIL_H
#define _VZ_TESTS_UNIT_UTIL_H

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "internal.h"

/**
 * struct fixture - state of a test
 * @dir: temporary directory; etc, state, run, lock, dump are below it
 * @ctx: context that uses it
 * @log: all messages, one a line
 */
struct fixture {
	char		dir[PATH_MAX];
	struct vz_ctx	*ctx;
	char		log[65536];
};

static inline void fx_log(void *data, int level, uint32_t ctid,
			  const char *text)
{
	struct fixture *fx = data;
	size_t len = strlen(fx->log);

	(void)level;
	snprintf(fx->log + len, sizeof(fx->log) - len, "%u %s\n", ctid, text);
}

/* Path below the temporary directory; valid until the eighth next call. */
static inline const char *fx_path(struct fixture *fx, const char *fmt, ...)
{
	static char ring[8][PATH_MAX * 2];
	static unsigned int next;
	char *buf = ring[next++ % 8];
	va_list ap;
	int n = snprintf(buf, PATH_MAX, "%s/", fx->dir);

	va_start(ap, fmt);
	vsnprintf(buf + n, PATH_MAX, fmt, ap);
	va_end(ap);
	return buf;
}

static inline void fx_write(struct fixture *fx, const char *name,
			    const char *text)
{
	FILE *f = fopen(fx_path(fx, "%s", name), "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline char *fx_read(struct fixture *fx, const char *name)
{
	char *text = NULL;

	assert_int_equal(vz_read_file_at(AT_FDCWD, fx_path(fx, "%s", name),
					 1 << 20, &text), 0);
	return text;
}

static inline void fx_expect(struct fixture *fx, const char *name,
			     const char *text)
{
	char *is = fx_read(fx, name);

	assert_string_equal(is, text);
	free(is);
}

static inline struct vz_ctx *fx_context(struct fixture *fx)
{
	struct vz_ctx *ctx;

	assert_int_equal(vz_ctx_new(&ctx, NULL), 0);
	assert_int_equal(vz_ctx_set_path(ctx, VZ_PATH_CONF,
					 fx_path(fx, "etc"), NULL), 0);
	assert_int_equal(vz_ctx_set_path(ctx, VZ_PATH_STATE,
					 fx_path(fx, "state"), NULL), 0);
	assert_int_equal(vz_ctx_set_path(ctx, VZ_PATH_RUN,
					 fx_path(fx, "run"), NULL), 0);
	assert_int_equal(vz_ctx_set_path(ctx, VZ_PATH_QUOTA,
					 fx_path(fx, "quota"), NULL), 0);
	vz_ctx_set_log(ctx, fx_log, fx);
	return ctx;
}

static inline struct vz_ct *fx_ct(struct fixture *fx, uint32_t id)
{
	struct vz_error err;
	struct vz_ct *ct;

	if (vz_ct_open(fx->ctx, id, &ct, &err))
		fail_msg("%s", err.text);
	return ct;
}

static inline int fx_setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));
	const char *tmp = getenv("TMPDIR");
	char *text = NULL;
	struct vz_error err;

	assert_non_null(fx);
	snprintf(fx->dir, sizeof(fx->dir), "%s/vzunit.XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(fx->dir));
	assert_int_equal(mkdir(fx_path(fx, "etc"), 0755), 0);
	assert_int_equal(mkdir(fx_path(fx, "etc/conf"), 0755), 0);
	assert_true(asprintf(&text,
			     "VE_ROOT=\"%s/root/$VEID\"\n"
			     "VE_PRIVATE=\"%s/private/$VEID\"\n"
			     "LOCKDIR=\"%s/lock\"\nDUMPDIR=\"%s/dump\"\n",
			     fx->dir, fx->dir, fx->dir, fx->dir) > 0);
	fx_write(fx, "etc/vz.conf", text);
	free(text);
	fx->ctx = fx_context(fx);
	if (vz_ctx_load(fx->ctx, &err))
		fail_msg("%s", err.text);
	*state = fx;
	return 0;
}

static inline int fx_teardown(void **state)
{
	struct fixture *fx = *state;
	char cmd[PATH_MAX + 16];

	vz_ctx_unref(fx->ctx);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", fx->dir);
	assert_int_equal(system(cmd), 0);
	free(fx);
	return 0;
}

#define fx_test(fn)	cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

#endif /* _VZ_TESTS_UNIT_UTIL_H */
