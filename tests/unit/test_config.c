// SPDX-License-Identifier: GPL-2.0-only
/* Configuration files: what is read, what is kept, what is written. */
#include "config.h"
#include "util.h"

#define FILE_NAME "etc/conf/101.conf"

static struct vz_config *empty(struct fixture *fx)
{
	struct vz_config *cfg;

	assert_int_equal(vz_config_new(fx->ctx, &cfg, NULL), 0);
	return cfg;
}

static struct vz_config *load(struct fixture *fx)
{
	struct vz_config *cfg;
	struct vz_error err;

	if (vz_config_load(fx->ctx, fx_path(fx, FILE_NAME), &cfg, &err))
		fail_msg("%s", err.text);
	return cfg;
}

static void set(struct vz_config *cfg, const char *name, const char *value)
{
	struct vz_error err;

	if (vz_config_set(cfg, name, value, &err))
		fail_msg("%s", err.text);
}

static void save(struct fixture *fx, struct vz_config *cfg)
{
	struct vz_error err;

	if (vz_config_save(cfg, fx_path(fx, FILE_NAME), &err))
		fail_msg("%s", err.text);
}

static void value_is(const struct vz_config *cfg, const char *name,
		     const char *expect)
{
	const char *value = vz_config_get(cfg, name);

	if (!expect) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_string_equal(value, expect);
}

static void test_forms(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;

	fx_write(fx, FILE_NAME,
		 "# comment\n\n"
		 "A=\"plain\"\n"
		 "  B = \"blanks around\"  \n"
		 "C=\"a \"quoted\" word\" # tail\n"
		 "D=\"back\\\\slash \\\" \\$\"\n"
		 "E=to the end # of line  \n"
		 "F=\n"
		 "G=\"\"\n"
		 "\tH=\"tab\"\r\n"
		 "A=\"second\"\n"
		 "#I=\"no\"\n");
	cfg = load(fx);
	value_is(cfg, "A", "plain");
	value_is(cfg, "B", "blanks around");
	value_is(cfg, "C", "a \"quoted\" word");
	value_is(cfg, "D", "back\\slash \" $");
	value_is(cfg, "E", "to the end # of line");
	value_is(cfg, "F", "");
	value_is(cfg, "G", "");
	value_is(cfg, "H", "tab");
	value_is(cfg, "I", NULL);
	assert_non_null(strstr(fx->log, "A is set a second time"));
	vz_config_unref(cfg);
}

static const char odd_file[] =
	"#UUID: 63fa5d2e-0000-0000-0000-000000000001\n"
	"   # indented\n"
	"\n"
	"UNKNOWN=un quoted   \n"
	"PHYSPAGES=\"0:256M\"\n"
	"HOSTNAME=\"one\"\t# tail\r\n"
	"HOSTNAME=\"two\"\n"
	"CPUUNITS=\"bad\"\n"
	"LAST=\"no newline\"";

static void test_kept(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;

	fx_write(fx, FILE_NAME, odd_file);
	cfg = load(fx);
	save(fx, cfg);
	fx_expect(fx, FILE_NAME, odd_file);
	/* the same value, even in other words, changes nothing */
	set(cfg, "PHYSPAGES", "0:65536");
	set(cfg, "HOSTNAME", "one");
	set(cfg, "UNKNOWN", "un quoted");
	save(fx, cfg);
	fx_expect(fx, FILE_NAME, odd_file);
	value_is(cfg, "CPUUNITS", NULL);
	assert_non_null(strstr(fx->log, "line 8 is ignored: Bad value for CPUUNITS"));
	vz_config_unref(cfg);
}

static void test_replace(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;

	fx_write(fx, FILE_NAME, odd_file);
	cfg = load(fx);
	set(cfg, "HOSTNAME", "three");
	set(cfg, "CPUUNITS", "1000");
	set(cfg, "DESCRIPTION", "new \"text\" $(x) `y` \\");
	set(cfg, "VE_ROOT", "/r/${VEID}/$VEID/$VEIDX/$x");
	save(fx, cfg);
	fx_expect(fx, FILE_NAME,
		  "#UUID: 63fa5d2e-0000-0000-0000-000000000001\n"
		  "   # indented\n"
		  "\n"
		  "UNKNOWN=un quoted   \n"
		  "PHYSPAGES=\"0:256M\"\n"
		  "HOSTNAME=\"three\"\n"
		  "CPUUNITS=\"1000\"\n"
		  "LAST=\"no newline\"\n"
		  "DESCRIPTION=\"new \\\"text\\\" \\$(x) \\`y\\` \\\\\"\n"
		  "VE_ROOT=\"/r/${VEID}/$VEID/\\$VEIDX/\\$x\"");
	vz_config_unref(cfg);
	cfg = load(fx);
	value_is(cfg, "DESCRIPTION", "new \"text\" $(x) `y` \\");
	value_is(cfg, "VE_ROOT", "/r/${VEID}/$VEID/$VEIDX/$x");
	vz_config_unref(cfg);
}

