// SPDX-License-Identifier: GPL-2.0-only
/* vzctl create, destroy */
#include <getopt.h>
#include <string.h>

#include "vzctl.h"

/* Options that only set a variable of the new config file. */
static const struct option create_options[] = {
	{ "ostemplate",		required_argument, NULL, 't' },
	{ "config",		required_argument, NULL, 'c' },
	{ "name",		required_argument, NULL, 'n' },
	{ "private",		required_argument, NULL, 0 },
	{ "root",		required_argument, NULL, 0 },
	{ "hostname",		required_argument, NULL, 0 },
	{ "description",	required_argument, NULL, 0 },
	{ "layout",		required_argument, NULL, 0 },
	{ "ve_layout",		required_argument, NULL, 0 },
	{ "velayout",		required_argument, NULL, 0 },
	{ "diskspace",		required_argument, NULL, 0 },
	{ "diskinodes",		required_argument, NULL, 0 },
	{ "local_uid",		required_argument, NULL, 0 },
	{ "local_gid",		required_argument, NULL, 0 },
	{ "ipadd",		required_argument, NULL, 0 },
	{ },
};

static const struct {
	const char *option;
	const char *variable;
} create_variables[] = {
	{ "private", "VE_PRIVATE" },
	{ "root", "VE_ROOT" },
	{ "hostname", "HOSTNAME" },
	{ "description", "DESCRIPTION" },
	{ "layout", "VE_LAYOUT" },
	{ "ve_layout", "VE_LAYOUT" },
	{ "velayout", "VE_LAYOUT" },
	{ "diskspace", "DISKSPACE" },
	{ "diskinodes", "DISKINODES" },
	{ "local_uid", "LOCAL_UID" },
	{ "local_gid", "LOCAL_GID" },
	{ "ipadd", "IP_ADDRESS" },
};

struct create_args {
	struct vz_create_opts	opts;
	const char		*name;
	struct vz_config	*changes;
};

static const char *variable_of(const char *option)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(create_variables); i++)
		if (!strcmp(create_variables[i].option, option))
			return create_variables[i].variable;
	return NULL;
}

static int parse_create(struct create_args *args, int argc, char **argv)
{
	const char *option;
	int c, index, code;

	while ((c = getopt_long(argc, argv, "", create_options, &index)) >= 0) {
		switch (c) {
		case 't':
			args->opts.ostemplate = optarg;
			break;
		case 'c':
			args->opts.config = optarg;
			break;
		case 'n':
			args->name = optarg;
			break;
		case 0:
			option = create_options[index].name;
			code = add_change(args->changes, variable_of(option),
					  option, optarg);
			if (code)
				return code;
			break;
		default:
			return VZ_E_INVALID_VALUE;
		}
	}
	return extra_arguments(argc - optind, argv + optind);
}

static int create(struct cli *cli, struct create_args *args)
{
	struct vz_error err = { 0 };
	int code;

	code = vzctl_begin(cli);
	if (code)
		return code;
	if (args->name && has_name_conflict(cli, args->name))
		return VZ_E_SET_NAME;
	args->opts.changes = args->changes;
	if (vz_ct_create(cli->ct, &args->opts, &err) < 0) {
		code = failed(cli, &err);
		complain(cli, "Creation of container private area failed");
		return code;
	}
	return args->name ? assign_name(cli, args->name) : 0;
}

int cmd_create(struct cli *cli, int argc, char **argv)
{
	struct create_args args = { 0 };
	struct vz_error err = { 0 };
	int code;

	if (vz_config_new(cli->ctx, &args.changes, &err) < 0)
		return failed(cli, &err);
	code = parse_create(&args, argc, argv);
	if (!code)
		code = create(cli, &args);
	vz_config_unref(args.changes);
	return code;
}

int cmd_destroy(struct cli *cli, int argc, char **argv)
{
	return run_bare(cli, argc, argv, vz_ct_destroy, NULL);
}
