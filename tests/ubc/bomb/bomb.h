/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile loads.  Most of them are takers (see use.h) which are called again
 * and again, whatever they are refused.
 */
#ifndef UB_BOMB_H
#define UB_BOMB_H

#include "use.h"

extern const struct taker file_bombs[], filter_bombs[], kmem_bombs[],
			  ns_bombs[], oom_bombs[], ring_bombs[], shm_bombs[],
			  sock_bombs[], task_bombs[];

/**
 * beat - one line every 100 ms: milliseconds when it was due, how late it was
 *	and what failed, or "-"; never returns
 */
int beat(void);

/**
 * entries - calls that a container has no business with
 *
 * Return: 0 when the kernel refused all; the others are printed.
 */
int entries(void);

#endif /* UB_BOMB_H */