/* A shell that reads the file gets the text and runs nothing. */
static void test_shell(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;
	char cmd[PATH_MAX * 3];

	cfg = empty(fx);
	set(cfg, "DESCRIPTION", "$(touch pwned) `touch pwned` \"; touch pwned; \" \\");
	save(fx, cfg);
	vz_config_unref(cfg);
	snprintf(cmd, sizeof(cmd),
		 "cd %s && . ./" FILE_NAME " && printf %%s \"$DESCRIPTION\" > out",
		 fx->dir);
	assert_int_equal(system(cmd), 0);
	fx_expect(fx, "out",
		  "$(touch pwned) `touch pwned` \"; touch pwned; \" \\");
	assert_int_equal(access(fx_path(fx, "pwned"), F_OK), -1);
}

static void test_remove(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;

	fx_write(fx, FILE_NAME, "A=\"1\"\nNAME=\"x\"\nB=\"2\"\nNAME=\"y\"\n");
	cfg = load(fx);
	set(cfg, "NAME", NULL);
	set(cfg, "NOT_THERE", NULL);
	value_is(cfg, "NAME", NULL);
	assert_true(vz_config_removed(cfg, "NAME"));
	save(fx, cfg);
	fx_expect(fx, FILE_NAME, "A=\"1\"\nB=\"2\"\n");
	set(cfg, "NAME", "z");
	assert_false(vz_config_removed(cfg, "NAME"));
	save(fx, cfg);
	fx_expect(fx, FILE_NAME, "A=\"1\"\nNAME=\"z\"\nB=\"2\"\n");
	vz_config_unref(cfg);
}

static void test_alias(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;

	fx_write(fx, FILE_NAME, "IPTENTRIES=\"5\"\nDCACHE=\"1K\"\n");
	cfg = load(fx);
	value_is(cfg, "NUMIPTENT", "5");
	value_is(cfg, "IPTENTRIES", "5");
	value_is(cfg, "DCACHESIZE", "1024");
	set(cfg, "NUMIPTENT", "6");
	save(fx, cfg);
	fx_expect(fx, FILE_NAME, "NUMIPTENT=\"6\"\nDCACHE=\"1K\"\n");
	vz_config_unref(cfg);
}

static void test_merge(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg, *changes;
	const char *name, *value;
	size_t iter = 0, n = 0;

	fx_write(fx, FILE_NAME,
		 "CAPABILITY=\"SYS_TIME:off NET_ADMIN:on\"\n"
		 "HOSTNAME=\"a\"\nNAME=\"x\"\nFOO=\"bar\"\n"
		 "IP_ADDRESS=\"10.0.0.1 10.0.0.2\"\n"
		 "NAMESERVER=\"10.0.0.1\"\n");
	cfg = load(fx);
	changes = empty(fx);
	set(changes, "CAPABILITY", "SYS_TIME:on");
	set(changes, "HOSTNAME", "b");
	set(changes, "NAME", NULL);
	set(changes, "NEW", "1");
	/* what goes, goes first */
	set(changes, "IP_ADDRESS", "10.0.0.2 10.0.0.3");
	set(changes, "IP_ADDRESS-", "10.0.0.2");
	set(changes, "NAMESERVER", "10.0.0.2");
	while (vz_config_next(changes, &iter, &name, &value))
		n++;
	assert_int_equal(n, 6);
	assert_int_equal(vz_config_merge(cfg, changes, NULL), 0);
	vz_config_unref(changes);
	value_is(cfg, "CAPABILITY", "NET_ADMIN:on SYS_TIME:on");
	value_is(cfg, "HOSTNAME", "b");
	value_is(cfg, "NAME", NULL);
	value_is(cfg, "FOO", "bar");
	value_is(cfg, "NEW", "1");
	value_is(cfg, "IP_ADDRESS", "10.0.0.1 10.0.0.2 10.0.0.3");
	value_is(cfg, "IP_ADDRESS-", NULL);
	value_is(cfg, "NAMESERVER", "10.0.0.2");
	vz_config_unref(cfg);
}

