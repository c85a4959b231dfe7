// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quota files.  One value or record a line, in this order:
 *
 *	vzquota 1
 *	state clean
 *	id 101
 *	path /vz/private/101
 *	dirty 0
 *	level2 1
 *	ugid_limit 100
 *	grace user 604800 604800
 *	grace group 604800 604800
 *	grace all 0 0
 *	all 0 SPACE SOFT HARD INODES SOFT HARD SPACE_TIME INODES_TIME
 *	user 0 ...
 *	group 0 ...
 *	end
 *
 * Space is in bytes.  A file that would be written differently is damaged.
 */
#include <fcntl.h>
#include <limits.h>
#include <time.h>

#include "quota.h"

#define MAX_SIZE	(256 << 20)
#define LOCK_SECONDS	10

static const char *const types[VZ_QUOTA_TYPES] = { "user", "group", "all" };

/* One byte of the file for each quota is locked. */
int vz_quota_lock(struct vz_ctx *ctx, uint32_t id, struct vz_error *err)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	const char *dir = vz_ctx_path(ctx, VZ_PATH_RUN);
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = id,
		.l_len = 1,
	};
	autofree char *path = NULL;
	autoclose int fd = -1;
	int tries, ret;

	ret = vz_mkdir_p(dir, 0755);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to create %s", dir);
	if (asprintf(&path, "%s/quota.lock", dir) < 0) {
		path = NULL;
		return vz_fail_oom(err);
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to open %s", path);
	for (tries = 0; tries < LOCK_SECONDS * 20; tries++) {
		if (!fcntl(fd, F_OFD_SETLK, &lock))
			return steal_fd(&fd);
		nanosleep(&pause, NULL);
	}
	return vz_fail(err, VZ_E_LOCKED, EAGAIN,
		       "Another program works on the disk quota %u", id);
}

char *vz_quota_file(struct vz_ctx *ctx, uint32_t id, const char *file)
{
	char *path;

	if (file)
		return strdup(file);
	return asprintf(&path, "%s/quota.%u", vz_ctx_path(ctx, VZ_PATH_QUOTA),
			id) < 0 ? NULL : path;
}

VZ_EXPORT void vz_quota_free(struct vz_quota *q)
{
	free(q->path);
	free(q->ugids);
	q->path = NULL;
	q->ugids = NULL;
	q->count = 0;
}

/* ----------------------------------------------------------- writing -- */

#define ULL(n)	((unsigned long long)(n))

static void put_usage(FILE *f, const struct vz_quota_usage *u)
{
	fprintf(f, "%s %u %llu %llu %llu %llu %llu %llu %llu %llu\n",
		types[u->type], u->id, ULL(u->space), ULL(u->space_soft),
		ULL(u->space_hard), ULL(u->inodes), ULL(u->inodes_soft),
		ULL(u->inodes_hard), ULL(u->space_time), ULL(u->inodes_time));
}

char *vz_quota_format(const struct vz_quota *q)
{
	char *text = NULL;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "vzquota 1\nstate %s\nid %u\npath %s\ndirty %d\n"
		"level2 %d\nugid_limit %u\n",
		q->flags & VZ_QUOTA_ON ? "running" : "clean", q->id, q->path,
		!!(q->flags & VZ_QUOTA_DIRTY), !!(q->flags & VZ_QUOTA_UGID),
		q->ugid_limit);
	for (i = 0; i < VZ_QUOTA_TYPES; i++)
		fprintf(f, "grace %s %u %u\n", types[i], q->grace[i].space,
			q->grace[i].inodes);
	put_usage(f, &q->all);
	for (i = 0; i < q->count; i++)
		put_usage(f, &q->ugids[i]);
	fputs("end\n", f);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return fsync(fd) ? -errno : 0;
}

static int sync_directory(const char *dir)
{
	autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -errno : 0;
}

