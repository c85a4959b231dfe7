// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations on one file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "file.h"

#define PIPE	(64 << 10)

static char data[MOST_BYTES] __attribute__((aligned(PAGE)));

/* ------------------------------------------------------------- writing -- */

static int put(struct model *m, ssize_t n, size_t pos)
{
	if (n < 0)
		return errno;
	model_put(m, pos, data, n);
	return 0;
}

static int op_write(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, 1, &len);

	fill_random(data, len);
	return put(m, pwrite(m->fd, data, len, pos), pos);
}

static int op_writev(struct model *m)
{
	size_t len, pos = pick_range(m->size + PAGE < MOST_BYTES ?
				     m->size + PAGE : MOST_BYTES, 1, &len);
	size_t half = pick(len);
	struct iovec v[] = { { data, half }, { data + half, len - half } };

	fill_random(data, len);
	return put(m, pwritev(m->fd, v, 2, pos), pos);
}

static int op_append(struct model *m)
{
	size_t len = pick(MOST_BYTES - m->size + 1), pos = m->size;
	struct iovec v = { data, len < PIPE ? len : PIPE };

	fill_random(data, v.iov_len);
	return put(m, pwritev2(m->fd, &v, 1, 0, RWF_APPEND), pos);
}

static int op_direct(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, PAGE, &len);

	if (m->direct < 0)
		return EOPNOTSUPP;
	fill_random(data, len);
	return put(m, pwrite(m->direct, data, len, pos), pos);
}

static int op_map(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, 1, &len), done;
	char *map;

	if (pos + len > m->size) {
		if (ftruncate(m->fd, pos + len))
			return errno;
		model_resize(m, pos + len);
	}
	map = mmap(NULL, MOST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd,
		   0);
	if (map == MAP_FAILED)
		return errno;
	fill_random(data, len);
	done = map_store(map + pos, data, len);
	if (chance(4))
		msync(map, MOST_BYTES, MS_SYNC);
	munmap(map, MOST_BYTES);
	model_put(m, pos, data, done);
	return done < len ? EDQUOT : 0;
}

static int op_sendfile_to(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, 1, &len);
	off_t from = 0;
	ssize_t n;

	fill_random(data, len);
	if (pwrite(m->other, data, len, 0) != (ssize_t)len ||
	    lseek(m->fd, pos, SEEK_SET) < 0)
		return errno;
	n = sendfile(m->fd, m->other, &from, len);
	return put(m, n, pos);
}

static int op_splice_to(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, 1, &len);
	loff_t to = pos;
	ssize_t n = 0, got;

	len = len < PIPE ? len : PIPE;
	fill_random(data, len);
	if (write(m->pipe[1], data, len) != (ssize_t)len)
		return errno;
	got = splice(m->pipe[0], NULL, m->fd, &to, len, 0);
	if (got < 0)
		n = -errno;
	else
		model_put(m, pos, data, got);
	/* what is left in there */
	if (got < (ssize_t)len)
		read(m->pipe[0], m->seen, PIPE);
	return -n;
}

const struct operation file_writes[] = {
	{ "write", op_write, 6 },
	{ "writev", op_writev, 2 },
	{ "append", op_append, 2 },
	{ "direct write", op_direct, 3 },
	{ "store to a mapping", op_map, 5 },
	{ "sendfile into it", op_sendfile_to, 2 },
	{ "splice into it", op_splice_to, 2 },
	{ }
};

/* ------------------------------------------------------------- reading -- */

static int op_read(struct model *m)
{
	size_t len, pos = pick_range(m->size, 1, &len);

	if (pread(m->fd, m->seen, len, pos) != (ssize_t)len)
		return EIO;
	model_compare(m, "read", pos, len);
	return 0;
}

static int op_read_direct(struct model *m)
{
	size_t len, pos = pick_range(m->size, PAGE, &len);

	if (m->direct < 0)
		return EOPNOTSUPP;
	if (pread(m->direct, data, len, pos) != (ssize_t)len)
		return EIO;
	memcpy(m->seen, data, len);
	model_compare(m, "direct read", pos, len);
	return 0;
}

static int op_read_map(struct model *m)
{
	size_t len, pos = pick_range(m->size, 1, &len);
	char *map = mmap(NULL, MOST_BYTES, PROT_READ, MAP_SHARED, m->fd, 0);

	if (map == MAP_FAILED)
		return errno;
	memcpy(m->seen, map + pos, len);
	munmap(map, MOST_BYTES);
	model_compare(m, "read a mapping", pos, len);
	return 0;
}

static int op_sendfile_from(struct model *m)
{
	size_t len, pos = pick_range(m->size, 1, &len);
	off_t from = pos;
	ssize_t n;

	lseek(m->other, 0, SEEK_SET);
	n = sendfile(m->other, m->fd, &from, len);
	if (n < 0)
		return errno;
	if (pread(m->other, m->seen, n, 0) != n)
		return EIO;
	model_compare(m, "sendfile from it", pos, n);
	return 0;
}

