/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vznet - the kernel interface of the containers' network
 *
 * Devices.  The rtnetlink link kind VZNET_KIND ("venet") is a device without
 * link layer, addresses or broadcast.  The host's network namespace has one,
 * VZNET_DEV, from the moment the module is loaded; it leads to all containers.
 * Each container may have one, made by RTM_NEWLINK without attributes of its
 * own in a network namespace that belongs to the container's user namespace
 * (ENXIO elsewhere; EEXIST when the container has one).  It cannot be moved to
 * another network namespace.
 *
 * Addresses.  An address belongs to at most one container; only the host
 * assigns it (VZNET_IOC_ADDR_ADD).  What a container sends leaves only with a
 * source that it owns; what is sent to an owned address reaches its owner and
 * nobody else.  Whatever else happens to a packet is counted by reason, see
 * enum vznet_drop.  Owning an address does not configure it on the device.
 *
 * Classes.  Traffic of a container is counted by the class of its peer
 * (VZNET_IOC_CLASS_SET), and what it sends can be limited by class
 * (VZNET_IOC_RATE_SET).
 *
 * Other devices.  A veth pair with one end in a container may be put under a
 * filter of Ethernet addresses (VZNET_IOC_VETH_ADD), and a device of the host
 * may be lent to a container (VZNET_IOC_NETDEV_LEND).
 *
 * Commands go to /dev/vzctl; <linux/vzcore.h> has the rules of their
 * structures and the errors that all of them share.  Further ones: ENOENT (no
 * such container), ENOMEM.
 */
#ifndef _UAPI_LINUX_VZNET_H
#define _UAPI_LINUX_VZNET_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/vzcore.h>

/** VZNET_KIND - rtnetlink's name of the link kind */
#define VZNET_KIND		"venet"

/** VZNET_DEV - name of the device on the host and in a container */
#define VZNET_DEV		"venet0"

/** VZNET_CLASSES - classes of accounting: 0 .. VZNET_CLASSES - 1 */
#define VZNET_CLASSES		16

/** VZNET_CLASS_DEFAULT - class of the peers that no network is given for */
#define VZNET_CLASS_DEFAULT	1

/** VZNET_NAME_LEN - room for the name of a device, the final NUL included */
#define VZNET_NAME_LEN		16

/**
 * VZNET_CLASS_LOCAL - class that is counted like all others, but has no rate:
 * by custom that of the host's and the containers' own networks
 */
#define VZNET_CLASS_LOCAL	0

/** VZNET_CLASS_NETS_MAX - most networks that classes are made of */
#define VZNET_CLASS_NETS_MAX	4096

/** VZNET_RATE_MAX - highest rate, bytes per second */
#define VZNET_RATE_MAX		(1ULL << 40)

/** VZNET_BURST_MAX - largest burst, bytes */
#define VZNET_BURST_MAX		(1ULL << 32)

/** VZNET_ADDR_MAX - most addresses of one container */
#define VZNET_ADDR_MAX		65536

/**
 * enum vznet_drop - why a packet of a container was dropped
 * @VZNET_DROP_SOURCE: source address is not the container's
 * @VZNET_DROP_PROTOCOL: neither IPv4 nor IPv6, damaged, or with a VLAN tag
 * @VZNET_DROP_MULTICAST: to a multicast or broadcast address
 * @VZNET_DROP_ROUTING: asks to be routed by the sender (IPv4 LSRR and SSRR,
 *	IPv6 routing header)
 * @VZNET_DROP_DISCOVERY: neighbour discovery of IPv6
 * @VZNET_DROP_SIZE: larger than the MTU of the device it would come in by
 * @VZNET_DROP_QUEUE: the receiver does not keep up
 * @VZNET_DROP_DOWN: the receiving device is down or absent
 * @VZNET_DROP_RATE: over the rate of VZNET_IOC_RATE_SET and its queue is full
 * @VZNET_DROP_NEIGHBOUR: to an address of a network that the host is in, which
 *	nobody has answered for, while very many others are being asked for
 * @VZNET_DROPS: how many reasons there are
 */
