/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vzubc - user beancounters: what a container uses of the kernel, and may use
 *
 * The commands below belong to /dev/vzctl; who may call them, sizes, reserved
 * fields and the errors shared by all are described in <linux/vzcore.h>.
 *
 * Each resource has five values, as on OpenVZ: what is held now, the most that
 * was held, a barrier, a limit, and how often something was refused.  Units are
 * bytes, pages (of PAGE_SIZE) or items, see enum vzub_resource.  VZUB_MAX
 * stands for "unlimited".
 *
 * The same numbers are in /proc/user_beancounters and below /proc/bc, see
 * vzubc(8).
 */
#ifndef _UAPI_LINUX_VZUBC_H
#define _UAPI_LINUX_VZUBC_H

#include <linux/types.h>
#include <linux/vzcore.h>

/** VZUB_MAX - unlimited; nothing larger is accepted */
#define VZUB_MAX		0x7fffffffffffffffULL

/**
 * enum vzub_resource - the resources, with the numbers they had on OpenVZ
 * @VZUB_KMEMSIZE: bytes of kernel memory; refused above the barrier
 * @VZUB_LOCKEDPAGES: pages locked in memory; above the barrier
 * @VZUB_PRIVVMPAGES: pages of private writable mappings, used or not; above
 *	the barrier, of a growing stack or a program that is started above the
 *	limit
 * @VZUB_SHMPAGES: pages of System V shared memory, shared anonymous mappings
 *	and tmpfs; above the barrier
 * @VZUB_NUMPROC: threads; above the barrier
 * @VZUB_PHYSPAGES: pages of memory, page cache and kernel memory included; the
 *	limit is kept by reclaim, then by the OOM killer
 * @VZUB_VMGUARPAGES: nothing is held; the barrier is memory that reclaim
 *	leaves alone
 * @VZUB_OOMGUARPAGES: pages that are not page cache, swapped ones included;
 *	below the barrier the OOM killer of the host takes others; what is
 *	counted as refused are processes that were killed
 * @VZUB_NUMTCPSOCK: TCP sockets; above the barrier
 * @VZUB_NUMFLOCK: file locks and leases; above the barrier, when one is
 *	split above the limit
 * @VZUB_NUMPTY: pseudo terminals; above the barrier
 * @VZUB_NUMSIGINFO: queued signals; above the barrier
 * @VZUB_TCPSNDBUF: bytes waiting to be sent by TCP
 * @VZUB_TCPRCVBUF: bytes received by TCP and not read
 * @VZUB_OTHERSOCKBUF: bytes in send buffers of all other sockets
 * @VZUB_DGRAMRCVBUF: bytes received by datagram sockets and not read
 * @VZUB_NUMOTHERSOCK: sockets that are not TCP; above the barrier
 * @VZUB_DCACHESIZE: bytes of cached names and inodes; above the limit
 * @VZUB_NUMFILE: open files; above the barrier
 * @VZUB_NUMIPTENT: rules of packet filters; above the barrier
 * @VZUB_SWAPPAGES: pages of swap, or of memory above the limit of
 *	VZUB_PHYSPAGES where the host has none
 * @VZUB_NUMINOTIFY: inotify instances and watches; above the barrier.  From
 *	here on OpenVZ had no such resource
 * @VZUB_NUMKEYS: keys; above the barrier
 * @VZUB_NUMMOUNTS: mounts; above the barrier
 * @VZUB_NUMNS: namespaces; above the barrier
 * @VZUB_NUMCGROUP: cgroups; above the barrier
 * @VZUB_NUMNEIGH: neighbours (ARP, NDP); above the barrier
 * @VZUB_RESOURCES: one more than the last
 *
 * Numbers that are missing are of resources that no longer exist.
 */
enum vzub_resource {
	VZUB_KMEMSIZE		= 0,
	VZUB_LOCKEDPAGES	= 1,
	VZUB_PRIVVMPAGES	= 2,
	VZUB_SHMPAGES		= 3,
	VZUB_NUMPROC		= 5,
	VZUB_PHYSPAGES		= 6,
	VZUB_VMGUARPAGES	= 7,
	VZUB_OOMGUARPAGES	= 8,
	VZUB_NUMTCPSOCK		= 9,
	VZUB_NUMFLOCK		= 10,
	VZUB_NUMPTY		= 11,
	VZUB_NUMSIGINFO		= 12,
	VZUB_TCPSNDBUF		= 13,
	VZUB_TCPRCVBUF		= 14,
	VZUB_OTHERSOCKBUF	= 15,
	VZUB_DGRAMRCVBUF	= 16,
	VZUB_NUMOTHERSOCK	= 17,
	VZUB_DCACHESIZE		= 18,
	VZUB_NUMFILE		= 19,
	VZUB_NUMIPTENT		= 23,
	VZUB_SWAPPAGES		= 24,
	VZUB_NUMINOTIFY		= 25,
	VZUB_NUMKEYS		= 26,
	VZUB_NUMMOUNTS		= 27,
	VZUB_NUMNS		= 28,
	VZUB_NUMCGROUP		= 29,
	VZUB_NUMNEIGH		= 30,
	VZUB_RESOURCES		= 31,
};

