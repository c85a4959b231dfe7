/* SPDX-License-Identifier: GPL-2.0-only */
/* Pairs of virtual Ethernet devices between the host and a container. */
#ifndef _VZ_VETH_H
#define _VZ_VETH_H

#include <linux/vznet.h>

#include "core.h"
#include "netif.h"
#include "nl.h"

/* ------------------------------------------------------- vethlink.c -- */

/** vz_link_add_veth - makes a pair of devices, both down
 * @netns: where the container's end is made
 *
 * Returns 0 or a negative errno of the kernel. */
int vz_link_add_veth(struct vz_nl *nl, int netns, const struct vz_netif *nif);
/** vz_link_get_index - the device of that index, -ENODEV */
int vz_link_get_index(struct vz_nl *nl, int index, struct vz_link *link);
/** vz_link_set_ipv6_address - does it make itself an IPv6 address? */
int vz_link_set_ipv6_address(struct vz_nl *nl, int index, bool on);
/** vz_link_drop_altnames - takes away all alternative names of a device */
int vz_link_drop_altnames(struct vz_nl *nl, const char *name);

/* ----------------------------------------------------------- veth.c -- */

/** vz_veth_setup - part of vz_net_setup() */
int vz_veth_setup(struct vz_ct *ct, int netns, struct vz_error *err);
/** vz_veth_teardown - part of vz_net_teardown() */
int vz_veth_teardown(struct vz_ct *ct, struct vz_error *err);

/** vz_veth_list - the pairs that the kernel knows as the container's;
 * @veths is freed by the caller.  Returns their number */
ssize_t vz_veth_list(struct vz_ct *ct, struct vznet_veth **veths,
		     struct vz_error *err);
/** vz_veth_check - can it be made?  Looks for its bridge */
int vz_veth_check(struct vz_ct *ct, const struct vz_netif *nif,
		  struct vz_error *err);
/** vz_veth_create - makes a pair, or nothing at all */
int vz_veth_create(struct vz_ct *ct, int netns, const struct vz_netif *nif,
		   struct vz_error *err);
/** vz_veth_change - makes the pair with the host's end @index what @nif says */
int vz_veth_change(struct vz_ct *ct, int index, const struct vz_netif *nif,
		   struct vz_error *err);
/** vz_veth_delete - removes the pair with the host's end @index */
int vz_veth_delete(struct vz_ct *ct, int index, struct vz_error *err);

/* ----------------------------------------------------- vethscript.c -- */

/** vz_veth_script - EXTERNAL_SCRIPT of vznet.conf if it is a program, freed by
 * the caller; or NULL */
char *vz_veth_script(struct vz_ct *ct);
/** vz_veth_run_script - lets it set up the host's end */
int vz_veth_run_script(struct vz_ct *ct, const char *script,
		       const struct vz_netif *nif, struct vz_error *err);

#endif /* _VZ_VETH_H */
