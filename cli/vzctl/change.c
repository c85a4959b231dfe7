// SPDX-License-Identifier: GPL-2.0-only
/* Changes of a container's configuration from the command line. */
#include <string.h>

#include "vzctl.h"

static int bad_parameter(const char *option, const char *value)
{
	fprintf(stderr, "Bad parameter for --%s: %s\n", option, value);
	return VZ_E_INVALID_VALUE;
}

int add_change(struct vz_config *changes, const char *variable,
	       const char *option, const char *value)
{
	const struct vz_param *param = vz_param_by_option(option);
	autofree char *clean = NULL, *both = NULL;
	const char *old;

	if (!param || strcmp(param->name, variable))
		param = vz_param_by_name(variable);
	if (param && vz_param_parse(param, value, true, &clean, NULL) < 0)
		return bad_parameter(option, value);
	old = vz_config_get(changes, variable);
	if (old && old[0] && param && (param->flags & VZ_PARAM_MULTI))
		both = xasprintf("%s %s", old, clean);
	if (vz_config_set(changes, variable,
			  both ? both : clean ? clean : value, NULL) < 0)
		return bad_parameter(option, value);
	return 0;
}

bool has_name_conflict(struct cli *cli, const char *name)
{
	uint32_t other;

	if (!name[0] || vz_ctx_resolve(cli->ctx, name, &other, NULL) < 0 ||
	    other == cli->ctid)
		return false;
	complain(cli, "Conflict: name %s already used by container %u", name,
		 other);
	return true;
}

int assign_name(struct cli *cli, const char *name)
{
	struct vz_error err = { 0 };

	if (vz_ct_set_name(cli->ct, name, &err) < 0) {
		failed(cli, &err);
		return VZ_E_SET_NAME;
	}
	if (name[0])
		say(cli, "Name %s assigned", name);
	return 0;
}
