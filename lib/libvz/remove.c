// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removing trees that a container made.
 *
 * Every step takes one part of a name below an open directory.  The tree may
 * be millions of directories deep: what lies deeper than MAX_DEPTH is moved up
 * to the top first, so that neither descriptors nor memory grow with the
 * depth.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "area.h"

#define MAX_DEPTH	24

/**
 * struct remover - one tree being removed
 * @top: its directory
 * @serial: of the next directory that is moved to @top
 * @err: where errors go
 */
struct remover {
	int		top;
	uint64_t	serial;
	struct vz_error	*err;
};

static int fail_remove(struct remover *r, const char *name, int errnum)
{
	if (errnum == EBUSY || errnum == EXDEV)
		return vz_fail(r->err, VZ_E_DEL_PRIVATE, errnum,
			       "Unable to remove the private area: %.200s in it is a mount point or in use",
			       name);
	return vz_fail_errno(r->err, VZ_E_DEL_PRIVATE, errnum,
			     "Unable to remove %.200s in the private area",
			     name);
}

/* A directory below @dir on the same mount; not through a link. */
static int open_below(int dir, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV |
			   RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	do {
		fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));
	} while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return fd < 0 ? -errno : (int)fd;
}

static int hoist(struct remover *r, int dir, const char *name)
{
	char target[64];

	do {
		snprintf(target, sizeof(target), ".vz-%llx",
			 (unsigned long long)r->serial++);
		if (!renameat2(dir, name, r->top, target, RENAME_NOREPLACE))
			return 0;
	} while (errno == EEXIST);
	return errno == ENOENT ? 0 : fail_remove(r, name, errno);
}

static int empty(struct remover *r, int fd, const char *name,
		 unsigned int depth);

static int remove_dir(struct remover *r, int dir, const char *name,
		      unsigned int depth)
{
	int fd, ret;

	if (!unlinkat(dir, name, AT_REMOVEDIR) || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return fail_remove(r, name, errno);
	if (depth == MAX_DEPTH)
		return hoist(r, dir, name);
	fd = open_below(dir, name);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fail_remove(r, name, -fd);
	ret = empty(r, fd, name, depth + 1);
	if (ret)
		return ret;
	if (unlinkat(dir, name, AT_REMOVEDIR) && errno != ENOENT)
		return fail_remove(r, name, errno);
	return 0;
}

static int remove_entry(struct remover *r, int dir, const struct dirent *e,
			unsigned int depth)
{
	if (e->d_type != DT_DIR) {
		if (!unlinkat(dir, e->d_name, 0) || errno == ENOENT)
			return 0;
		if (errno != EISDIR)
			return fail_remove(r, e->d_name, errno);
	}
	return remove_dir(r, dir, e->d_name, depth);
}

/* One pass over a directory; returns the number of entries or an error. */
static long empty_once(struct remover *r, DIR *d, unsigned int depth)
{
	const struct dirent *e;
	long seen = 0;
	int ret;

	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		seen++;
		ret = remove_entry(r, dirfd(d), e, depth);
		if (ret)
			return ret;
	}
	return seen;
}

/* Passes until nothing is found: file systems may skip entries when others
 * are removed meanwhile, and the top gets new ones.  Takes over @fd. */
static int empty(struct remover *r, int fd, const char *name,
		 unsigned int depth)
{
	DIR *d = fdopendir(fd);
	long seen;

	if (!d) {
		close(fd);
		return fail_remove(r, name, errno);
	}
	while ((seen = empty_once(r, d, depth)) > 0)
		rewinddir(d);
	closedir(d);
	return (int)seen;
}

int vz_remove_tree(int parent, const char *name, struct vz_error *err)
{
	autoclose int top = open_below(parent, name);
	struct remover r = { .top = top, .err = err };
	int fd, ret;

	if (top == -ENOENT)
		return 0;
	if (top < 0)
		return fail_remove(&r, name, -top);
	/* names nobody can have put there to make the search for one long */
	if (getrandom(&r.serial, sizeof(r.serial), 0) != sizeof(r.serial))
		return fail_remove(&r, name, EIO);
	fd = fcntl(top, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return fail_remove(&r, name, errno);
	ret = empty(&r, fd, name, 0);
	if (ret)
		return ret;
	if (unlinkat(parent, name, AT_REMOVEDIR) && errno != ENOENT)
		return fail_remove(&r, name, errno);
	return 0;
}
