// SPDX-License-Identifier: GPL-2.0-only
/*
 * EXTERNAL_SCRIPT of vznet.conf: a program of the administrator that sets up
 * the host's end of a pair in place of the library.
 *
 * Shells read the file, too, so there may be anything in it; the assignment is
 * the only line that is looked for.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "config.h"
#include "veth.h"

#define FILE_MAX	(64 << 10)

static int read_script(struct vz_ct *ct, char **script)
{
	autofree char *path = NULL, *text = NULL;
	char *save = NULL, *line;
	int ret;

	if (asprintf(&path, "%s/vznet.conf",
		     vz_ctx_path(ct->ctx, VZ_PATH_CONF)) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	ret = vz_read_file_at(AT_FDCWD, path, FILE_MAX, &text);
	if (ret)
		return ret;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		autofree char *name = NULL, *value = NULL;

		if (vz_config_split(line, &name, &value) || !name ||
		    strcmp(name, "EXTERNAL_SCRIPT"))
			continue;
		free(*script);
		*script = steal_ptr(value);
	}
	return 0;
}

char *vz_veth_script(struct vz_ct *ct)
{
	autofree char *script = NULL;

	if (read_script(ct, &script) || !script || *script != '/' ||
	    access(script, X_OK))
		return NULL;
	return steal_ptr(script);
}

static void child(struct vz_ct *ct, const char *script,
		  const struct vz_netif *nif)
{
	char *const argv[] = {
		(char *)script, "init", "veth", (char *)nif->host_ifname, NULL
	};
	char veid[32], bridge[32];
	char *const env[] = {
		veid, bridge, "HOME=/", "TERM=linux",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		NULL
	};

	snprintf(veid, sizeof(veid), "VEID=%u", ct->id);
	snprintf(bridge, sizeof(bridge), "BRIDGE=%s", nif->bridge);
	sys_reset_process();
	sys_close_from(3);
	execve(script, argv, env);
	_exit(127);
}

int vz_veth_run_script(struct vz_ct *ct, const char *script,
		       const struct vz_netif *nif, struct vz_error *err)
{
	int ret, status;
	pid_t pid;

	ct_debug(ct, "Running %s init veth %s", script, nif->host_ifname);
	pid = fork();
	if (pid < 0)
		return vz_fail_errno(err, VZ_E_RESOURCE, errno, "Unable to fork");
	if (!pid)
		child(ct, script, nif);
	ret = sys_wait_pid(pid, -1, 0, &status);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to wait for %s", script);
	if (status)
		return vz_fail(err, VZ_E_VETH, ECANCELED,
			       "%s init veth %s ended with %s %d", script,
			       nif->host_ifname,
			       WIFEXITED(status) ? "status" : "signal",
			       WIFEXITED(status) ? WEXITSTATUS(status) :
						   WTERMSIG(status));
	return 0;
}
