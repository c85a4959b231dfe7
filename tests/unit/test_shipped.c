// SPDX-License-Identifier: GPL-2.0-only
/* The files below etc/ and man/ against the library.  Runs in the tree. */
#include <glob.h>
#include <linux/vznet.h>

#include "param.h"
#include "traffic.h"
#include "util.h"

/* No warning, and every value is one that other programs understand too. */
static void check_file(struct fixture *fx, const char *path)
{
	struct vz_config *cfg;
	const char *name, *value;
	struct vz_error err;
	size_t iter = 0, n = 0;

	fx->log[0] = '\0';
	if (vz_config_load(fx->ctx, path, &cfg, &err))
		fail_msg("%s", err.text);
	assert_string_equal(fx->log, "");
	while (vz_config_next(cfg, &iter, &name, &value)) {
		if (!vz_param_by_name(name))
			fail_msg("%s: %s is unknown", path, name);
		n++;
	}
	assert_true(n > 0);
	vz_config_unref(cfg);
}

static void test_samples(void **state)
{
	struct fixture *fx = *state;
	glob_t found;
	size_t i;

	assert_int_equal(glob("etc/conf/ve-*.conf-sample", 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 8);
	for (i = 0; i < found.gl_pathc; i++)
		check_file(fx, found.gl_pathv[i]);
	globfree(&found);
	check_file(fx, "etc/conf/0.conf");
	check_file(fx, "etc/vz.conf");
}

/* The global file has all that has no default, and the sample it names. */
static void test_global(void **state)
{
	static const char *const needed[] = {
		"VE_ROOT", "VE_PRIVATE", "TEMPLATE", "LOCKDIR", "DUMPDIR",
		"CONFIGFILE", "DEF_OSTEMPLATE",
	};
	struct fixture *fx = *state;
	struct vz_config *cfg;
	char path[PATH_MAX];
	size_t i;

	assert_int_equal(vz_config_load(fx->ctx, "etc/vz.conf", &cfg, NULL), 0);
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		assert_non_null(vz_config_get(cfg, needed[i]));
	snprintf(path, sizeof(path), "etc/conf/ve-%s.conf-sample",
		 vz_config_get(cfg, "CONFIGFILE"));
	assert_int_equal(access(path, R_OK), 0);
	/* the pool is the built-in one: the two are described as one */
	assert_string_equal(vz_config_get(cfg, "VZ_ID_BASE"),
			    vz_param_default("VZ_ID_BASE"));
	assert_string_equal(vz_config_get(cfg, "VZ_ID_COUNT"),
			    vz_param_default("VZ_ID_COUNT"));
	vz_config_unref(cfg);
}

/* Every variable, and every option, is in one of the two pages. */
static void test_manual(void **state)
{
	char *global, *ct, *pages = NULL, *p;
	const struct vz_param *param = NULL;

	assert_int_equal(vz_read_file_at(AT_FDCWD, "man/vz.conf.5", 1 << 20,
					 &global), 0);
	assert_int_equal(vz_read_file_at(AT_FDCWD, "man/ctid.conf.5", 1 << 20,
					 &ct), 0);
	assert_true(asprintf(&pages, "%s%s", global, ct) > 0);
	/* "\-" is how the source of a page writes a dash */
	while ((p = strstr(pages, "\\-")))
		memmove(p, p + 1, strlen(p));
	while ((param = vz_param_next(param))) {
		char option[64];

		if (!(param->flags & VZ_PARAM_TAKE) &&
		    !strstr(pages, param->name))
			fail_msg("%s is not described", param->name);
		snprintf(option, sizeof(option), "--%s",
			 param->option ? param->option : "");
		if (!strstr(pages, option))
			fail_msg("%s is not described", option);
	}
	free(pages);
	free(global);
	free(ct);
}

/* Everything is of the default class until somebody says otherwise. */
static void test_classes(void **state)
{
	autoclasses struct vz_net_classes classes = {};
	struct vz_error err;
	size_t i;

	if (vz_net_classes_read("etc/conf/networks_classes", &classes, &err))
		fail_msg("%s", err.text);
	assert_int_equal(classes.n, 2);
	for (i = 0; i < classes.n; i++) {
		assert_int_equal(classes.v[i].class, VZ_NET_CLASS_DEFAULT);
		assert_int_equal(classes.v[i].prefixlen, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_samples),
		fx_test(test_global),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
