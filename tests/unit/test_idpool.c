// SPDX-License-Identifier: GPL-2.0-only
/* Host ids: every container its own. */
#include <sys/wait.h>

#include "config.h"
#include "util.h"

/* A range that no /etc/subuid has: the default one. */
#define BASE 2013265920U

static uint32_t get(struct fixture *fx, uint32_t id)
{
	struct vz_ct *ct = fx_ct(fx, id);
	struct vz_error err;
	uint32_t base = 0;

	if (vz_idpool_get(ct, &base, &err))
		fail_msg("%s", err.text);
	vz_ct_unref(ct);
	return base;
}

static void refused(struct fixture *fx, uint32_t id, int ret, int code,
		    const char *text)
{
	struct vz_ct *ct = fx_ct(fx, id);
	struct vz_error err;
	uint32_t base = 7;

	assert_int_equal(vz_idpool_get(ct, &base, &err), ret);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not have \"%s\"", err.text, text);
	assert_int_equal(base, 7);
	vz_ct_unref(ct);
}

static void test_allot(void **state)
{
	struct fixture *fx = *state;

	fx_write(fx, "etc/conf/101.conf", "#UUID: 1\nONBOOT=\"yes\"\n");
	assert_int_equal(get(fx, 101), BASE);
	fx_expect(fx, "etc/conf/101.conf",
		  "#UUID: 1\nONBOOT=\"yes\"\n"
		  "LOCAL_UID=\"2013265920\"\nLOCAL_GID=\"2013265920\"\n");
	assert_int_equal(get(fx, 102), BASE + VZ_ID_RANGE);
	assert_int_equal(get(fx, 101), BASE);
	assert_int_equal(get(fx, 103), BASE + 2 * VZ_ID_RANGE);
	/* what is given back is given out again */
	assert_int_equal(unlink(fx_path(fx, "etc/conf/102.conf")), 0);
	assert_int_equal(get(fx, 104), BASE + VZ_ID_RANGE);
	/* an overlap that is not aligned counts too */
	fx_write(fx, "etc/conf/105.conf", "LOCAL_UID=\"2013462530\"\n");
	assert_int_equal(get(fx, 106), BASE + 5 * VZ_ID_RANGE);
	assert_int_equal(get(fx, 105), 2013462530);
}

static void test_global_default(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;

	/* a base in vz.conf, as old vzctl had it, is not for all of them */
	fx_write(fx, "etc/vz.conf", "LOCAL_UID=\"100000\"\n"
		 "VZ_ID_BASE=\"3000000000\"\nVZ_ID_COUNT=\"2\"\n");
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	assert_int_equal(get(fx, 101), 3000000000U);
	assert_int_equal(get(fx, 102), 3000065536U);
	refused(fx, 103, -ENOSPC, VZ_E_RESOURCE, "VZ_ID_COUNT=\"2\"");
	assert_int_equal(access(fx_path(fx, "etc/conf/103.conf"), F_OK), -1);
}

static void test_duplicate(void **state)
{
	struct fixture *fx = *state;
	char *text;

	get(fx, 101);
	text = fx_read(fx, "etc/conf/101.conf");
	fx_write(fx, "etc/conf/102.conf", text);
	free(text);
	refused(fx, 102, -EEXIST, VZ_E_INVALID_CONFIG,
		"are those of container 101");
	refused(fx, 101, -EEXIST, VZ_E_INVALID_CONFIG,
		"are those of container 102");
	fx_write(fx, "etc/conf/102.conf", "LOCAL_UID=\"2013265921\"\n");
	refused(fx, 102, -EEXIST, VZ_E_INVALID_CONFIG, "container 101");
	fx_write(fx, "etc/conf/102.conf", "LOCAL_GID=\"2013265921\"\n");
	refused(fx, 101, -EEXIST, VZ_E_INVALID_CONFIG, "container 102");
	fx_write(fx, "etc/conf/102.conf", "");
	assert_int_equal(get(fx, 101), BASE);
	assert_int_equal(get(fx, 102), BASE + VZ_ID_RANGE);
}

static void test_dangerous(void **state)
{
	struct fixture *fx = *state;

	fx_write(fx, "etc/conf/101.conf", "LOCAL_UID=\"0\"\n");
	refused(fx, 101, -EINVAL, VZ_E_INVALID_CONFIG, "ids of the host");
	fx_write(fx, "etc/conf/101.conf", "LOCAL_UID=\"1000\"\n");
	refused(fx, 101, -EINVAL, VZ_E_INVALID_CONFIG, "ids of the host");
	fx_write(fx, "etc/conf/101.conf",
		 "LOCAL_UID=\"100000\"\nLOCAL_GID=\"200000\"\n");
	refused(fx, 101, -EINVAL, VZ_E_INVALID_CONFIG, "LOCAL_GID");
	/* too high to hold 65536 ids: ignored with a warning, allotted anew */
	fx_write(fx, "etc/conf/101.conf", "LOCAL_UID=\"4294967295\"\n");
	assert_int_equal(get(fx, 101), BASE);
	assert_non_null(strstr(fx->log, "Bad value for LOCAL_UID"));
}

/* Concurrent creates of different containers. */
#define PROCESSES	40

static void test_race(void **state)
{
	struct fixture *fx = *state;
	uint32_t seen[PROCESSES];
	int i, k, status;

	for (i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid)
			continue;
		fx->ctx = fx_context(fx);
		if (vz_ctx_load(fx->ctx, NULL))
			_exit(1);
		get(fx, 1000 + (uint32_t)i);
		_exit(0);
	}
	for (i = 0; i < PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	for (i = 0; i < PROCESSES; i++) {
		seen[i] = get(fx, 1000 + (uint32_t)i);
		assert_true(seen[i] >= BASE &&
			    seen[i] < BASE + PROCESSES * VZ_ID_RANGE);
		for (k = 0; k < i; k++)
			assert_int_not_equal(seen[i], seen[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_allot),
		fx_test(test_global_default),
		fx_test(test_duplicate),
		fx_test(test_dangerous),
		fx_test(test_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
