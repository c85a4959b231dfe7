/* SPDX-License-Identifier: GPL-2.0-only */
/* vzubc: what its files share. */
#ifndef _VZ_CLI_VZUBC_H
#define _VZ_CLI_VZUBC_H

#include "../common/util.h"

/** struct row - one resource of a beancounter, as in /proc/bc/resources
 * @held_change: what is held more than the last time (-i); 0: as much */
struct row {
	char		name[16];
	int		unit;
	uint64_t	held;
	uint64_t	maxheld;
	uint64_t	barrier;
	uint64_t	limit;
	uint64_t	failcnt;
	int64_t		held_change;
};

/** struct counter - a beancounter */
struct counter {
	uint32_t	id;
	struct row	*rows;
	size_t		count;
};

/** struct counters - a whole file */
struct counters {
	struct counter	*list;
	size_t		count;
};

/**
 * struct view - what is shown, and how
 * @quiet: only what was refused, or is close to its bounds
 * @held_ratio: close is a part of the bound that is held ...
 * @max_ratio: ... or has been held
 * @verbose: numbers are not rounded
 * @color: those that @quiet would show stand out
 * @incremental: a column with changes of what is held
 */
struct view {
	bool		quiet;
	double		held_ratio;
	double		max_ratio;
	bool		verbose;
	bool		color;
	bool		incremental;
};

/* parse.c */

/** counters_read - reads /proc/bc/resources or a file that looks like it, or
 * like /proc/user_beancounters.  False: it is none of them */
bool counters_read(FILE *in, struct counters *counters);
void counters_free(struct counters *counters);
/** counter_find - the beancounter with this number, or NULL */
struct counter *counter_find(const struct counters *counters, uint32_t id);

/* print.c */

/** counter_print - the table of one; nothing when nothing of it is of interest
 * to @view */
void counter_print(const struct view *view, const struct counter *counter,
		   FILE *out);

/* store.c */

enum store_kind {
	STORE_FAILCNT,
	STORE_HELD,
};

/**
 * store_relate - makes the failure counts (or the change of what is held) of
 * @counters relative to those that are stored, and stores the present ones
 * @dir: directory; made when it is the default one
 *
 * Returns false after a complaint on stderr.
 */
bool store_relate(const char *dir, enum store_kind kind,
		  struct counters *counters);
/** store_clear - forgets what is stored */
bool store_clear(const char *dir, enum store_kind kind);

#endif /* _VZ_CLI_VZUBC_H */
