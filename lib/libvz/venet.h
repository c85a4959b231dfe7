/* SPDX-License-Identifier: GPL-2.0-only */
/* The routed network: venet0 in a container, its addresses on the host. */
#ifndef _VZ_VENET_H
#define _VZ_VENET_H

#include "core.h"

/** vz_venet_setup - part of vz_net_setup() */
int vz_venet_setup(struct vz_ct *ct, int netns, struct vz_error *err);

#endif /* _VZ_VENET_H */
