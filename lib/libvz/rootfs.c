// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file system tree that a container's processes see.
 *
 * vz_root_clone() runs on the host, vz_root_enter() in process B.  What lies
 * below the root belongs to the tenant: every mount point is looked up by
 * openat2() without following a link, and mounts travel as descriptors, so
 * that neither a link nor a rename while the host works leads astray.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "core.h"

static int set_attr(int mount, unsigned int flags, struct mount_attr *attr)
{
	return syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | flags,
		       attr, sizeof(*attr));
}

int vz_root_clone(struct vz_ct *ct, int userns, struct vz_error *err)
{
	struct mount_attr all = {
		.attr_set = MOUNT_ATTR_NODEV,
		.propagation = MS_PRIVATE,
	};
	struct mount_attr map = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = userns,
	};
	struct mount_attr top = { .attr_clr = MOUNT_ATTR_NOSUID };
	autoclose int fd = -1;

	fd = syscall(SYS_open_tree, AT_FDCWD, vz_ct_root(ct),
		     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_CANT_MOUNT, errno,
				     "Unable to copy the mount %s",
				     vz_ct_root(ct));
	if (set_attr(fd, AT_RECURSIVE, &all) || set_attr(fd, 0, &top))
		return vz_fail_errno(err, VZ_E_CANT_MOUNT, errno,
				     "Unable to forbid device nodes below %s",
				     vz_ct_root(ct));
	/* what mount scripts added may be of a kind that cannot be mapped */
	if (set_attr(fd, AT_RECURSIVE, &map) && set_attr(fd, 0, &map))
		return vz_fail_errno(err, VZ_E_CANT_MOUNT, errno,
				     "Unable to map the ids of %s: its file system has to support idmapped mounts (ext4, xfs and btrfs do)",
				     vz_ct_private(ct));
	return steal_fd(&fd);
}

/* One file system made by the container and the place it goes to. */
struct inner_mount {
	const char	*fstype;
	const char	*target;
	unsigned int	attrs;
	const char	*options[9];
};

#define ATTRS	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static const struct inner_mount inner_mounts[] = {
	{ "proc",	"proc",		 ATTRS, { "source", "proc" } },
	{ "sysfs",	"sys",		 ATTRS | MOUNT_ATTR_RDONLY,
	  { "source", "sysfs" } },
	{ "cgroup2",	"sys/fs/cgroup", ATTRS, { "source", "cgroup2" } },
	{ "devpts",	"dev/pts",	 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
	  { "source", "devpts", "ptmxmode", "0666", "mode", "0620",
	    "gid", "5" } },
	{ "tmpfs",	"dev/shm",	 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
	  { "source", "tmpfs", "mode", "1777" } },
	{ "mqueue",	"dev/mqueue",	 ATTRS, { "source", "mqueue" } },
};

/*
 * Directories of sysfs that tell about the host's hardware.  (The entries of
 * /proc that a container must not see are hidden by vzcore, in every proc
 * mount.)
 */
static const char *const masked[] = {
	"sys/firmware", "sys/kernel/security", "sys/devices/virtual/powercap",
};

/* @ret: what looking for the directory, or the mount, gave */
static int fail_at(struct vz_ct *ct, const char *what, const char *target,
		   int ret, struct vz_error *err)
{
	if (ret == -ELOOP || ret == -ENOTDIR || ret == -EXDEV)
		return vz_fail(err, VZ_E_BAD_TEMPLATE, -ret,
			       "Unable to start CT %u: /%s in its root is not a directory",
			       ct->id, target);
	return vz_fail_errno(err, VZ_E_CANT_MOUNT, -ret,
			     "Unable to %s /%s of CT %u", what, target, ct->id);
}

static int attach_at(struct vz_ct *ct, int root, int mount, const char *target,
		     struct vz_error *err)
{
	autoclose int dir = vz_mkdir_in_root(root, target, 0755);
	int ret;

	ret = dir < 0 ? dir : sys_attach(mount, dir);
	return ret ? fail_at(ct, "mount", target, ret, err) : 0;
}

static int mount_inner(struct vz_ct *ct, int root,
		       const struct inner_mount *m, struct vz_error *err)
{
	autoclose int fd = sys_fsmount(m->fstype, m->attrs, m->options);

	if (fd < 0)
		return vz_fail_errno(err, VZ_E_CANT_MOUNT, -fd,
				     "Unable to mount %s in CT %u", m->fstype,
				     ct->id);
	return attach_at(ct, root, fd, m->target, err);
}

static int mask_dirs(struct vz_ct *ct, int root, struct vz_error *err)
{
	static const char *const options[] = { "size", "0", "mode", "0555", NULL };
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(masked); i++) {
		autoclose int dir = vz_open_in_root(root, masked[i],
						    O_PATH | O_DIRECTORY, 0);
		autoclose int fd = -1;

		if (dir == -ENOENT)
			continue;
		fd = sys_fsmount("tmpfs", ATTRS | MOUNT_ATTR_RDONLY, options);
		ret = dir < 0 ? dir : fd < 0 ? fd : sys_attach(fd, dir);
		if (ret)
			return fail_at(ct, "hide", masked[i], ret, err);
	}
	return 0;
}

static int populate(struct vz_ct *ct, int root, int dev, struct vz_error *err)
{
	bool sysfs = !vz_feature_is(ct, "sysfs", "off");
	size_t i;
	int ret;

	ret = attach_at(ct, root, dev, "dev", err);
	for (i = 0; !ret && i < ARRAY_SIZE(inner_mounts); i++) {
		if (!sysfs && !strncmp(inner_mounts[i].target, "sys", 3))
			continue;
		ret = mount_inner(ct, root, &inner_mounts[i], err);
	}
	if (!ret && sysfs)
		ret = mask_dirs(ct, root, err);
	return ret;
}

int vz_root_enter(struct vz_ct *ct, int rundir, int root, int dev,
		  struct vz_error *err)
{
	int ret;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return vz_fail_errno(err, VZ_E_CANT_MOUNT, errno,
				     "Unable to detach the mounts from the host's");
	ret = sys_attach(root, rundir);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_MOUNT, -ret,
				     "Unable to attach the root of CT %u",
				     ct->id);
	ret = populate(ct, root, dev, err);
	if (ret)
		return ret;
	if (fchdir(root) || syscall(SYS_pivot_root, ".", ".") ||
	    umount2(".", MNT_DETACH) || chdir("/"))
		return vz_fail_errno(err, VZ_E_CANT_MOUNT, errno,
				     "Unable to change to the root of CT %u",
				     ct->id);
	return 0;
}
