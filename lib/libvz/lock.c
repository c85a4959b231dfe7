// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock files LOCKDIR/N.lck: "PID\nSTATUS\n" and a line of our own.
 *
 * The file is born complete, by a link to an unnamed one, so exactly one
 * process gets it.  A file whose process is gone is removed under a guard
 * (flock(2) on a file elsewhere) and after another look, so nobody removes
 * the file of a process that was faster.  Other programs write just a pid.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "lock.h"
#include "param.h"

#define TRIES		200		/* changes of hand we watch */
#define EMPTY_WAITS	20		/* of 50 ms, for a file being written */

struct vz_lock {
	struct vz_ctx	*ctx;
	char		*path;
	int		fd;		/* the file, also without its name */
	pid_t		owner;		/* a fork does not own the lock */
};

/**
 * struct holder - what a lock file says
 * @pid: process, 0 if the file is empty or says nothing
 * @start: its start in ticks since the boot @boot; 0 if not told
 * @ino, @dev: the file
 */
struct holder {
	pid_t			pid;
	unsigned long long	start;
	char			boot[40];
	ino_t			ino;
	dev_t			dev;
};

int vz_guard(struct vz_ctx *ctx, enum vz_path where, const char *name,
	     struct vz_error *err)
{
	const char *dir = vz_ctx_path(ctx, where);
	autofree char *path = NULL;
	autoclose int fd = -1;
	int ret = vz_mkdir_p(dir, 0755);

	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to create %s", dir);
	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return vz_fail_oom(err);
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to open %s", path);
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return vz_fail_errno(err, VZ_E_SYSTEM, errno,
					     "Unable to lock %s", path);
	return steal_fd(&fd);
}

/* ---------------------------------------------------------- processes -- */

/* Start of a process in ticks since boot; 0 if there is none (a zombie will
 * do no more work). */
static unsigned long long process_start(pid_t pid)
{
	autofree char *text = NULL;
	unsigned long long start = 0;
	char path[64], state = 0;
	long threads = 0;
	char *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (vz_read_file_at(AT_FDCWD, path, 8192, &text))
		return 0;
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %llu",
			 &state, &threads, &start) != 3)
		return 0;
	if ((state == 'Z' || state == 'X') && threads <= 1)
		return 0;
	return start ? start : 1;
}

static void boot_id(char boot[static 40])
{
	autofree char *text = NULL;

	if (vz_read_file_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64,
			    &text))
		text = NULL;
	snprintf(boot, 40, "%.36s", text ? text : "-");
}

static bool is_alive(const struct holder *h)
{
	unsigned long long start = process_start(h->pid);
	char boot[40];

	if (!start)
		return false;
	if (!h->start)
		return true;
	/* another process may have got the same number since */
	boot_id(boot);
	return start == h->start && !strcmp(boot, h->boot);
}

static void command_line(pid_t pid, char *buf, size_t size)
{
	autoclose int fd = -1;
	ssize_t n = 0, i;

	snprintf(buf, size, "/proc/%d/cmdline", pid);
	fd = open(buf, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, buf, size - 1);
	if (n < 0)
		n = 0;
	while (n && !buf[n - 1])
		n--;
	for (i = 0; i < n; i++)
		if (!buf[i])
			buf[i] = ' ';
	buf[n] = '\0';
}

/* ---------------------------------------------------------- the files -- */

static int read_holder(const char *path, struct holder *h)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
				O_NOFOLLOW);
	char text[256];
	struct stat st;
	ssize_t n;
	int pid;

	memset(h, 0, sizeof(*h));
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		return -errno;
	h->ino = st.st_ino;
	h->dev = st.st_dev;
	n = S_ISREG(st.st_mode) ? read(fd, text, sizeof(text) - 1) : 0;
	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (sscanf(text, "%d", &pid) == 1 && pid > 0)
		h->pid = pid;
	if (sscanf(text, "%*d%*1[\n]%*[^\n]%*1[\n]%llu %36s", &h->start,
		   h->boot) != 2)
		h->start = 0;
	return 0;
}

static int write_holder(int fd, const char *what)
{
	char text[256], boot[40];
	int n;

	boot_id(boot);
	n = snprintf(text, sizeof(text), "%d\n%.64s\n%llu %s\n", getpid(),
		     *what ? what : "locked", process_start(getpid()), boot);
	return write(fd, text, (size_t)n) == n ? 0 : -(errno ? errno : EIO);
}

/*
 * A complete file without a name; on file systems that cannot do that, one
 * with a name of our pid's own.
 */
