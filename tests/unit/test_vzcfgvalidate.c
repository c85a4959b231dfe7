// SPDX-License-Identifier: GPL-2.0-only
/* vzcfgvalidate: the rules, on samples and on what breaks them. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../cli/vzcfgvalidate/rules.c"

static struct vz_config *load(const char *path)
{
	struct vz_error err = { 0 };
	struct vz_config *cfg;
	struct vz_ctx *ctx;

	assert_int_equal(vz_ctx_new(&ctx, NULL), 0);
	if (vz_config_load(ctx, path, &cfg, &err))
		fail_msg("%s", err.text);
	vz_ctx_unref(ctx);
	return cfg;
}

/* The basic sample with one variable changed: its only finding of at least
 * warning is @want. */
static void basic_with(const char *name, const char *value, int severity,
		       const char *want)
{
	struct vz_config *cfg = load("etc/conf/ve-basic.conf-sample");
	struct findings found;
	size_t i, n = 0;

	assert_int_equal(vz_config_set(cfg, name, value, NULL), 0);
	rules_check(cfg, &found);
	for (i = 0; i < found.count; i++) {
		const struct finding *f = &found.list[i];

		if (f->severity == RULE_RECOMMENDATION &&
		    severity != RULE_RECOMMENDATION)
			continue;
		if (!strstr(f->text, "dcachesize.bar"))
			n++;
		else
			continue;
		assert_int_equal(f->severity, severity);
		assert_string_equal(f->text, want);
	}
	assert_int_equal(n, 1);
	findings_free(&found);
	vz_config_unref(cfg);
}

static void test_samples(void **state)
{
	struct findings found;
	struct vz_config *cfg;
	size_t i, j;
	glob_t g;

	assert_int_equal(glob("etc/conf/ve-*.conf-sample", 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++) {
		cfg = load(g.gl_pathv[i]);
		rules_check(cfg, &found);
		for (j = 0; j < found.count; j++)
			if (found.list[j].severity != RULE_RECOMMENDATION)
				fail_msg("%s: %s", g.gl_pathv[i],
					 found.list[j].text);
		findings_free(&found);
		vz_config_unref(cfg);
	}
	globfree(&g);
}

static void test_errors(void **state)
{
	basic_with("NUMPTY", NULL, RULE_ERROR,
		   "required UB parameter numpty not set");
	basic_with("NUMFLOCK", "300:200", RULE_ERROR,
		   "barrier should be <= limit for numflock (currently, 300:200)");
	basic_with("NUMPROC", "100:100", RULE_ERROR,
		   "numproc.bar should be >= 180: avnumproc (currently, 100)");
	basic_with("KMEMSIZE", "10997759:11000000", RULE_ERROR,
		   "kmemsize.bar should be >= 10997760: 40 KiB * avnumproc + dcachesize.lim (currently, 10997759)");
	basic_with("TCPSNDBUF", "1720320:2641919", RULE_ERROR,
		   "tcpsndbuf.lim - bar should be >= 921600: 2.5 KiB * numtcpsock (currently, 921599)");
	basic_with("TCPRCVBUF", "1720320:1720320", RULE_ERROR,
		   "tcprcvbuf.lim - bar should be >= 921600: 2.5 KiB * numtcpsock (currently, 0)");
	basic_with("OTHERSOCKBUF", "1126080:1126080", RULE_ERROR,
		   "othersockbuf.lim - bar should be >= 921600: 2.5 KiB * numothersock (currently, 0)");
	/* an unlimited number of sockets needs unlimited buffers */
	basic_with("NUMOTHERSOCK", "unlimited", RULE_ERROR,
		   "othersockbuf.lim - bar should be >= unlimited: 2.5 KiB * numothersock (currently, 971072)");
}

static void test_warnings(void **state)
{
	basic_with("PRIVVMPAGES", "30000:31000", RULE_WARNING,
		   "privvmpages.bar should be >= 33792: vmguarpages.bar (currently, 30000)");
	basic_with("DGRAMRCVBUF", "132095:132095", RULE_WARNING,
		   "dgramrcvbuf.bar should be >= 132096: the longest datagram (currently, 132095)");
	basic_with("TCPSNDBUF", "65535:2703360", RULE_WARNING,
		   "tcpsndbuf.bar should be >= 65536: the buffer of one socket (currently, 65535)");
	basic_with("NUMFILE", "5759", RULE_RECOMMENDATION,
		   "numfile.bar should be >= 5760: 32 * avnumproc (currently, 5759)");
	basic_with("NUMPTY", "16:17", RULE_RECOMMENDATION,
		   "barrier should be equal to limit for numpty (currently, 16:17)");
}

/* Whatever is wrong, doing what the findings say ends with none. */
static void test_repair(void **state)
{
	struct vz_config *cfg = load("etc/conf/ve-light.conf-sample");
	const struct vz_ub_resource *r = NULL;
	struct findings found;
	unsigned int rounds = 0;

	while ((r = vz_ub_next(r)))
		assert_int_equal(vz_config_set(cfg, r->variable,
					       r->number == VZUB_PHYSPAGES ?
					       "0:unlimited" : "9:3", NULL), 0);
	for (;;) {
		char value[64];

		rules_check(cfg, &found);
		if (!found.count)
			break;
		assert_non_null(found.list[0].variable);
		snprintf(value, sizeof(value), "%llu:%llu",
			 ULL(found.list[0].barrier), ULL(found.list[0].limit));
		assert_int_equal(vz_config_set(cfg, found.list[0].variable,
					       value, NULL), 0);
		findings_free(&found);
		assert_true(++rounds < 100);
	}
	findings_free(&found);
	vz_config_unref(cfg);
}

static void test_vswap(void **state)
{
	struct vz_config *cfg = load("etc/conf/ve-vswap-1g.conf-sample");
	struct findings found;

	rules_check(cfg, &found);
	assert_int_equal(found.count, 0);
	findings_free(&found);
	assert_int_equal(vz_config_set(cfg, "NUMPROC", "2:1", NULL), 0);
	rules_check(cfg, &found);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].severity, RULE_ERROR);
	findings_free(&found);
	vz_config_unref(cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_vswap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
