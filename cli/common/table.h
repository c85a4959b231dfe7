/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of containers as text and JSON: values, columns, sorting, output. */
#ifndef _VZ_CLI_TABLE_H
#define _VZ_CLI_TABLE_H

#include "util.h"

/** VALUE_UNLIMITED - what "no limit" is in a limit's numbers */
#define VALUE_UNLIMITED	INT64_MAX

/** enum value_kind - what a column holds, and so how it is shown */
enum value_kind {
	KIND_TEXT,	/**< string */
	KIND_LIST,	/**< words; only the first shows in a narrow column */
	KIND_FLAGS,	/**< words NAME:on or NAME:off */
	KIND_INT,
	KIND_INT0,	/**< JSON shows 0 when there is no value */
	KIND_REAL,
	KIND_BOOL,
	KIND_UPTIME,	/**< seconds */
	KIND_UBC,	/**< part[]: held, maxheld, barrier, limit, failcnt */
	KIND_QUOTA,	/**< part[]: usage, soft limit, hard limit */
};

/** struct value - one cell; which fields count is the column's kind's matter
 * @known: there is a value at all; KIND_UBC: there is somebody who uses the
 *	resource, else text shows "-"; KIND_QUOTA: not used
 * @part: -1 where unknown */
struct value {
	bool	known;
	char	*text;
	int64_t	number;
	double	real;
	int64_t	part[5];
};

enum column_flags {
	COLUMN_LEFT		= 1 << 0,	/* value is flush left */
	COLUMN_HEADER_RIGHT	= 1 << 1,	/* though its header is not */
	COLUMN_NO_JSON		= 1 << 2,
};

/** struct column - a field; @width: characters it is cut and padded to */
struct column {
	const char	*name;
	const char	*header;
	int		width;
	unsigned int	flags;
	int		kind;
};

/** struct row - one line; @values: one for each column of the table, used or
 * not */
struct row {
	uint32_t	id;
	struct value	*values;
};

/**
 * struct view - what of a table is shown, and how
 * @columns: all columns there are
 * @shown: indexes of those to show, @count of them
 * @sort: index of the column to sort by, -1: by id
 */
struct view {
	const struct column	*columns;
	const int		*shown;
	size_t			count;
	int			sort;
	bool			reverse;
	bool			header;
	bool			no_trim;
};

/** table_sort - puts rows into the view's order; a missing value is the
 * smallest, equal ones go by id */
void table_sort(const struct view *view, struct row *rows, size_t count);

void table_print_text(const struct view *view, const struct row *rows,
		      size_t count, FILE *out);
void table_print_json(const struct view *view, const struct row *rows,
		      size_t count, FILE *out);

/** json_string - a quoted and escaped string; bytes that are not UTF-8 come
 * out as U+FFFD */
void json_string(FILE *out, const char *text);

#endif /* _VZ_CLI_TABLE_H */
