// SPDX-License-Identifier: GPL-2.0-only
/* Values about the network: addresses, domains, interfaces. */
#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <strings.h>

#include "ipaddr.h"
#include "param.h"

static bool valid_address(const char *text)
{
	char host[INET6_ADDRSTRLEN];
	struct in6_addr addr;
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	unsigned int bits;
	uint64_t n;

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, &addr) == 1)
		bits = 32;
	else if (inet_pton(AF_INET6, host, &addr) == 1)
		bits = 128;
	else
		return false;
	if (!slash)
		return true;
	if (bits == 32 && inet_pton(AF_INET, slash + 1, &addr) == 1)
		return true;
	return !vz_parse_u64(slash + 1, &n) && n <= bits;
}

bool vz_valid_domain(const char *text)
{
	if (strlen(text) > 253)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-._", *text))
			return false;
	return true;
}

static bool valid_ifname(const char *text)
{
	size_t len = strlen(text);

	if (!len || len >= IFNAMSIZ || !strcmp(text, ".") ||
	    !strcmp(text, ".."))
		return false;
	for (; *text; text++)
		if (!isgraph((unsigned char)*text) || strchr("/:,;=", *text))
			return false;
	return true;
}

/* Blank-separated words that all pass @valid. */
static int put_checked(const char *value, bool (*valid)(const char *),
		       FILE *out)
{
	autofree char *copy = strdup(value);
	const char *blank = "";
	char *save = NULL, *word;

	if (!copy)
		return -ENOMEM;
	for (word = strtok_r(copy, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (!valid(word))
			return -EINVAL;
		fprintf(out, "%s%s", blank, word);
		blank = " ";
	}
	return 0;
}

static int parse_usable(struct vz_ips *ips, const char *value)
{
	int ret = vz_ips_parse(ips, value);
	size_t i;

	for (i = 0; !ret && i < ips->n; i++)
		if (!vz_ip_usable(&ips->v[i]))
			ret = -EINVAL;
	return ret;
}

VZ_PARSER(addresses)
{
	autoips struct vz_ips ips = {};
	int ret = parse_usable(&ips, value);

	if (!ret)
		vz_ips_put(&ips, true, out);
	return ret;
}

/* "all" swallows whatever else is named. */
VZ_PARSER(addresses_gone)
{
	autofree char *copy = strdup(value);
	char *save = NULL, *word;

	if (!copy)
		return -ENOMEM;
	for (word = strtok_r(copy, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (strcmp(word, "all"))
			continue;
		fputs("all", out);
		return 0;
	}
	return vz_parse_addresses(def, value, cmdline, out);
}

int vz_take_addresses(const char *value, const char *gone, FILE *out)
{
	autoips struct vz_ips ips = {}, del = {};
	int ret;
	size_t i;

	if (!strcmp(gone, "all"))
		return 0;
	ret = vz_ips_parse(&ips, value);
	if (!ret)
		ret = vz_ips_parse(&del, gone);
	for (i = 0; !ret && i < del.n; i++)
		vz_ips_del(&ips, &del.v[i]);
	if (!ret)
		vz_ips_put(&ips, true, out);
	return ret;
}

VZ_PARSER(resolver)
{
	if (!strcmp(value, "inherit")) {
		fputs(value, out);
		return 0;
	}
	return put_checked(value, valid_address, out);
}

VZ_PARSER(domains)
{
	return put_checked(value, vz_valid_domain, out);
}

VZ_PARSER(ifnames)
{
	return put_checked(value, valid_ifname, out);
}

static bool valid_mac(const char *text)
{
	int i;

	for (i = 0; i < 6; i++) {
		if (!isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]) ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return false;
		text += i < 5 ? 3 : 2;
	}
	return true;
}

static bool valid_switch(const char *text)
{
	return !strcmp(text, "on") || !strcmp(text, "off");
}

/* The keys of an interface in the order they are written. */
static const struct {
	const char	*key;
	bool		(*valid)(const char *text);
} netif_keys[] = {
	{ "ifname",		valid_ifname },
	{ "bridge",		valid_ifname },
	{ "mac",		valid_mac },
	{ "host_ifname",	valid_ifname },
	{ "host_mac",		valid_mac },
	{ "mac_filter",		valid_switch },
};

static int put_interface(char *text, FILE *out)
{
	const char *values[ARRAY_SIZE(netif_keys)] = { NULL };
	const char *comma = "";
	char *save = NULL, *item;
	size_t i;

	for (item = strtok_r(text, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		char *value = strchr(item, '=');

		if (!value)
			return -EINVAL;
		*value++ = '\0';
		for (i = 0; i < ARRAY_SIZE(netif_keys); i++)
			if (!strcmp(item, netif_keys[i].key))
				break;
		if (i == ARRAY_SIZE(netif_keys) ||
		    (*value && !netif_keys[i].valid(value)))
			return -EINVAL;
		values[i] = *value ? value : NULL;
	}
	if (!values[0])
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(netif_keys); i++) {
		if (!values[i])
			continue;
		fprintf(out, "%s%s=%s", comma, netif_keys[i].key, values[i]);
		comma = ",";
	}
	return 0;
}

VZ_PARSER(netif)
{
	autofree char *copy = strdup(value);
	const char *semicolon = "";
	char *save = NULL, *item;

	if (!copy)
		return -ENOMEM;
	for (item = strtok_r(copy, ";", &save); item;
	     item = strtok_r(NULL, ";", &save)) {
		int ret;

		fputs(semicolon, out);
		ret = put_interface(item, out);
		if (ret)
			return ret;
		semicolon = ";";
	}
	return 0;
}
