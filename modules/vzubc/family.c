// SPDX-License-Identifier: GPL-2.0
/*
 * Families of counters, each with the hooks it needs.
 */
#include "charge.h"
#include "vzubc.h"

static const struct vzub_family * const vzub_families[] = {
	&vzub_cgroup_family, &vzub_file_family, &vzub_iptent_family,
	&vzub_conn_family, &vzub_ext_family, &vzub_elem_family,
	&vzub_key_family, &vzub_lock_family, &vzub_locked_family,
	&vzub_mount_family, &vzub_neigh_family, &vzub_pty_family,
	&vzub_shm_family, &vzub_signal_family, &vzub_task_family,
	&vzub_ucount_family, &vzub_vm_family, &vzub_meminfo_family,
	&vzub_swaps_family, &vzub_sysinfo_family, &vzub_vmstat_family,
	&vzub_oom_family, &vzub_kmem_family, &vzub_dcache_family,
	&vzub_mount_list_family, &vzub_key_list_family, &vzub_sock_family,
	/* these need what it keeps */
	&vzub_sockmem_family, &vzub_socksend_family,
	&vzub_sock_limit_family, &vzub_socksend_limit_family,
};

static const unsigned int vzub_families_count = ARRAY_SIZE(vzub_families);

DEFINE_PER_CPU(long, vzub_inside);

/* Armed hooks count from the first container on; under vzub_lock */
static bool vzub_armed;

static void vzub_family_fail(struct vz_hook *hook, const char *problem)
{
	vz_hook_disarm(hook);
	if (vz_hook_works(hook))
		vz_hook_fail(hook, problem);
}

/* Half of a family would count what it never gives back. */
static void vzub_family_check(const struct vzub_family *family)
{
	bool works = true;
	unsigned int i;

	for (i = 0; i < family->count; i++)
		works &= vz_hook_works(family->hooks[i]);
	for (i = 0; !works && i < family->count; i++)
		vzub_family_fail(family->hooks[i], "it needs another hook");
}

/* Somebody may have hooked a function since it was tried. */
static void vzub_family_arm_one(const struct vzub_family *family)
{
	unsigned int i;

	for (i = 0; i < family->count; i++)
		vz_hook_arm(family->hooks[i]);
	vzub_family_check(family);
}

static void vzub_family_disarm_one(const struct vzub_family *family)
{
	unsigned int i;

	for (i = 0; i < family->count; i++)
		vz_hook_disarm(family->hooks[i]);
	if (family->on_demand)
		WRITE_ONCE(family->on_demand->armed, false);
}

/**
 * vzub_family_arm - a beancounter is going to be there
 */
void vzub_family_arm(void)
{
	unsigned int i;

	lockdep_assert_held(&vzub_lock);
	if (vzub_armed)
		return;
	vzub_armed = true;
	for (i = 0; i < vzub_families_count; i++)
		if (!vzub_families[i]->on_demand)
			vzub_family_arm_one(vzub_families[i]);
}

/**
 * vzub_family_disarm - no beancounter is there
 *
 * One hook at a time, since each takes some tenths of a second, and a container
 * that starts meanwhile should not wait for all of them.
 *
 * Return: true if there may be more.
 */
bool vzub_family_disarm(void)
{
	struct vz_hook *hook;
	unsigned int i, k;

	lockdep_assert_held(&vzub_lock);
	vzub_armed = false;
	for (i = 0; i < vzub_families_count; i++) {
		for (k = 0; k < vzub_families[i]->count; k++) {
			hook = vzub_families[i]->hooks[k];
			if (!READ_ONCE(hook->wanted))
				continue;
			if (vzub_families[i]->on_demand)
				WRITE_ONCE(vzub_families[i]->on_demand->armed,
					   false);
			vz_hook_disarm(hook);
			return true;
		}
	}
	return false;
}

/**
 * vzub_family_is_busy - is anything left that does not hold the user namespace?
 * @ub: beancounter, dead
 *
 * Return: true if it is.
 */
bool vzub_family_is_busy(struct vzub *ub)
{
	unsigned int i;

	for (i = 0; i < vzub_families_count; i++)
		if (vzub_families[i]->busy && vzub_families[i]->busy(ub))
			return true;
	return false;
}

/**
 * vzub_family_seed - count what a running container has
 * @ub: its beancounter, new
 */
void vzub_family_seed(struct vzub *ub)
{
	unsigned int i;

	lockdep_assert_held(&vzub_lock);
	for (i = 0; i < vzub_families_count; i++)
		if (vzub_families[i]->seed)
			vzub_families[i]->seed(ub);
}

/**
 * vzub_family_seed_task - count what a task of a running container sees
 * @ub: its beancounter
 * @task: task, held by the caller; it may have ended
 */
void vzub_family_seed_task(struct vzub *ub, struct task_struct *task)
{
	unsigned int i;

	lockdep_assert_held(&vzub_lock);
	for (i = 0; i < vzub_families_count; i++)
		if (vzub_families[i]->seed_task)
			vzub_families[i]->seed_task(ub, task);
}

/**
 * vzub_family_seed_file - count a file that a running container has
 * @ub: its beancounter
 * @file: file, which may be another one's
 */
