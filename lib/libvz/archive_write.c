// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unpacking OS templates: making the files.
 *
 * Nobody but this process works in the directory, but the archive itself may
 * plant a symbolic link and send a later entry through it.  So directories are
 * looked up below the root without following any link, and the last part of a
 * name is only ever created anew, never opened or followed.  A later entry
 * takes the place of an earlier one of the same name unless that is a
 * directory; therefore a directory that is open stays where it is, and the one
 * of the last entry is kept for the next.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "unpack.h"

/* Beyond this number directories keep the time of unpacking. */
#define MAX_DIR_TIMES	(1 << 18)

int vz_unpack_owner(struct unpack *u, struct archive_entry *entry, uid_t *uid,
		    gid_t *gid)
{
	la_int64_t user = archive_entry_uid(entry);
	la_int64_t group = archive_entry_gid(entry);

	if (user < 0 || user >= UNPACK_IDS)
		return vz_unpack_fail(u, EINVAL,
				      "has an owner that no container has: %lld",
				      (long long)user);
	if (group < 0 || group >= UNPACK_IDS)
		return vz_unpack_fail(u, EINVAL,
				      "has a group that no container has: %lld",
				      (long long)group);
	*uid = (uid_t)user;
	*gid = (gid_t)group;
	return 0;
}

static bool get_mtime(struct archive_entry *entry, struct timespec ts[2])
{
	if (!archive_entry_mtime_is_set(entry))
		return false;
	ts[0].tv_sec = archive_entry_mtime(entry);
	ts[0].tv_nsec = archive_entry_mtime_nsec(entry);
	if (ts[0].tv_nsec < 0 || ts[0].tv_nsec > 999999999)
		ts[0].tv_nsec = 0;
	ts[1] = ts[0];
	return true;
}

/* Owner, mode and time of what cannot be opened: links and fifos. */
static int set_node_attrs(struct unpack *u, struct archive_entry *entry,
			  int parent, const char *base)
{
	struct timespec ts[2];
	uid_t uid;
	gid_t gid;
	int ret = vz_unpack_owner(u, entry, &uid, &gid);

	if (ret)
		return ret;
	if (fchownat(parent, base, uid, gid, AT_SYMLINK_NOFOLLOW))
		return vz_unpack_fail(u, errno, "gets no owner: %m");
	if (archive_entry_filetype(entry) != AE_IFLNK &&
	    fchmodat(parent, base, archive_entry_perm(entry) & 07777, 0))
		return vz_unpack_fail(u, errno, "gets no mode: %m");
	if (get_mtime(entry, ts) &&
	    utimensat(parent, base, ts, AT_SYMLINK_NOFOLLOW))
		return vz_unpack_fail(u, errno, "gets no time: %m");
	return 0;
}

static int fail_lookup(struct unpack *u, int errnum, const char *what)
{
	switch (errnum) {
	case ELOOP:
		return vz_unpack_fail(u, errnum,
				      "%sleads through a symbolic link", what);
	case ENOTDIR:
		return vz_unpack_fail(u, errnum,
				      "%sleads through something that is no directory",
				      what);
	default:
		return vz_unpack_fail(u, errnum, "%scannot be looked up: %s",
				      what, strerror(errnum));
	}
}

/* Directories that the archive has no entry for (yet) belong to root. */
static int make_parents(struct unpack *u, char *path)
{
	autoclose int dir = dup(u->root);
	char *save = NULL, *name;

	if (dir < 0)
		return -errno;
	for (name = strtok_r(path, "/", &save); name;
	     name = strtok_r(NULL, "/", &save)) {
		int next;

		if (!mkdirat(dir, name, 0755)) {
			if (fchmodat(dir, name, 0755, 0))
				return -errno;
		} else if (errno != EEXIST) {
			return -errno;
		}
		next = vz_open_in_root(dir, name, O_PATH | O_DIRECTORY, 0);
		if (next < 0)
			return next;
		close(dir);
		dir = next;
	}
	return steal_fd(&dir);
}

/* Directory of the current entry; @base: out: last part of its name. */
static int open_parent(struct unpack *u, const char **base)
{
	char *slash = strrchr(u->name, '/');
	size_t len = slash ? (size_t)(slash - u->name) : 0;
	char copy[PATH_MAX];
	int fd;

	*base = slash ? slash + 1 : u->name;
	if (!slash)
		return u->root;
	if (u->parent_fd >= 0 && strlen(u->parent) == len &&
	    !memcmp(u->parent, u->name, len))
		return u->parent_fd;
	memcpy(copy, u->name, len);
	copy[len] = '\0';
	fd = vz_open_in_root(u->root, copy, O_PATH | O_DIRECTORY, 0);
	if (fd == -ENOENT)
		fd = make_parents(u, copy);
	if (fd < 0)
		return fail_lookup(u, -fd, "");
	vz_close_p(&u->parent_fd);
	u->parent_fd = fd;
	memcpy(u->parent, u->name, len);
	u->parent[len] = '\0';
	return fd;
}

