// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cgroups of a container:
 *
 *   /sys/fs/cgroup/vz/ID      limits; only the host writes here
 *   /sys/fs/cgroup/vz/ID/ct   root of the container's cgroup namespace,
 *                             delegated to its root user
 *
 * The directory vz lies beside systemd's slices.  A controller that is
 * enabled below a directory cannot be switched off in it, so nothing that
 * systemd does on the host reaches the containers.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>

#include "core.h"
#include "ubc.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"

#define MAX_DESCENDANTS		"4096"
#define MAX_DEPTH		"64"

static void cgroup_path(const struct vz_ct *ct, char *buf, size_t size,
			const char *file)
{
	snprintf(buf, size, CGROUP_ROOT "/" VZ_CGROUP_NAME "/%u%s", ct->id, file);
}

static int write_limit(struct vz_ct *ct, const char *file, const char *value,
		       bool required, struct vz_error *err)
{
	char path[128];
	int ret;

	cgroup_path(ct, path, sizeof(path), file);
	ret = vz_write_file_at(AT_FDCWD, path, value);
	if (ret == -ENOENT && !required)
		return 0;
	if (ret)
		return vz_fail_errno(err, VZ_E_SETUBC, -ret,
				     "Unable to set %s of CT %u to %s",
				     file + 1, ct->id, value);
	return 0;
}

/*
 * Enables all controllers that the directory offers for its children: at once,
 * since every write makes the kernel go through all that is below, and one by
 * one where some are missing.
 */
static int enable_controllers(const char *dir, struct vz_error *err)
{
	static const char *const wanted[] = {
		"+memory", "+pids", "+cpu", "+io", "+cpuset"
	};
	char path[128];
	size_t i;
	int ret;

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	if (!vz_write_file_at(AT_FDCWD, path, "+memory +pids +cpu +io +cpuset"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		ret = vz_write_file_at(AT_FDCWD, path, wanted[i]);
		if (ret && i < 2)
			return vz_fail_errno(err, VZ_E_BAD_KERNEL, -ret,
					     "Unable to enable the cgroup controller %s in %s",
					     wanted[i] + 1, dir);
	}
	return 0;
}

static int make_dir(const char *path, struct vz_error *err)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to create the cgroup %s", path);
	return 0;
}

static int open_dir(const char *path, struct vz_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to open the cgroup %s", path);
	return fd;
}

/* The kernel lists the files that may be given away with a directory. */
static int delegate(int dir, uint32_t base, struct vz_error *err)
{
	autofree char *list = NULL;
	char *file, *save = NULL;
	int ret;

	ret = vz_read_file_at(AT_FDCWD, "/sys/kernel/cgroup/delegate", 4096,
			      &list);
	if (ret < 0)
		return vz_fail_errno(err, VZ_E_BAD_KERNEL, -ret,
				     "Unable to read /sys/kernel/cgroup/delegate");
	if (fchown(dir, base, base))
		goto fail;
	for (file = strtok_r(list, "\n", &save); file;
	     file = strtok_r(NULL, "\n", &save)) {
		if (fchownat(dir, file, base, base, AT_SYMLINK_NOFOLLOW) &&
		    errno != ENOENT)
			goto fail;
	}
	return 0;
fail:
	return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
			     "Unable to delegate the cgroup to id %u", base);
}

static int make_pair(struct vz_ct *ct, uint32_t base, struct vz_cgroup *cg,
		     struct vz_error *err)
{
	char limits[96], inner[96];
	int ret;

	cgroup_path(ct, limits, sizeof(limits), "");
	cgroup_path(ct, inner, sizeof(inner), "/ct");
	ret = make_dir(limits, err);
	if (ret)
		return ret;
	ret = enable_controllers(limits, err);
	if (ret)
		return ret;
	vz_fault("start:cgroup-half");
	ret = make_dir(inner, err);
	if (ret)
		return ret;
	cg->limits = open_dir(limits, err);
	if (cg->limits < 0)
		return cg->limits;
	cg->ct = open_dir(inner, err);
	if (cg->ct < 0)
		return cg->ct;
	return delegate(cg->ct, base, err);
}

