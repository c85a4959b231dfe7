/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of a command: terminal and log file. */
#ifndef _VZ_CLI_LOG_H
#define _VZ_CLI_LOG_H

#include "util.h"

/**
 * struct log - where messages go
 * @prog: name of the command, for the log file
 * @verbose: highest level shown on the terminal
 * @file_level: highest level written to the file
 * @verbose_given: @verbose is from the command line, VERBOSE does not count
 * @quiet: nothing on the terminal
 * @errors_only: of the terminal's messages only errors
 * @daemon: terminal messages look like those of the file, all on stderr, and
 *	the file is opened again when it was rotated away
 * @path: name of the log file or NULL
 * @fd: the log file, -1 when there is none
 * @bar: a progress bar stands on the current line
 */
struct log {
	const char	*prog;
	int		verbose;
	int		file_level;
	bool		verbose_given;
	bool		quiet;
	bool		errors_only;
	bool		daemon;
	char		*path;
	int		fd;
	int		bar;
};

void log_init(struct log *log, const char *prog);

/** log_open - applies LOGGING, LOGFILE, LOG_LEVEL and VERBOSE of vz.conf; a
 * file that cannot be opened is done without */
void log_open(struct log *log, struct vz_ctx *ctx);
void log_close(struct log *log);

/** log_text - one message; a vz_log_fn.  Errors go to stderr, others to
 * stdout */
void log_text(void *log, int level, uint32_t ctid, const char *text);
void log_printf(struct log *log, int level, uint32_t ctid,
		const char *fmt, ...) PRINTF(4, 5);

/** log_error - shows why a call failed; returns the exit code for it */
int log_error(struct log *log, uint32_t ctid, const struct vz_error *err);

/** log_progress - bar on the terminal; a vz_progress_fn */
void log_progress(void *log, uint64_t done, uint64_t total);

#endif /* _VZ_CLI_LOG_H */
