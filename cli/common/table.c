// SPDX-License-Identifier: GPL-2.0-only
/* Text output and sorting of a table. */
#include <string.h>

#include "table.h"

static char *uptime_text(double seconds)
{
	unsigned long s = (unsigned long)seconds;

	return xasprintf("%.3lud%.2luh:%.2lum:%.2lus", s / 86400,
			 s / 3600 % 24, s / 60 % 60, s % 60);
}

static char *number_text(int64_t number)
{
	return number < 0 ? xstrdup("-") :
			    xasprintf("%lld", (long long)number);
}

/* One cell, as wide as it is. */
static char *value_text(int kind, const struct value *value)
{
	if (kind == KIND_QUOTA)
		return number_text(value->part[0]);
	if (!value->known)
		return xstrdup("-");
	if (kind == KIND_UBC)
		return number_text(value->part[0]);
	switch (kind) {
	case KIND_INT:
	case KIND_INT0:
		return number_text(value->number);
	case KIND_REAL:
		return xasprintf("%g", value->real);
	case KIND_BOOL:
		return xstrdup(value->number ? "yes" : "no");
	case KIND_UPTIME:
		return uptime_text(value->real);
	default:
		return xstrdup(value->text[0] ? value->text : "-");
	}
}

/* Control characters in a name or description do not break the table. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/* Numbers are never cut: half a number is a wrong one. */
static bool is_cut(int kind)
{
	return kind == KIND_TEXT || kind == KIND_LIST || kind == KIND_FLAGS;
}

static size_t add_cell(char *line, size_t len, size_t size, const char *text,
		       int width, bool left)
{
	int n = snprintf(line + len, size - len, left ? "%-*s" : "%*s", width,
			 text);

	return len + (n > 0 ? (size_t)n : 0);
}

static char *cell_text(const struct view *view, size_t position,
		       const struct row *row)
{
	const struct column *column = &view->columns[view->shown[position]];
	bool last = position + 1 == view->count;
	char *text = value_text(column->kind,
				&row->values[view->shown[position]]);

	make_printable(text);
	if (last || view->no_trim)
		return text;
	if (column->kind == KIND_LIST)
		text[strcspn(text, " \t")] = '\0';
	if (is_cut(column->kind) && strlen(text) > (size_t)column->width)
		text[column->width] = '\0';
	return text;
}

/* Prints cells as one line, without blanks at its end. */
static void print_line(const struct view *view, char **cells, bool header,
		       FILE *out)
{
	size_t i, size = 1, len = 0;
	autofree char *line = NULL;

	for (i = 0; i < view->count; i++)
		size += strlen(cells[i]) +
			view->columns[view->shown[i]].width + 1;
	line = xcalloc(size, 1);
	for (i = 0; i < view->count; i++) {
		const struct column *column =
			&view->columns[view->shown[i]];
		bool left = column->flags & COLUMN_LEFT;

		if (header && (column->flags & COLUMN_HEADER_RIGHT))
			left = false;
		if (i)
			line[len++] = ' ';
		len = add_cell(line, len, size, cells[i], column->width, left);
	}
	while (len && line[len - 1] == ' ')
		line[--len] = '\0';
	fprintf(out, "%s\n", line);
}

static void print_header(const struct view *view, FILE *out)
{
	autofree char **cells = xcalloc(view->count, sizeof(*cells));
	size_t i;

	for (i = 0; i < view->count; i++)
		cells[i] = (char *)view->columns[view->shown[i]].header;
	print_line(view, cells, true, out);
}

void table_print_text(const struct view *view, const struct row *rows,
		      size_t count, FILE *out)
{
	autofree char **cells = xcalloc(view->count, sizeof(*cells));
	size_t i, j;

	if (view->header)
		print_header(view, out);
	for (i = 0; i < count; i++) {
		for (j = 0; j < view->count; j++)
			cells[j] = cell_text(view, j, &rows[i]);
		print_line(view, cells, false, out);
		for (j = 0; j < view->count; j++)
			free(cells[j]);
	}
}

static int compare(double a, double b)
{
	return (a > b) - (a < b);
}

static int compare_values(int kind, const struct value *a,
			  const struct value *b)
{
	if (kind == KIND_UBC || kind == KIND_QUOTA)
		return (a->part[0] > b->part[0]) - (a->part[0] < b->part[0]);
	if (!a->known || !b->known)
		return a->known - b->known;
	switch (kind) {
	case KIND_INT:
	case KIND_INT0:
	case KIND_BOOL:
		return (a->number > b->number) - (a->number < b->number);
	case KIND_REAL:
	case KIND_UPTIME:
		return compare(a->real, b->real);
	default:
		return strcmp(a->text, b->text);
	}
}

static int compare_rows(const void *left, const void *right, void *data)
{
	const struct row *a = left, *b = right;
	const struct view *view = data;
	int ret = 0;

	if (view->sort >= 0)
		ret = compare_values(view->columns[view->sort].kind,
				     &a->values[view->sort],
				     &b->values[view->sort]);
	if (!ret)
		ret = (a->id > b->id) - (a->id < b->id);
	return view->reverse ? -ret : ret;
}

void table_sort(const struct view *view, struct row *rows, size_t count)
{
	if (count)
		qsort_r(rows, count, sizeof(*rows), compare_rows,
			(void *)view);
}