int vz_cgroup_create(struct vz_ct *ct, uint32_t base, struct vz_cgroup *cg,
		     struct vz_error *err)
{
	int ret;

	ret = enable_controllers(CGROUP_ROOT, err);
	if (ret)
		return ret;
	ret = make_dir(CGROUP_ROOT "/" VZ_CGROUP_NAME, err);
	if (ret)
		return ret;
	ret = enable_controllers(CGROUP_ROOT "/" VZ_CGROUP_NAME, err);
	if (ret)
		return ret;
	ret = make_pair(ct, base, cg, err);
	if (ret) {
		vz_cgroup_close(cg);
		vz_cgroup_remove(ct, NULL);
	}
	return ret;
}

void vz_cgroup_close(struct vz_cgroup *cg)
{
	if (cg->limits >= 0)
		close(steal_fd(&cg->limits));
	if (cg->ct >= 0)
		close(steal_fd(&cg->ct));
}

bool vz_cgroup_exists(struct vz_ct *ct)
{
	char path[96];

	cgroup_path(ct, path, sizeof(path), "");
	return !access(path, F_OK);
}

static int write_pages(struct vz_ct *ct, const char *file, uint64_t pages,
		       bool required, struct vz_error *err)
{
	char value[32] = "max";

	if (pages != VZ_UB_UNLIMITED)
		snprintf(value, sizeof(value), "%llu", (unsigned long long)
			 (pages * sysconf(_SC_PAGESIZE)));
	return write_limit(ct, file, value, required, err);
}

static int memory_and_tasks(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_ub_limit limits[VZ_UB_RESOURCES];
	char value[32];
	int ret;

	vz_ub_limits(ct, limits);
	ret = write_pages(ct, "/memory.max", limits[VZUB_PHYSPAGES].limit, true,
			  err);
	if (!ret)
		ret = write_pages(ct, "/memory.swap.max",
				  limits[VZUB_SWAPPAGES].limit, false, err);
	if (ret)
		return ret;
	snprintf(value, sizeof(value), "%llu",
		 (unsigned long long)limits[VZUB_NUMPROC].barrier);
	return write_limit(ct, "/pids.max", value, true, err);
}

int vz_cgroup_limits(struct vz_ct *ct, struct vz_error *err)
{
	int ret = 0;

	if (!vz_ub_writes_cgroup(ct->ctx))
		ret = memory_and_tasks(ct, err);
	if (!ret)
		ret = write_limit(ct, "/cgroup.max.descendants",
				  MAX_DESCENDANTS, true, err);
	if (!ret)
		ret = write_limit(ct, "/cgroup.max.depth", MAX_DEPTH, true,
				  err);
	return ret;
}

static int is_populated(int events)
{
	char text[256];
	ssize_t len = pread(events, text, sizeof(text) - 1, 0);

	if (len < 0)
		return errno == ENODEV ? 0 : -errno;
	text[len] = '\0';
	return strstr(text, "populated 1") != NULL;
}

static time_t uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* cgroup.events raises POLLPRI whenever "populated" changes. */
static int wait_empty(struct vz_ct *ct, int events, struct vz_error *err)
{
	time_t end = uptime() + VZ_KILL_TIMEOUT;
	struct pollfd pfd = { .fd = events, .events = POLLPRI };
	int ret;

	for (;;) {
		ret = is_populated(events);
		if (ret <= 0)
			return ret;
		if (uptime() >= end)
			return vz_fail(err, VZ_E_STOP, ETIMEDOUT,
				       "Unable to stop container: processes of CT %u do not die within %d seconds, see \"dmesg | tail\"",
				       ct->id, VZ_KILL_TIMEOUT);
		poll(&pfd, 1, 1000);
	}
}