/* After EEXIST: true when the name is free now. */
static bool make_room(int parent, const char *base)
{
	return errno == EEXIST && !unlinkat(parent, base, 0);
}

static int fail_create(struct unpack *u)
{
	if (errno == EISDIR)
		return vz_unpack_fail(u, errno,
				      "would take the place of a directory");
	return vz_unpack_fail(u, errno, "cannot be created: %m");
}

static int write_block(struct unpack *u, int fd, const char *buf, size_t len,
		       off_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, buf, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vz_unpack_fail(u, errno,
					      "cannot be written: %m");
		buf += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

/* What a sparse entry leaves out stays a hole. */
static int write_data(struct unpack *u, struct archive_entry *entry, int fd)
{
	la_int64_t size = archive_entry_size(entry), offset, end = 0;
	const void *buf;
	size_t len;
	int ret;

	while ((ret = archive_read_data_block(u->tar, &buf, &len, &offset)) !=
	       ARCHIVE_EOF && !unpack_bad(ret)) {
		if (vz_cancelled(u->ctx, u->err))
			return -ECANCELED;
		if (offset < 0 || offset > size ||
		    (la_int64_t)len > size - offset)
			return vz_unpack_fail(u, EINVAL,
					      "has data beyond its size");
		ret = write_block(u, fd, buf, len, offset);
		if (ret)
			return ret;
		if (len)
			end = offset + (la_int64_t)len;
	}
	if (unpack_bad(ret))
		return vz_unpack_fail(u, archive_errno(u->tar) > 0 ?
				      archive_errno(u->tar) : EINVAL,
				      "is damaged: %s",
				      archive_error_string(u->tar) ?: "cut off");
	if (end < size && ftruncate(fd, size))
		return vz_unpack_fail(u, errno,
				      "cannot have a size of %lld bytes: %m",
				      (long long)size);
	return 0;
}

static int make_file(struct unpack *u, struct archive_entry *entry, int parent,
		     const char *base)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct timespec ts[2];
	autoclose int fd = openat(parent, base, flags, 0600);
	int ret;

	if (fd < 0 && make_room(parent, base))
		fd = openat(parent, base, flags, 0600);
	if (fd < 0)
		return fail_create(u);
	ret = write_data(u, entry, fd);
	if (!ret)
		ret = vz_unpack_attrs(u, entry, fd);
	if (!ret && get_mtime(entry, ts) && futimens(fd, ts))
		ret = vz_unpack_fail(u, errno, "gets no time: %m");
	return ret;
}

static int remember_dir(struct unpack *u, struct archive_entry *entry)
{
	struct timespec ts[2];
	struct dir_time *dir;

	if (!get_mtime(entry, ts) || u->ndirs == MAX_DIR_TIMES)
		return 0;
	if (u->ndirs == u->dirs_room) {
		size_t room = u->dirs_room ? u->dirs_room * 2 : 1024;

		dir = reallocarray(u->dirs, room, sizeof(*dir));
		if (!dir)
			return vz_fail_oom(u->err);
		u->dirs = dir;
		u->dirs_room = room;
	}
	dir = &u->dirs[u->ndirs];
	dir->mtime = ts[0];
	dir->path = strdup(*u->name ? u->name : ".");
	if (!dir->path)
		return vz_fail_oom(u->err);
	u->ndirs++;
	return 0;
}

static int make_dir(struct unpack *u, struct archive_entry *entry, int parent,
		    const char *base)
{
	autoclose int fd = -1;
	int ret;

	if (*base && mkdirat(parent, base, 0700)) {
		struct stat st;

		if (errno != EEXIST)
			return fail_create(u);
		if (fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW))
			return fail_create(u);
		if (!S_ISDIR(st.st_mode) &&
		    (unlinkat(parent, base, 0) ||
		     mkdirat(parent, base, 0700)))
			return fail_create(u);
	}
	fd = vz_open_in_root(parent, *base ? base : ".",
			     O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fail_lookup(u, -fd, "");
	ret = vz_unpack_attrs(u, entry, fd);
	return ret ? ret : remember_dir(u, entry);
}

