/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Charging: inline as far as nothing is refused, for hooks that are met often.
 */
#ifndef _VZUBC_CHARGE_H
#define _VZUBC_CHARGE_H

#include "vzubc.h"

/* charge.c */
void vzub_charge_undo(struct vzub *ub, enum vzub_resource resource, u64 amount,
		      u64 bound);
void __vzub_uncharge(struct vzub *ub, enum vzub_resource resource, u64 amount);
void __vzub_peak(struct vzub_counter *c, s64 held);
void vzub_refused(struct vzub *ub, enum vzub_resource resource, u64 held,
		  u64 wanted, u64 bound);
bool vzub_allows(struct vzub *ub, enum vzub_resource resource, u64 held,
		 u64 amount);

/**
 * vzub_bound - what a charge may go up to
 * @c: counter
 * @severity: how much it matters
 *
 * Return: barrier, limit or VZUB_MAX.
 */
static inline u64 vzub_bound(const struct vzub_counter *c,
			     enum vzub_severity severity)
{
	switch (severity) {
	case VZUB_HARD:
		return READ_ONCE(c->barrier);
	case VZUB_SOFT:
		return READ_ONCE(c->limit);
	default:
		return VZUB_MAX;
	}
}

/**
 * vzub_is_limit - is a number a limit?
 * @n: pages or items
 *
 * Tools that are older than 64 bits write INT_MAX for "unlimited".
 *
 * Return: false if it means that there is none.
 */
static inline bool vzub_is_limit(u64 n)
{
	return n < INT_MAX;
}

/**
 * vzub_has_limit - does a counter have any?
 * @c: counter
 *
 * Return: true if something may be refused.
 */
static inline bool vzub_has_limit(const struct vzub_counter *c)
{
	return READ_ONCE(c->barrier) != VZUB_MAX ||
	       READ_ONCE(c->limit) != VZUB_MAX;
}

/**
 * vzub_peak - remember the most that was held
 * @c: counter
 * @held: held now
 *
 * Context: any.
 */
static __always_inline void vzub_peak(struct vzub_counter *c, s64 held)
{
	if (unlikely(held > atomic64_read(&c->maxheld)))
		__vzub_peak(c, held);
}

/**
 * vzub_charge - charge a beancounter, or refuse to
 * @ub: beancounter
 * @resource: of what
 * @amount: how much more
 * @severity: how much it matters
 *
 * Context: any but NMI.
 * Return: false when it was refused; nothing is charged then.
 */
static __always_inline bool vzub_charge(struct vzub *ub,
					enum vzub_resource resource, u64 amount,
					enum vzub_severity severity)
{
	struct vzub_counter *c = &ub->counter[resource];
	u64 bound = vzub_bound(c, severity);
	s64 held = atomic64_add_return(amount, &c->held);

	if (unlikely(held > (s64)bound)) {
		vzub_charge_undo(ub, resource, amount, bound);
		return false;
	}
	vzub_peak(c, held);
	return true;
}

/**
 * vzub_uncharge - give back
 * @ub: beancounter
 * @resource: of what
 * @amount: how much
 *
 * Objects that are older than the beancounter were not charged; what they give
 * back does not make it less than nothing.
 *
 * Context: any but NMI.
 */
static __always_inline void vzub_uncharge(struct vzub *ub,
					  enum vzub_resource resource,
					  u64 amount)
{
	atomic64_t *counter = &ub->counter[resource].held;
	s64 held = atomic64_read(counter), rest = held - (s64)amount;

	if (unlikely(rest < 0 || !atomic64_try_cmpxchg(counter, &held, rest)))
		__vzub_uncharge(ub, resource, amount);
}

#endif /* _VZUBC_CHARGE_H */
