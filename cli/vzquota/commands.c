// SPDX-License-Identifier: GPL-2.0-only
/* vzquota: its commands. */
#include <errno.h>

#include "vzquota.h"

static int done(struct vzquota *run, int ret, const struct vz_error *err,
		const char *text)
{
	if (ret < 0)
		return dq_failed(&run->dq, err);
	dq_say(&run->dq, DQ_INFO, text, run->id);
	return DQ_OK;
}

static int run_init(struct vzquota *run)
{
	const unsigned int all = VZ_QUOTA_LIMITS | VZ_QUOTA_PATH;
	struct vz_error err = { 0 };
	int ret;

	if ((run->change.what & all) != all || run->count)
		return usage(run->command);
	ret = vz_quota_init(run->dq.ctx, run->id, run->file, &run->change,
			    &err);
	return done(run, ret, &err,
		    "quota initialization for id %u complete");
}

static int run_on(struct vzquota *run)
{
	struct vz_error err = { 0 };
	int ret;

	if (run->count)
		return usage(run->command);
	ret = vz_quota_on(run->dq.ctx, run->id, run->file, &run->change,
			  run->opts, &err);
	return done(run, ret, &err, "Quota was switched on for id %u");
}

static int recount(struct vzquota *run, const char *root)
{
	struct vz_error err = { 0 };
	int ret;

	ret = vz_quota_recount(run->dq.ctx, run->id, root, &err);
	return done(run, ret, &err, ret ?
		    "The disk usage for id %u is known already" :
		    "The disk usage for id %u was counted");
}

static int run_recount(struct vzquota *run)
{
	struct vz_error err = { 0 };
	struct vz_ct *ct;
	int code;

	if (run->count)
		return usage(run->command);
	if (run->path)
		return recount(run, run->path);
	if (vz_ctx_load(run->dq.ctx, &err) < 0 ||
	    vz_ct_open(run->dq.ctx, run->id, &ct, &err) < 0)
		return dq_failed(&run->dq, &err);
	code = recount(run, vz_ct_root(ct));
	vz_ct_unref(ct);
	return code;
}

static int run_off(struct vzquota *run)
{
	struct vz_error err = { 0 };
	int ret;

	if (run->count)
		return usage(run->command);
	ret = vz_quota_off(run->dq.ctx, run->id, run->file, run->opts, &err);
	return done(run, ret, &err, "Quota was switched off for id %u");
}

static int run_drop(struct vzquota *run)
{
	struct vz_error err = { 0 };
	int ret;

	if (run->count)
		return usage(run->command);
	ret = vz_quota_drop(run->dq.ctx, run->id, run->file, run->opts, &err);
	return done(run, ret, &err, "Quota file was deleted for id %u");
}

static int run_setlimit(struct vzquota *run)
{
	struct vz_error err = { 0 };
	int ret;

	if (run->count || (!run->change.what && !run->opts))
		return usage(run->command);
	ret = vz_quota_set(run->dq.ctx, run->id, run->file, &run->change,
			   run->opts, &err);
	return done(run, ret, &err, "Quota limits were set for id %u");
}

static int set_grace(struct vzquota *run)
{
	struct vz_error err = { 0 };
	struct vz_quota_grace grace;
	int ret;

	if (run->count != 2 || !parse_time(run->words[0], &grace.space) ||
	    !parse_time(run->words[1], &grace.inodes))
		return usage(run->command);
	ret = vz_quota_set_grace(run->dq.ctx, run->id, run->file, run->type,
				 &grace, &err);
	return done(run, ret, &err, "Grace times were set for id %u");
}

static int run_setlimit2(struct vzquota *run)
{
	struct vz_quota_usage u = { .type = (uint32_t)run->type };
	struct vz_error err = { 0 };
	uint64_t id, soft, hard;
	int ret;

	if (run->ugids)
		return set_grace(run);
	if (run->count != 5 ||
	    !dq_number(run->words[0], UINT32_MAX - 1, &id) ||
	    !dq_number(run->words[1], UINT64_MAX, &soft) ||
	    !dq_number(run->words[2], UINT64_MAX, &hard) ||
	    !dq_number(run->words[3], INT64_MAX, &u.inodes_soft) ||
	    !dq_number(run->words[4], INT64_MAX, &u.inodes_hard))
		return usage(run->command);
	u.id = (uint32_t)id;
	u.space_soft = dq_bytes(soft);
	u.space_hard = dq_bytes(hard);
	ret = vz_quota_set_ugid(run->dq.ctx, run->id, run->file, &u, &err);
	return done(run, ret, &err, "User/group limits were set for id %u");
}

