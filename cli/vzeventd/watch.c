// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzeventd: the containers that ended, and the workers that care for them.
 *
 * The state that counts is the kernel's: a worker looks at it with the
 * container's lock held.  A watch only says that it is time to look.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "vzeventd.h"

#define WORKERS_MAX	8	/* at a time */
#define TRIES_MAX	5	/* after failures */
#define LOCK_RETRY	0.25	/* seconds, growing to LOCK_RETRY_MAX */
#define LOCK_RETRY_MAX	2.0
#define FAIL_RETRY	2.0
#define SHORT_LIFE	10.0	/* a restart sooner than this is delayed */
#define LEVEL_MAX	6	/* by at most 2^5 seconds */
#define FORGET		600.0

/**
 * struct watch - one container
 * @pid: its worker, 0: none
 * @waiting: a worker is to be started at @due
 * @locked: how often its lock was not to be had
 * @failed: how often the worker failed
 * @level: restarts in a row after a short life
 * @restarted: when it was restarted last, 0: not yet
 * @oom_told: when a lack of memory was last logged
 * @oom_hidden: how many were not, since
 */
struct watch {
	struct watch	*next;
	uint32_t	ctid;
	pid_t		pid;
	bool		waiting;
	double		due;
	unsigned int	locked;
	unsigned int	failed;
	unsigned int	level;
	double		restarted;
	double		oom_told;
	unsigned int	oom_hidden;
};

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct watch *get_watch(struct daemon *d, uint32_t ctid)
{
	struct watch *w;

	for (w = d->watches; w; w = w->next)
		if (w->ctid == ctid)
			return w;
	w = xcalloc(1, sizeof(*w));
	w->ctid = ctid;
	w->next = d->watches;
	d->watches = w;
	return w;
}

/* A container that reboots again and again has to wait longer and longer. */
static double restart_delay(struct watch *w)
{
	if (!w->restarted || now() - w->restarted > SHORT_LIFE)
		w->level = 0;
	else if (w->level < LEVEL_MAX)
		w->level++;
	return w->level ? (double)(1 << (w->level - 1)) : 0;
}

void watch_stopped(struct daemon *d, uint32_t ctid, bool reboot)
{
	struct watch *w = get_watch(d, ctid);
	double delay = 0;

	if (w->waiting)
		return;
	if (reboot)
		delay = restart_delay(w);
	if (delay > 0)
		tell(d, ctid, "Container restarts too often, waiting %.0f s",
		     delay);
	w->waiting = true;
	w->due = now() + delay;
	w->locked = 0;
	w->failed = 0;
}

void watch_oom(struct daemon *d, const struct vz_event_msg *msg)
{
	struct watch *w = get_watch(d, msg->ctid);

	if (w->oom_told && now() - w->oom_told < 1) {
		w->oom_hidden++;
		return;
	}
	tell(d, msg->ctid,
	     "Out of memory: process %d (%s) was killed%s", (int)msg->pid,
	     msg->comm, w->oom_hidden ? ", others before it too" : "");
	w->oom_told = now();
	w->oom_hidden = 0;
}

static void start_worker(struct daemon *d, struct watch *w)
{
	sigset_t none;
	pid_t pid;

	pid = fork();
	if (pid < 0) {
		w->due = now() + FAIL_RETRY;
		return;
	}
	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		_exit(worker_run(d, w->ctid));
	}
	w->pid = pid;
	w->waiting = false;
	d->workers++;
}

static void retry(struct watch *w, double delay)
{
	w->waiting = true;
	w->due = now() + delay;
}

static void worker_ended(struct daemon *d, struct watch *w, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : WORKER_FAILED;
	double delay;

	w->pid = 0;
	switch (code) {
	case WORKER_RESTARTED:
		w->restarted = now();
		break;
	case WORKER_LOCKED:
		delay = LOCK_RETRY * ++w->locked;
		retry(w, delay < LOCK_RETRY_MAX ? delay : LOCK_RETRY_MAX);
		break;
	case WORKER_FAILED:
		if (++w->failed < TRIES_MAX)
			retry(w, FAIL_RETRY);
		else
			complain(d, w->ctid, "Giving up on the container; use vzctl stop %u",
				 w->ctid);
		break;
	}
}

void watch_reap(struct daemon *d)
{
	struct watch *w;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == d->checkpoint) {
			d->checkpoint = 0;
			continue;
		}
		for (w = d->watches; w && w->pid != pid; w = w->next)
			;
		if (!w)
			continue;
		d->workers--;
		worker_ended(d, w, status);
	}
}

static void forget_idle(struct daemon *d)
{
	struct watch **p = &d->watches, *w;

	while ((w = *p)) {
		if (w->pid || w->waiting || now() - w->restarted < FORGET ||
		    now() - w->oom_told < FORGET) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		free(w);
	}
}

int watch_run(struct daemon *d)
{
	double next = -1, wait;
	struct watch *w;

	forget_idle(d);
	for (w = d->watches; w; w = w->next) {
		if (!w->waiting || w->pid)
			continue;	/* looked at when its worker ends */
		wait = w->due - now();
		if (wait <= 0 && d->workers < WORKERS_MAX)
			start_worker(d, w);
		if (w->waiting && w->due > now() &&
		    (next < 0 || wait < next))
			next = wait;
	}
	return next < 0 ? -1 : (int)(next * 1000) + 1;
}
