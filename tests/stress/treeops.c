// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations in a tree.  Names are few, so that processes meet.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "stress.h"

#define NAMES	16
#define DEPTH	2
#define DIRS	3
#define USERS	6

static char data[256 << 10] __attribute__((aligned(PAGE)));

static int result(int ret)
{
	return ret < 0 ? errno : 0;
}

static unsigned int pick_user(void)
{
	return chance(3) ? 0 : 1000 + pick(USERS);
}

/* Some path below the top; directories are d*, all else has other names. */
static const char *pick_path(struct tree *t, char kind, char *path)
{
	size_t n = sprintf(path, "%s", t->top);
	int depth = pick(DEPTH + 1);

	while (depth--)
		n += sprintf(path + n, "/d%d", (int)pick(DIRS));
	if (kind == 'd')
		sprintf(path + n, "/d%d", (int)pick(DIRS));
	else
		/* long names make directories grow */
		sprintf(path + n, "/%c%0*d", kind, chance(8) ? 200 : 2,
			(int)pick(NAMES));
	return path;
}

static const char *pick_any(struct tree *t, char *path)
{
	return pick_path(t, "dfffffslp"[pick(9)], path);
}

static int open_file(struct tree *t, int flags)
{
	char path[512];
	int fd, tries;

	for (tries = 0, fd = -1; tries < 4 && fd < 0; tries++)
		fd = open(pick_path(t, 'f', path),
			  flags | O_CLOEXEC | O_NOFOLLOW,
			  chance(4) ? 04755 : 0666);
	return fd;
}

static int done_with(int fd, int err)
{
	close(fd);
	return err;
}

/* -------------------------------------------------------------- names -- */

static int op_create(struct tree *t)
{
	unsigned int user = pick_user();
	int fd;

	setfsgid(chance(2) ? user : 0);
	setfsuid(user);
	fd = open_file(t, O_RDWR | O_CREAT | (chance(3) ? O_TRUNC : 0) |
		       (chance(3) ? O_EXCL : 0));
	setfsuid(0);
	setfsgid(0);
	if (fd < 0)
		return errno;
	return done_with(fd, result(write(fd, data, pick(3 * PAGE))));
}

static int op_mkdir(struct tree *t)
{
	char path[512];

	return result(mkdir(pick_path(t, 'd', path), chance(4) ? 02777 : 0777));
}

static int op_rmdir(struct tree *t)
{
	char path[512];

	return result(rmdir(pick_path(t, 'd', path)));
}

static int op_symlink(struct tree *t)
{
	char path[512], target[2000];
	size_t len = 1 + pick(chance(4) ? sizeof(target) - 2 : 80);

	memset(target, 'x', len);
	target[len] = 0;
	return result(symlink(target, pick_path(t, 's', path)));
}

static int op_mknod(struct tree *t)
{
	char path[512];

	return result(mknod(pick_path(t, 'p', path),
			    (chance(2) ? S_IFIFO : S_IFSOCK) | 0666, 0));
}

static int op_link(struct tree *t)
{
	char from[512], to[512];

	return result(link(pick_path(t, 'f', from),
			   pick_path(t, chance(2) ? 'f' : 'l', to)));
}

static int op_unlink(struct tree *t)
{
	char path[512];

	return result(unlink(pick_any(t, path)));
}

static int op_rename(struct tree *t)
{
	static const unsigned int flags[] = {
		0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT,
	};
	char kind = "dfffsl"[pick(6)], from[512], to[512];

	return result(renameat2(AT_FDCWD, pick_path(t, kind, from), AT_FDCWD,
				pick_path(t, kind, to),
				flags[pick(ARRAY_SIZE(flags))]));
}

