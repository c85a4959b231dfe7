/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libvz - traffic of containers on the routed network: counters and classes;
 * included by <vz/libvz.h>
 */
#ifndef _VZ_TRAFFIC_H
#define _VZ_TRAFFIC_H

/** VZ_NET_CLASSES - classes: 0 .. VZ_NET_CLASSES - 1 */
#define VZ_NET_CLASSES		16
/** VZ_NET_CLASS_DEFAULT - class of the peers that are in no network */
#define VZ_NET_CLASS_DEFAULT	1
/** VZ_NET_DROPS - room for reasons */
#define VZ_NET_DROPS		16

/** struct vz_net_count - as on a wire, IP headers included */
struct vz_net_count {
	uint64_t	bytes;
	uint64_t	packets;
};

/**
 * struct vz_net_stat - traffic of a container since it was started
 * @ctid: container
 * @in: what it received, by class of the sender
 * @out: what it sent, by class of the receiver
 * @dropped: packets of it and to it that were dropped, by reason
 */
struct vz_net_stat {
	uint32_t		ctid;
	struct vz_net_count	in[VZ_NET_CLASSES];
	struct vz_net_count	out[VZ_NET_CLASSES];
	uint64_t		dropped[VZ_NET_DROPS];
};

/**
 * vz_ctx_net_stat - traffic of one container
 *
 * Errors: VZ_E_NOT_RUNNING, VZ_E_BAD_KERNEL (vznet is not loaded).
 */
int vz_ctx_net_stat(struct vz_ctx *ctx, uint32_t ctid, struct vz_net_stat *st,
		    struct vz_error *err);
/**
 * vz_ctx_net_stats - traffic of all containers that the kernel knows, by
 * number
 * @list: out: array, freed by the caller
 *
 * Returns the number of elements or a negative errno; errors as above.
 */
ssize_t vz_ctx_net_stats(struct vz_ctx *ctx, struct vz_net_stat **list,
			 struct vz_error *err);
/** vz_net_drop_name - a word for a reason; NULL when there is none of this
 * number */
const char *vz_net_drop_name(unsigned int reason);

/**
 * struct vz_net_class - a network and its class
 * @network: as in "10.0.0.0/8"
 */
struct vz_net_class {
	unsigned int	class;
	char		network[52];
};

/**
 * vz_ctx_net_classes_load - replaces the networks of all classes by those of a
 * file
 * @path: file, see networks_classes(5); NULL: the one of this host: the first
 *	that exists of networks_classes and conf/networks_classes in
 *	VZ_PATH_CONF, and no networks when there is neither
 *
 * Returns how many there are.  Errors: VZ_E_SET_ACCOUNT (the file cannot be
 * read or has a wrong line; nothing is changed), VZ_E_BAD_KERNEL.
 */
int vz_ctx_net_classes_load(struct vz_ctx *ctx, const char *path,
			    struct vz_error *err);
/** vz_ctx_net_classes_unload - removes all networks */
int vz_ctx_net_classes_unload(struct vz_ctx *ctx, struct vz_error *err);
/**
 * vz_ctx_net_classes - the networks that are in force
 * @list: out: array, freed by the caller
 *
 * Returns the number of elements or a negative errno.
 */
ssize_t vz_ctx_net_classes(struct vz_ctx *ctx, struct vz_net_class **list,
			   struct vz_error *err);

#endif /* _VZ_TRAFFIC_H */
