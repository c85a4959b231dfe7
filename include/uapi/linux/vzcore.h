/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vzcore - the kernel interface of the container registry
 *
 * Two channels lead to the module:
 *
 *   - the character device /dev/vzctl (mode 0600): the ioctls below create,
 *     start, look up and remove containers and open their consoles.  The
 *     caller needs CAP_SYS_ADMIN in the initial user namespace; everybody
 *     else gets EPERM, containers included;
 *   - the generic netlink family "vz" with the multicast group "events"
 *     (below), which tells what happens to containers.  Only CAP_NET_ADMIN
 *     in the initial user namespace may join.
 *
 * Every structure starts with its own size in bytes, filled in by the caller.
 * A structure that is shorter than the kernel's is taken as if it was padded
 * with zeroes; a longer one is accepted only if the bytes the kernel does not
 * know are zero (else E2BIG).  Fields named "reserved" and unknown flag bits
 * have to be zero (else EINVAL).  All fields have the same layout for 32-bit
 * and 64-bit callers.  Pointers travel as __u64.
 *
 * Errors shared by all commands: EPERM (see above), EFAULT, E2BIG, EINVAL
 * (size below the first published one, reserved field or flag set, ctid 0 or
 * above VZ_CTID_MAX), ENOTTY (unknown command).
 */
#ifndef _UAPI_LINUX_VZCORE_H
#define _UAPI_LINUX_VZCORE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** VZ_ABI_VERSION - raised only when an existing command changes meaning */
#define VZ_ABI_VERSION		1

/** VZ_CTID_MAX - highest container id; 0 is the host */
#define VZ_CTID_MAX		2147483644U

/** VZ_DEV_NAME - name of the device below /dev */
#define VZ_DEV_NAME		"vzctl"

/** VZ_CGROUP_NAME - top-level directory of the containers' cgroups */
#define VZ_CGROUP_NAME		"vz"

/** VZ_CONSOLES_MAX - most terminals a container can have */
#define VZ_CONSOLES_MAX		12

/** VZ_COMM_LEN - room for a process name, the final NUL included */
#define VZ_COMM_LEN		16

/**
 * enum vz_ct_state - life of a container as the kernel sees it
 * @VZ_CT_CREATED: registered, init is not announced yet
 * @VZ_CT_RUNNING: init was announced by VZ_IOC_CT_START and lives
 * @VZ_CT_STOPPED: init is dead; the object stays until VZ_IOC_CT_DESTROY
 *
 * The only way is CREATED -> RUNNING -> STOPPED; a restart is a new object.
 */
enum vz_ct_state {
	VZ_CT_CREATED	= 1,
	VZ_CT_RUNNING	= 2,
	VZ_CT_STOPPED	= 3,
};

/**
 * enum vz_exit_reason - why a container's init ended
 * @VZ_EXIT_NONE: init lives, or was never started
 * @VZ_EXIT_HALT: reboot(2) inside asked for halt or power-off
 * @VZ_EXIT_REBOOT: reboot(2) inside asked for a restart
 * @VZ_EXIT_KILLED: init died of a signal that came from outside
 * @VZ_EXIT_EXITED: init returned from main(), see exit_code
 */
enum vz_exit_reason {
	VZ_EXIT_NONE	= 0,
	VZ_EXIT_HALT	= 1,
	VZ_EXIT_REBOOT	= 2,
	VZ_EXIT_KILLED	= 3,
	VZ_EXIT_EXITED	= 4,
};

/**
 * struct vz_version - VZ_IOC_VERSION
 * @size: in: sizeof(struct vz_version)
 * @abi: out: VZ_ABI_VERSION of the module
 * @version: out: version of the module, NUL-terminated
 */
struct vz_version {
	__u32	size;
	__u32	abi;
	char	version[56];
};

/**
 * struct vz_ct_create - VZ_IOC_CT_CREATE, registers a container
 * @size: in: sizeof(struct vz_ct_create)
 * @ctid: in: 1..VZ_CTID_MAX
 * @cgroup_fd: in: open directory of the container's cgroup; a child of the
 *	top-level cgroup VZ_CGROUP_NAME of the v2 hierarchy, with no task
 *	in it or below it
 * @userns_fd: in: the container's user namespace (an nsfs file); not the
 *	initial one
 * @consoles: in: number of terminals, 0..VZ_CONSOLES_MAX
 * @flags: in: 0
 * @generation: out: number of this object, never used twice while the module
 *	is loaded
 * @console_major: out: major number of the container's terminals
 * @console_minor: out: minor number of the first one; the others follow it
 * @reserved: 0
 *
 * Has to come before the first task enters the cgroup: everything that is
 * counted later belongs to the container from its first moment.
 *
 * Errors: EEXIST (the id, the cgroup or the user namespace is registered),
 * EBUSY (a task is in the cgroup already), EBADF, EINVAL (not such a cgroup
 * or namespace), ENOSPC (no terminals left), ENOMEM.
 */
