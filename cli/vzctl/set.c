// SPDX-License-Identifier: GPL-2.0-only
/* vzctl set */
#include <getopt.h>
#include <string.h>

#include "netset.h"

enum set_mode {
	MODE_WARN,
	MODE_RESTART,
	MODE_IGNORE,
};

/* getopt values; those from OPT_PARAM on are indexes of parameters */
enum set_option {
	OPT_SAVE = 0x100,
	OPT_FORCE,
	OPT_SETMODE,
	OPT_NAME,
	OPT_USERPASSWD,
	OPT_SKIP_ARPDETECT,
	OPT_RESET_UB,
	OPT_PARAM = 0x1000,
};

struct set_args {
	bool			save;
	bool			force;
	bool			reset_ub;
	enum set_mode		mode;
	unsigned int		apply;	/* enum vz_apply_flags */
	const char		*name;
	char			*password;
	struct net_args		net;
	struct vz_config	*changes;
};

static const struct option control_options[] = {
	{ "save",	no_argument,		NULL, OPT_SAVE },
	{ "force",	no_argument,		NULL, OPT_FORCE },
	{ "setmode",	required_argument,	NULL, OPT_SETMODE },
	{ "name",	required_argument,	NULL, OPT_NAME },
	{ "userpasswd",	required_argument,	NULL, OPT_USERPASSWD },
	{ "skip_arpdetect", no_argument,	NULL, OPT_SKIP_ARPDETECT },
	{ "reset_ub",	no_argument,		NULL, OPT_RESET_UB },
};

static const struct {
	char		letter;
	const char	*option;
} short_options[] = {
	{ 'k', "kmemsize" }, { 'b', "tcprcvbuf" }, { 'x', "dcachesize" },
	{ 'l', "lockedpages" }, { 'p', "numproc" }, { 'n', "numfile" },
	{ 'f', "numflock" }, { 't', "numpty" }, { 'i', "numsiginfo" },
	{ 'e', "numiptent" }, { 'a', "avnumproc" },
};

/* What of the host, CT 0, can be set. */
static const char *const host_prefixes[] = {
	"CPUUNITS", "IOPRIO", "IOLIMIT", "IOPSLIMIT", "KMEMSIZE", "LOCKEDPAGES",
	"PRIVVMPAGES", "SHMPAGES", "PHYSPAGES", "VMGUARPAGES", "OOMGUARPAGES",
	"SWAPPAGES", "TCPSNDBUF", "TCPRCVBUF", "OTHERSOCKBUF", "DGRAMRCVBUF",
	"DCACHESIZE", "NUMPROC", "NUMTCPSOCK", "NUMOTHERSOCK", "NUMFILE",
	"NUMFLOCK", "NUMPTY", "NUMSIGINFO", "NUMIPTENT", "AVNUMPROC",
};

static bool is_control(const char *option)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(control_options); i++)
		if (!strcmp(control_options[i].name, option))
			return true;
	return false;
}

static bool is_settable(const struct vz_param *p)
{
	return (p->flags & VZ_PARAM_SET) && p->option && !is_control(p->option);
}

static const struct vz_param *param_at(int index)
{
	const struct vz_param *p = NULL;

	while ((p = vz_param_next(p)))
		if (index-- == 0)
			return p;
	return NULL;
}

/* All long options: ours, those of netset.c, then one per parameter. */
static struct option *long_options(void)
{
	const struct vz_param *p = NULL;
	struct option *options, *o;
	size_t count = ARRAY_SIZE(control_options) + NET_OPTIONS + 1;
	int index = OPT_PARAM;

	while ((p = vz_param_next(p)))
		count++;
	options = xcalloc(count, sizeof(*options));
	memcpy(options, control_options, sizeof(control_options));
	o = options + ARRAY_SIZE(control_options);
	memcpy(o, net_options, sizeof(net_options));
	o += NET_OPTIONS;
	for (; (p = vz_param_next(p)); index++)
		if (is_settable(p))
			*o++ = (struct option) { p->option, required_argument,
						 NULL, index };
	return options;
}

