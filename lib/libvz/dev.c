// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev of a container: a tmpfs that the host makes, because device nodes work
 * only on a file system that was mounted in the initial user namespace.  All
 * other mounts of a container have nodev by nature or by attribute, and
 * mknod(2) needs a capability that no container has.
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "core.h"
#include "quota.h"

struct node {
	const char	*name;
	mode_t		mode;
	unsigned int	major;
	unsigned int	minor;
};

static const struct node nodes[] = {
	{ "null",	0666, 1, 3 },
	{ "zero",	0666, 1, 5 },
	{ "full",	0666, 1, 7 },
	{ "random",	0666, 1, 8 },
	{ "urandom",	0666, 1, 9 },
	{ "tty",	0666, 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd",	"fd" },
	{ "/proc/self/fd/0",	"stdin" },
	{ "/proc/self/fd/1",	"stdout" },
	{ "/proc/self/fd/2",	"stderr" },
	{ "pts/ptmx",		"ptmx" },
};

static const char *const dirs[] = { "pts", "shm", "mqueue", "net" };

/* An existing node of that name is replaced.  The umask has to be 0. */
static int make_node(int dir, const char *name, mode_t mode, dev_t dev,
		     uint32_t owner)
{
	if (unlinkat(dir, name, 0) && errno != ENOENT)
		return -errno;
	if (mknodat(dir, name, mode, dev) ||
	    fchownat(dir, name, owner, owner, AT_SYMLINK_NOFOLLOW))
		return -errno;
	return 0;
}

static int make_standard(int dir, uint32_t owner)
{
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		ret = make_node(dir, nodes[i].name, S_IFCHR | nodes[i].mode,
				makedev(nodes[i].major, nodes[i].minor), owner);
		if (ret)
			return ret;
	}
	for (i = 0; i < ARRAY_SIZE(links); i++) {
		if (symlinkat(links[i][0], dir, links[i][1]) ||
		    fchownat(dir, links[i][1], owner, owner,
			     AT_SYMLINK_NOFOLLOW))
			return -errno;
	}
	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (mkdirat(dir, dirs[i], 0755) ||
		    fchownat(dir, dirs[i], owner, owner, AT_SYMLINK_NOFOLLOW))
			return -errno;
	}
	return 0;
}

static int make_consoles(int dir, uint32_t owner, const struct vz_ct_create *reg)
{
	unsigned int i;
	char name[16];
	int ret;

	if (!reg->consoles)
		return 0;
	ret = make_node(dir, "console", S_IFCHR | 0600,
			makedev(reg->console_major, reg->console_minor), owner);
	for (i = 0; !ret && i < reg->consoles; i++) {
		snprintf(name, sizeof(name), "tty%u", i + 1);
		ret = make_node(dir, name, S_IFCHR | 0620,
				makedev(reg->console_major,
					reg->console_minor + i), owner);
	}
	return ret;
}

/* "r", "w" and "rw" of DEVNODES become the mode for owner and group. */
static mode_t access_mode(const char *access)
{
	mode_t mode = 0;

	if (strchr(access, 'r'))
		mode |= 0440;
	if (strchr(access, 'w'))
		mode |= 0220;
	return mode;
}

static int make_devnode(struct vz_ct *ct, int dir, uint32_t owner,
			const char *name, const char *access,
			struct vz_error *err)
{
	autofree char *copy = strdup(name);
	autoclose int parent = -1;
	char path[PATH_MAX];
	struct stat st;
	char *base;
	int ret;