static void test_bad_set(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;
	struct vz_error err;

	cfg = empty(fx);
	assert_int_equal(vz_config_set(cfg, "CPUUNITS", "x", &err), -EINVAL);
	assert_int_equal(err.code, VZ_E_INVALID_VALUE);
	assert_int_equal(vz_config_set(cfg, "A B", "x", &err), -EINVAL);
	assert_int_equal(vz_config_set(cfg, "", "x", &err), -EINVAL);
	assert_int_equal(vz_config_set(cfg, "1A", "x", &err), -EINVAL);
	assert_int_equal(vz_config_set(cfg, "FOO", "a\nB=\"1\"", &err),
			 -EINVAL);
	assert_int_equal(cfg->n, 0);
	vz_config_unref(cfg);
}

static void bad_file(struct fixture *fx, int ret, int code, const char *text)
{
	struct vz_config *cfg;
	struct vz_error err;

	assert_int_equal(vz_config_load(fx->ctx, fx_path(fx, FILE_NAME), &cfg,
					&err), ret);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, text));
}

static void test_bad_files(void **state)
{
	struct fixture *fx = *state;
	char *big = malloc(300000);
	FILE *f;

	bad_file(fx, -ENOENT, VZ_E_NOVECONFIG, FILE_NAME);
	fx_write(fx, FILE_NAME, "A=\"1\"\nwhat is this\n");
	bad_file(fx, -EINVAL, VZ_E_INVALID_CONFIG, "101.conf, line 2 is not");
	fx_write(fx, FILE_NAME, "=\"1\"\n");
	bad_file(fx, -EINVAL, VZ_E_INVALID_CONFIG, "line 1 is not");
	fx_write(fx, FILE_NAME, "A=\"open\n");
	bad_file(fx, -EINVAL, VZ_E_INVALID_CONFIG, "line 1 is not");
	assert_non_null(big);
	memset(big, '#', 299999);
	big[299999] = '\0';
	fx_write(fx, FILE_NAME, big);
	free(big);
	bad_file(fx, -EINVAL, VZ_E_INVALID_CONFIG, "too large");
	f = fopen(fx_path(fx, FILE_NAME), "we");
	assert_non_null(f);
	assert_int_equal(fwrite("A=\"1\"\nB=\0\n", 1, 10, f), 10);
	fclose(f);
	bad_file(fx, -EINVAL, VZ_E_INVALID_CONFIG, "line 2 has a zero byte");
	assert_int_equal(unlink(fx_path(fx, FILE_NAME)), 0);
	assert_int_equal(mkfifo(fx_path(fx, FILE_NAME), 0600), 0);
	bad_file(fx, -EINVAL, VZ_E_INVALID_CONFIG, "not a regular file");
}

static void test_save_file(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;
	struct vz_error err;
	struct stat st;

	fx_write(fx, "real.conf", "A=\"1\"\n");
	assert_int_equal(chmod(fx_path(fx, "real.conf"), 0640), 0);
	assert_int_equal(symlink("../../real.conf", fx_path(fx, FILE_NAME)), 0);
	cfg = load(fx);
	set(cfg, "A", "2");
	save(fx, cfg);
	/* through the link, with the mode it had, nothing else left behind */
	assert_int_equal(lstat(fx_path(fx, FILE_NAME), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(fx_path(fx, "real.conf"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	fx_expect(fx, "real.conf", "A=\"2\"\n");
	assert_int_equal(rmdir(fx_path(fx, "etc/conf")), -1);
	assert_int_equal(unlink(fx_path(fx, FILE_NAME)), 0);
	assert_int_equal(rmdir(fx_path(fx, "etc/conf")), 0);
	assert_int_equal(vz_config_save(cfg, fx_path(fx, FILE_NAME), &err),
			 -ENOENT);
	assert_int_equal(err.code, VZ_E_SYSTEM);
	vz_config_unref(cfg);
}

static void test_new_mode(void **state)
{
	struct fixture *fx = *state;
	struct vz_config *cfg;
	struct stat st;

	cfg = empty(fx);
	set(cfg, "A", "1");
	save(fx, cfg);
	vz_config_unref(cfg);
	assert_int_equal(stat(fx_path(fx, FILE_NAME), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_forms),
		fx_test(test_kept),
		fx_test(test_replace),
		fx_test(test_shell),
		fx_test(test_remove),
		fx_test(test_alias),
		fx_test(test_merge),
		fx_test(test_bad_set),
		fx_test(test_bad_files),
		fx_test(test_save_file),
		fx_test(test_new_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