enum vznet_drop {
	VZNET_DROP_SOURCE	= 0,
	VZNET_DROP_PROTOCOL	= 1,
	VZNET_DROP_MULTICAST	= 2,
	VZNET_DROP_ROUTING	= 3,
	VZNET_DROP_DISCOVERY	= 4,
	VZNET_DROP_SIZE		= 5,
	VZNET_DROP_QUEUE	= 6,
	VZNET_DROP_DOWN		= 7,
	VZNET_DROP_RATE		= 8,
	VZNET_DROP_NEIGHBOUR	= 9,
	VZNET_DROPS		= 10,
};

/**
 * struct vznet_addr - VZNET_IOC_ADDR_ADD, VZNET_IOC_ADDR_DEL, and an element
 * of VZNET_IOC_ADDR_LIST
 * @size: in: sizeof(struct vznet_addr)
 * @ctid: in: container
 * @family: in: AF_INET or AF_INET6
 * @flags: in: VZNET_ADDR_MOVE or 0
 * @owner: out: with EADDRINUSE the container that has the address
 * @reserved: 0
 * @addr: in: the address, network byte order; an IPv4 one in the first four
 *	bytes, the others 0
 *
 * Errors of ADD: EAFNOSUPPORT; EADDRNOTAVAIL (unspecified, loopback,
 * multicast, broadcast, link-local IPv6 or IPv4-mapped); EEXIST (it is this
 * container's already); EADDRINUSE (another one's); ENOSPC (VZNET_ADDR_MAX).
 * Errors of DEL: EAFNOSUPPORT; EADDRNOTAVAIL (not this container's).
 */
struct vznet_addr {
	__u32	size;
	__u32	ctid;
	__u16	family;
	__u16	flags;
	__u32	owner;
	__u64	reserved;
	__u8	addr[16];
};

/**
 * VZNET_ADDR_MOVE - take the address away from the container that has it;
 * packets go to either of them, never to nobody
 */
#define VZNET_ADDR_MOVE		(1U << 0)

/**
 * struct vznet_addr_list - VZNET_IOC_ADDR_LIST
 * @size: in: sizeof(struct vznet_addr_list)
 * @ctid: in: container, 0 for all
 * @count: in: elements that fit @addrs; out: addresses there are
 * @reserved: 0
 * @addrs: in: address of an array of struct vznet_addr; at most the in-value
 *	of @count are stored there, those of one container in the order in
 *	which they were added
 *
 * A caller that gets a larger @count back tries again with a larger array.
 */
struct vznet_addr_list {
	__u32	size;
	__u32	ctid;
	__u32	count;
	__u32	reserved;
	__u64	addrs;
};

/**
 * struct vznet_count - traffic
 * @bytes: bytes, IP headers included
 * @packets: packets
 *
 * Both as they would be on a wire: a packet that is to be segmented later
 * counts as its segments, each with its headers.
 */
struct vznet_count {
	__u64	bytes;
	__u64	packets;
};

/**
 * struct vznet_stat - VZNET_IOC_STAT
 * @size: in: sizeof(struct vznet_stat)
 * @ctid: in: container
 * @in: out: what it received, by class of the sender
 * @out: out: what it sent, by class of the receiver
 * @dropped: out: packets of its own that were dropped, by enum vznet_drop;
 *	VZNET_DROP_SIZE, _QUEUE and _DOWN also count packets to it
 * @reserved: out: 0
 *
 * Counted since the container was registered.
 */
struct vznet_stat {
	__u32			size;
	__u32			ctid;
	struct vznet_count	in[VZNET_CLASSES];
	struct vznet_count	out[VZNET_CLASSES];
	__u64			dropped[16];
	__u64			reserved[4];
};

/**
 * struct vznet_netns - VZNET_IOC_NETNS
 * @size: in: sizeof(struct vznet_netns)
 * @ctid: in: container; init was announced once
 *
 * Returns a new file descriptor (close-on-exec) of the container's network
 * namespace.  The namespace, and with it what the host moved into it, lives
 * until VZ_IOC_CT_DESTROY even if nothing of the container runs any more.
 *
 * Errors: ESRCH (init was never announced, or vznet was loaded later),
 * EMFILE, ENFILE.
 */
