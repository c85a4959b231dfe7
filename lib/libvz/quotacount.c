// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the files below a directory use: bytes as st_blocks has them, inodes,
 * and whose they are.  Of the inodes, only those with several names are
 * remembered.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "quota.h"

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
 * struct counter - what was found
 * @links: inodes with several names that were seen
 * @owners: empty unless @level2 is set
 */
struct counter {
	bool		level2;
	uint64_t	space;
	uint64_t	inodes;
	struct table	links;
	struct table	owners;
};

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

static int add_inode(void *arg, const struct stat *st)
{
	struct counter *c = arg;
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

VZ_EXPORT int vz_quota_count(struct vz_ctx *ctx, const char *path,
			     struct vz_quota *q, struct vz_error *err)
{
	struct counter c = {
		.level2 = q->flags & VZ_QUOTA_UGID,
		.links = { .width = sizeof(struct key) },
		.owners = { .width = sizeof(struct owner) },
	};
	struct vz_quota_walk walk = {
		.ctx = ctx, .path = path, .err = err,
		.visit = add_inode, .arg = &c,
	};
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM,
				     errno == ENOENT ? ENOTDIR : errno,
				     "Unable to open the directory %s", path);
	ret = vz_quota_walk(&walk, fd);
	if (!ret && c.level2 && take_owners(q, &c.owners))
		ret = vz_fail_oom(err);
	if (!ret) {
		q->all.type = VZ_QUOTA_ALL;
		q->all.space = c.space;
		q->all.inodes = c.inodes;
	}
	free(c.links.slots);
	free(c.owners.slots);
	return ret;
}
