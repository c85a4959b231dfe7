// SPDX-License-Identifier: GPL-2.0-only
/* Contexts, handles of containers, names, status, the checks of the host. */
#include "host.h"
#include "util.h"

static void test_global(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;

	assert_string_equal(vz_ctx_get(fx->ctx, "CPUUNITS"), "1000");
	assert_string_equal(vz_ctx_get(fx->ctx, "STOP_TIMEOUT"), "120");
	assert_null(vz_ctx_get(fx->ctx, "TEMPLATE"));
	assert_null(vz_ctx_get(fx->ctx, "NO_SUCH"));
	fx_write(fx, "etc/vz.conf", "STOP_TIMEOUT=5\nTEMPLATE=/t\nX=\"y\"\n");
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	assert_string_equal(vz_ctx_get(fx->ctx, "STOP_TIMEOUT"), "5");
	assert_string_equal(vz_ctx_get(fx->ctx, "TEMPLATE"), "/t");
	assert_string_equal(vz_ctx_get(fx->ctx, "X"), "y");
}

static void test_bad_global(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;

	fx_write(fx, "etc/vz.conf", "STOP_TIMEOUT=\"soon\"\n");
	assert_int_equal(vz_ctx_load(fx->ctx, &err), -EINVAL);
	assert_int_equal(err.code, VZ_E_INVALID_CONFIG);
	assert_non_null(strstr(err.text, "vz.conf: Bad value for STOP_TIMEOUT"));
	fx_write(fx, "etc/vz.conf", "nonsense\n");
	assert_int_equal(vz_ctx_load(fx->ctx, &err), -EINVAL);
	assert_int_equal(err.code, VZ_E_INVALID_CONFIG);
	assert_int_equal(unlink(fx_path(fx, "etc/vz.conf")), 0);
	assert_int_equal(vz_ctx_load(fx->ctx, &err), -ENOENT);
	assert_int_equal(err.code, VZ_E_NOCONFIG);
	/* what was loaded before still holds */
	assert_non_null(vz_ctx_get(fx->ctx, "LOCKDIR"));
}

static void test_handle(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;
	struct vz_ct *ct;

	ct = fx_ct(fx, 101);
	assert_int_equal(vz_ct_id(ct), 101);
	assert_false(vz_ct_has_config(ct));
	assert_string_equal(vz_ct_conf_path(ct), fx_path(fx, "etc/conf/101.conf"));
	assert_string_equal(vz_ct_root(ct), fx_path(fx, "root/101"));
	assert_string_equal(vz_ct_private(ct), fx_path(fx, "private/101"));
	assert_int_equal(vz_ct_save(ct, &err), 0);
	assert_true(vz_ct_has_config(ct));
	fx_expect(fx, "etc/conf/101.conf", "ONBOOT=\"no\"\n");
	assert_int_equal(vz_config_set(vz_ct_config(ct), "VE_ROOT",
				       "/x/${VEID}a/$VEIDb/$VEID", &err), 0);
	assert_int_equal(vz_config_set(vz_ct_config(ct), "ONBOOT", "yes",
				       &err), 0);
	assert_int_equal(vz_ct_save(ct, &err), 0);
	assert_string_equal(vz_ct_root(ct), "/x/101a/$VEIDb/101");
	assert_string_equal(vz_ct_get(ct, "ONBOOT"), "yes");
	assert_null(vz_ct_unref(ct));
	assert_int_equal(vz_ct_open(fx->ctx, VZ_CTID_MAX + 1, &ct, &err),
			 -EINVAL);
}

static void is_refused(int ret, const struct vz_error *err, const char *why)
{
	assert_true(ret < 0);
	assert_int_equal(err->code, VZ_E_INVALID_CONFIG);
	assert_non_null(strstr(err->text, why));
}

/* It can be looked at, but nothing is done that needs the whole. */
static void broken_config(struct fixture *fx, const char *why)
{
	struct vz_create_opts opts = { 0 };
	struct vz_error err = { 0 };
	struct vz_ct *ct = fx_ct(fx, 102);
	struct vz_status st;

	assert_true(vz_ct_has_config(ct));
	assert_int_equal(vz_ct_status(ct, &st, &err), 0);
	is_refused(vz_ct_check_config(ct, &err), &err, why);
	is_refused(vz_ct_create(ct, &opts, &err), &err, why);
	is_refused(vz_ct_mount(ct, &err), &err, why);
	is_refused(vz_ct_destroy(ct, &err), &err, why);
	is_refused(vz_ct_set_name(ct, "web", &err), &err, why);
	is_refused(vz_ct_save(ct, &err), &err, why);
	assert_int_equal(access(fx_path(fx, "etc/names/web"), F_OK), -1);
	vz_ct_unref(ct);
}

