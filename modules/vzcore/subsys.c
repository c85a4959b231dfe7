// SPDX-License-Identifier: GPL-2.0
/*
 * Subsystems: registration, and calling them in order.
 *
 * Outside of this file every registered subsystem has seen ct_create for each
 * container there is, and ct_start for each that runs.
 */
#include <linux/bitops.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <vz/subsys.h>
#include "vzcore.h"

/* Changed under vz_ct_lock, read under RCU, too */
static LIST_HEAD(vz_subsystems);
static unsigned long vz_slots_used;

static int vz_subsys_create(struct vz_subsys *ss, struct vz_ct *ct)
{
	return ss->ct_create ? ss->ct_create(ct) : 0;
}

static int vz_subsys_start(struct vz_subsys *ss, struct vz_ct *ct)
{
	return ss->ct_start ? ss->ct_start(ct) : 0;
}

static void vz_subsys_stop(struct vz_subsys *ss, struct vz_ct *ct)
{
	if (ss->ct_stop)
		ss->ct_stop(ct);
}

static void vz_subsys_release(struct vz_subsys *ss, struct vz_ct *ct)
{
	if (ss->ct_release)
		ss->ct_release(ct);
}

/**
 * vz_subsys_ct_create - let all subsystems create a container
 * @ct: container
 *
 * Return: 0, or the error of the one that failed; those before it have
 * released it again.
 */
int vz_subsys_ct_create(struct vz_ct *ct)
{
	struct vz_subsys *ss;
	int err;

	lockdep_assert_held(&vz_ct_lock);
	list_for_each_entry(ss, &vz_subsystems, list) {
		err = vz_subsys_create(ss, ct);
		if (err)
			goto err_release;
	}
	return 0;

err_release:
	list_for_each_entry_continue_reverse(ss, &vz_subsystems, list)
		vz_subsys_release(ss, ct);
	return err;
}

/**
 * vz_subsys_ct_start - let all subsystems start a container
 * @ct: container
 *
 * Return: 0, or the error of the one that failed; those before it have
 * stopped it again.
 */
int vz_subsys_ct_start(struct vz_ct *ct)
{
	struct vz_subsys *ss;
	int err;

	lockdep_assert_held(&vz_ct_lock);
	list_for_each_entry(ss, &vz_subsystems, list) {
		err = vz_subsys_start(ss, ct);
		if (err)
			goto err_stop;
	}
	return 0;

err_stop:
	list_for_each_entry_continue_reverse(ss, &vz_subsystems, list)
		vz_subsys_stop(ss, ct);
	return err;
}

/**
 * vz_subsys_ct_stop - let all subsystems stop a container
 * @ct: container, started before
 */
void vz_subsys_ct_stop(struct vz_ct *ct)
{
	struct vz_subsys *ss;

	lockdep_assert_held(&vz_ct_lock);
	list_for_each_entry_reverse(ss, &vz_subsystems, list)
		vz_subsys_stop(ss, ct);
}

/**
 * vz_subsys_ct_release - let all subsystems release a container
 * @ct: container, created before and not started or stopped
 */
void vz_subsys_ct_release(struct vz_ct *ct)
{
	struct vz_subsys *ss;

	lockdep_assert_held(&vz_ct_lock);
	list_for_each_entry_reverse(ss, &vz_subsystems, list)
		vz_subsys_release(ss, ct);
}

/**
 * vz_subsys_veinfo - what the subsystems have for a line of /proc/vz/veinfo
 * @m: where to
 * @ct: container
 *
 * Context: RCU read side.
 */
void vz_subsys_veinfo(struct seq_file *m, struct vz_ct *ct)
{
	struct vz_subsys *ss;

	list_for_each_entry_rcu(ss, &vz_subsystems, list)
		if (ss->veinfo)
			ss->veinfo(m, ct);
}

static bool vz_subsys_has_ioctl(const struct vz_subsys *ss, unsigned int nr)
{
	return nr - ss->ioctl_first < ss->ioctl_count;
}

/* Finds the subsystem of a command and pins its module. */
static struct vz_subsys *vz_subsys_get(unsigned int nr)
{
	struct vz_subsys *ss;

