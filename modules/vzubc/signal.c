// SPDX-License-Identifier: GPL-2.0
/*
 * numsiginfo: queued signals.
 *
 * The kernel counts them for each user, and in every user namespace above for
 * the one who made it.  A container's user namespace is made by an id that
 * makes no other one, so that sum is the container's.
 */
#include <linux/sched/signal.h>
#include "charge.h"
#include "vzubc.h"

static u64 vzub_siginfo_held(const struct vzub *ub)
{
	return get_rlimit_value(ub->user_ns->ucounts,
				UCOUNT_RLIMIT_SIGPENDING);
}

static __always_inline void vzub_on_rlimit(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	struct ucounts *ucounts = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub_counter *c;
	struct vzub *ub;
	u64 held, barrier;

	if (regs_get_kernel_argument(regs, 1) != UCOUNT_RLIMIT_SIGPENDING)
		return;
	guard(rcu)();
	ub = vzub_of_user_ns(ucounts->ns);
	if (!ub)
		return;
	c = &ub->counter[VZUB_NUMSIGINFO];
	barrier = READ_ONCE(c->barrier);
	held = vzub_siginfo_held(ub);
	if (held < barrier) {
		vzub_peak(c, held + 1);
		return;
	}
	vzub_refused(ub, VZUB_NUMSIGINFO, held, 1, barrier);
	vz_hook_refuse(regs, 0);
}

VZ_HOOK(vzub_rlimit, inc_rlimit_get_ucounts, "numsiginfo is not limited",
	vzub_on_rlimit);

static struct vz_hook * const vzub_signal_hooks[] = { &vzub_rlimit };

const struct vzub_family vzub_signal_family = {
	.hooks	= vzub_signal_hooks,
	.count	= ARRAY_SIZE(vzub_signal_hooks),
};

/**
 * vzub_siginfo_fill - how many signals are queued
 * @ub: beancounter
 * @v: stored there
 */
void vzub_siginfo_fill(struct vzub *ub, struct vzub_value *v)
{
	v->held = vzub_siginfo_held(ub);
}

/**
 * vzub_siginfo_init - the namespace must not have a limit of its own
 * @ub: beancounter; its namespace got the limit of who made it
 */
void vzub_siginfo_init(struct vzub *ub)
{
	set_userns_rlimit_max(ub->user_ns, UCOUNT_RLIMIT_SIGPENDING, LONG_MAX);
}
