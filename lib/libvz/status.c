// SPDX-License-Identifier: GPL-2.0-only
/* Where a container stands: files, mounts and the kernel's word. */
#include <sys/stat.h>
#include <time.h>

#include "internal.h"

static bool is_directory(const char *path)
{
	struct stat st;

	return path && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool has_dump(const struct vz_ct *ct)
{
	const char *dir = vz_ctx_get(ct->ctx, "DUMPDIR");
	autofree char *path = NULL;

	if (!dir || asprintf(&path, "%s/Dump.%u", dir, ct->id) < 0) {
		path = NULL;
		return false;
	}
	return !access(path, F_OK);
}

static double seconds_since(uint64_t boottime)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 -
	       (double)boottime / 1e9;
}

static int run_state(uint32_t state)
{
	switch (state) {
	case VZ_CT_CREATED:
		return VZ_STARTING;
	case VZ_CT_RUNNING:
		return VZ_RUNNING;
	}
	return VZ_DOWN;
}

static void take_info(struct vz_status *st, const struct vz_ct_info *info)
{
	st->state = run_state(info->state);
	st->nproc = info->nproc;
	st->consoles = info->consoles;
	st->generation = info->generation;
	if (st->state == VZ_RUNNING) {
		st->init_pid = info->init_pid;
		st->uptime = seconds_since(info->start_boottime);
	} else if (st->state == VZ_DOWN) {
		st->exit_reason = info->exit_reason;
	}
}

VZ_EXPORT int vz_ct_status(struct vz_ct *ct, struct vz_status *st,
			   struct vz_error *err)
{
	const char *root = vz_ct_root(ct);
	struct vz_ct_info info;
	int ret;

	memset(st, 0, sizeof(*st));
	st->has_config = ct->has_config;
	st->has_private = is_directory(vz_ct_private(ct));
	st->mounted = root && vz_is_mount_root(root) > 0;
	ret = vz_ctl_info(ct->ctx, ct->id, &info);
	if (!ret)
		take_info(st, &info);
	else if (ret == -EACCES || ret == -EPERM)
		return vz_fail(err, VZ_E_NO_ACCESS, -ret,
			       "Only root of the host may ask for the state of containers");
	else if (ret != -ENOENT)
		return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
				     "Unable to ask the kernel for container %u",
				     ct->id);
	st->suspended = st->state == VZ_DOWN && st->has_config &&
			st->has_private && has_dump(ct);
	return 0;
}
