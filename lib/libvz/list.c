// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists.  Of an element that is given twice the last one counts, so that the
 * sum of two lists is the list of their texts put one after the other.
 */
#include <ctype.h>
#include <strings.h>

#include "param.h"

#define SEPARATORS	" \t,"
#define TOKENS_MAX	512
#define WORDS_MAX	64

struct tokens {
	char	*text;
	size_t	n;
	char	*v[TOKENS_MAX];
};

static void tokens_free(struct tokens *t)
{
	free(t->text);
}

#define autotokens	__attribute__((cleanup(tokens_free)))

static int split(struct tokens *t, const char *value, const char *separators)
{
	char *save = NULL, *word;

	t->n = 0;
	t->text = strdup(value);
	if (!t->text)
		return -ENOMEM;
	for (word = strtok_r(t->text, separators, &save); word;
	     word = strtok_r(NULL, separators, &save)) {
		if (t->n == TOKENS_MAX)
			return -E2BIG;
		t->v[t->n++] = word;
	}
	return 0;
}

static void put_tokens(const struct tokens *t, FILE *out)
{
	const char *blank = "";
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (!t->v[i])
			continue;
		fprintf(out, "%s%s", blank, t->v[i]);
		blank = " ";
	}
}

VZ_PARSER(words)
{
	autotokens struct tokens t = { 0 };
	int ret = split(&t, value, " \t");

	if (!ret)
		put_tokens(&t, out);
	return ret;
}

static int word_index(const char *const *words, const char *name)
{
	int i;

	for (i = 0; words[i] && i < WORDS_MAX; i++)
		if (!strcasecmp(words[i], name))
			return i;
	return -EINVAL;
}

VZ_PARSER(onoff)
{
	autotokens struct tokens t = { 0 };
	signed char state[WORDS_MAX] = { 0 };
	int ret = split(&t, value, SEPARATORS), i;
	const char *blank = "";
	size_t k;

	for (k = 0; !ret && k < t.n; k++) {
		char *colon = strchr(t.v[k], ':');

		if (!colon)
			return -EINVAL;
		*colon++ = '\0';
		i = word_index(def->words, t.v[k]);
		if (i < 0)
			return i;
		if (!strcasecmp(colon, "on"))
			state[i] = 1;
		else if (!strcasecmp(colon, "off"))
			state[i] = -1;
		else
			return -EINVAL;
	}
	for (i = 0; !ret && def->words[i] && i < WORDS_MAX; i++) {
		if (!state[i])
			continue;
		fprintf(out, "%s%s:%s", blank, def->words[i],
			state[i] > 0 ? "on" : "off");
		blank = " ";
	}
	return ret;
}

/* Letters of r, w and q in any order, or "none"; made "rwq" in this order. */
static int canonical_rights(char *rights)
{
	bool r = strchr(rights, 'r'), w = strchr(rights, 'w'),
	     q = strchr(rights, 'q');
	size_t n = 0;

	if (!strcasecmp(rights, "none")) {
		memcpy(rights, "none", 4);
		return 0;
	}
	if (!*rights || rights[strspn(rights, "rwq")] ||
	    strlen(rights) != (size_t)(r + w + q))
		return -EINVAL;
	if (r)
		rights[n++] = 'r';
	if (w)
		rights[n++] = 'w';
	if (q)
		rights[n++] = 'q';
	return 0;
}

/* Drops elements whose text up to the last colon comes again later. */
static void drop_repeated(struct tokens *t)
{
	size_t i, k;

	for (i = 0; i < t->n; i++) {
		size_t len = (size_t)(strrchr(t->v[i], ':') - t->v[i]) + 1;

		for (k = i + 1; k < t->n; k++) {
			if (strncmp(t->v[i], t->v[k], len) ||
			    strchr(t->v[k] + len, ':'))
				continue;
			t->v[i] = NULL;
			break;
		}
	}
}

static bool valid_devnode(const char *path)
{
	const char *p;

	if (*path == '/' || !*path || strlen(path) > NAME_MAX ||
	    path[strlen(path) - 1] == '/')
		return false;
	for (p = path; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("._-/+@:", *p))
			return false;
		/* no empty, "." or ".." component */
		if ((p == path || p[-1] == '/') && (*p == '.' || *p == '/'))
			return false;
	}
	return true;
}

