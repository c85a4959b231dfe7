// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removing a container.
 *
 * The private area loses its name first and the config file last: a destroy
 * that was killed is finished by the next one.
 */
#include <fcntl.h>

#include "area.h"
#include "config.h"
#include "quota.h"

static int check_down(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_status st;
	int ret = vz_ct_check_config(ct, err);

	if (!ret)
		ret = vz_ct_status(ct, &st, err);
	if (ret)
		return ret;
	if (st.state != VZ_DOWN)
		return vz_fail(err, VZ_E_RUNNING, EBUSY,
			       "Container is currently running. Stop it first.");
	if (st.mounted)
		return vz_fail(err, VZ_E_MOUNTED, EBUSY,
			       "Container is currently mounted (umount first)");
	/* init is dead, but nobody has told the kernel to forget it */
	return st.generation ? vz_ct_cleanup(ct, VZ_STOP_SKIP_UMOUNT, err) : 0;
}

static int check_mounts(const struct vz_area *area, struct vz_error *err)
{
	autofree char *real = realpath(area->path, NULL), *point = NULL;

	if (!real)
		return 0;
	point = vz_mount_below(real);
	if (!point)
		return 0;
	return vz_fail(err, VZ_E_DEL_PRIVATE, EBUSY,
		       "Unable to remove %s: %s is a mount point, unmount it first",
		       area->path, point);
}

static int remove_area(struct vz_area *area, struct vz_error *err)
{
	struct vz_error why;
	int ret = check_mounts(area, err);

	if (ret)
		return ret;
	if (vz_area_unstage_stale(area, &why) < 0)
		ct_debug(area->ct, "%s", why.text);
	ret = vz_area_move_aside(area, err);
	if (ret < 0)
		return ret;
	vz_fault("destroy:moved");
	if (area->link && unlink(area->link) && errno != ENOENT)
		return vz_fail_errno(err, VZ_E_DEL_PRIVATE, errno,
				     "Unable to remove %s", area->link);
	ret = vz_area_sweep(area, err);
	if (!ret)
		vz_fault("destroy:removed");
	return ret;
}

/* Renames conf/N@suffix to conf/N@suffix.destroyed. */
static int retire(struct vz_ct *ct, const char *suffix, struct vz_error *err)
{
	const char *dir = vz_ctx_path(ct->ctx, VZ_PATH_CONF);
	autofree char *from = NULL, *to = NULL;

	if (asprintf(&from, "%s/conf/%u%s", dir, ct->id, suffix) < 0) {
		from = NULL;
		return vz_fail_oom(err);
	}
	if (asprintf(&to, "%s.destroyed", from) < 0) {
		to = NULL;
		return vz_fail_oom(err);
	}
	if (rename(from, to) && errno != ENOENT)
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to rename %s", from);
	return 0;
}

static int drop_files(struct vz_ct *ct, struct vz_error *err)
{
	static const char *const scripts[] = {
		".mount", ".umount", ".premount", ".postumount", ".start",
		".stop",
	};
	const char *dumps = vz_ctx_get(ct->ctx, "DUMPDIR");
	const char *name = vz_ct_name(ct);
	autofree char *dump = NULL, *link = NULL;
	size_t i;
	int ret = 0;

	if (dumps && asprintf(&dump, "%s/Dump.%u", dumps, ct->id) < 0) {
		dump = NULL;
		return vz_fail_oom(err);
	}
	if (name && asprintf(&link, "%s/names/%s",
			     vz_ctx_path(ct->ctx, VZ_PATH_CONF), name) < 0) {
		link = NULL;
		return vz_fail_oom(err);
	}
	if ((dump && unlink(dump) && errno != ENOENT) ||
	    (link && unlink(link) && errno != ENOENT))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to remove the dump file or the name of CT %u",
				     ct->id);
	for (i = 0; !ret && i < ARRAY_SIZE(scripts); i++)
		ret = retire(ct, scripts[i], err);
	vz_fault("destroy:scripts");
	return ret ? ret : retire(ct, ".conf", err);
}

VZ_EXPORT int vz_ct_destroy(struct vz_ct *ct, struct vz_error *err)
{
	struct vz_area area;
	int ret;

	ret = check_down(ct, err);
	if (!ret)
		ret = vz_area_open(&area, ct, err);
	if (ret)
		return ret;
	/* without one only what a killed call left may go */
	if (!ct->has_config) {
		vz_area_unstage_stale(&area, NULL);
		vz_area_sweep(&area, NULL);
		vz_area_close(&area);
		return vz_fail(err, VZ_E_NOVECONFIG, ENOENT,
			       "Container config file does not exist");
	}
	ct_info(ct, "Destroying container private area: %s",
		area.link ? area.link : area.path);
	ret = remove_area(&area, err);
	if (!ret)
		ret = vz_quota_forget(ct, err);
	if (!ret)
		ret = drop_files(ct, err);
	vz_area_close(&area);
	if (ret)
		return ret;
	vz_config_forget(ct->config);
	vz_ct_forget_paths(ct);
	ct->has_config = false;
	ct_info(ct, "Container private area was destroyed");
	return 0;
}
