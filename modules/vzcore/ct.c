// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of containers.
 *
 * A container is found by its id (xarray), by its cgroup and by its user
 * namespace (hashes), always under RCU and without a lock.  All changes are
 * made under vz_ct_lock, which may be held across slow work: only root of the
 * host can make anybody take it.
 */
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/hashtable.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <vz/cgroup.h>
#include "event.h"
#include "vzcore.h"

#define VZ_HASH_BITS	10

/* Depth of a container's cgroup: /vz/ID */
#define VZ_CGROUP_LEVEL	2

/* Patience with tasks that are dead but not yet out of the cgroup */
#define VZ_LEAVE_MS	500

/* What only containers need stays that long after the last one */
#define VZ_IDLE_DELAY	(2 * HZ)

/* Serializes all changes of containers, of their states and of subsystems */
DEFINE_MUTEX(vz_ct_lock);
DEFINE_XARRAY(vz_ct_xa);
struct workqueue_struct *vz_wq;

/* On while there is a container, and for VZ_IDLE_DELAY after the last one */
DEFINE_STATIC_KEY_FALSE(vz_ct_any);
EXPORT_SYMBOL_GPL(vz_ct_any);

static DEFINE_HASHTABLE(vz_by_cgroup, VZ_HASH_BITS);
static DEFINE_HASHTABLE(vz_by_user_ns, VZ_HASH_BITS);
static u64 vz_generation;
static unsigned int vz_ct_count;
static bool vz_ct_awake;

/**
 * vz_ct_of_cgroup - find a container by its cgroup
 * @cgrp: a cgroup of level 2
 *
 * Context: RCU read side; any context.
 * Return: the container, or NULL.
 */
struct vz_ct *vz_ct_of_cgroup(const struct cgroup *cgrp)
{
	struct vz_ct *ct;

	hash_for_each_possible_rcu(vz_by_cgroup, ct, by_cgroup,
				   (unsigned long)cgrp)
		if (ct->cgroup == cgrp)
			return ct;
	return NULL;
}
EXPORT_SYMBOL_GPL(vz_ct_of_cgroup);

static struct vz_ct *vz_ct_of_own_user_ns(const struct user_namespace *ns)
{
	struct vz_ct *ct;

	hash_for_each_possible_rcu(vz_by_user_ns, ct, by_user_ns,
				   (unsigned long)ns)
		if (ct->user_ns == ns)
			return ct;
	return NULL;
}

/**
 * __vz_ct_of_user_ns - the slow part of vz_ct_of_user_ns()
 * @ns: user namespace
 *
 * The kernel allows 32 levels, so the walk is bounded.
 *
 * Context: RCU read side; any context.
 * Return: the container, or NULL.
 */
struct vz_ct *__vz_ct_of_user_ns(const struct user_namespace *ns)
{
	struct vz_ct *ct;

