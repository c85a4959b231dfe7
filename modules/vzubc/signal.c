// SPDX-License-Identifier: GPL-2.0
/*
 * numsiginfo: queued signals.
 *
 * The kernel counts them for each user, and in every user namespace above for
 * the one who made it.  A container's user namespace is made by an id that
 * makes no other one, so that sum is the container's.
 */
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/static_call.h>
#include "charge.h"
#include "vzubc.h"

static u64 vzub_siginfo_held(const struct vzub *ub)
{
	return get_rlimit_value(ub->user_ns->ucounts,
				UCOUNT_RLIMIT_SIGPENDING);
}

static long vzub_no_rlimit(struct ucounts *ucounts, enum rlimit_type type,
			   bool override_rlimit)
{
	return 0;
}

DEFINE_STATIC_CALL(vzub_inc_rlimit, vzub_no_rlimit);

static long vzub_siginfo_take(struct ucounts *ucounts, enum rlimit_type type,
			      bool override_rlimit)
{
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_user_ns(ucounts->ns);
	if (!ub)
		return static_call(vzub_inc_rlimit)(ucounts, type,
						    override_rlimit);
	guard(spinlock_irqsave)(&ub->siginfo_lock);
	if (!vzub_allows(ub, VZUB_NUMSIGINFO, vzub_siginfo_held(ub), 1))
		return 0;
	return static_call(vzub_inc_rlimit)(ucounts, type, override_rlimit);
}

static long vzub_do_rlimit(struct ucounts *ucounts, enum rlimit_type type,
			   bool override_rlimit)
{
	long held = vzub_siginfo_take(ucounts, type, override_rlimit);

	vz_hook_leave();
	return held;
}

/* Near the barrier one processor looks and adds after the other. */
static __always_inline void vzub_on_rlimit(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	struct ucounts *ucounts = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub_counter *c;
	struct vzub *ub;
	u64 held;

	if (regs_get_kernel_argument(regs, 1) != UCOUNT_RLIMIT_SIGPENDING)
		return;
	guard(rcu)();
	ub = vzub_of_user_ns(ucounts->ns);
	if (!ub)
		return;
	c = &ub->counter[VZUB_NUMSIGINFO];
	held = vzub_siginfo_held(ub);
	if (held + nr_cpu_ids < READ_ONCE(c->barrier))
		vzub_peak(c, held + 1);
	else
		vz_hook_redirect(hook, regs, vzub_do_rlimit);
}

VZ_HOOK(vzub_rlimit, inc_rlimit_get_ucounts, "numsiginfo is not limited",
	vzub_on_rlimit);

static struct vz_hook * const vzub_signal_hooks[] = { &vzub_rlimit };

static int vzub_signal_init(void)
{
	if (vzub_rlimit.original)
		static_call_update(vzub_inc_rlimit, vzub_rlimit.original);
	return 0;
}

const struct vzub_family vzub_signal_family = {
	.hooks	= vzub_signal_hooks,
	.count	= ARRAY_SIZE(vzub_signal_hooks),
	.init	= vzub_signal_init,
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
	spin_lock_init(&ub->siginfo_lock);
	set_userns_rlimit_max(ub->user_ns, UCOUNT_RLIMIT_SIGPENDING, LONG_MAX);
}
