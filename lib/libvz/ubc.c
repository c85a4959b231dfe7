// SPDX-License-Identifier: GPL-2.0-only
/* User beancounters: the resources, and commands to the kernel, see
 * <linux/vzubc.h>. */
#include <sys/ioctl.h>

#include "ubc.h"

_Static_assert(VZ_UB_RESOURCES == VZUB_RESOURCES,
	       "the library knows all resources of the kernel");
_Static_assert(VZ_UB_UNLIMITED == VZUB_MAX, "unlimited means the same");

#define RES(n, u, ...) \
	[VZUB_##n] = { .variable = #n, .number = VZUB_##n, .unit = VZ_UB_##u, \
		       __VA_ARGS__ }
#define NEEDED(name_, n, u)	RES(n, u, .name = name_, .required = true)
#define EXTRA(name_, n)		RES(n, ITEMS, .name = name_, .extra = true)

static const struct vz_ub_resource resources[VZ_UB_RESOURCES] = {
	NEEDED("kmemsize", KMEMSIZE, BYTES),
	NEEDED("lockedpages", LOCKEDPAGES, PAGES),
	NEEDED("privvmpages", PRIVVMPAGES, PAGES),
	NEEDED("shmpages", SHMPAGES, PAGES),
	NEEDED("numproc", NUMPROC, ITEMS),
	NEEDED("physpages", PHYSPAGES, PAGES),
	NEEDED("vmguarpages", VMGUARPAGES, PAGES),
	NEEDED("oomguarpages", OOMGUARPAGES, PAGES),
	NEEDED("numtcpsock", NUMTCPSOCK, ITEMS),
	NEEDED("numflock", NUMFLOCK, ITEMS),
	NEEDED("numpty", NUMPTY, ITEMS),
	NEEDED("numsiginfo", NUMSIGINFO, ITEMS),
	NEEDED("tcpsndbuf", TCPSNDBUF, BYTES),
	NEEDED("tcprcvbuf", TCPRCVBUF, BYTES),
	NEEDED("othersockbuf", OTHERSOCKBUF, BYTES),
	NEEDED("dgramrcvbuf", DGRAMRCVBUF, BYTES),
	NEEDED("numothersock", NUMOTHERSOCK, ITEMS),
	NEEDED("dcachesize", DCACHESIZE, BYTES),
	NEEDED("numfile", NUMFILE, ITEMS),
	NEEDED("numiptent", NUMIPTENT, ITEMS),
	RES(SWAPPAGES, PAGES, .name = "swappages"),
	EXTRA("numinotify", NUMINOTIFY),
	EXTRA("numkeys", NUMKEYS),
	EXTRA("nummounts", NUMMOUNTS),
	EXTRA("numns", NUMNS),
	EXTRA("numcgroup", NUMCGROUP),
	EXTRA("numneigh", NUMNEIGH),
};

VZ_EXPORT const struct vz_ub_resource *
vz_ub_next(const struct vz_ub_resource *prev)
{
	unsigned int i = prev ? prev->number + 1 : 0;

	while (i < VZ_UB_RESOURCES && !resources[i].name)
		i++;
	return i < VZ_UB_RESOURCES ? &resources[i] : NULL;
}

VZ_EXPORT const struct vz_ub_resource *vz_ub_by_number(unsigned int number)
{
	return number < VZ_UB_RESOURCES && resources[number].name ?
	       &resources[number] : NULL;
}

VZ_EXPORT const struct vz_ub_resource *vz_ub_by_variable(const char *variable)
{
	const struct vz_ub_resource *r = NULL;

	while ((r = vz_ub_next(r)))
		if (!strcmp(r->variable, variable))
			return r;
	return NULL;
}

/* 0 or a negative errno; -ENOSYS: there is no vzcore, or no vzubc. */
static int call(struct vz_ctx *ctx, unsigned long request, void *arg)
{
	struct vz_error err;
	int fd = vz_ctl_fd(ctx, &err);

	if (fd < 0)
		return err.code == VZ_E_BAD_KERNEL ? -ENOSYS : fd;
	if (!ioctl(fd, request, arg))
		return 0;
	return errno == ENOTTY ? -ENOSYS : -errno;
}

