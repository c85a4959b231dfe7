/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of create and destroy share: a world of directories with
 * templates and a configuration. */
#ifndef _VZ_TESTS_UNIT_CREATE_UTIL_H
#define _VZ_TESTS_UNIT_CREATE_UTIL_H

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>

#include "area.h"
#include "files.h"

struct world {
	char base[64];
	char log[4096];		/* messages, one a line */
	struct vz_ctx *ctx;
	struct vz_ct *ct;
	struct vz_error err;
};

static inline const char *path_of(struct world *w, const char *name)
{
	static char path[2][4096];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", w->base, name);
	return path[turn];
}

static inline bool there(struct world *w, const char *name)
{
	struct stat st;

	return !lstat(path_of(w, name), &st);
}

static inline void put_file(struct world *w, const char *name, const char *text,
		     mode_t mode)
{
	int fd = open(path_of(w, name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static inline char *get_file(struct world *w, const char *name)
{
	char *text;

	assert_int_equal(vz_read_file_at(AT_FDCWD, path_of(w, name), 65536,
					 &text), 0);
	return text;
}

static inline void assert_has(struct world *w, const char *name, const char *part)
{
	char *text = get_file(w, name);

	if (!strstr(text, part))
		fail_msg("%s lacks %s:\n%s", name, part, text);
	free(text);
}

static inline void make_dir(struct world *w, const char *name, mode_t mode)
{
	assert_int_equal(mkdir(path_of(w, name), mode), 0);
	assert_int_equal(chmod(path_of(w, name), mode), 0);
}

static inline void note_log(void *data, int level, uint32_t ctid, const char *text)
{
	struct world *w = data;
	size_t used = strlen(w->log);

	if (level <= VZ_LOG_INFO)
		snprintf(w->log + used, sizeof(w->log) - used, "%s\n", text);
}

static char *listing;
static size_t listing_len;
static FILE *listing_out;

static int list_one(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	if (S_ISREG(st->st_mode))
		fprintf(listing_out, "%s %ld %o\n", path, (long)st->st_size,
			st->st_mode);
	else
		fprintf(listing_out, "%s %o\n", path, st->st_mode);
	return 0;
}

/* All names below the world but those of the state directory. */
static inline char *list(struct world *w)
{
	static const char *const dirs[] = { "etc", "vz", "canary" };
	size_t i;

	listing_out = open_memstream(&listing, &listing_len);
	assert_non_null(listing_out);
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		nftw(path_of(w, dirs[i]), list_one, 16, FTW_PHYS);
	fclose(listing_out);
	return listing;
}

static inline void add(struct archive *a, const char *name, int type, int mode,
		const char *text)
{
	struct archive_entry *e = archive_entry_new();
	size_t len = type == AE_IFREG ? strlen(text) : 0;

	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, (unsigned int)type);
	archive_entry_set_perm(e, (unsigned int)mode);
	archive_entry_set_size(e, (la_int64_t)len);
	if (type == AE_IFLNK)
		archive_entry_copy_symlink(e, text);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	if (len)
		assert_int_equal(archive_write_data(a, text, len), len);
	archive_entry_free(e);
}

static inline void make_template(struct world *w, const char *name, bool evil)
{
	struct archive *a = archive_write_new();
	int i;

	archive_write_add_filter_zstd(a);
	archive_write_set_format_pax(a);
	assert_int_equal(archive_write_open_filename(a, path_of(w, name)), 0);
	add(a, "./", AE_IFDIR, 0755, NULL);
	add(a, "./bin/", AE_IFDIR, 0755, NULL);
	add(a, "./bin/su", AE_IFREG, 04755, "su");
	add(a, "./canary", AE_IFLNK, 0777, path_of(w, "canary"));
	for (i = 0; i < 50; i++) {
		char dir[32];

		snprintf(dir, sizeof(dir), "./d%d/e/f", i);
		add(a, dir, AE_IFREG, 0644, "x");
	}
	if (evil)
		add(a, "./canary/file", AE_IFREG, 0644, "evil");
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

static inline void write_vz_conf(struct world *w, const char *extra)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "VE_ROOT=\"%s/vz/root/$VEID\"\n"
		 "VE_PRIVATE=\"%s/vz/private/$VEID\"\n"
		 "TEMPLATE=\"%s/vz/template\"\n"
		 "LOCKDIR=\"%s/vz/lock\"\n"
		 "DUMPDIR=\"%s/vz/dump\"\n"
		 "CONFIGFILE=\"small\"\n"
		 "DEF_OSTEMPLATE=\"tiny\"\n"
		 "%s", w->base, w->base, w->base, w->base, w->base, extra);
	put_file(w, "etc/vz.conf", text, 0644);
}

static inline void open_world(struct world *w)
{
	assert_int_equal(vz_ctx_new(&w->ctx, &w->err), 0);
	vz_ctx_set_log(w->ctx, note_log, w);
	assert_int_equal(vz_ctx_set_path(w->ctx, VZ_PATH_CONF,
					 path_of(w, "etc"), &w->err), 0);
	assert_int_equal(vz_ctx_set_path(w->ctx, VZ_PATH_STATE,
					 path_of(w, "state"), &w->err), 0);
	assert_int_equal(vz_ctx_set_path(w->ctx, VZ_PATH_RUN,
					 path_of(w, "run"), &w->err), 0);
	assert_int_equal(vz_ctx_set_path(w->ctx, VZ_PATH_QUOTA,
					 path_of(w, "quota"), &w->err), 0);
	assert_int_equal(vz_ctx_load(w->ctx, &w->err), 0);
	assert_int_equal(vz_ct_open(w->ctx, 901, &w->ct, &w->err), 0);
}

static inline void close_world(struct world *w)
{
	w->ct = vz_ct_unref(w->ct);
	w->ctx = vz_ctx_unref(w->ctx);
}

/* After changes of files by the test: everything read anew. */
static inline void reopen(struct world *w)
{
	close_world(w);
	open_world(w);
	w->log[0] = '\0';
}

static int setup(void **state)
{
	static const char *const dirs[] = {
		"etc", "etc/conf", "etc/names", "vz", "vz/private",
		"vz/template", "vz/template/cache", "vz/dump", "canary",
	};
	struct world *w = calloc(1, sizeof(*w));
	size_t i;

	assert_non_null(w);
	strcpy(w->base, "/tmp/vz-create.XXXXXX");
	assert_non_null(mkdtemp(w->base));
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		make_dir(w, dirs[i], 0755);
	put_file(w, "canary/file", "alive", 0644);
	put_file(w, "etc/conf/ve-small.conf-sample",
		 "# a sample\nPHYSPAGES=\"0:65536\"\n", 0644);
	make_template(w, "vz/template/cache/tiny.tar.zst", false);
	make_template(w, "vz/template/cache/evil.tar.zst", true);
	write_vz_conf(w, "");
	open_world(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char *text = get_file(w, "canary/file");

	assert_string_equal(text, "alive");
	free(text);
	close_world(w);
	remove_all(w->base);
	free(w);
	return 0;
}

static int create(struct world *w, const char *template, const char *config)
{
	const struct vz_create_opts opts = {
		.ostemplate = template, .config = config,
	};

	memset(&w->err, 0, sizeof(w->err));
	return vz_ct_create(w->ct, &opts, &w->err);
}

static inline void must_create(struct world *w)
{
	if (create(w, NULL, NULL))
		fail_msg("%s", w->err.text);
}

/* Fails with @code, saying @word, and changes no file. */
static inline void must_fail(struct world *w, const char *template, const char *config,
		      int code, const char *word)
{
	char *before = list(w), *after;
	bool had = vz_ct_has_config(w->ct);

	assert_true(create(w, template, config) < 0);
	if (w->err.code != code || !strstr(w->err.text, word))
		fail_msg("%d: %s", w->err.code, w->err.text);
	after = list(w);
	assert_string_equal(before, after);
	assert_int_equal(had, vz_ct_has_config(w->ct));
	free(before);
	free(after);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif /* _VZ_TESTS_UNIT_CREATE_UTIL_H */
