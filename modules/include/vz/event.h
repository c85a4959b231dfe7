/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events that subsystems have to tell.
 */
#ifndef _VZ_EVENT_H
#define _VZ_EVENT_H

#include <linux/types.h>
#include <linux/vzcore.h>

/**
 * struct vz_refusal - something was refused
 * @resource: of what there was not enough
 * @held: what was held
 * @wanted: what was asked for
 * @bound: what was in the way
 * @time: CLOCK_REALTIME, nanoseconds
 * @pid: who asked, 0: unknown
 * @comm: its name
 */
struct vz_refusal {
	const char	*resource;
	u64		held;
	u64		wanted;
	u64		bound;
	u64		time;
	pid_t		pid;
	const char	*comm;
};

void vz_event_limit(u32 ctid, u32 limits);
void vz_event_refused(u32 ctid, const struct vz_refusal *r);

#endif /* _VZ_EVENT_H */
