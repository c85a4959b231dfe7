// SPDX-License-Identifier: GPL-2.0-only
/* Namespaces of a container. */
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include <linux/sched.h>
#include <linux/securebits.h>

#include "core.h"

/*
 * The namespace is created under the container's own first id, not as root:
 * the kernel then keeps its per-user totals (pending signals, locked memory,
 * message queues) for each container alone.  The capabilities are kept so
 * that it works where unprivileged users may not create namespaces.
 */
static void user_ns_holder(uint32_t base, int ready, int done)
{
	char byte = 0;
	int ret = 0;

	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) ||
	    setgroups(0, NULL) || setresgid(base, base, base) ||
	    setresuid(base, base, base) || unshare(CLONE_NEWUSER))
		ret = errno;
	if (write(ready, &ret, sizeof(ret)) == sizeof(ret) && !ret)
		while (read(done, &byte, 1) < 0 && errno == EINTR)
			;
	_exit(0);
}

static int write_map(pid_t pid, const char *file, uint32_t base)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	snprintf(text, sizeof(text), "0 %u %u\n", base, VZ_IDS_PER_CT);
	return vz_write_file_at(AT_FDCWD, path, text);
}

static int open_mapped(pid_t pid, uint32_t base, struct vz_error *err)
{
	char path[64];
	int fd, ret;

	ret = write_map(pid, "uid_map", base);
	if (!ret)
		ret = write_map(pid, "gid_map", base);
	if (ret)
		return vz_fail_errno(err, VZ_E_ENVCREATE, -ret,
				     "Unable to map the ids %u to %u", base,
				     base + VZ_IDS_PER_CT - 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to open the user namespace");
	return fd;
}

int vz_ns_create_user(uint32_t base, struct vz_error *err)
{
	int ready[2], done[2], fd, errnum = EPIPE;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno, "Unable to make a pipe");
	if (pipe2(done, O_CLOEXEC)) {
		fd = vz_fail_errno(err, VZ_E_SYSTEM, errno, "Unable to make a pipe");
		goto close_ready;
	}
	pid = fork();
	if (pid < 0) {
		fd = vz_fail_errno(err, VZ_E_RESOURCE, errno, "Unable to fork");
		goto close_done;
	}
	if (!pid) {
		close(done[1]);
		user_ns_holder(base, ready[1], done[0]);
	}
	close(ready[1]);
	ready[1] = -1;
	if (read(ready[0], &errnum, sizeof(errnum)) != sizeof(errnum) || errnum)
		fd = vz_fail_errno(err, VZ_E_ENVCREATE, errnum,
				   "Unable to create a user namespace");
	else
		fd = open_mapped(pid, base, err);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
close_done:
	close(done[0]);
	close(done[1]);
close_ready:
	close(ready[0]);
	if (ready[1] >= 0)
		close(ready[1]);
	return fd;
}

/* Uptime inside starts at zero: both clocks are moved back by their value. */
static int set_clock_offsets(int file)
{
	struct timespec mono, boot;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return dprintf(file, "monotonic %lld 0\nboottime %lld 0\n",
		       -(long long)mono.tv_sec, -(long long)boot.tv_sec) < 0 ?
		-errno : 0;
}

static int loopback_up(void)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (fd < 0)
		return -errno;
	return ioctl(fd, SIOCSIFFLAGS, &ifr) ? -errno : 0;
}

/* Ids inside are 0:0 from here on; the kernel maps them to the host's. */
static int become_root(struct vz_error *err)
{
	if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to become root of the container");
	return 0;
}

/*
 * The order matters: files of the host are opened while the process still has
 * the host root's id, although none of its power; what the namespaces create
 * for themselves (the root of the message queues) has to belong to the
 * container's root.
 */
int vz_ns_unshare(int userns, const char *rundir, struct vz_error *err)
{
	autoclose int offsets = -1, dir = -1;
	int ret;

	if (setns(userns, CLONE_NEWUSER))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to join the container's user namespace");
	offsets = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (offsets < 0 || unshare(CLONE_NEWNS))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to create the container's mount namespace");
	dir = open(rundir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to open %s", rundir);
	ret = become_root(err);
	if (ret)
		return ret;
	if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
		    CLONE_NEWCGROUP | CLONE_NEWTIME))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to create the container's namespaces");
	ret = set_clock_offsets(offsets);
	if (ret)
		return vz_fail_errno(err, VZ_E_ENVCREATE, -ret,
				     "Unable to set the container's clocks");
	ret = loopback_up();
	if (ret)
		return vz_fail_errno(err, VZ_E_ENVCREATE, -ret,
				     "Unable to bring up the loopback device");
	return steal_fd(&dir);
}
