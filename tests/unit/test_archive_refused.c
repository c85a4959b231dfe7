// SPDX-License-Identifier: GPL-2.0-only
/* Unpacking of OS templates: what must be refused. */
#include "archive_util.h"

static void refuse_name(struct world *w, const char *name, const char *shown,
			const char *why)
{
	begin_tar(w);
	put_reg(w, name, "evil");
	end_refused(w, shown, why);
}

static void test_dotdot(void **state)
{
	refuse_name(*state, "../canary/secret", "../canary/secret", "\"..\"");
	refuse_name(*state, "a/../../canary/secret", "a/..", "\"..\"");
	refuse_name(*state, "a/..", "a/..", "\"..\"");
	refuse_name(*state, "..", "..", "\"..\"");
}

static void test_absolute(void **state)
{
	struct world *w = *state;
	char name[128];

	snprintf(name, sizeof(name), "%s/secret", w->canary);
	refuse_name(w, name, name, "absolute");
	refuse_name(w, "//etc/passwd", "//etc/passwd", "absolute");
}

static void test_through_symlink(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_link(w, "out", w->canary);
	put_reg(w, "out/secret", "evil");
	end_refused(w, "out/secret", "symbolic link");
}

static void test_through_relative_symlink(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_link(w, "a/b", "../../canary");
	entry(w, "a/b/dir/", AE_IFDIR, 0777);
	put(w, NULL, 0);
	end_refused(w, "a/b/dir", "symbolic link");
}

static void test_symlink_swapped_under_cache(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_reg(w, "d/one", "1");
	put_link(w, "d", w->canary);
	put_reg(w, "d/secret", "evil");
	end_refused(w, "\"d\"", "place of a directory");
}

/* The last part of a name is a link: the link is replaced, not followed. */
static void test_over_symlink(void **state)
{
	struct world *w = *state;
	char target[128];

	snprintf(target, sizeof(target), "%s/secret", w->canary);
	begin_tar(w);
	put_link(w, "file", target);
	put_reg(w, "file", "mine");
	end_extracted(w);
	assert_true(S_ISREG(stat_of(w, "file").st_mode));
}

static void test_root_replaced(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_link(w, "./", w->canary);
	end_refused(w, "./", "root");
}

static void test_hardlink_out(void **state)
{
	struct world *w = *state;
	char target[128];

	begin_tar(w);
	put_hard(w, "h", "../canary/secret");
	end_refused(w, "\"h\"", "\"..\"");
	snprintf(target, sizeof(target), "%s/secret", w->canary);
	begin_tar(w);
	put_hard(w, "h", target);
	end_refused(w, "\"h\"", "absolute");
}

static void test_hardlink_through_symlink(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_link(w, "out", w->canary);
	put_hard(w, "h", "out/secret");
	end_refused(w, "\"h\"", "symbolic link");
}

static void test_hardlink_missing(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_reg(w, "there", "x");
	put_hard(w, "there", "missing");
	end_refused(w, "\"there\"", "linked");
}

static void put_device(struct world *w, const char *name, int type)
{
	entry(w, name, type, 0666);
	archive_entry_set_rdevmajor(w->entry, 8);
	archive_entry_set_rdevminor(w->entry, 0);
	put(w, NULL, 0);
}

static void test_device(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_device(w, "tmp/sda", AE_IFBLK);
	end_refused(w, "tmp/sda", "device");
	begin_tar(w);
	put_device(w, "devil", AE_IFCHR);
	end_refused(w, "devil", "device");
}

static void test_device_in_dev(void **state)
{
	struct world *w = *state;
	struct stat st;

	begin_tar(w);
	entry(w, "./dev/", AE_IFDIR, 0755);
	put(w, NULL, 0);
	put_device(w, "./dev/sda", AE_IFBLK);
	put_device(w, "./dev/pts/0", AE_IFCHR);
	put_reg(w, "etc/passwd", "root");
	end_extracted(w);
	assert_int_equal(lstat(at(w, "dev/sda"), &st), -1);
	assert_int_equal(lstat(at(w, "dev/pts"), &st), -1);
	assert_content(w, "etc/passwd", "root");
}

static void test_ids(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	archive_entry_set_uid(entry(w, "file", AE_IFREG, 0644), 65536);
	put(w, NULL, 0);
	end_refused(w, "file", "owner");
	begin_tar(w);
	archive_entry_set_gid(entry(w, "link", AE_IFLNK, 0644), 4000000000LL);
	archive_entry_copy_symlink(w->entry, "x");
	put(w, NULL, 0);
	end_refused(w, "link", "group");
}

static void test_long_names(void **state)
{
	struct world *w = *state;
	char name[6000];
	size_t i;

	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	refuse_name(w, name, "nnn", "too long");
	for (i = 0; i < sizeof(name) - 1; i++)
		name[i] = i % 2 ? '/' : 'd';
	name[sizeof(name) - 1] = '\0';
	refuse_name(w, name, "d/d", "too long");
	name[4093] = '\0';
	begin_tar(w);
	put_reg(w, name, "deep");
	end_extracted(w);
	assert_true(S_ISDIR(stat_of(w, "d/d/d/d/d/d/d/d").st_mode));
}