static const char *letters(void)
{
	return "k:b:x:l:p:n:f:t:i:e:a:";
}

static int set_param(struct set_args *args, int c)
{
	const struct vz_param *p = NULL;
	size_t i;

	if (c >= OPT_PARAM)
		p = param_at(c - OPT_PARAM);
	for (i = 0; !p && i < ARRAY_SIZE(short_options); i++)
		if (short_options[i].letter == c)
			p = vz_param_by_option(short_options[i].option);
	if (!p || !is_settable(p)) {
		fprintf(stderr, "Option -%c is not supported\n", c);
		return VZ_E_INVALID_VALUE;
	}
	return add_change(args->changes, p->name, p->option, optarg);
}

static int set_mode(struct set_args *args, const char *mode)
{
	if (!strcmp(mode, "restart")) {
		args->mode = MODE_RESTART;
	} else if (!strcmp(mode, "ignore")) {
		args->mode = MODE_IGNORE;
	} else {
		fprintf(stderr, "Bad parameter for --setmode: %s\n", mode);
		return VZ_E_INVALID_VALUE;
	}
	return 0;
}

/* The password does not stay in the list of processes. */
static int set_password(struct set_args *args, char *word)
{
	free(args->password);
	args->password = xstrdup(word);
	memset(word, 'x', strlen(word));
	if (strchr(args->password, ':') > args->password)
		return 0;
	fprintf(stderr, "Bad parameter for --userpasswd: it has to be USER:PASSWORD\n");
	return VZ_E_INVALID_VALUE;
}

static int set_option(struct set_args *args, int c)
{
	switch (c) {
	case OPT_SAVE:
		args->save = true;
		return 0;
	case OPT_FORCE:
		args->force = true;
		return 0;
	case OPT_SETMODE:
		return set_mode(args, optarg);
	case OPT_NAME:
		args->name = optarg;
		return 0;
	case OPT_USERPASSWD:
		return set_password(args, optarg);
	case OPT_SKIP_ARPDETECT:
		args->apply |= VZ_APPLY_SKIP_ARPDETECT;
		return 0;
	case OPT_RESET_UB:
		args->reset_ub = true;
		return 0;
	case '?':
		return VZ_E_INVALID_VALUE;
	default:
		return c >= OPT_NET && c < OPT_NET + NET_OPTIONS ?
		       net_option(&args->net, c, optarg) : set_param(args, c);
	}
}

/* Options that make no sense without --save. */
static int check_save(const struct set_args *args)
{
	if (args->save)
		return 0;
	if (args->name) {
		fprintf(stderr, "--name works together with --save only\n");
		return VZ_E_SET_NAME;
	}
	if (args->mode == MODE_RESTART) {
		fprintf(stderr, "--setmode restart works together with --save only\n");
		return VZ_E_INVALID_VALUE;
	}
	if (vz_config_get(args->changes, "OSTEMPLATE") ||
	    vz_config_get(args->changes, "STOP_TIMEOUT")) {
		fprintf(stderr, "--ostemplate and --stop-timeout work together with --save only\n");
		return VZ_E_INVALID_VALUE;
	}
	return 0;
}

static int parse_set(struct set_args *args, int argc, char **argv)
{
	autofree struct option *options = long_options();
	int c, code;

	while ((c = getopt_long(argc, argv, letters(), options, NULL)) >= 0) {
		code = set_option(args, c);
		if (code)
			return code;
	}
	code = extra_arguments(argc - optind, argv + optind);
	if (!code && args->reset_ub && argc > 2) {
		fprintf(stderr, "--reset_ub cannot be combined with other options\n");
		code = VZ_E_INVALID_SYNTAX;
	}
	return code ? code : check_save(args);
}

