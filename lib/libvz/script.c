// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scripts: those of the administrator on the host (action scripts), and texts
 * from the host that a shell inside the container runs with the container's
 * rights.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <linux/sched.h>

#include "core.h"

#define SCRIPT_MAX	(1 << 20)
#define HOST_PATH	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int script_path(const struct vz_ct *ct, const char *name, char **path,
		       struct vz_error *err)
{
	if (asprintf(path, "%s/conf/%s", vz_ctx_path(ct->ctx, VZ_PATH_CONF),
		     name) < 0) {
		*path = NULL;
		return vz_fail_oom(err);
	}
	return 0;
}

static void host_child(struct vz_ct *ct, const char *path)
{
	char veid[32], conf[4096];
	char *const argv[] = { (char *)path, NULL };
	char *const env[] = {
		veid, conf, HOST_PATH, "HOME=/", "TERM=linux", NULL
	};

	snprintf(veid, sizeof(veid), "VEID=%u", ct->id);
	snprintf(conf, sizeof(conf), "VE_CONFFILE=%s", vz_ct_conf_path(ct));
	sys_reset_process();
	sys_close_from(3);
	execve(path, argv, env);
	_exit(127);
}

int vz_script_host(struct vz_ct *ct, const char *name, struct vz_error *err)
{
	autofree char *path = NULL;
	pid_t pid;
	int ret, status;

	ret = script_path(ct, name, &path, err);
	if (ret)
		return ret;
	if (access(path, F_OK))
		return 0;
	ct_debug(ct, "Running %s", path);
	pid = fork();
	if (pid < 0)
		return vz_fail_errno(err, VZ_E_RESOURCE, errno, "Unable to fork");
	if (!pid)
		host_child(ct, path);
	ret = sys_wait_pid(pid, -1, 0, &status);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to wait for %s", path);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return vz_fail(err, VZ_E_ACTIONSCRIPT, ENOEXEC,
			       "Unable to run %s: it has to be executable",
			       path);
	if (status)
		return vz_fail(err, VZ_E_ACTIONSCRIPT, ECANCELED,
			       "Error executing %s: it ended with %s %d", path,
			       WIFEXITED(status) ? "status" : "signal",
			       WIFEXITED(status) ? WEXITSTATUS(status) :
						   WTERMSIG(status));
	return 0;
}

int vz_script_read(struct vz_ct *ct, const char *name, char **text,
		   struct vz_error *err)
{
	autofree char *path = NULL;
	int ret;

	*text = NULL;
	ret = script_path(ct, name, &path, err);
	if (ret)
		return ret;
	ret = vz_read_file_at(AT_FDCWD, path, SCRIPT_MAX, text);
	if (ret && ret != -ENOENT)
		return vz_fail_errno(err, VZ_E_ACTIONSCRIPT, -ret,
				     "Unable to read %s", path);
	return 0;
}

int vz_script_memfd(const char *text, struct vz_error *err)
{
	autoclose int fd = memfd_create("script", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
		  F_SEAL_SEAL))
		return vz_fail_errno(err, VZ_E_RESOURCE, errno,
				     "Unable to hold a script in memory");
	return steal_fd(&fd);
}

/* Environment inside: the built-in variables and those of @extra. */
static char **make_env(const char *const extra[])
{
	static const char *const builtin[] = {
		"HOME=/", "TERM=linux", "container=openvz",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	};
	size_t n = 0, i;
	char **env;

	while (extra && extra[n])
		n++;
	env = calloc(ARRAY_SIZE(builtin) + n + 1, sizeof(*env));
	if (!env)
		return NULL;
	for (i = 0; i < n; i++)
		env[i] = (char *)extra[i];
	for (i = 0; i < ARRAY_SIZE(builtin); i++)
		env[n + i] = (char *)builtin[i];
	return env;
}

void vz_script_exec_shell(const char *const argv[], const char *const env[])
{
	static const char *const shells[] = { "/bin/bash", "/bin/sh" };
	char **all = make_env(env);
	size_t i;

	for (i = 0; all && i < ARRAY_SIZE(shells); i++)
		execve(shells[i], (char *const *)argv, all);
	free(all);
}

static void inside_child(struct vz_ct *ct, int script, const char *const env[])
{
	static const char *const argv[] = { "sh", "-s", NULL };

	if (setsid() < 0 || dup2(script, 0) < 0 || vz_confine(ct, NULL))
		_exit(126);
	sys_close_from(3);
	vz_script_exec_shell(argv, env);
	_exit(127);
}

static int script_result(int status, struct vz_error *err)
{
	if (!status)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return vz_fail(err, VZ_E_BAD_TEMPLATE, ENOENT,
			       "Unable to run a script inside: the container has no working shell");
	return vz_fail(err, VZ_E_ACTIONSCRIPT, ECANCELED,
		       "A script inside the container ended with %s %d",
		       WIFEXITED(status) ? "status" : "signal",
		       WIFEXITED(status) ? WEXITSTATUS(status) :
					   WTERMSIG(status));
}

/* Killing the child may leave others of its session; they die with B if the
 * start fails, and belong to the container if it goes on. */
int vz_script_run_inside(struct vz_ct *ct, const char *text,
			 const char *const env[], struct vz_error *err)
{
	autoclose int fd = vz_script_memfd(text, err);
	autoclose int pidfd = -1;
	pid_t pid;
	int ret, status;

	if (fd < 0)
		return fd;
	pid = sys_clone3(0, -1, &pidfd);
	if (pid < 0)
		return vz_fail_errno(err, VZ_E_RESOURCE, -pid,
				     "Unable to fork in the container");
	if (!pid)
		inside_child(ct, fd, env);
	ret = sys_wait_pid(pid, pidfd, VZ_SCRIPT_TIMEOUT, &status);
	if (ret == -ETIMEDOUT) {
		sys_pidfd_signal(pidfd, SIGKILL);
		sys_wait_pid(pid, -1, 0, &status);
		return vz_fail(err, VZ_E_EXEC_TIMEOUT, ETIMEDOUT,
			       "A script inside the container took longer than %d seconds",
			       VZ_SCRIPT_TIMEOUT);
	}
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to wait for a script inside the container");
	return script_result(status, err);
}