static void test_broken_config(void **state)
{
	static const char text[] =
		"broken\nSTOP_TIMEOUT=\"7\"\nVE_ROOT=\"/r\"\n\"\n";
	struct fixture *fx = *state;
	struct vz_ct *ct;

	fx_write(fx, "etc/conf/102.conf", text);
	broken_config(fx, "102.conf, line 1 is not of the form");
	fx_expect(fx, "etc/conf/102.conf", text);
	ct = fx_ct(fx, 102);
	assert_string_equal(vz_ct_get(ct, "STOP_TIMEOUT"), "7");
	assert_string_equal(vz_ct_root(ct), "/r");
	vz_ct_unref(ct);
	assert_int_equal(unlink(fx_path(fx, "etc/conf/102.conf")), 0);
	assert_int_equal(mkdir(fx_path(fx, "etc/conf/102.conf"), 0755), 0);
	broken_config(fx, "102.conf is not a regular file");
}

static void test_containers(void **state)
{
	struct fixture *fx = *state;
	uint32_t *ids;

	fx_write(fx, "etc/conf/0.conf", "");
	fx_write(fx, "etc/conf/777.conf", "");
	fx_write(fx, "etc/conf/101.conf", "");
	fx_write(fx, "etc/conf/101.conf.destroyed", "");
	fx_write(fx, "etc/conf/ve-basic.conf-sample", "");
	fx_write(fx, "etc/conf/2147483644.conf", "");
	fx_write(fx, "etc/conf/2147483645.conf", "");
	fx_write(fx, "etc/conf/007.conf", "");
	fx_write(fx, "etc/conf/99999999999999999.conf", "");
	fx_write(fx, "etc/conf/.conf", "");
	assert_int_equal(vz_ctx_containers(fx->ctx, &ids, NULL), 3);
	assert_int_equal(ids[0], 101);
	assert_int_equal(ids[1], 777);
	assert_int_equal(ids[2], 2147483644);
	free(ids);
}

static void resolves(struct fixture *fx, const char *word, uint32_t expect)
{
	struct vz_error err;
	uint32_t id = 0;

	if (vz_ctx_resolve(fx->ctx, word, &id, &err))
		fail_msg("%s", err.text);
	assert_int_equal(id, expect);
}

static void resolve_fails(struct fixture *fx, const char *word,
			  const char *text)
{
	struct vz_error err;
	uint32_t id;

	assert_true(vz_ctx_resolve(fx->ctx, word, &id, &err) < 0);
	assert_int_equal(err.code, VZ_E_INVALID_VALUE);
	assert_string_equal(err.text, text);
}

static void test_resolve(void **state)
{
	struct fixture *fx = *state;

	resolves(fx, "101", 101);
	resolves(fx, "0", 0);
	resolve_fails(fx, "2147483645", "Bad CT ID 2147483645");
	resolve_fails(fx, "", "Bad CT ID ");
	resolve_fails(fx, "-1", "Bad CT ID -1");
	resolve_fails(fx, "../x", "Bad CT ID ../x");
	resolve_fails(fx, "web", "Unable to find container by name web");
	assert_int_equal(mkdir(fx_path(fx, "etc/names"), 0755), 0);
	assert_int_equal(symlink("/etc/vz/conf/101.conf",
				 fx_path(fx, "etc/names/web")), 0);
	resolve_fails(fx, "web", "Unable to find container by name web");
	fx_write(fx, "etc/conf/101.conf", "NAME=\"other\"\n");
	resolve_fails(fx, "web", "Unable to find container by name web");
	fx_write(fx, "etc/conf/101.conf", "A=\"1\"\nNAME=\"web\"\nNAME=\"x\"\n");
	resolves(fx, "web", 101);
}

static void test_set_name(void **state)
{
	struct fixture *fx = *state;
	struct vz_ct *a = fx_ct(fx, 101), *b = fx_ct(fx, 102);
	struct vz_error err;
	char target[PATH_MAX] = "";

	assert_int_equal(vz_ct_set_name(a, "web", &err), 0);
	assert_string_equal(vz_ct_name(a), "web");
	resolves(fx, "web", 101);
	assert_true(readlink(fx_path(fx, "etc/names/web"), target,
			     sizeof(target) - 1) > 0);
	assert_string_equal(target, vz_ct_conf_path(a));
	fx_expect(fx, "etc/conf/101.conf", "NAME=\"web\"\nONBOOT=\"no\"\n");

	assert_int_equal(vz_ct_set_name(b, "web", &err), -EEXIST);
	assert_int_equal(err.code, VZ_E_SET_NAME);
	assert_string_equal(err.text,
			    "Conflict: name web already used by container 101");
	assert_int_equal(vz_ct_set_name(b, "a/b", &err), -EINVAL);
	assert_int_equal(err.code, VZ_E_INVALID_VALUE);
	assert_int_equal(vz_ct_set_name(b, "101", &err), -EINVAL);
	assert_int_equal(vz_ct_set_name(b, "102", &err), 0);
	assert_string_equal(vz_ct_name(b), "102");

	/* a rename takes the old link away, and so does no name */
	assert_int_equal(vz_ct_set_name(a, "db", &err), 0);
	resolve_fails(fx, "web", "Unable to find container by name web");
	resolves(fx, "db", 101);
	assert_int_equal(vz_ct_set_name(b, "web", &err), 0);
	resolves(fx, "web", 102);
	assert_int_equal(vz_ct_set_name(a, "", &err), 0);
	assert_null(vz_ct_name(a));
	assert_int_equal(access(fx_path(fx, "etc/names/db"), F_OK), -1);
	fx_expect(fx, "etc/conf/101.conf", "ONBOOT=\"no\"\n");
	vz_ct_unref(a);
	vz_ct_unref(b);
}

