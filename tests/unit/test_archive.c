// SPDX-License-Identifier: GPL-2.0-only
/* Unpacking of OS templates: what must come out right. */
#include "archive_util.h"

/* v2 capability set with cap_net_raw, as the kernel stores it */
static const unsigned char caps[20] = { 1, 0, 0, 2, 0, 0x20 };

static void test_formats(void **state)
{
	static const int filters[] = {
		ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP,
		ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD,
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		begin(w, filters[i]);
		put_tree(w);
		end(w);
		must_extract(w);
		assert_content(w, "etc/motd", "hello");
		assert_content(w, "etc/last", "bye");
		assert_int_equal(stat_of(w, "noise").st_size, 300000);
		assert_true(w->steps >= 2);
		assert_int_equal(w->total, file_size(w));
		assert_int_equal(w->done, w->total);
	}
}

static void test_attributes(void **state)
{
	struct world *w = *state;
	struct stat st;

	begin_tar(w);
	entry(w, "dir", AE_IFDIR, 02555);
	archive_entry_set_gid(w->entry, 5);
	put(w, NULL, 0);
	entry(w, "dir/su", AE_IFREG, 04755);
	archive_entry_set_uid(w->entry, 65535);
	archive_entry_set_mtime(w->entry, MTIME, 42);
	put(w, "x", 1);
	entry(w, "sticky", AE_IFDIR, 01777);
	put(w, NULL, 0);
	end_extracted(w);
	st = stat_of(w, "dir");
	assert_int_equal(st.st_mode & 07777, 02555);
	assert_int_equal(st.st_gid, 5);
	assert_int_equal(st.st_mtim.tv_sec, MTIME);
	st = stat_of(w, "dir/su");
	assert_int_equal(st.st_mode & 07777, 04755);
	assert_int_equal(st.st_uid, 65535);
	assert_int_equal(st.st_gid, 0);
	assert_int_equal(st.st_mtim.tv_sec, MTIME);
	assert_int_equal(st.st_mtim.tv_nsec, 42);
	assert_int_equal(stat_of(w, "sticky").st_mode & 07777, 01777);
}

static void test_kinds(void **state)
{
	struct world *w = *state;
	char target[64] = "";
	struct stat st;

	begin_tar(w);
	put_reg(w, "a/file", "one");
	put_link(w, "a/abs", "/etc/passwd");
	put_link(w, "a/up", "../../../../etc/shadow");
	archive_entry_set_uid(entry(w, "a/fifo", AE_IFIFO, 0620), 7);
	put(w, NULL, 0);
	put_hard(w, "b", "./a/file");
	put_hard(w, "b-link", "a/abs");
	put_hard(w, "b", "b");
	end_extracted(w);
	assert_content(w, "b", "one");
	assert_int_equal(stat_of(w, "a/file").st_ino, stat_of(w, "b").st_ino);
	assert_true(readlink(at(w, "a/up"), target, 63) > 0);
	assert_string_equal(target, "../../../../etc/shadow");
	assert_true(S_ISLNK(stat_of(w, "b-link").st_mode));
	st = stat_of(w, "a/fifo");
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0620);
	assert_int_equal(st.st_uid, 7);
	assert_int_equal(stat_of(w, "a").st_mode & 07777, 0755);
}

static void test_xattrs(void **state)
{
	struct world *w = *state;
	unsigned char got[64];

	begin_tar(w);
	entry(w, "ping", AE_IFREG, 0755);
	archive_entry_xattr_add_entry(w->entry, "security.capability", caps,
				      sizeof(caps));
	archive_entry_xattr_add_entry(w->entry, "trusted.overlay.opaque", "y",
				      1);
	archive_entry_xattr_add_entry(w->entry, "security.selinux", "x", 1);
	put(w, "x", 1);
	end_extracted(w);
	assert_int_equal(getxattr(at(w, "ping"), "security.capability", got,
				  sizeof(got)), sizeof(caps));
	assert_memory_equal(got, caps, sizeof(caps));
	assert_true(getxattr(at(w, "ping"), "trusted.overlay.opaque", got,
			     sizeof(got)) < 0);
	assert_true(getxattr(at(w, "ping"), "security.selinux", got,
			     sizeof(got)) < 0);
}

static void add_acl(struct world *w, int tag, int id, int perm)
{
	archive_entry_acl_add_entry(w->entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS,
				    perm, tag, id, NULL);
}

