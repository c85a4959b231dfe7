// SPDX-License-Identifier: GPL-2.0-only
/* What "inherit" stands for: the name servers and domains of the host. */
#include <arpa/inet.h>
#include <fcntl.h>

#include "core.h"
#include "param.h"

#define RESOLVER_MAX	(64 << 10)

/* The second and third have the real servers behind a local forwarder. */
static const char *const resolver_files[] = {
	"/etc/resolv.conf",
	"/run/systemd/resolve/resolv.conf",
	"/run/NetworkManager/no-stub-resolv.conf",
};

/* A server on the host's own loopback or link cannot be reached from inside. */
static bool is_reachable(const char *text)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, text, &four) == 1)
		return ntohl(four.s_addr) >> 24 && ntohl(four.s_addr) >> 24 != 127;
	return inet_pton(AF_INET6, text, &six) == 1 &&
	       !IN6_IS_ADDR_LOOPBACK(&six) && !IN6_IS_ADDR_UNSPECIFIED(&six) &&
	       !IN6_IS_ADDR_LINKLOCAL(&six);
}

static bool is_domain(const char *text)
{
	return strcmp(text, ".") && strcmp(text, "inherit") &&
	       vz_valid_domain(text);
}

/* Adds @word to the blank-separated list @list. */
static int append(char **list, const char *word)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s", *list ?: "", *list ? " " : "", word) < 0)
		return -ENOMEM;
	free(*list);
	*list = longer;
	return 0;
}

/* Of several lines with domains the last one counts. */
static int parse_line(char *line, char **servers, char **domains)
{
	char *save = NULL, *key = strtok_r(line, " \t\r", &save), *word;
	bool search;
	int ret = 0;

	if (!key)
		return 0;
	word = strtok_r(NULL, " \t\r", &save);
	if (!strcmp(key, "nameserver"))
		return word && is_reachable(word) ? append(servers, word) : 0;
	search = !strcmp(key, "search");
	if (!search && strcmp(key, "domain"))
		return 0;
	free(steal_ptr(*domains));
	for (; word && !ret; word = strtok_r(NULL, " \t\r", &save)) {
		if (is_domain(word))
			ret = append(domains, word);
		if (!search)
			break;
	}
	return ret;
}

int vz_resolver_parse(const char *text, char **servers, char **domains)
{
	autofree char *copy = strdup(text);
	char *save = NULL, *line;
	int ret = 0;

	*servers = NULL;
	*domains = NULL;
	if (!copy)
		return -ENOMEM;
	for (line = strtok_r(copy, "\n", &save); line && !ret;
	     line = strtok_r(NULL, "\n", &save))
		ret = parse_line(line, servers, domains);
	if (ret) {
		free(steal_ptr(*servers));
		free(steal_ptr(*domains));
	}
	return ret;
}

/* The first file that names a server tells; of the domains, too. */
int vz_resolver_host(char **servers, char **domains)
{
	size_t i;
	int ret = 0;

	*servers = NULL;
	*domains = NULL;
	for (i = 0; i < ARRAY_SIZE(resolver_files) && !ret && !*servers; i++) {
		autofree char *text = NULL;

		if (vz_read_file_at(AT_FDCWD, resolver_files[i], RESOLVER_MAX,
				    &text))
			continue;
		free(steal_ptr(*domains));
		ret = vz_resolver_parse(text, servers, domains);
	}
	return ret;
}
