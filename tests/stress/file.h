/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One file, and what has to be in it.
 */
#ifndef FILE_H
#define FILE_H

#include "stress.h"

#define MOST_BYTES	(768 << 10)

/**
 * struct model - a file and its copy
 * @fd: for reading and writing
 * @direct: the same with O_DIRECT, -1: it has none
 * @pipe: to splice through
 * @other: file in memory, to send from and to
 * @good: what it should hold, zeroes from @size on
 * @seen: room to read it to
 */
struct model {
	const char	*path;
	int		fd;
	int		direct;
	int		pipe[2];
	int		other;
	size_t		size;
	char		good[MOST_BYTES];
	char		seen[MOST_BYTES];
};

/**
 * struct operation - one that is chosen at random
 * @run: 0, or an errno that is no mistake: there is no room, or the file system
 *	does not know it
 * @weight: how often, among the others
 */
struct operation {
	const char	*name;
	int		(*run)(struct model *m);
	unsigned int	weight;
};

extern const struct operation file_writes[], file_changes[];

/* An offset and a length within @most bytes, multiples of @unit. */
size_t pick_range(size_t most, size_t unit, size_t *len);
/* Bytes that differ from what was there before */
void fill_random(char *to, size_t len);
/* @data is at @pos now; what lies between the end and there is zero */
void model_put(struct model *m, size_t pos, const char *data, size_t len);
void model_zero(struct model *m, size_t pos, size_t len);
void model_resize(struct model *m, size_t size);
/* ends the program when @seen is not what should be at @pos */
void model_compare(struct model *m, const char *how, size_t pos, size_t len);
__attribute__((noreturn, format(printf, 2, 3)))
void model_wrong(struct model *m, const char *fmt, ...);

#endif
