/* SPDX-License-Identifier: GPL-2.0-only */
/* libvz - addresses and the host's neighbours; included by <vz/libvz.h> */
#ifndef _VZ_LIBVZ_NET_H
#define _VZ_LIBVZ_NET_H

#include <stdbool.h>

#include <vz/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vz_ctx;
struct vz_ct;

/** vz_ct_addresses - addresses that the kernel knows to be the container's,
 * separated by blanks, oldest first; "" when there are none, as for a container
 * that is down */
int vz_ct_addresses(struct vz_ct *ct, char **text, struct vz_error *err);

/**
 * vz_ctx_device_up - a network device of the host has come up (again): routes
 * the addresses of the running containers and answers for them, as
 * NEIGHBOUR_DEVS tells, and announces them on this device
 *
 * Errors: ENODEV.
 */
int vz_ctx_device_up(struct vz_ctx *ctx, const char *device,
		     struct vz_error *err);

/** vz_ip_announce - tells the neighbours on a device that an address is there:
 * by gratuitous ARP, or an unsolicited neighbour advertisement */
int vz_ip_announce(const char *address, const char *device,
		   struct vz_error *err);
/** vz_ip_detect - does a neighbour have an address?  Waits for a second.
 * Returns 1 and its hardware address, or 0 */
int vz_ip_detect(const char *address, const char *device, char mac[18],
		 struct vz_error *err);

/** enum vz_arp_kind - what vz_arp_run() sends, and what for */
enum vz_arp_kind {
	VZ_ARP_UPDATE = 1,	/**< requests that tell where @source is */
	VZ_ARP_DETECT,		/**< requests, to find out who has @targets */
	VZ_ARP_REQUEST,		/**< the same */
	VZ_ARP_REPLY,		/**< replies that nobody asked for */
};

/**
 * struct vz_arp - arguments of vz_arp_run()
 * @kind: enum vz_arp_kind
 * @device: name of a network device
 * @count: rounds, 0: no end
 * @interval: seconds from one round to the next, and that answers are waited
 *	for after the last one
 * @source: IPv4 address of the sender, NULL: the device's first one
 * @targets: IPv4 addresses, ends with NULL; an empty list or NULL: @source
 * @eth_src: hardware addresses in the frame's header and in the ARP packet;
 *	"broadcast" is one; NULL: the device's own for the sources,
 * @eth_dst: broadcast for the receiver
 * @arp_src: NULL: @eth_src
 * @arp_dst: NULL: @eth_dst
 * @once: the first answer ends it
 * @answer: called for each answer; or NULL
 */
struct vz_arp {
	int			kind;
	const char		*device;
	unsigned int		count;
	unsigned int		interval;
	const char		*source;
	const char *const	*targets;
	const char		*eth_src;
	const char		*eth_dst;
	const char		*arp_src;
	const char		*arp_dst;
	bool			once;
	void			(*answer)(void *data, const char *address,
					  const char *mac);
	void			*data;
};

/**
 * vz_arp_run - sends ARP packets; returns the number of answers
 *
 * An answer is any ARP packet whose sender has one of @targets.
 * Errors: VZ_E_INVALID_VALUE (an address or hardware address is none),
 * VZ_E_NETDEV (the device is absent, down, or speaks no ARP).
 */
int vz_arp_run(const struct vz_arp *arp, struct vz_error *err);

#ifdef __cplusplus
}
#endif

#endif /* _VZ_LIBVZ_NET_H */
