/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hrtimer_init() left the function to be filled in by the caller;
 * hrtimer_setup() is the way since 6.13.
 */
#ifndef _VZ_WRAPPER_HRTIMER_H
#define _VZ_WRAPPER_HRTIMER_H

#include <linux/hrtimer.h>

#ifndef VZ_HAVE_HRTIMER_SETUP
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *timer),
	      clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif /* _VZ_WRAPPER_HRTIMER_H */
