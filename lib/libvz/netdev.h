/* SPDX-License-Identifier: GPL-2.0-only */
/* NETDEV: network devices of the host that are lent to a container. */
#ifndef _VZ_NETDEV_H
#define _VZ_NETDEV_H

#include "core.h"

/** vz_netdev_setup - part of vz_net_setup() */
int vz_netdev_setup(struct vz_ct *ct, int netns, struct vz_error *err);
/** vz_netdev_teardown - part of vz_net_teardown() */
void vz_netdev_teardown(struct vz_ct *ct);

/** vz_netdev_apply - part of vz_ct_apply() */
int vz_netdev_apply(struct vz_ct *ct, const struct vz_config *changes,
		    struct vz_error *err);

#endif /* _VZ_NETDEV_H */
