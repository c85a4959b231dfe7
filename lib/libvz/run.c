// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that enter a running container.
 *
 * The child is born in the cgroup of the container's init, joins all of its
 * namespaces at once through a pidfd, and forks into the pid namespace; the
 * grandchild is made a child of the caller (CLONE_PARENT).  Both are marked
 * not dumpable before they join, so that nobody inside can trace them or reach
 * the host's files through their /proc entries until exec replaces them.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <linux/sched.h>

#include "core.h"

void vz_target_close(struct vz_target *target)
{
	if (target->pidfd >= 0)
		close(steal_fd(&target->pidfd));
	if (target->cgroup >= 0)
		close(steal_fd(&target->cgroup));
}

static int not_running(struct vz_error *err)
{
	return vz_fail(err, VZ_E_NOT_RUNNING, ESRCH, "Container is not running");
}

/* The second look makes sure that the pid was still init's when it was opened. */
int vz_target_open(struct vz_ct *ct, struct vz_target *target,
		   struct vz_error *err)
{
	struct vz_ct_info info, again;
	int ret;

	ret = vz_ctl_fd(ct->ctx, err);
	if (ret < 0)
		return ret;
	if (vz_ctl_info(ct->ctx, ct->id, &info) || info.state != VZ_CT_RUNNING)
		return not_running(err);
	target->init = info.init_pid;
	target->pidfd = sys_pidfd_open(info.init_pid);
	if (target->pidfd < 0)
		return not_running(err);
	if (vz_ctl_info(ct->ctx, ct->id, &again) ||
	    again.state != VZ_CT_RUNNING ||
	    again.generation != info.generation) {
		vz_target_close(target);
		return not_running(err);
	}
	target->cgroup = vz_cgroup_of(ct, info.init_pid, err);
	if (target->cgroup < 0) {
		ret = target->cgroup;
		vz_target_close(target);
		return ret;
	}
	return 0;
}

static void grandchild(struct vz_ct *ct, int sock, vz_run_fn fn, void *data)
{
	struct vz_error error = {};

	if (chdir("/"))
		vz_fail_errno(&error, VZ_E_SYSTEM, errno,
			      "Unable to change to the root directory");
	else if (setsid() < 0)
		vz_fail_errno(&error, VZ_E_SYSTEM, errno,
			      "Unable to start a session");
	else
		fn(data, sock, &error);
	vz_msg_send(sock, VZ_MSG_ERROR, 0, &error, -1);
	_exit(255);
}

static void child(struct vz_ct *ct, const struct vz_target *target, int sock,
		  int pids, vz_run_fn fn, void *data)
{
	struct vz_error error = {};
	pid_t pid;

	sys_reset_process();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (setns(target->pidfd, VZ_ALL_NAMESPACES)) {
		vz_fail_errno(&error, VZ_E_NOT_RUNNING, errno,
			      "Unable to join the namespaces of CT %u", ct->id);
		goto fail;
	}
	pid = sys_clone3(CLONE_PARENT, -1, NULL);
	if (!pid) {
		close(pids);
		grandchild(ct, sock, fn, data);
	}
	if (pid > 0)
		_exit(write(pids, &pid, sizeof(pid)) != sizeof(pid));
	vz_fail_errno(&error, VZ_E_RESOURCE, -pid,
		      "Unable to fork in CT %u", ct->id);
fail:
	vz_msg_send(sock, VZ_MSG_ERROR, 0, &error, -1);
	_exit(1);
}

/* The pid as the child saw it: it is still outside of the pid namespace. */
static pid_t read_pid(int pids, int sock, struct vz_error *err)
{
	struct vz_msg msg;
	pid_t pid;
	ssize_t n;

	do {
		n = read(pids, &pid, sizeof(pid));
	} while (n < 0 && errno == EINTR);
	if (n == sizeof(pid))
		return pid;
	if (vz_msg_recv(sock, VZ_KILL_TIMEOUT, &msg, NULL) != 1 ||
	    msg.type != VZ_MSG_ERROR)
		return vz_fail(err, VZ_E_SYSTEM, EPIPE,
			       "Unable to enter the container: the helper process died");
	if (err)
		*err = msg.error;
	return msg.error.err ?: -EIO;
}

pid_t vz_run_inside(struct vz_ct *ct, const struct vz_target *target,
		    vz_run_fn fn, void *data, int *sock, struct vz_error *err)
{
	int sv[2], pids[2];
	pid_t pid, helper;

	if (pipe2(pids, O_CLOEXEC))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to make a pipe");
	pid = vz_msg_pair(sv, err);
	if (pid)
		goto close_pids;
	helper = sys_clone3(0, target->cgroup, NULL);
	if (!helper) {
		close(sv[0]);
		close(pids[0]);
		child(ct, target, sv[1], pids[1], fn, data);
	}
	close(sv[1]);
	close(steal_fd(&pids[1]));
	if (helper < 0) {
		pid = vz_fail_errno(err, VZ_E_RESOURCE, -helper,
				    "Unable to start a process in CT %u",
				    ct->id);
	} else {
		pid = read_pid(pids[0], sv[0], err);
		while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (pid < 0)
		close(sv[0]);
	else
		*sock = sv[0];
close_pids:
	close(pids[0]);
	if (pids[1] >= 0)
		close(pids[1]);
	return pid;
}
