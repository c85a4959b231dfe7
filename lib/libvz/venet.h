/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The routed network: which addresses a container owns (iptable.c), what the
 * host does for them (venethost.c), its device (venetct.c), and the order of
 * it all (venet.c).
 *
 * The kernel's table of addresses is the record of what there is: an address
 * is entered there before anything else is done for it and deleted last.  So
 * what a killed program left behind belongs to an address of the table.
 */
#ifndef _VZ_VENET_H
#define _VZ_VENET_H

#include "core.h"
#include "hostnet.h"

/* -------------------------------------------------------- venet.c -- */

/** vz_venet_setup - part of vz_net_setup() */
int vz_venet_setup(struct vz_ct *ct, int netns, struct vz_error *err);
/** vz_venet_teardown - part of vz_net_teardown() */
int vz_venet_teardown(struct vz_ct *ct, struct vz_error *err);
/** vz_venet_apply - part of vz_ct_apply(): IP_ADDRESS, given and taken */
int vz_venet_apply(struct vz_ct *ct, const struct vz_config *changes,
		   unsigned int flags, struct vz_error *err);

/* ------------------------------------------------------ iptable.c -- */

/** vz_iptable_add - makes the container the owner of addresses: of all of
 * them or, with an error, of none.  VZ_E_IP_INUSE, VZ_E_CANT_ADDIP */
int vz_iptable_add(struct vz_ct *ct, const struct vz_ips *ips,
		   struct vz_error *err);
int vz_iptable_del(struct vz_ct *ct, const struct vz_ips *ips,
		   struct vz_error *err);
/** vz_iptable_list - adds the addresses of a container (0: of all) to a list,
 * oldest first; none when vznet is not loaded */
int vz_iptable_list(struct vz_ctx *ctx, uint32_t ctid, struct vz_ips *ips,
		    struct vz_error *err);

/* ---------------------------------------------------- venethost.c -- */

/** vz_venet_router - the router of IPv6 routes over venet: nobody has this
 * address and nothing is sent to it, but all routes share its entry in the
 * table of neighbours */
extern const struct vz_ip vz_venet_router;

/** vz_venet_check - are addresses free?  Neither the host nor, unless this is
 * skipped, a machine on its networks has them.  VZ_E_IP_INUSE */
int vz_venet_check(struct vz_ct *ct, const struct vz_hostnet *h,
		   const struct vz_ips *ips, unsigned int flags,
		   struct vz_error *err);
/** vz_venet_route - kernel parameters, routes, and answers for addresses */
int vz_venet_route(const struct vz_hostnet *h, const struct vz_ips *ips,
		   struct vz_error *err);
/** vz_venet_unroute - takes back routes and answers, as far as there are any */
int vz_venet_unroute(struct vz_nl *nl, const struct vz_ips *ips,
		     struct vz_error *err);
/** vz_venet_announce - tells the neighbours on one device, or on all (NULL) */
void vz_venet_announce(const struct vz_hostnet *h, const struct vz_link *only,
		       const struct vz_ips *ips);

/* ------------------------------------------------------ venetct.c -- */

/** vz_venet_device - the container's device, made when it is missing, and up
 * @nl: of the container
 * @mtu: of the host's device */
int vz_venet_device(struct vz_ct *ct, struct vz_nl *nl, unsigned int mtu,
		    struct vz_link *link, struct vz_error *err);
/** vz_venet_configure - addresses and default routes of the device */
int vz_venet_configure(struct vz_ct *ct, struct vz_nl *nl, int index,
		       const struct vz_ips *ips, struct vz_error *err);
/** vz_venet_unconfigure - takes addresses from the device; the default route
 * goes with the last address of its family */
int vz_venet_unconfigure(struct vz_ct *ct, struct vz_nl *nl,
			 const struct vz_ips *ips, struct vz_error *err);

#endif /* _VZ_VENET_H */
