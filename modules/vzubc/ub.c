// SPDX-License-Identifier: GPL-2.0
/*
 * Beancounters: how they are found, made and freed.
 *
 * The beancounter of a container that is gone stays as long as something of it
 * does: files that somebody else holds, sockets that are being closed.  All of
 * them hold a credential, and so the user namespace, or are known to a family
 * of counters: as soon as nobody but us holds the namespace and no family
 * knows anything, nothing can be given back any more.  A task of the host that
 * went into the cgroup keeps it, too: it may be waiting for room.
 */
#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "vzubc.h"

/* Time between two looks at the dead */
#define VZUB_REAP_DELAY	HZ

/* Serializes changes of beancounters and of their list */
DEFINE_MUTEX(vzub_lock);
LIST_HEAD(vzub_list);

static struct workqueue_struct *vzub_wq;

DEFINE_HASHTABLE(vzub_by_cgroup, VZUB_HASH_BITS);
DEFINE_HASHTABLE(vzub_by_user_ns, VZUB_HASH_BITS);

/**
 * vzub_of_id - the beancounter of a container that exists
 * @id: container id
 *
 * Context: RCU read side, or vzub_lock is held.
 * Return: beancounter or NULL.
 */
struct vzub *vzub_of_id(u32 id)
{
	struct vzub *ub;

	list_for_each_entry_rcu(ub, &vzub_list, list,
				lockdep_is_held(&vzub_lock))
		if (ub->id == id && !ub->dead)
			return ub;
	return NULL;
}

static void vzub_lift(struct vzub *ub)
{
	unsigned int i;

	for (i = 0; i < VZUB_RESOURCES; i++) {
		WRITE_ONCE(ub->counter[i].barrier, VZUB_MAX);
		WRITE_ONCE(ub->counter[i].limit, VZUB_MAX);
	}
	/* what is guaranteed is nothing, until somebody says how much */
	WRITE_ONCE(ub->counter[VZUB_VMGUARPAGES].barrier, 0);
}

static struct vzub *vzub_alloc(const struct vz_ct *ct)
{
	struct vzub *ub = kvzalloc(sizeof(*ub), GFP_KERNEL);

	if (!ub)
		return NULL;
	ub->id = ct->id;
	ub->cgroup = ct->cgroup;
	ub->user_ns = get_user_ns(ct->user_ns);
	css_get(&ub->cgroup->self);
	vzub_lift(ub);
	ub->shrunk = jiffies - HZ;
	ub->dcache_looked = ub->shrunk;
	spin_lock_init(&ub->seen_lock);
	spin_lock_init(&ub->own_lock);
	INIT_LIST_HEAD(&ub->owned);
	vzub_flock_init(ub);
	vzub_siginfo_init(ub);
	vzub_ucount_init(ub);
	init_waitqueue_head(&ub->sock_wait);
	vzub_log_init(ub);
	return ub;
}

static void vzub_drop(struct vzub *ub)
{
	css_put(&ub->cgroup->self);
	put_user_ns(ub->user_ns);
	kvfree(ub);
}

static void vzub_free_work(struct work_struct *work)
{
	struct vzub *ub = container_of(to_rcu_work(work), struct vzub, free);

	vzub_own_drop(ub);
	cancel_work_sync(&ub->event_work);
	vzub_drop(ub);
}

/* Those who found it before may go on for a grace period. */
static void vzub_free(struct vzub *ub)
{
	lockdep_assert_held(&vzub_lock);
	hash_del_rcu(&ub->by_cgroup);
	hash_del_rcu(&ub->by_user_ns);
	list_del_rcu(&ub->list);
	INIT_RCU_WORK(&ub->free, vzub_free_work);
	queue_rcu_work(vzub_wq, &ub->free);
}

static void vzub_idle(struct work_struct *work);

static DECLARE_DELAYED_WORK(vzub_idle_work, vzub_idle);

static void vzub_idle(struct work_struct *work)
{
	guard(mutex)(&vzub_lock);
	if (!list_empty(&vzub_list))
		vzub_family_rest();
	else if (vzub_family_disarm())
		queue_delayed_work(system_unbound_wq, &vzub_idle_work, 1);
}

/**
 * vzub_idle_later - see in a while which hooks are not needed
 * @delay: jiffies until then
 */
void vzub_idle_later(unsigned long delay)
{
	mod_delayed_work(system_unbound_wq, &vzub_idle_work, delay);
}

/* How many beancounters hold the same user namespace */
static unsigned int vzub_holders(const struct user_namespace *ns)
{
	unsigned int n = 0;
	struct vzub *ub;

	list_for_each_entry(ub, &vzub_list, list)
		n += ub->user_ns == ns;
	return n;
}

static bool vzub_is_unused(struct vzub *ub)
{
	return !cgroup_is_populated(ub->cgroup) &&
	       vz_user_ns_count(ub->user_ns) == vzub_holders(ub->user_ns) &&
	       vzub_own_is_empty(ub) && !vzub_family_is_busy(ub);
}

static void vzub_reap(struct work_struct *work);

static DECLARE_DELAYED_WORK(vzub_reap_work, vzub_reap);

