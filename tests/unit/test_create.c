// SPDX-License-Identifier: GPL-2.0-only
/* Creating containers: files, codes, messages, nothing left by failures. */
#include "create_util.h"

static void test_create(void **state)
{
	struct world *w = *state;
	const char *conf = "etc/conf/901.conf";
	struct stat st;
	char want[512];

	must_create(w);
	snprintf(want, sizeof(want),
		 "Creating container private area (tiny)\n"
		 "Performing postcreate actions\n"
		 "CT configuration saved to %s/%s\n"
		 "Container private area was created\n", w->base, conf);
	assert_string_equal(w->log, want);
	assert_has(w, conf, "# a sample\n");
	assert_has(w, conf, "PHYSPAGES=\"0:65536\"\n");
	assert_has(w, conf, "OSTEMPLATE=\"tiny\"\n");
	assert_has(w, conf, "ORIGIN_SAMPLE=\"small\"\n");
	assert_has(w, conf, "VE_LAYOUT=\"simfs\"\n");
	assert_has(w, conf, "ONBOOT=\"no\"\n");
	assert_has(w, conf, "/vz/root/$VEID\"\n");
	assert_has(w, conf, "/vz/private/$VEID\"\n");
	assert_has(w, conf, "LOCAL_UID=\"");
	assert_int_equal(lstat(path_of(w, "vz/private/901/bin/su"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 04755);
	assert_int_equal(lstat(path_of(w, "vz/private/901"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_false(there(w, "vz/private/901.tmp"));
	assert_true(vz_ct_has_config(w->ct));
}

static void test_template_by_path(void **state)
{
	struct world *w = *state;
	char path[256];

	snprintf(path, sizeof(path), "%s",
		 path_of(w, "vz/template/cache/tiny.tar.zst"));
	assert_int_equal(create(w, path, NULL), 0);
	assert_has(w, "etc/conf/901.conf", "OSTEMPLATE=\"tiny\"\n");
}

static void test_existing_config(void **state)
{
	struct world *w = *state;

	put_file(w, "etc/conf/901.conf",
		 "#UUID: 1\nHOSTNAME=\"mine\"\nOSTEMPLATE=\"tiny\"\n", 0640);
	reopen(w);
	must_fail(w, NULL, "small", VZ_E_COPY_CONFIG, "already exists");
	must_create(w);
	assert_has(w, "etc/conf/901.conf", "#UUID: 1\nHOSTNAME=\"mine\"\n");
	assert_has(w, "etc/conf/901.conf", "VE_PRIVATE=");
}

/* A failure gives back the config file that was there, to the last byte. */
static void test_existing_config_restored(void **state)
{
	const char *text = "# c\n HOSTNAME = mine\nNAME=\"x\"\n\nODD=1";
	struct world *w = *state;
	char *after;

	put_file(w, "etc/conf/901.conf", text, 0600);
	reopen(w);
	must_fail(w, "evil", NULL, VZ_E_NEW_PRIVATE, "symbolic link");
	after = get_file(w, "etc/conf/901.conf");
	assert_string_equal(after, text);
	free(after);
}

static void test_name(void **state)
{
	struct world *w = *state;
	struct vz_create_opts opts = { 0 };
	struct vz_config *changes;
	char *before = list(w), *after;

	assert_int_equal(vz_config_new(w->ctx, &changes, &w->err), 0);
	assert_int_equal(vz_config_set(changes, "NAME", "web", &w->err), 0);
	assert_int_equal(vz_config_set(changes, "HOSTNAME", "h", &w->err), 0);
	opts.changes = changes;
	opts.ostemplate = "evil";
	assert_true(vz_ct_create(w->ct, &opts, &w->err) < 0);
	after = list(w);
	assert_string_equal(before, after);
	opts.ostemplate = "tiny";
	assert_int_equal(vz_ct_create(w->ct, &opts, &w->err), 0);
	assert_string_equal(vz_ct_name(w->ct), "web");
	assert_has(w, "etc/conf/901.conf", "HOSTNAME=\"h\"\n");
	assert_true(there(w, "etc/names/web"));
	assert_int_equal(vz_ct_destroy(w->ct, &w->err), 0);
	assert_false(there(w, "etc/names/web"));
	vz_config_unref(changes);
	free(before);
	free(after);
}

static void test_hostile_template(void **state)
{
	must_fail(*state, "evil", NULL, VZ_E_NEW_PRIVATE, "symbolic link");
}

static void test_bad_templates(void **state)
{
	struct world *w = *state;

	must_fail(w, "none", NULL, VZ_E_OSTEMPLATE_NOT_FOUND,
		  "/none.tar[.gz|.bz2|.xz|.zst] not found");
	must_fail(w, "../../../etc", NULL, VZ_E_OSTEMPLATE_NOT_FOUND,
		  "not found");
	make_dir(w, "vz/template/cache/dir.tar", 0755);
	must_fail(w, "dir", NULL, VZ_E_OSTEMPLATE_NOT_FOUND, "not found");
	put_file(w, "vz/template/cache/empty.tar.xz", "", 0644);
	must_fail(w, "empty", NULL, VZ_E_NEW_PRIVATE, "damaged");
	assert_int_equal(truncate(path_of(w, "vz/template/cache/tiny.tar.zst"),
				  200), 0);
	must_fail(w, "tiny", NULL, VZ_E_NEW_PRIVATE, "damaged");
}

static void test_samples(void **state)
{
	struct world *w = *state;

	must_fail(w, NULL, "none", VZ_E_COPY_CONFIG, "not found");
	must_fail(w, NULL, "../x", VZ_E_COPY_CONFIG, "Bad name");
	put_file(w, "etc/conf/ve-bad.conf-sample", "garbage here\n", 0644);
	must_fail(w, NULL, "bad", VZ_E_COPY_CONFIG, "line 1");
}

static void test_unset(void **state)
{
	static const struct {
		const char *conf;
		int code;
		const char *word;
	} cases[] = {
		{ "DEF_OSTEMPLATE=\"\"", VZ_E_OSTEMPLATE_NOTSET,
		  "OS template is not specified" },
		{ "TEMPLATE=\"\"", VZ_E_TMPL_NOTSET, "TEMPLATE is not set" },
		{ "VE_ROOT=\"\"", VZ_E_ROOT_NOTSET, "VE_ROOT is not set" },
		{ "VE_PRIVATE=\"\"", VZ_E_PRIVATE_NOTSET,
		  "VE_PRIVATE is not set" },
		{ "VE_LAYOUT=\"ploop\"", VZ_E_PLOOP_UNSUP, "ploop" },
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = get_file(w, "etc/vz.conf"), *more;

		/* the first one counts */
		assert_true(asprintf(&more, "%s\n%s", cases[i].conf, text) > 0);
		put_file(w, "etc/vz.conf", more, 0644);
		reopen(w);
		must_fail(w, NULL, NULL, cases[i].code, cases[i].word);
		put_file(w, "etc/vz.conf", text, 0644);
		free(text);
		free(more);
	}
}

static void test_private_exists(void **state)
{
	struct world *w = *state;

	make_dir(w, "vz/private/901", 0755);
	must_fail(w, NULL, NULL, VZ_E_PRIVATE_EXISTS,
		  "Private area already exists in ");
}

/* A directory that users of the host can enter is no place for an area. */
static void test_open_parent(void **state)
{
	struct world *w = *state;

	assert_int_equal(chmod(w->base, 0755), 0);
	must_fail(w, NULL, NULL, VZ_E_NEW_PRIVATE, "chmod 0700");
	assert_int_equal(chmod(path_of(w, "vz/private"), 0700), 0);
	must_create(w);
}

static void test_parent_made(void **state)
{
	struct world *w = *state;
	struct stat st;

	assert_int_equal(chmod(w->base, 0755), 0);
	assert_int_equal(rmdir(path_of(w, "vz/private")), 0);
	must_create(w);
	assert_int_equal(stat(path_of(w, "vz/private"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_script(void **state)
{
	struct world *w = *state;
	char *text;

	put_file(w, "etc/conf/vps.create", "#!/bin/sh\nexit 3\n", 0755);
	must_fail(w, NULL, NULL, VZ_E_ACTIONSCRIPT, "status 3");
	put_file(w, "etc/conf/vps.create",
		 "#!/bin/sh\n. $VE_CONFFILE\n"
		 "echo $VEID $OSTEMPLATE >$VE_PRIVATE/seen\n", 0755);
	must_create(w);
	text = get_file(w, "vz/private/901/seen");
	assert_string_equal(text, "901 tiny\n");
	free(text);
}

static void test_cancelled(void **state)
{
	struct world *w = *state;
	char *before = list(w), *after;

	vz_ctx_cancel(w->ctx);
	assert_int_equal(create(w, NULL, NULL), -ECANCELED);
	after = list(w);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static int fill_up(struct world *w)
{
	int i;

	if (own_mount("none", path_of(w, "vz/private"), "tmpfs", 0,
		      "nr_inodes=40,mode=0700"))
		return 77;
	if (create(w, NULL, NULL) != -ENOSPC ||
	    w->err.code != VZ_E_NO_DISK_SPACE)
		return 1;
	for (i = 0; i < 2; i++)
		if (there(w, i ? "etc/conf/901.conf" : "vz/private/901.tmp"))
			return 2;
	return 0;
}

static void test_no_space(void **state)
{
	in_child(*state, fill_up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create), TEST(test_template_by_path),
		TEST(test_existing_config), TEST(test_existing_config_restored),
		TEST(test_name), TEST(test_hostile_template),
		TEST(test_bad_templates), TEST(test_samples), TEST(test_unset),
		TEST(test_private_exists), TEST(test_open_parent),
		TEST(test_parent_made), TEST(test_script), TEST(test_cancelled),
		TEST(test_no_space),
	};

	if (geteuid()) {
		fprintf(stderr, "test_create: skipped, needs root (owners, mounts)\n");
		return 77;
	}
	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
