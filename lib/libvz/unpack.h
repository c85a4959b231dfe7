/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to archive*.c. */
#ifndef _VZ_UNPACK_H
#define _VZ_UNPACK_H

#include <fcntl.h>
#include <limits.h>
#include <time.h>

#include <zlib.h>

#include "internal.h"
#include "libarchive.h"

/** unpack_bad - did libarchive fail?  Its "retry" is a damaged header. */
static inline bool unpack_bad(int ret)
{
	return ret < ARCHIVE_WARN || ret == ARCHIVE_RETRY;
}

/* Ids of a container are 16 bits wide. */
#define UNPACK_IDS	65536

/**
 * struct stream - a template without its compression
 * @ctx: for progress
 * @gz: of gzip, else NULL
 * @buf: @gz was read into it
 * @raw: of the other compressions and of none
 * @size: bytes of the file
 * @told: bytes of it at the last progress report
 * @errnum: positive errno of a failure
 * @error: its text
 */
struct stream {
	struct vz_ctx	*ctx;
	gzFile		gz;
	void		*buf;
	struct archive	*raw;
	uint64_t	size;
	uint64_t	told;
	int		errnum;
	const char	*error;
};

/** vz_stream_open - finds out about the compression; 0 or -1 */
int vz_stream_open(struct stream *s, int fd);
/** vz_stream_next - next piece of data: 1, at the end 0, or -1 */
int vz_stream_next(struct stream *s, const void **buf, size_t *len);
/** vz_stream_done - last progress report */
void vz_stream_done(struct stream *s);
void vz_stream_close(struct stream *s);

/**
 * struct dir_time - a directory whose time is set when all is unpacked
 * @path: below the root
 * @mtime: its time
 */
struct dir_time {
	char		*path;
	struct timespec	mtime;
};

/**
 * struct unpack - one template being unpacked
 * @ctx: for messages and the caller's wish to stop
 * @err: where errors go
 * @tar: the archive
 * @root: directory that nothing leaves
 * @name: path of the current entry below @root, without "." and "..";
 *	"" is @root itself
 * @shown: @name as it can be shown to people
 * @parent: path of the directory that @parent_fd is open for; empty: @root
 * @parent_fd: directory of the last entry, -1 when that was @root
 * @dirs: directories whose times are not set yet
 * @ndirs: their number
 * @dirs_room: elements that fit into @dirs
 */
struct unpack {
	struct vz_ctx	*ctx;
	struct vz_error	*err;
	struct archive	*tar;
	int		root;
	char		name[PATH_MAX];
	char		shown[256];
	char		parent[PATH_MAX];
	int		parent_fd;
	struct dir_time	*dirs;
	size_t		ndirs;
	size_t		dirs_room;
};

/**
 * vz_unpack_fail - the error for the current entry
 * @errnum: positive errno; ENOSPC and the like get their own exit code
 *
 * The sentence begins with the entry's name.  Returns -@errnum.
 */
int vz_unpack_fail(struct unpack *u, int errnum, const char *fmt, ...)
	VZ_PRINTF(3, 4);

/**
 * vz_unpack_clean_name - path below the root, or why it is none
 * @path: as in the archive
 * @clean: out: PATH_MAX bytes
 *
 * Returns NULL or what is wrong with it, as the end of a sentence.
 */
const char *vz_unpack_clean_name(const char *path, char *clean);

/** vz_unpack_entry - writes the current entry below the root */
int vz_unpack_entry(struct unpack *u, struct archive_entry *entry);

/** vz_unpack_dir_times - sets the times that had to wait, frees the list */
int vz_unpack_dir_times(struct unpack *u);
void vz_unpack_drop_dirs(struct unpack *u);

/** vz_unpack_owner - checks the owner of an entry and gives it */
int vz_unpack_owner(struct unpack *u, struct archive_entry *entry, uid_t *uid,
		    gid_t *gid);

/** vz_unpack_attrs - owner, mode, extended attributes and ACLs of an open file
 * or directory, in an order that keeps set-id bits and capabilities */
int vz_unpack_attrs(struct unpack *u, struct archive_entry *entry, int fd);

#endif /* _VZ_UNPACK_H */