static int op_splice_from(struct model *m)
{
	size_t len, pos = pick_range(m->size, 1, &len);
	loff_t from = pos;
	ssize_t n;

	n = splice(m->fd, &from, m->pipe[1], NULL, len < PIPE ? len : PIPE, 0);
	if (n < 0)
		return errno;
	if (n && read(m->pipe[0], m->seen, n) != n)
		return EIO;
	model_compare(m, "splice from it", pos, n);
	return 0;
}

/* ------------------------------------------------------------ changing -- */

static int op_truncate(struct model *m)
{
	size_t size = chance(8) ? 0 : pick(MOST_BYTES + 1);

	if (chance(2) ? truncate(m->path, size) : ftruncate(m->fd, size))
		return errno;
	model_resize(m, size);
	return 0;
}

static int allocate(struct model *m, int mode, size_t pos, size_t len)
{
	bool takes = !(mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE));

	if (takes && !may_allocate())
		return EOPNOTSUPP;
	return fallocate(m->fd, mode, pos, len) ? errno : 0;
}

static int op_allocate(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, 1, &len);
	bool keep = chance(2);
	int err = allocate(m, keep ? FALLOC_FL_KEEP_SIZE : 0, pos, len);

	if (!err && !keep && pos + len > m->size)
		model_resize(m, pos + len);
	return err;
}

static int op_punch(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, 1, &len);
	int err = allocate(m, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, pos,
			   len);

	if (!err)
		model_zero(m, pos, len);
	return err;
}

static int op_zero(struct model *m)
{
	size_t len, pos = pick_range(MOST_BYTES, 1, &len);
	bool keep = chance(2);
	int err = allocate(m, FALLOC_FL_ZERO_RANGE |
			   (keep ? FALLOC_FL_KEEP_SIZE : 0), pos, len);

	if (err)
		return err;
	if (!keep && pos + len > m->size)
		model_resize(m, pos + len);
	model_zero(m, pos, len);
	return 0;
}

static int op_collapse(struct model *m)
{
	size_t len, pos = pick_range(m->size, PAGE, &len);
	int err;

	if (!len || pos + len >= m->size)
		return 0;
	err = allocate(m, FALLOC_FL_COLLAPSE_RANGE, pos, len);
	if (err)
		return err;
	memmove(m->good + pos, m->good + pos + len, m->size - pos - len);
	model_resize(m, m->size - len);
	return 0;
}

static int op_insert(struct model *m)
{
	size_t len, pos = pick_range(m->size, PAGE, &len);
	int err;

	if (!len || pos >= m->size || m->size + len > MOST_BYTES)
		return 0;
	err = allocate(m, FALLOC_FL_INSERT_RANGE, pos, len);
	if (err)
		return err;
	memmove(m->good + pos + len, m->good + pos, m->size - pos);
	memset(m->good + pos, 0, len);
	m->size += len;
	return 0;
}

/* Two ranges of the same length that have nothing in common */
static size_t pick_two(struct model *m, size_t unit, size_t *to, size_t *len)
{
	size_t from = pick_range(m->size, unit, len), most;

	*to = pick(MOST_BYTES / unit) * unit;
	most = *to < from ? from - *to : *to - from;
	*len = *len < most ? *len : most;
	if (*to + *len > MOST_BYTES)
		*len = (MOST_BYTES - *to) / unit * unit;
	return from;
}

static int op_copy(struct model *m)
{
	size_t len, to, from = pick_two(m, 1, &to, &len);
	loff_t in = from, out = to;
	ssize_t n;

	if (!len)
		return 0;
	n = copy_file_range(m->fd, &in, m->fd, &out, len, 0);
	if (n < 0)
		return errno;
	model_put(m, to, m->good + from, n);
	return 0;
}

static int op_clone(struct model *m)
{
	size_t len, to, from = pick_two(m, PAGE, &to, &len);
	struct file_clone_range arg = {
		.src_fd = m->fd, .src_offset = from, .src_length = len,
		.dest_offset = to,
	};

	if (!len)
		return 0;
	if (ioctl(m->fd, FICLONERANGE, &arg))
		return errno;
	model_put(m, to, m->good + from, len);
	return 0;
}

static int op_sync(struct model *m)
{
	if (chance(2) ? fsync(m->fd) : fdatasync(m->fd))
		return errno;
	if (chance(2))
		posix_fadvise(m->fd, 0, 0, POSIX_FADV_DONTNEED);
	return 0;
}

const struct operation file_changes[] = {
	{ "read", op_read, 3 },
	{ "direct read", op_read_direct, 1 },
	{ "read a mapping", op_read_map, 2 },
	{ "sendfile from it", op_sendfile_from, 1 },
	{ "splice from it", op_splice_from, 1 },
	{ "truncate", op_truncate, 4 },
	{ "allocate", op_allocate, 2 },
	{ "punch", op_punch, 4 },
	{ "zero", op_zero, 2 },
	{ "collapse", op_collapse, 1 },
	{ "insert", op_insert, 1 },
	{ "copy", op_copy, 2 },
	{ "clone", op_clone, 2 },
	{ "sync", op_sync, 1 },
	{ }
};
