// SPDX-License-Identifier: GPL-2.0-only
/* Kernel parameters of the host's network. */
#include <fcntl.h>

#include "hostnet.h"

static int open_param(const char *family, const char *dev, const char *name,
		      int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family,
		 dev, name);
	return open(path, flags | O_CLOEXEC);
}

/* A number or a negative errno. */
static int get(const char *family, const char *dev, const char *name)
{
	autoclose int fd = open_param(family, dev, name, O_RDONLY);
	char text[16];
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (len < 0)
		return -errno;
	text[len] = '\0';
	return atoi(text);
}

/* What is right is not written again: some parameters flush tables. */
static int set(const char *family, const char *dev, const char *name,
	       int value, struct vz_error *err)
{
	autoclose int fd = -1;

	if (get(family, dev, name) == value)
		return 0;
	fd = open_param(family, dev, name, O_WRONLY);
	if (fd < 0 || dprintf(fd, "%d\n", value) < 0)
		return vz_fail_errno(err, VZ_E_CANT_ADDIP, errno,
				     "Unable to set net.%s.conf.%s.%s to %d",
				     family, dev, name, value);
	return 0;
}

static bool skipped(const struct vz_hostnet *h)
{
	const char *skip = vz_ctx_get(h->ctx, "SKIP_SYSCTL_SETUP");

	return skip && vz_value_bool(skip) == 1;
}

/*
 * A host that forwards does not take its default route from routers any more,
 * unless told that it shall.  What leads to containers never does.
 */
static int keep_own_route(const struct vz_hostnet *h, struct vz_error *err)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < h->nlinks; i++) {
		const struct vz_link *link = &h->links[i];

		if (link->index == h->venet.index ||
		    (link->flags & IFF_LOOPBACK) ||
		    !strcmp(link->kind, "veth") ||
		    get("ipv6", link->name, "accept_ra") != 1)
			continue;
		ret = set("ipv6", link->name, "accept_ra", 2, err);
	}
	return ret;
}

static int forward_v6(const struct vz_hostnet *h, struct vz_error *err)
{
	int ret;

	if (get("ipv6", "all", "forwarding") == 1)
		return 0;
	ret = keep_own_route(h, err);
	return ret ? ret : set("ipv6", "all", "forwarding", 1, err);
}

/* send_redirects is on for a device when it is on for it or for all. */
int vz_sysctl_venet(const struct vz_hostnet *h, int family,
		    struct vz_error *err)
{
	const char *venet = h->venet.name;
	int ret;

	if (skipped(h))
		return 0;
	if (family == AF_INET6)
		return forward_v6(h, err);
	ret = set("ipv4", venet, "forwarding", 1, err);
	if (!ret)
		ret = set("ipv4", venet, "send_redirects", 0, err);
	return ret ? ret : set("ipv4", "all", "send_redirects", 0, err);
}

int vz_sysctl_neighbour(const struct vz_hostnet *h, const struct vz_link *link,
			int family, struct vz_error *err)
{
	if (skipped(h))
		return 0;
	if (family == AF_INET6)
		return set("ipv6", link->name, "proxy_ndp", 1, err);
	return set("ipv4", link->name, "forwarding", 1, err);
}