	if (!copy)
		return vz_fail_oom(err);
	snprintf(path, sizeof(path), "/dev/%s", name);
	if (stat(path, &st) || !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
		return vz_fail(err, VZ_E_SET_DEVICES, ENODEV,
			       "Unable to give %s to CT %u: the host has no such device, load its module first",
			       path, ct->id);
	base = strrchr(copy, '/');
	if (base) {
		*base++ = '\0';
		parent = vz_mkdir_in_root(dir, copy, 0755);
	} else {
		base = copy;
		parent = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	}
	ret = parent < 0 ? parent :
		make_node(parent, base, (st.st_mode & S_IFMT) | access_mode(access),
			  st.st_rdev, owner);
	if (ret)
		return vz_fail_errno(err, VZ_E_SET_DEVICES, -ret,
				     "Unable to create %s in CT %u", path,
				     ct->id);
	return 0;
}

static int remove_devnode(int dir, const char *name)
{
	autofree char *copy = strdup(name);
	autoclose int parent = -1;
	char *base = copy ? strrchr(copy, '/') : NULL;

	if (!copy)
		return -ENOMEM;
	if (!base)
		return unlinkat(dir, name, 0);
	*base++ = '\0';
	parent = vz_open_in_root(dir, copy, O_PATH | O_DIRECTORY, 0);
	return parent < 0 ? parent : unlinkat(parent, base, 0);
}

/* @devnodes is "NAME:ACCESS NAME:ACCESS ..."; "none" takes a node away. */
static int make_devnodes(struct vz_ct *ct, int dir, uint32_t owner,
			 const char *devnodes, struct vz_error *err)
{
	autofree char *copy = strdup(devnodes);
	char *word, *save = NULL, *access;
	int ret;

	if (!copy)
		return vz_fail_oom(err);
	for (word = strtok_r(copy, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		access = strrchr(word, ':');
		if (!access || strstr(word, "..") || word[0] == '/')
			return vz_fail(err, VZ_E_SET_DEVICES, EINVAL,
				       "Unable to give the device \"%s\" to CT %u: not of the form NAME:rw",
				       word, ct->id);
		*access++ = '\0';
		if (!strcmp(access, "none")) {
			remove_devnode(dir, word);
			continue;
		}
		ret = make_devnode(ct, dir, owner, word, access, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* A host without the device is no reason not to start. */
static void make_feature_nodes(struct vz_ct *ct, int dir, uint32_t owner)
{
	struct vz_error warning;
	const char *node;
	size_t iter = 0;

	while ((node = vz_feature_devnode(ct, &iter))) {
		if (make_devnodes(ct, dir, owner, node, &warning))
			ct_err(ct, "Warning: %s", warning.text);
	}
}

/* What quotactl(2) inside names the root's file system by.  It has no driver:
 * there is nothing to be read. */
static int make_quota_node(struct vz_ct *ct, int dir, uint32_t owner)
{
	struct stat st;

	if (!vz_quota_has_level2(ct))
		return 0;
	if (stat(vz_ct_root(ct), &st))
		return -errno;
	return make_node(dir, "simfs", S_IFBLK | 0600, st.st_dev, owner);
}

int vz_dev_create(struct vz_ct *ct, uint32_t base,
		  const struct vz_ct_create *reg, struct vz_error *err)
{
	static const char *const options[] = {
		"source", "dev", "mode", "0755", "size", "1048576",
		"nr_inodes", "4096", NULL
	};
	const char *devnodes = vz_ct_get(ct, "DEVNODES");
	autoclose int dir = -1;
	mode_t mask = umask(0);
	int ret;

	dir = sys_fsmount("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
			  options);
	ret = dir < 0 ? dir : 0;
	if (!ret && fchownat(dir, "", base, base, AT_EMPTY_PATH))
		ret = -errno;
	if (!ret)
		ret = make_standard(dir, base);
	if (!ret)
		ret = make_consoles(dir, base, reg);
	if (!ret)
		ret = make_quota_node(ct, dir, base);
	if (ret)
		ret = vz_fail_errno(err, VZ_E_SET_DEVICES, -ret,
				    "Unable to build /dev of CT %u", ct->id);
	else
		make_feature_nodes(ct, dir, base);
	if (!ret && devnodes)
		ret = make_devnodes(ct, dir, base, devnodes, err);
	umask(mask);
	return ret ? ret : steal_fd(&dir);
}

/*
 * The container may have put anything at its /dev; a node that is made on one
 * of its own file systems does not work, so only the type is checked, to tell
 * the administrator.
 */
int vz_dev_add(struct vz_ct *ct, const char *devnodes, struct vz_error *err)
{
	struct vz_target target = VZ_TARGET_NONE;
	autoclose int root = -1, dir = -1;
	char path[64];
	struct statfs fs;
	struct stat st;
	mode_t mask;
	int ret;

	ret = vz_target_open(ct, &target, err);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/proc/%d/root", target.init);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ret = sys_pidfd_signal(target.pidfd, 0);
	vz_target_close(&target);
	dir = root < 0 || ret ? -1 :
		vz_open_in_root(root, "dev", O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0 || fstatfs(dir, &fs) || fs.f_type != TMPFS_MAGIC ||
	    fstat(dir, &st))
		return vz_fail(err, VZ_E_SET_DEVICES, ENODEV,
			       "Unable to add devices to CT %u: its /dev is not the one it was started with",
			       ct->id);
	mask = umask(0);
	ret = make_devnodes(ct, dir, st.st_uid, devnodes, err);
	umask(mask);
	return ret;
}
