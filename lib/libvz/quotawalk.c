// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at each file below a directory.
 *
 * The tree is a container's and may be of any shape.  Of the directories on the
 * way down, the first ones stay open; those that lie deeper are opened again
 * from below.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "quota.h"

#define KEEP_OPEN	128
#define MAX_TRIES	16

/* Files between two reports of progress, a power of two */
#define REPORT		4096

/**
 * struct level - a directory on the way down
 * @dir: open, or NULL
 * @pos: where it was read up to, when it is not open
 */
struct level {
	DIR	*dir;
	long	pos;
	ino_t	ino;
	dev_t	dev;
};

/* @levels: @depth of them, room for @room; @seen: files; @ahead: some may have
 * blocks that are not charged */
struct tree {
	const struct vz_quota_walk	*walk;
	struct level			*levels;
	size_t				depth;
	size_t				room;
	uint64_t			seen;
	bool				ahead;
};

static int fail_walk(const struct tree *t, const char *name, int errnum)
{
	struct vz_error *err = t->walk->err;
	const char *path = t->walk->path;

	if (errnum == ECANCELED)	/* who was asked has said why */
		return -errnum;
	if (errnum == ENOMEM)
		return vz_fail_oom(err);
	if (errnum == EXDEV)
		return vz_fail(err, VZ_E_SYSTEM, EXDEV,
			       "Unable to count the disk usage of %s: something is mounted at %.200s below it",
			       path, name);
	return vz_fail_errno(err, VZ_E_SYSTEM, errnum,
			     "Unable to count the disk usage of %s at %.200s",
			     path, name);
}

static int visit(struct tree *t, const struct stat *st)
{
	struct vz_ctx *ctx = t->walk->ctx;

	if (!(++t->seen & (REPORT - 1)) && ctx->progress_fn)
		ctx->progress_fn(ctx->progress_data, t->seen, 0);
	return t->walk->visit(t->walk->arg, st);
}

/* --------------------------------------------------------- the way down -- */

/* A directory on the same mount; not through a link. */
static int open_below(int dir, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC |
			 O_NOATIME,
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	do {
		fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));
		if (fd < 0 && errno == EPERM && how.flags & O_NOATIME) {
			how.flags &= ~(uint64_t)O_NOATIME;
			errno = EINTR;
		}
	} while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return fd < 0 ? -errno : (int)fd;
}

static struct level *top_of(struct tree *t)
{
	return &t->levels[t->depth - 1];
}

/* Takes over @fd. */
static int push(struct tree *t, int fd, const struct stat *st)
{
	struct level *level;

	if (t->depth == t->room) {
		size_t room = t->room ? t->room * 2 : 64;

		level = reallocarray(t->levels, room, sizeof(*level));
		if (!level) {
			close(fd);
			return -ENOMEM;
		}
		t->levels = level;
		t->room = room;
	}
	if (t->depth > KEEP_OPEN) {
		level = top_of(t);
		level->pos = telldir(level->dir);
		closedir(level->dir);
		level->dir = NULL;
	}
	level = &t->levels[t->depth];
	*level = (struct level){ fdopendir(fd), 0, st->st_ino, st->st_dev };
	if (!level->dir) {
		close(fd);
		return -ENOMEM;
	}
	t->depth++;
	return 0;
}

/* Opens the directory above @from again, where it was read up to. */
static int reopen(struct level *to, const struct level *from)
{
	int fd = open_below(dirfd(from->dir), "..");
	struct stat st;

	if (fd < 0)
		return fd;
	/* somebody moves directories about while we count */
	if (fstat(fd, &st) || st.st_ino != to->ino || st.st_dev != to->dev) {
		close(fd);
		return -ESTALE;
	}
	to->dir = fdopendir(fd);
	if (!to->dir) {
		close(fd);
		return -ENOMEM;
	}
	seekdir(to->dir, to->pos);
	return 0;
}

/* Leaves the directory; the one above it goes on where it was. */
static int pop(struct tree *t)
{
	struct level *from = top_of(t);
	int ret = 0;

	if (t->depth > 1 && !from[-1].dir)
		ret = reopen(&from[-1], from);
	if (ret)
		return ret;
	closedir(from->dir);
	t->depth--;
	return 0;
}

static int enter(struct tree *t, int dir, const char *name)
{
	struct stat st;
	int ret, fd = open_below(dir, name);

	if (fd < 0)
		return fd;
	ret = fstat(fd, &st) ? -errno : visit(t, &st);
	if (!ret)
		return push(t, fd, &st);
	close(fd);
	return ret;
}

/* What was a directory may be something else a moment later. */
static int look_at(struct tree *t, const char *name)
{
	int dir = dirfd(top_of(t)->dir), tries, ret = 0;
	struct stat st;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (fstatat(dir, name, &st,
			    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
			return -errno;
		if (!S_ISDIR(st.st_mode)) {
			if (t->ahead)
				st.st_blocks -= (blkcnt_t)vz_quota_ahead(
					dir, name, &st) / 512;
			return visit(t, &st);
		}
		ret = enter(t, dir, name);
		if (ret != -ENOTDIR && ret != -ELOOP)
			break;
	}
	return ret;
}

static int walk(struct tree *t)
{
	struct dirent *ent;
	int ret = 0;

	while (!ret && t->depth) {
		errno = 0;
		ent = readdir(top_of(t)->dir);
		if (!ent && errno)
			return fail_walk(t, "one of its directories", errno);
		if (!ent) {
			ret = pop(t);
			if (ret)
				return fail_walk(t, "the way up", -ret);
			ret = vz_cancelled(t->walk->ctx, t->walk->err);
			continue;
		}
		if (!strcmp(ent->d_name, ".") || !strcmp(ent->d_name, ".."))
			continue;
		ret = look_at(t, ent->d_name);
		if (ret == -ENOENT)	/* it went just now */
			ret = 0;
		else if (ret)
			return fail_walk(t, ent->d_name, -ret);
	}
	return ret;
}

static int walk_from(struct tree *t, int fd)
{
	struct stat st;
	int ret;

	ret = fstat(fd, &st) ? -errno : visit(t, &st);
	if (ret)
		close(fd);
	else
		ret = push(t, fd, &st);
	return ret ? fail_walk(t, "its top", -ret) : walk(t);
}

int vz_quota_walk(const struct vz_quota_walk *w, int fd)
{
	struct tree t = { .walk = w, .ahead = vz_quota_allocates_ahead(fd) };
	int ret = walk_from(&t, fd);

	while (t.depth) {
		if (top_of(&t)->dir)
			closedir(top_of(&t)->dir);
		t.depth--;
	}
	free(t.levels);
	return ret;
}