void vzub_family_seed_file(struct vzub *ub, struct file *file)
{
	unsigned int i;

	lockdep_assert_held(&vzub_lock);
	for (i = 0; i < vzub_families_count; i++)
		if (vzub_families[i]->seed_file)
			vzub_families[i]->seed_file(ub, file);
}

/**
 * struct vzub_touch - a test that a kernel thread makes
 * @work: the work item
 * @touch: the test
 */
struct vzub_touch {
	struct work_struct	work;
	void			(*touch)(void);
};

static void vzub_touch_work(struct work_struct *work)
{
	container_of(work, struct vzub_touch, work)->touch();
}

/* Do the hooks fire? */
static void vzub_family_try(const struct vzub_family *family)
{
	struct vzub_touch t = { .touch = family->touch };
	struct vz_hook *hook;
	unsigned int i;

	/* what is closed by a kernel thread is gone when it is flushed */
	INIT_WORK_ONSTACK(&t.work, vzub_touch_work);
	queue_work(system_unbound_wq, &t.work);
	flush_work(&t.work);
	destroy_work_on_stack(&t.work);
	for (i = 0; i < family->count; i++) {
		hook = family->hooks[i];
		if (!READ_ONCE(hook->fired))
			vzub_family_fail(hook, "it does not fire");
	}
}

/* Puts the hooks in place for the first time. */
static void vzub_family_test(const struct vzub_family *family)
{
	vzub_family_arm_one(family);
	if (family->touch)
		vzub_family_try(family);
	vzub_family_check(family);
}

static bool vzub_family_is_needed(const struct vzub_family *family)
{
	unsigned long resources = family->resources;
	const struct vzub *ub;
	unsigned int i;

	list_for_each_entry(ub, &vzub_list, list)
		for_each_set_bit(i, &resources, VZUB_RESOURCES)
			if (!ub->dead && vzub_has_limit(&ub->counter[i]))
				return true;
	return false;
}

static void vzub_family_demand(const struct vzub_family *family)
{
	struct vzub_demand *demand = family->on_demand;

	if (demand->tried)
		vzub_family_arm_one(family);
	else
		vzub_family_test(family);
	demand->tried = true;
	if (vzub_family_works(family))
		WRITE_ONCE(demand->armed, true);
}

/**
 * vzub_family_meet - put hooks in place that limits have made necessary
 */
void vzub_family_meet(void)
{
	unsigned int i;

	lockdep_assert_held(&vzub_lock);
	for (i = 0; i < vzub_families_count; i++)
		if (vzub_families[i]->on_demand &&
		    !vzub_families[i]->on_demand->armed &&
		    vzub_family_is_needed(vzub_families[i]))
			vzub_family_demand(vzub_families[i]);
}

/**
 * vzub_family_rest - take hooks out that no limit needs any more
 */
void vzub_family_rest(void)
{
	unsigned int i;

	lockdep_assert_held(&vzub_lock);
	for (i = 0; i < vzub_families_count; i++)
		if (vzub_families[i]->on_demand &&
		    vzub_families[i]->on_demand->armed &&
		    !vzub_family_is_needed(vzub_families[i]))
			vzub_family_disarm_one(vzub_families[i]);
}

/* Comes after the hook engine's, and before the module runs. */
static int vzub_family_module(struct notifier_block *nb, unsigned long action,
			      void *data)
{
	unsigned int i;

	for (i = 0; action == MODULE_STATE_COMING && i < vzub_families_count;
	     i++)
		if (vzub_families[i]->found)
			vzub_families[i]->found();
	return NOTIFY_DONE;
}

static struct notifier_block vzub_family_nb = {
	.notifier_call	= vzub_family_module,
	.priority	= -1,
};

static void vzub_family_remove(unsigned int count)
{
	const struct vzub_family *family;
	unsigned int i;

	while (count--) {
		family = vzub_families[count];
		for (i = 0; i < family->count; i++)
			vz_hook_remove(family->hooks[i]);
		if (family->exit)
			family->exit();
	}
	vz_hook_drain();
}

static int vzub_family_add(const struct vzub_family *family)
{
	unsigned int i;
	int err;

	for (i = 0; i < family->count; i++)
		vz_hook_add(family->hooks[i]);
	err = family->init ? family->init() : 0;
	if (err)
		return err;
	if (family->found)
		family->found();
	if (!family->on_demand)
		vzub_family_test(family);
	return 0;
}

/**
 * vzub_family_init - prepare all hooks
 *
 * One that does not work is told in the log and in /proc/vz/hooks.  The others
 * stay in place, for the containers that may come at once.
 *
 * Return: 0 or a negative error.
 */
int vzub_family_init(void)
{
	unsigned int i;
	int err;

	/* a module may come at any time */
	err = register_module_notifier(&vzub_family_nb);
	if (err)
		return err;
	for (i = 0; i < vzub_families_count; i++) {
		err = vzub_family_add(vzub_families[i]);
		if (!err)
			continue;
		vzub_family_remove(i + 1);
		unregister_module_notifier(&vzub_family_nb);
		return err;
	}
	scoped_guard(mutex, &vzub_lock)
		vzub_armed = true;
	return 0;
}

/**
 * vzub_family_exit - remove them
 */
void vzub_family_exit(void)
{
	vzub_family_remove(vzub_families_count);
	unregister_module_notifier(&vzub_family_nb);
}
