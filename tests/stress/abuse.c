// SPDX-License-Identifier: GPL-2.0-only
/*
 * What root of a container tries, to see or have more than it may.  Each prints
 * a line when it succeeds with that.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <linux/quota.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "stress.h"

static int bad;

static void wrong(const char *what, const char *where)
{
	printf("not ok - %s: %s\n", what, where);
	bad = 1;
}

/* ------------------------------------------------------ other quotas -- */

static void set_quota(int fd, const char *where)
{
	struct if_dqblk d = { .dqb_bhardlimit = 1 << 20, .dqb_valid = QIF_LIMITS };
	struct fs_disk_quota x = {
		.d_version = FS_DQUOT_VERSION, .d_fieldmask = FS_DQ_BHARD,
		.d_blk_hardlimit = 1 << 20,
	};
	unsigned int flags = FS_QUOTA_PDQ_ENFD | FS_QUOTA_PDQ_ACCT;
	int type;

#define TRY(cmd, type, arg) \
	(!syscall(SYS_quotactl_fd, fd, QCMD(cmd, type), 0, arg))
	if (TRY(Q_SETQUOTA, PRJQUOTA, &d) || TRY(Q_XSETQLIM, PRJQUOTA, &x))
		wrong("level 1 can be set", where);
	if (TRY(Q_XQUOTAOFF, PRJQUOTA, &flags) || TRY(Q_QUOTAOFF, PRJQUOTA, 0) ||
	    TRY(Q_XQUOTAOFF, USRQUOTA, &flags))
		wrong("level 1 can be switched off", where);
	for (type = 0; strcmp(where, "/") && type < 3; type++) {
		if (TRY(Q_SETQUOTA, type, &d) || TRY(Q_XSETQLIM, type, &x))
			wrong("a quota can be set", where);
		if (TRY(Q_GETQUOTA, type, &d) || TRY(Q_GETNEXTQUOTA, type, &d))
			wrong("a quota can be read", where);
	}
#undef TRY
}

int abuse_quotas(int argc, char **argv)
{
	unsigned int minor;
	char name[] = "/device";
	int fd;

	for (; argc--; argv++) {
		fd = open(*argv, O_RDONLY | O_DIRECTORY);
		if (fd < 0)
			continue;
		set_quota(fd, *argv);
		close(fd);
	}
	for (minor = 0; minor < 256; minor++)
		if (!mknod(name, S_IFBLK | 0600, makedev(0, minor)) ||
		    !mknod(name, S_IFBLK | 0600, makedev(254, minor))) {
			wrong("a device can be made", name);
			break;
		}
	return bad;
}

/* ------------------------------------------------- out of the tree -- */

/* What lies in the directory is the host's; it must not be found. */
static void look_for(int dir, const char *canary, const char *how)
{
	struct stat st;

	if (!fstatat(dir, canary, &st, AT_SYMLINK_NOFOLLOW))
		wrong("out of the tree", how);
}

static void try_handle(int mount, unsigned int ino, unsigned int generation,
		       const char *canary)
{
	union {
		struct file_handle	handle;
		char			room[sizeof(struct file_handle) + 8];
	} h = { .handle = { .handle_bytes = 8, .handle_type = 1 } };
	unsigned int ids[] = { ino, generation };
	int fd;

	memcpy(h.handle.f_handle, ids, sizeof(ids));
	fd = open_by_handle_at(mount, &h.handle, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return;
	wrong("a handle was guessed", "open_by_handle_at");
	look_for(fd, canary, "open_by_handle_at");
	close(fd);
}

/* Numbers of inodes in the directories that are there, one after the other */
int abuse_handles(int argc, char **argv)
{
	static const char *const mounts[] = { "/", "/proc", "/dev", "/sys" };
	unsigned int ino, most = atoi(argv[1]);
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		fd = open(mounts[i], O_RDONLY | O_DIRECTORY);
		for (ino = 1; fd >= 0 && ino < most && !bad; ino++) {
			try_handle(fd, ino, 0, argv[0]);
			try_handle(fd, ino, 1, argv[0]);
		}
		close(fd);
	}
	return bad;
}

/* A directory that is moved out of a bind mount while somebody is in it */
int abuse_move(int argc, char **argv)
{
	int i, old;

	mkdir("/esc", 0755);
	mkdir("/esc/a", 0755);
	mkdir("/esc/a/b", 0755);
	mkdir("/esc/m", 0755);
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("/esc/a", "/esc/m", NULL, MS_BIND, NULL))
		die("bind: %s", strerror(errno));
	old = open("/esc/a", O_RDONLY | O_DIRECTORY);
	if (chdir("/esc/m/b") || renameat(old, "b", AT_FDCWD, "/esc/b"))
		die("rename: %s", strerror(errno));
	for (i = 0; i < 30; i++) {
		look_for(AT_FDCWD, argv[0], "rename out of a bind mount");
		if (chdir(".."))
			break;
	}
	return bad;
}

/* ------------------------------------------------------- more space -- */

static void project(void)
{
	int fd = open("/project", O_RDWR | O_CREAT, 0644);
	struct fsxattr attr;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attr))
		return;
	attr.fsx_projid = 4711;
	if (!ioctl(fd, FS_IOC_FSSETXATTR, &attr))
		wrong("another project", "FS_IOC_FSSETXATTR");
	close(fd);
}

static size_t fill_file(int fd)
{
	static char data[64 << 10];
	size_t done = 0;
	ssize_t n;

	while ((n = write(fd, data, sizeof(data))) > 0)
		done += n;
	return done;
}

/* Files that nobody sees, holes, space beyond the end: until all is full */
int abuse_space(int argc, char **argv)
{
	size_t most = strtoull(argv[0], NULL, 0), had = 0, len = 1UL << 30;
	static char page[PAGE];
	int fd, i;
	char *map;

	project();
	for (i = 0; i < 20; i++) {
		fd = open("/", O_TMPFILE | O_RDWR, 0600);
		if (fd < 0)
			break;
		had += i % 2 ? fill_file(fd) : 0;
		if (!fallocate(fd, FALLOC_FL_KEEP_SIZE, len, most))
			wrong("allocated beyond the limit", "fallocate");
	}
	fd = open("/sparse", O_RDWR | O_CREAT, 0600);
	unlink("/sparse");
	if (fd >= 0 && !ftruncate(fd, len)) {
		map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		for (i = 0; i < 5000; i++)
			if (!map_store(map + i * 16 * PAGE, page, PAGE))
				break;
		had += (size_t)i * PAGE;
	}
	printf("# %zu of %zu bytes\n", had, most);
	if (had > most)
		wrong("more than the limit", "all of it");
	return bad;
}

/* Empty files until there are too many */
int abuse_inodes(int argc, char **argv)
{
	int most = atoi(argv[0]), i, fd = -1;
	char path[64];

	if (mkdir("/many", 0755))
		die("/many: %s", strerror(errno));
	for (i = 0; i < most; i++) {
		snprintf(path, sizeof(path), "/many/%d", i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			break;
		close(fd);
	}
	printf("# %d files, then %s\n", i, fd < 0 ? strerror(errno) : "no error");
	return fd >= 0 || errno != EDQUOT;
}
