// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of containers: NAME in N.conf together with the symbolic link
 * names/NAME -> .../conf/N.conf.  A name counts only if both say the same.
 */
#include <limits.h>

#include "config.h"
#include "lock.h"
#include "param.h"

static char *link_path(const struct vz_ctx *ctx, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/names/%s", vz_ctx_path(ctx, VZ_PATH_CONF),
		     name) < 0)
		return NULL;
	return path;
}

/* Container that a link leads to by its file name; 0 if to none. */
static uint32_t link_target(const char *path)
{
	char target[PATH_MAX], *slash;
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	uint64_t id;
	size_t len;

	if (n < 0)
		return 0;
	target[n] = '\0';
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	len = strlen(slash);
	if (len < 6 || strcmp(slash + len - 5, ".conf"))
		return 0;
	slash[len - 5] = '\0';
	if (vz_parse_u64(slash, &id) || id > VZ_CTID_MAX)
		return 0;
	return (uint32_t)id;
}

/* Container that has a name: 0 if none has it, or a negative errno. */
static int64_t owner_of(struct vz_ctx *ctx, const char *name)
{
	autofree char *path = link_path(ctx, name), *value = NULL;
	uint32_t id;
	int ret;

	if (!path)
		return -ENOMEM;
	id = link_target(path);
	if (!id)
		return 0;
	ret = vz_config_peek(ctx, id, "NAME", &value);
	if (ret == -ENOMEM)
		return ret;
	return value && !strcmp(value, name) ? id : 0;
}

VZ_EXPORT int vz_ctx_resolve(struct vz_ctx *ctx, const char *id_or_name,
			     uint32_t *ctid, struct vz_error *err)
{
	uint64_t n;
	int64_t id;

	if (!vz_parse_u64(id_or_name, &n) && n <= VZ_CTID_MAX) {
		*ctid = (uint32_t)n;
		return 0;
	}
	if (!vz_valid_name(id_or_name) ||
	    !id_or_name[strspn(id_or_name, "0123456789")])
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad CT ID %s", id_or_name);
	id = owner_of(ctx, id_or_name);
	if (id < 0)
		return vz_fail_oom(err);
	if (!id)
		return vz_fail(err, VZ_E_INVALID_VALUE, ENOENT,
			       "Unable to find container by name %s",
			       id_or_name);
	*ctid = (uint32_t)id;
	return 0;
}

VZ_EXPORT const char *vz_ct_name(const struct vz_ct *ct)
{
	const char *name = vz_config_get(ct->config, "NAME");
	autofree char *path = NULL;

	if (!name || !vz_valid_name(name))
		return NULL;
	path = link_path(ct->ctx, name);
	return path && link_target(path) == ct->id ? name : NULL;
}

/* Makes or replaces the link; the name is known to be free or stale. */
static int put_link(struct vz_ct *ct, const char *name, struct vz_error *err)
{
	autofree char *path = link_path(ct->ctx, name), *tmp = NULL;
	autofree char *dir = link_path(ct->ctx, "");
	int ret;

	if (!path || !dir || asprintf(&tmp, "%s.%u.new", dir, ct->id) < 0) {
		tmp = NULL;
		return vz_fail_oom(err);
	}
	ret = vz_mkdir_p(dir, 0755);
	if (ret)
		return vz_fail_errno(err, VZ_E_SET_NAME, -ret,
				     "Unable to create %s", dir);
	unlink(tmp);
	if (symlink(ct->conf_path, tmp) || rename(tmp, path)) {
		ret = errno;
		unlink(tmp);
		return vz_fail_errno(err, VZ_E_SET_NAME, ret,
				     "Unable to create the link %s", path);
	}
	return 0;
}

static void drop_link(struct vz_ct *ct, const char *name)
{
	autofree char *path = NULL;

	if (!name || !vz_valid_name(name))
		return;
	path = link_path(ct->ctx, name);
	if (path && link_target(path) == ct->id)
		unlink(path);
}

static int check_free(struct vz_ct *ct, const char *name, struct vz_error *err)
{
	int64_t owner = owner_of(ct->ctx, name);
	uint64_t n;

	if (owner < 0)
		return vz_fail_oom(err);
	if (owner && owner != ct->id)
		return vz_fail(err, VZ_E_SET_NAME, EEXIST,
			       "Conflict: name %s already used by container %u",
			       name, (unsigned int)owner);
	/* a number is always taken for the container of that number */
	if (!vz_parse_u64(name, &n) && n != ct->id)
		return vz_fail(err, VZ_E_SET_NAME, EINVAL,
			       "The name %s would be taken for a CT ID", name);
	return 0;
}

VZ_EXPORT int vz_ct_set_name(struct vz_ct *ct, const char *name,
			     struct vz_error *err)
{
	const char *current = vz_config_get(ct->config, "NAME");
	autofree char *old = current ? strdup(current) : NULL;
	autoclose int guard = -1;
	bool take_away = !name || !*name;
	int ret;

	if (current && !old)
		return vz_fail_oom(err);
	if (!take_away && !vz_valid_name(name))
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad container name: %s", name);
	guard = vz_guard(ct->ctx, VZ_PATH_STATE, "names.lock", err);
	if (guard < 0)
		return guard;
	ret = take_away ? 0 : check_free(ct, name, err);
	if (!ret && !take_away)
		ret = put_link(ct, name, err);
	if (ret)
		return ret;
	vz_fault("name:linked");
	ret = vz_config_set(ct->config, "NAME", take_away ? NULL : name, err);
	if (!ret)
		ret = vz_ct_save(ct, err);
	if (ret) {
		vz_config_set(ct->config, "NAME", old, NULL);
		if (!take_away && (!old || strcmp(old, name)))
			drop_link(ct, name);
		return ret;
	}
	if (old && (take_away || strcmp(old, name)))
		drop_link(ct, old);
	return 0;
}
