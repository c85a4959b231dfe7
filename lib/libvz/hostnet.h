/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's own network as far as containers' addresses need it: hostnet.c,
 * its kernel parameters: sysctl.c. */
#ifndef _VZ_HOSTNET_H
#define _VZ_HOSTNET_H

#include "packet.h"
#include "route.h"

/**
 * struct vz_hostnet - what the host has
 * @nl: of the host; not owned
 * @venet: the device that leads to the containers; index 0: vznet is not loaded
 * @routes: of both families, but for those to containers
 */
struct vz_hostnet {
	struct vz_ctx		*ctx;
	struct vz_nl		*nl;
	struct vz_link		venet;
	struct vz_link		*links;
	size_t			nlinks;
	struct vz_route		*routes;
	size_t			nroutes;
};

int vz_hostnet_load(struct vz_hostnet *h, struct vz_ctx *ctx, struct vz_nl *nl,
		    struct vz_error *err);
void vz_hostnet_free(struct vz_hostnet *h);
#define autohostnet	__attribute__((cleanup(vz_hostnet_free)))

/** vz_hostnet_venet - the host's device of vznet, -ENODEV */
int vz_hostnet_venet(struct vz_nl *nl, struct vz_link *link);
/** vz_hostnet_is_neighbour - is this a device on which the host answers for an
 * address (NEIGHBOUR_DEVS)? */
bool vz_hostnet_is_neighbour(const struct vz_hostnet *h,
			     const struct vz_link *link,
			     const struct vz_ip *ip);
/** vz_hostnet_warn - logs what NEIGHBOUR_DEVS names in vain */
void vz_hostnet_warn(const struct vz_hostnet *h);
/** vz_hostnet_is_outward - does a default route lead over it? */
bool vz_hostnet_is_outward(const struct vz_hostnet *h,
			   const struct vz_link *link, int family);
/** vz_hostnet_source - the IPv4 address that the host uses towards containers
 * (VE_ROUTE_SRC_DEV); family 0: none in particular */
int vz_hostnet_source(const struct vz_hostnet *h, struct vz_ip *ip,
		      struct vz_error *err);
/** vz_hostnet_address - the first IPv4 address of a device; family 0: none */
int vz_hostnet_address(const struct vz_hostnet *h, int index,
		       struct vz_ip *ip);

/* ------------------------------------------------------- sysctl.c -- */

/** vz_sysctl_venet - kernel parameters without which addresses of a family
 * cannot be reached; nothing with SKIP_SYSCTL_SETUP */
int vz_sysctl_venet(const struct vz_hostnet *h, int family,
		    struct vz_error *err);
/** vz_sysctl_neighbour - the same for a device that answers for them or leads
 * outward */
int vz_sysctl_neighbour(const struct vz_hostnet *h, const struct vz_link *link,
			int family, struct vz_error *err);

#endif /* _VZ_HOSTNET_H */
