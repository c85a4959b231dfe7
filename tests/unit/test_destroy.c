// SPDX-License-Identifier: GPL-2.0-only
/* Destroying containers, and what killed calls left. */
#include "create_util.h"

/* ------------------------------------------------- what killed calls left -- */

static void put_stage(struct world *w, const char *mark)
{
	make_dir(w, "vz/private/901.tmp", 0700);
	put_file(w, "vz/private/901.tmp/.vz-create", mark, 0600);
	make_dir(w, "vz/private/901.tmp/fs", 0755);
	put_file(w, "vz/private/901.tmp/fs/half", "x", 0644);
}

static void test_stale_stage(void **state)
{
	struct world *w = *state;

	put_stage(w, "new\n");
	put_file(w, "etc/conf/901.conf", "HOSTNAME=\"old\"\nNAME=\"n\"\n",
		 0644);
	assert_int_equal(symlink(path_of(w, "etc/conf/901.conf"),
				 path_of(w, "etc/names/n")), 0);
	reopen(w);
	/* the killed create made the config file: not in the way of --config */
	if (create(w, NULL, "small"))
		fail_msg("%s", w->err.text);
	assert_false(there(w, "vz/private/901.tmp"));
	assert_false(there(w, "vz/private/901/half"));
	assert_false(there(w, "etc/names/n"));
	assert_null(vz_config_get(vz_ct_config(w->ct), "HOSTNAME"));
}

static void test_stale_stage_old_config(void **state)
{
	struct world *w = *state;

	put_stage(w, "old\n");
	put_file(w, "etc/conf/901.conf", "HOSTNAME=\"old\"\n", 0644);
	reopen(w);
	must_create(w);
	assert_false(there(w, "vz/private/901.tmp"));
	assert_has(w, "etc/conf/901.conf", "HOSTNAME=\"old\"\n");
}

/* An area that is complete is never taken back. */
static void test_stale_stage_committed(void **state)
{
	struct world *w = *state;

	must_create(w);
	make_dir(w, "vz/private/901.tmp", 0700);
	put_file(w, "vz/private/901.tmp/.vz-create", "new\n", 0600);
	reopen(w);
	assert_true(create(w, NULL, NULL) < 0);
	assert_int_equal(w->err.code, VZ_E_PRIVATE_EXISTS);
	assert_true(there(w, "vz/private/901/bin/su"));
	assert_true(there(w, "etc/conf/901.conf"));
	assert_int_equal(vz_ct_destroy(w->ct, &w->err), 0);
	assert_false(there(w, "vz/private/901.tmp"));
}

static void test_foreign_tmp(void **state)
{
	struct world *w = *state;

	make_dir(w, "vz/private/901.tmp", 0755);
	put_file(w, "vz/private/901.tmp/photos", "x", 0644);
	must_fail(w, NULL, NULL, VZ_E_NEW_PRIVATE, "in the way");
	assert_true(there(w, "vz/private/901.tmp/photos"));
}

static void test_stale_aside(void **state)
{
	struct world *w = *state;

	make_dir(w, "vz/private/.vz-destroy.901.0", 0755);
	put_file(w, "vz/private/.vz-destroy.901.0/x", "x", 0644);
	make_dir(w, "vz/private/.vz-destroy.77.0", 0755);
	must_create(w);
	assert_false(there(w, "vz/private/.vz-destroy.901.0"));
	assert_false(there(w, "vz/private/.vz-destroy.77.0"));
}

/* --------------------------------------------------------------- destroy -- */

static void test_destroy(void **state)
{
	struct world *w = *state;
	char want[256];

	must_create(w);
	put_file(w, "etc/conf/901.mount", "#!/bin/sh\n", 0755);
	put_file(w, "vz/dump/Dump.901", "x", 0600);
	w->log[0] = '\0';
	if (vz_ct_destroy(w->ct, &w->err))
		fail_msg("%s", w->err.text);
	snprintf(want, sizeof(want),
		 "Destroying container private area: %s/vz/private/901\n"
		 "Container private area was destroyed\n", w->base);
	assert_string_equal(w->log, want);
	assert_false(there(w, "vz/private/901"));
	assert_false(there(w, "vz/dump/Dump.901"));
	assert_false(there(w, "etc/conf/901.conf"));
	assert_true(there(w, "etc/conf/901.conf.destroyed"));
	assert_false(there(w, "etc/conf/901.mount"));
	assert_true(there(w, "etc/conf/901.mount.destroyed"));
	assert_int_equal(rmdir(path_of(w, "vz/private")), 0);
	assert_true(vz_ct_destroy(w->ct, &w->err) < 0);
	assert_int_equal(w->err.code, VZ_E_NOVECONFIG);
	must_create(w);
}

