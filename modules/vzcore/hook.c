// SPDX-License-Identifier: GPL-2.0
/*
 * The hook engine.  Each hook is an ftrace_ops of its own, without the flags
 * that cost (recursion protection, full registers), with IPMODIFY to change
 * where the call goes and PERMANENT so that kernel.ftrace_enabled=0 is refused
 * instead of silently taking the hooks away.
 */
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <vz/hook.h>
#include "vzcore.h"

static DEFINE_MUTEX(vz_hook_lock);
static LIST_HEAD(vz_hooks);

/**
 * vz_hook_return - where a refused call goes on: straight back to the caller
 */
noinline notrace void vz_hook_return(void)
{
}
EXPORT_SYMBOL_GPL(vz_hook_return);

static void __vz_hook_fail(struct vz_hook *hook, const char *problem)
{
	lockdep_assert_held(&vz_hook_lock);
	hook->state = VZ_HOOK_FAILED;
	hook->problem = problem;
	pr_warn("vzcore: hook %s: %s; without it: %s\n", hook->name, problem,
		hook->feature);
}

/**
 * vz_hook_fail - give a hook up
 * @hook: hook, not armed
 * @problem: why, in words
 */
void vz_hook_fail(struct vz_hook *hook, const char *problem)
{
	guard(mutex)(&vz_hook_lock);
	__vz_hook_fail(hook, problem);
}
EXPORT_SYMBOL_GPL(vz_hook_fail);

static int vz_hook_find(struct vz_hook *hook)
{
	hook->addr = vz_symbol(hook->name);
	if (!hook->addr) {
		__vz_hook_fail(hook, "no such function in this kernel");
		return -ENOENT;
	}
	hook->text = vz_module_text(hook->owner, &hook->text_size);
	if (ftrace_set_filter_ip(&hook->ops, (unsigned long)hook->addr, 0, 0)) {
		__vz_hook_fail(hook, "the function cannot be traced");
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * vz_hook_add - make a hook known
 * @hook: hook
 *
 * Return: 0, or a negative error when it cannot be used; it is known then,
 * too, with the reason, and has to be removed.
 */
int vz_hook_add(struct vz_hook *hook)
{
	guard(mutex)(&vz_hook_lock);
	list_add_tail(&hook->list, &vz_hooks);
	return vz_hook_find(hook);
}
EXPORT_SYMBOL_GPL(vz_hook_add);

/**
 * vz_hook_arm - put a hook in place
 * @hook: hook; nothing happens when it is armed or failed
 */
void vz_hook_arm(struct vz_hook *hook)
{
	int err;

	guard(mutex)(&vz_hook_lock);
	if (hook->state != VZ_HOOK_IDLE)
		return;
	err = register_ftrace_function(&hook->ops);
	if (!err)
		hook->state = VZ_HOOK_ARMED;
	else
		__vz_hook_fail(hook, err == -EBUSY ?
			       "somebody else has hooked it" :
			       "ftrace refuses it");
}
EXPORT_SYMBOL_GPL(vz_hook_arm);

/**
 * vz_hook_disarm - take a hook out
 * @hook: hook; nothing happens when it is not armed
 *
 * Takes some tenths of a second.
 */
void vz_hook_disarm(struct vz_hook *hook)
{
	guard(mutex)(&vz_hook_lock);
	if (hook->state != VZ_HOOK_ARMED)
		return;
	unregister_ftrace_function(&hook->ops);
	hook->state = VZ_HOOK_IDLE;
}
EXPORT_SYMBOL_GPL(vz_hook_disarm);

/**
 * vz_hook_remove - forget a hook
 * @hook: hook
 *
 * Afterwards nobody runs in its callback or in a wrapper.
 */
void vz_hook_remove(struct vz_hook *hook)
{
	vz_hook_disarm(hook);
	scoped_guard(mutex, &vz_hook_lock)
		list_del(&hook->list);
	ftrace_free_filter(&hook->ops);
	/* those between vz_hook_leave() and the end of a wrapper */
	synchronize_rcu_tasks();
}
EXPORT_SYMBOL_GPL(vz_hook_remove);

/**
 * vz_hook_show - list the hooks: name, state, what is missing
 * @m: output
 */
void vz_hook_show(struct seq_file *m)
{
	static const char * const states[] = { "idle", "armed", "failed" };
	struct vz_hook *hook;

	guard(mutex)(&vz_hook_lock);
	list_for_each_entry(hook, &vz_hooks, list) {
		seq_printf(m, "%-24s %s", hook->name, states[hook->state]);
		if (hook->state == VZ_HOOK_FAILED)
			seq_printf(m, ": %s; without it: %s", hook->problem,
				   hook->feature);
		seq_putc(m, '\n');
	}
}
