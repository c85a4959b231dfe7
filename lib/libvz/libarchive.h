/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libarchive, loaded when the first template is unpacked and not before: with
 * the libraries that it brings it would be half of the work of a command that
 * has nothing to do with templates.
 */
#ifndef _VZ_LIBARCHIVE_H
#define _VZ_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "internal.h"

/** vz_libarchive_load - has to succeed before any function below is called */
int vz_libarchive_load(struct vz_error *err);

#define VZ_LIBARCHIVE_FUNCTIONS(X) \
	X(archive_entry_acl_next) \
	X(archive_entry_acl_reset) \
	X(archive_entry_acl_types) \
	X(archive_entry_filetype) \
	X(archive_entry_gid) \
	X(archive_entry_hardlink) \
	X(archive_entry_mtime) \
	X(archive_entry_mtime_is_set) \
	X(archive_entry_mtime_nsec) \
	X(archive_entry_pathname) \
	X(archive_entry_perm) \
	X(archive_entry_size) \
	X(archive_entry_symlink) \
	X(archive_entry_uid) \
	X(archive_entry_xattr_next) \
	X(archive_entry_xattr_reset) \
	X(archive_errno) \
	X(archive_error_string) \
	X(archive_file_count) \
	X(archive_filter_bytes) \
	X(archive_read_data_block) \
	X(archive_read_data_skip) \
	X(archive_read_free) \
	X(archive_read_new) \
	X(archive_read_next_header) \
	X(archive_read_open) \
	X(archive_read_open_fd) \
	X(archive_read_support_filter_bzip2) \
	X(archive_read_support_filter_xz) \
	X(archive_read_support_filter_zstd) \
	X(archive_read_support_format_raw) \
	X(archive_read_support_format_tar) \
	X(archive_set_error)

/** struct vz_libarchive - its functions, written once by the loader */
struct vz_libarchive {
#define VZ_MEMBER(function) __typeof__(function) *function;
	VZ_LIBARCHIVE_FUNCTIONS(VZ_MEMBER)
#undef VZ_MEMBER
};

extern struct vz_libarchive vz_libarchive;

#ifndef VZ_LIBARCHIVE_LOADER
#define archive_entry_acl_next (*vz_libarchive.archive_entry_acl_next)
#define archive_entry_acl_reset (*vz_libarchive.archive_entry_acl_reset)
#define archive_entry_acl_types (*vz_libarchive.archive_entry_acl_types)
#define archive_entry_filetype (*vz_libarchive.archive_entry_filetype)
#define archive_entry_gid (*vz_libarchive.archive_entry_gid)
#define archive_entry_hardlink (*vz_libarchive.archive_entry_hardlink)
#define archive_entry_mtime (*vz_libarchive.archive_entry_mtime)
#define archive_entry_mtime_is_set (*vz_libarchive.archive_entry_mtime_is_set)
#define archive_entry_mtime_nsec (*vz_libarchive.archive_entry_mtime_nsec)
#define archive_entry_pathname (*vz_libarchive.archive_entry_pathname)
#define archive_entry_perm (*vz_libarchive.archive_entry_perm)
#define archive_entry_size (*vz_libarchive.archive_entry_size)
#define archive_entry_symlink (*vz_libarchive.archive_entry_symlink)
#define archive_entry_uid (*vz_libarchive.archive_entry_uid)
#define archive_entry_xattr_next (*vz_libarchive.archive_entry_xattr_next)
#define archive_entry_xattr_reset (*vz_libarchive.archive_entry_xattr_reset)
#define archive_errno (*vz_libarchive.archive_errno)
#define archive_error_string (*vz_libarchive.archive_error_string)
#define archive_file_count (*vz_libarchive.archive_file_count)
#define archive_filter_bytes (*vz_libarchive.archive_filter_bytes)
#define archive_read_data_block (*vz_libarchive.archive_read_data_block)
#define archive_read_data_skip (*vz_libarchive.archive_read_data_skip)
#define archive_read_free (*vz_libarchive.archive_read_free)
#define archive_read_new (*vz_libarchive.archive_read_new)
#define archive_read_next_header (*vz_libarchive.archive_read_next_header)
#define archive_read_open (*vz_libarchive.archive_read_open)
#define archive_read_open_fd (*vz_libarchive.archive_read_open_fd)
#define archive_read_support_filter_bzip2 (*vz_libarchive.archive_read_support_filter_bzip2)
#define archive_read_support_filter_xz (*vz_libarchive.archive_read_support_filter_xz)
#define archive_read_support_filter_zstd (*vz_libarchive.archive_read_support_filter_zstd)
#define archive_read_support_format_raw (*vz_libarchive.archive_read_support_format_raw)
#define archive_read_support_format_tar (*vz_libarchive.archive_read_support_format_tar)
#define archive_set_error (*vz_libarchive.archive_set_error)
#endif

#endif /* _VZ_LIBARCHIVE_H */