static void test_destroy_half(void **state)
{
	struct world *w = *state;

	must_create(w);
	assert_int_equal(rename(path_of(w, "vz/private/901"),
				path_of(w, "vz/private/.vz-destroy.901.0")), 0);
	assert_int_equal(vz_ct_destroy(w->ct, &w->err), 0);
	assert_false(there(w, "etc/conf/901.conf"));
	assert_int_equal(rmdir(path_of(w, "vz/private")), 0);
}

static void test_destroy_linked(void **state)
{
	struct world *w = *state;

	must_create(w);
	make_dir(w, "big", 0700);
	assert_int_equal(rename(path_of(w, "vz/private/901"),
				path_of(w, "big/area")), 0);
	assert_int_equal(symlink(path_of(w, "big/area"),
				 path_of(w, "vz/private/901")), 0);
	assert_int_equal(vz_ct_destroy(w->ct, &w->err), 0);
	assert_false(there(w, "vz/private/901"));
	assert_int_equal(rmdir(path_of(w, "big")), 0);
}

static void test_bad_private(void **state)
{
	static const char *const paths[] = { "/", "/tmp/." };
	struct world *w = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		char conf[128];

		snprintf(conf, sizeof(conf), "VE_PRIVATE=\"%s\"\n", paths[i]);
		put_file(w, "etc/conf/901.conf", conf, 0644);
		reopen(w);
		assert_true(vz_ct_destroy(w->ct, &w->err) < 0);
		assert_true(there(w, "etc/conf/901.conf"));
	}
}

/* Deeper than any path can name, with few descriptors. */
static void test_deep_tree(void **state)
{
	const struct rlimit few = { 64, 64 };
	struct rlimit before;
	struct world *w = *state;
	int dir, i;

	must_create(w);
	dir = open(path_of(w, "vz/private/901"), O_RDONLY | O_DIRECTORY);
	for (i = 0; i < 20000; i++) {
		int next;

		assert_int_equal(mkdirat(dir, "dddddddd", 0755), 0);
		assert_int_equal(symlinkat(path_of(w, "canary"), dir, "l"), 0);
		next = openat(dir, "dddddddd", O_RDONLY | O_DIRECTORY);
		assert_true(next >= 0);
		close(dir);
		dir = next;
	}
	close(dir);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE,
				   &(struct rlimit){ few.rlim_cur,
						     before.rlim_max }), 0);
	if (vz_ct_destroy(w->ct, &w->err))
		fail_msg("%s", w->err.text);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(rmdir(path_of(w, "vz/private")), 0);
}

static int mount_below(struct world *w)
{
	if (own_mount(path_of(w, "canary"), path_of(w, "vz/private/901/bin"),
		      NULL, MS_BIND, NULL))
		return 77;
	if (!vz_ct_destroy(w->ct, &w->err) ||
	    w->err.code != VZ_E_DEL_PRIVATE ||
	    !strstr(w->err.text, "mount point"))
		return 1;
	if (!there(w, "vz/private/901/d0/e/f") ||
	    !there(w, "etc/conf/901.conf"))
		return 2;
	return 0;
}

static void test_destroy_mount(void **state)
{
	struct world *w = *state;

	must_create(w);
	in_child(w, mount_below);
	assert_int_equal(vz_ct_destroy(w->ct, &w->err), 0);
}

/* The walk itself stops at a mount point, too. */
static int walk_into_mount(struct world *w)
{
	int dir;

	if (own_mount(path_of(w, "canary"), path_of(w, "vz/private/901/bin"),
		      NULL, MS_BIND, NULL))
		return 77;
	dir = open(path_of(w, "vz/private"), O_RDONLY | O_DIRECTORY);
	if (vz_remove_tree(dir, "901", &w->err) != -EBUSY)
		return 1;
	return there(w, "canary/file") ? 0 : 2;
}

static void test_walk_mount(void **state)
{
	struct world *w = *state;

	must_create(w);
	in_child(w, walk_into_mount);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stale_stage), TEST(test_stale_stage_old_config),
		TEST(test_stale_stage_committed), TEST(test_foreign_tmp),
		TEST(test_stale_aside), TEST(test_destroy),
		TEST(test_destroy_half), TEST(test_destroy_linked),
		TEST(test_bad_private), TEST(test_deep_tree),
		TEST(test_destroy_mount), TEST(test_walk_mount),
	};

	if (geteuid()) {
		fprintf(stderr, "test_destroy: skipped, needs root (owners, mounts)\n");
		return 77;
	}
	return cmocka_run_group_tests_name("destroy", tests, NULL, NULL);
}
