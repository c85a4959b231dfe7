// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unpacking OS templates: reading the archive.
 *
 * A template may come from anybody.  libarchive only decompresses and parses
 * it; files are made by archive_write.c, which resolves every name itself.
 *
 * The compression is taken off first (archive_stream.c), libarchive's reader
 * gets plain tar.  So the end of the data is seen here, and a template that
 * was cut off between two entries is told from a complete one, which
 * libarchive does not do.
 */
#include <ctype.h>
#include <locale.h>

#include "unpack.h"

/* What may follow the end mark: the zeros of a big tar record. */
#define MAX_PADDING	(16 << 20)

static int fail_code(int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
		return VZ_E_NO_DISK_SPACE;
	case ENOMEM:
		return VZ_E_RESOURCE;
	default:
		return VZ_E_NEW_PRIVATE;
	}
}

/* Bytes that would upset a terminal or a log become octal escapes. */
static void show_name(const char *name, char *out, size_t size)
{
	size_t used = 0;

	for (; *name && used + 8 < size; name++) {
		unsigned char c = (unsigned char)*name;

		if (c == '\\' || c == 0x7f || iscntrl(c))
			used += (size_t)snprintf(out + used, size - used,
						 "\\%03o", c);
		else
			out[used++] = (char)c;
	}
	snprintf(out + used, size - used, *name ? "..." : "");
}

int vz_unpack_fail(struct unpack *u, int errnum, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0) {
		text = NULL;
		return vz_fail_oom(u->err);
	}
	return vz_fail(u->err, fail_code(errnum), errnum,
		       "Template entry \"%s\" %s", u->shown, text);
}

const char *vz_unpack_clean_name(const char *path, char *clean)
{
	size_t used = 0;

	if (!path || !*path)
		return "has no name";
	if (*path == '/')
		return "has an absolute name";
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len > NAME_MAX || used + len + 1 >= PATH_MAX)
			return "has a name that is too long";
		if (len == 2 && !memcmp(path, "..", 2))
			return "has \"..\" in its name";
		if (len && !(len == 1 && *path == '.')) {
			if (used)
				clean[used++] = '/';
			memcpy(clean + used, path, len);
			used += len;
		}
		path += len + (path[len] == '/');
	}
	clean[used] = '\0';
	return NULL;
}

static la_ssize_t stream_read(struct archive *tar, void *data, const void **buf)
{
	struct stream *s = data;
	size_t len = 0;
	int ret = vz_stream_next(s, buf, &len);

	if (ret < 0)
		archive_set_error(tar, s->errnum, "%s", s->error);
	return ret > 0 ? (la_ssize_t)len : ret ? ARCHIVE_FATAL : 0;
}

static int fail_damaged(struct unpack *u, int errnum, const char *text)
{
	if (errnum == ENOMEM)
		return vz_fail_oom(u->err);
	return vz_fail(u->err, VZ_E_NEW_PRIVATE, errnum > 0 ? errnum : EINVAL,
		       "The template is damaged or not a tar archive: %s",
		       text ? text : "unknown error");
}

static int fail_tar(struct unpack *u)
{
	return fail_damaged(u, archive_errno(u->tar),
			    archive_error_string(u->tar));
}

static int open_tar(struct unpack *u, struct stream *s, int fd)
{
	if (vz_stream_open(s, fd))
		return fail_damaged(u, s->errnum, s->error);
	u->tar = archive_read_new();
	if (!u->tar)
		return vz_fail_oom(u->err);
	archive_read_support_format_tar(u->tar);
	if (unpack_bad(archive_read_open(u->tar, s, NULL, stream_read, NULL)))
		return fail_tar(u);
	return 0;
}

static bool all_zero(const char *buf, size_t len)
{
	return !len || (!*buf && !memcmp(buf, buf + 1, len - 1));
}

/* Reads what follows the end mark, so that the checksums at the end of the
 * compressed data are looked at too. */
static int drain(struct unpack *u, struct stream *s)
{
	uint64_t seen = 0;
	const void *buf;
	size_t len;
	int ret;

	while ((ret = vz_stream_next(s, &buf, &len)) > 0) {
		seen += len;
		if (seen > MAX_PADDING || !all_zero(buf, len))
			return vz_fail(u->err, VZ_E_NEW_PRIVATE, EINVAL,
				       "The template has data after its end");
		if (vz_cancelled(u->ctx, u->err))
			return -ECANCELED;
	}
	return ret < 0 ? fail_damaged(u, s->errnum, s->error) : 0;
}

/*
 * Next entry: 1, at the end 0.  The end mark takes at least one block; without
 * one the reader stays where it was.
 */
static int next_entry(struct unpack *u, struct archive_entry **entry)
{
	la_int64_t before, after;
	int ret;

	if (archive_file_count(u->tar) &&
	    unpack_bad(archive_read_data_skip(u->tar)))
		return fail_tar(u);
	before = archive_filter_bytes(u->tar, 0);
	ret = archive_read_next_header(u->tar, entry);
	after = archive_filter_bytes(u->tar, 0);
	if (ret == ARCHIVE_EOF) {
		if (after - before < 512 || !archive_file_count(u->tar))
			return vz_fail(u->err, VZ_E_NEW_PRIVATE, EINVAL,
				       "The template is %s",
				       archive_file_count(u->tar) ?
				       "cut off" : "empty");
		return 0;
	}
	if (unpack_bad(ret))
		return fail_tar(u);
	if (ret == ARCHIVE_WARN)
		vz_log(u->ctx, VZ_LOG_DEBUG, 0, "Template: %s",
		       archive_error_string(u->tar));
	return 1;
}

static int unpack_all(struct unpack *u)
{
	struct archive_entry *entry;
	const char *wrong;
	int ret;

	while ((ret = next_entry(u, &entry)) > 0) {
		const char *name = archive_entry_pathname(entry);

		if (vz_cancelled(u->ctx, u->err))
			return -ECANCELED;
		show_name(name ? name : "", u->shown, sizeof(u->shown));
		wrong = vz_unpack_clean_name(name, u->name);
		if (wrong)
			return vz_unpack_fail(u, EINVAL, "%s", wrong);
		ret = vz_unpack_entry(u, entry);
		if (ret)
			return ret;
	}
	return ret ? ret : vz_unpack_dir_times(u);
}

/* With the C locale names are bytes; others make libarchive convert them. */
static int unpack_in_c_locale(struct unpack *u, struct stream *s)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0), old;
	int ret;

	if (!c_locale)
		return vz_fail_oom(u->err);
	old = uselocale(c_locale);
	ret = unpack_all(u);
	if (!ret)
		ret = drain(u, s);
	uselocale(old);
	freelocale(c_locale);
	return ret;
}

int vz_archive_extract(struct vz_ctx *ctx, int fd, int dirfd,
		       struct vz_error *err)
{
	autofree struct unpack *u = calloc(1, sizeof(*u));
	struct stream stream = { .ctx = ctx };
	int ret;

	if (!u)
		return vz_fail_oom(err);
	ret = vz_libarchive_load(err);
	if (ret)
		return ret;
	u->ctx = ctx;
	u->err = err;
	u->root = dirfd;
	u->parent_fd = -1;
	ret = open_tar(u, &stream, fd);
	if (!ret)
		ret = unpack_in_c_locale(u, &stream);
	if (!ret)
		vz_stream_done(&stream);
	archive_read_free(u->tar);
	vz_stream_close(&stream);
	vz_close_p(&u->parent_fd);
	vz_unpack_drop_dirs(u);
	return ret;
}
