/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libvz - events of containers; included by <vz/libvz.h>
 */
#ifndef _VZ_EVENT_H
#define _VZ_EVENT_H

/** enum vz_event_type - see vz_events_read() */
enum vz_event_type {
	VZ_EV_CREATED = 1,
	VZ_EV_STARTED,
	VZ_EV_STOPPED,
	VZ_EV_DESTROYED,
	VZ_EV_OOM,
	VZ_EV_LIMIT,
	VZ_EV_REFUSED,
};

/**
 * struct vz_event_msg - one event
 * @type: enum vz_event_type
 * @ctid: container
 * @generation: number of the kernel object
 * @time_ns: CLOCK_REALTIME, nanoseconds
 * @exit_reason: VZ_EV_STOPPED: enum vz_exit_reason of linux/vzcore.h
 * @exit_code: VZ_EV_STOPPED: wait(2) status
 * @pid: VZ_EV_STARTED: init, VZ_EV_OOM: the victim; host pid
 * @comm: VZ_EV_OOM: the victim's name
 * @limits: VZ_EV_LIMIT: enum vz_limit of linux/vzcore.h
 * @refusal: VZ_EV_REFUSED: the last one
 */
struct vz_event_msg {
	int		type;
	uint32_t	ctid;
	uint64_t	generation;
	uint64_t	time_ns;
	uint32_t	exit_reason;
	int		exit_code;
	pid_t		pid;
	char		comm[16];
	uint32_t	limits;
	struct vz_ub_refusal refusal;
};

/** vz_events_open - listens to the kernel module's events */
int vz_events_open(struct vz_ctx *ctx, struct vz_events **events,
		   struct vz_error *err);
struct vz_events *vz_events_close(struct vz_events *events);
/** vz_events_fd - for poll(2) */
int vz_events_fd(const struct vz_events *events);
/** vz_events_read - next event: 1; none waiting: 0.  ENOBUFS: events were
 * lost, ask for the state of all containers */
int vz_events_read(struct vz_events *events, struct vz_event_msg *msg,
		   struct vz_error *err);

#endif /* _VZ_EVENT_H */
