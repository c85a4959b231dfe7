/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Route netlink: sockets (nl.c), devices (link.c).
 *
 * Functions without a struct vz_error return the kernel's own negative errno;
 * their callers know what to say.
 */
#ifndef _VZ_NL_H
#define _VZ_NL_H

#include <net/if.h>
#include <sys/types.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <linux/rtnetlink.h>

#include "internal.h"

/* ----------------------------------------------------------- nl.c -- */

struct vz_nl;

/**
 * vz_nl_open - a route socket
 * @netns: descriptor of the network namespace it works in, from wherever it
 *	is used; -1: that of the caller
 */
int vz_nl_open(int netns, struct vz_nl **nl, struct vz_error *err);
void vz_nl_close(struct vz_nl *nl);
static inline void vz_nl_close_p(struct vz_nl **nl)
{
	vz_nl_close(*nl);
}
#define autonl	__attribute__((cleanup(vz_nl_close_p)))

/** vz_nl_new - a message that starts with @head (struct ifinfomsg and so on),
 * to which attributes are added by nla_put(); NULL: no memory */
struct nl_msg *vz_nl_new(int type, int flags, const void *head, size_t len);
/** vz_nl_talk - sends a message, frees it and waits for the kernel's answer
 * to it; -ENOMEM for @msg NULL */
int vz_nl_talk(struct vz_nl *nl, struct nl_msg *msg);
/** vz_nl_why - the kernel's words on the last failure, "" if there are none */
const char *vz_nl_why(const struct vz_nl *nl);

/** vz_nl_fn - takes one message of an answer; not 0: that is enough, it is
 * what vz_nl_ask() returns */
typedef int (*vz_nl_fn)(struct nlmsghdr *nlh, void *data);
/** vz_nl_ask - the same for a request with an answer, of one message or, with
 * NLM_F_DUMP, many; a dump that changed meanwhile is repeated before @fn
 * sees any of it */
int vz_nl_ask(struct vz_nl *nl, struct nl_msg *msg, vz_nl_fn fn, void *data);

/* --------------------------------------------------------- link.c -- */

/**
 * struct vz_link - a network device
 * @flags: IFF_UP and so on
 * @type: ARPHRD_ETHER and so on
 * @master: index of the bridge or bond it belongs to, 0: none
 * @kind: "veth", "bridge", ...; "" for a real one
 */
struct vz_link {
	int		index;
	unsigned int	flags;
	unsigned int	type;
	unsigned int	mtu;
	int		master;
	char		name[IFNAMSIZ];
	char		kind[16];
	uint8_t		mac[6];
};

/** vz_link_get - the device of that name, -ENODEV */
int vz_link_get(struct vz_nl *nl, const char *name, struct vz_link *link);
/** vz_link_of_kind - the first device of that kind, -ENODEV */
int vz_link_of_kind(struct vz_nl *nl, const char *kind, struct vz_link *link);
/** vz_link_list - all devices; @links is freed by the caller.  Returns their
 * number */
ssize_t vz_link_list(struct vz_nl *nl, struct vz_link **links);
/** vz_link_add - makes a device of a kind that takes no arguments */
int vz_link_add(struct vz_nl *nl, const char *kind, const char *name);
int vz_link_del(struct vz_nl *nl, int index);
int vz_link_set_up(struct vz_nl *nl, int index, bool up);
int vz_link_set_mtu(struct vz_nl *nl, int index, unsigned int mtu);
int vz_link_set_mac(struct vz_nl *nl, int index, const uint8_t mac[6]);
/** vz_link_set_master - @master 0: takes it out of its bridge */
int vz_link_set_master(struct vz_nl *nl, int index, int master);
/** vz_link_rename - the device has to be down on kernels before 6.2 */
int vz_link_rename(struct vz_nl *nl, int index, const char *name);
/** vz_link_move - to another network namespace, where it is called @name */
int vz_link_move(struct vz_nl *nl, int index, int netns, const char *name);

#endif /* _VZ_NL_H */
