// SPDX-License-Identifier: GPL-2.0-only
/* System calls that have no wrapper in the C library, and process basics. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/sched.h>

#include "core.h"

pid_t sys_clone3(uint64_t flags, int cgroup, int *pidfd)
{
	struct clone_args args = {
		.flags = flags,
		/* a sibling takes over the caller's own exit signal */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	long ret;

	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = cgroup;
	}
	if (pidfd) {
		args.flags |= CLONE_PIDFD;
		args.pidfd = (uintptr_t)pidfd;
	}
	ret = syscall(SYS_clone3, &args, sizeof(args));
	return ret < 0 ? -errno : ret;
}

int sys_pidfd_open(pid_t pid)
{
	long ret = syscall(SYS_pidfd_open, pid, 0);

	return ret < 0 ? -errno : ret;
}

int sys_pidfd_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) ? -errno : 0;
}

int sys_close_from(unsigned int first)
{
	return syscall(SYS_close_range, first, ~0U, 0) ? -errno : 0;
}

int sys_fsmount(const char *fstype, unsigned int attrs,
		const char *const options[])
{
	autoclose int fs = syscall(SYS_fsopen, fstype, FSOPEN_CLOEXEC);
	long ret;

	if (fs < 0)
		return -errno;
	for (; options && options[0]; options += 2) {
		if (syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, options[0],
			    options[1], 0))
			return -errno;
	}
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	ret = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attrs);
	return ret < 0 ? -errno : ret;
}

int sys_attach(int mount, int target)
{
	return syscall(SYS_move_mount, mount, "", target, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) ?
		-errno : 0;
}

void sys_reset_process(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < _NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
	vz_write_file_at(AT_FDCWD, "/proc/self/oom_score_adj", "0");
}

int sys_wait_pid(pid_t pid, int pidfd, unsigned int seconds, int *status)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };
	int ret;

	if (seconds) {
		do {
			ret = poll(&pfd, 1, seconds * 1000);
		} while (ret < 0 && errno == EINTR);
		if (ret < 0)
			return -errno;
		if (!ret)
			return -ETIMEDOUT;
	}
	while (waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}
