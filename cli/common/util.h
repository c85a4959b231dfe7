/* SPDX-License-Identifier: GPL-2.0-only */
/* Small helpers of the commands: memory, strings, growing text. */
#ifndef _VZ_CLI_UTIL_H
#define _VZ_CLI_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <vz/libvz.h>

#define PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static inline void free_p(void *p)
{
	free(*(void **)p);
}

static inline void close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void config_p(struct vz_config **cfg)
{
	vz_config_unref(*cfg);
}

#define autofree	__attribute__((cleanup(free_p)))
#define autoclose	__attribute__((cleanup(close_p)))
#define autoconfig	__attribute__((cleanup(config_p)))

/* Like their namesakes; a command that is out of memory ends with code 6. */
void *xrealloc(void *old, size_t size);
void *xcalloc(size_t count, size_t size);
char *xstrdup(const char *text);
char *xasprintf(const char *fmt, ...) PRINTF(1, 2);

/** join_words - the words of an argument vector with blanks between them */
char *join_words(char **words);

/** is_yes - is this value of a yes/no variable a yes? */
bool is_yes(const char *value);

/** open_signals - blocks signals and opens a signalfd for them
 * @signals: ends with 0
 *
 * Returns -1 with errno set when there is none to be had.
 */
int open_signals(const int *signals);

#endif /* _VZ_CLI_UTIL_H */
