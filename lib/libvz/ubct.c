// SPDX-License-Identifier: GPL-2.0-only
/*
 * User beancounters of a container.
 *
 * Without the module vzubc memory and tasks are limited by the cgroup's files
 * alone, and all other parameters are stored only.
 */
#include "core.h"
#include "ubc.h"

/* With it nobody else writes the limits of memory, swap space and tasks. */
bool vz_ub_writes_cgroup(struct vz_ctx *ctx)
{
	return vz_ub_is_there(ctx);
}

static int set(struct vz_ct *ct, const struct vz_ub_limit *limits,
	       struct vz_error *err)
{
	int ret = vz_ub_ioc_set(ct->ctx, ct->id, limits);

	if (ret && ret != -ENOSYS)
		return vz_fail_errno(err, VZ_E_SETUBC, -ret,
				     "Unable to set the UB limits of CT %u",
				     ct->id);
	return vz_cgroup_limits(ct, err);
}

int vz_ub_check(struct vz_ct *ct, struct vz_error *err)
{
	const struct vz_ub_resource *missing;
	struct vz_ub_limit limits[VZ_UB_RESOURCES];

	vz_feature_load(ct, "vzubc");
	if (!vz_ub_is_there(ct->ctx))
		return 0;
	vz_ub_configured(ct, limits);
	missing = vz_ub_missing(limits);
	if (!missing)
		return 0;
	return vz_fail(err, VZ_E_UBC_NOTSET, EINVAL,
		       "Error: required UB parameter %s not set",
		       missing->name);
}

int vz_ub_start(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_ub_limit limits[VZ_UB_RESOURCES];

	if (!vz_ub_is_there(ct->ctx))
		ct_debug(ct, "There is no module vzubc, only memory and tasks of CT %u are limited",
			 ct->id);
	vz_ub_limits(ct, limits);
	return set(ct, limits, err);
}

/* Without vzubc there is no effect but that on the cgroup's files. */
static int check_module(struct vz_ct *ct, const char *variable,
			struct vz_error *err)
{
	static const char *const files[] = {
		"PHYSPAGES", "SWAPPAGES", "PRIVVMPAGES", "NUMPROC",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(files[i], variable))
			return 0;
	if (vz_ub_is_there(ct->ctx))
		return 0;
	return vz_fail(err, VZ_E_BAD_KERNEL, ENOSYS,
		       "%s cannot be put into effect: the kernel module vzubc is not loaded, run \"modprobe vzubc\"",
		       variable);
}

/* 1 when there are beancounters among the changes; AVNUMPROC is for those who
 * plan, not for the kernel. */
static int find_changes(struct vz_ct *ct, const struct vz_config *changes,
			struct vz_error *err)
{
	const char *name, *value;
	int ret = 0, any = 0;
	size_t iter = 0;

	while (!ret && vz_config_next(changes, &iter, &name, &value)) {
		if (!vz_ub_by_variable(name) && strcmp(name, "VM_OVERCOMMIT"))
			continue;
		any = 1;
		ret = check_module(ct, name, err);
	}
	return ret ? ret : any;
}

/* Leaves of @limits what is changed, be it because something else is. */
static void keep_changed(struct vz_ub_limit *limits,
			 const struct vz_ub_limit *before,
			 const struct vz_config *changes)
{
	const struct vz_ub_resource *r = NULL;

	while ((r = vz_ub_next(r))) {
		struct vz_ub_limit *l = &limits[r->number];
		const struct vz_ub_limit *b = &before[r->number];

		l->set = vz_config_get(changes, r->variable) ||
			 l->barrier != b->barrier || l->limit != b->limit;
	}
}

/* The config's values are what the container has now, and the changes on top
 * of them are put there for the time of the call. */
static int apply_merged(struct vz_ct *ct, struct vz_config *merged,
			const struct vz_config *changes, struct vz_error *err)
{
	struct vz_ub_limit before[VZ_UB_RESOURCES], limits[VZ_UB_RESOURCES];
	struct vz_config *saved = ct->config;
	int ret;

	vz_ub_limits(ct, before);
	ct->config = merged;
	vz_ub_limits(ct, limits);
	keep_changed(limits, before, changes);
	ret = set(ct, limits, err);
	ct->config = saved;
	return ret;
}

int vz_ub_apply(struct vz_ct *ct, const struct vz_config *changes,
		struct vz_error *err)
{
	autoconfig struct vz_config *merged = NULL;
	int ret;

	ret = find_changes(ct, changes, err);
	if (ret <= 0)
		return ret;
	ret = vz_config_new(ct->ctx, &merged, err);
	if (!ret)
		ret = vz_config_merge(merged, ct->config, err);
	if (!ret)
		ret = vz_config_merge(merged, changes, err);
	if (!ret)
		ret = apply_merged(ct, merged, changes, err);
	if (!ret)
		ct_info(ct, "UB limits were set successfully");
	return ret;
}

VZ_EXPORT int vz_ct_ub_reset(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_ub_limit limits[VZ_UB_RESOURCES];
	struct vz_status st;
	int ret = vz_ct_status(ct, &st, err);

	if (ret)
		return ret;
	if (st.state != VZ_RUNNING)
		return vz_fail(err, VZ_E_NOT_RUNNING, ESRCH,
			       "Container is not running");
	vz_ub_limits(ct, limits);
	ret = set(ct, limits, err);
	if (!ret)
		ct_info(ct, "UB limits were set successfully");
	return ret;
}
