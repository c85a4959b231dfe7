// SPDX-License-Identifier: GPL-2.0-only
/* vzeventd: waits for events, signals and the kernel module. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>

#include <linux/vzcore.h>

#include "../common/refusal.h"
#include "vzeventd.h"

#define REOPEN	2.0	/* seconds between attempts to reach the module */

static void look_at(struct daemon *d, struct vz_ctx *ctx, uint32_t ctid)
{
	struct vz_status st = { 0 };
	struct vz_error err = { 0 };
	struct vz_ct *ct;

	if (vz_ct_open(ctx, ctid, &ct, &err) < 0) {
		log_error(&d->log, ctid, &err);
		return;
	}
	if (vz_ct_status(ct, &st, &err) < 0)
		log_error(&d->log, ctid, &err);
	else if (st.state == VZ_DOWN && st.generation)
		watch_stopped(d, ctid, st.exit_reason == VZ_EXIT_REBOOT);
	vz_ct_unref(ct);
}

static void look_at_all(struct daemon *d, struct vz_ctx *ctx)
{
	autofree uint32_t *ids = NULL;
	struct vz_error err = { 0 };
	ssize_t i, count;

	count = vz_ctx_containers(ctx, &ids, &err);
	if (count < 0)
		log_error(&d->log, 0, &err);
	for (i = 0; i < count; i++)
		if (ids[i])
			look_at(d, ctx, ids[i]);
}

/* What happened while nobody listened?  The context has /dev/vzctl open and
 * is not kept, so that the module can be unloaded. */
static void resync(struct daemon *d)
{
	struct vz_error err = { 0 };
	struct vz_ctx *ctx;

	if (vz_ctx_new(&ctx, &err) < 0) {
		log_error(&d->log, 0, &err);
		return;
	}
	if (vz_ctx_load(ctx, &err) < 0)
		log_error(&d->log, 0, &err);
	else
		look_at_all(d, ctx);
	vz_ctx_unref(ctx);
}

static void close_events(struct daemon *d)
{
	if (d->events)
		vz_events_close(d->events);
	d->events = NULL;
	d->events_due = now();
}

/* Listens first and looks then, so that nothing falls in between. */
static void open_events(struct daemon *d)
{
	struct vz_error err = { 0 };

	if (vz_events_open(d->ctx, &d->events, &err) < 0) {
		d->events = NULL;
		d->events_due = now() + REOPEN;
		log_text(&d->log, VZ_LOG_DEBUG, 0, err.text);
		return;
	}
	tell(d, 0, "Listening to container events");
	resync(d);
}

static void tell_limits(struct daemon *d, const struct vz_event_msg *msg)
{
	static const char *const texts[] = {
		"Disk space is above its soft limit",
		"Disk space is at its hard limit",
		"The number of inodes is above its soft limit",
		"The number of inodes is at its hard limit",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (msg->limits & 1U << i)
			tell(d, msg->ctid, "%s", texts[i]);
}

static void tell_refusal(struct daemon *d, const struct vz_event_msg *msg)
{
	autofree char *text = refusal_text(&msg->refusal);

	tell(d, msg->ctid, "Refused: %s", text);
}

static void handle(struct daemon *d, const struct vz_event_msg *msg)
{
	switch (msg->type) {
	case VZ_EV_STOPPED:
		watch_stopped(d, msg->ctid,
			      msg->exit_reason == VZ_EXIT_REBOOT);
		break;
	case VZ_EV_OOM:
		watch_oom(d, msg);
		break;
	case VZ_EV_LIMIT:
		tell_limits(d, msg);
		break;
	case VZ_EV_REFUSED:
		tell_refusal(d, msg);
		break;
	default:
		log_printf(&d->log, VZ_LOG_DEBUG, msg->ctid, "Event %d",
			   msg->type);
		break;
	}
}

static void read_events(struct daemon *d)
{
	struct vz_event_msg msg;
	struct vz_error err = { 0 };
	int ret;

	while ((ret = vz_events_read(d->events, &msg, &err)) > 0)
		handle(d, &msg);
	if (ret == -ENOBUFS) {
		tell(d, 0, "Events were lost, looking at all containers");
		resync(d);
	} else if (ret < 0) {
		log_error(&d->log, 0, &err);
		close_events(d);
	}
}

/* /dev/vzctl came or went: the module's netlink family is another one now. */
static void read_device(struct daemon *d)
{
	char data[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *event;
	bool ours = false;
	ssize_t n;
	char *p;

	n = read(d->device, data, sizeof(data));
	for (p = data; n > 0 && p < data + n;
	     p += sizeof(*event) + event->len) {
		event = (const struct inotify_event *)p;
		ours |= event->len && !strcmp(event->name, VZ_DEV_NAME);
	}
	if (ours)
		close_events(d);
}

static bool read_signals(struct daemon *d)
{
	struct signalfd_siginfo info;

	if (read(d->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGHUP)
		return false;
	watch_reap(d);
	return true;
}

static bool open_sources(struct daemon *d)
{
	static const int signals[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT, 0 };

	d->signals = open_signals(signals);
	d->device = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (d->signals >= 0 && d->device >= 0 &&
	    inotify_add_watch(d->device, "/dev", IN_CREATE | IN_DELETE) >= 0)
		return true;
	complain(d, 0, "Cannot wait for signals and devices: %s",
		 strerror(errno));
	return false;
}

/* Of two times in milliseconds; -1: never */
static int earlier(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Milliseconds until something is due, -1: nothing is. */
static int next_timeout(struct daemon *d)
{
	int timeout = earlier(watch_run(d), checkpoint_run(d));
	double wait;
	int reopen;

	if (d->events)
		return timeout;
	wait = d->events_due - now();
	reopen = wait > 0 ? (int)(wait * 1000) + 1 : 0;
	return earlier(timeout, reopen);
}

static bool loop_once(struct daemon *d)
{
	struct pollfd fds[3] = {
		{ d->signals, POLLIN, 0 },
		{ d->device, POLLIN, 0 },
		{ -1, POLLIN, 0 },
	};
	bool go_on = true;

	if (!d->events && now() >= d->events_due)
		open_events(d);
	if (d->events)
		fds[2].fd = vz_events_fd(d->events);
	if (poll(fds, ARRAY_SIZE(fds), next_timeout(d)) < 0)
		return true;
	if (fds[2].revents)
		read_events(d);
	if (fds[1].revents)
		read_device(d);
	if (fds[0].revents)
		go_on = read_signals(d);
	return go_on;
}

int loop_run(struct daemon *d)
{
	if (!open_sources(d))
		return VZ_E_SYSTEM;
	while (loop_once(d))
		;
	tell(d, 0, "Ending on a signal");
	close_events(d);
	close(d->device);
	close(d->signals);
	return 0;
}
