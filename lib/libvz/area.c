// SPDX-License-Identifier: GPL-2.0-only
/* Private areas on disk; see area.h. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "area.h"

#define MARK		".vz-create"	/* in VE_PRIVATE.tmp: it is ours */
#define MARK_NEW	"new\n"		/* and the config file too */
#define MARK_OLD	"old\n"
#define TREE		"fs"
#define ASIDE		".vz-destroy."

/* ------------------------------------------------------------ the place -- */

static char *stage_name(const struct vz_area *area)
{
	char *name;

	return asprintf(&name, "%s.tmp", area->base) < 0 ? NULL : name;
}

static int fail_path(struct vz_area *area, const char *path,
		     struct vz_error *err)
{
	vz_area_close(area);
	return vz_fail(err, VZ_E_NO_PRIVATE, EINVAL,
		       "VE_PRIVATE=\"%s\" cannot be the private area of CT %u",
		       path, area->ct->id);
}

static int open_parent(struct vz_area *area)
{
	autofree char *dir = strndup(area->path,
				     (size_t)(area->base - area->path));

	if (!dir)
		return -ENOMEM;
	area->parent = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return area->parent < 0 && errno != ENOENT ? -errno : 0;
}

int vz_area_open(struct vz_area *area, struct vz_ct *ct, struct vz_error *err)
{
	const char *path = vz_ct_private(ct);
	struct stat st;
	size_t len;
	int ret;

	*area = (struct vz_area){ .ct = ct, .parent = -1 };
	if (!path || !*path)
		return vz_fail(err, VZ_E_PRIVATE_NOTSET, EINVAL,
			       "VE_PRIVATE is not set");
	len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	area->path = strndup(path, len);
	if (!area->path)
		return vz_fail_oom(err);
	if (!lstat(area->path, &st) && S_ISLNK(st.st_mode)) {
		area->link = area->path;
		area->path = realpath(area->link, NULL);
		if (!area->path)
			return fail_path(area, path, err);
	}
	area->base = strrchr(area->path, '/');
	if (*path != '/' || !area->base || !area->base[1] ||
	    !strcmp(area->base, "/.") || !strcmp(area->base, "/.."))
		return fail_path(area, path, err);
	area->base++;
	ret = open_parent(area);
	if (ret) {
		vz_area_close(area);
		return vz_fail_errno(err, VZ_E_NO_PRIVATE, -ret,
				     "Unable to open the directory of %s",
				     path);
	}
	return 0;
}

void vz_area_close(struct vz_area *area)
{
	free(area->path);
	free(area->link);
	vz_close_p(&area->parent);
	area->path = NULL;
	area->link = NULL;
	area->parent = -1;
}

bool vz_area_exists(const struct vz_area *area)
{
	struct stat st;

	return area->parent >= 0 &&
	       !fstatat(area->parent, area->base, &st, AT_SYMLINK_NOFOLLOW);
}

/* Is there a directory on the way to @path, or itself, that only root may
 * pass?  1, 0 or a negative errno. */
static int is_closed(const char *path)
{
	char real[PATH_MAX], *p;
	struct stat st;

	if (!realpath(path, real))
		return -errno;
	for (p = real; p; p = strchr(p + 1, '/')) {
		char *end = p == real ? p + 1 : p, kept = *end;

		*end = '\0';
		if (stat(real, &st))
			return -errno;
		*end = kept;
		if (!st.st_uid && !(st.st_mode & S_IXOTH) &&
		    (!(st.st_mode & S_IXGRP) || !st.st_gid))
			return 1;
	}
	if (stat(real, &st))
		return -errno;
	return !st.st_uid && !(st.st_mode & S_IXOTH) &&
	       (!(st.st_mode & S_IXGRP) || !st.st_gid);
}

int vz_area_make_parent(struct vz_area *area, struct vz_error *err)
{
	autofree char *dir = strndup(area->path,
				     (size_t)(area->base - area->path - 1));
	int ret;

	if (!dir)
		return vz_fail_oom(err);
	if (area->parent < 0) {
		ret = *dir ? vz_mkdir_p(dir, 0700) : 0;
		if (!ret)
			ret = open_parent(area);
		if (ret)
			return vz_fail_errno(err, VZ_E_NEW_PRIVATE, -ret,
					     "Unable to create %s", dir);
	}
	ret = is_closed(*dir ? dir : "/");
	if (ret < 0)
		return vz_fail_errno(err, VZ_E_NEW_PRIVATE, -ret,
				     "Unable to look at %s", dir);
	if (!ret)
		return vz_fail(err, VZ_E_NEW_PRIVATE, EPERM,
			       "Users of the host can enter %s, where a set-user-ID program of the container would give them the rights of root: chmod 0700 %s",
			       dir, dir);
	return 0;
}

/* ------------------------------------------------------------ the stage -- */

static int fail_stage(struct vz_area *area, int errnum, struct vz_error *err)
{
	return vz_fail_errno(err, errnum == ENOSPC || errnum == EDQUOT ?
			     VZ_E_NO_DISK_SPACE : VZ_E_NEW_PRIVATE, errnum,
			     "Unable to create %s.tmp", area->path);
}