	guard(rcu)();
	list_for_each_entry_rcu(ss, &vz_subsystems, list)
		if (vz_subsys_has_ioctl(ss, nr))
			return try_module_get(ss->owner) ? ss : NULL;
	return NULL;
}

/**
 * vz_subsys_ioctl - a command of /dev/vzctl that vzcore does not know
 * @nr: command number
 * @arg: argument
 *
 * Return: what ioctl(2) returns.
 */
long vz_subsys_ioctl(unsigned int nr, void __user *arg)
{
	struct vz_subsys *ss = vz_subsys_get(nr);
	struct module *owner;
	long ret;

	if (!ss)
		return -ENOTTY;
	owner = ss->owner;
	ret = ss->ioctl(nr, arg);
	module_put(owner);
	return ret;
}

static int vz_subsys_adopt_one(struct vz_subsys *ss, struct vz_ct *ct)
{
	int err;

	err = vz_subsys_create(ss, ct);
	if (err || ct->state != VZ_CT_RUNNING)
		return err;
	err = vz_subsys_start(ss, ct);
	if (err)
		vz_subsys_release(ss, ct);
	return err;
}

static void vz_subsys_abandon_one(struct vz_subsys *ss, struct vz_ct *ct)
{
	if (ct->state == VZ_CT_RUNNING)
		vz_subsys_stop(ss, ct);
	vz_subsys_release(ss, ct);
}

/* Releases the containers with ids below @end. */
static void vz_subsys_abandon(struct vz_subsys *ss, unsigned long end)
{
	struct vz_ct *ct;
	unsigned long id;

	xa_for_each(&vz_ct_xa, id, ct) {
		if (id >= end)
			break;
		vz_subsys_abandon_one(ss, ct);
	}
}

static int vz_subsys_adopt(struct vz_subsys *ss)
{
	struct vz_ct *ct;
	unsigned long id;
	int err;

	xa_for_each(&vz_ct_xa, id, ct) {
		err = vz_subsys_adopt_one(ss, ct);
		if (err) {
			vz_subsys_abandon(ss, id);
			return err;
		}
	}
	return 0;
}

static int vz_subsys_check(const struct vz_subsys *ss)
{
	const struct vz_subsys *other;
	unsigned int nr, end = ss->ioctl_first + ss->ioctl_count;

	if (!ss->ioctl_count)
		return 0;
	if (!ss->ioctl || ss->ioctl_first < VZ_IOCTL_FIRST ||
	    end > BIT(_IOC_NRBITS))
		return -EINVAL;
	list_for_each_entry(other, &vz_subsystems, list)
		for (nr = ss->ioctl_first; nr < end; nr++)
			if (vz_subsys_has_ioctl(other, nr))
				return -EEXIST;
	return 0;
}

/**
 * vz_subsys_register - add a subsystem
 * @ss: subsystem
 *
 * Its operations are called for the containers that exist.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL or -EEXIST for bad command numbers; -ENOSPC when there
 * are VZ_SLOTS already; or what its operations returned.
 */
int vz_subsys_register(struct vz_subsys *ss)
{
	int err;

	guard(mutex)(&vz_ct_lock);
	err = vz_subsys_check(ss);
	if (err)
		return err;
	ss->slot = find_first_zero_bit(&vz_slots_used, VZ_SLOTS);
	if (ss->slot >= VZ_SLOTS)
		return -ENOSPC;
	err = vz_subsys_adopt(ss);
	if (err)
		return err;
	__set_bit(ss->slot, &vz_slots_used);
	list_add_tail_rcu(&ss->list, &vz_subsystems);
	return 0;
}
EXPORT_SYMBOL_GPL(vz_subsys_register);

/**
 * vz_subsys_unregister - remove a subsystem
 * @ss: subsystem
 *
 * Containers that run are stopped and released for it; they go on without.
 *
 * Context: may sleep.
 */
void vz_subsys_unregister(struct vz_subsys *ss)
{
	scoped_guard(mutex, &vz_ct_lock) {
		list_del_rcu(&ss->list);
		vz_subsys_abandon(ss, ULONG_MAX);
		__clear_bit(ss->slot, &vz_slots_used);
	}
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(vz_subsys_unregister);
