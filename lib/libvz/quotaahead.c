// SPDX-License-Identifier: GPL-2.0-only
/*
 * What XFS allocates beyond the end of a file that grows, without having been
 * asked to, and gives back later.  The kernel does not charge it, so it is not
 * counted either.
 */
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "quota.h"

#define EXTENTS	16

bool vz_quota_allocates_ahead(int fd)
{
	struct statfs st;

	return !fstatfs(fd, &st) && st.f_type == XFS_SUPER_MAGIC;
}

static int open_file(int dir, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
			 O_NOATIME | O_CLOEXEC,
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

/* Who called fallocate(2) keeps what he got, and so does a file that lost its
 * data in a crash. */
static bool is_kept(int fd, const struct stat *st)
{
	struct fsxattr attr;

	return !st->st_size || ioctl(fd, FS_IOC_FSGETXATTR, &attr) ||
	       attr.fsx_xflags & (FS_XFLAG_PREALLOC | FS_XFLAG_APPEND);
}

uint64_t vz_quota_ahead(int dir, const char *name, const struct stat *st)
{
	uint64_t block = (uint64_t)st->st_blksize, sum = 0;
	struct {
		struct fiemap		map;
		struct fiemap_extent	extents[EXTENTS];
	} arg = {
		.map.fm_start = ((uint64_t)st->st_size + block - 1) / block *
				block,
		.map.fm_extent_count = EXTENTS,
	};
	autoclose int fd = -1;
	unsigned int i;

	if (!S_ISREG(st->st_mode) || !st->st_blocks)
		return 0;
	arg.map.fm_length = FIEMAP_MAX_OFFSET - arg.map.fm_start;
	fd = open_file(dir, name);
	if (fd < 0 || ioctl(fd, FS_IOC_FIEMAP, &arg) ||
	    !arg.map.fm_mapped_extents || is_kept(fd, st))
		return 0;
	for (i = 0; i < arg.map.fm_mapped_extents; i++)
		sum += arg.extents[i].fe_logical + arg.extents[i].fe_length -
		       (arg.extents[i].fe_logical > arg.map.fm_start ?
			arg.extents[i].fe_logical : arg.map.fm_start);
	return sum;
}
