// SPDX-License-Identifier: GPL-2.0
/*
 * The network side of a container: made and released with it.
 */
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include "vznet.h"

/* Serializes changes of addresses, owners and their list, classes and rates */
DEFINE_MUTEX(venet_lock);
LIST_HEAD(venet_owners);

static void venet_owner_free(struct rcu_head *rcu)
{
	struct venet_owner *owner = container_of(rcu, struct venet_owner, rcu);

	kfree(rcu_access_pointer(owner->shaper));
	free_percpu(owner->pcpu);
	kfree(owner);
}

/**
 * venet_owner_put - drop a reference
 * @owner: container's network side
 */
void venet_owner_put(struct venet_owner *owner)
{
	if (refcount_dec_and_test(&owner->refs))
		call_rcu(&owner->rcu, venet_owner_free);
}

/**
 * venet_owner_of_ct - the network side of a container
 * @ct: container
 *
 * Context: RCU read side.
 * Return: it, or NULL.
 */
struct venet_owner *venet_owner_of_ct(struct vz_ct *ct)
{
	return vz_ct_slot(ct, &venet_subsys);
}

/**
 * venet_owner_of_id - the network side of a container, by its id
 * @ctid: container id
 *
 * Return: it, valid until venet_lock is released; or NULL.
 */
struct venet_owner *venet_owner_of_id(u32 ctid)
{
	struct vz_ct *ct;

	lockdep_assert_held(&venet_lock);
	guard(rcu)();
	ct = vz_ct_of_id(ctid);
	return ct ? venet_owner_of_ct(ct) : NULL;
}

/**
 * venet_check_net - is a network namespace one of a container's?
 * @net: namespace
 * @ctid: container id
 *
 * Return: 0; -ENOENT (no such container), -EXDEV (it is not).
 */
int venet_check_net(const struct net *net, u32 ctid)
{
	struct vz_ct *ct;

	guard(rcu)();
	ct = vz_ct_of_id(ctid);
	if (!ct)
		return -ENOENT;
	return vz_ct_of_user_ns(net->user_ns) == ct ? 0 : -EXDEV;
}

static void venet_owner_add_pcpu(const struct venet_pcpu *pcpu,
				 struct vznet_stat *stat)
{
	struct venet_pcpu copy;
	unsigned int seq, i;

	do {
		seq = u64_stats_fetch_begin(&pcpu->sync);
		memcpy(copy.in, pcpu->in, sizeof(copy.in));
		memcpy(copy.out, pcpu->out, sizeof(copy.out));
		memcpy(copy.dropped, pcpu->dropped, sizeof(copy.dropped));
	} while (u64_stats_fetch_retry(&pcpu->sync, seq));
	for (i = 0; i < VZNET_CLASSES; i++) {
		stat->in[i].bytes += copy.in[i].bytes;
		stat->in[i].packets += copy.in[i].packets;
		stat->out[i].bytes += copy.out[i].bytes;
		stat->out[i].packets += copy.out[i].packets;
	}
	for (i = 0; i < VZNET_DROPS; i++)
		stat->dropped[i] += copy.dropped[i];
}

/**
 * venet_owner_stat - add up the counters
 * @owner: container's network side
 * @stat: answer of VZNET_IOC_STAT, zeroed
 */
void venet_owner_stat(const struct venet_owner *owner,
		      struct vznet_stat *stat)
{
	int cpu;

	for_each_possible_cpu(cpu)
		venet_owner_add_pcpu(per_cpu_ptr(owner->pcpu, cpu), stat);
}

static int venet_ct_create(struct vz_ct *ct)
{
	struct venet_owner *owner;
	int cpu;

	owner = kzalloc(sizeof(*owner), GFP_KERNEL);
	if (!owner)
		return -ENOMEM;
	owner->pcpu = alloc_percpu(struct venet_pcpu);
	if (!owner->pcpu) {
		kfree(owner);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(owner->pcpu, cpu)->sync);
	owner->id = ct->id;
	INIT_LIST_HEAD(&owner->addrs);
	venet_questions_init(&owner->questions);
	refcount_set(&owner->refs, 1);
	scoped_guard(mutex, &venet_lock)
		list_add_tail(&owner->list, &venet_owners);
	vz_ct_slot_set(ct, &venet_subsys, owner);
	return 0;
}

/* The namespace init lives in, if it is one of the container's. */
static struct net *venet_ct_net(struct vz_ct *ct)
{
	struct task_struct *init;
	struct net *net = NULL;

	guard(rcu)();
	init = pid_task(ct->init_pid, PIDTYPE_PID);
	if (!init)
		return NULL;
	task_lock(init);
	if (init->nsproxy)
		net = get_net(init->nsproxy->net_ns);
	task_unlock(init);
	if (net && vz_ct_of_user_ns(net->user_ns) != ct) {
		put_net(net);
		return NULL;
	}
	return net;
}

static int venet_ct_start(struct vz_ct *ct)
{
	/* an adopted container may have lost its init or left its namespace */
	struct net *net = venet_ct_net(ct);
	struct venet_owner *owner;

	scoped_guard(mutex, &venet_lock) {
		scoped_guard(rcu)
			owner = venet_owner_of_ct(ct);
		swap(owner->net, net);
	}
	if (net)
		put_net(net);
	return 0;
}

static void venet_ct_release(struct vz_ct *ct)
{
	struct venet_owner *owner;
	struct net *net;

	scoped_guard(mutex, &venet_lock) {
		owner = vz_ct_slot_set(ct, &venet_subsys, NULL);
		venet_addr_del_all(owner);
		venet_rates_exit(owner);
		list_del(&owner->list);
		net = owner->net;
		owner->net = NULL;
	}
	if (net)
		put_net(net);
	venet_owner_put(owner);
}

struct vz_subsys venet_subsys = {
	.name		= "vznet",
	.owner		= THIS_MODULE,
	.ct_create	= venet_ct_create,
	.ct_start	= venet_ct_start,
	.ct_release	= venet_ct_release,
	.veinfo		= venet_proc_veinfo,
	.ioctl		= venet_ctl_ioctl,
	.ioctl_first	= _IOC_NR(VZNET_IOC_ADDR_ADD),
	.ioctl_count	= 16,
};

/**
 * venet_owner_init - follow the containers
 *
 * Return: 0 or a negative error.
 */
int venet_owner_init(void)
{
	return vz_subsys_register(&venet_subsys);
}

/**
 * venet_owner_exit - stop following the containers
 */
void venet_owner_exit(void)
{
	vz_subsys_unregister(&venet_subsys);
}
