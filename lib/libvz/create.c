// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a container: config file and private area.
 *
 * The config file is complete before the private area gets its name, and a
 * container exists only with both.  A call that fails takes everything back; of
 * one that was killed VE_PRIVATE.tmp tells, and the next create or destroy
 * takes it back.
 */
#include <fcntl.h>

#include "area.h"
#include "config.h"
#include "quota.h"
#include "ubc.h"

/**
 * struct creation - one call of vz_ct_create()
 * @ct: the container
 * @opts: what was asked for
 * @err: where errors go
 * @area: its private area
 * @template: the open template
 * @label: its name
 * @old: configuration of @ct before the call, owned
 * @had_conf: there was a config file
 * @saved: the config file was written
 * @staged: there is a VE_PRIVATE.tmp
 * @named: the name was set
 * @committed: the private area has its name
 */
struct creation {
	struct vz_ct			*ct;
	const struct vz_create_opts	*opts;
	struct vz_error			*err;
	struct vz_area			area;
	int				template;
	char				*label;
	struct vz_config		*old;
	bool				had_conf;
	bool				saved;
	bool				staged;
	bool				named;
	bool				committed;
};

/* ------------------------------------------------------- configuration -- */

static int load_sample(struct creation *c, const char *name,
		       struct vz_config **cfg)
{
	struct vz_ctx *ctx = c->ct->ctx;
	autofree char *path = NULL;
	struct vz_error why;
	int ret;

	if (strchr(name, '/'))
		return vz_fail(c->err, VZ_E_COPY_CONFIG, EINVAL,
			       "Bad name of a sample config: %s", name);
	if (asprintf(&path, "%s/conf/ve-%s.conf-sample",
		     vz_ctx_path(ctx, VZ_PATH_CONF), name) < 0) {
		path = NULL;
		return vz_fail_oom(c->err);
	}
	ret = vz_config_load(ctx, path, cfg, &why);
	if (ret == -ENOENT)
		return vz_fail(c->err, VZ_E_COPY_CONFIG, ENOENT,
			       "Sample config %s not found", path);
	if (ret)
		return vz_fail(c->err, VZ_E_COPY_CONFIG, -ret, "%s", why.text);
	return vz_config_set(*cfg, "ORIGIN_SAMPLE", name, c->err);
}

/* What the new config file begins as. */
static int base_config(struct creation *c, struct vz_config **cfg)
{
	const char *sample = c->opts->config;

	if (c->had_conf && sample)
		return vz_fail(c->err, VZ_E_COPY_CONFIG, EEXIST,
			       "Error: container config file %s already exists, can not use --config option",
			       c->ct->conf_path);
	if (c->had_conf)
		return vz_config_load_ct(c->ct->ctx, c->ct->id,
					 c->ct->conf_path, cfg, c->err);
	if (!sample)
		sample = vz_ctx_get(c->ct->ctx, "CONFIGFILE");
	if (sample && *sample)
		return load_sample(c, sample, cfg);
	return vz_config_new(c->ct->ctx, cfg, c->err);
}

/* The name is given later, by a call that keeps its link in step. */
static int merge_changes(struct creation *c, struct vz_config *cfg)
{
	const char *name = vz_config_get(cfg, "NAME");
	autofree char *kept = name ? strdup(name) : NULL;
	int ret;

	if (name && !kept)
		return vz_fail_oom(c->err);
	if (!c->opts->changes)
		return 0;
	ret = vz_config_merge(cfg, c->opts->changes, c->err);
	if (!ret && vz_config_get(c->opts->changes, "NAME"))
		ret = vz_config_set(cfg, "NAME", kept, c->err);
	return ret;
}

/* Writes down what holds for the container, also when it is a default. */
static int fix_value(struct creation *c, const char *name, int code)
{
	const char *value = vz_ct_get(c->ct, name);

	if (!value || !*value)
		return vz_fail(c->err, code, EINVAL, "%s is not set", name);
	return vz_config_set(c->ct->config, name, value, c->err);
}