struct vznet_netns {
	__u32	size;
	__u32	ctid;
};

/**
 * struct vznet_veth - VZNET_IOC_VETH_ADD, VZNET_IOC_VETH_DEL, and an element
 * of VZNET_IOC_VETH_LIST
 * @size: in: sizeof(struct vznet_veth)
 * @ctid: in: container
 * @ifindex: in: the host's end of a veth pair, in the network namespace of
 *	the caller
 * @flags: in: VZNET_VETH_FILTER or 0
 * @name: in: ADD: name that the other end was given; it may have another one
 *	by now.  A name, or empty; NUL-terminated
 * @mac: in: ADD: Ethernet address for the other end
 * @reserved: 0
 * @dropped: out: LIST: frames of the container that the filter has dropped
 *
 * ADD makes the pair known as one of the container's, or changes @flags, @name
 * and @mac of one that is known; the other end gets @mac as its address.  With
 * VZNET_VETH_FILTER
 *   - a frame that is sent through the container's end leaves it only with
 *     @mac as its source address, whatever made it (packet sockets, bridges,
 *     devices stacked on top, traffic control);
 *   - the address of that end cannot be changed to anything but @mac, by
 *     nobody (EPERM).
 * That follows the device when the container renames it or moves it to one of
 * its own network namespaces, and ends with DEL or when one end is removed.
 * The module cannot be unloaded while there is such a pair.
 *
 * Errors of ADD: ENODEV (no such device); EOPNOTSUPP (not a veth pair); EXDEV
 * (the other end is in no network namespace of the container); EBUSY (it is
 * known as another container's, or something else has replaced the functions
 * of its driver); EADDRNOTAVAIL (@mac cannot be the address of a device).
 * Errors of DEL: ENODEV (not known as the container's).
 */
struct vznet_veth {
	__u32	size;
	__u32	ctid;
	__u32	ifindex;
	__u32	flags;
	char	name[VZNET_NAME_LEN];
	__u8	mac[6];
	__u16	reserved;
	__u64	dropped;
};

/** VZNET_VETH_FILTER - let only @mac pass */
#define VZNET_VETH_FILTER	(1U << 0)

/**
 * struct vznet_veth_list - VZNET_IOC_VETH_LIST
 * @size: in: sizeof(struct vznet_veth_list)
 * @ctid: in: container, 0 for all
 * @count: in: elements that fit @veths; out: pairs there are
 * @reserved: 0
 * @veths: in: address of an array of struct vznet_veth; at most the in-value
 *	of @count are stored there, in the order in which they were added
 *
 * Tells of the pairs whose host's end is in the network namespace of the
 * caller.  One that gets a larger @count back tries again with a larger array.
 */
struct vznet_veth_list {
	__u32	size;
	__u32	ctid;
	__u32	count;
	__u32	reserved;
	__u64	veths;
};

/**
 * struct vznet_netdev - VZNET_IOC_NETDEV_LEND, VZNET_IOC_NETDEV_RETURN
 * @size: in: sizeof(struct vznet_netdev)
 * @ctid: in: container
 * @netns_fd: in: LEND: a network namespace of the container; RETURN: 0
 * @ifindex: in: LEND: a device in the network namespace of the caller; RETURN:
 *	0; out: RETURN: its index there, after an error inside
 * @name: in: RETURN: name of a device, or empty for any one of those that are
 *	lent; LEND: empty; out: RETURN: its name there, after an error inside
 *
 * LEND moves a device into the container.  It can be renamed by nobody and
 * moved nowhere until RETURN moves it back.  When the namespace ends, it goes
 * back by itself.  It has its old name there, or, if that is taken, devN; it is
 * down.  The module cannot be unloaded while a device is lent.
 *
 * Errors of LEND: ENODEV (no such device); EOPNOTSUPP (it cannot be moved);
 * EBUSY (it belongs to a bridge or the like, or is the host's end of a
 * container's veth pair); EBADF, EINVAL (not a network namespace); EXDEV (not
 * one of the container's); EEXIST (the container has a device of that name).
 * Errors of RETURN: ENODEV (none lent by the caller's namespace); EEXIST (the
 * container gave it an alternative name that the host uses).
 */
