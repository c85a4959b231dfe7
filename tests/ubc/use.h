/* SPDX-License-Identifier: GPL-2.0-only */
/* Takers: one for each way to take some of a resource. */
#ifndef UB_USE_H
#define UB_USE_H

#include <stddef.h>

/**
 * struct taker - takes one unit of a resource
 * @name: of the taker
 * @take: takes number @n, of @size; returns 0 or an errno
 * @drop: gives one back, number @n; missing: they go when the process ends
 */
struct taker {
	const char	*name;
	int		(*take)(long n, long size);
	void		(*drop)(long n);
};

extern const struct taker extra_takers[], file_takers[], memory_takers[],
			  misc_takers[], sock_takers[], task_takers[],
			  storm_takers[], vm_takers[];

#endif /* UB_USE_H */
