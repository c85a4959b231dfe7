/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VZCORE_EVENT_H
#define _VZCORE_EVENT_H

#include <linux/types.h>
#include <linux/vzcore.h>

struct vz_ct;
struct vz_refusal;

/**
 * struct vz_event_msg - an event
 * @event: what happened
 * @ctid: container
 * @generation: its number
 * @time: CLOCK_REALTIME, nanoseconds
 * @pid: init (VZ_EVENT_STARTED) or the victim (VZ_EVENT_OOM)
 * @exit_reason: with VZ_EVENT_STOPPED
 * @exit_code: with VZ_EVENT_STOPPED
 * @limits: with VZ_EVENT_LIMIT
 * @comm: name of the victim
 * @refusal: with VZ_EVENT_REFUSED
 */
struct vz_event_msg {
	enum vz_event	event;
	u32		ctid;
	u64		generation;
	u64		time;
	pid_t		pid;
	u32		exit_reason;
	int		exit_code;
	u32		limits;
	char		comm[VZ_COMM_LEN];
	const struct vz_refusal	*refusal;
};

void vz_event_send(const struct vz_event_msg *m);
void vz_event_ct(enum vz_event event, const struct vz_ct *ct);
int vz_event_init(void);
void vz_event_exit(void);

#endif /* _VZCORE_EVENT_H */