struct vznet_netdev {
	__u32	size;
	__u32	ctid;
	__s32	netns_fd;
	__u32	ifindex;
	char	name[VZNET_NAME_LEN];
};

/**
 * enum vznet_netfilter_mode - what of netfilter a container may use
 * @VZNET_NETFILTER_FULL: all of it
 * @VZNET_NETFILTER_STATEFUL: all but NAT
 * @VZNET_NETFILTER_STATELESS: neither NAT nor connection tracking
 * @VZNET_NETFILTER_DISABLED: nothing
 */
enum vznet_netfilter_mode {
	VZNET_NETFILTER_FULL		= 0,
	VZNET_NETFILTER_STATEFUL	= 1,
	VZNET_NETFILTER_STATELESS	= 2,
	VZNET_NETFILTER_DISABLED	= 3,
};

/**
 * struct vznet_netfilter - VZNET_IOC_NETFILTER
 * @size: in: sizeof(struct vznet_netfilter)
 * @ctid: in: container; one for which this was never called has
 *	VZNET_NETFILTER_FULL
 * @mode: in: enum vznet_netfilter_mode
 * @reserved: 0
 *
 * From now on the container's processes cannot add to its network namespaces
 * what the mode does not include; what is there already stays.  A rule that
 * needs a part that is not included gets EOPNOTSUPP.  With
 * VZNET_NETFILTER_DISABLED netlink answers EPERM, and the socket options
 * ENOPROTOOPT.  NAT without netfilter (tc's action ct, openvswitch, IPVS) is
 * part of VZNET_NETFILTER_FULL only.
 *
 * Errors: EOPNOTSUPP (the mode cannot be enforced on this kernel,
 * /proc/vz/hooks tells why; the old one stays).
 */
struct vznet_netfilter {
	__u32	size;
	__u32	ctid;
	__u32	mode;
	__u32	reserved;
};

/**
 * struct vznet_class_net - a network, element of struct vznet_class_list
 * @family: AF_INET or AF_INET6
 * @prefixlen: bits of @addr that its addresses have in common
 * @class: their class, below VZNET_CLASSES
 * @reserved: 0
 * @addr: the first one, network byte order; an IPv4 one in the first four
 *	bytes, the others 0
 */
struct vznet_class_net {
	__u16	family;
	__u8	prefixlen;
	__u8	class;
	__u32	reserved;
	__u8	addr[16];
};

/**
 * struct vznet_class_list - VZNET_IOC_CLASS_SET, VZNET_IOC_CLASS_LIST
 * @size: in: sizeof(struct vznet_class_list)
 * @count: in: SET: elements of @nets, at most VZNET_CLASS_NETS_MAX; LIST:
 *	elements that fit there; out: LIST: networks there are
 * @reserved: 0
 * @nets: in: address of an array of struct vznet_class_net
 *
 * SET replaces all networks by the given ones, in one step: every packet is
 * counted either by the old or by the new ones.  Of several networks that an
 * address is in, the one with the longest prefix gives it its class; an address
 * that is in none is of VZNET_CLASS_DEFAULT.  LIST tells them in the order of
 * SET; a caller that gets a larger @count back tries again with a larger
 * array.
 *
 * Errors of SET: EAFNOSUPPORT; EINVAL also for a bit of @addr that is set
 * behind @prefixlen; EEXIST (a network is there twice).
 */
struct vznet_class_list {
	__u32	size;
	__u32	count;
	__u64	reserved;
	__u64	nets;
};