static void vzub_reap(struct work_struct *work)
{
	struct vzub *ub, *next;
	bool again = false;

	guard(mutex)(&vzub_lock);
	list_for_each_entry_safe(ub, next, &vzub_list, list) {
		if (ub->dead && vzub_is_unused(ub))
			vzub_free(ub);
		else
			again |= ub->dead;
	}
	if (again)
		queue_delayed_work(system_unbound_wq, &vzub_reap_work,
				   VZUB_REAP_DELAY);
	else
		vzub_idle_later(VZUB_IDLE_DELAY);
}

/*
 * A container may be made anew of the same cgroup and user namespace: what is
 * left of the former one has to be given back to who will be found then.
 */
static struct vzub *vzub_revive(const struct vz_ct *ct)
{
	struct vzub_counter *c;
	struct vzub *ub;

	list_for_each_entry(ub, &vzub_list, list)
		if (ub->dead && ub->user_ns == ct->user_ns &&
		    ub->cgroup == ct->cgroup)
			goto found;
	return NULL;
found:
	vzub_lift(ub);
	for (c = ub->counter; c < ub->counter + VZUB_RESOURCES; c++) {
		atomic64_set(&c->maxheld, atomic64_read(&c->held));
		atomic64_set(&c->failcnt, 0);
	}
	vzub_log_clear(ub);
	WRITE_ONCE(ub->id, ct->id);
	WRITE_ONCE(ub->dead, false);
	return ub;
}

static void vzub_publish(struct vzub *ub)
{
	list_add_tail_rcu(&ub->list, &vzub_list);
	hash_add_rcu(vzub_by_user_ns, &ub->by_user_ns,
		     (unsigned long)ub->user_ns);
	hash_add_rcu(vzub_by_cgroup, &ub->by_cgroup,
		     (unsigned long)ub->cgroup);
}

static int vzub_ct_create(struct vz_ct *ct)
{
	struct vzub *ub;
	int err = vzub_proc_add(ct->id);

	if (err)
		return err;
	guard(mutex)(&vzub_lock);
	if (vzub_revive(ct))
		return 0;
	ub = vzub_alloc(ct);
	if (!ub) {
		vzub_proc_del(ct->id);
		return -ENOMEM;
	}
	ub->seeded = vz_ct_state(ct) != VZ_CT_CREATED;
	ub->seeding = ub->seeded;
	ub->inexact = ub->seeded;
	vzub_family_arm();
	vzub_publish(ub);
	if (ub->seeded)
		vzub_seed(ub);
	return 0;
}

static int vzub_ct_start(struct vz_ct *ct)
{
	struct vzub *ub;

	guard(mutex)(&vzub_lock);
	ub = vzub_of_id(ct->id);
	if (ub)
		rcu_assign_pointer(ub->pid_ns, ct->pid_ns);
	return 0;
}

/* The container keeps its pid namespace for a grace period more. */
static void vzub_ct_stop(struct vz_ct *ct)
{
	struct vzub *ub;

	guard(mutex)(&vzub_lock);
	ub = vzub_of_id(ct->id);
	if (ub)
		RCU_INIT_POINTER(ub->pid_ns, NULL);
}

static void vzub_ct_release(struct vz_ct *ct)
{
	struct vzub *ub;

	/* waits for readers */
	vzub_proc_del(ct->id);
	guard(mutex)(&vzub_lock);
	ub = vzub_of_id(ct->id);
	if (!ub)
		return;
	WRITE_ONCE(ub->dead, true);
	vzub_forget_guarantee(ub);
	mod_delayed_work(system_unbound_wq, &vzub_reap_work, 1);
}

static struct vz_subsys vzub_subsys = {
	.name		= "vzubc",
	.owner		= THIS_MODULE,
	.ct_create	= vzub_ct_create,
	.ct_start	= vzub_ct_start,
	.ct_stop	= vzub_ct_stop,
	.ct_release	= vzub_ct_release,
	.ioctl		= vzub_ctl_ioctl,
	.ioctl_first	= _IOC_NR(VZUB_IOC_SET),
	.ioctl_count	= 0x10,
};

/* No container comes any more: frees all, and waits until they are gone. */
static void vzub_end(void)
{
	struct vzub *ub, *next;

	cancel_delayed_work_sync(&vzub_reap_work);
	cancel_delayed_work_sync(&vzub_idle_work);
	scoped_guard(mutex, &vzub_lock) {
		while (vzub_family_disarm())
			;
		vz_hook_wait(&vzub_inside);
		list_for_each_entry_safe(ub, next, &vzub_list, list)
			vzub_free(ub);
	}
	rcu_barrier();
	destroy_workqueue(vzub_wq);
}

/**
 * vzub_init - start to follow containers
 *
 * Return: 0 or a negative error.
 */
int vzub_init(void)
{
	int err;

	vzub_wq = alloc_workqueue("vzubc", WQ_UNBOUND, 0);
	if (!vzub_wq)
		return -ENOMEM;
	err = vz_subsys_register(&vzub_subsys);
	if (err)
		vzub_end();
	else
		vzub_idle_later(VZUB_IDLE_DELAY);
	return err;
}

/**
 * vzub_exit - forget all of them
 *
 * Containers go on without; what they have is not counted any more.
 */
void vzub_exit(void)
{
	vz_subsys_unregister(&vzub_subsys);
	vzub_end();
}
