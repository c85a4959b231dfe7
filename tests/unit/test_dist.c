// SPDX-License-Identifier: GPL-2.0-only
/* What the distribution's scripts are told; the scripts: tests/unit/dists. */
#include <fcntl.h>

#include "core.h"
#include "util.h"

static void parse(const char *text, const char *servers, const char *domains)
{
	autofree char *is_servers = NULL, *is_domains = NULL;

	assert_int_equal(vz_resolver_parse(text, &is_servers, &is_domains), 0);
	if (servers)
		assert_string_equal(is_servers ?: "none", servers);
	else
		assert_null(is_servers);
	if (domains)
		assert_string_equal(is_domains ?: "none", domains);
	else
		assert_null(is_domains);
}

static void test_resolver(void **state)
{
	parse("", NULL, NULL);
	parse("# nameserver 192.0.2.1\n; search a.example\noptions edns0\n",
	      NULL, NULL);
	parse("nameserver 192.0.2.1\n nameserver\t2001:db8::1 \r\n",
	      "192.0.2.1 2001:db8::1", NULL);
	/* the host's own and what only it can reach */
	parse("nameserver 127.0.0.53\nnameserver ::1\nnameserver 0.0.0.0\n"
	      "nameserver fe80::1%eth0\nnameserver fe80::2\nnameserver\n",
	      NULL, NULL);
	parse("nameserver 192.0.2.1;id\nnameserver $(id)\nnameserver 1.2.3\n",
	      NULL, NULL);
	parse("search a.example b.example\n", NULL, "a.example b.example");
	parse("search a.example\ndomain b.example c.example\n", NULL,
	      "b.example");
	parse("search . inherit a;b a.example\n", NULL, "a.example");
	parse("search a.example\nsearch\n", NULL, NULL);
}

static const char *env_of(const struct vz_dist_run *run, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; run->env[i]; i++)
		if (!strncmp(run->env[i], name, len) && run->env[i][len] == '=')
			return run->env[i] + len + 1;
	return NULL;
}

static void put_scripts(struct fixture *fx)
{
	assert_int_equal(mkdir(fx_path(fx, "etc/dists"), 0755), 0);
	assert_int_equal(mkdir(fx_path(fx, "etc/dists/scripts"), 0755), 0);
	fx_write(fx, "etc/dists/default.conf",
		 "ADD_IP=\"one two\"\nSET_DNS=\"three\"\nSET_HOSTNAME=\"four\"\n");
	fx_write(fx, "etc/dists/scripts/functions",
		 "say() { echo \"$1\" >>out; }\n");
	fx_write(fx, "etc/dists/scripts/one", "it='a'\\''b'");
	fx_write(fx, "etc/dists/scripts/two", "say \"add $IP_ADDR $it\"\nexit 3\n");
	fx_write(fx, "etc/dists/scripts/three", "say \"dns $NAMESERVER\"\n");
	fx_write(fx, "etc/dists/scripts/four", "say \"name $HOSTNM\"\n");
}

static struct vz_ct *configured(struct fixture *fx, const char *config)
{
	fx_write(fx, "etc/conf/7.conf", config);
	return fx_ct(fx, 7);
}

/* Runs the text the way a container does; returns the status. */
static int run_text(struct fixture *fx, const struct vz_dist_run *run)
{
	autoclose int tree = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	FILE *shell;
	size_t i;
	int status;

	assert_true(tree >= 0);
	assert_int_equal(chdir(fx->dir), 0);
	for (i = 0; run->env[i]; i++)
		assert_int_equal(putenv(run->env[i]), 0);
	shell = popen("sh -s 2>>out", "w");
	assert_non_null(shell);
	assert_true(fputs(run->text, shell) >= 0);
	status = pclose(shell);
	assert_int_equal(fchdir(tree), 0);
	return status;
}

static void test_start(void **state)
{
	struct fixture *fx = *state;
	struct vz_dist_run run;
	struct vz_error err;
	struct vz_ct *ct;

	put_scripts(fx);
	ct = configured(fx, "IP_ADDRESS=\"192.0.2.1 192.0.2.2/255.255.255.0 2001:DB8:0::1/64\"\n"
			    "NAMESERVER=\"192.0.2.53\"\nHOSTNAME=\"web\"\n");
	if (vz_dist_start(ct, &run, &err))
		fail_msg("%s", err.text);
	assert_string_equal(env_of(&run, "VE_STATE"), "starting");
	assert_string_equal(env_of(&run, "IP_ADDR"),
			    "192.0.2.1 192.0.2.2/24 2001:db8::1/64");
	assert_string_equal(env_of(&run, "IPDELALL"), "yes");
	assert_string_equal(env_of(&run, "IPV6"), "yes");
	assert_string_equal(env_of(&run, "NAMESERVER"), "192.0.2.53");
	assert_null(env_of(&run, "SEARCHDOMAIN"));
	assert_string_equal(env_of(&run, "HOSTNM"), "web");
	/* one that fails does not keep the others from running */
	assert_int_equal(run_text(fx, &run), 1 << 8);
	fx_expect(fx, "out",
		  "add 192.0.2.1 192.0.2.2/24 2001:db8::1/64 a'b\n"
		  "dns 192.0.2.53\nname web\nFailed: ADD_IP\n");
	vz_dist_run_free(&run);
	vz_ct_unref(ct);
}

