// SPDX-License-Identifier: GPL-2.0-only
/* Configurations in memory: lines, in the order they have in a file. */
#include <ctype.h>

#include "config.h"
#include "param.h"

VZ_EXPORT int vz_config_new(struct vz_ctx *ctx, struct vz_config **cfg,
			    struct vz_error *err)
{
	struct vz_config *c = calloc(1, sizeof(*c));

	if (!c)
		return vz_fail_oom(err);
	c->refs = 1;
	c->ctx = vz_ctx_ref(ctx);
	*cfg = c;
	return 0;
}

static void free_line(struct vz_config_line *line)
{
	free(line->raw);
	free(line->name);
	free(line->value);
}

void vz_config_forget(struct vz_config *cfg)
{
	size_t i;

	for (i = 0; i < cfg->n; i++)
		free_line(&cfg->lines[i]);
	free(cfg->lines);
	free(cfg->bad);
	cfg->lines = NULL;
	cfg->bad = NULL;
	cfg->n = 0;
	cfg->open_end = false;
}

VZ_EXPORT struct vz_config *vz_config_unref(struct vz_config *cfg)
{
	if (!cfg || --cfg->refs)
		return NULL;
	vz_config_forget(cfg);
	if (!cfg->weak)
		vz_ctx_unref(cfg->ctx);
	free(cfg);
	return NULL;
}

int vz_config_check(const struct vz_config *cfg, struct vz_error *err)
{
	if (!cfg->bad)
		return 0;
	return vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL, "%s", cfg->bad);
}

int vz_config_append(struct vz_config *cfg, char *raw, char *name, char *value)
{
	struct vz_config_line *lines;

	lines = reallocarray(cfg->lines, cfg->n + 1, sizeof(*lines));
	if (!lines) {
		free(raw);
		free(name);
		free(value);
		return -ENOMEM;
	}
	cfg->lines = lines;
	lines[cfg->n++] = (struct vz_config_line){ raw, name, value };
	return 0;
}

/* The newest name of a variable that has had others. */
static const char *newest(const char *name)
{
	const struct vz_param *param = vz_param_by_name(name);

	return param ? param->name : name;
}

/* First line that tells about a variable, be it that it was removed. */
static struct vz_config_line *find_any(const struct vz_config *cfg,
				       const char *name)
{
	size_t i;

	name = newest(name);
	for (i = 0; i < cfg->n; i++)
		if (cfg->lines[i].name && !strcmp(cfg->lines[i].name, name))
			return &cfg->lines[i];
	return NULL;
}

struct vz_config_line *vz_config_find(const struct vz_config *cfg,
				      const char *name)
{
	struct vz_config_line *line = find_any(cfg, name);

	return line && line->raw ? line : NULL;
}

bool vz_config_removed(const struct vz_config *cfg, const char *name)
{
	struct vz_config_line *line = find_any(cfg, name);

	return line && !line->raw;
}

VZ_EXPORT const char *vz_config_get(const struct vz_config *cfg,
				    const char *name)
{
	struct vz_config_line *line = find_any(cfg, name);

	return line ? line->value : NULL;
}

VZ_EXPORT bool vz_config_next(const struct vz_config *cfg, size_t *iter,
			      const char **name, const char **value)
{
	while (*iter < cfg->n) {
		const struct vz_config_line *line = &cfg->lines[(*iter)++];

		/* a later line of the same name does not count */
		if (!line->name || !line->value ||
		    find_any(cfg, line->name) != line)
			continue;
		*name = line->name;
		*value = line->value;
		return true;
	}
	return false;
}

/* Drops all lines of a variable from index @from on. */
static void drop_from(struct vz_config *cfg, const char *name, size_t from)
{
	size_t i, kept = from;

	for (i = from; i < cfg->n; i++) {
		if (cfg->lines[i].name && !strcmp(cfg->lines[i].name, name))
			free_line(&cfg->lines[i]);
		else
			cfg->lines[kept++] = cfg->lines[i];
	}
	cfg->n = kept;
}

