/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vzubc - user beancounters.
 *
 * A beancounter belongs to a container and is found by what pins it: the
 * container's user namespace (objects that carry a cred) or its cgroup (tasks,
 * sockets).  It holds both, so it is found as long as anything of the container
 * is left, also after the container was stopped and forgotten; then the reaper
 * frees it.
 */
#ifndef _VZUBC_H
#define _VZUBC_H

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/hashtable.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>
#include <linux/vzubc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <vz/hook.h>
#include <vz/subsys.h>

struct seq_file;
struct vzub_owned;

/*
 * A read-side section of RCU, for the hooks that are met most: calls of
 * rcu_read_lock() and its end are a sixth of what one costs.  It is not what
 * rcu_dereference() wants; lists and task_css_set() may be read.
 */
#ifdef CONFIG_PREEMPT_RT
#define vzub_guard()	guard(rcu)()
#else
#define vzub_guard()	guard(preempt)()
#endif

/**
 * enum vzub_severity - what an allocation may go up to
 * @VZUB_HARD: the barrier: what was asked for can be done without
 * @VZUB_SOFT: the limit: what would hurt if it failed
 * @VZUB_FORCE: it cannot be refused
 */
enum vzub_severity {
	VZUB_HARD,
	VZUB_SOFT,
	VZUB_FORCE,
};

/**
 * struct vzub_counter - the five values of a resource
 * @held: held now; never below zero, see vzub_uncharge()
 * @maxheld: the most that was held
 * @barrier: see enum vzub_severity
 * @limit: the same
 * @failcnt: refused
 *
 * @barrier and @limit are changed under vzub_lock and read by anybody.
 */
struct vzub_counter {
	atomic64_t	held;
	atomic64_t	maxheld;
	u64		barrier;
	u64		limit;
	atomic64_t	failcnt;
} ____cacheline_aligned_in_smp;

/**
 * struct vzub_log - what was refused last
 * @lock: protects the rest; taken in any context but NMI
 * @total: records there have been; the next one goes to @total % VZUB_RECORDS
 * @told: jiffies of the last event
 * @record: the records
 */
struct vzub_log {
	raw_spinlock_t		lock;
	u64			total;
	unsigned long		told;
	struct vzub_record	record[VZUB_RECORDS];
};

/* Mutexes that changes of locks take by their inodes, see lock.c */
#define VZUB_LOCK_BITS	4

/* Processes whose memory is remembered, see vm.c */
#define VZUB_SEEN_BITS	4

/**
 * struct vzub_vm_seen - what a process had when it was granted memory last
 * @mm: its address space, not pinned and only compared; NULL: of none
 * @pages: private pages, with what was granted
 */
struct vzub_vm_seen {
	const struct mm_struct	*mm;
	s64			pages;
};

/**
 * struct vzub - a beancounter
 * @id: container id
 * @dead: the container is gone, what is left are objects of it
 * @vswap: swap is memory above the limit of physpages, as the host has none;
 *	changed under vzub_lock
 * @seeded: it came after objects of the container, of which some are not
 *	charged; set before it can be found
 * @seeding: see seed.c
 * @inexact: what some give back was not charged, and is not missed
 * @cgroup: limit cgroup, pinned
 * @user_ns: user namespace, pinned
 * @counter: the resources, by enum vzub_resource
 * @log: what was refused last
 * @event_work: tells about it
 * @exact: what was found when the resource was counted anew, see vm.c
 * @lock_mutex: see lock.c
 * @ucount_mutex: see ucount.c
 * @siginfo_lock: see signal.c
 * @seen_lock: protects @seen
 * @seen: what some processes had, see vm.c
 * @pid_ns: of its init, which pins it; NULL: there is none.  RCU
 * @own_lock: protects @owned
 * @owned: objects it is charged for, see own.c
 * @socks: sockets of which something is known, see sock.c
 * @sock_wait: senders that wait for room, see socksend.c
 * @shrunk: jiffies of the last time shrinking caches did not help kmemsize
 * @dcache_looked: jiffies of the last look at the sum of dcachesize
 * @dcache_full: it was above the limit, and nothing could be freed
 * @by_cgroup: link in the hash keyed by @cgroup
 * @by_user_ns: link in the hash keyed by @user_ns
 * @free: frees it after a grace period
 * @list: link in the list of all, changed under vzub_lock, read under RCU
 *
 * Found under RCU and valid until the end of the read-side section; what is
 * charged to it keeps it, see the reaper in ub.c.
 */
