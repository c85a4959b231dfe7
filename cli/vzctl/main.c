// SPDX-License-Identifier: GPL-2.0-only
/* vzctl: global options, choice of the command, lock and signals. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include <linux/vzcore.h>

#include "vzctl.h"

const struct verb verbs[] = {
	{ "create", cmd_create, "creating", VERB_KERNEL | VERB_NO_CONF,
	  "create CTID [--ostemplate NAME] [--config NAME] [--private PATH]\n"
	  "      [--root PATH] [--hostname NAME] [--name NAME]\n"
	  "      [--description TEXT] [--layout simfs] [--local_uid UID]\n"
	  "      [--local_gid GID] [--diskspace KB[:KB]] [--diskinodes N[:N]]\n"
	  "      [--ipadd ADDRESS]" },
	{ "destroy", cmd_destroy, "destroying", VERB_NO_CONF, "destroy | delete CTID" },
	{ "delete", cmd_destroy, "destroying", VERB_NO_CONF, NULL },
	{ "mount", cmd_mount, "mounting", VERB_KERNEL, "mount | umount CTID" },
	{ "umount", cmd_umount, "unmounting", VERB_BAD_CONF, NULL },
	{ "start", cmd_start, "starting", VERB_KERNEL,
	  "start CTID [--force] [--wait] [--skip-fsck] [--skip-remount]\n"
	  "      [--skip_ve_setup]" },
	{ "stop", cmd_stop, "stopping", VERB_BAD_CONF,
	  "stop CTID [--fast] [--skip-umount]" },
	{ "restart", cmd_restart, "restarting", VERB_KERNEL,
	  "restart CTID [options of start and stop]" },
	{ "status", cmd_status, NULL,
	  VERB_NO_CONF | VERB_QUIET | VERB_BAD_CONF, "status CTID" },
	{ "exec", cmd_exec, NULL, VERB_KERNEL,
	  "exec | exec2 CTID COMMAND [ARG...] | -" },
	{ "exec2", cmd_exec, NULL, VERB_KERNEL, NULL },
	{ "exec3", cmd_exec, NULL, VERB_KERNEL, "exec3 CTID PROGRAM [ARG...]" },
	{ "enter", cmd_enter, NULL, VERB_KERNEL,
	  "enter CTID [--exec COMMAND [ARG...]]" },
	{ "console", cmd_console, NULL, VERB_KERNEL, "console CTID [TTY]" },
	{ "set", cmd_set, "setting", VERB_KERNEL | VERB_NO_CONF | VERB_HOST,
	  NULL },
	{ "quotaon", cmd_quotaon, "quota", VERB_KERNEL,
	  "quotaon | quotaoff | quotainit CTID" },
	{ "quotaoff", cmd_quotaoff, "quota", VERB_KERNEL, NULL },
	{ "quotainit", cmd_quotainit, "quota", VERB_KERNEL, NULL },
	{ "why", cmd_why, NULL, VERB_KERNEL | VERB_NO_CONF, "why CTID [-j]" },
	{ "check", cmd_check, NULL, VERB_NO_CTID | VERB_NO_CONF, "check" },
	{ },
};

/* For the signal handler; set while a command with a lock runs. */
static struct vz_ctx *volatile running;

static void on_cancel(int sig)
{
	static const char text[] = "\nCancelling...\n";
	int saved = errno;

	if (running)
		vz_ctx_cancel(running);
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		errno = saved;
	errno = saved;
}

static void on_pipe(int sig)
{
}

/* Handlers, not SIG_IGN: a program that is executed gets the defaults. */
static void catch_signals(struct cli *cli)
{
	struct sigaction cancel = { .sa_handler = on_cancel };
	struct sigaction pipe = { .sa_handler = on_pipe,
				  .sa_flags = SA_RESTART };

	running = cli->ctx;
	sigaction(SIGINT, &cancel, NULL);
	sigaction(SIGTERM, &cancel, NULL);
	sigaction(SIGPIPE, &pipe, NULL);
}

static int check_config(struct cli *cli)
{
	struct vz_error err = { 0 };

	if (!vz_ct_has_config(cli->ct) &&
	    !(cli->verb->flags & VERB_NO_CONF)) {
		complain(cli, "Container config file does not exist");
		return VZ_E_NOVECONFIG;
	}
	if (vz_ct_check_config(cli->ct, &err) < 0 &&
	    !(cli->verb->flags & VERB_BAD_CONF))
		return failed(cli, &err);
	return 0;
}

/* The config file is read again, without a second round of warnings: until
 * now somebody else may have had the lock and changed it. */
static int take_lock(struct cli *cli)
{
	struct vz_error err = { 0 };
	struct vz_ct *ct;
	int ret;

	if (vz_ct_lock(cli->ct, cli->verb->lock, &cli->lock, &err) < 0)
		return failed(cli, &err);
	vz_ctx_set_log(cli->ctx, NULL, NULL);
	ret = vz_ct_open(cli->ctx, cli->ctid, &ct, &err);
	vz_ctx_set_log(cli->ctx, log_text, &cli->log);
	if (ret < 0)
		return failed(cli, &err);
	vz_ct_unref(cli->ct);
	cli->ct = ct;
	return check_config(cli);
}

int vzctl_begin(struct cli *cli)
{
	const struct verb *verb = cli->verb;
	struct vz_error err = { 0 };

	if (geteuid() != 0) {
		complain(cli, "vzctl %s has to be run by root", verb->name);
		return VZ_E_BAD_KERNEL;
	}
	if ((verb->flags & VERB_KERNEL) && !cli->any_host &&
	    vz_ctx_check_host(cli->ctx, &err) < 0) {
		failed(cli, &err);
		return VZ_E_BAD_KERNEL;
	}
	if (!verb->lock)
		return 0;
	if (!cli->skiplock) {
		int code = take_lock(cli);

		if (code)
			return code;
	}
	catch_signals(cli);
	return 0;
}

