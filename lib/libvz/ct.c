// SPDX-License-Identifier: GPL-2.0-only
/* Handles of containers. */
#include <ctype.h>

#include "config.h"
#include "param.h"

static int load_config(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_error why;
	int ret = vz_config_read(ct->ctx, ct->id, ct->conf_path, &ct->config,
				 &why);

	ct->has_config = !ret;
	if (ret == -ENOENT)
		return vz_config_new(ct->ctx, &ct->config, err);
	if (ret && err)
		*err = why;
	return ret;
}

VZ_EXPORT int vz_ct_open(struct vz_ctx *ctx, uint32_t ctid, struct vz_ct **ct,
			 struct vz_error *err)
{
	struct vz_ct *c;
	int ret;

	if (ctid > VZ_CTID_MAX)
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad CT ID %u", ctid);
	c = calloc(1, sizeof(*c));
	if (!c)
		return vz_fail_oom(err);
	c->refs = 1;
	c->id = ctid;
	c->ctx = vz_ctx_ref(ctx);
	if (asprintf(&c->conf_path, "%s/conf/%u.conf",
		     ctx->paths[VZ_PATH_CONF], ctid) < 0) {
		c->conf_path = NULL;
		ret = vz_fail_oom(err);
	} else {
		ret = load_config(c, err);
	}
	if (ret)
		vz_ct_unref(c);
	else
		*ct = c;
	return ret;
}

VZ_EXPORT struct vz_ct *vz_ct_ref(struct vz_ct *ct)
{
	ct->refs++;
	return ct;
}

VZ_EXPORT struct vz_ct *vz_ct_unref(struct vz_ct *ct)
{
	if (!ct || --ct->refs)
		return NULL;
	vz_ct_forget_paths(ct);
	vz_config_unref(ct->config);
	free(ct->conf_path);
	vz_ctx_unref(ct->ctx);
	free(ct);
	return NULL;
}

VZ_EXPORT uint32_t vz_ct_id(const struct vz_ct *ct)
{
	return ct->id;
}

VZ_EXPORT struct vz_ctx *vz_ct_ctx(const struct vz_ct *ct)
{
	return ct->ctx;
}

VZ_EXPORT bool vz_ct_has_config(const struct vz_ct *ct)
{
	return ct->has_config;
}

VZ_EXPORT int vz_ct_check_config(const struct vz_ct *ct, struct vz_error *err)
{
	return vz_config_check(ct->config, err);
}

VZ_EXPORT const char *vz_ct_conf_path(const struct vz_ct *ct)
{
	return ct->conf_path;
}

VZ_EXPORT struct vz_config *vz_ct_config(const struct vz_ct *ct)
{
	return ct->config;
}

VZ_EXPORT const char *vz_ct_get(const struct vz_ct *ct, const char *name)
{
	const char *value = vz_config_get(ct->config, name);

	return value ? value : vz_ctx_get(ct->ctx, name);
}

/* The value with $VEID and ${VEID} replaced; NULL when not set. */
static char *expand(const struct vz_ct *ct, const char *name)
{
	const char *s = vz_ct_get(ct, name);
	char *out = NULL;
	size_t size;
	FILE *f;

	if (!s)
		return NULL;
	f = open_memstream(&out, &size);
	if (!f)
		return NULL;
	while (*s) {
		if (!strncmp(s, "${VEID}", 7)) {
			fprintf(f, "%u", ct->id);
			s += 7;
		} else if (!strncmp(s, "$VEID", 5) &&
			   !isalnum((unsigned char)s[5]) && s[5] != '_') {
			fprintf(f, "%u", ct->id);
			s += 5;
		} else {
			fputc(*s++, f);
		}
	}
	if (fclose(f)) {
		free(out);
		return NULL;
	}
	return out;
}

/* The cache is all that changes in a handle that is const to its user. */
VZ_EXPORT const char *vz_ct_root(const struct vz_ct *ct)
{
	struct vz_ct *c = (struct vz_ct *)ct;

	if (!c->root)
		c->root = expand(ct, "VE_ROOT");
	return c->root;
}

VZ_EXPORT const char *vz_ct_private(const struct vz_ct *ct)
{
	struct vz_ct *c = (struct vz_ct *)ct;

	if (!c->private)
		c->private = expand(ct, "VE_PRIVATE");
	return c->private;
}

void vz_ct_forget_paths(struct vz_ct *ct)
{
	free(ct->root);
	free(ct->private);
	ct->root = NULL;
	ct->private = NULL;
}

VZ_EXPORT int vz_ct_save(struct vz_ct *ct, struct vz_error *err)
{
	int ret = 0;

	/* some programs crash on a file without it */
	if (ct->id && !vz_config_get(ct->config, "ONBOOT"))
		ret = vz_config_set(ct->config, "ONBOOT", "no", err);
	if (!ret)
		ret = vz_config_save(ct->config, ct->conf_path, err);
	if (!ret) {
		ct->has_config = true;
		vz_ct_forget_paths(ct);
	}
	return ret;
}