struct vzub {
	u32			id;
	bool			dead;
	bool			seeded;
	bool			seeding;
	bool			inexact;
	bool			vswap;
	struct cgroup		*cgroup;
	struct user_namespace	*user_ns;
	struct vzub_counter	counter[VZUB_RESOURCES];
	struct vzub_log		log;
	struct work_struct	event_work;
	atomic64_t		exact[VZUB_SHMPAGES + 1];
	struct mutex		lock_mutex[1 << VZUB_LOCK_BITS];
	struct mutex		ucount_mutex;	/* look and add, see ucount.c */
	spinlock_t		siginfo_lock;	/* look and add, see signal.c */
	spinlock_t		seen_lock;	/* protects @seen */
	struct vzub_vm_seen	seen[1 << VZUB_SEEN_BITS];
	struct pid_namespace __rcu *pid_ns;
	spinlock_t		own_lock;	/* protects @owned */
	struct list_head	owned;
	atomic_t		socks;
	wait_queue_head_t	sock_wait;
	unsigned long		shrunk;
	unsigned long		dcache_looked;
	bool			dcache_full;
	struct hlist_node	by_cgroup;
	struct hlist_node	by_user_ns;
	struct rcu_work		free;
	struct list_head	list;
};

/**
 * struct vzub_demand - of a family whose hooks are not always in place
 * @armed: they are
 * @tried: it is known whether they work
 */
struct vzub_demand {
	bool	armed;
	bool	tried;
};

/**
 * struct vzub_family - what is counted by hooks that need each other
 * @hooks: the hooks; when one does not work none is used
 * @count: how many
 * @init: prepares what the hooks need; they have been added, none is armed
 * @found: functions of the kernel's modules have been found: where the
 *	originals are.  Called after @init, and when a module has come, before
 *	it runs
 * @exit: the reverse of @init; no hook is left
 * @touch: makes every hook fire, to see whether they work; called by a kernel
 *	thread
 * @busy: is anything of a beancounter left that does not hold its user
 *	namespace?
 * @seed: count what a running container has
 * @seed_task: count what a task of it sees, one for each mount namespace
 * @seed_file: count a file that it has, or what belongs to it
 * @on_demand: NULL: the hooks are in place while there is a container;
 *	otherwise while one has a limit of one of @resources, and they are tried
 *	when that happens first
 * @resources: mask of enum vzub_resource, see @on_demand
 *
 * Every operation may be missing.
 */
struct vzub_family {
	struct vz_hook * const	*hooks;
	unsigned int		count;
	int			(*init)(void);
	void			(*found)(void);
	void			(*exit)(void);
	void			(*touch)(void);
	bool			(*busy)(struct vzub *ub);
	void			(*seed)(struct vzub *ub);
	void			(*seed_task)(struct vzub *ub,
					     struct task_struct *task);
	void			(*seed_file)(struct vzub *ub,
					     struct file *file);
	struct vzub_demand	*on_demand;
	unsigned long		resources;
};

/**
 * struct vzub_source - how a resource is known
 * @name: in /proc/user_beancounters
 * @fill: stores what is held, and where the kernel knows them the maximum and
 *	the failures; missing: all is in the counter.  RCU read side
 * @host: what the host holds; missing: nobody knows
 * @apply: puts barrier and limit into effect; missing: the hooks look at them
 * @family: what counts it, NULL: no hook is needed
 */
struct vzub_source {
	const char	*name;
	void		(*fill)(struct vzub *ub, struct vzub_value *v);
	u64		(*host)(void);
	int		(*apply)(struct vzub *ub, const struct vzub_counter *c);
	const struct vzub_family *family;
};

