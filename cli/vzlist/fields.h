/* SPDX-License-Identifier: GPL-2.0-only */
/* vzlist: its fields and where their values come from. */
#ifndef _VZ_CLI_FIELDS_H
#define _VZ_CLI_FIELDS_H

#include "../common/table.h"

/** enum source - where a field's value comes from */
enum source {
	FROM_ID,
	FROM_PRIVATE,
	FROM_ROOT,
	FROM_NAME,
	FROM_SMART_NAME,
	FROM_STATUS,
	FROM_UPTIME,
	FROM_CONFIG,	/**< variable, shown as the column's kind says */
	FROM_CONFIG_LIMIT, /**< variable, 0 means that there is no limit */
	FROM_CONFIG_LOWER, /**< variable, in small letters */
	FROM_UBC,	/**< variable of a beancounter, @part of it */
	FROM_QUOTA,	/**< variable of a disk quota, @part of it */
	FROM_VSWAP,
	FROM_ADDRESSES,	/**< the kernel if it runs, else variable */
	FROM_NET_IN,	/**< bytes received, over all network classes */
	FROM_NET_OUT,	/**< bytes sent */
	FROM_NOWHERE,	/**< nothing measures it yet */
};

/** struct field - for each column: its source
 * @part: index to struct value.part, -1: all (the column without a suffix) */
struct field {
	int		source;
	const char	*variable;
	int		part;
};

extern const struct column columns[];
extern const struct field fields[];
extern const int field_count;

/** field_find - index of the field with this name, -1 if there is none */
int field_find(const char *name);

#endif /* _VZ_CLI_FIELDS_H */