/* Writes @text to a file beside @path and gives it that name. */
static int replace(const char *dir, const char *path, const char *text)
{
	autofree char *tmp = NULL;
	autoclose int fd = -1;
	int ret;

	if (asprintf(&tmp, "%s.XXXXXX", path) < 0) {
		tmp = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(tmp, O_CLOEXEC);	/* mode 0600 */
	if (fd < 0)
		return -errno;
	ret = write_all(fd, text);
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		unlink(tmp);
	return ret ? ret : sync_directory(dir);
}

int vz_quota_write(struct vz_ctx *ctx, const char *file,
		   const struct vz_quota *q, struct vz_error *err)
{
	autofree char *path = vz_quota_file(ctx, q->id, file);
	autofree char *text = vz_quota_format(q), *dir = NULL;
	char *slash = path ? strrchr(path, '/') : NULL;
	int ret;

	if (path)
		dir = slash ? strndup(path, (size_t)(slash - path) + 1) :
			      strdup(".");
	if (!path || !text || !dir)
		return vz_fail_oom(err);
	ret = file ? 0 : vz_mkdir_p(vz_ctx_path(ctx, VZ_PATH_QUOTA), 0700);
	if (!ret)
		ret = replace(dir, path, text);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to write the quota file %s", path);
	return 0;
}

/* ----------------------------------------------------------- reading -- */

static int parse_head(const char *text, struct vz_quota *q, int *len)
{
	int dirty = 0, level2 = 0;
	char state[8];

	*len = 0;
	if (sscanf(text, "vzquota 1\nstate %7s\nid %u\npath %m[^\n]\ndirty %d\nlevel2 %d\nugid_limit %u\ngrace user %u %u\ngrace group %u %u\ngrace all %u %u\n%n",
		   state, &q->id, &q->path, &dirty, &level2, &q->ugid_limit,
		   &q->grace[0].space, &q->grace[0].inodes,
		   &q->grace[1].space, &q->grace[1].inodes,
		   &q->grace[2].space, &q->grace[2].inodes, len) != 12 || !*len)
		return -EUCLEAN;
	q->flags = (!strcmp(state, "running") ? VZ_QUOTA_ON : 0) |
		   (dirty ? VZ_QUOTA_DIRTY : 0) |
		   (level2 ? VZ_QUOTA_UGID : 0);
	return 0;
}

static int parse_usage(const char *line, struct vz_quota_usage *u)
{
	unsigned long long n[8];
	char type[8];

	if (sscanf(line, "%7s %u %llu %llu %llu %llu %llu %llu %llu %llu",
		   type, &u->id, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5],
		   &n[6], &n[7]) != 10)
		return -EUCLEAN;
	for (u->type = 0; u->type < VZ_QUOTA_TYPES; u->type++)
		if (!strcmp(types[u->type], type))
			break;
	u->space = n[0];
	u->space_soft = n[1];
	u->space_hard = n[2];
	u->inodes = n[3];
	u->inodes_soft = n[4];
	u->inodes_hard = n[5];
	u->space_time = n[6];
	u->inodes_time = n[7];
	return u->type < VZ_QUOTA_TYPES ? 0 : -EUCLEAN;
}

static bool is_before(const struct vz_quota_usage *a,
		      const struct vz_quota_usage *b)
{
	return a->type != b->type ? a->type < b->type : a->id < b->id;
}

static int add_usage(struct vz_quota *q, const struct vz_quota_usage *u)
{
	struct vz_quota_usage *v;

	if (u->type == VZ_QUOTA_ALL ||
	    (q->count && !is_before(&q->ugids[q->count - 1], u)))
		return -EUCLEAN;
	if (!(q->count & (q->count - 1))) {
		v = reallocarray(q->ugids, q->count ? q->count * 2 : 1,
				 sizeof(*v));
		if (!v)
			return -ENOMEM;
		q->ugids = v;
	}
	q->ugids[q->count++] = *u;
	return 0;
}

static int parse_records(const char *text, struct vz_quota *q)
{
	struct vz_quota_usage u;
	int ret;

	ret = parse_usage(text, &q->all);
	if (!ret && q->all.type != VZ_QUOTA_ALL)
		ret = -EUCLEAN;
	while (!ret) {
		text = strchr(text, '\n');
		if (!text)
			return -EUCLEAN;
		if (!strcmp(text, "\nend\n"))
			break;
		ret = parse_usage(++text, &u);
		if (!ret)
			ret = add_usage(q, &u);
	}
	return ret;
}

int vz_quota_parse(const char *text, struct vz_quota *q)
{
	autofree char *again = NULL;
	int ret, len;

	*q = (struct vz_quota){ 0 };
	ret = parse_head(text, q, &len);
	if (!ret)
		ret = parse_records(text + len, q);
	if (!ret) {
		again = vz_quota_format(q);
		ret = !again ? -ENOMEM : strcmp(again, text) ? -EUCLEAN : 0;
	}
	if (ret)
		vz_quota_free(q);
	return ret;
}

VZ_EXPORT int vz_quota_read(struct vz_ctx *ctx, uint32_t id, const char *file,
			    struct vz_quota *q, struct vz_error *err)
{
	autofree char *path = vz_quota_file(ctx, id, file), *text = NULL;
	int ret;

	*q = (struct vz_quota){ 0 };
	if (!path)
		return vz_fail_oom(err);
	ret = vz_read_file_at(AT_FDCWD, path, MAX_SIZE, &text);
	if (ret == -ENOENT)
		return vz_fail(err, VZ_E_SYSTEM, ENOENT,
			       "There is no quota file %s", path);
	if (!ret)
		ret = vz_quota_parse(text, q);
	if (!ret && q->id != id) {
		vz_quota_free(q);
		ret = -EUCLEAN;
	}
	if (ret == -EUCLEAN || ret == -EFBIG)
		return vz_fail(err, VZ_E_SYSTEM, EUCLEAN,
			       "The quota file %s is damaged", path);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to read the quota file %s", path);
	return 0;
}
