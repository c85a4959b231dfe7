// SPDX-License-Identifier: GPL-2.0-only
/* What tools do with the neighbours on one device of the host. */
#include <net/if_arp.h>

#include "venet.h"

int vz_neighbour_device(struct vz_nl *nl, const char *device,
			struct vz_link *link, struct vz_error *err)
{
	int ret = vz_link_get(nl, device, link);

	if (ret)
		return vz_fail(err, VZ_E_NETDEV, -ret,
			       "There is no network device %s", device);
	if (!(link->flags & IFF_UP))
		return vz_fail(err, VZ_E_NETDEV, ENETDOWN,
			       "The network device %s is down", device);
	if (link->type != ARPHRD_ETHER ||
	    (link->flags & (IFF_NOARP | IFF_LOOPBACK | IFF_SLAVE)))
		return vz_fail(err, VZ_E_NETDEV, EOPNOTSUPP,
			       "The network device %s has no neighbours",
			       device);
	return 0;
}

static int find_subject(const char *address, const char *device,
			struct vz_ip *ip, struct vz_link *link,
			struct vz_error *err)
{
	autonl struct vz_nl *nl = NULL;
	int ret;

	if (vz_ip_parse(address, ip))
		return vz_fail(err, VZ_E_INVALID_VALUE, EINVAL,
			       "Bad IP address: %s", address);
	ret = vz_nl_open(-1, &nl, err);
	return ret ? ret : vz_neighbour_device(nl, device, link, err);
}

VZ_EXPORT int vz_ip_announce(const char *address, const char *device,
			     struct vz_error *err)
{
	struct vz_link link;
	struct vz_ip ip;
	int ret = find_subject(address, device, &ip, &link, err);

	if (ret)
		return ret;
	ret = vz_announce(&link, &ip);
	if (ret)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to send on %s", device);
	return 0;
}

VZ_EXPORT int vz_ip_detect(const char *address, const char *device,
			   char mac[18], struct vz_error *err)
{
	struct vz_link link;
	struct vz_probe probe = { .link = &link };
	int ret = find_subject(address, device, &probe.ip, &link, err);

	if (ret)
		return ret;
	ret = vz_probe_run(&probe, 1, &link, 1, true, err);
	if (ret || !probe.answered)
		return ret;
	vz_mac_format(probe.mac, mac);
	return 1;
}

VZ_EXPORT int vz_ctx_device_up(struct vz_ctx *ctx, const char *device,
			       struct vz_error *err)
{
	autohostnet struct vz_hostnet h = {};
	autoips struct vz_ips ips = {};
	autonl struct vz_nl *nl = NULL;
	struct vz_link link;
	int ret;

	ret = vz_nl_open(-1, &nl, err);
	if (ret)
		return ret;
	if (vz_link_get(nl, device, &link))
		return vz_fail(err, VZ_E_NETDEV, ENODEV,
			       "There is no network device %s", device);
	ret = vz_iptable_list(ctx, 0, &ips, err);
	if (ret || !ips.n)
		return ret;
	ret = vz_hostnet_load(&h, ctx, nl, err);
	if (!ret)
		ret = vz_venet_route(&h, &ips, err);
	if (!ret)
		vz_venet_announce(&h, &link, &ips);
	return ret;
}
