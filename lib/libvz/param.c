// SPDX-License-Identifier: GPL-2.0-only
/* Parameters: lookup and checks; the table itself is in paramtable.c. */
#include "param.h"
#include "paramtable.h"

static const struct vz_param_def *to_def(const struct vz_param *param)
{
	return (const struct vz_param_def *)param;
}

VZ_EXPORT const struct vz_param *vz_param_next(const struct vz_param *prev)
{
	const struct vz_param_def *def = prev ? to_def(prev) + 1 :
						vz_param_table;

	return def->pub.name ? &def->pub : NULL;
}

bool vz_param_is(const struct vz_param *param, const char *name)
{
	const struct vz_param_def *def = to_def(param);

	return !strcmp(def->pub.name, name) ||
	       (def->alias && !strcmp(def->alias, name));
}

VZ_EXPORT const struct vz_param *vz_param_by_name(const char *name)
{
	const struct vz_param *p = NULL;

	while ((p = vz_param_next(p)))
		if (vz_param_is(p, name))
			return p;
	return NULL;
}

VZ_EXPORT const struct vz_param *vz_param_by_option(const char *option)
{
	const struct vz_param *p = NULL;

	while ((p = vz_param_next(p)))
		if (p->option && !strcmp(p->option, option))
			return p;
	return NULL;
}

const char *vz_param_default(const char *name)
{
	const struct vz_param *param = vz_param_by_name(name);

	return param ? to_def(param)->def : NULL;
}

static int bad_value(const struct vz_param *param, const char *value,
		     bool cmdline, struct vz_error *err)
{
	if (cmdline && param->option)
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad parameter for --%s: %s", param->option,
			       value);
	return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
		       "Bad value for %s: \"%s\" (has to be: %s)", param->name,
		       value, param->arg);
}

/* What cannot stand on one line of a file, or would be a trap on a terminal */
static bool has_control(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') ||
		    *value == 0x7f)
			return true;
	return false;
}

VZ_EXPORT int vz_param_parse(const struct vz_param *param, const char *value,
			     bool cmdline, char **out, struct vz_error *err)
{
	const struct vz_param_def *def = to_def(param);
	autofree char *text = NULL;
	size_t size;
	FILE *f;
	int ret;

	if (has_control(value))
		return bad_value(param, value, cmdline, err);
	f = open_memstream(&text, &size);
	if (!f)
		return vz_fail_oom(err);
	ret = def->parse(def, value, cmdline, f);
	if (fclose(f) || ret == -ENOMEM)
		return vz_fail_oom(err);
	if (ret)
		return bad_value(param, value, cmdline, err);
	*out = steal_ptr(text);
	return 0;
}

int vz_param_add(const struct vz_param *param, const char *value,
		 const char *more, char **out, struct vz_error *err)
{
	autofree char *both = NULL;

	if (!(param->flags & VZ_PARAM_ADD) || !value || !*value)
		return vz_param_parse(param, more, false, out, err);
	if (asprintf(&both, "%s %s", value, more) < 0) {
		both = NULL;
		return vz_fail_oom(err);
	}
	return vz_param_parse(param, both, false, out, err);
}

char *vz_param_target(const struct vz_param *param)
{
	return strndup(param->name, strlen(param->name) - 1);
}

int vz_param_take(const struct vz_param *param, const char *value,
		  const char *gone, char **out, struct vz_error *err)
{
	autofree char *text = NULL;
	size_t size;
	FILE *f;
	int ret;

	f = open_memstream(&text, &size);
	if (!f)
		return vz_fail_oom(err);
	ret = to_def(param)->take(value ? value : "", gone, f);
	if (fclose(f) || ret)
		return vz_fail_oom(err);
	*out = steal_ptr(text);
	return 0;
}
