// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disk quota of a container: on while its private area is mounted.
 *
 * A kill leaves a quota on that nothing is mounted with, or a file that says
 * that one is on; whoever mounts, stops or destroys next puts that right.
 */
#include <limits.h>
#include <poll.h>

#include "core.h"
#include "quota.h"

static bool is_wanted(const struct vz_ct *ct)
{
	const char *value = vz_ct_get(ct, "DISK_QUOTA");

	return value && vz_value_bool(value) == 1;
}

static bool is_on(struct vz_ct *ct)
{
	struct vzquota_info info;

	return !vz_quota_info(ct->ctx, ct->id, &info);
}

/* -------------------------------------------------------- from the config -- */

static uint64_t scaled(uint64_t n, uint64_t unit)
{
	return n > VZQUOTA_MAX / unit ? 0 : n * unit;
}

static void take_limit(struct vz_quota_change *c, const char *value)
{
	if (vz_value_limits(value, &c->space_soft, &c->space_hard))
		return;
	c->space_soft = scaled(c->space_soft, 1024);
	c->space_hard = scaled(c->space_hard, 1024);
	c->what |= VZ_QUOTA_SPACE_SOFT | VZ_QUOTA_SPACE_HARD;
}

static void take_inodes(struct vz_quota_change *c, const char *value)
{
	if (vz_value_limits(value, &c->inodes_soft, &c->inodes_hard))
		return;
	c->inodes_soft = scaled(c->inodes_soft, 1);
	c->inodes_hard = scaled(c->inodes_hard, 1);
	c->what |= VZ_QUOTA_INODES_SOFT | VZ_QUOTA_INODES_HARD;
}

static void take_time(struct vz_quota_change *c, const char *value)
{
	c->grace.space = (uint32_t)strtoul(value, NULL, 10);
	c->grace.inodes = c->grace.space;
	c->what |= VZ_QUOTA_SPACE_GRACE | VZ_QUOTA_INODES_GRACE;
}

static void take_ugid_limit(struct vz_quota_change *c, const char *value)
{
	c->ugid_limit = (uint32_t)strtoul(value, NULL, 10);
	c->level2 = c->ugid_limit;
	c->what |= VZ_QUOTA_LEVEL2 | VZ_QUOTA_UGID_LIMIT;
}

static const struct {
	const char	*name;
	void		(*take)(struct vz_quota_change *c, const char *value);
} variables[] = {
	{ "DISKSPACE", take_limit },
	{ "DISKINODES", take_inodes },
	{ "QUOTATIME", take_time },
	{ "QUOTAUGIDLIMIT", take_ugid_limit },
};

/* Of a variable that is not set anywhere: no limits. */
static struct vz_quota_change wanted(struct vz_ct *ct)
{
	struct vz_quota_change c = {
		.what = VZ_QUOTA_LIMITS | VZ_QUOTA_PATH,
		.path = vz_ct_private(ct),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = vz_ct_get(ct, variables[i].name);

		if (value)
			variables[i].take(&c, value);
	}
	return c;
}

/* ------------------------------------------------------------ start, stop -- */

static int fail_disabled(int code, struct vz_error *err)
{
	return vz_fail(err, code, EINVAL,
		       "Disk quota is not enabled, skipping operation");
}

static int check_private(struct vz_ct *ct, int code, struct vz_error *err)
{
	if (!is_wanted(ct))
		return fail_disabled(code, err);
	if (!vz_ct_private(ct))
		return vz_fail(err, VZ_E_PRIVATE_NOTSET, EINVAL,
			       "VE_PRIVATE is not set");
	vz_feature_load(ct, "vzquota");
	return 0;
}

VZ_EXPORT int vz_ct_quota_init(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_quota_change c = wanted(ct);
	int ret = check_private(ct, VZ_E_DQ_INIT, err);

	return ret ? ret : vz_quota_init(ct->ctx, ct->id, NULL, &c, err);
}

/* A file that is damaged tells nothing that cannot be found out again, but for
 * the limits of users and groups. */
static int init_if_needed(struct vz_ct *ct, const struct vz_quota_change *c,
			  struct vz_error *err)
{
	struct vz_error why;
	struct vz_quota q;
	int ret = vz_quota_read(ct->ctx, ct->id, NULL, &q, &why);

	vz_quota_free(&q);
	if (ret == -EUCLEAN)
		ct_err(ct, "Warning: %s, it is made anew", why.text);
	if (ret == -ENOENT || ret == -EUCLEAN)
		return vz_quota_init(ct->ctx, ct->id, NULL, c, err);
	if (ret && err)
		*err = why;
	return ret;
}

