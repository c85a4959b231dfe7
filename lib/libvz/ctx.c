// SPDX-License-Identifier: GPL-2.0-only
/* Contexts: directories and the global configuration. */
#include <dirent.h>

#include "config.h"
#include "param.h"

static const char *const built_in[__VZ_PATH_MAX] = {
	[VZ_PATH_CONF]	= VZ_CONFDIR,
	[VZ_PATH_STATE]	= VZ_STATEDIR,
	[VZ_PATH_RUN]	= VZ_RUNDIR,
	[VZ_PATH_LIB]	= VZ_PKGLIBDIR,
	[VZ_PATH_QUOTA]	= VZ_QUOTADIR,
};

VZ_EXPORT const char *vz_version(void)
{
	return VZ_VERSION;
}

VZ_EXPORT int vz_ctx_new(struct vz_ctx **ctx, struct vz_error *err)
{
	struct vz_ctx *c = calloc(1, sizeof(*c));
	int i;

	if (!c)
		return vz_fail_oom(err);
	c->refs = 1;
	c->ctl_fd = -1;
	for (i = 0; i < __VZ_PATH_MAX; i++) {
		c->paths[i] = strdup(built_in[i]);
		if (!c->paths[i]) {
			vz_ctx_unref(c);
			return vz_fail_oom(err);
		}
	}
	*ctx = c;
	return 0;
}

VZ_EXPORT struct vz_ctx *vz_ctx_ref(struct vz_ctx *ctx)
{
	ctx->refs++;
	return ctx;
}

VZ_EXPORT struct vz_ctx *vz_ctx_unref(struct vz_ctx *ctx)
{
	int i;

	if (!ctx || --ctx->refs)
		return NULL;
	vz_config_unref(ctx->global);
	for (i = 0; i < __VZ_PATH_MAX; i++)
		free(ctx->paths[i]);
	if (ctx->ctl_fd >= 0)
		close(ctx->ctl_fd);
	free(ctx);
	return NULL;
}

VZ_EXPORT int vz_ctx_set_path(struct vz_ctx *ctx, enum vz_path which,
			      const char *path, struct vz_error *err)
{
	char *copy;

	if ((unsigned int)which >= __VZ_PATH_MAX || !path || *path != '/')
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad directory: %s", path ? path : "(none)");
	copy = strdup(path);
	if (!copy)
		return vz_fail_oom(err);
	free(ctx->paths[which]);
	ctx->paths[which] = copy;
	return 0;
}

VZ_EXPORT const char *vz_ctx_path(const struct vz_ctx *ctx, enum vz_path which)
{
	return (unsigned int)which < __VZ_PATH_MAX ? ctx->paths[which] : NULL;
}

/* A wrong value in vz.conf concerns every container: do not go on with it. */
static int check_global(const struct vz_config *cfg, const char *path,
			struct vz_error *err)
{
	size_t i;

	for (i = 0; i < cfg->n; i++) {
		const struct vz_config_line *line = &cfg->lines[i];
		const struct vz_param *param;
		autofree char *name = NULL, *value = NULL, *out = NULL;
		struct vz_error why;

		if (!line->name || line->value)
			continue;
		param = vz_param_by_name(line->name);
		if (vz_config_split(line->raw, &name, &value))
			return vz_fail_oom(err);
		if (!*value || !vz_param_parse(param, value, false, &out, &why))
			continue;
		return vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL, "%s: %.900s",
			       path, why.text);
	}
	return 0;
}

VZ_EXPORT int vz_ctx_load(struct vz_ctx *ctx, struct vz_error *err)
{
	autoconfig struct vz_config *cfg = NULL;
	autofree char *path = NULL;
	struct vz_error why;
	int ret;

	if (asprintf(&path, "%s/vz.conf", ctx->paths[VZ_PATH_CONF]) < 0) {
		path = NULL;
		return vz_fail_oom(err);
	}
	ret = vz_config_load(ctx, path, &cfg, &why);
	if (ret) {
		if (why.code != VZ_E_INVALID_CONFIG)
			why.code = VZ_E_NOCONFIG;
		if (err)
			*err = why;
		return ret;
	}
	ret = check_global(cfg, path, err);
	if (ret)
		return ret;
	vz_config_unref(ctx->global);
	ctx->global = steal_ptr(cfg);
	/* what belongs to the context must not keep it alive */
	ctx->global->weak = true;
	vz_ctx_unref(ctx);
	return 0;
}

VZ_EXPORT const char *vz_ctx_get(const struct vz_ctx *ctx, const char *name)
{
	const char *value = ctx->global ? vz_config_get(ctx->global, name) :
					  NULL;

	return value ? value : vz_param_default(name);
}

/* ------------------------------------------------------ the containers -- */

/* Array of ids that grows. */
struct ids {
	uint32_t	*v;
	size_t		n;
};

static int add_id(struct ids *ids, uint32_t id)
{
	uint32_t *v;

	if (ids->n % 64 == 0) {
		v = reallocarray(ids->v, ids->n + 64, sizeof(*v));
		if (!v)
			return -ENOMEM;
		ids->v = v;
	}
	ids->v[ids->n++] = id;
	return 0;
}

/* N of "N.conf", 0 for every other name */
static uint32_t id_of_file(const char *name)
{
	char digits[16];
	size_t len = strspn(name, "0123456789");
	uint64_t n;

	if (!len || len >= sizeof(digits) || *name == '0' ||
	    strcmp(name + len, ".conf"))
		return 0;
	memcpy(digits, name, len);
	digits[len] = '\0';
	return vz_parse_u64(digits, &n) || n > VZ_CTID_MAX ? 0 : (uint32_t)n;
}

static int add_files(struct vz_ctx *ctx, struct ids *ids, struct vz_error *err)
{
	autofree char *path = NULL;
	struct dirent *ent;
	uint32_t id;
	DIR *dir;
	int ret = 0;

	if (asprintf(&path, "%s/conf", ctx->paths[VZ_PATH_CONF]) < 0) {
		path = NULL;
		return vz_fail_oom(err);
	}
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 :
		       vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to read %s", path);
	while (!ret && (errno = 0, ent = readdir(dir))) {
		id = id_of_file(ent->d_name);
		if (id && add_id(ids, id))
			ret = vz_fail_oom(err);
	}
	if (!ret && errno)
		ret = vz_fail_errno(err, VZ_E_SYSTEM, errno,
				    "Unable to read %s", path);
	closedir(dir);
	return ret;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

VZ_EXPORT ssize_t vz_ctx_containers(struct vz_ctx *ctx, uint32_t **ids,
				    struct vz_error *err)
{
	autofree uint32_t *known = NULL;
	struct ids all = { NULL, 0 };
	ssize_t running, i;
	size_t n = 0, k;
	int ret;

	running = vz_ctl_list(ctx, &known, err);
	if (running < 0)
		return running;
	ret = add_files(ctx, &all, err);
	for (i = 0; !ret && i < running; i++)
		if (add_id(&all, known[i]))
			ret = vz_fail_oom(err);
	if (ret) {
		free(all.v);
		return ret;
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), compare_ids);
	for (k = 0; k < all.n; k++)
		if (!n || all.v[k] != all.v[n - 1])
			all.v[n++] = all.v[k];
	*ids = all.v;
	return (ssize_t)n;
}