static void test_damaged_script(void **state)
{
	struct fixture *fx = *state;
	struct vz_dist_run run;
	struct vz_error err;
	struct vz_ct *ct;
	char *out;

	put_scripts(fx);
	fx_write(fx, "etc/dists/scripts/three", "if then (\n");
	ct = configured(fx, "IPV6=\"no\"\nNAMESERVER=\"192.0.2.53\"\nHOSTNAME=\"web\"\n");
	if (vz_dist_start(ct, &run, &err))
		fail_msg("%s", err.text);
	assert_int_equal(run_text(fx, &run), 1 << 8);
	out = fx_read(fx, "out");
	assert_non_null(strstr(out, "name web\nFailed: SET_DNS\n"));
	free(out);
	vz_dist_run_free(&run);
	vz_ct_unref(ct);
}

/* What the config does not mention is not touched. */
static void test_nothing(void **state)
{
	struct fixture *fx = *state;
	struct vz_dist_run run;
	struct vz_error err;
	struct vz_ct *ct;

	put_scripts(fx);
	ct = configured(fx, "NAMESERVER=\"\"\nHOSTNAME=\"\"\nIPV6=\"no\"\n");
	if (vz_dist_start(ct, &run, &err))
		fail_msg("%s", err.text);
	assert_null(run.text);
	vz_dist_run_free(&run);
	vz_ct_unref(ct);
	/* no address any more: what was there has to go */
	ct = configured(fx, "NAMESERVER=\"\"\nIP_ADDRESS=\"\"\nIPV6=\"no\"\n");
	if (vz_dist_start(ct, &run, &err))
		fail_msg("%s", err.text);
	assert_string_equal(env_of(&run, "IP_ADDR"), "");
	assert_string_equal(env_of(&run, "IPDELALL"), "yes");
	assert_null(env_of(&run, "IPV6"));
	assert_non_null(run.text);
	vz_dist_run_free(&run);
	vz_ct_unref(ct);
}

static void test_missing(void **state)
{
	struct fixture *fx = *state;
	struct vz_dist_run run;
	struct vz_error err;
	struct vz_ct *ct;

	ct = configured(fx, "HOSTNAME=\"web\"\n");
	assert_int_not_equal(vz_dist_start(ct, &run, &err), 0);
	assert_null(run.text);
	put_scripts(fx);
	assert_int_equal(unlink(fx_path(fx, "etc/dists/scripts/four")), 0);
	assert_int_not_equal(vz_dist_start(ct, &run, &err), 0);
	assert_int_equal(err.code, VZ_E_NO_DISTRIBUTION_SCRIPT);
	assert_null(run.text);
	vz_ct_unref(ct);
}

/* The files in the tree: every script that is named exists. */
static void test_shipped(void **state)
{
	static const char *const actions[] = {
		"ADD_IP", "DEL_IP", "SET_DNS", "SET_HOSTNAME", "SET_USERPASS",
	};
	static const char *const templates[] = {
		"debian-12-x86_64-minimal", "centos-7-x86_64", "alpine-3.20",
		"archlinux", "gentoo", "slackware-15", "unknown", "suse-15",
	};
	struct fixture *fx = *state;
	char etc[PATH_MAX];
	size_t i, j;

	assert_non_null(realpath("etc", etc));
	assert_int_equal(vz_ctx_set_path(fx->ctx, VZ_PATH_CONF, etc, NULL), 0);
	for (i = 0; i < ARRAY_SIZE(templates); i++) {
		struct vz_ct *ct = fx_ct(fx, 7);

		assert_int_equal(vz_config_set(vz_ct_config(ct), "OSTEMPLATE",
					       templates[i], NULL), 0);
		for (j = 0; j < ARRAY_SIZE(actions); j++) {
			autofree char *text = NULL;
			struct vz_error err;

			if (vz_dist_script(ct, actions[j], &text, &err))
				fail_msg("%s", err.text);
			assert_non_null(text);
		}
		vz_ct_unref(ct);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolver),
		fx_test(test_shipped),
		fx_test(test_start),
		fx_test(test_damaged_script),
		fx_test(test_nothing),
		fx_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
