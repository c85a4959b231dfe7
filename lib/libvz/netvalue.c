// SPDX-License-Identifier: GPL-2.0-only
/* Values about the network: addresses, domains, interfaces. */
#include <arpa/inet.h>
#include <ctype.h>

#include "ipaddr.h"
#include "netif.h"
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

/* The host's own, and those that are useless in another namespace. */
static bool valid_netdev(const char *text)
{
	static const char *const refused[] = { "venet", "tun", "tap" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (!strncmp(text, refused[i], strlen(refused[i])))
			return false;
	return strcmp(text, "lo") && vz_ifname_valid(text);
}

static bool is_in(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	for (; *list; list += n + strspn(list + n, " ")) {
		n = strcspn(list, " ");
		if (n == len && !strncmp(list, word, len))
			return true;
	}
	return false;
}

/* The words of @value that are not in @gone, each once. */
static int put_others(const char *value, const char *gone, FILE *out)
{
	autofree char *copy = strdup(value), *done = calloc(1, strlen(value) + 2);
	char *save = NULL, *word;

	if (!copy || !done)
		return -ENOMEM;
	for (word = strtok_r(copy, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (is_in(gone, word) || is_in(done, word))
			continue;
		if (*done)
			strcat(done, " ");
		strcat(done, word);
	}
	fputs(done, out);
	return 0;
}

VZ_PARSER(ifnames)
{
	autofree char *checked = NULL;
	size_t size;
	FILE *f = open_memstream(&checked, &size);
	int ret;

	if (!f)
		return -ENOMEM;
	ret = put_checked(value, valid_netdev, f);
	if (fclose(f))
		return -ENOMEM;
	return ret ? ret : put_others(checked, "", out);
}

int vz_take_words(const char *value, const char *gone, FILE *out)
{
	return put_others(value, gone, out);
}
