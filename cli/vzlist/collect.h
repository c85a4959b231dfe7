/* SPDX-License-Identifier: GPL-2.0-only */
/* vzlist: reading the containers' data. */
#ifndef _VZ_CLI_COLLECT_H
#define _VZ_CLI_COLLECT_H

#include "fields.h"

/**
 * struct request - which containers are wanted
 * @ids: the containers named on the command line, @count of them
 * @needed: for each field: is its value used?
 * @hostname: @name: @description: patterns or NULL
 */
struct request {
	uint32_t	*ids;
	size_t		count;
	bool		all;
	bool		stopped;
	const bool	*needed;
	const char	*hostname;
	const char	*name;
	const char	*description;
};

/** struct result - the rows found; @hidden: how many a pattern kept out */
struct result {
	struct row	*rows;
	size_t		count;
	size_t		hidden;
};

/** collect - reads what @request asks for.  0 or a negative errno */
int collect(struct vz_ctx *ctx, const struct request *request,
	    struct result *result, struct vz_error *err);
void result_free(struct result *result);

#endif /* _VZ_CLI_COLLECT_H */
