// SPDX-License-Identifier: GPL-2.0-only
/* Plain values of configuration variables. */
#include <ctype.h>
#include <strings.h>

#include "param.h"

static const char *const yes_words[] = { "yes", "on", "true", "1" };
static const char *const no_words[] = { "no", "off", "false", "0" };

int vz_value_bool(const char *value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(yes_words); i++)
		if (!strcasecmp(value, yes_words[i]))
			return 1;
	for (i = 0; i < ARRAY_SIZE(no_words); i++)
		if (!strcasecmp(value, no_words[i]))
			return 0;
	return -EINVAL;
}

int vz_parse_u64(const char *text, uint64_t *value)
{
	uint64_t n = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
			return -ERANGE;
	}
	*value = n;
	return 0;
}

VZ_PARSER(text)
{
	fputs(value, out);
	return 0;
}

VZ_PARSER(word)
{
	const char *p;

	if (!*value || *value == '-' || !strcmp(value, ".") ||
	    !strcmp(value, "..") || strlen(value) > NAME_MAX - 16)
		return -EINVAL;
	for (p = value; *p; p++)
		if (*p == '/' || *p == ' ')
			return -EINVAL;
	fputs(value, out);
	return 0;
}

VZ_PARSER(path)
{
	const char *p;

	if (*value != '/' || strlen(value) >= PATH_MAX - NAME_MAX)
		return -EINVAL;
	for (p = value; (p = strstr(p, "/..")); p += 3)
		if (p[3] == '/' || !p[3])
			return -EINVAL;
	fputs(value, out);
	return 0;
}

VZ_PARSER(bool)
{
	int ret = vz_value_bool(value);

	if (ret < 0)
		return ret;
	fputs(ret ? "yes" : "no", out);
	return 0;
}

VZ_PARSER(uint)
{
	uint64_t n;
	int ret = vz_parse_u64(value, &n);

	if (ret)
		return ret;
	if (n < def->min || n > def->max)
		return -ERANGE;
	fprintf(out, "%llu", (unsigned long long)n);
	return 0;
}

/* Digits with at most one point among them; strtod() knows too much. */
VZ_PARSER(number)
{
	bool digit = false, point = false;
	const char *p;

	if (strlen(value) > 20)
		return -ERANGE;
	for (p = value; *p; p++) {
		if (isdigit((unsigned char)*p))
			digit = true;
		else if (*p == '.' && !point)
			point = true;
		else
			return -EINVAL;
	}
	if (!digit)
		return -EINVAL;
	fputs(value, out);
	return 0;
}

VZ_PARSER(choice)
{
	const char *const *word;

	for (word = def->words; *word; word++) {
		if (strcasecmp(value, *word))
			continue;
		fputs(*word, out);
		return 0;
	}
	return -EINVAL;
}

VZ_PARSER(hostname)
{
	const char *p;

	if (!isalnum((unsigned char)*value) || strlen(value) > HOST_NAME_MAX)
		return -EINVAL;
	for (p = value; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return -EINVAL;
	fputs(value, out);
	return 0;
}

bool vz_valid_name(const char *name)
{
	size_t len = strlen(name);
	const char *p;

	if (!len || len > NAME_MAX || *name == '-' || *name == ' ' ||
	    name[len - 1] == ' ' || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(" _+.-", *p))
			return false;
	return true;
}

/* The empty name takes a name away. */
VZ_PARSER(name)
{
	if (*value && !vz_valid_name(value))
		return -EINVAL;
	fputs(value, out);
	return 0;
}
