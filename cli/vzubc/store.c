// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzubc: what was there the last time, for -r and -i.
 *
 * A file of lines "ID RESOURCE NUMBER" in a directory that only root can write
 * to: one that somebody else owns, or that is a link, is not read, and a new
 * one takes the place of the old.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "vzubc.h"

#define ULL(n)	((unsigned long long)(n))

static const char *const names[] = {
	[STORE_FAILCNT]	= "vzubc.failcnt",
	[STORE_HELD]	= "vzubc.held",
};

static bool complain(const char *what, const char *path)
{
	fprintf(stderr, "Unable to %s %s: %s\n", what, path, strerror(errno));
	return false;
}

static uint64_t *value_of(const struct counters *old, uint32_t id,
			  const char *name)
{
	struct counter *c = counter_find(old, id);
	size_t i;

	for (i = 0; c && i < c->count; i++)
		if (!strcmp(c->rows[i].name, name))
			return &c->rows[i].held;
	return NULL;
}

static void keep(struct counters *old, uint32_t id, const char *name,
		 uint64_t value)
{
	struct counter *c = counter_find(old, id);

	if (!c) {
		old->list = xrealloc(old->list, (old->count + 1) *
				     sizeof(*old->list));
		c = &old->list[old->count++];
		*c = (struct counter){ .id = id };
	}
	c->rows = xrealloc(c->rows, (c->count + 1) * sizeof(*c->rows));
	c->rows[c->count] = (struct row){ .held = value };
	snprintf(c->rows[c->count++].name, sizeof(c->rows->name), "%s", name);
}

/* Nothing stored is not an error. */
static bool load(const char *path, struct counters *old)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	unsigned long long value;
	unsigned int id;
	char name[16];
	struct stat st;
	FILE *f;

	if (fd < 0)
		return errno == ENOENT || complain("read", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		fprintf(stderr, "%s is not a file of ours\n", path);
		close(fd);
		return false;
	}
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return complain("read", path);
	}
	while (fscanf(f, "%u %15s %llu", &id, name, &value) == 3)
		keep(old, id, name, value);
	fclose(f);
	return true;
}

static void write_values(FILE *f, enum store_kind kind,
			 const struct counters *counters)
{
	size_t i, j;

	for (i = 0; i < counters->count; i++) {
		const struct counter *c = &counters->list[i];

		for (j = 0; j < c->count; j++)
			fprintf(f, "%u %s %llu\n", c->id, c->rows[j].name,
				ULL(kind == STORE_HELD ? c->rows[j].held :
				    c->rows[j].failcnt));
	}
}

static bool save(const char *path, enum store_kind kind,
		 const struct counters *counters)
{
	autofree char *tmp = xasprintf("%s.XXXXXX", path);
	int fd = mkostemp(tmp, O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok;

	if (!f)
		return complain("write", tmp);
	write_values(f, kind, counters);
	ok = !fflush(f) && !ferror(f);
	ok = !fclose(f) && ok && !rename(tmp, path);
	if (!ok) {
		complain("write", path);
		unlink(tmp);
	}
	return ok;
}

/* One that began anew since then has fewer. */
static void relate(enum store_kind kind, uint32_t id, struct row *row,
		   const struct counters *old)
{
	uint64_t *before = value_of(old, id, row->name);

	if (kind == STORE_HELD)
		row->held_change = before ? (int64_t)(row->held - *before) : 0;
	else if (before && *before <= row->failcnt)
		row->failcnt -= *before;
}

bool store_relate(const char *dir, enum store_kind kind,
		  struct counters *counters)
{
	autofree char *path = xasprintf("%s/%s", dir, names[kind]);
	struct counters old = { 0 };
	size_t i, j;
	bool ok;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return complain("make", dir);
	ok = load(path, &old) && save(path, kind, counters);
	for (i = 0; ok && i < counters->count; i++)
		for (j = 0; j < counters->list[i].count; j++)
			relate(kind, counters->list[i].id,
			       &counters->list[i].rows[j], &old);
	counters_free(&old);
	return ok;
}

bool store_clear(const char *dir, enum store_kind kind)
{
	autofree char *path = xasprintf("%s/%s", dir, names[kind]);

	return !unlink(path) || errno == ENOENT || complain("remove", path);
}
