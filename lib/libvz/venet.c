// SPDX-License-Identifier: GPL-2.0-only
/* The routed network: venet0 in a container, its addresses on the host. */
#include <linux/vznet.h>

#include "nl.h"
#include "venet.h"

static int make_device(struct vz_ct *ct, struct vz_nl *nl,
		       struct vz_error *err)
{
	struct vz_link link;
	int ret;

	ret = vz_link_add(nl, VZNET_KIND, VZNET_DEV);
	if (!ret)
		ret = vz_link_get(nl, VZNET_DEV, &link);
	if (!ret)
		ret = vz_link_set_up(nl, link.index, true);
	if (ret)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, -ret,
				     "Unable to make " VZNET_DEV " in CT %u",
				     ct->id);
	return 0;
}

int vz_venet_setup(struct vz_ct *ct, int netns, struct vz_error *err)
{
	autonl struct vz_nl *host = NULL, *inside = NULL;
	struct vz_link link;
	int ret;

	ret = vz_nl_open(-1, &host, err);
	if (ret)
		return ret;
	/* the module's device tells that the module is loaded */
	if (vz_link_get(host, VZNET_DEV, &link))
		return 0;
	ret = vz_nl_open(netns, &inside, err);
	return ret ? ret : make_device(ct, inside, err);
}