/* Hooks stay in place that long after the last beancounter or limit */
#define VZUB_IDLE_DELAY	(60 * HZ)
#define VZUB_REST_DELAY	(5 * HZ)

/* Serializes changes of beancounters and of their list */
extern struct mutex vzub_lock;
/* Changed under vzub_lock, read under RCU */
extern struct list_head vzub_list;

/* The size of the hashes that beancounters are found in */
#define VZUB_HASH_BITS	10

/* Changed under vzub_lock, read under RCU */
extern DECLARE_HASHTABLE(vzub_by_cgroup, VZUB_HASH_BITS);
extern DECLARE_HASHTABLE(vzub_by_user_ns, VZUB_HASH_BITS);

/**
 * vzub_of_own_cgroup - the beancounter of a limit cgroup
 * @cgrp: cgroup of level 2
 *
 * Context: RCU read side; any context.
 * Return: beancounter or NULL.
 */
static inline struct vzub *vzub_of_own_cgroup(const struct cgroup *cgrp)
{
	struct vzub *ub;

	hash_for_each_possible_rcu(vzub_by_cgroup, ub, by_cgroup,
				   (unsigned long)cgrp)
		if (ub->cgroup == cgrp)
			return ub;
	return NULL;
}

/**
 * __vzub_of_user_ns - the beancounter of a user namespace or one above it
 * @ns: user namespace, not the initial one
 *
 * Context: RCU read side; any context.
 * Return: beancounter or NULL.
 */
static inline struct vzub *__vzub_of_user_ns(const struct user_namespace *ns)
{
	struct vzub *ub;

	/* those of containers are children of the initial one */
	while (ns->level > 1)
		ns = ns->parent;
	hash_for_each_possible_rcu(vzub_by_user_ns, ub, by_user_ns,
				   (unsigned long)ns)
		if (ub->user_ns == ns)
			return ub;
	return NULL;
}

/**
 * vzub_of_user_ns - the beancounter of what carries a user namespace
 * @ns: user namespace
 *
 * Context: RCU read side; any context.
 * Return: beancounter, NULL: it is the host's.
 */
static inline struct vzub *vzub_of_user_ns(const struct user_namespace *ns)
{
	return ns->parent ? __vzub_of_user_ns(ns) : NULL;
}

/**
 * vzub_of_net - the beancounter of what is in a network namespace
 * @net: network namespace
 *
 * Context: RCU read side; any context.
 * Return: beancounter, NULL: it is the host's.
 */
static inline struct vzub *vzub_of_net(const struct net *net)
{
	return vzub_of_user_ns(net->user_ns);
}

/**
 * vzub_of_cgroup - the beancounter of what is in a cgroup
 * @cgrp: cgroup of the unified hierarchy
 *
 * Context: RCU read side; any context.
 * Return: beancounter, NULL: it is the host's.
 */
static inline struct vzub *vzub_of_cgroup(const struct cgroup *cgrp)
{
	return cgrp->level < 2 ? NULL : vzub_of_own_cgroup(cgrp->ancestors[2]);
}

/**
 * vzub_of_task - the beancounter of a task
 * @task: task, with a css_set that is stable
 *
 * Context: RCU read side; any context.
 * Return: beancounter, NULL: it is one of the host.
 */
static inline struct vzub *vzub_of_task(struct task_struct *task)
{
	return vzub_of_cgroup(task_dfl_cgroup(task));
}

/* own.c */
struct vzub_owned *vzub_own_note(struct vzub *ub, enum vzub_resource resource,
				 u64 amount);
struct vzub_owned *vzub_own_charge(struct vzub *ub,
				   enum vzub_resource resource, u64 amount);
void vzub_own_cancel(struct vzub_owned *o);
void vzub_own_set(struct vzub_owned *o, const void *key, int number);
void vzub_own_found(struct vzub *ub, enum vzub_resource resource,
		    const void *key, int number);
void vzub_own_gone(const void *key, int number);
void vzub_own_for_each(struct vzub *ub, enum vzub_resource resource,
		       void (*fn)(const void *key, u64 amount, void *data),
		       void *data);
