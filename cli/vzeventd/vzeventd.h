/* SPDX-License-Identifier: GPL-2.0-only */
/* vzeventd: what its files share. */
#ifndef _VZ_CLI_VZEVENTD_H
#define _VZ_CLI_VZEVENTD_H

#include <time.h>

#include "../common/log.h"

struct watch;

/**
 * struct daemon - the running daemon
 * @events: NULL while the kernel module is not there
 * @events_due: when to try again to open @events
 * @device: inotify of /dev, tells when the module was loaded anew
 * @signals: signalfd
 * @lock_fd: the pid file, locked while the daemon lives
 * @checkpoint: process that writes down disk usage, 0: none
 * @checkpoint_due: when the next one starts
 * @watches: containers that something is to be done about
 */
struct daemon {
	struct vz_ctx		*ctx;
	struct log		log;
	struct vz_events	*events;
	double			events_due;
	int			device;
	int			signals;
	int			lock_fd;
	pid_t			checkpoint;
	double			checkpoint_due;
	struct watch		*watches;
	unsigned int		workers;
};

#define tell(d, ctid, ...)	log_printf(&(d)->log, VZ_LOG_INFO, ctid, \
					   __VA_ARGS__)
#define complain(d, ctid, ...)	log_printf(&(d)->log, VZ_LOG_ERR, ctid, \
					   __VA_ARGS__)

/** now - seconds of CLOCK_MONOTONIC */
double now(void);

/* loop.c */

/** loop_run - works until a signal ends it; returns the exit code */
int loop_run(struct daemon *d);

/* watch.c */

/** watch_stopped - a container's init is dead; @reboot: it asked for it */
void watch_stopped(struct daemon *d, uint32_t ctid, bool reboot);
/** watch_oom - a process was killed for lack of memory */
void watch_oom(struct daemon *d, const struct vz_event_msg *msg);
/** watch_reap - workers ended */
void watch_reap(struct daemon *d);
/** watch_run - starts the workers that are due; returns in how many
 * milliseconds the next one is, -1: none waits */
int watch_run(struct daemon *d);

/* checkpoint.c */

/** checkpoint_run - writes down disk usage when that is due; returns in how many
 * milliseconds it is the next time */
int checkpoint_run(struct daemon *d);

/* worker.c */

enum worker_code {
	WORKER_DONE	= 0,
	WORKER_FAILED	= 1,
	WORKER_LOCKED	= 2,	/* somebody else works on the container */
	WORKER_RESTARTED = 3,
};

/** worker_run - in a process of its own: cleans up after a container that
 * ended, starts it again if it asked for that.  Returns enum worker_code */
int worker_run(struct daemon *d, uint32_t ctid);

#endif /* _VZ_CLI_VZEVENTD_H */
