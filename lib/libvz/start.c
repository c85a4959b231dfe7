// SPDX-License-Identifier: GPL-2.0-only
/*
 * The start of a container.
 *
 * No record of how far a start got is written anywhere: the mount, the
 * cgroup and the kernel's object are the record.  vz_ct_cleanup() looks for
 * each of them, so a start that was killed at any step is undone by the next
 * stop or start.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "net.h"
#include "start.h"
#include "traffic.h"
#include "ubc.h"

static int check_state(struct vz_ct *ct, unsigned int flags,
		       struct vz_error *err)
{
	const char *disabled;
	struct vz_status st;
	int ret;

	ret = vz_ctx_check_host(ct->ctx, err);
	if (ret)
		return ret;
	if (!ct->has_config)
		return vz_fail(err, VZ_E_NOVECONFIG, ENOENT,
			       "Container config file does not exist");
	ret = vz_ct_check_config(ct, err);
	if (ret)
		return ret;
	disabled = vz_ct_get(ct, "DISABLED");
	if (disabled && vz_value_bool(disabled) == 1 &&
	    !(flags & VZ_START_FORCE))
		return vz_fail(err, VZ_E_START_DISABLED, EPERM,
			       "Container start disabled");
	ret = vz_ct_status(ct, &st, err);
	if (ret)
		return ret;
	if (st.state == VZ_RUNNING)
		return vz_fail(err, VZ_E_RUNNING, EBUSY,
			       "Container is already running");
	ret = vz_ub_check(ct, err);
	return ret ? ret : vz_ct_cleanup(ct, VZ_STOP_SKIP_UMOUNT, err);
}

static int mount_root(struct vz_ct *ct, unsigned int flags,
		      struct vz_error *err)
{
	int ret;

	if (vz_ct_root(ct) && vz_is_mount_root(vz_ct_root(ct)) == 1) {
		if (flags & VZ_START_SKIP_REMOUNT)
			return 0;
		ret = vz_ct_umount(ct, err);
		if (ret)
			return ret;
	}
	ret = vz_ct_mount(ct, err);
	return ret < 0 ? ret : 0;
}

static int read_scripts(struct start *s, unsigned int flags,
			struct vz_error *err)
{
	struct vz_error warning;
	char name[32];
	int ret;

	snprintf(name, sizeof(name), "%u.start", s->ct->id);
	ret = vz_script_read(s->ct, name, &s->start_script, err);
	if (!ret && !(flags & VZ_START_SKIP_SETUP) &&
	    vz_dist_start(s->ct, &s->dist, &warning))
		ct_err(s->ct, "Warning: %s", warning.text);
	return ret;
}

static int register_ct(struct start *s, struct vz_error *err)
{
	int fd = vz_ctl_fd(s->ct->ctx, err);

	if (fd < 0)
		return fd;
	s->reg = (struct vz_ct_create){
		.size = sizeof(s->reg),
		.ctid = s->ct->id,
		.cgroup_fd = s->cgroup.limits,
		.userns_fd = s->userns,
		.consoles = VZ_CONSOLES,
	};
	if (ioctl(fd, VZ_IOC_CT_CREATE, &s->reg))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to register CT %u with the kernel",
				     s->ct->id);
	return 0;
}

/* All that can be made before a process of the container exists. */
static int prepare(struct start *s, struct vz_error *err)
{
	int ret;

	ret = vz_mkdir_p(vz_ctx_path(s->ct->ctx, VZ_PATH_RUN), 0700);
	if (ret)
		return vz_fail_errno(err, VZ_E_CREATE_DIR, -ret,
				     "Unable to create %s",
				     vz_ctx_path(s->ct->ctx, VZ_PATH_RUN));
	vz_feature_prepare(s->ct);
	ret = vz_idpool_get(s->ct, &s->base, err);
	if (ret)
		return ret;
	ret = vz_cgroup_create(s->ct, s->base, &s->cgroup, err);
	if (ret)
		return ret;
	vz_fault("start:cgroup");
	s->userns = vz_ns_create_user(s->base, err);
	if (s->userns < 0)
		return s->userns;
	ret = register_ct(s, err);
	if (!ret)
		ret = vz_ub_start(s->ct, err);
	if (ret)
		return ret;
	vz_netfilter_setup(s->ct);
	vz_fault("start:registered");
	ret = vz_rates_set(s->ct, err);
	if (ret)
		return ret;
	s->dev = vz_dev_create(s->ct, s->base, &s->reg, err);
	if (s->dev < 0)
		return s->dev;
	s->root = vz_root_clone(s->ct, s->userns, err);
	vz_fault("start:prepared");
	return s->root < 0 ? s->root : 0;
}

