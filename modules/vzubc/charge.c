// SPDX-License-Identifier: GPL-2.0
/*
 * Charging, in the words of the kernel's pids and misc controllers: a charge is
 * tried, and taken back when it went too far.  So held may be above a bound for
 * a moment by what others are just being refused.
 *
 * Barriers and limits mean what they meant on OpenVZ, see enum vzub_severity:
 * what does not matter much is refused above the barrier, what matters above
 * the limit.
 */
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include "charge.h"
#include "vzubc.h"

/**
 * __vzub_peak - it is more than ever
 * @c: counter
 * @held: held now
 *
 * Context: any.
 */
void __vzub_peak(struct vzub_counter *c, s64 held)
{
	s64 max = atomic64_read(&c->maxheld);

	while (held > max && !atomic64_try_cmpxchg(&c->maxheld, &max, held))
		;
}

/**
 * vzub_refused - count and record that something is refused
 * @ub: beancounter
 * @resource: of what there was not enough
 * @held: what was held
 * @wanted: what was asked for
 * @bound: what was in the way
 *
 * Context: any but NMI.
 */
void vzub_refused(struct vzub *ub, enum vzub_resource resource, u64 held,
		  u64 wanted, u64 bound)
{
	struct vzub_record r = {
		.time = ktime_get_real_fast_ns(),
		.held = held,
		.wanted = wanted,
		.bound = bound,
		.resource = resource,
	};

	atomic64_inc(&ub->counter[resource].failcnt);
	if (in_task()) {
		r.pid = task_tgid_nr(current);
		strscpy(r.comm, current->comm, sizeof(r.comm));
	}
	vzub_log_add(ub, &r);
}

/**
 * vzub_allows - may there be more of what the kernel counts?
 * @ub: beancounter
 * @resource: of what
 * @held: the kernel's number
 * @amount: how much more
 *
 * Context: any but NMI.
 * Return: false: it is refused, and that was counted.
 */
bool vzub_allows(struct vzub *ub, enum vzub_resource resource, u64 held,
		 u64 amount)
{
	struct vzub_counter *c = &ub->counter[resource];
	u64 barrier = READ_ONCE(c->barrier);

	if (amount > barrier || held > barrier - amount) {
		vzub_refused(ub, resource, held, amount, barrier);
		return false;
	}
	vzub_peak(c, held + amount);
	return true;
}

/**
 * vzub_charge_undo - take back a charge that went too far, and record that
 * @ub: beancounter
 * @resource: of what
 * @amount: what was charged
 * @bound: what was in the way
 *
 * Context: any but NMI.
 */
void vzub_charge_undo(struct vzub *ub, enum vzub_resource resource, u64 amount,
		      u64 bound)
{
	s64 held = atomic64_sub_return(amount, &ub->counter[resource].held);

	vzub_refused(ub, resource, held, amount, bound);
}

/**
 * __vzub_uncharge - give back, while others do so or more than there is
 * @ub: beancounter
 * @resource: of what
 * @amount: how much
 *
 * Context: any but NMI.
 */
void __vzub_uncharge(struct vzub *ub, enum vzub_resource resource, u64 amount)
{
	struct vzub_counter *c = &ub->counter[resource];
	s64 held = atomic64_read(&c->held), rest;

	do {
		rest = max_t(s64, held - (s64)amount, 0);
	} while (!atomic64_try_cmpxchg(&c->held, &held, rest));
	WARN_ONCE(held < (s64)amount && !READ_ONCE(ub->inexact),
		  "vzubc: %s of container %u would be below zero\n",
		  vzub_name(resource), ub->id);
}