/**
 * struct vznet_rate - VZNET_IOC_RATE_SET, and an element of
 * VZNET_IOC_RATE_LIST
 * @size: in: sizeof(struct vznet_rate)
 * @ctid: in: container
 * @class: in: class of the receivers, not VZNET_CLASS_LOCAL
 * @flags: in: 0
 * @rate: in: bytes per second, at most VZNET_RATE_MAX; 0: no limit
 * @burst: in: bytes that may be sent at once after a pause, at most
 *	VZNET_BURST_MAX; 0: as many as the rate gives in a fiftieth of a second,
 *	but not less than 2048
 * @waiting: out: LIST: bytes that wait now; SET: 0
 * @reserved: 0
 *
 * Limits what a container sends to one class, counted like struct vznet_count.
 * Packets over the rate wait in a queue of the container and class, for a
 * quarter of a second at that rate or 16 KiB, whichever is more, but at most
 * 4 MiB and 1024 packets; what does not fit is dropped (VZNET_DROP_RATE).  What
 * waits for one class does not hold up the others.  Packets that wait stay
 * charged to the socket that sent them.
 *
 * A packet goes if there is any burst left, so a large one may exceed it; the
 * next ones wait the longer.  The rates of a container are gone with
 * VZ_IOC_CT_DESTROY.
 */
struct vznet_rate {
	__u32	size;
	__u32	ctid;
	__u32	class;
	__u32	flags;
	__u64	rate;
	__u64	burst;
	__u64	waiting;
	__u64	reserved;
};

/**
 * struct vznet_rate_list - VZNET_IOC_RATE_LIST
 * @size: in: sizeof(struct vznet_rate_list)
 * @ctid: in: container, 0 for all
 * @count: in: elements that fit @rates; out: rates there are
 * @reserved: 0
 * @rates: in: address of an array of struct vznet_rate; at most the in-value
 *	of @count are stored there, those of one container in the order of
 *	their classes
 *
 * A caller that gets a larger @count back tries again with a larger array.
 */
struct vznet_rate_list {
	__u32	size;
	__u32	ctid;
	__u32	count;
	__u32	reserved;
	__u64	rates;
};

#define VZNET_IOC_ADDR_ADD	_IOWR(VZ_IOC_MAGIC, 0x20, struct vznet_addr)
#define VZNET_IOC_ADDR_DEL	_IOW(VZ_IOC_MAGIC, 0x21, struct vznet_addr)
#define VZNET_IOC_ADDR_LIST	_IOWR(VZ_IOC_MAGIC, 0x22, \
				      struct vznet_addr_list)
#define VZNET_IOC_STAT		_IOWR(VZ_IOC_MAGIC, 0x23, struct vznet_stat)
#define VZNET_IOC_NETNS		_IOW(VZ_IOC_MAGIC, 0x24, struct vznet_netns)
#define VZNET_IOC_CLASS_SET	_IOW(VZ_IOC_MAGIC, 0x25, \
				     struct vznet_class_list)
#define VZNET_IOC_CLASS_LIST	_IOWR(VZ_IOC_MAGIC, 0x26, \
				      struct vznet_class_list)
#define VZNET_IOC_VETH_ADD	_IOW(VZ_IOC_MAGIC, 0x28, struct vznet_veth)
#define VZNET_IOC_VETH_DEL	_IOW(VZ_IOC_MAGIC, 0x29, struct vznet_veth)
#define VZNET_IOC_VETH_LIST	_IOWR(VZ_IOC_MAGIC, 0x2a, \
				      struct vznet_veth_list)
#define VZNET_IOC_NETDEV_LEND	_IOW(VZ_IOC_MAGIC, 0x2b, struct vznet_netdev)
#define VZNET_IOC_NETDEV_RETURN	_IOWR(VZ_IOC_MAGIC, 0x2c, struct vznet_netdev)
#define VZNET_IOC_NETFILTER	_IOW(VZ_IOC_MAGIC, 0x2d, struct vznet_netfilter)
#define VZNET_IOC_RATE_SET	_IOW(VZ_IOC_MAGIC, 0x2e, struct vznet_rate)
#define VZNET_IOC_RATE_LIST	_IOWR(VZ_IOC_MAGIC, 0x2f, \
				      struct vznet_rate_list)

#endif /* _UAPI_LINUX_VZNET_H */
