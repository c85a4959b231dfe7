/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libvz - user beancounters: what a container uses of the kernel, and may use;
 * included by <vz/libvz.h>
 */
#ifndef _VZ_UBC_H
#define _VZ_UBC_H

/** VZ_UB_RESOURCES - one more than the highest number of a resource */
#define VZ_UB_RESOURCES		31
/** VZ_UB_UNLIMITED - a barrier or limit that is none */
#define VZ_UB_UNLIMITED		((uint64_t)INT64_MAX)

/** enum vz_ub_unit - what a resource is counted in */
enum vz_ub_unit {
	VZ_UB_BYTES,
	VZ_UB_PAGES,	/**< of 4096 bytes */
	VZ_UB_ITEMS,
};

/**
 * struct vz_ub_resource - a resource
 * @name: as in /proc/bc, for example "numfile"
 * @variable: of the config file
 * @number: enum vzub_resource of linux/vzubc.h
 * @unit: enum vz_ub_unit
 * @required: a config that is not one of vswap has to set it
 * @extra: OpenVZ had no such resource
 */
struct vz_ub_resource {
	const char	*name;
	const char	*variable;
	unsigned int	number;
	int		unit;
	bool		required;
	bool		extra;
};

/** vz_ub_next - walks over the resources, by number; start with NULL */
const struct vz_ub_resource *vz_ub_next(const struct vz_ub_resource *prev);
/** vz_ub_by_number, vz_ub_by_variable - NULL: there is none */
const struct vz_ub_resource *vz_ub_by_number(unsigned int number);
const struct vz_ub_resource *vz_ub_by_variable(const char *variable);

/**
 * struct vz_ub_value - what the kernel knows of a resource
 * @known: it can tell what is held; else only barrier and limit count
 * @held: held now
 * @maxheld: the most that was held
 * @barrier: VZ_UB_UNLIMITED: none
 * @limit: VZ_UB_UNLIMITED: none
 * @failcnt: how often something was refused
 */
struct vz_ub_value {
	bool		known;
	uint64_t	held;
	uint64_t	maxheld;
	uint64_t	barrier;
	uint64_t	limit;
	uint64_t	failcnt;
};

/**
 * vz_ctx_ub_values - the values of a running container, or of the host (0)
 * @values: out: by number of the resource
 *
 * Errors: VZ_E_NOT_RUNNING, VZ_E_BAD_KERNEL (vzubc is not loaded).
 */
int vz_ctx_ub_values(struct vz_ctx *ctx, uint32_t ctid,
		     struct vz_ub_value values[VZ_UB_RESOURCES],
		     struct vz_error *err);

/**
 * struct vz_ub_refusal - something was refused
 * @time_ns: CLOCK_REALTIME, nanoseconds
 * @held: held then
 * @wanted: how much more was asked for
 * @bound: the barrier or limit that was in the way
 * @resource: its number
 * @pid: host pid of the process, 0: unknown
 * @comm: its name, chosen inside
 */
struct vz_ub_refusal {
	uint64_t	time_ns;
	uint64_t	held;
	uint64_t	wanted;
	uint64_t	bound;
	unsigned int	resource;
	pid_t		pid;
	char		comm[16];
};

/**
 * vz_ctx_ub_refusals - what was refused to a running container last
 * @list: out: array, the oldest first; freed by the caller
 * @total: out: how many there have been since it was started
 *
 * Returns the number of elements or a negative errno.
 * Errors: VZ_E_NOT_RUNNING, VZ_E_BAD_KERNEL.
 */
ssize_t vz_ctx_ub_refusals(struct vz_ctx *ctx, uint32_t ctid,
			   struct vz_ub_refusal **list, uint64_t *total,
			   struct vz_error *err);

/**
 * struct vz_ub_limit - what a config says of a resource
 * @set: it says something
 */
struct vz_ub_limit {
	bool		set;
	uint64_t	barrier;
	uint64_t	limit;
};

/** vz_config_ub - all barriers and limits that a config sets, by number of the
 * resource; nothing is implied */
void vz_config_ub(const struct vz_config *cfg,
		  struct vz_ub_limit limits[VZ_UB_RESOURCES]);
/** vz_ub_is_vswap - is memory set as an amount of RAM, so that all that is not
 * set follows from it? */
bool vz_ub_is_vswap(const struct vz_ub_limit limits[VZ_UB_RESOURCES]);
/** vz_ub_missing - the first resource that has to be set and is not, or NULL */
const struct vz_ub_resource *
vz_ub_missing(const struct vz_ub_limit limits[VZ_UB_RESOURCES]);

/**
 * vz_ct_ub_reset - gives a running container the barriers and limits of its
 * config again
 *
 * Errors: VZ_E_NOT_RUNNING, VZ_E_SETUBC.
 */
int vz_ct_ub_reset(struct vz_ct *ct, struct vz_error *err);

#endif /* _VZ_UBC_H */