int begin_with_status(struct cli *cli, struct vz_status *st)
{
	struct vz_error err = { 0 };
	int code = vzctl_begin(cli);

	if (!code && vz_ct_status(cli->ct, st, &err) < 0)
		code = failed(cli, &err);
	return code;
}

int run_bare(struct cli *cli, int argc, char **argv,
	     int (*call)(struct vz_ct *ct, struct vz_error *err),
	     const char *nothing)
{
	struct vz_error err = { 0 };
	int code, ret;

	code = no_arguments(argc, argv);
	if (!code)
		code = vzctl_begin(cli);
	if (code)
		return code;
	ret = call(cli->ct, &err);
	if (ret < 0)
		return failed(cli, &err);
	if (ret > 0 && nothing)
		complain(cli, "%s", nothing);
	return 0;
}

static int complain_words(const char *what, int argc, char **argv)
{
	int i;

	fprintf(stderr, "%s", what);
	for (i = 0; i < argc; i++)
		fprintf(stderr, "%s%s", i ? " " : "", argv[i]);
	fputc('\n', stderr);
	return VZ_E_INVALID_SYNTAX;
}

int no_arguments(int argc, char **argv)
{
	if (argc <= 1)
		return 0;
	return complain_words("Invalid options: ", argc - 1, argv + 1);
}

int extra_arguments(int argc, char **argv)
{
	if (argc <= 0)
		return 0;
	return complain_words("Invalid extra arguments: ", argc, argv);
}

/* The words before the command.  Returns how many there are. */
static int global_options(struct cli *cli, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quiet")) {
			cli->log.quiet = true;
		} else if (!strcmp(argv[i], "--verbose")) {
			cli->log.verbose++;
			cli->log.verbose_given = true;
		} else if (!strcmp(argv[i], "--skiplock")) {
			cli->skiplock = true;
		} else {
			break;
		}
	}
	return i - 1;
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb;

	for (verb = verbs; verb->name; verb++)
		if (!strcmp(verb->name, name))
			return verb;
	return NULL;
}

static int find_container(struct cli *cli, const char *word)
{
	struct vz_error err = { 0 };

	if (word[0] != '-' && !vz_ctx_resolve(cli->ctx, word, &cli->ctid, &err))
		return 0;
	if (err.text[0])
		fprintf(stderr, "%s\n", err.text);
	else
		fprintf(stderr, "Bad CT ID %s\n", word);
	return VZ_E_INVALID_VALUE;
}

static int open_container(struct cli *cli, const char *word)
{
	struct vz_error err = { 0 };
	int code;

	if (!word) {
		fprintf(stderr, "CT ID missing\n");
		return VZ_E_INVALID_VALUE;
	}
	code = find_container(cli, word);
	if (code)
		return code;
	if (cli->ctid == 0 && !(cli->verb->flags & VERB_HOST)) {
		fprintf(stderr, "Only set actions are allowed for CT0\n");
		return VZ_E_INVALID_VALUE;
	}
	if (vz_ctx_load(cli->ctx, &err) < 0)
		return failed(cli, &err);
	log_open(&cli->log, cli->ctx);
	if (vz_ct_open(cli->ctx, cli->ctid, &cli->ct, &err) < 0)
		return failed(cli, &err);
	code = check_config(cli);
	if (!code && vz_ct_check_config(cli->ct, &err) < 0)
		complain(cli, "Warning: %s", err.text);
	return code;
}

/* argv[0] is the command, argv[1] the container. */
static int run_verb(struct cli *cli, int argc, char **argv)
{
	static char name[] = "vzctl";
	int code, skip = 0;

	cli->verb = find_verb(argv[0]);
	if (!cli->verb) {
		fprintf(stderr, "Bad command: %s\n", argv[0]);
		return VZ_E_INVALID_SYNTAX;
	}
	if (cli->verb->flags & VERB_QUIET)
		cli->log.errors_only = true;
	if (!(cli->verb->flags & VERB_NO_CTID)) {
		code = open_container(cli, argv[1]);
		if (code)
			return code;
		skip = 1;
	}
	argv[skip] = name;
	return cli->verb->run(cli, argc - skip, argv + skip);
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
	int skip = global_options(cli, argc, argv);

	argc -= skip + 1;
	argv += skip + 1;
	if (argc == 0) {
		print_usage(stderr);
		return VZ_E_INVALID_SYNTAX;
	}
	if (!strcmp(argv[0], "--version")) {
		print_version(stdout);
		return 0;
	}
	if (!strcmp(argv[0], "--help")) {
		print_usage(stdout);
		return 0;
	}
	return run_verb(cli, argc, argv);
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	struct vz_error err = { 0 };
	int code;

	log_init(&cli.log, "vzctl");
	if (vz_ctx_new(&cli.ctx, &err) < 0) {
		code = failed(&cli, &err);
	} else {
		vz_ctx_set_log(cli.ctx, log_text, &cli.log);
		vz_ctx_set_progress(cli.ctx, log_progress, &cli.log);
		code = dispatch(&cli, argc, argv);
	}
	if (cli.lock)
		vz_lock_release(cli.lock);
	vz_ct_unref(cli.ct);
	running = NULL;
	vz_ctx_unref(cli.ctx);
	log_close(&cli.log);
	return code;
}
