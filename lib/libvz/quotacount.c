// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the files below a directory use: bytes as st_blocks has them, inodes,
 * and whose they are.
 *
 * The tree is a container's and may be of any shape.  Of the directories on the
 * way down, the first ones stay open; those that lie deeper are opened again
 * from below.  Of the inodes, only those with several names are remembered.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "quota.h"

#define KEEP_OPEN	128

/* ------------------------------------------------------------- tables -- */

/* An element of a table begins with its key; one of zeroes is free. */
struct key {
	uint64_t	a;
	uint64_t	b;
};

/**
 * struct table - elements found by their key
 * @slots: @size of them, a power of two, each of @width bytes
 */
struct table {
	char	*slots;
	size_t	size;
	size_t	used;
	size_t	width;
};

/* The place of @key, or the free one where it belongs. */
static void *slot_of(const struct table *t, const struct key *key)
{
	uint64_t hash = (key->a ^ (key->b << 32 | key->b >> 32)) *
			0x9e3779b97f4a7c15ULL;
	size_t i;

	for (i = hash >> 32;; i++) {
		struct key *slot = (struct key *)(t->slots +
						  (i & (t->size - 1)) * t->width);

		if ((!slot->a && !slot->b) ||
		    (slot->a == key->a && slot->b == key->b))
			return slot;
	}
}

static int grow(struct table *t)
{
	struct table bigger = {
		.size = t->size ? t->size * 2 : 64,
		.used = t->used, .width = t->width,
	};
	size_t i;

	bigger.slots = calloc(bigger.size, bigger.width);
	if (!bigger.slots)
		return -ENOMEM;
	for (i = 0; i < t->size; i++) {
		struct key *slot = (struct key *)(t->slots + i * t->width);

		if (slot->a || slot->b)
			memcpy(slot_of(&bigger, slot), slot, t->width);
	}
	free(t->slots);
	*t = bigger;
	return 0;
}

/* The element of @key; 1: it is new, 0: it was there, or -ENOMEM. */
static int table_get(struct table *t, struct key key, void **element)
{
	struct key *slot;

	if (t->used * 2 >= t->size && grow(t))
		return -ENOMEM;
	slot = slot_of(t, &key);
	*element = slot;
	if (slot->a || slot->b)
		return 0;
	*slot = key;
	t->used++;
	return 1;
}

/* ------------------------------------------------------------ counting -- */

/* a: user or group, b: its type and 1, so that no key is free */
struct owner {
	struct key	key;
	uint64_t	space;
	uint64_t	inodes;
};

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

/**
 * struct counter - one walk
 * @path: where it begins, for messages
 * @levels: @depth of them, room for @room
 * @links: inodes with several names that were seen
 * @owners: NULL slots and @level2 not set: nobody asks
 */
struct counter {
	struct vz_ctx	*ctx;
	const char	*path;
	struct vz_error	*err;
	struct level	*levels;
	size_t		depth;
	size_t		room;
	bool		level2;
	uint64_t	space;
	uint64_t	inodes;
	struct table	links;
	struct table	owners;
};

static int fail_count(struct counter *c, const char *name, int errnum)
{
	if (errnum == ENOMEM)
		return vz_fail_oom(c->err);
	if (errnum == EXDEV)
		return vz_fail(c->err, VZ_E_SYSTEM, EXDEV,
			       "Unable to count the disk usage of %s: something is mounted at %.200s below it",
			       c->path, name);
	return vz_fail_errno(c->err, VZ_E_SYSTEM, errnum,
			     "Unable to count the disk usage of %s at %.200s",
			     c->path, name);
}

static int add_owner(struct counter *c, int type, uint32_t id, uint64_t space)
{
	struct key key = { id, (uint64_t)type + 1 };
	struct owner *owner;

	if (table_get(&c->owners, key, (void **)&owner) < 0)
		return -ENOMEM;
	owner->space += space;
	owner->inodes++;
	return 0;
}