static int nameless_file(const char *dir, uint32_t ctid, const char *what,
			 char **tmp, struct vz_error *err)
{
	autoclose int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
	int ret;

	*tmp = NULL;
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		if (asprintf(tmp, "%s/.%u.lck.%d", dir, ctid, getpid()) < 0) {
			*tmp = NULL;
			return vz_fail_oom(err);
		}
		unlink(*tmp);
		fd = open(*tmp, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC |
			  O_NOFOLLOW, 0644);
	}
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to create a lock file in %s",
				     dir);
	errno = 0;
	ret = write_holder(fd, what);
	if (ret) {
		if (*tmp)
			unlink(*tmp);
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to write a lock file in %s", dir);
	}
	return steal_fd(&fd);
}

static int link_file(int fd, const char *tmp, const char *path)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, tmp ? tmp : name, AT_FDCWD, path,
		   tmp ? 0 : AT_SYMLINK_FOLLOW))
		return -errno;
	return 0;
}

/* -------------------------------------------------------- taking over -- */

/* Removes the file of a process that is gone, if it is still that file. */
static int remove_stale(struct vz_ct *ct, const char *path,
			const struct holder *seen, struct vz_error *err)
{
	autoclose int guard = vz_guard(ct->ctx, VZ_PATH_RUN, "lock.guard",
				       err);
	struct holder now;

	if (guard < 0)
		return guard;
	if (read_holder(path, &now) || now.ino != seen->ino ||
	    now.dev != seen->dev || now.pid != seen->pid ||
	    (now.pid && is_alive(&now)))
		return 0;
	vz_fault("lock:stale");
	ct_info(ct, "Removing stale lock file %s", path);
	if (unlink(path) && errno != ENOENT)
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to remove %s", path);
	return 0;
}

static int busy(struct vz_ct *ct, pid_t pid, struct vz_error *err)
{
	char cmdline[512];

	if (pid) {
		command_line(pid, cmdline, sizeof(cmdline));
		ct_err(ct, "Locked by: pid %d, cmdline %s", pid, cmdline);
	}
	return vz_fail(err, VZ_E_LOCKED, EBUSY, "Container already locked");
}

static int acquire(struct vz_ct *ct, int fd, const char *tmp, const char *path,
		   struct vz_error *err)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	struct holder h = { 0 };
	int tries, empty = 0, ret;

	for (tries = 0; tries < TRIES; tries++) {
		ret = link_file(fd, tmp, path);
		if (!ret)
			return 0;
		if (ret != -EEXIST)
			return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
					     "Unable to create %s", path);
		ret = read_holder(path, &h);
		if (ret == -ENOENT)
			continue;
		if (ret)
			return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
					     "Unable to read %s", path);
		if (h.pid && is_alive(&h))
			return busy(ct, h.pid, err);
		if (!h.pid && empty++ < EMPTY_WAITS) {
			nanosleep(&pause, NULL);
			continue;
		}
		ret = remove_stale(ct, path, &h, err);
		if (ret)
			return ret;
	}
	return busy(ct, h.pid, err);
}

VZ_EXPORT int vz_ct_lock(struct vz_ct *ct, const char *what,
			 struct vz_lock **lock, struct vz_error *err)
{
	const char *dir = vz_ctx_get(ct->ctx, "LOCKDIR");
	autofree char *path = NULL, *tmp = NULL;
	autoclose int fd = -1;
	struct vz_lock *l;
	int ret;

	if (!dir)
		return vz_fail(err, VZ_E_LOCKDIR_NOTSET, EINVAL,
			       "LOCKDIR is not set in %s/vz.conf",
			       vz_ctx_path(ct->ctx, VZ_PATH_CONF));
	ret = vz_mkdir_p(dir, 0755);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to create %s", dir);
	if (asprintf(&path, "%s/%u.lck", dir, ct->id) < 0) {
		path = NULL;
		return vz_fail_oom(err);
	}
	fd = nameless_file(dir, ct->id, what, &tmp, err);
	if (fd < 0)
		return fd;
	ret = acquire(ct, fd, tmp, path, err);
	if (tmp)
		unlink(tmp);
	if (ret)
		return ret;
	l = calloc(1, sizeof(*l));
	if (!l) {
		unlink(path);
		return vz_fail_oom(err);
	}
	l->ctx = vz_ctx_ref(ct->ctx);
	l->path = steal_ptr(path);
	l->fd = steal_fd(&fd);
	l->owner = getpid();
	*lock = l;
	vz_fault("lock:taken");
	return 0;
}

VZ_EXPORT struct vz_lock *vz_lock_release(struct vz_lock *lock)
{
	struct stat mine, there;

	if (!lock)
		return NULL;
	/* somebody may have removed our file by hand and taken the lock */
	if (lock->owner == getpid() && !fstat(lock->fd, &mine) &&
	    !lstat(lock->path, &there) && mine.st_ino == there.st_ino &&
	    mine.st_dev == there.st_dev)
		unlink(lock->path);
	close(lock->fd);
	free(lock->path);
	vz_ctx_unref(lock->ctx);
	free(lock);
	return NULL;
}
