// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host ids: every container has 65536 of its own.
 *
 * The range is recorded as LOCAL_UID and LOCAL_GID in N.conf and is taken from
 * the pool VZ_ID_BASE, VZ_ID_COUNT.  Looking for a free range and recording
 * it is one step under a lock.  Taken are the ranges of all configurations,
 * of all running containers, and of /etc/subuid and /etc/subgid.
 */
#include <fcntl.h>

#include "config.h"
#include "lock.h"
#include "param.h"

struct range {
	uint64_t	start, end;	/* end is not part of it */
	uint32_t	ctid;		/* 0: not of a container */
};

struct ranges {
	struct range	*v;
	size_t		n;
};

static void ranges_free(struct ranges *r)
{
	free(r->v);
}

#define autoranges	__attribute__((cleanup(ranges_free)))

static int add_range(struct ranges *r, uint64_t start, uint64_t count,
		     uint32_t ctid)
{
	struct range *v = reallocarray(r->v, r->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	r->v = v;
	v[r->n++] = (struct range){ start, start + count, ctid };
	return 0;
}

static const struct range *find_overlap(const struct ranges *r, uint64_t start)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (start < r->v[i].end &&
		    r->v[i].start < start + VZ_ID_RANGE)
			return &r->v[i];
	return NULL;
}

/* --------------------------------------------------- ranges that are taken */

static int add_variable(struct vz_ctx *ctx, struct ranges *r, uint32_t ctid,
			const char *name)
{
	autofree char *value = NULL;
	uint64_t start;

	if (vz_config_peek(ctx, ctid, name, &value) == -ENOMEM)
		return -ENOMEM;
	if (!value || vz_parse_u64(value, &start) || start > UINT32_MAX)
		return 0;
	return add_range(r, start, VZ_ID_RANGE, ctid);
}

/* What a running container uses, whatever its configuration says by now. */
static int add_running(struct vz_ctx *ctx, struct ranges *r, uint32_t ctid)
{
	autofree char *text = NULL;
	unsigned long long inside, start, count;
	struct vz_ct_info info;
	char path[64];
	int used = 0;
	const char *p;

	if (vz_ctl_info(ctx, ctid, &info) || info.init_pid <= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", info.init_pid);
	if (vz_read_file_at(AT_FDCWD, path, 65536, &text))
		return 0;
	for (p = text; sscanf(p, "%llu %llu %llu%n", &inside, &start, &count,
			      &used) == 3; p += used)
		if (add_range(r, start, count, ctid))
			return -ENOMEM;
	return 0;
}

static int add_subids(struct ranges *r, const char *path)
{
	autofclose FILE *f = fopen(path, "re");
	unsigned long long start, count;
	autofree char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) >= 0)
		if (sscanf(line, "%*[^:]:%llu:%llu", &start, &count) == 2 &&
		    start <= UINT32_MAX && count <= UINT32_MAX &&
		    add_range(r, start, count, 0))
			return -ENOMEM;
	return 0;
}

static int collect(struct vz_ct *ct, struct ranges *r, struct vz_error *err)
{
	autofree uint32_t *ids = NULL;
	ssize_t n = vz_ctx_containers(ct->ctx, &ids, err), i;
	int ret = 0;

	if (n < 0)
		return (int)n;
	for (i = 0; !ret && i < n; i++) {
		if (ids[i] == ct->id)
			continue;
		ret = add_variable(ct->ctx, r, ids[i], "LOCAL_UID");
		if (!ret)
			ret = add_variable(ct->ctx, r, ids[i], "LOCAL_GID");
		if (!ret)
			ret = add_running(ct->ctx, r, ids[i]);
	}
	return ret ? vz_fail_oom(err) : 0;
}

/* ------------------------------------------------------------ the choice -- */

static uint64_t number(struct vz_ctx *ctx, const char *name)
{
	uint64_t n = 0;

	vz_parse_u64(vz_ctx_get(ctx, name), &n);
	return n;
}

/* Checks the range that the configuration has. */
static int check_recorded(struct vz_ct *ct, const struct ranges *taken,
			  uint64_t base, struct vz_error *err)
{
	const char *gid = vz_config_get(ct->config, "LOCAL_GID");
	const struct range *other;
	uint64_t n;

	if (gid && (vz_parse_u64(gid, &n) || n != base))
		return vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL,
			       "%s: LOCAL_GID has to be the same as LOCAL_UID (%llu)",
			       ct->conf_path, (unsigned long long)base);
	if (base < VZ_ID_RANGE)
		return vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL,
			       "%s: LOCAL_UID=\"%llu\" would give the container ids of the host; remove LOCAL_UID and LOCAL_GID to get free ones",
			       ct->conf_path, (unsigned long long)base);
	other = find_overlap(taken, base);
	if (other)
		return vz_fail(err, VZ_E_INVALID_CONFIG, EEXIST,
			       "%s: the host ids LOCAL_UID=\"%llu\" are those of container %u; remove LOCAL_UID and LOCAL_GID to get free ones",
			       ct->conf_path, (unsigned long long)base,
			       other->ctid);
	return 0;
}

static int choose(struct vz_ct *ct, struct ranges *taken, uint64_t *base,
		  struct vz_error *err)
{
	uint64_t first = number(ct->ctx, "VZ_ID_BASE");
	uint64_t count = number(ct->ctx, "VZ_ID_COUNT"), i;

	if (add_subids(taken, "/etc/subuid") ||
	    add_subids(taken, "/etc/subgid"))
		return vz_fail_oom(err);
	for (i = 0; i < count; i++) {
		*base = first + i * VZ_ID_RANGE;
		if (*base + VZ_ID_RANGE > UINT32_MAX)
			break;
		if (!find_overlap(taken, *base))
			return 0;
	}
	return vz_fail(err, VZ_E_RESOURCE, ENOSPC,
		       "All host ids of the pool are taken (VZ_ID_BASE=\"%llu\", VZ_ID_COUNT=\"%llu\"): enlarge it in %s/vz.conf",
		       (unsigned long long)first, (unsigned long long)count,
		       vz_ctx_path(ct->ctx, VZ_PATH_CONF));
}

static int record(struct vz_ct *ct, uint64_t base, struct vz_error *err)
{
	char text[24];
	int ret;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)base);
	ret = vz_config_set(ct->config, "LOCAL_UID", text, err);
	if (!ret)
		ret = vz_config_set(ct->config, "LOCAL_GID", text, err);
	if (!ret)
		ret = vz_ct_save(ct, err);
	if (ret) {
		vz_config_set(ct->config, "LOCAL_UID", NULL, NULL);
		vz_config_set(ct->config, "LOCAL_GID", NULL, NULL);
	}
	return ret;
}

int vz_idpool_get(struct vz_ct *ct, uint32_t *base, struct vz_error *err)
{
	const char *uid = vz_config_get(ct->config, "LOCAL_UID");
	autoranges struct ranges taken = { NULL, 0 };
	autoclose int guard = -1;
	uint64_t start;
	int ret;

	guard = vz_guard(ct->ctx, VZ_PATH_STATE, "ids.lock", err);
	if (guard < 0)
		return guard;
	ret = collect(ct, &taken, err);
	if (ret)
		return ret;
	if (uid && !vz_parse_u64(uid, &start)) {
		ret = check_recorded(ct, &taken, start, err);
	} else {
		ret = choose(ct, &taken, &start, err);
		vz_fault("ids:chosen");
		if (!ret)
			ret = record(ct, start, err);
	}
	if (!ret)
		*base = (uint32_t)start;
	return ret;
}
