// SPDX-License-Identifier: GPL-2.0-only
/* vzctl mount, umount, start, stop, restart, status */
#include <getopt.h>
#include <string.h>

#include "vzctl.h"

enum state_option {
	OPT_START = 0x100,	/* low byte: enum vz_start_flags */
	OPT_STOP = 0x200,	/* low byte: enum vz_stop_flags */
};

static const struct option state_options[] = {
	{ "wait",		no_argument, NULL, OPT_START | VZ_START_WAIT },
	{ "force",		no_argument, NULL, OPT_START | VZ_START_FORCE },
	{ "skip-fsck",		no_argument, NULL, OPT_START },
	{ "skip_fsck",		no_argument, NULL, OPT_START },
	{ "skip-remount",	no_argument, NULL,
	  OPT_START | VZ_START_SKIP_REMOUNT },
	{ "skip_remount",	no_argument, NULL,
	  OPT_START | VZ_START_SKIP_REMOUNT },
	{ "skip_ve_setup",	no_argument, NULL,
	  OPT_START | VZ_START_SKIP_SETUP },
	{ "fast",		no_argument, NULL, OPT_STOP | VZ_STOP_FAST },
	{ "skip-umount",	no_argument, NULL,
	  OPT_STOP | VZ_STOP_SKIP_UMOUNT },
	{ "skip_umount",	no_argument, NULL,
	  OPT_STOP | VZ_STOP_SKIP_UMOUNT },
	{ },
};

struct state_args {
	unsigned int start;
	unsigned int stop;
};

/* @takes: OPT_START, OPT_STOP or both */
static int parse_state(struct cli *cli, struct state_args *args, int takes,
		       int argc, char **argv)
{
	int c, index = 0;

	while ((c = getopt_long(argc, argv, "", state_options, &index)) >= 0) {
		if (c == '?')
			return VZ_E_INVALID_SYNTAX;
		if (!(c & takes)) {
			fprintf(stderr,
				"Option --%s is not applicable to %s command\n",
				state_options[index].name, cli->verb->name);
			return VZ_E_INVALID_SYNTAX;
		}
		if (c & OPT_START)
			args->start |= c & 0xff;
		else
			args->stop |= c & 0xff;
	}
	return extra_arguments(argc - optind, argv + optind);
}

/* What start, stop and restart begin with. */
static int begin(struct cli *cli, struct state_args *args, int takes,
		 int argc, char **argv)
{
	int code = parse_state(cli, args, takes, argc, argv);

	return code ? code : vzctl_begin(cli);
}

int cmd_mount(struct cli *cli, int argc, char **argv)
{
	return run_bare(cli, argc, argv, vz_ct_mount,
			"Container is already mounted");
}

int cmd_umount(struct cli *cli, int argc, char **argv)
{
	return run_bare(cli, argc, argv, vz_ct_umount, NULL);
}

/* Is it worth looking at the kernel's messages? */
static bool is_unexpected(int code)
{
	return code == VZ_E_SYSTEM || code == VZ_E_RESOURCE ||
	       code == VZ_E_ENVCREATE;
}

int start_container(struct cli *cli, unsigned int flags)
{
	struct vz_error err = { 0 };
	int code;

	if (vz_ct_start(cli->ct, flags, &err) >= 0)
		return 0;
	code = failed(cli, &err);
	if (is_unexpected(code))
		complain(cli, "Container start failed (try to check kernel messages, e.g. \"dmesg | tail\")");
	return code;
}

int stop_container(struct cli *cli, unsigned int flags)
{
	struct vz_error err = { 0 };
	int ret;

	ret = vz_ct_stop(cli->ct, flags, &err);
	if (ret < 0)
		return failed(cli, &err);
	if (ret > 0 && !strcmp(cli->verb->name, "stop"))
		complain(cli, "Unable to stop: container is not running");
	return 0;
}

int cmd_start(struct cli *cli, int argc, char **argv)
{
	struct state_args args = { 0 };
	int code = begin(cli, &args, OPT_START, argc, argv);

	return code ? code : start_container(cli, args.start);
}

int cmd_stop(struct cli *cli, int argc, char **argv)
{
	struct state_args args = { 0 };
	int code = begin(cli, &args, OPT_STOP, argc, argv);

	return code ? code : stop_container(cli, args.stop);
}

int cmd_restart(struct cli *cli, int argc, char **argv)
{
	struct state_args args = { 0 };
	int code = begin(cli, &args, OPT_START | OPT_STOP, argc, argv);

	if (code)
		return code;
	say(cli, "Restarting container");
	code = stop_container(cli, args.stop);
	return code ? code : start_container(cli, args.start);
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
	struct vz_status st = { 0 };
	bool exists;
	int code;

	code = no_arguments(argc, argv);
	if (!code)
		code = begin_with_status(cli, &st);
	if (code)
		return code;
	exists = st.has_config && st.has_private;
	printf("CTID %u %s %s %s%s\n", cli->ctid,
	       exists ? "exist" : "deleted",
	       st.mounted ? "mounted" : "unmounted",
	       st.state == VZ_RUNNING ? "running" : "down",
	       exists && st.state == VZ_DOWN && st.suspended ?
	       " suspended" : "");
	return 0;
}
