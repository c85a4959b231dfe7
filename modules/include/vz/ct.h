/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Containers as the kernel side knows them: what vzcore offers to the other
 * modules.
 */
#ifndef _VZ_CT_H
#define _VZ_CT_H

#include <linux/cgroup.h>
#include <linux/jump_label.h>
#include <linux/pid_namespace.h>
#include <linux/refcount.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/vzcore.h>

/** VZ_SLOTS - most subsystems that can be registered at once */
#define VZ_SLOTS	8

struct vz_terminals;

/**
 * struct vz_ct - a container
 * @id: container id, never 0
 * @max_terminals: number of terminals
 * @generation: number of this object, never used twice
 * @cgroup: limit cgroup (level 2 of the unified hierarchy), pinned
 * @user_ns: user namespace of the container, pinned
 * @state: enum vz_ct_state; set with release semantics after the fields that
 *	belong to the state, so read it first, with acquire semantics
 * @init_pid: pid of init, pinned, valid from VZ_CT_RUNNING on
 * @pid_ns: pid namespace of init, pinned, valid from VZ_CT_RUNNING on
 * @start_boottime: CLOCK_BOOTTIME of the start, from VZ_CT_RUNNING on
 * @start_realtime: CLOCK_REALTIME of the start, from VZ_CT_RUNNING on
 * @exit_reason: enum vz_exit_reason, valid in VZ_CT_STOPPED
 * @exit_code: wait(2) status of init, valid in VZ_CT_STOPPED
 * @terminals: consoles, or NULL; written under vz_ct_lock, read under RCU
 * @slot: private data of the subsystems, RCU
 * @refs: references; the registry holds one
 * @by_cgroup: link in the hash keyed by @cgroup
 * @by_user_ns: link in the hash keyed by @user_ns
 * @init_wait: entry in the wait queue of @init_pid
 * @init_status: raw exit status found when init died
 * @init_reboot: pid_ns->reboot found when init died
 * @init_work: moves the container to VZ_CT_STOPPED
 * @rcu: delays the freeing
 *
 * Readers find the object under RCU and may use every field that is valid in
 * the state they saw until they leave the read-side section; to keep it
 * longer they take a reference with vz_ct_get().  What the object pins stays
 * until the last reference and a grace period are over.
 */
struct vz_ct {
	u32				id;
	u32				max_terminals;
	u64				generation;
	struct cgroup			*cgroup;
	struct user_namespace		*user_ns;
	u32				state;
	struct pid			*init_pid;
	struct pid_namespace		*pid_ns;
	u64				start_boottime;
	u64				start_realtime;
	u32				exit_reason;
	int				exit_code;
	struct vz_terminals __rcu	*terminals;
	void __rcu			*slot[VZ_SLOTS];
	refcount_t			refs;
	struct hlist_node		by_cgroup;
	struct hlist_node		by_user_ns;
	struct wait_queue_entry		init_wait;
	int				init_status;
	int				init_reboot;
	struct work_struct		init_work;
	struct rcu_head			rcu;
};

DECLARE_STATIC_KEY_FALSE(vz_ct_any);

struct vz_ct *vz_ct_of_cgroup(const struct cgroup *cgrp);
struct vz_ct *__vz_ct_of_user_ns(const struct user_namespace *ns);
struct vz_ct *vz_ct_of_id(u32 id);
void vz_ct_put(struct vz_ct *ct);

/**
 * vz_ct_of_task - find the container a task belongs to
 * @task: the task; its css_set must be stable, as with current or under RCU
 *
 * Context: RCU read side; any context.
 * Return: the container, NULL for a task of the host.
 */
static inline struct vz_ct *vz_ct_of_task(struct task_struct *task)
{
	struct cgroup *cgrp;

	if (!static_branch_unlikely(&vz_ct_any))
		return NULL;
	cgrp = task_dfl_cgroup(task);
	return cgrp->level < 2 ? NULL : vz_ct_of_cgroup(cgrp->ancestors[2]);
}

/**
 * vz_ct_of_user_ns - find the container a user namespace belongs to
 * @ns: the namespace: the container's own one or one made below it
 *
 * Context: RCU read side; any context.
 * Return: the container, NULL for a namespace of the host.
 */
static inline struct vz_ct *vz_ct_of_user_ns(const struct user_namespace *ns)
{
	if (!static_branch_unlikely(&vz_ct_any) || !ns->parent)
		return NULL;
	return __vz_ct_of_user_ns(ns);
}

/**
 * vz_ct_get - take a reference on a container found under RCU
 * @ct: container or NULL
 *
 * Return: @ct, or NULL when the last reference is gone already.
 */
static inline struct vz_ct *vz_ct_get(struct vz_ct *ct)
{
	return ct && refcount_inc_not_zero(&ct->refs) ? ct : NULL;
}

/**
 * vz_ct_state - state of a container
 * @ct: container
 *
 * Return: enum vz_ct_state; what belongs to it may be read afterwards.
 */
static inline u32 vz_ct_state(const struct vz_ct *ct)
{
	/* pairs with the releases where the state is set */
	return smp_load_acquire(&ct->state);
}

#endif /* _VZ_CT_H */
