// SPDX-License-Identifier: GPL-2.0-only
/* The end of a container, wanted or found. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>

#include "net.h"
#include "quota.h"

#define DEFAULT_STOP_TIMEOUT	120

static void halt_inside(void *data, int sock, struct vz_error *err)
{
	static char *const programs[] = {
		"/sbin/halt", "/sbin/poweroff", "/bin/halt",
	};
	char *const argv[] = { "halt", NULL };
	char *const env[] = {
		"HOME=/", "TERM=linux", "container=openvz",
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};
	struct vz_ct *ct = data;
	int null = vz_script_memfd("", err);
	size_t i;

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0 || dup2(sock, 3) < 0 ||
	    fcntl(3, F_SETFD, FD_CLOEXEC))
		return;
	sys_close_from(4);
	if (!vz_confine(ct, err)) {
		for (i = 0; i < ARRAY_SIZE(programs); i++)
			execve(programs[i], argv, env);
		vz_fail(err, VZ_E_BAD_TEMPLATE, ENOENT,
			"There is no halt in CT %u", ct->id);
	}
	vz_msg_send(3, VZ_MSG_ERROR, 0, err, -1);
	_exit(255);
}

static unsigned int stop_timeout(const struct vz_ct *ct)
{
	const char *value = vz_ct_get(ct, "STOP_TIMEOUT");
	long seconds = value ? strtol(value, NULL, 10) : 0;

	return seconds > 0 ? seconds : DEFAULT_STOP_TIMEOUT;
}

/*
 * Waits for the end of init, 0.  The process that called halt is our child in
 * the container's pid namespace: the kernel does not let init end before that
 * child was waited for.
 */
static int wait_death(struct vz_ct *ct, int init, pid_t *halt, int haltfd,
		      struct vz_error *err)
{
	struct pollfd pfd[] = {
		{ .fd = init, .events = POLLIN },
		{ .fd = haltfd, .events = POLLIN },
	};
	time_t end = time(NULL) + stop_timeout(ct);
	int ret;

	while (time(NULL) < end) {
		poll(pfd, ARRAY_SIZE(pfd), 1000);
		if (*halt && pfd[1].revents) {
			sys_wait_pid(*halt, -1, 0, NULL);
			*halt = 0;
			pfd[1].fd = -1;
		}
		if (pfd[0].revents)
			return 0;
		ret = vz_cancelled(ct->ctx, err);
		if (ret)
			return ret;
	}
	return -ETIMEDOUT;
}

/*
 * Asks the container to halt and waits.  Returns 0 when it did, -ECANCELED
 * when the caller wants no more, anything else when it has to be killed.
 */
static int halt(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_target target = VZ_TARGET_NONE;
	autoclose int haltfd = -1;
	struct vz_error ignored;
	struct vz_msg msg;
	int sock, ret;
	pid_t pid;

	ret = vz_target_open(ct, &target, &ignored);
	if (ret)
		return ret;
	pid = vz_run_inside(ct, &target, halt_inside, ct, &sock, &ignored);
	ret = pid < 0 ? pid : vz_msg_recv(sock, VZ_KILL_TIMEOUT, &msg, NULL);
	if (pid > 0) {
		close(sock);
		haltfd = sys_pidfd_open(pid);
	}
	if (!ret)
		ret = wait_death(ct, target.pidfd, &pid, haltfd, err);
	else if (ret > 0)
		ret = -ENOENT;
	vz_target_close(&target);
	if (pid > 0) {
		kill(pid, SIGKILL);
		sys_wait_pid(pid, -1, 0, NULL);
	}
	return ret;
}