static int make_symlink(struct unpack *u, struct archive_entry *entry,
			int parent, const char *base)
{
	const char *target = archive_entry_symlink(entry);
	int ret;

	if (!target || !*target)
		return vz_unpack_fail(u, EINVAL, "is a link to nowhere");
	ret = symlinkat(target, parent, base);
	if (ret && make_room(parent, base))
		ret = symlinkat(target, parent, base);
	if (ret)
		return fail_create(u);
	return set_node_attrs(u, entry, parent, base);
}

static int make_fifo(struct unpack *u, struct archive_entry *entry, int parent,
		     const char *base)
{
	int ret = mkfifoat(parent, base, 0600);

	if (ret && make_room(parent, base))
		ret = mkfifoat(parent, base, 0600);
	if (ret)
		return fail_create(u);
	return set_node_attrs(u, entry, parent, base);
}

/* Directory of a link's target; @base: out: last part of the target. */
static int open_target(struct unpack *u, char *target, const char **base)
{
	char *slash = strrchr(target, '/');
	int fd;

	*base = slash ? slash + 1 : target;
	if (slash)
		*slash = '\0';
	fd = vz_open_in_root(u->root, slash ? target : ".",
			     O_PATH | O_DIRECTORY, 0);
	return fd < 0 ? fail_lookup(u, -fd, "is a hard link whose target ") : fd;
}

/* The second name of a file that was unpacked before. */
static int make_hardlink(struct unpack *u, struct archive_entry *entry,
			 int parent, const char *base)
{
	char target[PATH_MAX];
	const char *wrong, *from;
	autoclose int dir = -1;
	int ret;

	wrong = vz_unpack_clean_name(archive_entry_hardlink(entry), target);
	if (wrong)
		return vz_unpack_fail(u, EINVAL,
				      "is a hard link whose target %s", wrong);
	if (!strcmp(target, u->name))
		return 0;
	dir = open_target(u, target, &from);
	if (dir < 0)
		return dir;
	ret = linkat(dir, from, parent, base, 0);
	if (ret && errno == EEXIST && !faccessat(dir, from, F_OK,
						 AT_SYMLINK_NOFOLLOW) &&
	    !unlinkat(parent, base, 0))
		ret = linkat(dir, from, parent, base, 0);
	if (ret)
		return vz_unpack_fail(u, errno, "cannot be linked: %m");
	return 0;
}

/* Old templates carry /dev; a container gets its own nodes when it starts. */
static int skip_device(struct unpack *u)
{
	if (strncmp(u->name, "dev/", 4))
		return vz_unpack_fail(u, EPERM, "is a device");
	vz_log(u->ctx, VZ_LOG_DEBUG, 0, "Template entry \"%s\" is a device, skipped",
	       u->shown);
	return 0;
}

int vz_unpack_entry(struct unpack *u, struct archive_entry *entry)
{
	unsigned int type = archive_entry_filetype(entry);
	bool hardlink = archive_entry_hardlink(entry);
	const char *base;
	int parent;

	if (!hardlink && (type == AE_IFCHR || type == AE_IFBLK))
		return skip_device(u);
	if (!*u->name && (hardlink || type != AE_IFDIR))
		return vz_unpack_fail(u, EINVAL,
				      "would take the place of the root");
	parent = open_parent(u, &base);
	if (parent < 0)
		return parent;
	if (hardlink)
		return make_hardlink(u, entry, parent, base);
	switch (type) {
	case AE_IFREG:
		return make_file(u, entry, parent, base);
	case AE_IFDIR:
		return make_dir(u, entry, parent, base);
	case AE_IFLNK:
		return make_symlink(u, entry, parent, base);
	case AE_IFIFO:
		return make_fifo(u, entry, parent, base);
	default:
		return vz_unpack_fail(u, EINVAL, "is of unknown type %o", type);
	}
}

int vz_unpack_dir_times(struct unpack *u)
{
	while (u->ndirs) {
		struct dir_time *dir = &u->dirs[--u->ndirs];
		const struct timespec ts[2] = { dir->mtime, dir->mtime };
		autofree char *path = steal_ptr(dir->path);
		autoclose int fd = vz_open_in_root(u->root, path,
						   O_RDONLY | O_DIRECTORY, 0);

		if (fd < 0 || futimens(fd, ts))
			return vz_fail_errno(u->err, VZ_E_NEW_PRIVATE,
					     fd < 0 ? -fd : errno,
					     "Cannot set the time of %s", path);
	}
	return 0;
}

void vz_unpack_drop_dirs(struct unpack *u)
{
	while (u->ndirs)
		free(u->dirs[--u->ndirs].path);
	free(u->dirs);
	u->dirs = NULL;
}
