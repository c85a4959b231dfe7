// SPDX-License-Identifier: GPL-2.0-only
/*
 * VE_ROOT, the place where the host sees a container's files.
 *
 * It is the private area as a file system of its own, simfs, or where the
 * module vzquota is not installed a bind mount of it.  The mount shows owners
 * as they are on disk, so that tar and rsync on the host keep them; the
 * container itself gets an idmapped copy (rootfs.c).  It is nosuid and nodev:
 * what the container's root made setuid is setuid root for the host here.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "core.h"
#include "quota.h"

/* The script for all containers and the container's own, in this order or,
 * with @own_first, the other way round. */
static int run_scripts(struct vz_ct *ct, const char *what, bool own_first,
		       struct vz_error *err)
{
	char all[32], own[32];
	int ret;

	snprintf(all, sizeof(all), "vps.%s", what);
	snprintf(own, sizeof(own), "%u.%s", ct->id, what);
	ret = vz_script_host(ct, own_first ? own : all, err);
	return ret ? ret : vz_script_host(ct, own_first ? all : own, err);
}

static int check_paths(struct vz_ct *ct, struct vz_error *err)
{
	struct stat st;
	int ret = vz_ct_check_config(ct, err);

	if (ret)
		return ret;
	if (!vz_ct_root(ct))
		return vz_fail(err, VZ_E_ROOT_NOTSET, EINVAL,
			       "VE_ROOT is not set");
	if (!vz_ct_private(ct))
		return vz_fail(err, VZ_E_PRIVATE_NOTSET, EINVAL,
			       "VE_PRIVATE is not set");
	if (stat(vz_ct_private(ct), &st) || !S_ISDIR(st.st_mode))
		return vz_fail(err, VZ_E_NO_PRIVATE, ENOENT,
			       "Container private area %s does not exist",
			       vz_ct_private(ct));
	return 0;
}

#define ROOT_ATTRS	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

/* A detached mount of the private area, or a negative errno. */
static int open_private(struct vz_ct *ct, bool quota)
{
	char id[16];
	const char *const options[] = {
		"source", vz_ct_private(ct), quota ? "quota" : NULL, id, NULL
	};
	struct mount_attr attr = { .attr_set = ROOT_ATTRS };
	int fd;

	snprintf(id, sizeof(id), "%u", ct->id);
	fd = sys_fsmount("simfs", ROOT_ATTRS, options);
	if (fd != -ENODEV)
		return fd;
	ct_debug(ct, "There is no simfs, %s is mounted as it is",
		 vz_ct_private(ct));
	fd = syscall(SYS_open_tree, AT_FDCWD, vz_ct_private(ct),
		     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr,
		     sizeof(attr)))
		return fd;
	close(fd);
	return -errno;
}

static int mount_private(struct vz_ct *ct, struct vz_error *err)
{
	autoclose int fd = -1;
	int ret, quota;

	ret = vz_mkdir_p(vz_ct_root(ct), 0700);
	if (ret)
		return vz_fail_errno(err, VZ_E_MOUNTPOINT, -ret,
				     "Unable to create the mount point %s",
				     vz_ct_root(ct));
	quota = vz_quota_start(ct, err);
	if (quota < 0)
		return quota;
	fd = open_private(ct, quota);
	ret = fd < 0 ? -fd : 0;
	if (!ret && syscall(SYS_move_mount, fd, "", AT_FDCWD, vz_ct_root(ct),
			    MOVE_MOUNT_F_EMPTY_PATH))
		ret = errno;
	if (!ret) {
		vz_quota_recount_start(ct);
		return 0;
	}
	vz_fail_errno(err, VZ_E_CANT_MOUNT, ret, "Unable to mount %s at %s",
		      vz_ct_private(ct), vz_ct_root(ct));
	vz_close_p(&fd);
	fd = -1;
	vz_quota_stop(ct, NULL);
	return -ret;
}

/* mountinfo writes blanks and the like as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++, to++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to = (s[1] - '0') << 6 | (s[2] - '0') << 3 |
			      (s[3] - '0');
			s += 3;
		} else {
			*to = *s;
		}
	}
	*to = '\0';
}

char *vz_mount_below(const char *root)
{
	autofclose FILE *f = fopen("/proc/self/mountinfo", "re");
	size_t len = strlen(root), size = 0;
	autofree char *line = NULL;
	char *found = NULL;

	while (f && getline(&line, &size, f) > 0) {
		char *point = NULL;

		if (sscanf(line, "%*s %*s %*s %*s %ms", &point) != 1)
			continue;
		unescape(point);
		if (!strncmp(point, root, len) &&
		    (!point[len] || point[len] == '/')) {
			free(found);
			found = steal_ptr(point);
		}
		free(point);
	}
	return found;
}

static int unmount_all(struct vz_ct *ct, struct vz_error *err)
{
	autofree char *root = realpath(vz_ct_root(ct), NULL);
	char *point;

	while (root && (point = vz_mount_below(root))) {
		int ret = umount2(point, UMOUNT_NOFOLLOW) ? errno : 0;

		if (ret)
			vz_fail_errno(err, VZ_E_CANT_UMOUNT, ret,
				      "Unable to unmount %s", point);
		free(point);
		if (ret)
			return -ret;
	}
	return 0;
}

VZ_EXPORT int vz_ct_mount(struct vz_ct *ct, struct vz_error *err)
{
	int ret;

	ret = check_paths(ct, err);
	if (ret)
		return ret;
	if (vz_is_mount_root(vz_ct_root(ct)) == 1)
		return 1;
	ret = run_scripts(ct, "premount", false, err);
	if (ret)
		return ret;
	ret = mount_private(ct, err);
	if (ret)
		return ret;
	vz_fault("mount:mounted");
	ret = run_scripts(ct, "mount", false, err);
	if (ret) {
		if (!unmount_all(ct, NULL))
			vz_quota_stop(ct, NULL);
		return ret;
	}
	ct_info(ct, "Container is mounted");
	return 0;
}

VZ_EXPORT int vz_ct_umount(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_ct_info info;
	int ret;

	if (!vz_ct_root(ct))
		return vz_fail(err, VZ_E_ROOT_NOTSET, EINVAL,
			       "VE_ROOT is not set");
	if (!vz_ctl_info(ct->ctx, ct->id, &info) && info.state == VZ_CT_RUNNING)
		return vz_fail(err, VZ_E_RUNNING, EBUSY,
			       "Container is running -- stop it first");
	if (vz_is_mount_root(vz_ct_root(ct)) != 1)
		return vz_fail(err, VZ_E_NOT_MOUNTED, EINVAL,
			       "CT is not mounted");
	ret = run_scripts(ct, "umount", true, err);
	if (ret)
		return ret;
	ret = unmount_all(ct, err);
	if (ret)
		return ret;
	vz_fault("umount:unmounted");
	ret = vz_quota_stop(ct, err);
	if (ret)
		return ret;
	vz_fault("umount:quota");
	ret = run_scripts(ct, "postumount", true, err);
	if (ret)
		return ret;
	ct_info(ct, "Container is unmounted");
	return 0;
}