bool vzub_own_is_empty(struct vzub *ub);
void vzub_own_drop(struct vzub *ub);
int vzub_own_init(void);
void vzub_own_exit(void);

/**
 * struct vzub_mm_sum - what all processes have, in pages
 * @private: private and writable
 * @locked: locked
 */
struct vzub_mm_sum {
	u64	private;
	u64	locked;
};

/* mm.c */
void vzub_mm_sum(struct vzub *ub, struct vzub_mm_sum *sum);

/* vm.c */
void vzub_vm_fill(struct vzub *ub, struct vzub_value *v);

/* ucount.c */
void vzub_ucount_fill(struct vzub *ub, struct vzub_value *v);

/* cgroup.c */
void vzub_cgroup_fill(struct vzub *ub, struct vzub_value *v);

/* locked.c */
bool vzub_locked_may(struct vzub *ub, u64 pages);
void vzub_locked_fill(struct vzub *ub, struct vzub_value *v);

/* lock.c */
void vzub_flock_init(struct vzub *ub);

/* signal.c */
void vzub_siginfo_fill(struct vzub *ub, struct vzub_value *v);
void vzub_siginfo_init(struct vzub *ub);
void vzub_ucount_init(struct vzub *ub);

/* log.c */
void vzub_log_init(struct vzub *ub);
void vzub_log_clear(struct vzub *ub);
void vzub_log_add(struct vzub *ub, const struct vzub_record *r);
u32 vzub_log_read(struct vzub *ub, struct vzub_record *records, u32 room,
		  u64 *total);

/* ub.c */
void vzub_idle_later(unsigned long delay);
struct vzub *vzub_of_id(u32 id);
int vzub_init(void);
void vzub_exit(void);

/* Who is in a wrapper that is met often, see vz_hook_redirect_brief() */
DECLARE_PER_CPU(long, vzub_inside);

/* family.c */
int vzub_family_init(void);
void vzub_family_exit(void);
void vzub_family_arm(void);
bool vzub_family_disarm(void);
void vzub_family_meet(void);
void vzub_family_rest(void);
bool vzub_family_is_busy(struct vzub *ub);
void vzub_family_seed(struct vzub *ub);
void vzub_family_seed_task(struct vzub *ub, struct task_struct *task);
void vzub_family_seed_file(struct vzub *ub, struct file *file);

/**
 * vzub_family_works - do the hooks of a family work?
 * @family: family
 *
 * Return: true if they do.
 */
static inline bool vzub_family_works(const struct vzub_family *family)
{
	/* when one fails all do */
	return READ_ONCE(family->hooks[0]->state) != VZ_HOOK_FAILED;
}

struct vzub_bag;

/* seed.c */
bool vzub_bag_add(struct vzub_bag *bag, void *object, gfp_t gfp);
void vzub_bag_empty(struct vzub_bag *bag, void (*drop)(void *object));
struct vzub_bag *vzub_bag_new(void);
void vzub_seed(struct vzub *ub);

/* source.c */
const char *vzub_name(enum vzub_resource resource);
void vzub_value(struct vzub *ub, enum vzub_resource resource,
		struct vzub_value *v);
void vzub_host_value(enum vzub_resource resource, struct vzub_value *v);
int vzub_apply(struct vzub *ub, enum vzub_resource resource,
	       const struct vzub_counter *c);

/* set.c */
int vzub_set(struct vzub *ub, const struct vzub_limit *limits, u32 count);

/* memcg.c */
struct mem_cgroup *vzub_memcg(const struct vzub *ub);
struct mem_cgroup *vzub_memcg_all(void);
u64 vzub_memcg_stat(struct mem_cgroup *memcg, int item);
u64 vzub_memcg_anon(struct mem_cgroup *memcg);
struct mem_cgroup *vzub_memcg_get(const struct vzub *ub);
struct mem_cgroup *vzub_memcg_of_current(struct vzub **ub);
void vzub_memcg_flush(struct mem_cgroup *memcg);
void vzub_memcg_shrink(struct mem_cgroup *memcg, gfp_t gfp);
void vzub_memcg_init(void);

