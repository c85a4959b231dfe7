// SPDX-License-Identifier: GPL-2.0-only
/* The network of a container, in the order in which it comes and goes. */
#include "net.h"
#include "venet.h"

int vz_net_setup(struct vz_ct *ct, int netns, struct vz_error *err)
{
	return vz_venet_setup(ct, netns, err);
}

int vz_net_teardown(struct vz_ct *ct, struct vz_error *err)
{
	return 0;
}
