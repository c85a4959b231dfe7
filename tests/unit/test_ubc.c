// SPDX-License-Identifier: GPL-2.0-only
/* Beancounters: the resources, and what a config means for them. */
#include <glob.h>

#include "param.h"
#include "ubc.h"
#include "util.h"

#define MEMORY	1000	/* pages, when there is no limit */

static void limits_of(struct fixture *fx, const char *text,
		      struct vz_ub_limit *limits)
{
	struct vz_config *cfg;

	fx_write(fx, "conf", text);
	assert_int_equal(vz_config_load(fx->ctx, fx_path(fx, "conf"), &cfg,
					NULL), 0);
	vz_config_ub(cfg, limits);
	vz_config_unref(cfg);
}

static void expect(const struct vz_ub_limit *limits, unsigned int resource,
		   uint64_t barrier, uint64_t limit)
{
	const struct vz_ub_limit *l = &limits[resource];

	if (!l->set || l->barrier != barrier || l->limit != limit)
		fail_msg("%s: %d %llu:%llu",
			 vz_ub_by_number(resource)->name, l->set,
			 (unsigned long long)l->barrier,
			 (unsigned long long)l->limit);
}

/* In the order of the kernel, and each can be set while a container runs. */
static void test_resources(void **state)
{
	const struct vz_ub_resource *r = NULL;
	unsigned int n = 0, extra = 0, required = 0;

	while ((r = vz_ub_next(r))) {
		const struct vz_param *p = vz_param_by_name(r->variable);

		assert_non_null(p);
		assert_string_equal(p->option, r->name);
		assert_true(p->flags & VZ_PARAM_LIVE);
		assert_true(p->flags & VZ_PARAM_SET);
		assert_ptr_equal(vz_ub_by_number(r->number), r);
		assert_ptr_equal(vz_ub_by_variable(r->variable), r);
		n++;
		extra += r->extra;
		required += r->required;
	}
	assert_int_equal(n, 27);
	assert_int_equal(extra, 6);
	assert_int_equal(required, 20);
	assert_null(vz_ub_by_number(4));
	assert_null(vz_ub_by_number(VZ_UB_RESOURCES));
	assert_null(vz_ub_by_variable("AVNUMPROC"));
	assert_string_equal(vz_ub_by_number(VZUB_NUMFILE)->name, "numfile");
	assert_int_equal(vz_ub_by_number(VZUB_KMEMSIZE)->unit, VZ_UB_BYTES);
	assert_int_equal(vz_ub_by_number(VZUB_SWAPPAGES)->unit, VZ_UB_PAGES);
}

static void test_vswap(void **state)
{
	struct vz_ub_limit l[VZ_UB_RESOURCES];
	struct fixture *fx = *state;

	limits_of(fx, "PHYSPAGES=\"0:256M\"\nSWAPPAGES=\"0:512M\"\n", l);
	assert_true(vz_ub_is_vswap(l));
	assert_null(vz_ub_missing(l));
	assert_false(l[VZUB_LOCKEDPAGES].set);
	vz_ub_imply(l, NULL, MEMORY);
	expect(l, VZUB_PHYSPAGES, 0, 65536);
	expect(l, VZUB_SWAPPAGES, 0, 131072);
	expect(l, VZUB_LOCKEDPAGES, 65536, 65536);
	expect(l, VZUB_OOMGUARPAGES, 65536, VZ_UB_UNLIMITED);
	expect(l, VZUB_VMGUARPAGES, 196608, VZ_UB_UNLIMITED);
	expect(l, VZUB_PRIVVMPAGES, VZ_UB_UNLIMITED, VZ_UB_UNLIMITED);
	expect(l, VZUB_NUMPROC, 8192, 8192);
	expect(l, VZUB_NUMNEIGH, VZ_UB_UNLIMITED, VZ_UB_UNLIMITED);
}

static void test_overcommit(void **state)
{
	static const char text[] =
		"PHYSPAGES=\"0:100\"\nSWAPPAGES=\"0:50\"\nLOCKEDPAGES=\"7\"\n";
	struct vz_ub_limit l[VZ_UB_RESOURCES];
	struct fixture *fx = *state;

	limits_of(fx, text, l);
	vz_ub_imply(l, "1.5", MEMORY);
	expect(l, VZUB_PRIVVMPAGES, 225, 225);
	expect(l, VZUB_LOCKEDPAGES, 7, 7);
	limits_of(fx, text, l);
	vz_ub_imply(l, "0", MEMORY);
	expect(l, VZUB_PRIVVMPAGES, VZ_UB_UNLIMITED, VZ_UB_UNLIMITED);
	limits_of(fx, text, l);
	vz_ub_imply(l, "99999999999999999999", MEMORY);
	expect(l, VZUB_PRIVVMPAGES, VZ_UB_UNLIMITED, VZ_UB_UNLIMITED);
	/* what is set is not implied */
	limits_of(fx, "PHYSPAGES=\"0:100\"\nSWAPPAGES=\"0:50\"\n"
		  "PRIVVMPAGES=\"80:90\"\n", l);
	vz_ub_imply(l, "2", MEMORY);
	expect(l, VZUB_PRIVVMPAGES, 80, 90);
	/* without a limit of swap space there is nothing to multiply */
	limits_of(fx, "PHYSPAGES=\"0:100\"\n", l);
	vz_ub_imply(l, "2", MEMORY);
	expect(l, VZUB_PRIVVMPAGES, VZ_UB_UNLIMITED, VZ_UB_UNLIMITED);
	expect(l, VZUB_VMGUARPAGES, 100, VZ_UB_UNLIMITED);
	expect(l, VZUB_SWAPPAGES, VZ_UB_UNLIMITED, VZ_UB_UNLIMITED);
}

