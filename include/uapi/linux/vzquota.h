/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vzquota - the kernel interface of the containers' disk quota
 *
 * The file system type "simfs" shows a directory of the host as a file system
 * of its own.  Options: "source" is the directory; "quota" (a decimal number)
 * has it charged to a quota that VZQUOTA_IOC_ON switched on for that very
 * directory.  A quota serves one mounted simfs at a time, and stays with its
 * usage while none is mounted.
 *
 * A quota limits the bytes and inodes of the whole directory (level 1); with
 * VZQUOTA_UGID also those of each user and group in it (level 2), by the
 * numbers that the files have on disk.  Usage is what the file system below
 * allocated, as st_blocks tells.  Nobody is exempt from level 1.
 *
 * The kernel keeps nothing on disk: who switches a quota on tells usage and
 * limits, and has to keep them when it is switched off.
 *
 * Commands go to /dev/vzctl; <linux/vzcore.h> has the rules of their
 * structures and the errors that all of them share.  Further ones: ENOENT (no
 * such quota is on), ENOMEM.
 */
#ifndef _UAPI_LINUX_VZQUOTA_H
#define _UAPI_LINUX_VZQUOTA_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/vzcore.h>

/** VZQUOTA_FSTYPE - name of the file system type */
#define VZQUOTA_FSTYPE		"simfs"

/** VZQUOTA_MAX - greatest limit, in bytes or inodes; above it is no limit */
#define VZQUOTA_MAX		0x7fffffffffffffffULL

/**
 * enum vzquota_type - whose usage and limits
 * @VZQUOTA_USER: a user's
 * @VZQUOTA_GROUP: a group's
 * @VZQUOTA_CT: those of all files
 * @VZQUOTA_TYPES: how many types there are
 */
enum vzquota_type {
	VZQUOTA_USER	= 0,
	VZQUOTA_GROUP	= 1,
	VZQUOTA_CT	= 2,
	VZQUOTA_TYPES	= 3,
};

/**
 * struct vzquota_usage - usage and limits
 * @type: enum vzquota_type
 * @id: user or group; 0 for VZQUOTA_CT
 * @space: bytes in use
 * @space_soft: soft limit in bytes, 0: none
 * @space_hard: hard limit in bytes, 0: none
 * @inodes: inodes in use
 * @inodes_soft: soft limit, 0: none
 * @inodes_hard: hard limit, 0: none
 * @space_time: when the soft limit of bytes turns into a hard one, in seconds
 *	of CLOCK_REALTIME; 0: it is not exceeded
 * @inodes_time: the same for inodes
 */
struct vzquota_usage {
	__u32	type;
	__u32	id;
	__u64	space;
	__u64	space_soft;
	__u64	space_hard;
	__u64	inodes;
	__u64	inodes_soft;
	__u64	inodes_hard;
	__u64	space_time;
	__u64	inodes_time;
};

/**
 * struct vzquota_grace - for how long a soft limit may be exceeded
 * @space: seconds, that of bytes
 * @inodes: seconds, that of inodes
 */
struct vzquota_grace {
	__u32	space;
	__u32	inodes;
};

/**
 * struct vzquota_on - VZQUOTA_IOC_ON, switches a quota on
 * @size: in: sizeof(struct vzquota_on)
 * @id: in: number of the quota, by custom that of the container; 1 to
 *	VZ_CTID_MAX
 * @dir_fd: in: the directory
 * @flags: in: VZQUOTA_UGID, VZQUOTA_COUNT
 * @ugid_limit: in: at most that many users and groups have a usage or a limit;
 *	a new one beyond is refused any space.  0 without VZQUOTA_UGID
 * @count: in: elements of @usage, one for VZQUOTA_CT and, with VZQUOTA_UGID,
 *	one for each user and group that has files or limits
 * @grace: in: by type
 * @usage: in: address of an array of struct vzquota_usage
 *
 * Errors: EEXIST (it is on); ENOTDIR; EDQUOT (more users and groups than
 * @ugid_limit).
 */
struct vzquota_on {
	__u32			size;
	__u32			id;
	__s32			dir_fd;
	__u32			flags;
	__u32			ugid_limit;
	__u32			count;
	struct vzquota_grace	grace[3];
	__u64			usage;
};

/** VZQUOTA_UGID - level 2: limits of users and groups */
#define VZQUOTA_UGID		(1U << 0)

/**
 * VZQUOTA_COUNT - usage is a guess: it is counted while the simfs is in use,
 * until VZQUOTA_IOC_COUNTED
 */
#define VZQUOTA_COUNT		(1U << 3)

/** VZQUOTA_EXCEEDED - out: a new user or group was refused for @ugid_limit */
#define VZQUOTA_EXCEEDED	(1U << 1)

/** VZQUOTA_MOUNTED - out: a simfs is mounted */
#define VZQUOTA_MOUNTED		(1U << 2)

/**
 * struct vzquota_off - VZQUOTA_IOC_OFF, switches a quota off
 * @size: in: sizeof(struct vzquota_off)
 * @id: in: number of the quota
 *
 * Errors: EBUSY (its simfs is mounted).
 */