static int take_message(struct start *s, const struct vz_msg *msg, int fd,
			struct vz_error *err)
{
	switch (msg->type) {
	case VZ_MSG_PID:
		s->pid = msg->value;
		s->pidfd = fd;
		return 0;
	case VZ_MSG_WARNING:
		vz_log(s->ct->ctx, VZ_LOG_ERR, s->ct->id, "Warning: %s",
		       msg->error.text);
		break;
	case VZ_MSG_ERROR:
		if (err)
			*err = msg->error;
		if (fd >= 0)
			close(fd);
		return msg->error.err ?: -EIO;
	}
	if (fd >= 0)
		close(fd);
	return 0;
}

/* A process that ends loses its namespaces a moment before its end is told. */
static bool has_ended(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 1000) == 1;
}

/*
 * B lives in the container's network namespace, and is told when that is
 * ready.  When B has died already its message tells why.
 */
static int connect_net(struct start *s, struct vz_error *err)
{
	autoclose int netns = -1;
	char path[64];
	int ret, errnum;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", s->pid);
	netns = open(path, O_RDONLY | O_CLOEXEC);
	errnum = errno;
	if (netns < 0 && has_ended(s->pidfd))
		return 0;
	if (netns < 0)
		return vz_fail_errno(err, VZ_E_ENVCREATE, errnum,
				     "Unable to open %s", path);
	ret = vz_net_setup(s->ct, netns, err);
	if (ret)
		return ret;
	vz_fault("start:net");
	vz_msg_send(s->sock, VZ_MSG_NET, 0, NULL, -1);
	return 0;
}

/* A tells the pid; B, once it has its network, that it is ready. */
static int wait_ready(struct start *s, struct vz_error *err)
{
	bool ready = false;
	struct vz_msg msg;
	int fd, ret;

	while (!ready || s->pidfd < 0) {
		ret = vz_msg_recv(s->sock, VZ_SCRIPT_TIMEOUT + VZ_KILL_TIMEOUT,
				  &msg, &fd);
		if (ret <= 0)
			return vz_fail(err, VZ_E_ENVCREATE, ret ? -ret : EPIPE,
				       "Unable to start CT %u: its first process died",
				       s->ct->id);
		ret = take_message(s, &msg, fd, err);
		if (!ret && msg.type == VZ_MSG_PID)
			ret = connect_net(s, err);
		if (ret)
			return ret;
		ready |= msg.type == VZ_MSG_READY;
	}
	return 0;
}

/* After A has ended the pid of B, if there is one, waits in the socket. */
static void reap_failed(struct start *s)
{
	struct vz_msg msg;
	int fd;

	while (s->pidfd < 0 && vz_msg_recv(s->sock, 1, &msg, &fd) > 0)
		take_message(s, &msg, fd, NULL);
	if (s->pid > 0) {
		sys_pidfd_signal(s->pidfd, SIGKILL);
		sys_wait_pid(s->pid, -1, 0, NULL);
	}
}

static int announce(struct start *s, struct vz_error *err)
{
	struct vz_ct_start arg = {
		.size = sizeof(arg),
		.ctid = s->ct->id,
		.pidfd = s->pidfd,
	};
	struct vz_msg msg;
	int ret;

	vz_fault("start:ready");
	if (ioctl(vz_ctl_fd(s->ct->ctx, NULL), VZ_IOC_CT_START, &arg))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to announce init of CT %u to the kernel",
				     s->ct->id);
	vz_fault("start:announced");
	vz_msg_send(s->sock, VZ_MSG_GO, 0, NULL, -1);
	ret = vz_msg_recv(s->sock, VZ_KILL_TIMEOUT, &msg, NULL);
	if (!ret)
		return 0;
	if (ret > 0)
		return take_message(s, &msg, -1, err);
	return vz_fail_errno(err, VZ_E_ENVCREATE, -ret,
			     "Unable to execute init of CT %u", s->ct->id);
}

