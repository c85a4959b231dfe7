// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unpacking OS templates: taking the compression off.
 *
 * libarchive does it, but for gzip, whose checksum it does not look at: that
 * is zlib's.
 */
#include <sys/stat.h>

#include "unpack.h"

#define READ_SIZE	(128 << 10)
/* Progress is told about this often. */
#define PROGRESS_STEPS	200

static int stream_fail(struct stream *s, int errnum, const char *text)
{
	s->errnum = errnum > 0 ? errnum : EINVAL;
	s->error = text ? text : "the compressed data is cut off or damaged";
	return -1;
}

static int open_gzip(struct stream *s, int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (own < 0)
		return stream_fail(s, errno, strerror(errno));
	s->gz = gzdopen(own, "rb");
	if (!s->gz)
		close(own);
	s->buf = malloc(READ_SIZE);
	if (!s->gz || !s->buf)
		return stream_fail(s, ENOMEM, strerror(ENOMEM));
	gzbuffer(s->gz, READ_SIZE);
	return 0;
}

static int open_other(struct stream *s, int fd)
{
	struct archive_entry *entry;

	s->raw = archive_read_new();
	if (!s->raw)
		return stream_fail(s, ENOMEM, strerror(ENOMEM));
	archive_read_support_filter_bzip2(s->raw);
	archive_read_support_filter_xz(s->raw);
	archive_read_support_filter_zstd(s->raw);
	archive_read_support_format_raw(s->raw);
	if (unpack_bad(archive_read_open_fd(s->raw, fd, READ_SIZE)) ||
	    archive_read_next_header(s->raw, &entry) != ARCHIVE_OK)
		return stream_fail(s, archive_errno(s->raw),
				   archive_error_string(s->raw));
	return 0;
}

int vz_stream_open(struct stream *s, int fd)
{
	unsigned char magic[2];
	struct stat st;

	if (fstat(fd, &st))
		return stream_fail(s, errno, strerror(errno));
	s->size = (uint64_t)st.st_size;
	if (pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f &&
	    magic[1] == 0x8b)
		return open_gzip(s, fd);
	return open_other(s, fd);
}

static int next_gzip(struct stream *s, const void **buf, size_t *len)
{
	int n = gzread(s->gz, s->buf, READ_SIZE), error;
	const char *text;

	if (n > 0) {
		*buf = s->buf;
		*len = (size_t)n;
		return 1;
	}
	/* the end is good when the last member was complete, too */
	text = gzerror(s->gz, &error);
	if (error == Z_OK || error == Z_STREAM_END)
		return 0;
	return stream_fail(s, error == Z_ERRNO ? errno : EINVAL,
			   *text ? text : NULL);
}

static int next_other(struct stream *s, const void **buf, size_t *len)
{
	la_int64_t offset;
	int ret;

	do {
		ret = archive_read_data_block(s->raw, buf, len, &offset);
		if (ret == ARCHIVE_EOF)
			return 0;
	} while (!unpack_bad(ret) && !*len);
	if (unpack_bad(ret))
		return stream_fail(s, archive_errno(s->raw),
				   archive_error_string(s->raw));
	return 1;
}

static void tell_progress(struct stream *s)
{
	uint64_t done;

	if (!s->ctx->progress_fn)
		return;
	done = (uint64_t)(s->gz ? gzoffset(s->gz) :
			  archive_filter_bytes(s->raw, -1));
	if (done > s->size)
		done = s->size;
	if (done == s->told || done - s->told < s->size / PROGRESS_STEPS)
		return;
	s->told = done;
	s->ctx->progress_fn(s->ctx->progress_data, done, s->size);
}

int vz_stream_next(struct stream *s, const void **buf, size_t *len)
{
	int ret = s->gz ? next_gzip(s, buf, len) : next_other(s, buf, len);

	if (ret > 0)
		tell_progress(s);
	return ret;
}

void vz_stream_done(struct stream *s)
{
	if (s->ctx->progress_fn && s->told != s->size)
		s->ctx->progress_fn(s->ctx->progress_data, s->size, s->size);
}

void vz_stream_close(struct stream *s)
{
	if (s->gz)
		gzclose(s->gz);
	if (s->raw)
		archive_read_free(s->raw);
	free(s->buf);
}
