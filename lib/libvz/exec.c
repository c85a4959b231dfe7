// SPDX-License-Identifier: GPL-2.0-only
/* Commands in a running container, with pipes as their standard files. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "core.h"

/* What the process inside needs; it was forked, so pointers stay valid. */
struct job {
	struct vz_ct		*ct;
	const struct vz_exec	*exec;
	char			*command;	/* for "sh -c", or NULL */
	int			in, out, err;	/* its standard files */
};

/* The words of a command line joined by blanks, as a shell reads them. */
static char *join_words(const char *const argv[])
{
	size_t len = 1, i;
	char *text, *p;

	for (i = 0; argv && argv[i]; i++)
		len += strlen(argv[i]) + 1;
	text = malloc(len);
	if (!text)
		return NULL;
	*text = '\0';
	for (p = text, i = 0; argv && argv[i]; i++) {
		if (i)
			*p++ = ' ';
		p = stpcpy(p, argv[i]);
	}
	return text;
}

static void exec_direct(const struct vz_exec *exec)
{
	char *const env[] = {
		"HOME=/", "TERM=linux", "container=openvz",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		NULL
	};

	execvpe(exec->argv[0], (char *const *)exec->argv, env);
}

static void job_inside(void *data, int sock, struct vz_error *err)
{
	struct job *job = data;
	const char *const command[] = { "sh", "-c", job->command, NULL };
	const char *const script[] = { "sh", "-s", NULL };

	if (dup2(job->in, 0) < 0 || dup2(job->out, 1) < 0 ||
	    dup2(job->err, 2) < 0) {
		vz_fail_errno(err, VZ_E_SYSTEM, errno,
			      "Unable to set up the standard files");
		return;
	}
	/* the socket closes by exec, all others now */
	if (dup2(sock, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC)) {
		vz_fail_errno(err, VZ_E_SYSTEM, errno,
			      "Unable to set up the connection");
		return;
	}
	sys_close_from(4);
	if (vz_confine(job->ct, err))
		goto report;
	if (job->exec->mode == VZ_EXEC_DIRECT)
		exec_direct(job->exec);
	else
		vz_script_exec_shell(job->exec->mode == VZ_EXEC_SHELL ?
				     command : script, job->exec->env);
	vz_fail_errno(err, VZ_E_BAD_TEMPLATE, errno, "Unable to execute %s in CT %u",
		      job->exec->mode == VZ_EXEC_DIRECT ?
		      job->exec->argv[0] : "a shell", job->ct->id);
report:
	vz_msg_send(3, VZ_MSG_ERROR, 0, err, -1);
	_exit(255);
}

/* End of file means that exec worked. */
static int wait_exec(int sock, pid_t pid, struct vz_error *err)
{
	struct vz_msg msg;
	int ret = vz_msg_recv(sock, 0, &msg, NULL);

	if (!ret)
		return 0;
	sys_wait_pid(pid, -1, 0, NULL);
	if (ret < 0 || msg.type != VZ_MSG_ERROR)
		return vz_fail(err, VZ_E_SYSTEM, EPROTO,
			       "Unable to execute a command in the container");
	if (err)
		*err = msg.error;
	return msg.error.err ?: -EIO;
}

struct pipes {
	int	in[2], out[2], err[2];
};

static void close_pair(int p[2])
{
	int i;

	for (i = 0; i < 2; i++) {
		if (p[i] >= 0)
			close(steal_fd(&p[i]));
	}
}

static void close_pipes(struct pipes *p)
{
	close_pair(p->in);
	close_pair(p->out);
	close_pair(p->err);
}

static int open_pipes(struct pipes *p, const struct vz_exec *exec,
		      struct vz_error *err)
{
	int ret = 0;

	*p = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (exec->script) {
		p->in[0] = vz_script_memfd(exec->script, err);
		ret = p->in[0] < 0 ? p->in[0] : 0;
	} else if (pipe2(p->in, O_CLOEXEC)) {
		ret = vz_fail_errno(err, VZ_E_SYSTEM, errno,
				    "Unable to make a pipe");
	}
	if (!ret && (pipe2(p->out, O_CLOEXEC) || pipe2(p->err, O_CLOEXEC)))
		ret = vz_fail_errno(err, VZ_E_SYSTEM, errno,
				    "Unable to make a pipe");
	if (ret)
		close_pipes(p);
	return ret;
}

static int run_job(struct job *job, struct pipes *p, int *status,
		   struct vz_error *err)
{
	struct vz_target target = VZ_TARGET_NONE;
	struct vz_relay relay = { .timeout = job->exec->timeout };
	autoclose int pidfd = -1;
	int sock, ret;
	pid_t pid;

	ret = vz_target_open(job->ct, &target, err);
	if (ret)
		return ret;
	pid = vz_run_inside(job->ct, &target, job_inside, job, &sock, err);
	vz_target_close(&target);
	if (pid < 0)
		return pid;
	pidfd = sys_pidfd_open(pid);
	if (p->in[0] >= 0)
		close(steal_fd(&p->in[0]));
	close(steal_fd(&p->out[1]));
	close(steal_fd(&p->err[1]));
	ret = wait_exec(sock, pid, err);
	close(sock);
	if (ret)
		return ret;
	relay.in = steal_fd(&p->in[1]);
	relay.out = p->out[0];
	relay.err = p->err[0];
	relay.pid = pid;
	relay.pidfd = pidfd;
	ret = vz_relay(&relay, status, err);
	if (relay.in >= 0)
		close(relay.in);
	return ret;
}

VZ_EXPORT int vz_ct_exec(struct vz_ct *ct, const struct vz_exec *exec,
			 int *status, struct vz_error *err)
{
	autofree char *command = NULL;
	struct job job = { .ct = ct, .exec = exec };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	struct pipes p;
	int ret;

	if (exec->mode == VZ_EXEC_SHELL) {
		command = join_words(exec->argv);
		if (!command)
			return vz_fail_oom(err);
		job.command = command;
	}
	ret = open_pipes(&p, exec, err);
	if (ret)
		return ret;
	job.in = p.in[0];
	job.out = p.out[1];
	job.err = p.err[1];
	sigaction(SIGPIPE, &ignore, &old);
	ret = run_job(&job, &p, status, err);
	sigaction(SIGPIPE, &old, NULL);
	close_pipes(&p);
	return ret;
}
