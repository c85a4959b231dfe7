// SPDX-License-Identifier: GPL-2.0-only
/* User beancounters: what the variables of a config mean. */
#include <sys/sysinfo.h>

#include "param.h"
#include "ubc.h"

/* What a container gets when its config sets no limit: it is never without. */
#define DEFAULT_TASKS		8192
#define DEFAULT_MEMORY_SHARE	90	/* percent of the host's memory */

/* What vzctl has always raised NUMIPTENT to at least */
#define MIN_IPTENT		16

typedef const char *(*getter)(const void *src, const char *name);

static void read_all(getter get, const void *src, struct vz_ub_limit *limits)
{
	const struct vz_ub_resource *r = NULL;
	const char *value;

	memset(limits, 0, VZ_UB_RESOURCES * sizeof(*limits));
	while ((r = vz_ub_next(r))) {
		struct vz_ub_limit *l = &limits[r->number];

		value = get(src, r->variable);
		l->set = value &&
			 !vz_value_limits(value, &l->barrier, &l->limit);
	}
}

static const char *from_config(const void *src, const char *name)
{
	return vz_config_get(src, name);
}

VZ_EXPORT void vz_config_ub(const struct vz_config *cfg,
			    struct vz_ub_limit limits[VZ_UB_RESOURCES])
{
	read_all(from_config, cfg, limits);
}

/* Some configs write the greatest int for "unlimited". */
static bool is_finite(const struct vz_ub_limit *l)
{
	return l->set && l->limit < INT_MAX;
}

VZ_EXPORT bool
vz_ub_is_vswap(const struct vz_ub_limit limits[VZ_UB_RESOURCES])
{
	return is_finite(&limits[VZUB_PHYSPAGES]);
}

VZ_EXPORT const struct vz_ub_resource *
vz_ub_missing(const struct vz_ub_limit limits[VZ_UB_RESOURCES])
{
	const struct vz_ub_resource *r = NULL;

	if (vz_ub_is_vswap(limits))
		return NULL;
	while ((r = vz_ub_next(r)))
		if (r->required && !limits[r->number].set)
			return r;
	return NULL;
}

static void set_if_unset(struct vz_ub_limit *l, uint64_t barrier,
			 uint64_t limit)
{
	if (!l->set)
		*l = (struct vz_ub_limit){ true, barrier, limit };
}

static uint64_t times(uint64_t pages, const char *factor)
{
	long double n = factor ? (long double)pages * strtold(factor, NULL) : 0;

	if (n <= 0 || n >= (long double)VZ_UB_UNLIMITED)
		return VZ_UB_UNLIMITED;
	return n < 1 ? 1 : (uint64_t)n;
}

/* Memory is a number of pages of RAM, and of swap space. */
static void imply_vswap(struct vz_ub_limit *limits, const char *overcommit)
{
	bool swap = is_finite(&limits[VZUB_SWAPPAGES]);
	uint64_t ram = limits[VZUB_PHYSPAGES].limit;
	uint64_t both = ram + (swap ? limits[VZUB_SWAPPAGES].limit : 0);
	uint64_t priv = swap ? times(both, overcommit) : VZ_UB_UNLIMITED;

	set_if_unset(&limits[VZUB_LOCKEDPAGES], ram, ram);
	set_if_unset(&limits[VZUB_OOMGUARPAGES], ram, VZ_UB_UNLIMITED);
	set_if_unset(&limits[VZUB_VMGUARPAGES], both, VZ_UB_UNLIMITED);
	set_if_unset(&limits[VZUB_PRIVVMPAGES], priv, priv);
}

/* The limit of private memory stands in for one of all memory. */
static uint64_t memory_limit(const struct vz_ub_limit *limits, uint64_t memory)
{
	static const unsigned int order[] = { VZUB_PHYSPAGES,
					      VZUB_PRIVVMPAGES };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (is_finite(&limits[order[i]]) && limits[order[i]].limit)
			return limits[order[i]].limit;
	return memory;
}

static void bound_tasks(struct vz_ub_limit *l)
{
	if (l->set && l->barrier && l->barrier < INT_MAX)
		return;
	l->barrier = DEFAULT_TASKS;
	if (!l->set || l->limit < DEFAULT_TASKS)
		l->limit = DEFAULT_TASKS;
	l->set = true;
}

static void raise_iptent(struct vz_ub_limit *l)
{
	if (l->barrier < MIN_IPTENT)
		l->barrier = MIN_IPTENT;
	if (l->limit < l->barrier)
		l->limit = l->barrier;
}

void vz_ub_imply(struct vz_ub_limit limits[VZ_UB_RESOURCES],
		 const char *overcommit, uint64_t memory)
{
	uint64_t pages = memory_limit(limits, memory);
	const struct vz_ub_resource *r = NULL;

	if (vz_ub_is_vswap(limits))
		imply_vswap(limits, overcommit);
	limits[VZUB_PHYSPAGES].limit = pages;
	limits[VZUB_PHYSPAGES].set = true;
	bound_tasks(&limits[VZUB_NUMPROC]);
	set_if_unset(&limits[VZUB_VMGUARPAGES], 0, VZ_UB_UNLIMITED);
	while ((r = vz_ub_next(r)))
		set_if_unset(&limits[r->number], VZ_UB_UNLIMITED,
			     VZ_UB_UNLIMITED);
	raise_iptent(&limits[VZUB_NUMIPTENT]);
	if (!is_finite(&limits[VZUB_SWAPPAGES]))
		limits[VZUB_SWAPPAGES].limit = VZ_UB_UNLIMITED;
}

uint64_t vz_ub_default_memory(void)
{
	struct sysinfo si = {};

	sysinfo(&si);
	return (uint64_t)si.totalram * si.mem_unit / VZ_PAGE_SIZE / 100 *
	       DEFAULT_MEMORY_SHARE;
}

static const char *from_ct(const void *src, const char *name)
{
	return vz_ct_get(src, name);
}

void vz_ub_configured(const struct vz_ct *ct,
		      struct vz_ub_limit limits[VZ_UB_RESOURCES])
{
	read_all(from_ct, ct, limits);
}

void vz_ub_limits(const struct vz_ct *ct,
		  struct vz_ub_limit limits[VZ_UB_RESOURCES])
{
	vz_ub_configured(ct, limits);
	vz_ub_imply(limits, vz_ct_get(ct, "VM_OVERCOMMIT"), vz_ub_default_memory());
}