/**
 * struct vzub_limit - an element of VZUB_IOC_SET
 * @resource: enum vzub_resource
 * @reserved: 0
 * @barrier: new barrier
 * @limit: new limit
 */
struct vzub_limit {
	__u32	resource;
	__u32	reserved;
	__u64	barrier;
	__u64	limit;
};

/**
 * struct vzub_set - VZUB_IOC_SET, sets barriers and limits
 * @size: in: sizeof(struct vzub_set)
 * @ctid: in: container
 * @count: in: number of elements, 1..VZUB_RESOURCES
 * @flags: in: 0
 * @limits: in: address of an array of struct vzub_limit
 *
 * What is held already stays, also when it is more.  Either all are set or
 * none.
 *
 * Errors: ENOENT (no such container), EINVAL (no such resource, a value above
 * VZUB_MAX), EFAULT, and what the memory and pids controllers answer.
 */
struct vzub_set {
	__u32	size;
	__u32	ctid;
	__u32	count;
	__u32	flags;
	__u64	limits;
};

/**
 * struct vzub_value - an element of VZUB_IOC_GET
 * @resource: enum vzub_resource
 * @flags: any of VZUB_VALUE_*
 * @held: held now
 * @maxheld: the most that was held
 * @barrier: barrier
 * @limit: limit
 * @failcnt: how often something was refused
 */
struct vzub_value {
	__u32	resource;
	__u32	flags;
	__u64	held;
	__u64	maxheld;
	__u64	barrier;
	__u64	limit;
	__u64	failcnt;
};

/**
 * VZUB_VALUE_UNKNOWN - this kernel cannot tell what is held (see
 * /proc/vz/hooks); the numbers are 0
 */
#define VZUB_VALUE_UNKNOWN	(1U << 0)

/**
 * struct vzub_get - VZUB_IOC_GET, reads all values of a container
 * @size: in: sizeof(struct vzub_get)
 * @ctid: in: container; 0: the host, of which only what the kernel counts
 *	anyway is known
 * @count: in: elements that fit @values; out: how many there are
 * @reserved: 0
 * @values: in: address of an array of struct vzub_value
 *
 * Errors: ENOENT, EFAULT.
 */
struct vzub_get {
	__u32	size;
	__u32	ctid;
	__u32	count;
	__u32	reserved;
	__u64	values;
};

/**
 * struct vzub_record - an element of VZUB_IOC_WHY: something was refused
 * @time: CLOCK_REALTIME, nanoseconds
 * @held: held then
 * @wanted: how much more was asked for
 * @bound: the barrier or limit that was in the way
 * @resource: enum vzub_resource
 * @pid: of the process in the initial pid namespace, 0: unknown
 * @comm: its name
 */
struct vzub_record {
	__u64	time;
	__u64	held;
	__u64	wanted;
	__u64	bound;
	__u32	resource;
	__s32	pid;
	char	comm[VZ_COMM_LEN];
};

/** VZUB_RECORDS - how many are kept of each container */
#define VZUB_RECORDS		64

/**
 * struct vzub_why - VZUB_IOC_WHY, reads what was refused last
 * @size: in: sizeof(struct vzub_why)
 * @ctid: in: container
 * @count: in: elements that fit @records; out: how many were stored
 * @reserved: 0
 * @records: in: address of an array of struct vzub_record; the oldest first
 * @total: out: how many there have been since the container was registered
 *
 * Errors: ENOENT, EFAULT.
 */
struct vzub_why {
	__u32	size;
	__u32	ctid;
	__u32	count;
	__u32	reserved;
	__u64	records;
	__u64	total;
};

#define VZUB_IOC_SET		_IOW(VZ_IOC_MAGIC, 0x40, struct vzub_set)
#define VZUB_IOC_GET		_IOWR(VZ_IOC_MAGIC, 0x41, struct vzub_get)
#define VZUB_IOC_WHY		_IOWR(VZ_IOC_MAGIC, 0x42, struct vzub_why)

#endif /* _UAPI_LINUX_VZUBC_H */
