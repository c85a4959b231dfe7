// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzeventd: disk usage is written down from time to time, so that after a crash
 * of the host no container begins with one that is much too low.
 */
#include <signal.h>

#include "vzeventd.h"

#define INTERVAL	60.0

static int save_all(struct daemon *d)
{
	struct vz_error err = { 0 };
	struct vz_ctx *ctx;
	int ret;

	if (vz_ctx_new(&ctx, &err) < 0)
		return log_error(&d->log, 0, &err);
	vz_ctx_set_log(ctx, log_text, &d->log);
	ret = vz_ctx_load(ctx, &err);
	if (!ret)
		ret = vz_quota_save_all(ctx, &err);
	if (ret < 0)
		log_error(&d->log, 0, &err);
	vz_ctx_unref(ctx);
	return ret < 0;
}

/* Disks may be slow, events are not to wait for them. */
static void start(struct daemon *d)
{
	sigset_t none;
	pid_t pid = fork();

	if (!pid) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		_exit(save_all(d));
	}
	if (pid > 0)
		d->checkpoint = pid;
}

int checkpoint_run(struct daemon *d)
{
	double wait = d->checkpoint_due - now();

	if (wait > 0)
		return (int)(wait * 1000) + 1;
	d->checkpoint_due = now() + INTERVAL;
	/* the last one may be still at it */
	if (!d->checkpoint && d->events)
		start(d);
	return (int)(INTERVAL * 1000);
}
