// SPDX-License-Identifier: GPL-2.0-only
/* Can containers run on this host? */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "host.h"

#define KERNEL_MAJOR	6
#define KERNEL_MINOR	1

/* inode number of the initial user namespace, part of the kernel's ABI */
#define INIT_USER_NS	0xEFFFFFFDU

static const char *const controllers[] = {
	"memory", "pids", "cpu", "io", "cpuset",
};

static int check_root(struct vz_error *err)
{
	struct stat st;

	if (geteuid())
		return vz_fail(err, VZ_E_NO_ACCESS, EPERM,
			       "Containers can be managed by root only: log in as root or use sudo");
	if (!stat("/proc/self/ns/user", &st) && st.st_ino != INIT_USER_NS)
		return vz_fail(err, VZ_E_NO_ACCESS, EPERM,
			       "Containers can be managed by root of the host only, this is root of a user namespace");
	return 0;
}

int vz_check_kernel(const char *release, struct vz_error *err)
{
	int major = 0, minor = 0;

	if (sscanf(release, "%d.%d", &major, &minor) == 2 &&
	    (major > KERNEL_MAJOR ||
	     (major == KERNEL_MAJOR && minor >= KERNEL_MINOR)))
		return 0;
	return vz_fail(err, VZ_E_BAD_KERNEL, ENOSYS,
		       "Kernel %.64s is too old: boot Linux %d.%d or later",
		       release, KERNEL_MAJOR, KERNEL_MINOR);
}

/* Is @word one of the words of @text? */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *p;

	for (p = text; (p = strstr(p, word)); p += len)
		if ((p == text || p[-1] == ' ') && strchr(" \n", p[len]))
			return true;
	return false;
}

int vz_check_cgroup(const char *dir, struct vz_error *err)
{
	autofree char *path = NULL, *text = NULL;
	struct statfs fs;
	size_t i;
	int ret;

	if (statfs(dir, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
		return vz_fail(err, VZ_E_BAD_KERNEL, ENOSYS,
			       "cgroup v2 is not mounted at %s: boot with systemd.unified_cgroup_hierarchy=1, or mount -t cgroup2 none %s",
			       dir, dir);
	if (asprintf(&path, "%s/cgroup.controllers", dir) < 0) {
		path = NULL;
		return vz_fail_oom(err);
	}
	ret = vz_read_file_at(AT_FDCWD, path, 65536, &text);
	if (ret)
		return vz_fail_errno(err, VZ_E_BAD_KERNEL, -ret,
				     "Unable to read %s", path);
	for (i = 0; i < ARRAY_SIZE(controllers); i++)
		if (!has_word(text, controllers[i]))
			return vz_fail(err, VZ_E_BAD_KERNEL, ENOSYS,
				       "The cgroup v2 controller \"%s\" is missing in %s: it is built out, disabled by cgroup_disable=, or in use by cgroup v1",
				       controllers[i], path);
	return 0;
}

static int check_module(struct vz_ctx *ctx, struct vz_error *err)
{
	struct vz_version version = { .size = sizeof(version) };
	int fd = vz_ctl_fd(ctx, err);

	if (fd < 0)
		return fd;
	if (ioctl(fd, VZ_IOC_VERSION, &version))
		return vz_fail_errno(err, VZ_E_BAD_KERNEL, errno,
				     "The kernel module vzcore does not tell its version");
	if (version.abi == VZ_ABI_VERSION)
		return 0;
	return vz_fail(err, VZ_E_BAD_KERNEL, EPROTO,
		       "The loaded vzcore %.40s speaks interface %u, this program %u: install and load modules and commands of one release",
		       version.version, version.abi, VZ_ABI_VERSION);
}

VZ_EXPORT int vz_ctx_check_host(struct vz_ctx *ctx, struct vz_error *err)
{
	struct utsname uts;
	int ret = check_root(err);

	if (ret)
		return ret;
	if (uname(&uts))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to ask for the kernel's version");
	ret = vz_check_kernel(uts.release, err);
	if (!ret)
		ret = vz_check_cgroup("/sys/fs/cgroup", err);
	if (!ret)
		ret = check_module(ctx, err);
	return ret;
}
