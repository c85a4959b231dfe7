// SPDX-License-Identifier: GPL-2.0-only
/* Files and directories: safe lookups in hostile trees, small files. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "internal.h"

/* openat2() gives EAGAIN when a rename anywhere raced with a ".." lookup; a
 * container that renames all the time must not hold the host up for ever. */
#define OPEN_TRIES	64

static int open_how(int dirfd, const char *path, uint64_t flags, mode_t mode,
		    uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = resolve,
	};
	int tries = OPEN_TRIES;
	long fd;

	if (flags & (O_CREAT | __O_TMPFILE))
		how.mode = mode & 07777;
	do {
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	} while (fd < 0 && (errno == EINTR || (errno == EAGAIN && --tries)));
	return fd < 0 ? -errno : (int)fd;
}

int vz_open_in_root(int root, const char *path, int flags, mode_t mode)
{
	return open_how(root, path, (unsigned int)flags, mode,
			RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS |
			RESOLVE_NO_MAGICLINKS);
}

/* One directory level; @name has no slash. */
static int mkdir_step(int dirfd, const char *name, mode_t mode)
{
	int fd = open_how(dirfd, name, O_PATH | O_DIRECTORY, 0,
			  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			  RESOLVE_NO_MAGICLINKS);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(dirfd, name, mode) && errno != EEXIST)
		return -errno;
	return open_how(dirfd, name, O_PATH | O_DIRECTORY, 0,
			RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			RESOLVE_NO_MAGICLINKS);
}

int vz_mkdir_in_root(int root, const char *path, mode_t mode)
{
	autoclose int dir = open_how(root, ".", O_PATH | O_DIRECTORY, 0,
				     RESOLVE_BENEATH);
	autofree char *copy = strdup(path);
	char *save = NULL, *name;

	if (!copy)
		return -ENOMEM;
	if (dir < 0)
		return dir;
	for (name = strtok_r(copy, "/", &save); name;
	     name = strtok_r(NULL, "/", &save)) {
		int next;

		if (!strcmp(name, "."))
			continue;
		if (!strcmp(name, ".."))
			return -EINVAL;
		next = mkdir_step(dir, name, mode);
		if (next < 0)
			return next;
		close(dir);
		dir = next;
	}
	return steal_fd(&dir);
}

int vz_read_file_at(int dirfd, const char *path, size_t max, char **text)
{
	autoclose int fd = openat(dirfd, path,
				  O_RDONLY | O_CLOEXEC | O_NOCTTY);
	autofree char *buf = NULL;
	size_t size = 0, used = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n;

		if (used + 1 >= size) {
			size_t bigger = size ? size * 2 : 4096;
			char *p = realloc(buf, bigger);

			if (!p)
				return -ENOMEM;
			buf = p;
			size = bigger;
		}
		n = read(fd, buf + used, size - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		used += (size_t)n;
		if (used > max)
			return -EFBIG;
	}
	buf[used] = '\0';
	*text = steal_ptr(buf);
	return 0;
}

int vz_write_file_at(int dirfd, const char *path, const char *text)
{
	autoclose int fd = openat(dirfd, path,
				  O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = write(fd, text, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int mkdir_one(const char *path, mode_t mode)
{
	struct stat st;

	if (!mkdir(path, mode))
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int vz_mkdir_p(const char *path, mode_t mode)
{
	autofree char *copy = NULL;
	char *p;
	int ret;

	if (!*path)
		return -ENOENT;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	for (p = copy + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		ret = mkdir_one(copy, mode);
		if (ret)
			return ret;
		*p = '/';
	}
	return mkdir_one(copy, mode);
}

int vz_is_mount_root(const char *path)
{
	struct statx stx;

	if (statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_TYPE, &stx))
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (!(stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		return -EOPNOTSUPP;
	return !!(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}