static bool valid_variable(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

static bool valid_unknown(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' && *value != '\t')
			return false;
	return true;
}

static int canonical(const char *name, const char *value, char **out,
		     struct vz_error *err)
{
	const struct vz_param *param = vz_param_by_name(name);

	if (param)
		return vz_param_parse(param, value, false, out, err);
	if (!valid_variable(name) || !valid_unknown(value))
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad variable: %s=\"%s\"", name, value);
	*out = strdup(value);
	return *out ? 0 : vz_fail_oom(err);
}

/* Puts a line (or, with @raw NULL, the memory of a removal) in place of the
 * variable's first one, or at the end. */
static int put_line(struct vz_config *cfg, const char *name, char *raw,
		    char *value, struct vz_error *err)
{
	struct vz_config_line *line = find_any(cfg, name);
	char *copy;

	if (line) {
		free(line->raw);
		free(line->value);
		line->raw = raw;
		line->value = value;
		drop_from(cfg, line->name, (size_t)(line - cfg->lines) + 1);
		return 0;
	}
	copy = strdup(name);
	if (!copy) {
		free(raw);
		free(value);
		return vz_fail_oom(err);
	}
	if (vz_config_append(cfg, raw, copy, value))
		return vz_fail_oom(err);
	return 0;
}

VZ_EXPORT int vz_config_set(struct vz_config *cfg, const char *name,
			    const char *value, struct vz_error *err)
{
	autofree char *checked = NULL, *raw = NULL;
	struct vz_config_line *line;
	int ret;

	name = newest(name);
	if (!value)
		return put_line(cfg, name, NULL, NULL, err);
	ret = canonical(name, value, &checked, err);
	if (ret)
		return ret;
	/* a line that says the same already stays as it was written */
	line = vz_config_find(cfg, name);
	if (line && line->value && !strcmp(line->value, checked))
		return 0;
	raw = vz_config_quote(name, checked);
	if (!raw)
		return vz_fail_oom(err);
	return put_line(cfg, name, steal_ptr(raw), steal_ptr(checked), err);
}

static bool takes(const struct vz_param *param)
{
	return param && (param->flags & VZ_PARAM_TAKE);
}

static int merge_taking(struct vz_config *cfg,
			const struct vz_config_line *line,
			struct vz_error *err)
{
	const struct vz_param *param = vz_param_by_name(line->name);
	autofree char *name = NULL, *left = NULL;
	int ret;

	if (!takes(param) || !line->value)
		return 0;
	name = vz_param_target(param);
	if (!name)
		return vz_fail_oom(err);
	if (!vz_config_get(cfg, name))
		return 0;
	ret = vz_param_take(param, vz_config_get(cfg, name), line->value,
			    &left, err);
	return ret ? ret : vz_config_set(cfg, name, left, err);
}

static int merge_line(struct vz_config *cfg, const struct vz_config_line *line,
		      struct vz_error *err)
{
	const struct vz_param *param = vz_param_by_name(line->name);
	autofree char *sum = NULL;
	int ret;

	if (takes(param))
		return 0;

	if (!line->raw)
		return vz_config_set(cfg, line->name, NULL, err);
	if (!line->value)
		return 0;
	if (!param)
		return vz_config_set(cfg, line->name, line->value, err);
	ret = vz_param_add(param, vz_config_get(cfg, line->name), line->value,
			   &sum, err);
	if (ret)
		return ret;
	return vz_config_set(cfg, line->name, sum, err);
}

static int merge_lines(struct vz_config *cfg, const struct vz_config *changes,
		       int (*merge)(struct vz_config *cfg,
				    const struct vz_config_line *line,
				    struct vz_error *err),
		       struct vz_error *err)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < changes->n; i++) {
		const struct vz_config_line *line = &changes->lines[i];

		if (line->name && find_any(changes, line->name) == line)
			ret = merge(cfg, line, err);
	}
	return ret;
}

VZ_EXPORT int vz_config_merge(struct vz_config *cfg,
			      const struct vz_config *changes,
			      struct vz_error *err)
{
	int ret = merge_lines(cfg, changes, merge_taking, err);

	return ret ? ret : merge_lines(cfg, changes, merge_line, err);
}
