// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and addresses for the virtual Ethernet devices of which the config
 * file does not tell all.
 *
 * A bridge takes the lowest address of its ports as its own.  For the address
 * on the host a prefix is chosen that no real card has, near the upper end, so
 * that the host's own address does not change when a container comes or goes.
 */
#include <sys/random.h>

#include "config.h"
#include "netif.h"
#include "packet.h"

#define TRIES	64

static const uint8_t prefix_inside[] = { 0x00, 0x18, 0x51 };
static const uint8_t prefix_host[] = { 0xfe, 0x18, 0x51 };

static bool is_taken(const struct vz_netifs *list, const struct vz_netif *self,
		     const char *host_ifname)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (&list->v[i] != self && !list->v[i].removed &&
		    !strcmp(list->v[i].host_ifname, host_ifname))
			return true;
	return false;
}

/* The longest container ids leave no room for the whole word. */
static void format_name(char name[IFNAMSIZ], uint32_t ctid, unsigned int k)
{
	if (snprintf(name, IFNAMSIZ, "veth%u.%u", ctid, k) >= IFNAMSIZ)
		snprintf(name, IFNAMSIZ, "v%u.%u", ctid, k);
}

/* vethN.k for ethk, else the next k that is free. */
static void choose_name(const struct vz_ct *ct, const struct vz_netifs *list,
			struct vz_netif *nif)
{
	const char *digits = strpbrk(nif->ifname, "0123456789");
	unsigned long k = digits ? strtoul(digits, NULL, 10) : 0;
	unsigned int next = 0;
	char name[IFNAMSIZ];

	format_name(name, ct->id, k <= 999 ? (unsigned int)k : 0);
	while (is_taken(list, nif, name))
		format_name(name, ct->id, next++);
	strcpy(nif->host_ifname, name);
}

static bool is_in_list(const struct vz_netifs *list,
		       const uint8_t mac[VZ_MAC_LEN])
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!memcmp(list->v[i].mac, mac, VZ_MAC_LEN) ||
		    !memcmp(list->v[i].host_mac, mac, VZ_MAC_LEN))
			return true;
	return false;
}

/* Does another container's config file have it? */
static bool is_in_files(struct vz_ct *ct, const uint32_t *ids, ssize_t n,
			const uint8_t mac[VZ_MAC_LEN])
{
	char text[VZ_MAC_TEXT];
	bool found = false;
	ssize_t i;

	vz_mac_format(mac, text);
	for (i = 0; !found && i < n; i++) {
		autofree char *value = NULL;

		if (vz_config_peek(ct->ctx, ids[i], "NETIF", &value))
			continue;
		found = value && strcasestr(value, text);
	}
	return found;
}

static int choose_mac(struct vz_ct *ct, const struct vz_netifs *list,
		      const uint8_t prefix[3], uint8_t mac[VZ_MAC_LEN],
		      struct vz_error *err)
{
	autofree uint32_t *ids = NULL;
	ssize_t n = vz_ctx_containers(ct->ctx, &ids, err);
	uint8_t chosen[VZ_MAC_LEN];
	int tries;

	if (n < 0)
		return (int)n;
	memcpy(chosen, prefix, 3);
	for (tries = 0; tries < TRIES; tries++) {
		if (getrandom(chosen + 3, 3, 0) != 3)
			break;
		if (is_in_list(list, chosen) || is_in_files(ct, ids, n, chosen))
			continue;
		memcpy(mac, chosen, VZ_MAC_LEN);
		return 0;
	}
	return vz_fail(err, VZ_E_VETH, EAGAIN,
		       "Unable to find an Ethernet address that is not in use");
}

int vz_netif_complete(struct vz_ct *ct, const struct vz_netifs *list,
		      struct vz_netif *nif, struct vz_error *err)
{
	int ret = 0;

	if (!*nif->host_ifname)
		choose_name(ct, list, nif);
	if (!vz_mac_is_set(nif->mac))
		ret = choose_mac(ct, list, prefix_inside, nif->mac, err);
	if (!ret && !vz_mac_is_set(nif->host_mac))
		ret = choose_mac(ct, list, prefix_host, nif->host_mac, err);
	return ret;
}

int vz_netifs_check(const struct vz_netifs *list, struct vz_error *err)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct vz_netif *nif = &list->v[i];

		if (nif->removed || !*nif->host_ifname ||
		    !is_taken(list, nif, nif->host_ifname))
			continue;
		return vz_fail(err, VZ_E_INVALID_VALUE, EEXIST,
			       "Two virtual Ethernet devices cannot have the name %s on the host",
			       nif->host_ifname);
	}
	return 0;
}