static int put_mark(int stage, bool had_conf)
{
	const char *text = had_conf ? MARK_OLD : MARK_NEW;
	autoclose int fd = openat(stage, MARK, O_WRONLY | O_CREAT | O_EXCL |
				  O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	errno = 0;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return errno ? -errno : -ENOSPC;
	return 0;
}

int vz_area_stage(struct vz_area *area, bool had_conf, struct vz_error *err)
{
	autofree char *name = stage_name(area);
	autoclose int stage = -1;
	int ret, fd;

	if (!name)
		return vz_fail_oom(err);
	if (mkdirat(area->parent, name, 0700))
		return fail_stage(area, errno, err);
	stage = openat(area->parent, name, O_RDONLY | O_DIRECTORY |
		       O_NOFOLLOW | O_CLOEXEC);
	ret = stage < 0 ? -errno : put_mark(stage, had_conf);
	if (!ret && (mkdirat(stage, TREE, 0755) || fchmodat(stage, TREE, 0755, 0)))
		ret = -errno;
	if (ret)
		return fail_stage(area, -ret, err);
	fd = openat(stage, TREE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	return fd < 0 ? fail_stage(area, errno, err) : fd;
}

int vz_area_commit(struct vz_area *area, struct vz_error *err)
{
	autofree char *tree = NULL;

	if (asprintf(&tree, "%s.tmp/%s", area->base, TREE) < 0) {
		tree = NULL;
		return vz_fail_oom(err);
	}
	if (!renameat2(area->parent, tree, area->parent, area->base,
		       RENAME_NOREPLACE))
		return 0;
	return vz_fail_errno(err, errno == EEXIST ? VZ_E_PRIVATE_EXISTS :
			     VZ_E_NEW_PRIVATE, errno, "Unable to create %s",
			     area->path);
}

/* Gives @name a name that vz_area_sweep() finds; 1: there is no @name. */
static int set_aside(struct vz_area *area, const char *name,
		     struct vz_error *err)
{
	char aside[64];
	unsigned int n = 0;

	do {
		snprintf(aside, sizeof(aside), ASIDE "%u.%u", area->ct->id,
			 n++);
		if (!renameat2(area->parent, name, area->parent, aside,
			       RENAME_NOREPLACE))
			return 0;
	} while (errno == EEXIST);
	if (errno == ENOENT)
		return 1;
	return vz_fail_errno(err, VZ_E_DEL_PRIVATE, errno,
			     "Unable to rename %s", area->path);
}

int vz_area_unstage(struct vz_area *area, bool undo, struct vz_error *err)
{
	autofree char *name = stage_name(area);
	int ret = 0;

	if (!name)
		return vz_fail_oom(err);
	if (undo)
		ret = set_aside(area, area->base, err);
	if (ret >= 0)
		ret = set_aside(area, name, err);
	return ret < 0 ? ret : vz_area_sweep(area, err);
}

static int fail_in_the_way(struct vz_area *area, struct vz_error *err)
{
	return vz_fail(err, VZ_E_NEW_PRIVATE, EEXIST,
		       "%s.tmp is in the way and not from an earlier create: remove it by hand",
		       area->path);
}

int vz_area_unstage_stale(struct vz_area *area, struct vz_error *err)
{
	autofree char *name = stage_name(area), *mark = NULL;
	autoclose int stage = -1;
	int ret;

	if (!name)
		return vz_fail_oom(err);
	if (area->parent < 0)
		return 0;
	stage = openat(area->parent, name, O_RDONLY | O_DIRECTORY |
		       O_NOFOLLOW | O_CLOEXEC);
	if (stage < 0)
		return errno == ENOENT ? 0 : fail_in_the_way(area, err);
	ret = vz_read_file_at(stage, MARK, 16, &mark);
	if (ret == -ENOENT) {
		if (unlinkat(area->parent, name, AT_REMOVEDIR))
			return fail_in_the_way(area, err);
		return 0;
	}
	if (ret)
		return fail_in_the_way(area, err);
	ret = vz_area_unstage(area, false, err);
	return ret ? ret : !strcmp(mark, MARK_NEW);
}

/* ------------------------------------------------------------- the aside -- */

int vz_area_move_aside(struct vz_area *area, struct vz_error *err)
{
	return area->parent < 0 ? 1 : set_aside(area, area->base, err);
}

/* Removes one that was set aside.  Only one process works on it; it waits for
 * its turn when the area is its own. */
static int sweep_one(struct vz_area *area, const char *name,
		     struct vz_error *err)
{
	autoclose int fd = openat(area->parent, name, O_RDONLY | O_DIRECTORY |
				  O_NOFOLLOW | O_CLOEXEC);
	unsigned int ctid = 0;
	bool own = sscanf(name, ASIDE "%u.", &ctid) == 1 &&
		   ctid == area->ct->id;
	struct vz_error why;
	int ret;

	if (fd < 0)
		return 0;
	while (flock(fd, own ? LOCK_EX : LOCK_EX | LOCK_NB))
		if (errno != EINTR)
			return 0;
	ret = vz_remove_tree(area->parent, name, own ? err : &why);
	if (!ret || own)
		return ret;
	ct_debug(area->ct, "%s of CT %u stays: %s", name, ctid, why.text);
	return 0;
}

int vz_area_sweep(struct vz_area *area, struct vz_error *err)
{
	const struct dirent *e;
	int fd, ret = 0;
	DIR *d;

	if (area->parent < 0)
		return 0;
	fd = openat(area->parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		ret = errno;
		vz_close_p(&fd);
		return vz_fail_errno(err, VZ_E_DEL_PRIVATE, ret,
				     "Unable to read the directory of %s",
				     area->path);
	}
	while (!ret && (e = readdir(d)))
		if (!strncmp(e->d_name, ASIDE, strlen(ASIDE)))
			ret = sweep_one(area, e->d_name, err);
	closedir(d);
	return ret;
}
