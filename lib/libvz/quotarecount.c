// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting anew while a container runs: the kernel charges each inode when it
 * is found for the first time, so all that is done here is to look at each
 * file.
 *
 * The walk goes through a mount of its own: what is mounted below the
 * container's root hides nothing, and a stop of the container can unmount that.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "core.h"
#include "quota.h"

/* Each begins anew because a directory was moved during the one before. */
#define MAX_PASSES	20

/* Files between two looks whether the container is still mounted */
#define LOOK		256

/**
 * struct recount - one count
 * @root: where the file system is mounted
 * @dev: the file system
 * @files: looked at
 */
struct recount {
	const char	*root;
	struct vz_error	*err;
	dev_t		dev;
	uint64_t	files;
};

static int look(void *arg, const struct stat *st)
{
	struct recount *r = arg;
	struct stat root;

	if (st->st_dev != r->dev)
		return -EXDEV;
	if (r->files++ % LOOK)
		return 0;
	if (!stat(r->root, &root) && root.st_dev == r->dev)
		return 0;
	return vz_fail(r->err, VZ_E_SYSTEM, ECANCELED,
		       "%s was unmounted, its disk usage is counted the next time",
		       r->root);
}

static int fail_counted(uint32_t id, int ret, struct vz_error *err)
{
	if (ret == -EXDEV)
		return vz_fail(err, VZ_E_SYSTEM, EXDEV,
			       "The disk usage of quota %u is counted only while nothing uses it: there are subvolumes inside; stop the container and run \"vzquota on %u -f\"",
			       id, id);
	if (ret == -EINVAL)
		return vz_fail(err, VZ_E_SYSTEM, EINVAL,
			       "The disk quota %u is that of another directory",
			       id);
	return vz_quota_fail(id, VZ_E_SYSTEM, ret, err);
}

/* 0, 1: nothing is to be counted, -EAGAIN, -ESTALE: once more. */
static int pass(struct vz_ctx *ctx, uint32_t id, int mnt, struct recount *r)
{
	struct vz_quota_walk walk = {
		.ctx = ctx, .path = r->root, .err = r->err,
		.visit = look, .arg = r,
	};
	struct vzquota_info info;
	int fd, ret;

	ret = vz_quota_info(ctx, id, &info);
	if (ret)
		return vz_quota_fail(id, VZ_E_SYSTEM, ret, r->err);
	if (!(info.flags & VZQUOTA_COUNT))
		return 1;
	fd = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return vz_fail_errno(r->err, VZ_E_SYSTEM, errno,
				     "Unable to open %s", r->root);
	ret = vz_quota_walk(&walk, fd);
	if (ret)
		return ret;
	vz_fault("quota:counted");
	ret = vz_quota_ioc_counted(ctx, id, mnt, info.moves);
	return ret && ret != -EAGAIN ? fail_counted(id, ret, r->err) : ret;
}

static int open_root(struct recount *r)
{
	struct stat st;
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, r->root,
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd >= 0 && !fstat(fd, &st)) {
		r->dev = st.st_dev;
		return fd;
	}
	vz_fail_errno(r->err, VZ_E_SYSTEM, errno, "Unable to open %s", r->root);
	if (fd >= 0)
		close(fd);
	return -1;
}

VZ_EXPORT int vz_quota_recount(struct vz_ctx *ctx, uint32_t id,
			       const char *root, struct vz_error *err)
{
	const struct timespec pause = { .tv_sec = 1 };
	struct recount r = { .root = root, .err = err };
	autoclose int mnt = open_root(&r);
	int passes, ret;

	if (mnt < 0)
		return -ENOTDIR;
	for (passes = 1;; passes++) {
		ret = pass(ctx, id, mnt, &r);
		if (ret != -EAGAIN && ret != -ESTALE)
			return ret;
		if (passes == MAX_PASSES)
			break;
		nanosleep(&pause, NULL);
	}
	return vz_fail(err, VZ_E_SYSTEM, EAGAIN,
		       "The disk usage of quota %u cannot be counted: directories are moved all the time",
		       id);
}

static void run_recount(uint32_t id)
{
	char number[16];
	char *const argv[] = { "vzquota", "recount", number, NULL };
	char *const env[] = { "PATH=/usr/local/sbin:/usr/sbin:/sbin", NULL };
	int fd;

	snprintf(number, sizeof(number), "%u", id);
	setsid();
	setpriority(PRIO_PROCESS, 0, 19);
	fd = open("/dev/null", O_RDWR);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	sys_close_from(3);
	execvpe(argv[0], argv, env);
}

void vz_quota_recount_start(struct vz_ct *ct)
{
	struct vzquota_info info;
	int status;
	pid_t pid;

	if (vz_quota_info(ct->ctx, ct->id, &info) ||
	    !(info.flags & VZQUOTA_COUNT))
		return;
	ct_info(ct, "Disk usage is counted while the container runs");
	pid = fork();
	if (!pid) {
		/* nobody has to wait for the one that counts */
		if (!fork())
			run_recount(ct->id);
		_exit(0);
	}
	if (pid > 0)
		sys_wait_pid(pid, -1, 0, &status);
}