/* What a crash between link and file leaves is no obstacle. */
static void test_stale_name(void **state)
{
	struct fixture *fx = *state;
	struct vz_ct *ct = fx_ct(fx, 101);
	struct vz_error err;

	assert_int_equal(mkdir(fx_path(fx, "etc/names"), 0755), 0);
	assert_int_equal(symlink("/etc/vz/conf/999.conf",
				 fx_path(fx, "etc/names/web")), 0);
	assert_int_equal(vz_ct_set_name(ct, "web", &err), 0);
	resolves(fx, "web", 101);
	assert_int_equal(unlink(fx_path(fx, "etc/names/web")), 0);
	assert_null(vz_ct_name(ct));
	assert_int_equal(vz_ct_set_name(ct, "web", &err), 0);
	assert_string_equal(vz_ct_name(ct), "web");
	vz_ct_unref(ct);
}

static void test_status(void **state)
{
	struct fixture *fx = *state;
	/* no module of the host running the test knows such a container */
	struct vz_ct *ct = fx_ct(fx, 2147483001);
	struct vz_error err;
	struct vz_status st;

	assert_int_equal(vz_ct_status(ct, &st, &err), 0);
	assert_false(st.has_config || st.has_private || st.mounted ||
		     st.suspended);
	assert_int_equal(st.state, VZ_DOWN);
	assert_int_equal(vz_ct_save(ct, &err), 0);
	assert_int_equal(vz_mkdir_p(fx_path(fx, "private/2147483001"), 0755), 0);
	assert_int_equal(vz_mkdir_p(fx_path(fx, "dump"), 0755), 0);
	fx_write(fx, "dump/Dump.2147483001", "");
	assert_int_equal(vz_ct_status(ct, &st, &err), 0);
	assert_true(st.has_config && st.has_private && st.suspended);
	assert_false(st.mounted);
	assert_int_equal(vz_config_set(vz_ct_config(ct), "VE_ROOT", "/proc",
				       &err), 0);
	vz_ct_forget_paths(ct);
	assert_int_equal(vz_ct_status(ct, &st, &err), 0);
	assert_true(st.mounted);
	vz_ct_unref(ct);
}

static void test_host(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;

	assert_int_equal(vz_check_kernel("6.1.0-37-amd64", &err), 0);
	assert_int_equal(vz_check_kernel("6.12.1", &err), 0);
	assert_int_equal(vz_check_kernel("7.2.0-rc1", &err), 0);
	assert_int_equal(vz_check_kernel("6.0.19", &err), -ENOSYS);
	assert_int_equal(vz_check_kernel("5.10.0-1-amd64", &err), -ENOSYS);
	assert_int_equal(err.code, VZ_E_BAD_KERNEL);
	assert_string_equal(err.text,
			    "Kernel 5.10.0-1-amd64 is too old: boot Linux 6.1 or later");
	assert_int_equal(vz_check_kernel("what", &err), -ENOSYS);
	assert_int_equal(vz_check_cgroup(fx->dir, &err), -ENOSYS);
	assert_int_equal(err.code, VZ_E_BAD_KERNEL);
	assert_non_null(strstr(err.text, "cgroup v2 is not mounted at"));
}

static void test_paths(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;

	assert_int_equal(vz_ctx_set_path(fx->ctx, VZ_PATH_LIB, "relative",
					 &err), -EINVAL);
	assert_int_equal(vz_ctx_set_path(fx->ctx, __VZ_PATH_MAX, "/x", &err),
			 -EINVAL);
	assert_int_equal(vz_ctx_set_path(fx->ctx, VZ_PATH_LIB, "/x", &err), 0);
	assert_string_equal(vz_ctx_path(fx->ctx, VZ_PATH_LIB), "/x");
	assert_null(vz_ctx_path(fx->ctx, __VZ_PATH_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_global),
		fx_test(test_bad_global),
		fx_test(test_handle),
		fx_test(test_broken_config),
		fx_test(test_containers),
		fx_test(test_resolve),
		fx_test(test_set_name),
		fx_test(test_stale_name),
		fx_test(test_status),
		fx_test(test_host),
		fx_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