/* memory.c */
void vzub_memory_init(void);
void vzub_swap_of_host(u64 *total, u64 *free);
u64 vzub_ram(const struct vzub *ub, struct mem_cgroup *memcg);
void vzub_fill_physpages(struct vzub *ub, struct vzub_value *v);
u64 vzub_host_physpages(void);
void vzub_fill_swappages(struct vzub *ub, struct vzub_value *v);
u64 vzub_host_swappages(void);
int vzub_apply_memory(struct vzub *ub, const struct vzub_counter *c);

/* oom.c */
void vzub_fill_oomguarpages(struct vzub *ub, struct vzub_value *v);
u64 vzub_host_oomguarpages(void);
int vzub_apply_guarantee(struct vzub *ub, const struct vzub_counter *c);
void vzub_forget_guarantee(struct vzub *ub);

/* kmem.c */
void vzub_fill_kmemsize(struct vzub *ub, struct vzub_value *v);
u64 vzub_host_kmemsize(void);
int vzub_apply_kmemsize(struct vzub *ub, const struct vzub_counter *c);
bool vzub_kmem_grant(struct vzub *ub, u64 size);

/* dcache.c */
void vzub_fill_dcachesize(struct vzub *ub, struct vzub_value *v);
u64 vzub_host_dcachesize(void);
int vzub_apply_dcachesize(struct vzub *ub, const struct vzub_counter *c);

/* ioacct.c */
extern const struct proc_ops vzub_ioacct_ops;

/* nftdump.c */
int vzub_nft_rules(struct net *net);

/* view.c */
void vzub_view_meminfo(struct seq_file *m, struct vzub *ub);

/* pids.c */
void vzub_fill_numproc(struct vzub *ub, struct vzub_value *v);
u64 vzub_host_numproc(void);
int vzub_apply_numproc(struct vzub *ub, const struct vzub_counter *c);

/* ctl.c */
long vzub_ctl_ioctl(unsigned int nr, void __user *arg);

/* proc.c */
int vzub_proc_add(u32 id);
void vzub_proc_del(u32 id);
int vzub_proc_init(void);
void vzub_proc_exit(void);

/* sock.c */
u64 vzub_sock_host_tcp(void);
u64 vzub_sock_host_other(void);

/* sockbuf.c */
void vzub_sockbuf_fill(struct vzub *ub, struct vzub_value *v);

/* one for each family */
extern const struct vzub_family vzub_cgroup_family;
extern const struct vzub_family vzub_file_family;
extern const struct vzub_family vzub_dcache_family;
extern const struct vzub_family vzub_kmem_family;
extern const struct vzub_family vzub_key_family;
extern const struct vzub_family vzub_key_list_family;
extern const struct vzub_family vzub_lock_family;
extern const struct vzub_family vzub_locked_family;
extern const struct vzub_family vzub_mount_family;
extern const struct vzub_family vzub_mount_list_family;
extern const struct vzub_family vzub_neigh_family;
extern const struct vzub_family vzub_pty_family;
extern const struct vzub_family vzub_shm_family;
extern const struct vzub_family vzub_signal_family;
extern const struct vzub_family vzub_task_family;
extern const struct vzub_family vzub_ucount_family;
extern const struct vzub_family vzub_vm_family;
extern const struct vzub_family vzub_meminfo_family;
extern const struct vzub_family vzub_oom_family;
extern const struct vzub_family vzub_swaps_family;
extern const struct vzub_family vzub_sysinfo_family;
extern const struct vzub_family vzub_vmstat_family;
extern const struct vzub_family vzub_iptent_family;
extern const struct vzub_family vzub_conn_family;
extern const struct vzub_family vzub_ext_family;
extern const struct vzub_family vzub_elem_family;
extern const struct vzub_family vzub_sock_family;
extern const struct vzub_family vzub_sock_limit_family;
extern const struct vzub_family vzub_sockmem_family;
extern const struct vzub_family vzub_socksend_family;
extern const struct vzub_family vzub_socksend_limit_family;

#endif /* _VZUBC_H */
