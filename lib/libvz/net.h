/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network of a container: venet.c, and whatever else gives it devices.
 *
 * All of it is done from the host, by netlink sockets that work in the
 * container's network namespace; nothing of the container takes part.
 */
#ifndef _VZ_NET_H
#define _VZ_NET_H

#include "core.h"

/**
 * vz_net_setup - devices, addresses and routes of a container that starts
 * @netns: its network namespace; nothing of the container runs there yet
 *
 * What a failure leaves behind is removed by vz_net_teardown().
 */
int vz_net_setup(struct vz_ct *ct, int netns, struct vz_error *err);

/**
 * vz_net_teardown - takes back what the host did for a container
 *
 * Called when no process of the container is left and before the kernel
 * forgets it; finds by itself what there is, which may be nothing.
 */
int vz_net_teardown(struct vz_ct *ct, struct vz_error *err);

/**
 * vz_net_apply - changes the network of a running container
 * @changes: as for vz_ct_apply(); what is not about the network is ignored
 */
int vz_net_apply(struct vz_ct *ct, const struct vz_config *changes,
		 unsigned int flags, struct vz_error *err);

/** vz_net_open - the network namespace of a running container; a descriptor */
int vz_net_open(struct vz_ct *ct, struct vz_error *err);

#endif /* _VZ_NET_H */
