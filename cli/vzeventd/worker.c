// SPDX-License-Identifier: GPL-2.0-only
/* vzeventd: what is done for one container, in a process of its own. */
#include <errno.h>

#include <linux/vzcore.h>

#include "vzeventd.h"

/* Down, but the kernel still has its object? */
static bool is_stale(const struct vz_status *st)
{
	return st->state == VZ_DOWN && st->generation;
}

static int fail(struct daemon *d, uint32_t ctid, const struct vz_error *err)
{
	log_error(&d->log, ctid, err);
	return WORKER_FAILED;
}

static int restart(struct daemon *d, struct vz_ct *ct)
{
	struct vz_error err = { 0 };

	if (vz_ct_start(ct, 0, &err) < 0)
		return fail(d, vz_ct_id(ct), &err);
	return WORKER_RESTARTED;
}

/* With the lock: nobody changes the container's state now. */
static int finish(struct daemon *d, struct vz_ct *ct)
{
	uint32_t ctid = vz_ct_id(ct);
	struct vz_status st = { 0 };
	struct vz_error err = { 0 };

	if (vz_ct_status(ct, &st, &err) < 0)
		return fail(d, ctid, &err);
	if (!is_stale(&st))
		return WORKER_DONE;
	tell(d, ctid, st.exit_reason == VZ_EXIT_REBOOT ?
	     "Container asks for a restart" : "Container has ended");
	if (vz_ct_cleanup(ct, 0, &err) < 0)
		return fail(d, ctid, &err);
	return st.exit_reason == VZ_EXIT_REBOOT ? restart(d, ct) : WORKER_DONE;
}

static int with_lock(struct daemon *d, struct vz_ct *ct)
{
	struct vz_lock *lock = NULL;
	struct vz_status st = { 0 };
	struct vz_error err = { 0 };
	int code;

	if (vz_ct_status(ct, &st, &err) < 0)
		return fail(d, vz_ct_id(ct), &err);
	if (!is_stale(&st))
		return WORKER_DONE;
	/* who has the lock is not worth a line at each attempt */
	vz_ctx_set_log(vz_ct_ctx(ct), NULL, NULL);
	if (vz_ct_lock(ct, "cleaning", &lock, &err) < 0)
		return err.code == VZ_E_LOCKED ? WORKER_LOCKED :
						 fail(d, vz_ct_id(ct), &err);
	vz_ctx_set_log(vz_ct_ctx(ct), log_text, &d->log);
	code = finish(d, ct);
	vz_lock_release(lock);
	return code;
}

int worker_run(struct daemon *d, uint32_t ctid)
{
	struct vz_error err = { 0 };
	struct vz_ctx *ctx;
	struct vz_ct *ct;
	int code;

	/* nothing of the daemon's: its files may have changed since */
	if (vz_ctx_new(&ctx, &err) < 0)
		return fail(d, ctid, &err);
	vz_ctx_set_log(ctx, log_text, &d->log);
	if (vz_ctx_load(ctx, &err) < 0 ||
	    vz_ct_open(ctx, ctid, &ct, &err) < 0) {
		code = fail(d, ctid, &err);
	} else {
		code = with_lock(d, ct);
		vz_ct_unref(ct);
	}
	vz_ctx_unref(ctx);
	return code;
}