/* No config makes a container that has no limit of memory or tasks. */
static void test_never_unlimited(void **state)
{
	static const struct {
		const char	*text;
		uint64_t	memory, tasks;
	} cases[] = {
		{ "ONBOOT=\"no\"\n", MEMORY, 8192 },
		{ "PHYSPAGES=\"unlimited\"\nNUMPROC=\"unlimited\"\n", MEMORY,
		  8192 },
		{ "PHYSPAGES=\"0:2147483647\"\nNUMPROC=\"2147483647\"\n",
		  MEMORY, 8192 },
		{ "PHYSPAGES=\"0:0\"\nNUMPROC=\"0\"\n", MEMORY, 8192 },
		{ "PHYSPAGES=\"0:unlimited\"\nPRIVVMPAGES=\"70:80\"\n"
		  "NUMPROC=\"5:unlimited\"\n", 80, 5 },
	};
	struct vz_ub_limit l[VZ_UB_RESOURCES];
	struct fixture *fx = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		limits_of(fx, cases[i].text, l);
		vz_ub_imply(l, NULL, MEMORY);
		assert_true(l[VZUB_PHYSPAGES].limit == cases[i].memory);
		assert_true(l[VZUB_NUMPROC].barrier == cases[i].tasks);
		assert_true(l[VZUB_NUMPROC].limit >= cases[i].tasks);
	}
}

static void test_iptent(void **state)
{
	struct vz_ub_limit l[VZ_UB_RESOURCES];
	struct fixture *fx = *state;

	limits_of(fx, "NUMIPTENT=\"3:20\"\n", l);
	vz_ub_imply(l, NULL, MEMORY);
	expect(l, VZUB_NUMIPTENT, 16, 20);
	limits_of(fx, "IPTENTRIES=\"1\"\n", l);
	vz_ub_imply(l, NULL, MEMORY);
	expect(l, VZUB_NUMIPTENT, 16, 16);
}

static void test_missing(void **state)
{
	struct vz_ub_limit l[VZ_UB_RESOURCES];
	const struct vz_ub_resource *r = NULL;
	struct fixture *fx = *state;

	limits_of(fx, "PHYSPAGES=\"0:unlimited\"\n", l);
	assert_false(vz_ub_is_vswap(l));
	assert_string_equal(vz_ub_missing(l)->name, "kmemsize");
	while ((r = vz_ub_next(r)))
		l[r->number].set = r->required;
	l[VZUB_PHYSPAGES].limit = VZ_UB_UNLIMITED;
	assert_null(vz_ub_missing(l));
	l[VZUB_NUMIPTENT].set = false;
	assert_string_equal(vz_ub_missing(l)->variable, "NUMIPTENT");
}

/* What is shipped starts, and is what OpenVZ shipped. */
static void test_samples(void **state)
{
	struct vz_ub_limit l[VZ_UB_RESOURCES];
	struct fixture *fx = *state;
	struct vz_config *cfg;
	glob_t found;
	size_t i;

	assert_int_equal(glob("etc/conf/ve-*.conf-sample", 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		assert_int_equal(vz_config_load(fx->ctx, found.gl_pathv[i],
						&cfg, NULL), 0);
		vz_config_ub(cfg, l);
		assert_null(vz_ub_missing(l));
		assert_int_equal(!!strstr(found.gl_pathv[i], "vswap"),
				 vz_ub_is_vswap(l));
		vz_config_unref(cfg);
	}
	globfree(&found);
	assert_int_equal(vz_config_load(fx->ctx,
					"etc/conf/ve-basic.conf-sample", &cfg,
					NULL), 0);
	vz_config_ub(cfg, l);
	vz_config_unref(cfg);
	expect(l, VZUB_KMEMSIZE, 14372700, 14790164);
	expect(l, VZUB_PRIVVMPAGES, 65536, 69632);
	expect(l, VZUB_VMGUARPAGES, 33792, VZ_UB_UNLIMITED);
	expect(l, VZUB_NUMFILE, 9312, 9312);
	expect(l, VZUB_NUMFLOCK, 188, 206);
	expect(l, VZUB_DCACHESIZE, 3409920, 3624960);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resources),
		fx_test(test_vswap),
		fx_test(test_overcommit),
		fx_test(test_never_unlimited),
		fx_test(test_iptent),
		fx_test(test_missing),
		fx_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
