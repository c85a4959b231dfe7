// SPDX-License-Identifier: GPL-2.0-only
/* vzctl why: what the beancounters of a container have refused. */
#include <getopt.h>

#include "../common/refusal.h"
#include "vzctl.h"

static const struct option why_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ },
};

static int print_refusals(struct cli *cli, bool json)
{
	autofree struct vz_ub_refusal *list = NULL;
	struct vz_error err = { 0 };
	uint64_t total = 0;
	ssize_t count;

	count = vz_ctx_ub_refusals(cli->ctx, cli->ctid, &list, &total, &err);
	if (count < 0)
		return failed(cli, &err);
	if (json)
		refusals_print_json(list, (size_t)count, stdout);
	else
		refusals_print(list, (size_t)count, total, stdout);
	return fflush(stdout) || ferror(stdout) ? VZ_E_SYSTEM : 0;
}

int cmd_why(struct cli *cli, int argc, char **argv)
{
	bool json = false;
	int c, code;

	while ((c = getopt_long(argc, argv, "j", why_options, NULL)) >= 0) {
		if (c != 'j')
			return VZ_E_INVALID_SYNTAX;
		json = true;
	}
	code = extra_arguments(argc - optind, argv + optind);
	if (!code)
		code = vzctl_begin(cli);
	return code ? code : print_refusals(cli, json);
}
