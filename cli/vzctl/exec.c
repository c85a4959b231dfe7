// SPDX-License-Identifier: GPL-2.0-only
/* vzctl exec, exec2, exec3, enter */
#include <string.h>
#include <sys/wait.h>

#include "vzctl.h"

/* For "exec N -": the best shell there is, reading our standard input. */
static const char *const shell_on_stdin[] = {
	"exec \"${BASH:-/bin/sh}\"", NULL,
};

static int run_words(struct cli *cli, int mode, char **words)
{
	struct vz_exec exec = {
		.mode = mode,
		.argv = (const char *const *)words,
	};
	struct vz_error err = { 0 };
	int status = 0;

	if (mode == VZ_EXEC_SHELL && !strcmp(words[0], "-") && !words[1])
		exec.argv = shell_on_stdin;
	if (vz_ct_exec(cli->ct, &exec, &status, &err) < 0)
		return failed(cli, &err);
	if (WIFSIGNALED(status)) {
		complain(cli, "Got signal %d", WTERMSIG(status));
		return VZ_E_SYSTEM;
	}
	return WEXITSTATUS(status);
}

int cmd_exec(struct cli *cli, int argc, char **argv)
{
	const char *verb = cli->verb->name;
	int mode = strcmp(verb, "exec3") ? VZ_EXEC_SHELL : VZ_EXEC_DIRECT;
	int code;

	if (argc < 2) {
		fprintf(stderr, "No command line given for %s\n", verb);
		return VZ_E_INVALID_SYNTAX;
	}
	code = vzctl_begin(cli);
	if (code)
		return code;
	code = run_words(cli, mode, argv + 1);
	if (code && !strcmp(verb, "exec"))
		return VZ_E_COMMAND_EXECUTION;
	return code;
}

/* What follows --exec is typed into the shell. */
static int parse_enter(int argc, char **argv, char ***words)
{
	*words = argv + argc;		/* the final NULL */
	if (argc < 2)
		return 0;
	if (strcmp(argv[1], "--exec")) {
		fprintf(stderr, "Invalid option '%s'\n", argv[1]);
		return VZ_E_INVALID_SYNTAX;
	}
	if (argc == 2) {
		fprintf(stderr, "No command line given for --exec\n");
		return VZ_E_INVALID_SYNTAX;
	}
	*words = argv + 2;
	return 0;
}

static int enter(struct cli *cli, char **words)
{
	struct vz_exec exec = {
		.mode = VZ_EXEC_LOGIN,
		.argv = (const char *const *)words,
	};
	struct vz_error err = { 0 };
	int code, status = 0;

	printf("entered into CT %u\n", cli->ctid);
	fflush(stdout);
	if (vz_ct_enter(cli->ct, &exec, &status, &err) < 0) {
		code = failed(cli, &err);
		complain(cli, "enter into CT %u failed", cli->ctid);
		return code;
	}
	if (WIFSIGNALED(status)) {
		fprintf(stderr, "got signal %d\n", WTERMSIG(status));
		code = VZ_E_SYSTEM;
	} else {
		code = WEXITSTATUS(status);
	}
	printf("exited from CT %u\n", cli->ctid);
	return code;
}

int cmd_enter(struct cli *cli, int argc, char **argv)
{
	struct vz_status st = { 0 };
	char **words;
	int code;

	code = parse_enter(argc, argv, &words);
	if (!code)
		code = begin_with_status(cli, &st);
	if (code)
		return code;
	if (st.state != VZ_RUNNING) {
		complain(cli, "Container is not running");
		return VZ_E_NOT_RUNNING;
	}
	return enter(cli, words);
}