static int run_init(struct start *s, struct vz_error *err)
{
	int sv[2], ret;
	pid_t pid;

	ret = vz_msg_pair(sv, err);
	if (ret)
		return ret;
	pid = sys_clone3(0, s->cgroup.ct, NULL);
	if (!pid) {
		close(sv[0]);
		s->sock = sv[1];
		vz_start_process_a(s);
	}
	close(sv[1]);
	if (pid < 0) {
		close(sv[0]);
		return vz_fail_errno(err, VZ_E_RESOURCE, -pid,
				     "Unable to start a process in CT %u",
				     s->ct->id);
	}
	s->sock = sv[0];
	vz_fault("start:forked");
	ret = wait_ready(s, err);
	if (!ret)
		ret = announce(s, err);
	if (ret)
		kill(pid, SIGKILL);
	sys_wait_pid(pid, -1, 0, NULL);
	if (ret)
		reap_failed(s);
	return ret;
}

static void release(struct start *s)
{
	vz_cgroup_close(&s->cgroup);
	if (s->userns >= 0)
		close(s->userns);
	if (s->root >= 0)
		close(s->root);
	if (s->dev >= 0)
		close(s->dev);
	if (s->sock >= 0)
		close(s->sock);
	if (s->pidfd >= 0)
		close(s->pidfd);
	free(s->start_script);
	vz_dist_run_free(&s->dist);
}

/*
 * Boot is over when systemd says so; other inits do not tell, for them it is
 * over when init runs.
 */
static int wait_boot(struct vz_ct *ct, struct vz_error *err)
{
	static const char script[] =
		"case \"$(readlink /proc/1/exe)\" in\n"
		"*/systemd) ;;\n"
		"*) exit 0 ;;\n"
		"esac\n"
		"while :; do\n"
		"	case \"$(systemctl is-system-running --wait 2>/dev/null)\" in\n"
		"	'' | offline | unknown | initializing | starting) sleep 0.2 ;;\n"
		"	*) exit 0 ;;\n"
		"	esac\n"
		"done\n";
	struct vz_exec exec = {
		.mode = VZ_EXEC_SCRIPT,
		.script = script,
		.timeout = VZ_SCRIPT_TIMEOUT,
	};
	int ret, status;

	ret = vz_ct_exec(ct, &exec, &status, err);
	if (ret)
		return vz_fail(err, VZ_E_WAIT, -ret, ret == -ETIMEDOUT ?
			       "Container wait failed - timeout expired" :
			       "Container wait failed");
	return 0;
}

static int start_mounted(struct vz_ct *ct, unsigned int flags,
			 struct vz_error *err)
{
	struct start s = {
		.ct = ct, .cgroup = VZ_CGROUP_NONE, .userns = -1, .root = -1,
		.dev = -1, .sock = -1, .pidfd = -1,
	};
	int ret;

	ret = read_scripts(&s, flags, err);
	if (!ret)
		ret = prepare(&s, err);
	if (!ret)
		ret = run_init(&s, err);
	release(&s);
	return ret;
}

VZ_EXPORT int vz_ct_start(struct vz_ct *ct, unsigned int flags,
			  struct vz_error *err)
{
	int ret;

	ret = check_state(ct, flags, err);
	if (ret)
		return ret;
	ct_info(ct, "Starting container...");
	vz_fault("start:begin");
	ret = mount_root(ct, flags, err);
	if (ret)
		return ret;
	vz_fault("start:mounted");
	ret = start_mounted(ct, flags, err);
	if (ret) {
		struct vz_error more = {};

		/* the kernel may know of an init already that could not run */
		if (vz_wait_noticed(ct, &more) || vz_ct_cleanup(ct, 0, &more))
			ct_err(ct, "%s", more.text);
		return ret;
	}
	vz_fault("start:done");
	if (!(flags & VZ_START_WAIT)) {
		ct_info(ct, "Container start in progress...");
		return 0;
	}
	ct_info(ct, "Container start in progress, waiting ...");
	ret = wait_boot(ct, err);
	if (!ret)
		ct_info(ct, "Container started successfully");
	return ret;
}