	for (; ns->parent; ns = ns->parent) {
		ct = vz_ct_of_own_user_ns(ns);
		if (ct)
			return ct;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(__vz_ct_of_user_ns);

/**
 * vz_ct_of_id - find a container by its id
 * @id: container id
 *
 * Context: RCU read side; any context.
 * Return: the container, or NULL.
 */
struct vz_ct *vz_ct_of_id(u32 id)
{
	return xa_load(&vz_ct_xa, id);
}
EXPORT_SYMBOL_GPL(vz_ct_of_id);

static void vz_ct_free(struct rcu_head *rcu)
{
	struct vz_ct *ct = container_of(rcu, struct vz_ct, rcu);

	if (ct->pid_ns)
		put_pid_ns(ct->pid_ns);
	put_pid(ct->init_pid);
	put_user_ns(ct->user_ns);
	cgroup_put(ct->cgroup);
	kfree(ct);
}

/**
 * vz_ct_put - drop a reference
 * @ct: container
 *
 * Context: any.
 */
void vz_ct_put(struct vz_ct *ct)
{
	if (refcount_dec_and_test(&ct->refs))
		call_rcu(&ct->rcu, vz_ct_free);
}
EXPORT_SYMBOL_GPL(vz_ct_put);

static struct user_namespace *vz_user_ns_get(int fd)
{
	struct fd f = fdget(fd);
	struct user_namespace *ns = ERR_PTR(-EINVAL);
	struct ns_common *common;
	struct inode *inode;

	if (!fd_file(f))
		return ERR_PTR(-EBADF);
	inode = file_inode(fd_file(f));
	if (inode->i_sb->s_magic == NSFS_MAGIC) {
		common = get_proc_ns(inode);
		if (vz_ns_type(common) == CLONE_NEWUSER)
			ns = container_of(common, struct user_namespace, ns);
	}
	if (ns == &init_user_ns)
		ns = ERR_PTR(-EINVAL);
	if (!IS_ERR(ns))
		get_user_ns(ns);
	fdput(f);
	return ns;
}

static bool vz_fd_is_open(int fd)
{
	struct fd f = fdget(fd);
	bool open = fd_file(f);

	fdput(f);
	return open;
}

/* Is it a child of /vz in the unified hierarchy? */
static bool vz_cgroup_fits(struct cgroup *cgrp)
{
	struct cgroup *top = cgroup_get_from_path("/" VZ_CGROUP_NAME);
	bool fits;

	if (IS_ERR(top))
		return false;
	fits = cgrp->root == &cgrp_dfl_root &&
	       cgrp->level == VZ_CGROUP_LEVEL && cgroup_parent(cgrp) == top;
	cgroup_put(top);
	return fits;
}

static struct cgroup *vz_cgroup_get(int fd)
{
	struct cgroup *cgrp;

	if (!vz_fd_is_open(fd))
		return ERR_PTR(-EBADF);
	cgrp = cgroup_get_from_fd(fd);
	if (IS_ERR(cgrp))
		return ERR_PTR(-EINVAL);
	if (vz_cgroup_fits(cgrp))
		return cgrp;
	cgroup_put(cgrp);
	return ERR_PTR(-EINVAL);
}

static struct vz_ct *vz_ct_alloc(const struct vz_ct_create *arg)
{
	struct vz_ct *ct;
	int err;

	ct = kzalloc(sizeof(*ct), GFP_KERNEL);
	if (!ct)
		return ERR_PTR(-ENOMEM);
	ct->id = arg->ctid;
	ct->max_terminals = arg->consoles;
	ct->state = VZ_CT_CREATED;
	refcount_set(&ct->refs, 1);
	INIT_WORK(&ct->init_work, vz_init_stopped);

	ct->cgroup = vz_cgroup_get(arg->cgroup_fd);
	if (IS_ERR(ct->cgroup)) {
		err = PTR_ERR(ct->cgroup);
		goto err_free;
	}
	ct->user_ns = vz_user_ns_get(arg->userns_fd);
	if (IS_ERR(ct->user_ns)) {
		err = PTR_ERR(ct->user_ns);
		goto err_put_cgroup;
	}
	return ct;

err_put_cgroup:
	cgroup_put(ct->cgroup);
err_free:
	kfree(ct);
	return ERR_PTR(err);
}

static int vz_ct_check_unique(const struct vz_ct *ct)
{
	guard(rcu)();
	if (vz_ct_of_id(ct->id) || vz_ct_of_cgroup(ct->cgroup) ||
	    __vz_ct_of_user_ns(ct->user_ns))
		return -EEXIST;
	return cgroup_is_populated(ct->cgroup) ? -EBUSY : 0;
}

static void vz_ct_wake_up(void)
{
	lockdep_assert_held(&vz_ct_lock);
	if (vz_ct_awake)
		return;
	vz_ct_awake = true;
	static_branch_enable(&vz_ct_any);
	vz_visible_arm();
}

static void vz_ct_fall_asleep(struct work_struct *work)
{
	guard(mutex)(&vz_ct_lock);
	if (!vz_ct_awake || vz_ct_count)
		return;
	vz_ct_awake = false;
	vz_visible_disarm();
	static_branch_disable(&vz_ct_any);
}

static DECLARE_DELAYED_WORK(vz_ct_sleep_work, vz_ct_fall_asleep);

/* Makes the container visible to everybody; nothing can fail any more. */
static void vz_ct_publish(struct vz_ct *ct)
{
	lockdep_assert_held(&vz_ct_lock);
	hash_add_rcu(vz_by_cgroup, &ct->by_cgroup, (unsigned long)ct->cgroup);
	hash_add_rcu(vz_by_user_ns, &ct->by_user_ns,
		     (unsigned long)ct->user_ns);
	xa_store(&vz_ct_xa, ct->id, ct, GFP_KERNEL);
	__module_get(THIS_MODULE);
	vz_ct_count++;
	vz_event_ct(VZ_EVENT_CREATED, ct);
}

static int vz_ct_make_terminals(struct vz_ct *ct)
{
	struct vz_terminals *set;

	if (!ct->max_terminals)
		return 0;
	set = vz_terminals_create(ct->max_terminals);
	if (IS_ERR(set))
		return PTR_ERR(set);
	rcu_assign_pointer(ct->terminals, set);
	return 0;
}

static void vz_ct_drop_terminals(struct vz_ct *ct)
{
	struct vz_terminals *set;

	set = rcu_replace_pointer(ct->terminals, NULL,
				  lockdep_is_held(&vz_ct_lock));
	vz_terminals_destroy(set);
}

static void vz_ct_unpublish(struct vz_ct *ct)
{
	lockdep_assert_held(&vz_ct_lock);
	xa_erase(&vz_ct_xa, ct->id);
	hash_del_rcu(&ct->by_user_ns);
	hash_del_rcu(&ct->by_cgroup);
	if (!--vz_ct_count)
		mod_delayed_work(vz_wq, &vz_ct_sleep_work, VZ_IDLE_DELAY);
}

/* What may fail, in an order that can be undone. */
static int vz_ct_prepare(struct vz_ct *ct)
{
	int err;

	err = vz_ct_check_unique(ct);
	if (err)
		return err;
	err = xa_reserve(&vz_ct_xa, ct->id, GFP_KERNEL);
	if (err)
		return err;
	err = vz_ct_make_terminals(ct);
	if (err)
		goto err_unreserve;
	ct->generation = ++vz_generation;
	err = vz_subsys_ct_create(ct);
	if (err)
		goto err_terminals;
	return 0;

err_terminals:
	vz_ct_drop_terminals(ct);
err_unreserve:
	xa_release(&vz_ct_xa, ct->id);
	return err;
}

static int vz_ct_add(struct vz_ct *ct, struct vz_ct_create *arg)
{
	struct vz_terminals *set;
	int err;

	guard(mutex)(&vz_ct_lock);
	err = vz_ct_prepare(ct);
	if (err)
		return err;
	vz_ct_wake_up();
	vz_ct_publish(ct);
	arg->generation = ct->generation;
	set = rcu_dereference_protected(ct->terminals,
					lockdep_is_held(&vz_ct_lock));
	if (set) {
		arg->console_major = MAJOR(vz_terminals_dev(set));
		arg->console_minor = MINOR(vz_terminals_dev(set));
	}
	return 0;
}

/**
 * vz_ct_create - register a container
 * @arg: checked argument of VZ_IOC_CT_CREATE; the answer is stored there
 *
 * Return: 0 or a negative error of VZ_IOC_CT_CREATE.
 */
int vz_ct_create(struct vz_ct_create *arg)
{
	struct vz_ct *ct;
	int err;

	ct = vz_ct_alloc(arg);
	if (IS_ERR(ct))
		return PTR_ERR(ct);
	err = vz_ct_add(ct, arg);
	if (err) {
		vz_ct_put(ct);
		return err;
	}
	return 0;
}

/**
 * vz_ct_start - announce the init of a container
 * @arg: checked argument of VZ_IOC_CT_START
 *
 * Return: 0 or a negative error of VZ_IOC_CT_START.
 */
int vz_ct_start(const struct vz_ct_start *arg)
{
	struct vz_ct *ct;
	int err;

	guard(mutex)(&vz_ct_lock);
	ct = vz_ct_of_id(arg->ctid);
	if (!ct)
		return -ENOENT;
	if (ct->state != VZ_CT_CREATED)
		return -EBUSY;
	ct->start_boottime = ktime_get_boottime_ns();
	ct->start_realtime = ktime_get_real_ns();
	err = vz_init_find(ct, arg->pidfd);
	if (err)
		return err;
	err = vz_subsys_ct_start(ct);
	if (err) {
		vz_init_forget(ct);
		return err;
	}
	vz_init_watch(ct);
	/* pairs with vz_ct_state() */
	smp_store_release(&ct->state, VZ_CT_RUNNING);
	vz_event_ct(VZ_EVENT_STARTED, ct);
	return 0;
}

/* Dead tasks may need a moment to get out of their cgroup. */
static bool vz_ct_is_empty(struct vz_ct *ct)
{
	int ms;

	for (ms = 0; cgroup_is_populated(ct->cgroup); ms += 10) {
		if (ct->state != VZ_CT_STOPPED || ms >= VZ_LEAVE_MS)
			return false;
		usleep_range(5000, 10000);
	}
	return true;
}

/**
 * vz_ct_destroy - forget a container
 * @arg: checked argument of VZ_IOC_CT_DESTROY
 *
 * Return: 0 or a negative error of VZ_IOC_CT_DESTROY.
 */
int vz_ct_destroy(const struct vz_ct_destroy *arg)
{
	struct vz_ct *ct;

	guard(mutex)(&vz_ct_lock);
	ct = vz_ct_of_id(arg->ctid);
	if (!ct)
		return -ENOENT;
	if (ct->state == VZ_CT_RUNNING || !vz_ct_is_empty(ct))
		return -EBUSY;
	vz_ct_unpublish(ct);
	vz_subsys_ct_release(ct);
	vz_ct_drop_terminals(ct);
	vz_event_ct(VZ_EVENT_DESTROYED, ct);
	vz_ct_put(ct);
	module_put(THIS_MODULE);
	return 0;
}

/**
 * vz_ct_nproc - count the threads of a container
 * @ct: container
 *
 * The pids controller knows; where it is not enabled, the number of pids in
 * use in the container's pid namespace is close.
 *
 * Context: RCU read side.
 * Return: number of threads.
 */
u32 vz_ct_nproc(struct vz_ct *ct)
{
	s64 pids = vz_cgroup_nproc(ct->cgroup);

	if (pids >= 0)
		return pids;
	if (vz_ct_state(ct) != VZ_CT_RUNNING)
		return 0;
	return READ_ONCE(ct->pid_ns->pid_allocated) & INT_MAX;
}

/**
 * vz_ct_init - set up the registry
 *
 * Return: 0 or a negative error.
 */
int vz_ct_init(void)
{
	vz_wq = alloc_workqueue("vz", WQ_UNBOUND, 0);
	return vz_wq ? 0 : -ENOMEM;
}

/**
 * vz_ct_idle - the module is going to be unloaded: no container will come
 */
void vz_ct_idle(void)
{
	cancel_delayed_work_sync(&vz_ct_sleep_work);
	vz_ct_fall_asleep(NULL);
}

/**
 * vz_ct_exit - take down the registry, which is empty
 */
void vz_ct_exit(void)
{
	destroy_workqueue(vz_wq);
	rcu_barrier();
}