VZ_PARSER(devnodes)
{
	autotokens struct tokens t = { 0 };
	int ret = split(&t, value, SEPARATORS);
	size_t i;

	for (i = 0; !ret && i < t.n; i++) {
		char *colon;

		if (!strncmp(t.v[i], "/dev/", 5))
			t.v[i] += 5;
		colon = strrchr(t.v[i], ':');
		if (!colon || canonical_rights(colon + 1))
			return -EINVAL;
		*colon = '\0';
		if (!valid_devnode(t.v[i]))
			return -EINVAL;
		*colon = ':';
	}
	if (ret)
		return ret;
	drop_repeated(&t);
	put_tokens(&t, out);
	return 0;
}

/* b:8:1:rw, c:10:all:none; loop devices are no container's. */
static int check_device(char *text)
{
	bool gap = strstr(text, "::") || *text == ':';
	char *save = NULL, *type = strtok_r(text, ":", &save);
	char *major = strtok_r(NULL, ":", &save);
	char *minor = strtok_r(NULL, ":", &save);
	uint64_t n;

	if (gap)
		return -EINVAL;

	if (!type || !major || !minor || !save || !*save ||
	    (strcmp(type, "b") && strcmp(type, "c")))
		return -EINVAL;
	if (vz_parse_u64(major, &n) || !n || n > 4095 ||
	    (*type == 'b' && n == 7))
		return -EINVAL;
	if (strcmp(minor, "all") && (vz_parse_u64(minor, &n) || n > 1048575))
		return -EINVAL;
	return canonical_rights(save);
}

VZ_PARSER(devices)
{
	autotokens struct tokens t = { 0 };
	int ret = split(&t, value, SEPARATORS);
	size_t i;

	for (i = 0; !ret && i < t.n; i++) {
		size_t len = strlen(t.v[i]), k;

		ret = check_device(t.v[i]);
		/* put the colons back that strtok_r() took */
		for (k = 0; !ret && k < len; k++)
			if (!t.v[i][k])
				t.v[i][k] = ':';
	}
	if (ret)
		return ret;
	drop_repeated(&t);
	put_tokens(&t, out);
	return 0;
}

/* "0-3,5", "all" or "auto" */
VZ_PARSER(cpumask)
{
	autotokens struct tokens t = { 0 };
	int ret = split(&t, value, ",");
	size_t i;

	if (!strcasecmp(value, "all") || !strcasecmp(value, "auto")) {
		fprintf(out, "%s", strcasecmp(value, "all") ? "auto" : "all");
		return 0;
	}
	if (!ret && !t.n)
		ret = -EINVAL;
	for (i = 0; !ret && i < t.n; i++) {
		char *dash = strchr(t.v[i], '-');
		uint64_t first, last;

		if (dash)
			*dash++ = '\0';
		if (vz_parse_u64(t.v[i], &first) ||
		    vz_parse_u64(dash ? dash : t.v[i], &last) ||
		    last < first || last > 8191)
			return -EINVAL;
		fprintf(out, dash ? "%s%llu-%llu" : "%s%llu", i ? "," : "",
			(unsigned long long)first, (unsigned long long)last);
	}
	return ret;
}

VZ_PARSER(layout)
{
	static const char *const modes[] = { "expanded", "plain", "raw" };
	size_t i;

	if (!strcasecmp(value, "simfs") || !strcasecmp(value, "ploop")) {
		fputs(tolower((unsigned char)*value) == 's' ? "simfs" : "ploop",
		      out);
		return 0;
	}
	if (strncasecmp(value, "ploop:", 6))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcasecmp(value + 6, modes[i]))
			continue;
		fprintf(out, "ploop:%s", modes[i]);
		return 0;
	}
	return -EINVAL;
}

/* [domain:]bus:slot.function in hexadecimal */
VZ_PARSER(pci)
{
	autotokens struct tokens t = { 0 };
	int ret = split(&t, value, SEPARATORS);
	size_t i;

	for (i = 0; !ret && i < t.n; i++) {
		unsigned int domain, bus, slot, fn;
		int end = 0;

		if (sscanf(t.v[i], "%4x:%2x:%2x.%1x%n", &domain, &bus, &slot,
			   &fn, &end) == 4 && !t.v[i][end])
			continue;
		end = 0;
		if (sscanf(t.v[i], "%2x:%2x.%1x%n", &bus, &slot, &fn,
			   &end) != 3 || t.v[i][end])
			ret = -EINVAL;
	}
	if (!ret)
		put_tokens(&t, out);
	return ret;
}
