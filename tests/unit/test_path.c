// SPDX-License-Identifier: GPL-2.0-only
/* Lookups in trees that try to lead out of themselves; small files. */
#include "util.h"

static int open_dir(struct fixture *fx, const char *name)
{
	const char *path = fx_path(fx, "%s", name);
	int fd;

	assert_int_equal(vz_mkdir_p(path, 0755), 0);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void test_open_in_root(void **state)
{
	struct fixture *fx = *state;
	int root = open_dir(fx, "ct"), fd;

	fx_write(fx, "secret", "host");
	fx_write(fx, "ct/file", "ct");
	assert_int_equal(mkdir(fx_path(fx, "ct/sub"), 0755), 0);
	assert_int_equal(symlink(fx_path(fx, "secret"),
				 fx_path(fx, "ct/abs")), 0);
	assert_int_equal(symlink("../secret", fx_path(fx, "ct/rel")), 0);
	assert_int_equal(symlink("file", fx_path(fx, "ct/good")), 0);
	assert_int_equal(symlink("/", fx_path(fx, "ct/sub/up")), 0);

	fd = vz_open_in_root(root, "file", O_RDONLY, 0);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = vz_open_in_root(root, "/sub/../file", O_RDONLY, 0);
	assert_true(fd >= 0);
	close(fd);
	/* ".." stops at the root, no link is followed, good or bad */
	assert_int_equal(vz_open_in_root(root, "../secret", O_RDONLY, 0),
			 -ENOENT);
	assert_int_equal(vz_open_in_root(root, "abs", O_RDONLY, 0), -ELOOP);
	assert_int_equal(vz_open_in_root(root, "rel", O_RDONLY, 0), -ELOOP);
	assert_int_equal(vz_open_in_root(root, "good", O_RDONLY, 0), -ELOOP);
	assert_int_equal(vz_open_in_root(root, "sub/up/etc", O_RDONLY, 0),
			 -ELOOP);
	fd = vz_open_in_root(root, "new", O_WRONLY | O_CREAT | O_EXCL, 0640);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(access(fx_path(fx, "ct/new"), F_OK), 0);
	assert_int_equal(vz_open_in_root(root, "abs",
					 O_WRONLY | O_CREAT, 0640), -ELOOP);
	close(root);
	fx_expect(fx, "secret", "host");
}

static void test_magic_link(void **state)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(root >= 0);
	assert_int_equal(vz_open_in_root(root, "proc/self/root/etc",
					 O_RDONLY, 0), -ELOOP);
	close(root);
}

static void test_mkdir_in_root(void **state)
{
	struct fixture *fx = *state;
	int root = open_dir(fx, "ct"), fd;
	struct stat a, b;

	assert_int_equal(mkdir(fx_path(fx, "out"), 0755), 0);
	assert_int_equal(symlink(fx_path(fx, "out"),
				 fx_path(fx, "ct/link")), 0);
	fx_write(fx, "ct/file", "");
	fd = vz_mkdir_in_root(root, "/a//b/./c", 0700);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &a), 0);
	close(fd);
	assert_int_equal(stat(fx_path(fx, "ct/a/b/c"), &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(b.st_mode & 07777, 0700);
	fd = vz_mkdir_in_root(root, "a/b", 0700);
	assert_true(fd >= 0);
	close(fd);
	assert_true(vz_mkdir_in_root(root, "link/x", 0700) < 0);
	assert_int_equal(vz_mkdir_in_root(root, "../x", 0700), -EINVAL);
	assert_int_equal(vz_mkdir_in_root(root, "file/x", 0700), -ENOTDIR);
	assert_int_equal(access(fx_path(fx, "out/x"), F_OK), -1);
	assert_int_equal(access(fx_path(fx, "x"), F_OK), -1);
	close(root);
}

static void test_small_files(void **state)
{
	struct fixture *fx = *state;
	char *text = NULL, big[9001];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	fx_write(fx, "big", big);
	assert_int_equal(vz_read_file_at(AT_FDCWD, fx_path(fx, "big"), 9000,
					 &text), 0);
	assert_string_equal(text, big);
	free(text);
	assert_int_equal(vz_read_file_at(AT_FDCWD, fx_path(fx, "big"), 8999,
					 &text), -EFBIG);
	assert_int_equal(vz_read_file_at(AT_FDCWD, fx_path(fx, "none"), 10,
					 &text), -ENOENT);
	assert_int_equal(vz_write_file_at(AT_FDCWD, fx_path(fx, "none"), "a"),
			 -ENOENT);
	fx_write(fx, "small", "abc");
	assert_int_equal(vz_write_file_at(AT_FDCWD, fx_path(fx, "small"),
					  "XY"), 0);
	fx_expect(fx, "small", "XYc");
}

static void test_mkdir_p(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(vz_mkdir_p(fx_path(fx, "p/q/r"), 0755), 0);
	assert_int_equal(vz_mkdir_p(fx_path(fx, "p/q/r/"), 0755), 0);
	fx_write(fx, "p/file", "");
	assert_int_equal(vz_mkdir_p(fx_path(fx, "p/file/x"), 0755), -ENOTDIR);
	assert_int_equal(vz_mkdir_p(fx_path(fx, "p/file"), 0755), -ENOTDIR);
	assert_int_equal(vz_mkdir_p("", 0755), -ENOENT);
}

static void test_mount_root(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(vz_is_mount_root("/proc"), 1);
	assert_int_equal(vz_is_mount_root("/proc/sys"), 0);
	assert_int_equal(vz_is_mount_root(fx->dir), 0);
	assert_int_equal(vz_is_mount_root(fx_path(fx, "none")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_open_in_root),
		fx_test(test_magic_link),
		fx_test(test_mkdir_in_root),
		fx_test(test_small_files),
		fx_test(test_mkdir_p),
		fx_test(test_mount_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
