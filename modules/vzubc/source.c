// SPDX-License-Identifier: GPL-2.0
/*
 * The resources: names, and where their values come from.  What the kernel
 * counts anyway is read from there, the rest is in the beancounter.
 */
#include <linux/nospec.h>
#include "charge.h"
#include "vzubc.h"

static u64 vzub_host_nothing(void)
{
	return 0;
}

static const struct vzub_source vzub_sources[VZUB_RESOURCES] = {
	[VZUB_KMEMSIZE]		= {
		.name = "kmemsize",
		.fill = vzub_fill_kmemsize,
		.host = vzub_host_kmemsize,
		.apply = vzub_apply_kmemsize,
	},
	[VZUB_LOCKEDPAGES]	= {
		.name = "lockedpages",
		.family = &vzub_locked_family,
		.fill = vzub_locked_fill,
	},
	[VZUB_PRIVVMPAGES]	= {
		.name = "privvmpages",
		.family = &vzub_vm_family,
		.fill = vzub_vm_fill,
	},
	[VZUB_SHMPAGES]		= {
		.name = "shmpages",
		.family = &vzub_vm_family,
		.fill = vzub_vm_fill,
	},
	[VZUB_NUMPROC]		= {
		.name = "numproc",
		.fill = vzub_fill_numproc,
		.host = vzub_host_numproc,
		.apply = vzub_apply_numproc,
	},
	[VZUB_PHYSPAGES]	= {
		.name = "physpages",
		.fill = vzub_fill_physpages,
		.host = vzub_host_physpages,
		.apply = vzub_apply_memory,
	},
	[VZUB_VMGUARPAGES]	= {
		.name = "vmguarpages",
		.host = vzub_host_nothing,
		.apply = vzub_apply_guarantee,
	},
	[VZUB_OOMGUARPAGES]	= {
		.name = "oomguarpages",
		.fill = vzub_fill_oomguarpages,
		.host = vzub_host_oomguarpages,
		.apply = vzub_apply_guarantee,
	},
	[VZUB_NUMTCPSOCK]	= {
		.name = "numtcpsock",
		.host = vzub_sock_host_tcp,
		.family = &vzub_sock_family,
	},
	[VZUB_NUMFLOCK]		= {
		.name = "numflock",
		.family = &vzub_lock_family,
	},
	[VZUB_NUMPTY]		= {
		.name = "numpty",
		.family = &vzub_pty_family,
	},
	[VZUB_NUMSIGINFO]	= {
		.name = "numsiginfo",
		.fill = vzub_siginfo_fill,
	},
	[VZUB_TCPSNDBUF]	= {
		.name = "tcpsndbuf",
		.fill = vzub_sockbuf_fill,
		.family = &vzub_sockmem_family,
	},
	[VZUB_TCPRCVBUF]	= {
		.name = "tcprcvbuf",
		.fill = vzub_sockbuf_fill,
		.family = &vzub_sockmem_family,
	},
	[VZUB_OTHERSOCKBUF]	= {
		.name = "othersockbuf",
		.fill = vzub_sockbuf_fill,
		.family = &vzub_socksend_family,
	},
	[VZUB_DGRAMRCVBUF]	= {
		.name = "dgramrcvbuf",
		.fill = vzub_sockbuf_fill,
		.family = &vzub_sockmem_family,
	},
	[VZUB_NUMOTHERSOCK]	= {
		.name = "numothersock",
		.host = vzub_sock_host_other,
		.family = &vzub_sock_family,
	},
	[VZUB_DCACHESIZE]	= {
		.name = "dcachesize",
		.fill = vzub_fill_dcachesize,
		.host = vzub_host_dcachesize,
		.apply = vzub_apply_dcachesize,
	},
	[VZUB_NUMFILE]		= {
		.name = "numfile",
		.family = &vzub_file_family,
	},
	[VZUB_NUMIPTENT]	= {
		.name = "numiptent",
		.family = &vzub_iptent_family,
	},
	[VZUB_SWAPPAGES]	= {
		.name = "swappages",
		.fill = vzub_fill_swappages,
		.host = vzub_host_swappages,
		.apply = vzub_apply_memory,
	},
	[VZUB_NUMINOTIFY]	= {
		.name = "numinotify",
		.family = &vzub_ucount_family,
		.fill = vzub_ucount_fill,
	},
	[VZUB_NUMKEYS]	= {
		.name = "numkeys",
		.family = &vzub_key_family,
	},
	[VZUB_NUMMOUNTS]	= {
		.name = "nummounts",
		.family = &vzub_mount_family,
	},
	[VZUB_NUMNS]		= {
		.name = "numns",
		.family = &vzub_ucount_family,
		.fill = vzub_ucount_fill,
	},
	[VZUB_NUMCGROUP]	= {
		.name = "numcgroup",
		.family = &vzub_cgroup_family,
		.fill = vzub_cgroup_fill,
	},
	[VZUB_NUMNEIGH]	= {
		.name = "numneigh",
		.family = &vzub_neigh_family,
	},
};

/**
 * vzub_name - name of a resource
 * @resource: number
 *
 * Return: name, NULL: there is no such resource.
 */
const char *vzub_name(enum vzub_resource resource)
{
	if (resource >= VZUB_RESOURCES)
		return NULL;
	return vzub_sources[array_index_nospec(resource, VZUB_RESOURCES)].name;
}

/* Does anything count it on this kernel? */
static bool vzub_is_known(const struct vzub_source *source)
{
	if (source->family)
		return vzub_family_works(source->family);
	return source->fill;
}

/**
 * vzub_value - the values of a resource
 * @ub: beancounter
 * @resource: resource
 * @v: stored there
 *
 * Context: RCU read side.
 */
void vzub_value(struct vzub *ub, enum vzub_resource resource,
		struct vzub_value *v)
{
	const struct vzub_source *source = &vzub_sources[resource];
	struct vzub_counter *c = &ub->counter[resource];

	*v = (struct vzub_value){
		.resource = resource,
		.held = max_t(s64, atomic64_read(&c->held), 0),
		.barrier = READ_ONCE(c->barrier),
		.limit = READ_ONCE(c->limit),
		.failcnt = atomic64_read(&c->failcnt),
	};
	if (!vzub_is_known(source))
		v->flags = VZUB_VALUE_UNKNOWN;
	if (source->fill) {
		source->fill(ub, v);
		vzub_peak(c, v->held);
	}
	v->maxheld = max_t(u64, v->maxheld, atomic64_read(&c->maxheld));
}

/**
 * vzub_host_value - the values of a resource of the host
 * @resource: resource
 * @v: stored there
 */
void vzub_host_value(enum vzub_resource resource, struct vzub_value *v)
{
	const struct vzub_source *source = &vzub_sources[resource];

	*v = (struct vzub_value){
		.resource = resource,
		.barrier = VZUB_MAX,
		.limit = VZUB_MAX,
	};
	if (source->host)
		v->held = source->host();
	else
		v->flags = VZUB_VALUE_UNKNOWN;
	v->maxheld = v->held;
}

/**
 * vzub_apply - put barrier and limit of a resource into effect
 * @ub: beancounter
 * @resource: resource
 * @c: the values
 *
 * Return: 0 or a negative error.
 */
int vzub_apply(struct vzub *ub, enum vzub_resource resource,
	       const struct vzub_counter *c)
{
	const struct vzub_source *source = &vzub_sources[resource];

	return source->apply ? source->apply(ub, c) : 0;
}