static int fail(uint32_t ctid, int ret, struct vz_error *err)
{
	if (ret == -ENOSYS)
		return vz_fail(err, VZ_E_BAD_KERNEL, ENOSYS,
			       "The kernel module vzubc is not loaded: run \"modprobe vzubc\"");
	if (ret == -ENOENT)
		return vz_fail(err, VZ_E_NOT_RUNNING, ENOENT,
			       "Container %u is not running", ctid);
	return vz_fail_errno(err, VZ_E_SYSTEM, -ret,
			     "Unable to read the beancounters of CT %u", ctid);
}

bool vz_ub_is_there(struct vz_ctx *ctx)
{
	struct vzub_get get = { .size = sizeof(get) };

	return call(ctx, VZUB_IOC_GET, &get) != -ENOSYS;
}

int vz_ub_ioc_set(struct vz_ctx *ctx, uint32_t ctid,
		  const struct vz_ub_limit limits[VZ_UB_RESOURCES])
{
	struct vzub_limit array[VZ_UB_RESOURCES];
	struct vzub_set set = {
		.size = sizeof(set), .ctid = ctid, .limits = (uintptr_t)array,
	};
	unsigned int i;

	for (i = 0; i < VZ_UB_RESOURCES; i++)
		if (limits[i].set)
			array[set.count++] = (struct vzub_limit){
				.resource = i,
				.barrier = limits[i].barrier,
				.limit = limits[i].limit,
			};
	return set.count ? call(ctx, VZUB_IOC_SET, &set) : 0;
}

VZ_EXPORT int vz_ctx_ub_values(struct vz_ctx *ctx, uint32_t ctid,
			       struct vz_ub_value values[VZ_UB_RESOURCES],
			       struct vz_error *err)
{
	struct vzub_value array[VZ_UB_RESOURCES] = { 0 };
	struct vzub_get get = {
		.size = sizeof(get), .ctid = ctid, .count = VZ_UB_RESOURCES,
		.values = (uintptr_t)array,
	};
	unsigned int i;
	int ret = call(ctx, VZUB_IOC_GET, &get);

	if (ret)
		return fail(ctid, ret, err);
	memset(values, 0, VZ_UB_RESOURCES * sizeof(*values));
	for (i = 0; i < get.count && i < VZ_UB_RESOURCES; i++) {
		const struct vzub_value *v = &array[i];

		if (v->resource < VZ_UB_RESOURCES)
			values[v->resource] = (struct vz_ub_value){
				.known = !(v->flags & VZUB_VALUE_UNKNOWN),
				.held = v->held, .maxheld = v->maxheld,
				.barrier = v->barrier, .limit = v->limit,
				.failcnt = v->failcnt,
			};
	}
	return 0;
}

static void from_kernel(struct vz_ub_refusal *to,
			const struct vzub_record *from)
{
	*to = (struct vz_ub_refusal){
		.time_ns = from->time, .held = from->held,
		.wanted = from->wanted, .bound = from->bound,
		.resource = from->resource, .pid = from->pid,
	};
	memcpy(to->comm, from->comm, sizeof(to->comm) - 1);
}

VZ_EXPORT ssize_t vz_ctx_ub_refusals(struct vz_ctx *ctx, uint32_t ctid,
				     struct vz_ub_refusal **list,
				     uint64_t *total, struct vz_error *err)
{
	struct vzub_record records[VZUB_RECORDS];
	struct vzub_why why = {
		.size = sizeof(why), .ctid = ctid, .count = VZUB_RECORDS,
		.records = (uintptr_t)records,
	};
	uint32_t i;
	int ret = call(ctx, VZUB_IOC_WHY, &why);

	if (ret)
		return fail(ctid, ret, err);
	*list = calloc(why.count ? why.count : 1, sizeof(**list));
	if (!*list)
		return vz_fail_oom(err);
	for (i = 0; i < why.count; i++)
		from_kernel(&(*list)[i], &records[i]);
	*total = why.total;
	return why.count;
}