static int run_reload2(struct vzquota *run)
{
	struct vz_error err = { 0 };
	int ret;

	if (run->count)
		return usage(run->command);
	ret = vz_quota_reload(run->dq.ctx, run->id, run->file, &err);
	return done(run, ret, &err, "User/group limits were reloaded for id %u");
}

/* @active: level 2 is on in the kernel */
static void print(const struct vzquota *run, const struct vz_quota *q,
		  int next, bool active)
{
	print_quota(q, run->batch);
	if (run->ugids)
		print_ugids(q, run->batch, next, active);
}

static int fail_stat(struct vzquota *run, struct vz_error *err)
{
	if (err->err == -ESRCH)
		snprintf(err->text, sizeof(err->text),
			 "Quota accounting is off, try vzquota show id");
	return dq_failed(&run->dq, err);
}

static int run_stat(struct vzquota *run)
{
	struct vz_error err = { 0 };
	struct vz_quota now = { 0 }, file = { 0 };
	bool active;
	int ret;

	if (run->count)
		return usage(run->command);
	if (!(run->opts & VZ_QUOTA_FORCE) &&
	    vz_quota_update(run->dq.ctx, run->id, run->file, &file, &err) < 0)
		return fail_stat(run, &err);
	ret = vz_quota_stat(run->dq.ctx, run->id, &now, &err);
	if (ret < 0) {
		vz_quota_free(&file);
		return fail_stat(run, &err);
	}
	if (now.flags & VZ_QUOTA_COUNTING)
		dq_say(&run->dq, DQ_WARNING,
		       "Usage is a guess until it was counted, %llu files so far",
		       (unsigned long long)now.counted);
	active = now.flags & VZ_QUOTA_UGID;
	print(run, &now, run->opts & VZ_QUOTA_FORCE ? -1 :
			 !!(file.flags & VZ_QUOTA_UGID), active);
	vz_quota_free(&file);
	vz_quota_free(&now);
	return run->ugids && !active ? DQ_UGID_INACTIVE : DQ_OK;
}

static int run_show(struct vzquota *run)
{
	struct vz_error err = { 0 };
	struct vz_quota q = { 0 };
	bool level2;
	int code;

	if (run->count)
		return usage(run->command);
	if (vz_quota_read(run->dq.ctx, run->id, run->file, &q, &err) < 0)
		return dq_failed(&run->dq, &err);
	if (q.flags & VZ_QUOTA_ON)
		dq_say(&run->dq, DQ_WARNING,
		       "Quota is running, so data reported from quota file may not reflect current values");
	level2 = q.flags & VZ_QUOTA_UGID;
	print(run, &q, level2, level2 && q.flags & VZ_QUOTA_ON);
	code = q.flags & VZ_QUOTA_DIRTY ? DQ_DIRTY : DQ_OK;
	vz_quota_free(&q);
	return code;
}

#define LIMITS \
	"[-s 1|0] [-u UGIDS] [-b KB] [-B KB] [-e TIME]\n" \
	"      [-i INODES] [-I INODES] [-n TIME]"
#define FILE_	"[-c FILE | -R]"

const struct command commands[] = {
	{ "init", "p:c:r:s:u:b:B:i:I:e:n:R",
	  "-p PATH -b KB -B KB -e TIME -i INODES -I INODES -n TIME\n"
	  "      [-s 1|0] [-u UGIDS] " FILE_, run_init },
	{ "on", "p:c:r:s:u:b:B:i:I:e:n:Rf",
	  "[-f | --nocheck] [-p PATH] " FILE_ "\n      " LIMITS, run_on },
	{ "recount", "p:", "[-p MOUNTPOINT]", run_recount },
	{ "off", "p:c:Rf", "[-f] [-p PATH] " FILE_, run_off },
	{ "drop", "p:c:Rf", "[-f] [-p PATH] " FILE_, run_drop },
	{ "setlimit", "p:c:r:s:u:b:B:i:I:e:n:Rf",
	  "[-f] [-p PATH] " FILE_ "\n      " LIMITS, run_setlimit },
	{ "setlimit2", "p:c:ugtRf",
	  "[-p PATH] " FILE_ " -u|-g UGID KB KB INODES INODES |\n"
	  "      -t [-u|-g] TIME TIME", run_setlimit2 },
	{ "reload2", "p:c:tR", "[-p PATH] " FILE_, run_reload2 },
	{ "stat", "p:c:tfR", "[-f] [-t] [-p PATH] " FILE_, run_stat },
	{ "show", "p:c:tfR", "[-t] [-p PATH] " FILE_, run_show },
	{ },
};