static int op_tmpfile(struct tree *t)
{
	char path[512], proc[64];
	int fd, err;

	pick_path(t, 'd', path);
	fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	if (fd < 0)
		return errno;
	write(fd, data, pick(10 * PAGE));
	sprintf(proc, "/proc/self/fd/%d", fd);
	err = result(linkat(AT_FDCWD, proc, AT_FDCWD, pick_path(t, 'f', path),
			    AT_SYMLINK_FOLLOW));
	write(fd, data, pick(10 * PAGE));
	return done_with(fd, err);
}

static int op_readdir(struct tree *t)
{
	char path[512];
	DIR *dir = opendir(pick_path(t, 'd', path));
	const struct dirent *e;
	struct stat st;

	if (!dir)
		return errno;
	while ((e = readdir(dir)))
		fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW);
	closedir(dir);
	return 0;
}

/* ---------------------------------------------------------- attributes -- */

static int op_chown(struct tree *t)
{
	char path[512];

	return result(lchown(pick_any(t, path), chance(4) ? -1U : pick_user(),
			     chance(4) ? -1U : pick_user()));
}

static int op_chmod(struct tree *t)
{
	char path[512];

	return result(chmod(pick_path(t, 'f', path), pick(010000)));
}

static int op_setxattr(struct tree *t)
{
	char path[512], name[16];

	sprintf(name, "user.%d", (int)pick(6));
	return result(lsetxattr(pick_path(t, chance(4) ? 'd' : 'f', path), name,
				data, pick(chance(4) ? 3000 : 200), 0));
}

static int op_removexattr(struct tree *t)
{
	char path[512], name[16];

	sprintf(name, "user.%d", (int)pick(6));
	return result(lremovexattr(pick_path(t, 'f', path), name));
}

/* Users with rights of their own, as many as is needed to fill some space. */
static int op_acl(struct tree *t)
{
	struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} e[40];
	} acl = { .version = 2 };
	bool is_dir = chance(3);
	char path[512];
	size_t users = pick(36), n = 0, i;

#define ENTRY(t, p, i)	do {						\
		acl.e[n].tag = (t), acl.e[n].perm = (p), acl.e[n++].id = (i); \
	} while (0)
	ENTRY(0x01, 7, -1U);
	for (i = 0; i < users; i++)
		ENTRY(0x02, pick(8), 5000 + i);
	ENTRY(0x04, 7, -1U);
	ENTRY(0x10, 7, -1U);
	ENTRY(0x20, 7, -1U);
#undef ENTRY
	return result(setxattr(pick_path(t, is_dir ? 'd' : 'f', path),
			       is_dir ? "system.posix_acl_default" :
					"system.posix_acl_access",
			       &acl, 4 + 8 * n, 0));
}

/* ---------------------------------------------------------------- data -- */

static int op_write(struct tree *t)
{
	int fd = open_file(t, O_RDWR | (chance(3) ? O_APPEND : 0)), i, err = 0;

	if (fd < 0)
		return errno;
	for (i = pick(6); i >= 0 && !err; i--)
		err = result(pwrite(fd, data, pick(sizeof(data)),
				    pick(t->limit)));
	return done_with(fd, err);
}

static int op_direct(struct tree *t)
{
	int fd = open_file(t, O_RDWR | O_DIRECT), err;

	if (fd < 0)
		return errno;
	err = result(pwrite(fd, data, (1 + pick(16)) * PAGE,
			    pick(t->limit / PAGE) * PAGE));
	return done_with(fd, err);
}

static int op_truncate(struct tree *t)
{
	char path[512];

	return result(truncate(pick_path(t, 'f', path),
			       chance(3) ? 0 : pick(t->limit)));
}

static int op_map(struct tree *t)
{
	int fd = open_file(t, O_RDWR);
	size_t len = pick(20 * PAGE);
	struct stat st;
	char *map;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) || !st.st_size) {
		if (ftruncate(fd, pick(t->limit)) || fstat(fd, &st))
			return done_with(fd, errno);
	}
	map = mmap(NULL, t->limit, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return errno;
	/* others cut it: a bus error is no mistake */
	map_store(map + pick(t->limit - len), data, len);
	munmap(map, t->limit);
	return 0;
}

