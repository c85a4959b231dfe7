// SPDX-License-Identifier: GPL-2.0-only
/* NETIF: "ifname=eth0,bridge=br0,...;ifname=eth1,..." */
#include <ctype.h>
#include <stddef.h>

#include "netif.h"
#include "packet.h"
#include "param.h"

/* The file is also read by shells. */
bool vz_ifname_valid(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= IFNAMSIZ || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._-+@", *name))
			return false;
	return true;
}

/* One device's address, and not the one that stands for none. */
static int parse_mac(const char *text, uint8_t mac[VZ_MAC_LEN])
{
	uint8_t parsed[VZ_MAC_LEN];

	if (vz_mac_parse(text, parsed) || (parsed[0] & 1) ||
	    !vz_mac_is_set(parsed))
		return -EINVAL;
	memcpy(mac, parsed, VZ_MAC_LEN);
	return 0;
}

/* In capitals, as OpenVZ writes them. */
static const char *format_mac(const uint8_t mac[VZ_MAC_LEN],
			      char text[VZ_MAC_TEXT])
{
	char *p;

	vz_mac_format(mac, text);
	for (p = text; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return text;
}

enum kind {
	NAME,
	MAC,
	FILTER,
};

/* The keys in the order in which they are written; programs compare. */
static const struct key {
	const char	*name;
	enum kind	kind;
	size_t		offset;
} keys[] = {
	{ "ifname",	 NAME,	 offsetof(struct vz_netif, ifname) },
	{ "bridge",	 NAME,	 offsetof(struct vz_netif, bridge) },
	{ "mac",	 MAC,	 offsetof(struct vz_netif, mac) },
	{ "host_ifname", NAME,	 offsetof(struct vz_netif, host_ifname) },
	{ "host_mac",	 MAC,	 offsetof(struct vz_netif, host_mac) },
	{ "mac_filter",	 FILTER, offsetof(struct vz_netif, filter) },
};

static const struct key *find_key(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static int set_filter(int *filter, const char *value)
{
	int on = vz_value_bool(value);

	if (on < 0)
		return -EINVAL;
	*filter = on ? VZ_FILTER_ON : VZ_FILTER_OFF;
	return 0;
}

static int set_key(struct vz_netif *nif, const struct key *key,
		   const char *value)
{
	void *field = (char *)nif + key->offset;

	switch (key->kind) {
	case NAME:
		if (!vz_ifname_valid(value))
			return -EINVAL;
		strcpy(field, value);
		return 0;
	case MAC:
		return parse_mac(value, field);
	default:
		return set_filter(field, value);
	}
}

int vz_netif_set(struct vz_netif *nif, const char *key, const char *value)
{
	const struct key *k = find_key(key);

	return k ? set_key(nif, k, value) : -EINVAL;
}

int vz_netif_parse_add(struct vz_netif *nif, const char *text)
{
	static const char *const order[] = {
		"ifname", "mac", "host_ifname", "host_mac", "bridge",
	};
	autofree char *copy = strdup(text);
	char *rest = copy, *word;
	size_t i;

	*nif = (struct vz_netif){};
	if (!copy)
		return -ENOMEM;
	for (i = 0; (word = strsep(&rest, ",")); i++) {
		if (i == ARRAY_SIZE(order))
			return -EINVAL;
		if (*word && vz_netif_set(nif, order[i], word))
			return -EINVAL;
	}
	return *nif->ifname ? 0 : -EINVAL;
}

/* key=value,key=value; a key without a value is as good as none */
static int parse_one(struct vz_netif *nif, char *text)
{
	const struct key *key;
	char *word, *value;

	while ((word = strsep(&text, ","))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		key = find_key(word);
		if (!key || (*value && set_key(nif, key, value)))
			return -EINVAL;
	}
	return *nif->ifname ? 0 : -EINVAL;
}

int vz_netifs_parse(struct vz_netifs *list, const char *value)
{
	autofree char *copy = value ? strdup(value) : NULL;
	char *rest = copy, *word;

	list->v = NULL;
	list->n = 0;
	if (value && !copy)
		return -ENOMEM;
	while ((word = strsep(&rest, ";"))) {
		struct vz_netif nif = {};
		int ret;

		if (!*word)
			continue;
		ret = parse_one(&nif, word);
		if (!ret && vz_netifs_find(list, nif.ifname))
			ret = -EINVAL;
		if (!ret && !vz_netifs_add(list, &nif))
			ret = -ENOMEM;
		if (ret) {
			free(steal_ptr(list->v));
			return ret;
		}
	}
	return 0;
}

/* The value in the form of the file, "" for one that is not set. */
static const char *format_key(const struct vz_netif *nif,
			      const struct key *key, char mac[VZ_MAC_TEXT])
{
	const void *field = (const char *)nif + key->offset;
	static const char *const filter[] = {
		[VZ_FILTER_DEFAULT] = "",
		[VZ_FILTER_ON] = "on",
		[VZ_FILTER_OFF] = "off",
	};

	switch (key->kind) {
	case NAME:
		return field;
	case MAC:
		return vz_mac_is_set(field) ? format_mac(field, mac) : "";
	default:
		return filter[*(const int *)field];
	}
}

static void put_one(const struct vz_netif *nif, FILE *out)
{
	const char *comma = "", *value;
	char mac[VZ_MAC_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		value = format_key(nif, &keys[i], mac);
		if (!*value)
			continue;
		fprintf(out, "%s%s=%s", comma, keys[i].name, value);
		comma = ",";
	}
}

void vz_netifs_put(const struct vz_netifs *list, FILE *out)
{
	const char *semicolon = "";
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct vz_netif *nif = &list->v[i];

		if (nif->removed || (nif->unsaved && !nif->changed))
			continue;
		fputs(semicolon, out);
		put_one(nif, out);
		semicolon = ";";
	}
}

struct vz_netif *vz_netifs_find(const struct vz_netifs *list,
				const char *ifname)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!list->v[i].removed && !strcmp(list->v[i].ifname, ifname))
			return &list->v[i];
	return NULL;
}

struct vz_netif *vz_netifs_add(struct vz_netifs *list,
			       const struct vz_netif *nif)
{
	struct vz_netif *v = reallocarray(list->v, list->n + 1, sizeof(*v));

	if (!v)
		return NULL;
	list->v = v;
	v[list->n] = *nif;
	return &v[list->n++];
}

VZ_PARSER(netif)
{
	autonetifs struct vz_netifs list = {};
	int ret = vz_netifs_parse(&list, value);

	if (!ret)
		vz_netifs_put(&list, out);
	return ret;
}