/* Wherever it is cut, it is noticed, also between two entries. */
static void cut_everywhere(struct world *w, int filter, int steps)
{
	off_t size;
	int i;

	begin(w, filter);
	put_tree(w);
	end_extracted(w);
	size = file_size(w);
	for (i = steps - 1; i >= 0; i--) {
		truncate_file(w, size * i / steps);
		assert_true(extract(w) < 0);
		assert_int_equal(w->err.code, VZ_E_NEW_PRIVATE);
		assert_true(strstr(w->err.text, "emplate"));
	}
}

static void test_truncated_gz(void **state)
{
	cut_everywhere(*state, ARCHIVE_FILTER_GZIP, 25);
}

static void test_truncated_bz2(void **state)
{
	cut_everywhere(*state, ARCHIVE_FILTER_BZIP2, 25);
}

static void test_truncated_xz(void **state)
{
	cut_everywhere(*state, ARCHIVE_FILTER_XZ, 25);
}

static void test_truncated_zst(void **state)
{
	cut_everywhere(*state, ARCHIVE_FILTER_ZSTD, 25);
}

static void test_truncated_end(void **state)
{
	static const int filters[] = {
		ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ,
		ARCHIVE_FILTER_ZSTD,
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		begin(w, filters[i]);
		put_tree(w);
		end(w);
		truncate_file(w, file_size(w) - 1);
		must_refuse(w, "emplate", "damaged");
	}
}

static void test_truncated_tar(void **state)
{
	struct world *w = *state;
	off_t cut, size;

	begin_tar(w);
	put_reg(w, "one", "1");
	put_reg(w, "two", "2");
	put_reg(w, "three", "3");
	end_extracted(w);
	size = 3 * 1024;	/* of the entries, without the end mark */
	assert_true(file_size(w) > size);
	truncate_file(w, size + 512);
	must_extract(w);
	for (cut = size; cut >= 0; cut -= 128) {
		truncate_file(w, cut);
		assert_true(extract(w) < 0);
		assert_int_equal(w->err.code, VZ_E_NEW_PRIVATE);
	}
}

static void test_garbage(void **state)
{
	struct world *w = *state;
	char text[4096];
	unsigned int seed = 7;
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(rand_r(&seed) | 1);
	text[i] = '\0';
	put_file(w->file, text);
	must_refuse(w, "template", "not a tar");
	put_file(w->file, "");
	must_refuse(w, "template", "not a tar");
	begin_tar(w);
	end_refused(w, "template", "empty");
}

static void test_damaged(void **state)
{
	static const int filters[] = {
		ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ,
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		begin(w, filters[i]);
		put_tree(w);
		end(w);
		flip_byte(w, file_size(w) / 2);
		must_refuse(w, "emplate", "damaged");
	}
	begin_tar(w);
	put_reg(w, "one", "1");
	put_reg(w, "two", "2");
	end(w);
	flip_byte(w, 1024 + 3);
	must_refuse(w, "template", "damaged");
}

static void test_data_after_end(void **state)
{
	struct world *w = *state;
	static char tail[300000];
	int fd;

	begin_tar(w);
	put_reg(w, "one", "1");
	end(w);
	fd = open(w->file, O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, tail, sizeof(tail)), sizeof(tail));
	must_extract(w);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	must_refuse(w, "template", "after its end");
}

static void test_cancel(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_reg(w, "one", "1");
	end(w);
	w->ctx.cancelled = 1;
	assert_int_equal(extract(w), -ECANCELED);
}

/* 64 MiB of zeros in some kilobytes, into a file system of one MiB. */
static int fill_up(struct world *w)
{
	if (own_mount("none", w->root, "tmpfs", 0, "size=1m"))
		return 77;
	if (extract(w) != -ENOSPC || w->err.code != VZ_E_NO_DISK_SPACE ||
	    !strstr(w->err.text, "bomb"))
		return 1;
	return 0;
}

static void test_bomb(void **state)
{
	struct world *w = *state;
	char *zeros = calloc(1, 64 << 20);

	assert_non_null(zeros);
	begin(w, ARCHIVE_FILTER_XZ);
	entry(w, "bomb", AE_IFREG, 0644);
	put(w, zeros, 64 << 20);
	end(w);
	free(zeros);
	assert_true(file_size(w) < 100000);
	in_child(w, fill_up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_dotdot), TEST(test_absolute),
		TEST(test_through_symlink), TEST(test_through_relative_symlink),
		TEST(test_symlink_swapped_under_cache), TEST(test_over_symlink),
		TEST(test_root_replaced), TEST(test_hardlink_out),
		TEST(test_hardlink_through_symlink),
		TEST(test_hardlink_missing), TEST(test_device),
		TEST(test_device_in_dev), TEST(test_ids), TEST(test_long_names),
		TEST(test_truncated_gz), TEST(test_truncated_bz2),
		TEST(test_truncated_xz), TEST(test_truncated_zst),
		TEST(test_truncated_end), TEST(test_truncated_tar),
		TEST(test_garbage), TEST(test_damaged),
		TEST(test_data_after_end), TEST(test_cancel), TEST(test_bomb),
	};

	if (geteuid()) {
		fprintf(stderr, "test_archive_refused: skipped, needs root (owners, devices)\n");
		return 77;
	}
	return cmocka_run_group_tests_name("archive_refused", tests, NULL, NULL);
}
