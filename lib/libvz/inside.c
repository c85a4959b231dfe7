// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two processes between vzctl and a container's init, see core.h.
 * Whatever goes wrong here is told over the socket, in the same words that the
 * caller of vz_ct_start() gets.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <linux/sched.h>

#include "start.h"

static const char *const init_paths[] = {
	"/sbin/init", "/etc/init", "/bin/init",
};

/* Standard files of init and of the scripts before it: the console. */
static int open_console(struct vz_error *err)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to open the console");
	if (fd > 2)
		close(fd);
	return 0;
}

static int set_hostname(struct start *s, struct vz_error *err)
{
	const char *name = vz_ct_get(s->ct, "HOSTNAME");
	char fallback[32];

	snprintf(fallback, sizeof(fallback), "CT%u", s->ct->id);
	if (!name || !*name)
		name = fallback;
	if (sethostname(name, strlen(name)) || setdomainname("(none)", 6))
		return vz_fail_errno(err, VZ_E_BAD_HOSTNAME, errno,
				     "Unable to set the host name %s", name);
	return 0;
}

/* The distribution's scripts only warn: the network works without them. */
static void run_dist(struct start *s)
{
	struct vz_error warning = {}, why = {};

	if (!s->dist.text ||
	    !vz_script_run_inside(s->ct, s->dist.text,
				  (const char *const *)s->dist.env, &why))
		return;
	vz_fail(&warning, why.code, -why.err,
		"The scripts of the distribution failed, the console of CT %u has their messages: %s",
		s->ct->id, why.text);
	vz_msg_send(s->sock, VZ_MSG_WARNING, 0, &warning, -1);
}

/* Those of the distribution, then the administrator's, which decides. */
static int run_scripts(struct start *s, struct vz_error *err)
{
	static const char *const env[] = { "VE_STATE=starting", NULL };

	run_dist(s);
	return s->start_script ?
		vz_script_run_inside(s->ct, s->start_script, env, err) : 0;
}

/* End of file in place of vzctl's word: it is gone. */
static int wait_word(struct start *s, int type, struct vz_error *err)
{
	struct vz_msg msg;

	if (vz_msg_recv(s->sock, 0, &msg, NULL) != 1 || msg.type != type)
		return vz_fail(err, VZ_E_SYSTEM, ECANCELED,
			       "The start of the container was given up");
	return 0;
}

/* vzctl answers when the kernel knows init. */
static int wait_go(struct start *s, struct vz_error *err)
{
	/* should vzctl be gone, the answer will not come either */
	vz_msg_send(s->sock, VZ_MSG_READY, 0, NULL, -1);
	return wait_word(s, VZ_MSG_GO, err);
}

static void exec_init(struct start *s, struct vz_error *err)
{
	char *const argv[] = { "init", NULL };
	char *const env[] = {
		"HOME=/", "TERM=linux", "container=openvz",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		NULL
	};
	size_t i;

	if (dup2(s->sock, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC)) {
		vz_fail_errno(err, VZ_E_SYSTEM, errno,
			      "Unable to set up the connection");
		return;
	}
	s->sock = 3;
	sys_close_from(4);
	if (vz_confine(s->ct, err))
		return;
	for (i = 0; i < ARRAY_SIZE(init_paths); i++)
		execve(init_paths[i], argv, env);
	vz_fail(err, VZ_E_BAD_TEMPLATE, ENOENT,
		"Unable to start init, probably incorrect template");
}

static void process_b(struct start *s)
{
	struct vz_error error = {};

	if (setsid() < 0)
		vz_fail_errno(&error, VZ_E_SYSTEM, errno,
			      "Unable to start a session");
	else if (!vz_root_enter(s->ct, s->rundir, s->root, s->dev, &error) &&
		 !open_console(&error) && !set_hostname(s, &error) &&
		 !wait_word(s, VZ_MSG_NET, &error) &&
		 !run_scripts(s, &error) && !wait_go(s, &error))
		exec_init(s, &error);
	vz_msg_send(s->sock, VZ_MSG_ERROR, 0, &error, -1);
	_exit(255);
}

/* What the caller's shell allowed itself is not the container's business. */
static void reset_limits(void)
{
	const struct rlimit files = { 1024, 524288 };
	const struct rlimit core = { 0, RLIM_INFINITY };

	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_CORE, &core);
}

void vz_start_process_a(struct start *s)
{
	struct vz_error error = {};
	int pidfd = -1;
	pid_t pid;

	sys_reset_process();
	reset_limits();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	s->rundir = vz_ns_unshare(s->userns,
				  vz_ctx_path(s->ct->ctx, VZ_PATH_RUN), &error);
	if (s->rundir < 0)
		goto fail;
	pid = sys_clone3(CLONE_PARENT | CLONE_NEWPID, -1, &pidfd);
	if (!pid)
		process_b(s);
	if (pid > 0)
		_exit(vz_msg_send(s->sock, VZ_MSG_PID, pid, NULL, pidfd) != 0);
	vz_fail_errno(&error, VZ_E_ENVCREATE, -pid,
		      "Unable to create the container's first process");
fail:
	vz_msg_send(s->sock, VZ_MSG_ERROR, 0, &error, -1);
	_exit(1);
}
