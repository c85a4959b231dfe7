// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on one file, each compared with what a copy in memory says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "file.h"

#define LOG	24

static struct model model = { .direct = -1 };
static uint64_t seed;
static unsigned long operations, refused;
/* the last ones, for who has to find out what went wrong */
static struct {
	const char	*name;
	size_t		size;
	int		err;
} done[LOG];

size_t pick_range(size_t most, size_t unit, size_t *len)
{
	size_t units = most / unit, pos;
	/* short ones are as likely as long ones */
	size_t longest = chance(2) ? 1 + units / 8 : units;

	if (!units) {
		*len = 0;
		return 0;
	}
	pos = pick(units);
	*len = 1 + pick(longest);
	*len = (*len < units - pos ? *len : units - pos) * unit;
	return pos * unit;
}

void fill_random(char *to, size_t len)
{
	uint64_t x = pick(UINT64_MAX);
	size_t i;

	for (i = 0; i < len; i++) {
		if (!(i & 63))
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		to[i] = (x >> (i & 31)) | 1;
	}
}

void model_put(struct model *m, size_t pos, const char *data, size_t len)
{
	memmove(m->good + pos, data, len);
	if (len && pos + len > m->size)
		m->size = pos + len;
}

void model_zero(struct model *m, size_t pos, size_t len)
{
	if (pos < m->size)
		memset(m->good + pos, 0,
		       len < m->size - pos ? len : m->size - pos);
}

void model_resize(struct model *m, size_t size)
{
	if (size < m->size)
		memset(m->good + size, 0, m->size - size);
	m->size = size;
}

void model_wrong(struct model *m, const char *fmt, ...)
{
	unsigned long i = operations > LOG ? operations - LOG : 0;
	va_list args;

	printf("not ok - seed %llu, operation %lu: ", (unsigned long long)seed,
	       operations);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	for (; i <= operations; i++)
		printf("# %lu %s: %zu bytes, %s\n", i, done[i % LOG].name,
		       done[i % LOG].size, strerror(done[i % LOG].err));
	exit(1);
}

void model_compare(struct model *m, const char *how, size_t pos, size_t len)
{
	size_t i;

	if (!memcmp(m->seen, m->good + pos, len))
		return;
	for (i = 0; m->seen[i] == m->good[pos + i];)
		i++;
	model_wrong(m, "%s: byte %#zx is %#hhx instead of %#hhx", how, pos + i,
		    m->seen[i], m->good[pos + i]);
}

static void compare_all(struct model *m)
{
	struct stat st;
	ssize_t n;

	if (fstat(m->fd, &st) || (size_t)st.st_size != m->size)
		model_wrong(m, "it has %lld bytes instead of %zu",
			    (long long)st.st_size, m->size);
	n = pread(m->fd, m->seen, m->size, 0);
	if (n != (ssize_t)m->size)
		model_wrong(m, "reading all: %zd (%s)", n, strerror(errno));
	model_compare(m, "all of it", 0, m->size);
}

static void reopen(struct model *m)
{
	if (m->fd >= 0)
		close(m->fd);
	if (m->direct >= 0)
		close(m->direct);
	m->fd = open(m->path, O_RDWR | O_CLOEXEC);
	if (m->fd < 0)
		model_wrong(m, "open: %s", strerror(errno));
	m->direct = open(m->path, O_RDWR | O_DIRECT | O_CLOEXEC);
}

static void prepare(struct model *m, const char *path)
{
	m->path = path;
	m->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	m->other = memfd_create("other", MFD_CLOEXEC);
	if (m->fd < 0 || m->other < 0 || pipe(m->pipe))
		die("%s: %s", path, strerror(errno));
	if (ftruncate(m->other, MOST_BYTES))
		die("ftruncate: %s", strerror(errno));
	reopen(m);
}

static const struct operation *choose(const struct operation *all)
{
	const struct operation *o;
	unsigned int sum = 0, n;

	for (o = all; o->name; o++)
		sum += o->weight;
	n = pick(sum);
	for (o = all; n >= o->weight; o++)
		n -= o->weight;
	return o;
}

static void one(struct model *m)
{
	const struct operation *o = choose(chance(2) ? file_writes :
							file_changes);
	int err;

	done[operations % LOG].name = o->name;
	done[operations % LOG].size = m->size;
	done[operations % LOG].err = 0;
	err = o->run(m);
	done[operations % LOG].err = err;
	if (err && err != EDQUOT && err != EOPNOTSUPP && err != ENOSPC)
		model_wrong(m, "%s: %s", o->name, strerror(err));
	refused += err == EDQUOT;
	if (chance(16))
		compare_all(m);
	if (chance(200))
		reopen(m);
	operations++;
}

int stress_file(int argc, char **argv)
{
	double end = now() + atof(argv[1]);

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
	seed_numbers(seed);
	printf("# %s: seed %llu\n", argv[0], (unsigned long long)seed);
	prepare(&model, argv[0]);
	while (now() < end)
		one(&model);
	compare_all(&model);
	posix_fadvise(model.fd, 0, 0, POSIX_FADV_DONTNEED);
	reopen(&model);
	compare_all(&model);
	printf("# %s: %lu operations, %lu refused for the quota\n", argv[0],
	       operations, refused);
	return 0;
}