static int fix_layout(struct creation *c)
{
	const char *layout = vz_ct_get(c->ct, "VE_LAYOUT");

	if (!layout || !*layout)
		layout = "simfs";
	if (!strncmp(layout, "ploop", 5))
		return vz_fail(c->err, VZ_E_PLOOP_UNSUP, EOPNOTSUPP,
			       "The ploop layout is not supported: use simfs");
	return vz_config_set(c->ct->config, "VE_LAYOUT", layout, c->err);
}

/* One that sets no beancounter at all, which no sample does, would not start:
 * it gets the memory that a container without a limit gets. */
static int fix_memory(struct creation *c)
{
	struct vz_ub_limit limits[VZ_UB_RESOURCES];
	char value[32];
	size_t i;

	vz_ub_configured(c->ct, limits);
	for (i = 0; i < VZ_UB_RESOURCES; i++)
		if (limits[i].set)
			return 0;
	snprintf(value, sizeof(value), "0:%llu",
		 (unsigned long long)vz_ub_default_memory());
	return vz_config_set(c->ct->config, "PHYSPAGES", value, c->err);
}

/* Puts the new configuration into the handle; nothing is written yet. */
static int make_config(struct creation *c)
{
	autoconfig struct vz_config *cfg = NULL;
	int ret;

	ret = base_config(c, &cfg);
	if (!ret)
		ret = merge_changes(c, cfg);
	if (ret)
		return ret;
	c->old = c->ct->config;
	c->ct->config = steal_ptr(cfg);
	vz_ct_forget_paths(c->ct);
	ret = fix_value(c, "VE_ROOT", VZ_E_ROOT_NOTSET);
	if (!ret)
		ret = fix_value(c, "VE_PRIVATE", VZ_E_PRIVATE_NOTSET);
	if (!ret)
		ret = fix_layout(c);
	return ret ? ret : fix_memory(c);
}

static int find_template(struct creation *c)
{
	const char *name = c->opts->ostemplate;

	if (!name)
		name = vz_config_get(c->ct->config, "OSTEMPLATE");
	if (!name || !*name)
		name = vz_ctx_get(c->ct->ctx, "DEF_OSTEMPLATE");
	if (!name || !*name)
		return vz_fail(c->err, VZ_E_OSTEMPLATE_NOTSET, EINVAL,
			       "OS template is not specified");
	c->template = vz_template_open(c->ct->ctx, name, &c->label, c->err);
	if (c->template < 0)
		return c->template;
	return vz_config_set(c->ct->config, "OSTEMPLATE", c->label, c->err);
}

/* ----------------------------------------------------------------- steps -- */

/* The config file of a create that was killed. */
static int forget_config(struct vz_ct *ct, struct vz_error *err)
{
	int ret = 0;

	if (vz_ct_name(ct))
		ret = vz_ct_set_name(ct, NULL, err);
	if (ret)
		return ret;
	if (unlink(ct->conf_path) && errno != ENOENT)
		return vz_fail_errno(err, VZ_E_COPY_CONFIG, errno,
				     "Unable to remove %s", ct->conf_path);
	vz_config_forget(ct->config);
	vz_ct_forget_paths(ct);
	ct->has_config = false;
	return 0;
}

/* Takes back what a killed create left where the configuration points to. */
static int take_back_stale(struct creation *c)
{
	struct vz_area area;
	int ret;

	if (vz_area_open(&area, c->ct, NULL))
		return 0;
	ret = vz_area_unstage_stale(&area, c->err);
	if (ret == 1)
		ret = c->ct->has_config && !vz_area_exists(&area) ?
		      forget_config(c->ct, c->err) : 0;
	vz_area_close(&area);
	return ret;
}

static int check_area(struct creation *c)
{
	int ret = vz_area_open(&c->area, c->ct, c->err);

	if (ret)
		return ret;
	if (vz_area_exists(&c->area))
		return vz_fail(c->err, VZ_E_PRIVATE_EXISTS, EEXIST,
			       "Private area already exists in %s",
			       c->area.path);
	ret = vz_area_unstage_stale(&c->area, c->err);
	if (ret < 0)
		return ret;
	ret = vz_area_sweep(&c->area, c->err);
	return ret ? ret : vz_area_make_parent(&c->area, c->err);
}

