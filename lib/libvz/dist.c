// SPDX-License-Identifier: GPL-2.0-only
/*
 * Distribution scripts: how a hostname or a password is set differs between
 * distributions.  The file dists/TEMPLATE.conf (with trailing "-xxx" parts of
 * the template's name left out until a file is found, else default.conf) names
 * a script in dists/scripts for each action, or several, which are joined; it
 * runs inside the container with the text of dists/scripts/functions before it.
 */
#include <fcntl.h>
#include <libgen.h>

#include "core.h"

#define DIST_MAX	(256 << 10)

static int dist_file(struct vz_ctx *ctx, const char *name, char **text)
{
	autofree char *path = NULL;

	if (asprintf(&path, "%s/dists/%s", vz_ctx_path(ctx, VZ_PATH_CONF),
		     name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return vz_read_file_at(AT_FDCWD, path, DIST_MAX, text);
}

static int dist_conf_path(struct vz_ct *ct, char **path)
{
	const char *template = vz_ct_get(ct, "OSTEMPLATE");
	autofree char *name = strdup(template ?: "default");
	char *dash;

	if (!name)
		return -ENOMEM;
	for (;;) {
		if (asprintf(path, "%s/dists/%s.conf",
			     vz_ctx_path(ct->ctx, VZ_PATH_CONF),
			     basename(name)) < 0)
			return -ENOMEM;
		if (!access(*path, R_OK))
			return 0;
		free(steal_ptr(*path));
		if (!strcmp(name, "default"))
			return -ENOENT;
		dash = strrchr(name, '-');
		if (dash)
			*dash = '\0';
		else if (strlen(name) >= strlen("default"))
			strcpy(name, "default");
		else
			break;
	}
	return asprintf(path, "%s/dists/default.conf",
			vz_ctx_path(ct->ctx, VZ_PATH_CONF)) < 0 ? -ENOMEM : 0;
}

int vz_dist_functions(struct vz_ct *ct, char **text, struct vz_error *err)
{
	int ret = dist_file(ct->ctx, "scripts/functions", text);

	return ret ? vz_fail_errno(err, VZ_E_NO_DISTRIBUTION_SCRIPT, -ret,
				   "Unable to read dists/scripts/functions") : 0;
}

static int add_file(struct vz_ctx *ctx, const char *script, FILE *out,
		    struct vz_error *err)
{
	autofree char *name = NULL, *text = NULL;
	int ret;

	if (asprintf(&name, "scripts/%s", script) < 0) {
		name = NULL;
		return vz_fail_oom(err);
	}
	ret = dist_file(ctx, name, &text);
	if (ret)
		return vz_fail_errno(err, VZ_E_NO_DISTRIBUTION_SCRIPT, -ret,
				     "Unable to read dists/%s", name);
	fprintf(out, "%s\n", text);
	return 0;
}

static int join(struct vz_ctx *ctx, const char *scripts, char **text,
		struct vz_error *err)
{
	autofree char *words = strdup(scripts);
	char *save = NULL, *word;
	size_t size;
	FILE *out;
	int ret = 0;

	out = words ? open_memstream(text, &size) : NULL;
	if (!out)
		return vz_fail_oom(err);
	for (word = strtok_r(words, " \t", &save); word && !ret;
	     word = strtok_r(NULL, " \t", &save))
		ret = add_file(ctx, word, out, err);
	if (fclose(out) && !ret)
		ret = vz_fail_oom(err);
	if (ret)
		free(steal_ptr(*text));
	return ret;
}

int vz_dist_body(struct vz_ct *ct, const char *action, char **text,
		 struct vz_error *err)
{
	autofree char *path = NULL;
	autoconfig struct vz_config *conf = NULL;
	const char *scripts;
	int ret;

	*text = NULL;
	ret = dist_conf_path(ct, &path);
	if (!ret)
		ret = vz_config_load(ct->ctx, path, &conf, err);
	if (ret)
		return vz_fail(err, VZ_E_NO_DISTRIBUTION_CONF, -ret,
			       "Unable to find the distribution of CT %u: there is no %s/dists/default.conf",
			       ct->id, vz_ctx_path(ct->ctx, VZ_PATH_CONF));
	scripts = vz_config_get(conf, action);
	if (!scripts || !*scripts)
		return 0;
	return join(ct->ctx, scripts, text, err);
}

int vz_dist_script(struct vz_ct *ct, const char *action, char **text,
		   struct vz_error *err)
{
	autofree char *functions = NULL, *body = NULL;
	int ret;

	*text = NULL;
	ret = vz_dist_body(ct, action, &body, err);
	if (ret || !body)
		return ret;
	ret = vz_dist_functions(ct, &functions, err);
	if (ret)
		return ret;
	if (asprintf(text, "%s\n%s", functions, body) < 0) {
		*text = NULL;
		return vz_fail_oom(err);
	}
	return 0;
}