/* A file with an access list in which a user has a place. */
static void put_acl(struct world *w, int uid)
{
	entry(w, "file", AE_IFREG, 0640);
	add_acl(w, ARCHIVE_ENTRY_ACL_USER_OBJ, -1, 6);
	add_acl(w, ARCHIVE_ENTRY_ACL_USER, uid, 7);
	add_acl(w, ARCHIVE_ENTRY_ACL_GROUP_OBJ, -1, 4);
	add_acl(w, ARCHIVE_ENTRY_ACL_MASK, -1, 5);
	add_acl(w, ARCHIVE_ENTRY_ACL_OTHER, -1, 0);
	put(w, "x", 1);
}

static void test_acl(void **state)
{
	struct world *w = *state;
	unsigned char got[128];
	int want = 4 + 8 * 5;

	if (setxattr(w->root, "system.posix_acl_access", "", 0, 0) &&
	    errno == EOPNOTSUPP)
		skip();
	begin_tar(w);
	put_acl(w, 1000);
	end_extracted(w);
	assert_int_equal(getxattr(at(w, "file"), "system.posix_acl_access",
				  got, sizeof(got)), want);
	assert_int_equal(stat_of(w, "file").st_mode & 07777, 0650);
}

static void test_acl_id(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_acl(w, 70000);
	end_refused(w, "file", "70000");
}

/* Number of a tar header in the binary form. */
static void put_number(char *field, uint64_t value)
{
	int i;

	for (i = 11; i > 0; i--, value >>= 8)
		field[i] = (char)value;
	field[0] = (char)0x80;
}

/* An old GNU sparse file of @size bytes with one block of data in the middle,
 * which libarchive cannot write. */
static void write_sparse(struct world *w, uint64_t size)
{
	char tar[4 * 512] = "huge";
	unsigned int sum = 0, i;
	int fd;

	strcpy(tar + 100, "0000644");
	strcpy(tar + 108, "0000000");
	strcpy(tar + 116, "0000000");
	put_number(tar + 124, 512);
	strcpy(tar + 136, "00000000001");
	tar[156] = 'S';
	memcpy(tar + 257, "ustar  ", 8);
	put_number(tar + 386, size / 2);
	put_number(tar + 398, 512);
	put_number(tar + 410, size);
	put_number(tar + 422, 0);
	put_number(tar + 483, size);
	memset(tar + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += (unsigned char)tar[i];
	snprintf(tar + 148, 8, "%06o", sum);
	memset(tar + 512, 'x', 512);
	fd = open(w->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, tar, sizeof(tar)), sizeof(tar));
	close(fd);
}

static void test_sparse(void **state)
{
	const off_t size = 1LL << 40;
	struct world *w = *state;
	struct stat st;
	char c = 0;
	int fd;

	write_sparse(w, (uint64_t)size);
	must_extract(w);
	st = stat_of(w, "huge");
	assert_true(st.st_size == size);
	assert_true(st.st_blocks < 1000);
	fd = open(at(w, "huge"), O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, size / 2 + 511), 1);
	assert_int_equal(c, 'x');
	assert_int_equal(pread(fd, &c, 1, size - 1), 1);
	assert_int_equal(c, 0);
	close(fd);
}

static void test_odd_names(void **state)
{
	static const char *const names[] = {
		"new\nline", "per%s%n%cent", " blank ", "-rf", "back\\slash",
		"nfc-\xc3\xa9", "nfd-e\xcc\x81", "latin-\xe9", "\x1b[31m",
	};
	struct world *w = *state;
	size_t i;

	begin_tar(w);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		put_reg(w, names[i], names[i]);
	end_extracted(w);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		assert_content(w, names[i], names[i]);
}

static void test_replaced(void **state)
{
	struct world *w = *state;

	begin_tar(w);
	put_reg(w, "file", "first");
	put_reg(w, "file", "second");
	put_link(w, "link", w->canary);
	entry(w, "link", AE_IFDIR, 0700);
	put(w, NULL, 0);
	put_reg(w, "link/inside", "in");
	put_hard(w, "file2", "file");
	put_hard(w, "file2", "link/inside");
	end_extracted(w);
	assert_content(w, "file", "second");
	assert_content(w, "link/inside", "in");
	assert_content(w, "file2", "in");
	assert_true(S_ISDIR(stat_of(w, "link").st_mode));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_formats), TEST(test_attributes), TEST(test_kinds),
		TEST(test_xattrs), TEST(test_acl), TEST(test_acl_id),
		TEST(test_sparse), TEST(test_odd_names), TEST(test_replaced),
	};

	if (geteuid()) {
		fprintf(stderr, "test_archive: skipped, needs root (owners, devices)\n");
		return 77;
	}
	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
