// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's table: which container owns an address? */
#include <sys/ioctl.h>

#include <linux/vznet.h>

#include "venet.h"

/* The kernel may know more addresses by the time the array is there. */
#define LIST_TRIES	16

static struct vznet_addr to_kernel(const struct vz_ct *ct,
				   const struct vz_ip *ip)
{
	struct vznet_addr a = {
		.size = sizeof(a),
		.ctid = ct->id,
		.family = ip->family,
	};

	memcpy(a.addr, ip->addr, sizeof(a.addr));
	return a;
}

static int refused(const struct vz_ip *ip, const struct vznet_addr *a,
		   int errnum, struct vz_error *err)
{
	char text[VZ_IP_TEXT];

	vz_ip_format(ip, text);
	if (errnum == EADDRINUSE)
		return vz_fail(err, VZ_E_IP_INUSE, errnum,
			       "Unable to add IP address %s: it is in use by CT %u",
			       text, a->owner);
	if (errnum == EADDRNOTAVAIL)
		return vz_fail(err, VZ_E_INVALID_VALUE, errnum,
			       "Unable to add IP address %s: no container can have it",
			       text);
	return vz_fail_errno(err, VZ_E_CANT_ADDIP, errnum,
			     "Unable to add IP address %s", text);
}

static int add_one(struct vz_ct *ct, const struct vz_ip *ip,
		   struct vz_error *err)
{
	struct vznet_addr a = to_kernel(ct, ip);
	int fd = vz_ctl_fd(ct->ctx, err);

	if (fd < 0)
		return fd;
	if (ioctl(fd, VZNET_IOC_ADDR_ADD, &a) && errno != EEXIST)
		return refused(ip, &a, errno, err);
	return 0;
}

int vz_iptable_add(struct vz_ct *ct, const struct vz_ips *ips,
		   struct vz_error *err)
{
	struct vz_ips done = { .v = ips->v };
	int ret;

	for (; done.n < ips->n; done.n++) {
		ret = add_one(ct, &ips->v[done.n], err);
		if (ret) {
			vz_iptable_del(ct, &done, NULL);
			return ret;
		}
	}
	return 0;
}

int vz_iptable_del(struct vz_ct *ct, const struct vz_ips *ips,
		   struct vz_error *err)
{
	int fd = vz_ctl_fd(ct->ctx, err);
	char text[VZ_IP_TEXT];
	size_t i;

	if (fd < 0)
		return fd;
	for (i = 0; i < ips->n; i++) {
		struct vznet_addr a = to_kernel(ct, &ips->v[i]);

		if (ioctl(fd, VZNET_IOC_ADDR_DEL, &a) &&
		    errno != EADDRNOTAVAIL)
			return vz_fail_errno(err, VZ_E_CANT_ADDIP, errno,
					     "Unable to delete IP address %s",
					     vz_ip_format(&ips->v[i], text));
	}
	return 0;
}

static int take_list(struct vz_ips *ips, const struct vznet_addr *addrs,
		     size_t n)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < n; i++) {
		struct vz_ip ip = {
			.family = addrs[i].family,
			.bits = 8 * vz_ip_len(addrs[i].family),
		};

		memcpy(ip.addr, addrs[i].addr, sizeof(ip.addr));
		ret = vz_ips_append(ips, &ip);
	}
	return ret;
}

/* How many there are; at most @room of them are stored. */
static ssize_t ask(int fd, uint32_t ctid, struct vznet_addr *addrs,
		   uint32_t room)
{
	struct vznet_addr_list list = {
		.size = sizeof(list),
		.ctid = ctid,
		.count = room,
		.addrs = (uintptr_t)addrs,
	};

	if (!ioctl(fd, VZNET_IOC_ADDR_LIST, &list))
		return list.count;
	return errno == ENOTTY ? 0 : -errno;
}

int vz_iptable_list(struct vz_ctx *ctx, uint32_t ctid, struct vz_ips *ips,
		    struct vz_error *err)
{
	int fd = vz_ctl_fd(ctx, err), tries;
	ssize_t n = -EAGAIN, room = 16;

	if (fd < 0)
		return fd;
	for (tries = 0; tries < LIST_TRIES; tries++) {
		autofree struct vznet_addr *addrs = calloc(room,
							   sizeof(*addrs));

		if (!addrs)
			return vz_fail_oom(err);
		n = ask(fd, ctid, addrs, room);
		if (n < 0)
			break;
		if (n <= room)
			return take_list(ips, addrs, n) ? vz_fail_oom(err) : 0;
		room = n + 16;
	}
	return vz_fail_errno(err, VZ_E_GET_IP, n < 0 ? -n : EAGAIN,
			     "Unable to ask the kernel for the addresses of containers");
}
