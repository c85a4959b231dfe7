/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of unpacking share: a place with a canary beside it, ways to
 * write archives and to look at what came out. */
#ifndef _VZ_TESTS_UNIT_ARCHIVE_UTIL_H
#define _VZ_TESTS_UNIT_ARCHIVE_UTIL_H

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <archive.h>
#include <archive_entry.h>

#include "files.h"
#include "internal.h"

#define MTIME	1234567890

struct world {
	char base[64];		/* everything is below it */
	char root[80];		/* where archives are unpacked to */
	char file[80];		/* the archive */
	char canary[80];	/* must never change */
	char *before;		/* what the canary looks like */
	struct archive *out;	/* the archive while it is written */
	struct archive_entry *entry;
	struct vz_error err;
	struct vz_ctx ctx;
	uint64_t done, total;
	int steps;
};

static char *describe_text;
static size_t describe_len;
static FILE *describe_out;

static int describe_one(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	char buf[64] = "";
	int fd;

	if (S_ISREG(st->st_mode)) {
		fd = open(path, O_RDONLY);
		assert_true(fd >= 0);
		assert_true(read(fd, buf, sizeof(buf) - 1) >= 0);
		close(fd);
	}
	fprintf(describe_out, "%s %o %u:%u %ld %ld.%ld %lu %s\n", path,
		st->st_mode, st->st_uid, st->st_gid, (long)st->st_size,
		(long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		(unsigned long)st->st_nlink, buf);
	return 0;
}

static inline char *describe(const char *dir)
{
	describe_out = open_memstream(&describe_text, &describe_len);
	assert_non_null(describe_out);
	assert_int_equal(nftw(dir, describe_one, 16, FTW_PHYS), 0);
	fclose(describe_out);
	return describe_text;
}

static inline void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static inline const char *at(struct world *w, const char *name)
{
	static char path[8192];

	snprintf(path, sizeof(path), "%s/%s", w->root, name);
	return path;
}

static inline void note_progress(void *data, uint64_t done, uint64_t total)
{
	struct world *w = data;

	assert_true(done >= w->done);
	assert_true(done <= total);
	w->done = done;
	w->total = total;
	w->steps++;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char path[128];

	assert_non_null(w);
	strcpy(w->base, "/tmp/vz-archive.XXXXXX");
	assert_non_null(mkdtemp(w->base));
	snprintf(w->root, sizeof(w->root), "%s/root", w->base);
	snprintf(w->file, sizeof(w->file), "%s/file", w->base);
	snprintf(w->canary, sizeof(w->canary), "%s/canary", w->base);
	assert_int_equal(mkdir(w->root, 0755), 0);
	assert_int_equal(mkdir(w->canary, 0755), 0);
	snprintf(path, sizeof(path), "%s/secret", w->canary);
	put_file(path, "secret");
	snprintf(path, sizeof(path), "%s/dir", w->canary);
	assert_int_equal(mkdir(path, 0700), 0);
	w->before = describe(w->canary);
	w->ctx.refs = 1;
	w->ctx.ctl_fd = -1;
	w->ctx.progress_fn = note_progress;
	w->ctx.progress_data = w;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char *after = describe(w->canary);

	assert_string_equal(w->before, after);
	free(after);
	free(w->before);
	remove_all(w->base);
	free(w);
	return 0;
}

/* Begins an archive compressed with @filter (ARCHIVE_FILTER_...). */
static inline void begin(struct world *w, int filter)
{
	w->out = archive_write_new();
	w->entry = archive_entry_new();
	assert_int_equal(archive_write_add_filter(w->out, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_pax(w->out), 0);
	assert_int_equal(archive_write_open_filename(w->out, w->file), 0);
}

static inline void end(struct world *w)
{
	assert_int_equal(archive_write_close(w->out), ARCHIVE_OK);
	archive_write_free(w->out);
	archive_entry_free(w->entry);
}

static inline void begin_tar(struct world *w)
{
	begin(w, ARCHIVE_FILTER_NONE);
}

/* Starts an entry; more may be set before put(). */
static inline struct archive_entry *entry(struct world *w, const char *name, int type,
				   int mode)
{
	archive_entry_clear(w->entry);
	archive_entry_copy_pathname(w->entry, name);
	archive_entry_set_filetype(w->entry, (unsigned int)type);
	archive_entry_set_perm(w->entry, (unsigned int)mode);
	archive_entry_set_uid(w->entry, 0);
	archive_entry_set_gid(w->entry, 0);
	archive_entry_set_mtime(w->entry, MTIME, 0);
	archive_entry_set_size(w->entry, 0);
	return w->entry;
}

static inline void put(struct world *w, const void *data, size_t len)
{
	if (len)
		archive_entry_set_size(w->entry, (la_int64_t)len);
	assert_true(archive_write_header(w->out, w->entry) >= ARCHIVE_WARN);
	if (len)
		assert_int_equal(archive_write_data(w->out, data, len), len);
}

static inline void put_reg(struct world *w, const char *name, const char *text)
{
	entry(w, name, AE_IFREG, 0644);
	put(w, text, strlen(text));
}

static inline void put_link(struct world *w, const char *name, const char *target)
{
	archive_entry_copy_symlink(entry(w, name, AE_IFLNK, 0777), target);
	put(w, NULL, 0);
}

static inline void put_hard(struct world *w, const char *name, const char *target)
{
	archive_entry_copy_hardlink(entry(w, name, AE_IFREG, 0644), target);
	put(w, NULL, 0);
}

static int extract(struct world *w)
{
	int dir = open(w->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = open(w->file, O_RDONLY | O_CLOEXEC), ret;

	assert_true(dir >= 0 && fd >= 0);
	memset(&w->err, 0, sizeof(w->err));
	w->done = 0;
	w->steps = 0;
	ret = vz_archive_extract(&w->ctx, fd, dir, &w->err);
	close(fd);
	close(dir);
	if (ret)
		assert_int_equal(ret, w->err.err);
	return ret;
}

static inline void must_extract(struct world *w)
{
	if (extract(w))
		fail_msg("%s", w->err.text);
}

/* The archive is refused; the sentence has both words in it. */
static inline void must_refuse(struct world *w, const char *name, const char *why)
{
	assert_true(extract(w) < 0);
	assert_int_equal(w->err.code, VZ_E_NEW_PRIVATE);
	if (!strstr(w->err.text, name) || !strstr(w->err.text, why))
		fail_msg("\"%s\" lacks \"%s\" or \"%s\"", w->err.text, name,
			 why);
}

static inline void end_extracted(struct world *w)
{
	end(w);
	must_extract(w);
}

static inline void end_refused(struct world *w, const char *name,
			       const char *why)
{
	end(w);
	must_refuse(w, name, why);
}

static inline void assert_content(struct world *w, const char *name, const char *text)
{
	char *got;

	assert_int_equal(vz_read_file_at(AT_FDCWD, at(w, name), 4096, &got), 0);
	assert_string_equal(got, text);
	free(got);
}

static inline struct stat stat_of(struct world *w, const char *name)
{
	struct stat st;

	assert_int_equal(lstat(at(w, name), &st), 0);
	return st;
}

static inline void truncate_file(struct world *w, off_t size)
{
	assert_int_equal(truncate(w->file, size), 0);
}

static inline off_t file_size(struct world *w)
{
	struct stat st;

	assert_int_equal(stat(w->file, &st), 0);
	return st.st_size;
}

static inline void flip_byte(struct world *w, off_t offset)
{
	int fd = open(w->file, O_RDWR);
	unsigned char c;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, offset), 1);
	c ^= 0x55;
	assert_int_equal(pwrite(fd, &c, 1, offset), 1);
	close(fd);
}

static inline void put_tree(struct world *w)
{
	static char noise[300000];
	unsigned int seed = 1;
	size_t i;

	for (i = 0; i < sizeof(noise); i++)
		noise[i] = (char)rand_r(&seed);
	entry(w, "./", AE_IFDIR, 0755);
	put(w, NULL, 0);
	entry(w, "./etc/", AE_IFDIR, 0750);
	put(w, NULL, 0);
	put_reg(w, "./etc/motd", "hello");
	entry(w, "./noise", AE_IFREG, 0600);
	put(w, noise, sizeof(noise));
	put_reg(w, "./etc/last", "bye");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif /* _VZ_TESTS_UNIT_ARCHIVE_UTIL_H */
