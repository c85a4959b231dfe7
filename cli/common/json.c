// SPDX-License-Identifier: GPL-2.0-only
/* JSON output of a table. */
#include <string.h>
#include <strings.h>

#include "table.h"

/* Length of the UTF-8 sequence at @p, 0 if it is none. */
static size_t utf8_length(const unsigned char *p)
{
	uint32_t c;
	size_t len, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] < 0xe0)
		len = 2;
	else if (p[0] >= 0xe0 && p[0] < 0xf0)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] < 0xf5)
		len = 4;
	else
		return 0;
	c = p[0] & (0xff >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if ((len == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
	    (len == 4 && (c < 0x10000 || c > 0x10ffff)))
		return 0;
	return len;
}

void json_string(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len;

	fputc('"', out);
	for (; *p; p += len) {
		len = utf8_length(p);
		if (!len) {
			fputs("\\ufffd", out);
			len = 1;
		} else if (*p == '"' || *p == '\\') {
			fprintf(out, "\\%c", *p);
		} else if (*p < ' ' || *p == 0x7f) {
			fprintf(out, "\\u%04x", *p);
		} else {
			fwrite(p, 1, len, out);
		}
	}
	fputc('"', out);
}

static void json_list(FILE *out, const char *words)
{
	const char *separator = "";
	size_t len;

	fputc('[', out);
	for (; words && *words; words += len) {
		autofree char *word = NULL;

		words += strspn(words, " \t");
		len = strcspn(words, " \t");
		if (!len)
			break;
		word = strndup(words, len);
		fputs(separator, out);
		json_string(out, word ? word : "");
		separator = ", ";
	}
	fputc(']', out);
}

static void json_flags(FILE *out, const char *words)
{
	const char *separator = "";
	size_t len, key;

	fputc('{', out);
	for (; *words; words += len) {
		autofree char *word = NULL;

		words += strspn(words, " \t,");
		len = strcspn(words, " \t,");
		if (!len)
			break;
		key = strcspn(words, ": \t,");
		word = strndup(words, key);
		fputs(separator, out);
		json_string(out, word ? word : "");
		fprintf(out, ": %s", len == key + 3 &&
			!strncasecmp(words + key, ":on", 3) ? "true" : "false");
		separator = ", ";
	}
	fputc('}', out);
}

static void json_parts(FILE *out, const struct value *value,
		       const char *const *names, size_t count)
{
	const char *separator = "";
	size_t i;

	fputc('{', out);
	for (i = 0; i < count; i++) {
		fprintf(out, "%s\"%s\": ", separator, names[i]);
		if (value->part[i] < 0)
			fputs("null", out);
		else
			fprintf(out, "%lld", (long long)value->part[i]);
		separator = ", ";
	}
	fputc('}', out);
}

static void json_ubc(FILE *out, const struct value *value)
{
	static const char *const names[] = {
		"held", "maxheld", "barrier", "limit", "failcnt",
	};

	json_parts(out, value, names, ARRAY_SIZE(names));
}

static void json_quota(FILE *out, const struct value *value)
{
	static const char *const names[] = {
		"usage", "softlimit", "hardlimit",
	};

	if (value->part[0] < 0 && value->part[1] < 0 && value->part[2] < 0)
		fputs("null", out);
	else
		json_parts(out, value, names, ARRAY_SIZE(names));
}

/* Kinds that show something even when nothing is known. */
static bool json_unknown(FILE *out, int kind)
{
	switch (kind) {
	case KIND_LIST:
		fputs("[]", out);
		return true;
	case KIND_INT0:
		fputs("0", out);
		return true;
	case KIND_UPTIME:
		fputs("0.000", out);
		return true;
	case KIND_UBC:
	case KIND_QUOTA:
		return false;
	default:
		fputs("null", out);
		return true;
	}
}

static void json_value(FILE *out, int kind, const struct value *value)
{
	if (!value->known && json_unknown(out, kind))
		return;
	switch (kind) {
	case KIND_TEXT:
		json_string(out, value->text);
		break;
	case KIND_LIST:
		json_list(out, value->text);
		break;
	case KIND_FLAGS:
		json_flags(out, value->text);
		break;
	case KIND_INT:
	case KIND_INT0:
		fprintf(out, "%lld", (long long)value->number);
		break;
	case KIND_REAL:
		fprintf(out, "%g", value->real);
		break;
	case KIND_BOOL:
		fputs(value->number ? "true" : "false", out);
		break;
	case KIND_UPTIME:
		fprintf(out, "%.3f", value->real);
		break;
	case KIND_UBC:
		json_ubc(out, value);
		break;
	case KIND_QUOTA:
		json_quota(out, value);
		break;
	}
}

void table_print_json(const struct view *view, const struct row *rows,
		      size_t count, FILE *out)
{
	size_t i, j;

	fputc('[', out);
	for (i = 0; i < count; i++) {
		fprintf(out, "%s\n  {", i ? "," : "");
		for (j = 0; j < view->count; j++) {
			int index = view->shown[j];
			const struct column *column = &view->columns[index];

			fprintf(out, "%s\n    \"%s\": ", j ? "," : "",
				column->name);
			json_value(out, column->kind,
				   &rows[i].values[index]);
		}
		fputs("\n  }", out);
	}
	fputs(count ? "\n]\n" : "]\n", out);
}