struct vz_ct_create {
	__u32	size;
	__u32	ctid;
	__s32	cgroup_fd;
	__s32	userns_fd;
	__u32	consoles;
	__u32	flags;
	__u64	generation;
	__u32	console_major;
	__u32	console_minor;
	__u64	reserved[2];
};

/**
 * struct vz_ct_start - VZ_IOC_CT_START, announces init
 * @size: in: sizeof(struct vz_ct_start)
 * @ctid: in: container, in state VZ_CT_CREATED
 * @pidfd: in: init: PID 1 of a pid namespace that belongs to the registered
 *	user namespace, living in the registered cgroup
 * @flags: in: 0
 * @reserved: 0
 *
 * From here on the kernel watches init; its end moves the container to
 * VZ_CT_STOPPED and raises VZ_EVENT_STOPPED.
 *
 * Errors: ENOENT, EBUSY (not in state VZ_CT_CREATED), EBADF, EINVAL (not such
 * a process), ESRCH (init is dead already).
 */
struct vz_ct_start {
	__u32	size;
	__u32	ctid;
	__s32	pidfd;
	__u32	flags;
	__u64	reserved[2];
};

/**
 * struct vz_ct_destroy - VZ_IOC_CT_DESTROY, forgets a container
 * @size: in: sizeof(struct vz_ct_destroy)
 * @ctid: in: container, not in state VZ_CT_RUNNING
 * @flags: in: 0
 * @reserved: 0
 *
 * Errors: ENOENT, EBUSY (init lives or tasks are left in the cgroup).
 */
struct vz_ct_destroy {
	__u32	size;
	__u32	ctid;
	__u32	flags;
	__u32	reserved;
};

/**
 * struct vz_ct_info - VZ_IOC_CT_INFO
 * @size: in: sizeof(struct vz_ct_info)
 * @ctid: in: container
 * @state: out: enum vz_ct_state
 * @exit_reason: out: enum vz_exit_reason
 * @exit_code: out: init's wait(2) status, valid in state VZ_CT_STOPPED
 * @init_pid: out: pid of init as the caller sees it; 0 when not running
 * @nproc: out: threads in the container's cgroup and below it
 * @consoles: out: number of terminals
 * @generation: out: see struct vz_ct_create
 * @start_boottime: out: CLOCK_BOOTTIME of VZ_IOC_CT_START, nanoseconds
 * @start_realtime: out: CLOCK_REALTIME of VZ_IOC_CT_START, nanoseconds
 * @console_major: out: see struct vz_ct_create
 * @console_minor: out: see struct vz_ct_create
 * @reserved: out: 0
 *
 * Errors: ENOENT.
 */
struct vz_ct_info {
	__u32	size;
	__u32	ctid;
	__u32	state;
	__u32	exit_reason;
	__s32	exit_code;
	__s32	init_pid;
	__u32	nproc;
	__u32	consoles;
	__u64	generation;
	__u64	start_boottime;
	__u64	start_realtime;
	__u32	console_major;
	__u32	console_minor;
	__u64	reserved[4];
};

/**
 * struct vz_ct_list - VZ_IOC_CT_LIST
 * @size: in: sizeof(struct vz_ct_list)
 * @count: in: elements that fit @ids; out: containers there are
 * @ids: in: address of an array of __u32; ascending ids are stored there, at
 *	most the in-value of @count
 *
 * A caller that gets a larger @count back tries again with a larger array.
 */
struct vz_ct_list {
	__u32	size;
	__u32	count;
	__u64	ids;
};

/**
 * struct vz_console - VZ_IOC_CONSOLE, opens the host's end of a terminal
 * @size: in: sizeof(struct vz_console)
 * @ctid: in: container, in any state
 * @index: in: 0 .. consoles - 1; 0 is the container's /dev/console and tty1
 * @flags: in: any of VZ_CONSOLE_*
 *
 * Returns a new file descriptor (close-on-exec).  read(2) gives what the
 * container wrote (the last 64 KiB are kept while nobody reads; older output
 * is dropped, the container never waits); write(2) is its keyboard; poll(2)
 * and O_NONBLOCK work; TIOCSWINSZ sets the size of the terminal and TIOCGWINSZ
 * tells it.  read(2) returns 0 when the container object is gone.
 *
 * Errors: ENOENT, EINVAL (no such terminal), EBUSY (somebody else has it open
 * and VZ_CONSOLE_STEAL is not given), EMFILE, ENFILE, ENOMEM.
 */
struct vz_console {
	__u32	size;
	__u32	ctid;
	__u32	index;
	__u32	flags;
};

/** VZ_CONSOLE_STEAL - cut off who has the terminal open (it reads EOF) */
#define VZ_CONSOLE_STEAL	(1U << 0)
/**
 * VZ_CONSOLE_HANGUP - hang up the container's side: its processes get SIGHUP
 * as if a modem line dropped
 */
#define VZ_CONSOLE_HANGUP	(1U << 1)

#define VZ_IOC_MAGIC		0xB7

