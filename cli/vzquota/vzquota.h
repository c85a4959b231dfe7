/* SPDX-License-Identifier: GPL-2.0-only */
/* vzquota: what its files share. */
#ifndef _VZ_CLI_VZQUOTA_H
#define _VZ_CLI_VZQUOTA_H

#include "../common/dq.h"

struct command;

/**
 * struct vzquota - one run
 * @batch: output for programs
 * @command: what is to be done
 * @id: number of the quota
 * @file: its file, NULL: the usual one
 * @opts: enum vz_quota_opts
 * @ugids: users and groups, too (-t)
 * @type: of setlimit2: enum vz_quota_type
 * @words: @count more words
 */
struct vzquota {
	struct dq			dq;
	bool				batch;
	const struct command		*command;
	uint32_t			id;
	char				*file;
	char				*path;
	struct vz_quota_change		change;
	unsigned int			opts;
	bool				ugids;
	int				type;
	char				**words;
	int				count;
};

/**
 * struct command - one of vzquota's commands
 * @options: short options it takes, and n for those of them that have only a
 *	long name
 * @usage: what follows its name
 * @run: returns the exit code
 */
struct command {
	const char	*name;
	const char	*options;
	const char	*usage;
	int		(*run)(struct vzquota *run);
};

extern const struct command commands[];		/* ends with a NULL name */

/** parse_time - "SECONDS", "[[DD:]HH:]MM:SS" or "Nh", "Nd", "Nw", "Nm", "Ny" */
bool parse_time(const char *text, uint32_t *seconds);

/** usage - says how a command is used; returns the exit code for that */
int usage(const struct command *command);

/** print_quota - usage and limits of the whole directory */
void print_quota(const struct vz_quota *q, bool batch);
/**
 * print_ugids - the same of users and groups
 * @next: is there level 2 the next time it is switched on? -1: not known
 * @active: is there now?
 */
void print_ugids(const struct vz_quota *q, bool batch, int next, bool active);

#endif /* _VZ_CLI_VZQUOTA_H */
