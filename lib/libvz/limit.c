// SPDX-License-Identifier: GPL-2.0-only
/* Limits: "barrier:limit" in bytes, pages, items or blocks; I/O and CPU. */
#include <strings.h>

#include "param.h"

/* The native unit of a limit and what may follow the number. */
struct unit {
	uint64_t	bytes;		/* per unit; 0: no suffix allowed */
	uint64_t	bare;		/* bytes of a number without suffix */
};

static const struct unit unit_bytes = { 1, 1 };
static const struct unit unit_pages = { VZ_PAGE_SIZE, VZ_PAGE_SIZE };
static const struct unit unit_blocks = { 1024, 1024 };
static const struct unit unit_items = { 0, 1 };

static uint64_t suffix_bytes(char c)
{
	switch (c) {
	case 't': case 'T':
		return 1ULL << 40;
	case 'g': case 'G':
		return 1ULL << 30;
	case 'm': case 'M':
		return 1ULL << 20;
	case 'k': case 'K':
		return 1ULL << 10;
	case 'p': case 'P':
		return VZ_PAGE_SIZE;
	case 'b': case 'B':
		return 1;
	}
	return 0;
}

/* Nearest whole number of units, but never nothing for something. */
static uint64_t to_units(long double bytes, uint64_t unit)
{
	long double n = bytes / unit;

	if (n >= (long double)LONG_MAX)
		return LONG_MAX;
	return n < 1 && bytes > 0 ? 1 : (uint64_t)(n + 0.5L);
}

/* "123", "1.5G", "unlimited"; what is more than LONG_MAX is unlimited. */
static int parse_amount(const char *s, size_t len, const struct unit *unit,
			uint64_t *value)
{
	long double n = 0, scale = 1;
	uint64_t mult = 0, exact = 0;
	bool point = false, digit = false, over = false;
	size_t i;

	if (len == 9 && !strncasecmp(s, "unlimited", len)) {
		*value = LONG_MAX;
		return 0;
	}
	for (i = 0; i < len; i++) {
		if (s[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (s[i] < '0' || s[i] > '9')
			break;
		digit = true;
		n = n * 10 + (s[i] - '0');
		scale *= point ? 10 : 1;
		over = over || __builtin_mul_overflow(exact, 10, &exact) ||
		       __builtin_add_overflow(exact, (uint64_t)(s[i] - '0'),
					      &exact);
	}
	if (!digit || i > 40)
		return -EINVAL;
	if (i < len) {
		mult = unit->bytes ? suffix_bytes(s[i]) : 0;
		if (!mult || i + 1 != len)
			return -EINVAL;
		*value = to_units(n / scale * mult, unit->bytes);
		return 0;
	}
	if (point)
		return -EINVAL;
	if (unit->bytes && unit->bare != unit->bytes)
		*value = to_units(n * unit->bare, unit->bytes);
	else
		*value = over || exact > LONG_MAX ? LONG_MAX : exact;
	return 0;
}

/* "barrier:limit"; one amount stands for both. */
static int parse_two(const char *value, const struct unit *unit,
		     uint64_t *barrier, uint64_t *limit)
{
	const char *colon = strchr(value, ':');
	size_t len = colon ? (size_t)(colon - value) : strlen(value);
	int ret = parse_amount(value, len, unit, barrier);

	if (ret)
		return ret;
	*limit = *barrier;
	if (!colon)
		return 0;
	return parse_amount(colon + 1, strlen(colon + 1), unit, limit);
}

int vz_value_limits(const char *value, uint64_t *barrier, uint64_t *limit)
{
	return parse_two(value, &unit_items, barrier, limit);
}

static void put_amount(uint64_t n, FILE *out)
{
	if (n == LONG_MAX)
		fputs("unlimited", out);
	else
		fprintf(out, "%llu", (unsigned long long)n);
}

static int parse_limits(const char *value, const struct unit *unit, FILE *out)
{
	uint64_t barrier, limit;
	int ret = parse_two(value, unit, &barrier, &limit);

	if (ret)
		return ret;
	put_amount(barrier, out);
	if (barrier != limit) {
		fputc(':', out);
		put_amount(limit, out);
	}
	return 0;
}

VZ_PARSER(bytes)
{
	return parse_limits(value, &unit_bytes, out);
}

VZ_PARSER(pages)
{
	return parse_limits(value, &unit_pages, out);
}

VZ_PARSER(items)
{
	return parse_limits(value, &unit_items, out);
}

VZ_PARSER(blocks)
{
	return parse_limits(value, &unit_blocks, out);
}

/* Options --ram and --swap: bytes, which become the limit in pages. */
VZ_PARSER(ram)
{
	static const struct unit unit = { VZ_PAGE_SIZE, 1 };
	uint64_t n;
	int ret = parse_amount(value, strlen(value), &unit, &n);

	if (ret)
		return ret;
	if (n < def->min)
		return -ERANGE;
	if (n)
		fputs("0:", out);
	put_amount(n, out);
	return 0;
}

/* Bytes per second; on a command line a bare number is megabytes. */
VZ_PARSER(iolimit)
{
	struct unit unit = { 1, cmdline ? 1 << 20 : 1 };
	uint64_t n;
	int ret = parse_amount(value, strlen(value), &unit, &n);

	if (ret)
		return ret;
	fprintf(out, "%llu", (unsigned long long)(n == LONG_MAX ? 0 : n));
	return 0;
}

/* Per cent of one CPU ("150"), of all ("25%") or megahertz ("2000m"). */
VZ_PARSER(cpulimit)
{
	size_t digits = strspn(value, "0123456789");
	const char *rest = value + digits;

	if (!digits || digits > 9)
		return -EINVAL;
	if (*rest && strcmp(rest, "%") && strcasecmp(rest, "m"))
		return -EINVAL;
	fputs(value, out);
	return 0;
}

VZ_PARSER(meminfo)
{
	static const char *const modes[] = { "pages", "privvmpages" };
	const char *colon = strchr(value, ':');
	uint64_t n;
	size_t i;

	if (!strcasecmp(value, "none")) {
		fputs("none", out);
		return 0;
	}
	if (!colon || vz_parse_u64(colon + 1, &n) || !n)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		size_t len = strlen(modes[i]);

		if ((size_t)(colon - value) != len ||
		    strncasecmp(value, modes[i], len))
			continue;
		fprintf(out, "%s:%llu", modes[i], (unsigned long long)n);
		return 0;
	}
	return -EINVAL;
}