static int save_config(struct creation *c)
{
	const char *name = c->opts->changes ?
			   vz_config_get(c->opts->changes, "NAME") : NULL;
	bool has_ids = vz_config_get(c->ct->config, "LOCAL_UID");
	uint32_t ids;
	int ret;

	c->saved = true;
	ret = vz_idpool_get(c->ct, &ids, c->err);
	if (!ret && has_ids)
		ret = vz_ct_save(c->ct, c->err);
	if (!ret && name && *name) {
		ret = vz_ct_set_name(c->ct, name, c->err);
		c->named = !ret;
	}
	if (!ret)
		vz_fault("create:configured");
	return ret;
}

static int unpack(struct creation *c)
{
	autoclose int tree = -1;
	int ret;

	ct_info(c->ct, "Creating container private area (%s)", c->label);
	c->staged = true;
	tree = vz_area_stage(&c->area, c->had_conf, c->err);
	if (tree < 0)
		return tree;
	vz_fault("create:begin");
	ret = save_config(c);
	if (!ret)
		ret = vz_archive_extract(c->ct->ctx, c->template, tree, c->err);
	if (ret)
		return ret;
	vz_fault("create:unpacked");
	/* what an older container of this number may have left */
	ret = vz_quota_forget(c->ct, c->err);
	if (!ret)
		ret = vz_area_commit(&c->area, c->err);
	if (ret)
		return ret;
	c->committed = true;
	vz_fault("create:renamed");
	return 0;
}

static int create(struct creation *c)
{
	int ret;

	ret = take_back_stale(c);
	c->had_conf = c->ct->has_config;
	if (!ret)
		ret = make_config(c);
	if (!ret)
		ret = find_template(c);
	if (!ret)
		ret = check_area(c);
	if (!ret)
		ret = unpack(c);
	if (ret)
		return ret;
	ct_info(c->ct, "Performing postcreate actions");
	ret = vz_script_host(c->ct, "vps.create", c->err);
	if (ret)
		return ret;
	ct_info(c->ct, "CT configuration saved to %s", c->ct->conf_path);
	vz_fault("create:scripted");
	return vz_area_unstage(&c->area, false, c->err);
}

/* ------------------------------------------------------------------ undo -- */

static void undo_config(struct creation *c)
{
	const char *name = vz_config_get(c->old, "NAME");
	struct vz_error why;
	int ret = 0;

	if (c->named)
		vz_ct_set_name(c->ct, name, NULL);
	if (c->saved && c->had_conf)
		ret = vz_config_save(c->old, c->ct->conf_path, &why);
	else if (c->saved && unlink(c->ct->conf_path) && errno != ENOENT)
		ret = vz_fail_errno(&why, VZ_E_SYSTEM, errno,
				    "Unable to remove %s", c->ct->conf_path);
	if (ret)
		ct_err(c->ct, "%s", why.text);
	vz_config_unref(c->ct->config);
	c->ct->config = steal_ptr(c->old);
	c->ct->has_config = c->had_conf;
	vz_ct_forget_paths(c->ct);
}

static void undo(struct creation *c)
{
	struct vz_error why;

	if (c->staged && vz_area_unstage(&c->area, c->committed, &why))
		ct_err(c->ct, "%s", why.text);
	if (c->old)
		undo_config(c);
}

VZ_EXPORT int vz_ct_create(struct vz_ct *ct, const struct vz_create_opts *opts,
			   struct vz_error *err)
{
	struct creation c = {
		.ct = ct, .opts = opts, .err = err, .template = -1,
		.area = { .parent = -1 },
	};
	int ret;

	if (!ct->id)
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "CT 0 is the host itself");
	ret = vz_ct_check_config(ct, err);
	if (ret)
		return ret;
	ret = create(&c);
	if (ret)
		undo(&c);
	else
		ct_info(ct, "Container private area was created");
	vz_config_unref(c.old);
	vz_area_close(&c.area);
	vz_close_p(&c.template);
	free(c.label);
	return ret;
}