static int add_inode(struct counter *c, const struct stat *st)
{
	struct key key = { st->st_ino, (uint64_t)st->st_dev + 1 };
	uint64_t space = (uint64_t)st->st_blocks * 512;
	void *seen;
	int ret;

	if (st->st_nlink > 1 && !S_ISDIR(st->st_mode)) {
		ret = table_get(&c->links, key, &seen);
		if (ret <= 0)
			return ret;
	}
	c->space += space;
	c->inodes++;
	if (!c->level2)
		return 0;
	ret = add_owner(c, VZ_QUOTA_USER, st->st_uid, space);
	return ret ? ret : add_owner(c, VZ_QUOTA_GROUP, st->st_gid, space);
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

static struct level *top_of(struct counter *c)
{
	return &c->levels[c->depth - 1];
}

/* Takes over @fd. */
static int push(struct counter *c, int fd, const struct stat *st)
{
	struct level *level;

	if (c->depth == c->room) {
		size_t room = c->room ? c->room * 2 : 64;

		level = reallocarray(c->levels, room, sizeof(*level));
		if (!level) {
			close(fd);
			return -ENOMEM;
		}
		c->levels = level;
		c->room = room;
	}
	if (c->depth > KEEP_OPEN) {
		level = top_of(c);
		level->pos = telldir(level->dir);
		closedir(level->dir);
		level->dir = NULL;
	}
	level = &c->levels[c->depth];
	*level = (struct level){ fdopendir(fd), 0, st->st_ino, st->st_dev };
	if (!level->dir) {
		close(fd);
		return -ENOMEM;
	}
	c->depth++;
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
static int pop(struct counter *c)
{
	struct level *from = top_of(c);
	int ret = 0;

	if (c->depth > 1 && !from[-1].dir)
		ret = reopen(&from[-1], from);
	if (ret)
		return ret;
	closedir(from->dir);
	c->depth--;
	return 0;
}

static int enter(struct counter *c, int dir, const char *name)
{
	struct stat st;
	int ret, fd = open_below(dir, name);

	if (fd < 0)
		return fd;
	ret = fstat(fd, &st) ? -errno : add_inode(c, &st);
	if (!ret)
		return push(c, fd, &st);
	close(fd);
	return ret;
}

static int count_entry(struct counter *c, const char *name)
{
	int dir = dirfd(top_of(c)->dir);
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
		return -errno;
	return S_ISDIR(st.st_mode) ? enter(c, dir, name) : add_inode(c, &st);
}

static int walk(struct counter *c)
{
	struct dirent *ent;
	int ret = 0;

	while (!ret && c->depth) {
		errno = 0;
		ent = readdir(top_of(c)->dir);
		if (!ent && errno)
			return fail_count(c, "one of its directories", errno);
		if (!ent) {
			ret = pop(c);
			if (ret)
				return fail_count(c, "the way up", -ret);
			ret = vz_cancelled(c->ctx, c->err);
			continue;
		}
		if (!strcmp(ent->d_name, ".") || !strcmp(ent->d_name, ".."))
			continue;
		ret = count_entry(c, ent->d_name);
		if (ret == -ENOENT)	/* it went just now */
			ret = 0;
		else if (ret)
			return fail_count(c, ent->d_name, -ret);
	}
	return ret;
}

/* ------------------------------------------------------------- results -- */

static int compare_usage(const void *a, const void *b)
{
	const struct vz_quota_usage *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static bool is_limited(const struct vz_quota_usage *u)
{
	return u->space_soft || u->space_hard || u->inodes_soft ||
	       u->inodes_hard;
}

/* Those of @q that have limits get their usage, 0 if there are no files; those
 * in @owners that are not in @q are added. */
static int take_owners(struct vz_quota *q, struct table *owners)
{
	struct vz_quota_usage *all;
	size_t i, n = 0;

	all = calloc(q->count + owners->used + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (i = 0; i < q->count; i++) {
		struct vz_quota_usage u = q->ugids[i];
		struct key key = { u.id, (uint64_t)u.type + 1 };
		struct owner *owner = owners->used ? slot_of(owners, &key) :
						     NULL;

		u.space = owner ? owner->space : 0;
		u.inodes = owner ? owner->inodes : 0;
		if (owner)
			owner->inodes = 0;
		if (u.inodes || is_limited(&u))
			all[n++] = u;
	}
	for (i = 0; i < owners->size; i++) {
		struct owner *o = (struct owner *)owners->slots + i;

		if (o->inodes)
			all[n++] = (struct vz_quota_usage){
				.type = (uint32_t)o->key.b - 1,
				.id = (uint32_t)o->key.a,
				.space = o->space, .inodes = o->inodes,
			};
	}
	qsort(all, n, sizeof(*all), compare_usage);
	free(q->ugids);
	q->ugids = all;
	q->count = n;
	return 0;
}

static int count_from(struct counter *c, int fd)
{
	struct stat st;
	int ret;

	ret = fstat(fd, &st) ? -errno : add_inode(c, &st);
	if (ret)
		close(fd);
	else
		ret = push(c, fd, &st);
	return ret ? fail_count(c, "its top", -ret) : walk(c);
}

static void free_counter(struct counter *c)
{
	while (c->depth) {
		if (top_of(c)->dir)
			closedir(top_of(c)->dir);
		c->depth--;
	}
	free(c->levels);
	free(c->links.slots);
	free(c->owners.slots);
}

VZ_EXPORT int vz_quota_count(struct vz_ctx *ctx, const char *path,
			     struct vz_quota *q, struct vz_error *err)
{
	struct counter c = {
		.ctx = ctx, .path = path, .err = err,
		.level2 = q->flags & VZ_QUOTA_UGID,
		.links = { .width = sizeof(struct key) },
		.owners = { .width = sizeof(struct owner) },
	};
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM,
				     errno == ENOENT ? ENOTDIR : errno,
				     "Unable to open the directory %s", path);
	ret = count_from(&c, fd);
	if (!ret && c.level2 && take_owners(q, &c.owners))
		ret = vz_fail_oom(err);
	if (!ret) {
		q->all.type = VZ_QUOTA_ALL;
		q->all.space = c.space;
		q->all.inodes = c.inodes;
	}
	free_counter(&c);
	return ret;
}