static bool is_empty(const struct vz_config *changes)
{
	const char *name, *value;
	size_t iter = 0;

	return !vz_config_next(changes, &iter, &name, &value);
}

/* Some of the changes take effect at the next start only. */
static int warn_restart(struct cli *cli, const struct set_args *args)
{
	const char *name, *value;
	size_t iter = 0;

	while (vz_config_next(args->changes, &iter, &name, &value)) {
		const struct vz_param *p = vz_param_by_name(name);

		if (vz_ct_needs_restart(cli->ct, name, value))
			complain(cli, "Unable to set %s on a running container",
				 p->option ? p->option : p->name);
	}
	complain(cli, "WARNING: Some of the parameters could not be applied to a running container.");
	complain(cli, "\tPlease consider using --setmode option");
	return 0;
}

static bool any_needs_restart(struct cli *cli, const struct set_args *args)
{
	const char *name, *value;
	size_t iter = 0;

	while (vz_config_next(args->changes, &iter, &name, &value))
		if (vz_ct_needs_restart(cli->ct, name, value))
			return true;
	return false;
}

static int apply(struct cli *cli, const struct set_args *args)
{
	struct vz_error err = { 0 };
	int ret;

	if (vz_config_get(args->changes, "VE_ROOT") ||
	    vz_config_get(args->changes, "VE_PRIVATE")) {
		complain(cli, "Unable to change root or private of a running container");
		return VZ_E_RUNNING;
	}
	ret = vz_ct_apply(cli->ct, args->changes, args->apply, &err);
	if (ret < 0)
		return failed(cli, &err);
	if (ret > 0 && args->mode == MODE_WARN)
		return warn_restart(cli, args);
	return 0;
}

static int change_password(struct cli *cli, const char *password)
{
	struct vz_error err = { 0 };

	if (vz_ct_set_password(cli->ct, password, &err) >= 0)
		return 0;
	failed(cli, &err);
	return VZ_E_CHANGEPASS;
}

/* A container that is down is started for it. */
static int apply_password(struct cli *cli, const struct set_args *args,
			  const struct vz_status *st)
{
	int code, stop_code;

	if (st->state == VZ_RUNNING)
		return change_password(cli, args->password);
	code = start_container(cli, VZ_START_FORCE);
	if (code)
		return code;
	code = change_password(cli, args->password);
	stop_code = stop_container(cli, st->mounted ?
				   VZ_STOP_SKIP_UMOUNT : 0);
	return code ? code : stop_code;
}

static int save(struct cli *cli, const struct set_args *args)
{
	struct vz_error err = { 0 };
	int code;

	if (is_empty(args->changes) && !args->name) {
		say(cli, "No changes in CT configuration, not saving");
		return 0;
	}
	if (!vz_ct_has_config(cli->ct))
		say(cli, "WARNING: Container config file does not exist, it is made now");
	if (vz_config_merge(vz_ct_config(cli->ct), args->changes, &err) < 0)
		return failed(cli, &err);
	if (vz_ct_save(cli->ct, &err) < 0) {
		failed(cli, &err);
		return VZ_E_CONFIG_SAVE;
	}
	code = args->name ? assign_name(cli, args->name) : 0;
	if (!code)
		say(cli, "CT configuration saved to %s",
		    vz_ct_conf_path(cli->ct));
	return code;
}

static int set_running(struct cli *cli, const struct set_args *args)
{
	int code;

	if (args->mode == MODE_RESTART && any_needs_restart(cli, args)) {
		code = save(cli, args);
		if (code)
			return code;
		say(cli, "Restarting container");
		code = stop_container(cli, 0);
		return code ? code : start_container(cli, 0);
	}
	code = is_empty(args->changes) ? 0 : apply(cli, args);
	if (code) {
		if (args->save)
			complain(cli, "Error: failed to apply some parameters, not saving configuration file!");
		return code;
	}
	if (args->save)
		return save(cli, args);
	if (!is_empty(args->changes))
		say(cli, "WARNING: Settings were not saved to config and will be lost after CT restart (use --save flag)");
	return 0;
}

