/* SPDX-License-Identifier: GPL-2.0-only */
/* Traffic of the routed network: netstat.c, netclass.c, rate.c. */
#ifndef _VZ_TRAFFIC_PRIVATE_H
#define _VZ_TRAFFIC_PRIVATE_H

#include "internal.h"

struct vznet_class_net;

/** vz_vznet_ioctl - a command of vznet; ENOTTY: the module is not loaded */
int vz_vznet_ioctl(struct vz_ctx *ctx, unsigned long request, void *arg,
		   struct vz_error *err);

/** struct vz_net_classes - the networks of a file */
struct vz_net_classes {
	struct vznet_class_net	*v;
	unsigned int		*lines;	/* line of each */
	size_t			n;
};

void vz_net_classes_free(struct vz_net_classes *classes);
#define autoclasses	__attribute__((cleanup(vz_net_classes_free)))

/** vz_net_classes_read - reads a file of "CLASS NETWORK/BITS" lines */
int vz_net_classes_read(const char *path, struct vz_net_classes *classes,
			struct vz_error *err);

/**
 * vz_rates_of - the limits that RATE and RATEBOUND of @cfg, or else of vz.conf,
 * ask for
 * @kbits: out: Kbit/s by class, 0: none
 */
int vz_rates_of(const struct vz_ct *ct, const struct vz_config *cfg,
		uint64_t kbits[VZ_NET_CLASSES], struct vz_error *err);
/**
 * vz_rates_set - puts RATE and RATEBOUND of a container into force
 *
 * Called when it is registered with the kernel.  Errors: VZ_E_SET_RATE.
 */
int vz_rates_set(struct vz_ct *ct, struct vz_error *err);
/**
 * vz_rates_classes - the classes, as bits, that changes of a running container
 * are about
 *
 * Those that RATE of @changes names; all when it says "none", when RATEBOUND
 * changes, or when RATE of vz.conf does not apply any longer.
 */
unsigned int vz_rates_classes(const struct vz_ct *ct,
			      const struct vz_config *changes);
/**
 * vz_rates_change - puts changes of a running container into force
 *
 * Limits of other classes than vz_rates_classes() stay as they are, whether
 * they were saved or not.  Without RATEBOUND in @changes, rates are limits if
 * the configuration says so or if there are limits in force.
 */
int vz_rates_change(struct vz_ct *ct, const struct vz_config *changes,
		    struct vz_error *err);

#endif /* _VZ_TRAFFIC_PRIVATE_H */
