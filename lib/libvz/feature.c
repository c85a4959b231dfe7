// SPDX-License-Identifier: GPL-2.0-only
/*
 * FEATURES="name:on name:off": parts of the kernel that a container may use.
 * What a user namespace may use by itself needs no more than its module: the
 * kernel loads some of them when a container first asks, and not all.
 */
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core.h"

struct feature {
	const char	*name;
	const char	*module;
	const char	*devnode;	/* as in DEVNODES, or NULL */
};

static const struct feature features[] = {
	{ "bridge",	"bridge",	NULL },
	{ "ipip",	"ipip",		NULL },
	{ "ipgre",	"ip_gre",	NULL },
	{ "sit",	"sit",		NULL },
	{ "ppp",	"ppp_async",	"ppp:rw" },
};

bool vz_feature_is(const struct vz_ct *ct, const char *name, const char *state)
{
	const char *value = vz_ct_get(ct, "FEATURES");
	size_t len = strlen(name);

	while (value && *value) {
		value += strspn(value, " \t,");
		if (!strncmp(value, name, len) && value[len] == ':' &&
		    !strncmp(value + len + 1, state, strlen(state)))
			return true;
		value += strcspn(value, " \t,");
	}
	return false;
}

static bool is_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

/* Modules may be built in; the device or the container's own attempt tells. */
void vz_feature_load(struct vz_ct *ct, const char *name)
{
	char *const argv[] = { "modprobe", "-q", "--", (char *)name, NULL };
	char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int status = 0;
	pid_t pid;

	if (is_loaded(name))
		return;
	pid = fork();
	if (!pid) {
		sys_close_from(3);
		execvpe(argv[0], argv, env);
		_exit(127);
	}
	if (pid > 0)
		sys_wait_pid(pid, -1, 0, &status);
	if (pid < 0 || status)
		vz_log(ct->ctx, VZ_LOG_DEBUG, ct->id,
		       "The module %s was not loaded", name);
}

void vz_feature_prepare(struct vz_ct *ct)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		if (vz_feature_is(ct, features[i].name, "on"))
			vz_feature_load(ct, features[i].module);
	}
	if (vz_feature_is(ct, "nfs", "on") || vz_feature_is(ct, "nfsd", "on"))
		ct_err(ct, "Warning: the features nfs and nfsd are not in force: this kernel allows them to the host only");
}

const char *vz_feature_devnode(const struct vz_ct *ct, size_t *iter)
{
	while (*iter < ARRAY_SIZE(features)) {
		const struct feature *f = &features[(*iter)++];

		if (f->devnode && vz_feature_is(ct, f->name, "on"))
			return f->devnode;
	}
	return NULL;
}