static int set_stopped(struct cli *cli, const struct set_args *args)
{
	if (args->save)
		return save(cli, args);
	if (!is_empty(args->changes))
		say(cli, "WARNING: Container is not running and nothing was saved to its config (use --save flag)");
	return 0;
}

static bool any_ub(const struct vz_config *changes)
{
	const char *name, *value;
	size_t iter = 0;

	while (vz_config_next(changes, &iter, &name, &value))
		if (vz_ub_by_variable(name))
			return true;
	return false;
}

/* CT 0 has no limits of its own: the kernel counts nothing that could be
 * refused to the host.  They can be stored only. */
static int set_host(struct cli *cli, const struct set_args *args)
{
	const char *name, *value;
	size_t i, iter = 0;
	int code;

	while (vz_config_next(args->changes, &iter, &name, &value)) {
		for (i = 0; i < ARRAY_SIZE(host_prefixes); i++)
			if (!strcmp(host_prefixes[i], name))
				break;
		if (i == ARRAY_SIZE(host_prefixes)) {
			complain(cli, "%.*s cannot be set for CT 0, the host",
				 (int)strcspn(name, "-"), name);
			return VZ_E_INVALID_VALUE;
		}
	}
	if (args->name || args->password || args->net.n) {
		complain(cli, "CT 0, the host, takes resource limits only");
		return VZ_E_INVALID_VALUE;
	}
	code = args->save ? save(cli, args) : 0;
	if (code || is_empty(args->changes))
		return code;
	complain(cli, "Limits of CT 0, the host, are not put into effect: the host is never limited, --save only stores them");
	if (args->save)
		return 0;
	return any_ub(args->changes) ? VZ_E_SETUBC : VZ_E_BAD_KERNEL;
}

static int reset_ub(struct cli *cli)
{
	struct vz_error err = { 0 };

	if (!cli->ctid) {
		complain(cli, "CT 0, the host, has no limits to be reset");
		return VZ_E_INVALID_VALUE;
	}
	return vz_ct_ub_reset(cli->ct, &err) < 0 ? failed(cli, &err) : 0;
}

static int set(struct cli *cli, const struct set_args *args)
{
	struct vz_status st = { 0 };
	struct vz_error err = { 0 };
	int code;

	cli->any_host = args->save && args->force;
	code = vzctl_begin(cli);
	if (code)
		return code;
	if (args->reset_ub)
		return reset_ub(cli);
	if (cli->ctid == 0)
		return set_host(cli, args);
	if (args->name && has_name_conflict(cli, args->name))
		return VZ_E_SET_NAME;
	if (!args->save && !vz_ct_has_config(cli->ct)) {
		complain(cli, "Container config file does not exist");
		return VZ_E_NOVECONFIG;
	}
	if (vz_ct_status(cli->ct, &st, &err) < 0)
		return failed(cli, &err);
	code = args->password ? apply_password(cli, args, &st) : 0;
	if (code)
		return code;
	code = net_apply(cli, &args->net, args->changes);
	if (code) {
		if (args->save)
			complain(cli, "Error: failed to apply some parameters, not saving configuration file!");
		return code;
	}
	return st.state == VZ_RUNNING ? set_running(cli, args) :
					set_stopped(cli, args);
}

int cmd_set(struct cli *cli, int argc, char **argv)
{
	struct set_args args = { 0 };
	struct vz_error err = { 0 };
	int code;

	if (vz_config_new(cli->ctx, &args.changes, &err) < 0)
		return failed(cli, &err);
	code = parse_set(&args, argc, argv);
	if (!code)
		code = set(cli, &args);
	if (args.password)
		explicit_bzero(args.password, strlen(args.password));
	free(args.password);
	net_free(&args.net);
	vz_config_unref(args.changes);
	return code;
}