static int op_fallocate(struct tree *t)
{
	static const int modes[] = {
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_INSERT_RANGE,
		/* these take blocks */
		0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE,
		FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
	};
	int mode = modes[pick(ARRAY_SIZE(modes) - (may_allocate() ? 0 : 4))];
	int fd = open_file(t, O_RDWR);
	size_t unit = chance(2) ? 1 : PAGE, len = (1 + pick(64)) * PAGE;
	int err;

	if (fd < 0)
		return errno;
	err = result(fallocate(fd, mode, pick(t->limit) / unit * unit,
			       len - (unit == 1 ? pick(PAGE) : 0)));
	return done_with(fd, err);
}

static int op_copy(struct tree *t)
{
	int from = open_file(t, O_RDONLY), to, err;
	loff_t in = 0, out = pick(t->limit);

	if (from < 0)
		return errno;
	to = open_file(t, O_RDWR | O_CREAT);
	if (to < 0)
		return done_with(from, errno);
	switch (pick(3)) {
	case 0:
		err = result(ioctl(to, FICLONE, from));
		break;
	case 1:
		err = result(copy_file_range(from, &in, to, &out, t->limit, 0));
		break;
	default:
		err = result(sendfile(to, from, NULL, t->limit));
	}
	close(to);
	return done_with(from, err);
}

/*
 * Where another one writes to a mapping while op_direct() writes past the page
 * cache, the kernel keeps EIO for the next who asks, on every file system
 * ("Page cache invalidation failure on direct I/O" in its log).
 */
static int op_sync(struct tree *t)
{
	int fd = open_file(t, O_RDWR), err;

	if (fd < 0)
		return errno;
	err = result(chance(20) ? syncfs(fd) : fsync(fd));
	return done_with(fd, err == EIO ? EAGAIN : err);
}

/* A file that stays open, and goes on being written when it has no name. */
static int op_hold(struct tree *t)
{
	int *held = &t->held[pick(ARRAY_SIZE(t->held))];

	if (*held < 0 || chance(3)) {
		if (*held >= 0)
			close(*held);
		*held = open_file(t, O_RDWR | O_CREAT);
		return result(*held);
	}
	return result(pwrite(*held, data, pick(8 * PAGE), pick(t->limit)));
}

static const struct {
	const char	*name;
	int		(*run)(struct tree *t);
	unsigned int	weight;
} operations[] = {
	{ "create", op_create, 10 },
	{ "mkdir", op_mkdir, 5 },
	{ "rmdir", op_rmdir, 2 },
	{ "symlink", op_symlink, 3 },
	{ "mknod", op_mknod, 3 },
	{ "link", op_link, 4 },
	{ "unlink", op_unlink, 6 },
	{ "rename", op_rename, 6 },
	{ "tmpfile", op_tmpfile, 3 },
	{ "readdir", op_readdir, 1 },
	{ "chown", op_chown, 4 },
	{ "chmod", op_chmod, 2 },
	{ "setxattr", op_setxattr, 4 },
	{ "removexattr", op_removexattr, 2 },
	{ "acl", op_acl, 2 },
	{ "write", op_write, 10 },
	{ "direct", op_direct, 4 },
	{ "truncate", op_truncate, 4 },
	{ "map", op_map, 5 },
	{ "fallocate", op_fallocate, 6 },
	{ "copy", op_copy, 4 },
	{ "sync", op_sync, 1 },
	{ "hold", op_hold, 6 },
};

int tree_operation(struct tree *t, const char **name)
{
	unsigned int i, n, sum = 0;

	for (i = 0; i < ARRAY_SIZE(operations); i++)
		sum += operations[i].weight;
	n = pick(sum);
	for (i = 0; n >= operations[i].weight; i++)
		n -= operations[i].weight;
	*name = operations[i].name;
	return operations[i].run(t);
}
