// SPDX-License-Identifier: GPL-2.0-only
/* Changes of a running container. */
#include "net.h"
#include "quota.h"
#include "traffic.h"
#include "ubc.h"

static int apply_hostname(struct vz_ct *ct, const char *value,
			  struct vz_error *err)
{
	if (!value || !*value)
		return 0;
	ct_info(ct, "Set hostname: %s", value);
	return vz_dist_set_hostname(ct, value, err);
}

static int apply_dns(struct vz_ct *ct, const struct vz_config *changes,
		     struct vz_error *err)
{
	const char *servers = vz_config_get(changes, "NAMESERVER");
	const char *domains = vz_config_get(changes, "SEARCHDOMAIN");

	return servers || domains ?
		vz_dist_set_dns(ct, servers, domains, err) : 0;
}

VZ_EXPORT int vz_ct_set_password(struct vz_ct *ct, const char *user_password,
				 struct vz_error *err)
{
	const char *colon = strchr(user_password, ':');
	const char *env[] = { "VE_STATE=running", NULL, NULL };
	autofree char *user = NULL;

	if (!colon || colon == user_password || !colon[1] ||
	    strchr(user_password, '\n'))
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad parameter for --userpasswd: it has to be user:password");
	if (asprintf(&user, "USERPW=%s", user_password) < 0) {
		user = NULL;
		return vz_fail_oom(err);
	}
	env[1] = user;
	return vz_dist_action(ct, "SET_USERPASS", env, VZ_E_CHANGEPASS,
			      "password", err);
}

VZ_EXPORT bool vz_ct_needs_restart(struct vz_ct *ct, const char *name,
				   const char *value)
{
	const struct vz_param *param = vz_param_by_name(name);

	if (!strcmp(name, "QUOTAUGIDLIMIT"))
		return !strcmp(value, "0") == vz_quota_has_level2(ct);
	return param && (param->flags & VZ_PARAM_START) &&
	       !(param->flags & VZ_PARAM_LIVE);
}

VZ_EXPORT int vz_ct_apply(struct vz_ct *ct, const struct vz_config *changes,
			  unsigned int flags, struct vz_error *err)
{
	const char *name, *value;
	int ret, restart = 0;
	size_t iter = 0;

	ret = vz_net_apply(ct, changes, flags, err);
	if (!ret)
		ret = vz_ub_apply(ct, changes, err);
	if (!ret)
		ret = vz_rates_change(ct, changes, err);
	if (!ret)
		ret = vz_quota_apply(ct, changes, err);
	while (!ret && vz_config_next(changes, &iter, &name, &value)) {
		if (!strcmp(name, "HOSTNAME"))
			ret = apply_hostname(ct, value, err);
		else if (!strcmp(name, "DEVNODES") && value)
			ret = vz_dev_add(ct, value, err);
		restart += vz_ct_needs_restart(ct, name, value);
	}
	if (!ret)
		ret = apply_dns(ct, changes, err);
	return ret ? ret : restart;
}
