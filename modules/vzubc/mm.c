// SPDX-License-Identifier: GPL-2.0
/*
 * What a container's processes have in memory, as the kernel counts it for each
 * of them: all are looked at.  So nothing can get lost, nobody has to be told
 * when memory is given back, and what is older than the module is seen as well.
 */
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "vzubc.h"

/* The address space of a process; its first thread may have ended. */
static struct task_struct *vzub_mm_thread(struct task_struct *leader)
{
	struct task_struct *t;

	if (likely(READ_ONCE(leader->mm)))
		return leader;
	for_each_thread(leader, t)
		if (READ_ONCE(t->mm))
			return t;
	return NULL;
}

/* Processes that share one: it is counted for the one that owns it. */
static bool vzub_mm_is_of(struct mm_struct *mm, struct task_struct *t)
{
	struct task_struct *owner = rcu_dereference(mm->owner);

	return !owner || same_thread_group(owner, t);
}

static void vzub_mm_add(struct task_struct *leader, struct vzub_mm_sum *sum)
{
	struct task_struct *t = vzub_mm_thread(leader);

	if (!t)
		return;
	task_lock(t);
	if (t->mm && vzub_mm_is_of(t->mm, t)) {
		sum->private += t->mm->data_vm + t->mm->stack_vm;
		sum->locked += t->mm->locked_vm;
	}
	task_unlock(t);
}

/**
 * vzub_mm_sum - add up what all processes of a container have
 * @ub: beancounter
 * @sum: stored there
 *
 * Takes as long as the container has processes.
 */
void vzub_mm_sum(struct vzub *ub, struct vzub_mm_sum *sum)
{
	struct pid_namespace *ns;
	struct task_struct *leader;
	struct pid *pid;
	int nr = 1;

	*sum = (struct vzub_mm_sum){ };
	guard(rcu)();
	ns = rcu_dereference(ub->pid_ns);
	if (!ns)
		return;
	while ((pid = find_ge_pid(nr, ns))) {
		leader = pid_task(pid, PIDTYPE_TGID);
		if (leader)
			vzub_mm_add(leader, sum);
		nr = pid_nr_ns(pid, ns) + 1;
	}
}