struct vzquota_off {
	__u32	size;
	__u32	id;
};

/**
 * struct vzquota_info - VZQUOTA_IOC_INFO, VZQUOTA_IOC_SETUP
 * @size: in: sizeof(struct vzquota_info)
 * @id: in: number of the quota
 * @flags: INFO: out: VZQUOTA_UGID, VZQUOTA_EXCEEDED, VZQUOTA_MOUNTED,
 *	VZQUOTA_COUNT; SETUP: in: 0
 * @ugid_limit: INFO: out, SETUP: in: see struct vzquota_on
 * @ugids: INFO: out: users and groups with a usage or a limit; SETUP: in: 0
 * @moves: INFO: out: see struct vzquota_counted; SETUP: in: 0
 * @counted: INFO: out: with VZQUOTA_COUNT, inodes that were found; SETUP: in: 0
 * @grace: INFO: out, SETUP: in: by type
 */
struct vzquota_info {
	__u32			size;
	__u32			id;
	__u32			flags;
	__u32			ugid_limit;
	__u32			ugids;
	__u32			moves;
	__u64			counted;
	struct vzquota_grace	grace[3];
};

/**
 * struct vzquota_get - VZQUOTA_IOC_GET
 * @size: in: sizeof(struct vzquota_get)
 * @id: in: number of the quota
 * @count: in: elements that fit @usage; out: there are
 * @reserved: 0
 * @usage: in: address of an array of struct vzquota_usage; at most the in-value
 *	of @count are stored there, VZQUOTA_CT first, then users and groups,
 *	each by number
 *
 * One that gets a larger @count back tries again with a larger array.
 */
struct vzquota_get {
	__u32	size;
	__u32	id;
	__u32	count;
	__u32	reserved;
	__u64	usage;
};

/**
 * struct vzquota_set - VZQUOTA_IOC_SET, changes usage or limits
 * @size: in: sizeof(struct vzquota_set)
 * @id: in: number of the quota
 * @what: in: VZQUOTA_SET_LIMITS and others
 * @reserved: 0
 * @usage: in: whose, and the values that @what names
 *
 * Errors: EDQUOT (a new user or group beyond the limit of them); EOPNOTSUPP (a
 * user or group without VZQUOTA_UGID).
 */
struct vzquota_set {
	__u32			size;
	__u32			id;
	__u32			what;
	__u32			reserved;
	struct vzquota_usage	usage;
};

/** VZQUOTA_SET_LIMITS - the four limits */
#define VZQUOTA_SET_LIMITS	(1U << 0)

/** VZQUOTA_SET_USAGE - bytes and inodes in use */
#define VZQUOTA_SET_USAGE	(1U << 1)

/**
 * struct vzquota_list - VZQUOTA_IOC_LIST
 * @size: in: sizeof(struct vzquota_list)
 * @count: in: elements that fit @ids; out: quotas that are on
 * @ids: in: address of an array of __u32; at most the in-value of @count are
 *	stored there
 */
struct vzquota_list {
	__u32	size;
	__u32	count;
	__u64	ids;
};

/**
 * struct vzquota_counted - VZQUOTA_IOC_COUNTED, usage is no longer a guess
 * @size: in: sizeof(struct vzquota_counted)
 * @id: in: number of the quota
 * @moves: in: what VZQUOTA_IOC_INFO said
 * @fd: in: a file of the simfs
 *
 * Who calls it has asked for the attributes of each file in the simfs since he
 * got @moves.
 *
 * Errors: EAGAIN (a directory was moved, so not all may have been seen); EINVAL
 * (usage is no guess, or @fd is a
 * file of something else); EXDEV (there is a subvolume
 * inside, which is not counted in this way); ENOMEM (some time since
 * VZQUOTA_IOC_ON): after the last two it has to be switched off and its files
 * to be counted while nobody uses them.
 */
struct vzquota_counted {
	__u32	size;
	__u32	id;
	__u32	moves;
	__s32	fd;
};

#define VZQUOTA_IOC_ON		_IOW(VZ_IOC_MAGIC, 0x30, struct vzquota_on)
#define VZQUOTA_IOC_OFF		_IOW(VZ_IOC_MAGIC, 0x31, struct vzquota_off)
#define VZQUOTA_IOC_INFO	_IOWR(VZ_IOC_MAGIC, 0x32, struct vzquota_info)
#define VZQUOTA_IOC_SETUP	_IOW(VZ_IOC_MAGIC, 0x33, struct vzquota_info)
#define VZQUOTA_IOC_GET		_IOWR(VZ_IOC_MAGIC, 0x34, struct vzquota_get)
#define VZQUOTA_IOC_SET		_IOW(VZ_IOC_MAGIC, 0x35, struct vzquota_set)
#define VZQUOTA_IOC_LIST	_IOWR(VZ_IOC_MAGIC, 0x36, struct vzquota_list)
#define VZQUOTA_IOC_COUNTED	_IOW(VZ_IOC_MAGIC, 0x37, struct vzquota_counted)

#endif /* _UAPI_LINUX_VZQUOTA_H */