static int quota_on(struct vz_ct *ct, unsigned int opts, struct vz_error *err)
{
	struct vz_quota_change c = wanted(ct);
	int ret = check_private(ct, VZ_E_DQ_ON, err);

	if (!ret)
		ret = init_if_needed(ct, &c, err);
	return ret ? ret : vz_quota_on(ct->ctx, ct->id, NULL, &c, opts, err);
}

VZ_EXPORT int vz_ct_quota_on(struct vz_ct *ct, struct vz_error *err)
{
	return quota_on(ct, 0, err);
}

VZ_EXPORT int vz_ct_quota_off(struct vz_ct *ct, struct vz_error *err)
{
	if (!is_wanted(ct))
		return fail_disabled(VZ_E_DQ_OFF, err);
	return vz_quota_off(ct->ctx, ct->id, NULL, 0, err);
}

/* The kernel is done with a file system a moment after its last user. */
int vz_quota_stop(struct vz_ct *ct, struct vz_error *err)
{
	struct vzquota_info info;
	int tries, ret;

	for (tries = 0; tries < 1000; tries++) {
		if (vz_quota_info(ct->ctx, ct->id, &info))
			return 0;
		if (!(info.flags & VZQUOTA_MOUNTED))
			break;
		poll(NULL, 0, 10);
	}
	ret = vz_quota_off(ct->ctx, ct->id, NULL, 0, err);
	if (ret == -ENOENT || ret == -EUCLEAN)
		ret = vz_quota_off(ct->ctx, ct->id, NULL, VZ_QUOTA_FORCE, err);
	return ret;
}

int vz_quota_start(struct vz_ct *ct, struct vz_error *err)
{
	struct vzquota_info info;
	int ret;

	if (!is_wanted(ct))
		return 0;
	vz_feature_load(ct, "vzquota");
	if (vz_quota_info(ct->ctx, ct->id, &info) == -ENOSYS) {
		ct_debug(ct, "There is no module vzquota, the disk quota of %s is not in force",
			 vz_ct_private(ct));
		return 0;
	}
	ret = vz_quota_stop(ct, err);
	if (!ret)
		ret = quota_on(ct, VZ_QUOTA_ONLINE, err);
	return ret ? ret : 1;
}

int vz_quota_forget(struct vz_ct *ct, struct vz_error *err)
{
	int ret = vz_quota_stop(ct, err);

	if (!ret)
		ret = vz_quota_drop(ct->ctx, ct->id, NULL, 0, err);
	return ret == -ENOENT ? 0 : ret;
}

/* --------------------------------------------------------------- changes -- */

bool vz_quota_has_level2(struct vz_ct *ct)
{
	struct vzquota_info info;

	return !vz_quota_info(ct->ctx, ct->id, &info) &&
	       info.flags & VZQUOTA_UGID;
}

int vz_quota_apply(struct vz_ct *ct, const struct vz_config *changes,
		   struct vz_error *err)
{
	struct vz_quota_change c = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = vz_config_get(changes, variables[i].name);

		if (value)
			variables[i].take(&c, value);
	}
	if (!c.what)
		return 0;
	if (!is_on(ct)) {
		ct_debug(ct, "The disk quota of CT %u is not on", ct->id);
		return 0;
	}
	/* that is left for the next start */
	if (c.what & VZ_QUOTA_LEVEL2 && c.level2 != vz_quota_has_level2(ct))
		c.what &= ~(VZ_QUOTA_LEVEL2 | VZ_QUOTA_UGID_LIMIT);
	if (!c.what)
		return 0;
	return vz_quota_set(ct->ctx, ct->id, NULL, &c, 0, err);
}

VZ_EXPORT int vz_ct_quota(struct vz_ct *ct, struct vz_quota_usage *all,
			  struct vz_error *err)
{
	struct vz_quota q;
	int ret;

	if (!vz_quota_all(ct->ctx, ct->id, all))
		return 0;
	ret = vz_quota_read(ct->ctx, ct->id, NULL, &q, err);
	if (ret)
		return ret;
	*all = q.all;
	ret = q.flags & (VZ_QUOTA_ON | VZ_QUOTA_DIRTY) ?
	      vz_fail(err, VZ_E_GET_QUOTA_USAGE, EUCLEAN,
		      "The disk usage of CT %u has to be counted anew", ct->id) :
	      0;
	vz_quota_free(&q);
	return ret;
}
