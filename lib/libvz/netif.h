/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NETIF: the virtual Ethernet devices of a container, as its config file has
 * them (netif.c), and what is chosen for those of which it does not tell all
 * (netifnew.c).
 */
#ifndef _VZ_NETIF_H
#define _VZ_NETIF_H

#include <net/if.h>

#include "internal.h"

#define VZ_MAC_LEN	6
#define VZ_MAC_TEXT	18	/* "00:18:51:00:00:00" with its NUL */

/** enum vz_netif_filter - NETIF's mac_filter */
enum vz_netif_filter {
	VZ_FILTER_DEFAULT,	/* not given; means on */
	VZ_FILTER_ON,
	VZ_FILTER_OFF,
};

/**
 * struct vz_netif - one pair of devices
 * @ifname: name inside, which the pair is known by
 * @bridge: of the host, "": none
 * @host_ifname: name on the host, "": not chosen yet
 * @mac: address inside, zeroes: not chosen yet
 * @host_mac: address on the host, zeroes: not chosen yet
 * @filter: enum vz_netif_filter
 * @changed: was given by a change
 * @unsaved: exists in the kernel and not in the config file
 * @removed: was taken away by a change
 */
struct vz_netif {
	char	ifname[IFNAMSIZ];
	char	bridge[IFNAMSIZ];
	char	host_ifname[IFNAMSIZ];
	uint8_t	mac[VZ_MAC_LEN];
	uint8_t	host_mac[VZ_MAC_LEN];
	int	filter;
	bool	changed;
	bool	unsaved;
	bool	removed;
};

struct vz_netifs {
	struct vz_netif	*v;
	size_t		n;
};

static inline void vz_netifs_free(struct vz_netifs *list)
{
	free(list->v);
}

#define autonetifs	__attribute__((cleanup(vz_netifs_free)))

/* -------------------------------------------------------- netif.c -- */

/** vz_ifname_valid - can it be the name of a network device? */
bool vz_ifname_valid(const char *name);
static inline bool vz_mac_is_set(const uint8_t mac[VZ_MAC_LEN])
{
	static const uint8_t none[VZ_MAC_LEN];

	return memcmp(mac, none, VZ_MAC_LEN);
}

/** vz_netif_set - sets what NETIF calls @key: 0, -EINVAL */
int vz_netif_set(struct vz_netif *nif, const char *key, const char *value);
/** vz_netif_parse_add - IF[,MAC[,HOST_IF[,HOST_MAC[,BRIDGE]]]]: 0, -EINVAL */
int vz_netif_parse_add(struct vz_netif *nif, const char *text);
/** vz_netifs_parse - the value of NETIF; NULL is none.  0, -EINVAL, -ENOMEM */
int vz_netifs_parse(struct vz_netifs *list, const char *value);
/** vz_netifs_put - writes the value of NETIF: those neither removed nor, if
 * unchanged, unsaved */
void vz_netifs_put(const struct vz_netifs *list, FILE *out);
/** vz_netifs_find - the pair of that name that is not removed, or NULL */
struct vz_netif *vz_netifs_find(const struct vz_netifs *list,
				const char *ifname);
/** vz_netifs_add - appends a copy; NULL: no memory.  Pointers to others
 * become invalid */
struct vz_netif *vz_netifs_add(struct vz_netifs *list,
			       const struct vz_netif *nif);

/* ----------------------------------------------------- netifnew.c -- */

/** vz_netif_complete - chooses names and addresses for what is not given;
 * @list has the container's other pairs */
int vz_netif_complete(struct vz_ct *ct, const struct vz_netifs *list,
		      struct vz_netif *nif, struct vz_error *err);
/** vz_netifs_check - VZ_E_INVALID_VALUE if two have one name on the host */
int vz_netifs_check(const struct vz_netifs *list, struct vz_error *err);

#endif /* _VZ_NETIF_H */