static int run_stop_script(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_exec exec = {
		.mode = VZ_EXEC_SCRIPT, .timeout = VZ_SCRIPT_TIMEOUT,
	};
	autofree char *text = NULL;
	char name[32];
	int ret, status = 0;

	snprintf(name, sizeof(name), "%u.stop", ct->id);
	ret = vz_script_read(ct, name, &text, err);
	if (ret || !text)
		return ret;
	exec.script = text;
	ret = vz_ct_exec(ct, &exec, &status, err);
	if (!ret && status)
		ret = vz_fail(err, VZ_E_ACTIONSCRIPT, ECANCELED,
			      "Error executing %s: it ended with status %d",
			      name, WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	return ret;
}

/* The kernel notices init's death a moment after its last process is gone. */
static int forget(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_ct_destroy arg = { .size = sizeof(arg), .ctid = ct->id };
	int fd = vz_ctl_fd(ct->ctx, NULL), tries;

	for (tries = 0; fd >= 0; tries++) {
		if (!ioctl(fd, VZ_IOC_CT_DESTROY, &arg) || errno == ENOENT)
			return 0;
		if (errno != EBUSY || tries == 500)
			return vz_fail_errno(err, VZ_E_STOP, errno,
					     "Unable to remove CT %u from the kernel",
					     ct->id);
		poll(NULL, 0, 10);
	}
	return 0;
}

VZ_EXPORT int vz_ct_cleanup(struct vz_ct *ct, unsigned int flags,
			    struct vz_error *err)
{
	struct vz_ct_info info;
	int ret;

	if (!vz_ctl_info(ct->ctx, ct->id, &info) && info.state == VZ_CT_RUNNING)
		return vz_fail(err, VZ_E_RUNNING, EBUSY, "Container is running");
	ret = vz_cgroup_kill(ct, err);
	if (ret)
		return ret;
	vz_fault("stop:empty");
	ret = vz_net_teardown(ct, err);
	if (ret)
		return ret;
	vz_fault("stop:net");
	ret = forget(ct, err);
	if (ret)
		return ret;
	vz_fault("stop:forgotten");
	ret = vz_cgroup_remove(ct, err);
	if (ret)
		return ret;
	vz_fault("stop:cgroup");
	if ((flags & VZ_STOP_SKIP_UMOUNT) || !vz_ct_root(ct))
		return 0;
	if (vz_is_mount_root(vz_ct_root(ct)) != 1)
		return vz_quota_stop(ct, err);
	return vz_ct_umount(ct, err);
}

int vz_wait_noticed(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_ct_info info;
	int tries;

	for (tries = 0; tries < 500; tries++) {
		if (vz_ctl_info(ct->ctx, ct->id, &info) ||
		    info.state != VZ_CT_RUNNING)
			return 0;
		poll(NULL, 0, 10);
	}
	return vz_fail(err, VZ_E_STOP, ETIMEDOUT,
		       "Unable to stop container: operation timed out");
}

VZ_EXPORT int vz_ct_stop(struct vz_ct *ct, unsigned int flags,
			 struct vz_error *err)
{
	struct vz_status st;
	int ret;

	ret = vz_ct_status(ct, &st, err);
	if (ret)
		return ret;
	if (st.state != VZ_RUNNING) {
		ret = vz_ct_cleanup(ct, flags, err);
		return ret ? ret : 1;
	}
	ret = run_stop_script(ct, err);
	if (ret)
		return ret;
	ct_info(ct, "Stopping container ...");
	vz_fault("stop:begin");
	ret = flags & VZ_STOP_FAST ? -EAGAIN : halt(ct, err);
	if (ret == -ECANCELED)
		return ret;
	if (ret) {
		ct_info(ct, "Killing container ...");
		ret = vz_cgroup_kill(ct, err);
	}
	if (!ret)
		ret = vz_wait_noticed(ct, err);
	if (ret)
		return ret;
	vz_fault("stop:dead");
	ret = vz_ct_cleanup(ct, flags | VZ_STOP_SKIP_UMOUNT, err);
	if (ret)
		return ret;
	ct_info(ct, "Container was stopped");
	return vz_ct_cleanup(ct, flags, err);
}