#define VZ_IOC_VERSION		_IOWR(VZ_IOC_MAGIC, 0x00, struct vz_version)
#define VZ_IOC_CT_CREATE	_IOWR(VZ_IOC_MAGIC, 0x01, struct vz_ct_create)
#define VZ_IOC_CT_START		_IOW(VZ_IOC_MAGIC, 0x02, struct vz_ct_start)
#define VZ_IOC_CT_DESTROY	_IOW(VZ_IOC_MAGIC, 0x03, struct vz_ct_destroy)
#define VZ_IOC_CT_INFO		_IOWR(VZ_IOC_MAGIC, 0x04, struct vz_ct_info)
#define VZ_IOC_CT_LIST		_IOWR(VZ_IOC_MAGIC, 0x05, struct vz_ct_list)
#define VZ_IOC_CONSOLE		_IOW(VZ_IOC_MAGIC, 0x06, struct vz_console)

/*
 * Events.  Every message of the multicast group carries VZ_A_CTID,
 * VZ_A_GENERATION and VZ_A_TIME; the others as listed with the event.
 */
#define VZ_GENL_NAME		"vz"
#define VZ_GENL_VERSION		1
#define VZ_GENL_GROUP_EVENTS	"events"

/**
 * enum vz_event - commands of the generic netlink family
 * @VZ_EVENT_UNSPEC: never sent
 * @VZ_EVENT_CREATED: a container was registered
 * @VZ_EVENT_STARTED: its init was announced; VZ_A_INIT_PID
 * @VZ_EVENT_STOPPED: its init is dead; VZ_A_EXIT_REASON, VZ_A_EXIT_CODE
 * @VZ_EVENT_DESTROYED: the object is gone
 * @VZ_EVENT_OOM: the kernel killed a task of the container for lack of
 *	memory; VZ_A_PID, VZ_A_COMM
 * @VZ_EVENT_LIMIT: limits were reached; VZ_A_LIMITS.  Told again when usage
 *	was well below them in between, and at most every other second
 * @VZ_EVENT_REFUSED: a beancounter refused something, see <linux/vzubc.h>;
 *	VZ_A_RESOURCE, VZ_A_HELD, VZ_A_WANTED, VZ_A_BOUND, VZ_A_PID, VZ_A_COMM.
 *	The last one is told, at most once a second
 */
enum vz_event {
	VZ_EVENT_UNSPEC,
	VZ_EVENT_CREATED,
	VZ_EVENT_STARTED,
	VZ_EVENT_STOPPED,
	VZ_EVENT_DESTROYED,
	VZ_EVENT_OOM,
	VZ_EVENT_LIMIT,
	VZ_EVENT_REFUSED,
	__VZ_EVENT_MAX,
};

/**
 * enum vz_limit - bits of VZ_A_LIMITS
 * @VZ_LIMIT_SPACE_SOFT: disk usage is above its soft limit
 * @VZ_LIMIT_SPACE_HARD: something was refused for the hard one
 * @VZ_LIMIT_INODES_SOFT: the same of inodes
 * @VZ_LIMIT_INODES_HARD: the same of inodes
 */
enum vz_limit {
	VZ_LIMIT_SPACE_SOFT	= 1 << 0,
	VZ_LIMIT_SPACE_HARD	= 1 << 1,
	VZ_LIMIT_INODES_SOFT	= 1 << 2,
	VZ_LIMIT_INODES_HARD	= 1 << 3,
};

#define VZ_EVENT_MAX		(__VZ_EVENT_MAX - 1)

/**
 * enum vz_attr - attributes of the events
 * @VZ_A_UNSPEC: never sent
 * @VZ_A_CTID: u32: container id
 * @VZ_A_GENERATION: u64: see struct vz_ct_create
 * @VZ_A_TIME: u64: CLOCK_REALTIME of the event, nanoseconds
 * @VZ_A_INIT_PID: s32: pid of init in the initial pid namespace
 * @VZ_A_EXIT_REASON: u32: enum vz_exit_reason
 * @VZ_A_EXIT_CODE: s32: wait(2) status
 * @VZ_A_PID: s32: pid in the initial pid namespace
 * @VZ_A_COMM: string: name of the process, at most VZ_COMM_LEN with its NUL
 * @VZ_A_PAD: padding, to be skipped
 * @VZ_A_LIMITS: u32: enum vz_limit
 * @VZ_A_RESOURCE: string: name of the resource
 * @VZ_A_HELD: u64: what was held
 * @VZ_A_WANTED: u64: what was asked for
 * @VZ_A_BOUND: u64: barrier or limit
 */
enum vz_attr {
	VZ_A_UNSPEC,
	VZ_A_CTID,
	VZ_A_GENERATION,
	VZ_A_TIME,
	VZ_A_INIT_PID,
	VZ_A_EXIT_REASON,
	VZ_A_EXIT_CODE,
	VZ_A_PID,
	VZ_A_COMM,
	VZ_A_PAD,
	VZ_A_LIMITS,
	VZ_A_RESOURCE,
	VZ_A_HELD,
	VZ_A_WANTED,
	VZ_A_BOUND,
	__VZ_A_MAX,
};

#define VZ_A_MAX		(__VZ_A_MAX - 1)

#endif /* _UAPI_LINUX_VZCORE_H */
