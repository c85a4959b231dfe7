// SPDX-License-Identifier: GPL-2.0
/*
 * The hook engine.  Each hook is an ftrace_ops of its own, without the flags
 * that cost (recursion protection, full registers), with IPMODIFY to change
 * where the call goes and PERMANENT so that kernel.ftrace_enabled=0 is refused
 * instead of silently taking the hooks away.
 *
 * The functions of a module come before its init function runs, and go after
 * its exit function did; in between they are hooked, so nobody calls them
 * unseen.
 */
#include <linux/delay.h>
#include <linux/percpu.h>
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
	if (!hook->addr && hook->state == VZ_HOOK_IDLE && hook->module) {
		hook->state = VZ_HOOK_WAITING;
		return 0;
	}
	if (!hook->addr) {
		__vz_hook_fail(hook, "no such function in this kernel");
		return -ENOENT;
	}
	hook->original = vz_ftrace_body(hook->addr);
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
 * Return: 0, also when its function has not come yet; or a negative error when
 * it cannot be used; it is known then, too, with the reason, and has to be
 * removed.
 */
int vz_hook_add(struct vz_hook *hook)
{
	guard(mutex)(&vz_hook_lock);
	list_add_tail(&hook->list, &vz_hooks);
	return vz_hook_find(hook);
}
EXPORT_SYMBOL_GPL(vz_hook_add);

static void __vz_hook_arm(struct vz_hook *hook)
{
	int err;

	lockdep_assert_held(&vz_hook_lock);
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

/**
 * vz_hook_arm - put a hook in place
 * @hook: hook; nothing happens when it is armed or failed; one that waits for
 *	its function is armed when that comes
 */
void vz_hook_arm(struct vz_hook *hook)
{
	guard(mutex)(&vz_hook_lock);
	hook->wanted = true;
	__vz_hook_arm(hook);
}
EXPORT_SYMBOL_GPL(vz_hook_arm);

static void __vz_hook_disarm(struct vz_hook *hook)
{
	lockdep_assert_held(&vz_hook_lock);
	if (hook->state != VZ_HOOK_ARMED)
		return;
	unregister_ftrace_function(&hook->ops);
	hook->state = VZ_HOOK_IDLE;
}

/**
 * vz_hook_disarm - take a hook out
 * @hook: hook; nothing happens when it is not armed
 *
 * Takes some tenths of a second.
 */
void vz_hook_disarm(struct vz_hook *hook)
{
	guard(mutex)(&vz_hook_lock);
	hook->wanted = false;
	__vz_hook_disarm(hook);
}
EXPORT_SYMBOL_GPL(vz_hook_disarm);

/**
 * vz_hook_works - does or will a hook do what it is for?
 * @hook: hook
 *
 * Return: false if it cannot be used on this kernel.
 */
bool vz_hook_works(struct vz_hook *hook)
{
	guard(mutex)(&vz_hook_lock);
	return hook->state != VZ_HOOK_FAILED;
}
EXPORT_SYMBOL_GPL(vz_hook_works);

/* A module that has come without the function makes the hook fail. */
static void vz_hook_come(struct vz_hook *hook)
{
	if (hook->state != VZ_HOOK_WAITING || vz_hook_find(hook))
		return;
	hook->state = VZ_HOOK_IDLE;
	if (hook->wanted)
		__vz_hook_arm(hook);
}

static void vz_hook_go(struct vz_hook *hook)
{
	__vz_hook_disarm(hook);
	if (hook->state != VZ_HOOK_IDLE)
		return;
	/* an address that is gone must not stay behind in the filter */
	ftrace_set_filter_ip(&hook->ops, (unsigned long)hook->addr, 1, 0);
	hook->original = NULL;
	hook->state = VZ_HOOK_WAITING;
}

static int vz_hook_module(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	const struct module *mod = data;
	struct vz_hook *hook;

	guard(mutex)(&vz_hook_lock);
	list_for_each_entry(hook, &vz_hooks, list) {
		if (!hook->module || strcmp(hook->module, mod->name))
			continue;
		if (action == MODULE_STATE_COMING)
			vz_hook_come(hook);
		else if (action == MODULE_STATE_GOING)
			vz_hook_go(hook);
	}
	return NOTIFY_DONE;
}

static struct notifier_block vz_hook_module_nb = {
	.notifier_call = vz_hook_module,
};

/**
 * vz_hook_init - follow the modules of the kernel
 *
 * Return: 0 or a negative error.
 */
int vz_hook_init(void)
{
	return register_module_notifier(&vz_hook_module_nb);
}

/**
 * vz_hook_exit - stop following them
 */
void vz_hook_exit(void)
{
	unregister_module_notifier(&vz_hook_module_nb);
}

/**
 * vz_hook_remove - forget a hook
 * @hook: hook
 *
 * Afterwards nobody runs in its callback, and before the owner's text goes
 * vz_hook_drain() is needed for those who are in a wrapper still.
 */
void vz_hook_remove(struct vz_hook *hook)
{
	vz_hook_disarm(hook);
	scoped_guard(mutex, &vz_hook_lock)
		list_del(&hook->list);
	ftrace_free_filter(&hook->ops);
}
EXPORT_SYMBOL_GPL(vz_hook_remove);

/* Nobody goes in any more: what is seen is never too little. */
static bool vz_hook_is_inside(long __percpu *inside)
{
	long n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(*per_cpu_ptr(inside, cpu));
	return n != 0;
}

/**
 * vz_hook_wait - wait until nobody is in a wrapper of vz_hook_redirect_brief()
 * @inside: who is; the hooks have been disarmed
 */
void vz_hook_wait(long __percpu *inside)
{
	while (vz_hook_is_inside(inside))
		msleep(20);
}
EXPORT_SYMBOL_GPL(vz_hook_wait);

/**
 * vz_hook_drain - wait until nobody is in a wrapper
 *
 * Those are meant that are between vz_hook_leave() and the end of a wrapper of
 * a hook that has been removed.  Takes some tenths of a second, so it is called
 * once for all hooks of a module.
 */
void vz_hook_drain(void)
{
	synchronize_rcu_tasks();
}
EXPORT_SYMBOL_GPL(vz_hook_drain);

/**
 * vz_hook_show - list the hooks: name, state, what is missing
 * @m: output
 */
void vz_hook_show(struct seq_file *m)
{
	static const char * const states[] = {
		"idle", "armed", "waiting", "failed",
	};
	struct vz_hook *hook;

	guard(mutex)(&vz_hook_lock);
	list_for_each_entry(hook, &vz_hooks, list) {
		seq_printf(m, "%-24s %s", hook->name, states[hook->state]);
		if (hook->state == VZ_HOOK_FAILED)
			seq_printf(m, ": %s; without it: %s", hook->problem,
				   hook->feature);
		else if (hook->state == VZ_HOOK_WAITING)
			seq_printf(m, " for the module %s", hook->module);
		seq_putc(m, '\n');
	}
}