int vz_cgroup_kill(struct vz_ct *ct, struct vz_error *err)
{
	autoclose int events = -1;
	char path[128];
	int ret;

	cgroup_path(ct, path, sizeof(path), "/cgroup.events");
	events = open(path, O_RDONLY | O_CLOEXEC);
	if (events < 0)
		return errno == ENOENT ? 0 :
			vz_fail_errno(err, VZ_E_STOP, errno,
				      "Unable to read %s", path);
	if (!is_populated(events))
		return 0;
	cgroup_path(ct, path, sizeof(path), "/cgroup.kill");
	ret = vz_write_file_at(AT_FDCWD, path, "1");
	if (ret)
		return vz_fail_errno(err, VZ_E_STOP, -ret,
				     "Unable to kill the processes of CT %u",
				     ct->id);
	return wait_empty(ct, events, err);
}

/* Name of some directory below @dir: 1, none: 0, or a negative errno. */
static int first_subdir(int dir, char name[NAME_MAX + 1])
{
	struct dirent *entry;
	int fd = fcntl(dir, F_DUPFD_CLOEXEC, 0), ret = 0;
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		return ret;
	}
	rewinddir(stream);
	while (!ret && (entry = readdir(stream))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		strcpy(name, entry->d_name);
		ret = 1;
	}
	closedir(stream);
	return ret;
}

/* Depth first; MAX_DEPTH bounds how deep a tenant could nest them. */
static int remove_tree(int parent, const char *name)
{
	char sub[NAME_MAX + 1];
	int ret;

	if (!unlinkat(parent, name, AT_REMOVEDIR) || errno == ENOENT)
		return 0;
	if (errno != EBUSY)
		return -errno;
	for (;;) {
		autoclose int dir = openat(parent, name, O_RDONLY | O_DIRECTORY |
					   O_NOFOLLOW | O_CLOEXEC);

		if (dir < 0)
			return errno == ENOENT ? 0 : -errno;
		ret = first_subdir(dir, sub);
		if (ret <= 0)
			break;
		ret = remove_tree(dir, sub);
		if (ret)
			return ret;
	}
	if (ret < 0)
		return ret;
	return unlinkat(parent, name, AT_REMOVEDIR) && errno != ENOENT ?
		-errno : 0;
}

int vz_cgroup_remove(struct vz_ct *ct, struct vz_error *err)
{
	autoclose int top = -1;
	char name[16];
	int ret;

	top = open(CGROUP_ROOT "/" VZ_CGROUP_NAME,
		   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return 0;
	snprintf(name, sizeof(name), "%u", ct->id);
	ret = remove_tree(top, name);
	if (ret)
		return vz_fail_errno(err, VZ_E_STOP, -ret,
				     "Unable to remove the cgroup of CT %u",
				     ct->id);
	return 0;
}

/* The path comes from the kernel, but its end was named by the container. */
int vz_cgroup_of(struct vz_ct *ct, pid_t pid, struct vz_error *err)
{
	autoclose int top = -1;
	autofree char *text = NULL;
	char path[64], prefix[64];
	char *line, *end;
	int fd, ret;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	snprintf(prefix, sizeof(prefix), "0::/" VZ_CGROUP_NAME "/%u/", ct->id);
	ret = vz_read_file_at(AT_FDCWD, path, 65536, &text);
	line = ret < 0 ? NULL : strstr(text, prefix);
	if (!line || (line != text && line[-1] != '\n'))
		return vz_fail(err, VZ_E_NOT_RUNNING, ESRCH,
			       "Container is not running");
	line += strlen("0::/");
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	top = open_dir(CGROUP_ROOT, err);
	if (top < 0)
		return top;
	fd = vz_open_in_root(top, line, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_NOT_RUNNING, -fd,
				     "Unable to open the cgroup of CT %u",
				     ct->id);
	return fd;
}
