// SPDX-License-Identifier: GPL-2.0
/*
 * privvmpages and shmpages: address space that can be written to and is nobody
 * else's, and shared memory.
 *
 * The kernel asks before it grants either, and tells nobody when they are given
 * back.  So what was granted is added up until it would be too much, or a
 * sixteenth more than what was known for sure; then the container is counted
 * anew.  What other processors grant meanwhile is missed by that count and seen
 * by the next one.
 *
 * That looks at all processes.  So that one which takes and gives back all the
 * time does not make it necessary, what it has is remembered for a few
 * processes, and compared when it asks again.  Only where it is known that what
 * is granted becomes the process's own: a child's, for one, does not.
 */
#include <linux/hash.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include "../compat/wrapper/shmem.h"
#include "caller.h"
#include "charge.h"
#include "vzubc.h"

/* Counted anew at the latest after that many pages more */
#define VZUB_VM_MORE	1024

/**
 * enum vzub_vm_class - what a caller wants
 * @VZUB_VM_PRIVATE: private memory
 * @VZUB_VM_OWN: private memory of the process that asks
 * @VZUB_VM_BRK: the same, by brk(2)
 * @VZUB_VM_STACK: private memory that a process cannot do without
 * @VZUB_VM_SHARED: shared memory
 */
enum vzub_vm_class {
	VZUB_VM_PRIVATE,
	VZUB_VM_OWN,
	VZUB_VM_BRK,
	VZUB_VM_STACK,
	VZUB_VM_SHARED,
};

static u8 vzub_vm_judge(const char *symbol)
{
	if (strstr(symbol, "shmem"))
		return VZUB_VM_SHARED;
	if (strstr(symbol, "stack") ||
	    str_has_prefix(symbol, "expand_downwards") ||
	    str_has_prefix(symbol, "expand_upwards") ||
	    str_has_prefix(symbol, "insert_vm_struct"))
		return VZUB_VM_STACK;
	/* which was not asked for before, see locked.c */
	if (str_has_prefix(symbol, "do_brk_flags"))
		return VZUB_VM_BRK;
	if (strstr(symbol, "mmap_region"))
		return VZUB_VM_OWN;
	return VZUB_VM_PRIVATE;
}

/* Those of security_vm_enough_memory_mm(); there are about 15 */
static struct vzub_callers vzub_vm_callers =
	VZUB_CALLERS_OF(vzub_vm_callers, vzub_vm_judge);

/**
 * struct vzub_vm_want - what a call asks for
 * @resource: of what
 * @bound: how much there may be
 * @pages: how much more
 * @own: the process's own memory
 * @locked: it is going to be locked
 */
struct vzub_vm_want {
	enum vzub_resource	resource;
	u64			bound;
	long			pages;
	bool			own;
	bool			locked;
};

static void vzub_vm_want(struct vzub *ub, struct vzub_vm_want *w,
			 const struct mm_struct *mm, unsigned long from,
			 long pages)
{
	enum vzub_vm_class class = vzub_caller_class(&vzub_vm_callers, from);
	enum vzub_severity severity = VZUB_HARD;

	w->resource = class == VZUB_VM_SHARED ? VZUB_SHMPAGES :
						VZUB_PRIVVMPAGES;
	w->pages = pages;
	w->own = class == VZUB_VM_OWN || class == VZUB_VM_BRK;
	w->locked = class == VZUB_VM_BRK && mm->def_flags & VM_LOCKED;
	if (class == VZUB_VM_STACK || current->in_execve)
		severity = VZUB_SOFT;
	w->bound = vzub_bound(&ub->counter[w->resource], severity);
}

/* Granted without a look at the processes? */
static bool vzub_vm_is_fine(struct vzub *ub, const struct vzub_vm_want *w)
{
	struct vzub_counter *c = &ub->counter[w->resource];
	s64 exact = atomic64_read(&ub->exact[w->resource]);
	s64 held = atomic64_add_return(w->pages, &c->held);

	if (held <= (s64)w->bound &&
	    held <= exact + exact / 16 + VZUB_VM_MORE)
		return true;
	atomic64_sub(w->pages, &c->held);
	return false;
}

/*
 * The same, after a look at what the process itself has.  Whatever is not known
 * of it was counted when it was granted; so too much may be counted, never too
 * little.  Who would have to wait for others goes without.
 */
static bool vzub_vm_is_fine_own(struct vzub *ub, const struct vzub_vm_want *w,
				const struct mm_struct *mm)
{
	s64 now = READ_ONCE(mm->data_vm) + READ_ONCE(mm->stack_vm);
	struct vzub_vm_seen *seen;
	bool is_fine;

	if (!spin_trylock(&ub->seen_lock))
		return vzub_vm_is_fine(ub, w);
	seen = &ub->seen[hash_ptr(mm, VZUB_SEEN_BITS)];
	if (seen->mm == mm)
		atomic64_add(now - seen->pages,
			     &ub->counter[w->resource].held);
	is_fine = vzub_vm_is_fine(ub, w);
	seen->mm = mm;
	seen->pages = is_fine ? now + w->pages : now;
	spin_unlock(&ub->seen_lock);
	return is_fine;
}

static void vzub_shm_untouched(const void *key, u64 amount, void *data)
{
	u64 present = READ_ONCE(SHMEM_I((struct inode *)key)->alloced);

	if (amount > present)
		*(u64 *)data += amount - present;
}

/* In 6.1 it takes no argument, and does not look at the one it gets. */
static void vzub_no_flush(struct mem_cgroup *memcg)
{
}

DEFINE_STATIC_CALL(vzub_flush_stats, vzub_no_flush);

/* In memory, and reserved for segments that were not used so far. */
static u64 vzub_shm_pages(struct vzub *ub)
{
	u64 pages = 0;

	vzub_own_for_each(ub, VZUB_SHMPAGES, vzub_shm_untouched, &pages);
	guard(rcu)();
	return pages + vzub_memcg_stat(vzub_memcg(ub), NR_SHMEM);
}

/* The kernel adds up what its processors counted every other second. */
static void vzub_shm_flush(struct vzub *ub)
{
	struct mem_cgroup *memcg;

	/* a task of ours keeps it */
	scoped_guard(rcu)
		memcg = vzub_memcg(ub);
	if (memcg)
		static_call(vzub_flush_stats)(memcg);
}

static u64 vzub_vm_exact(struct vzub *ub, enum vzub_resource resource)
{
	struct vzub_mm_sum sum;
	u64 pages;

	if (resource == VZUB_SHMPAGES) {
		pages = vzub_shm_pages(ub);
	} else {
		vzub_mm_sum(ub, &sum);
		pages = sum.private;
	}
	atomic64_set(&ub->exact[resource], pages);
	return pages;
}

/* What was known of processes is in there. */
static void vzub_vm_set(struct vzub *ub, enum vzub_resource resource, u64 held)
{
	guard(spinlock)(&ub->seen_lock);
	atomic64_set(&ub->counter[resource].held, held);
	if (resource == VZUB_PRIVVMPAGES)
		memset(ub->seen, 0, sizeof(ub->seen));
	vzub_peak(&ub->counter[resource], held);
}

/* Counts anew, and decides. */
static bool vzub_vm_recount(struct vzub *ub, const struct vzub_vm_want *w)
{
	u64 held;

	if (w->resource == VZUB_SHMPAGES)
		vzub_shm_flush(ub);
	held = vzub_vm_exact(ub, w->resource);
	if (held + w->pages > w->bound) {
		vzub_vm_set(ub, w->resource, held);
		vzub_refused(ub, w->resource, held, w->pages, w->bound);
		return false;
	}
	vzub_vm_set(ub, w->resource, held + w->pages);
	return true;
}

static int vzub_no_memory(struct mm_struct *mm, long pages)
{
	return -ENOMEM;
}

DEFINE_STATIC_CALL(vzub_enough_memory, vzub_no_memory);

static int vzub_vm_enough(struct mm_struct *mm, long pages)
{
	unsigned long from = (unsigned long)__builtin_return_address(0);
	struct vzub_vm_want w;
	struct vzub *ub;
	bool granted = true;
	int ret = -ENOMEM;

	/* the cgroup we are in keeps it */
	scoped_guard(rcu)
		ub = vzub_of_task(current);
	if (ub) {
		vzub_vm_want(ub, &w, mm, from, pages);
		granted = (!w.locked || vzub_locked_may(ub, pages)) &&
			  vzub_vm_recount(ub, &w);
	}
	if (granted)
		ret = static_call(vzub_enough_memory)(mm, pages);
	vz_hook_leave();
	return ret;
}

/* Apart from the hook, which has less to do for the host then. */
static noinline void vzub_vm_ask(struct vz_hook *hook, struct pt_regs *regs,
				 unsigned long from, struct vzub *ub)
{
	const struct mm_struct *mm = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub_vm_want w;
	bool is_fine = false;

	vzub_vm_want(ub, &w, mm, from, regs_get_kernel_argument(regs, 1));
	if (!w.locked)
		is_fine = w.own ? vzub_vm_is_fine_own(ub, &w, mm) :
				  vzub_vm_is_fine(ub, &w);
	if (!is_fine)
		vz_hook_redirect(hook, regs, vzub_vm_enough);
}

static __always_inline void vzub_on_enough_memory(struct vz_hook *hook,
						  struct pt_regs *regs,
						  unsigned long from)
{
	struct vzub *ub;

	vzub_guard();
	ub = vzub_of_task(current);
	if (ub)
		vzub_vm_ask(hook, regs, from, ub);
}

VZ_HOOK_FROM(vzub_vm_hook, security_vm_enough_memory_mm,
	     "privvmpages and shmpages are not limited",
	     vzub_on_enough_memory);

static struct vz_hook * const vzub_vm_hooks[] = { &vzub_vm_hook };

static int vzub_vm_init(void)
{
	void *flush = vz_symbol("mem_cgroup_flush_stats");

	if (flush)
		static_call_update(vzub_flush_stats, flush);
	if (vzub_vm_hook.original)
		static_call_update(vzub_enough_memory, vzub_vm_hook.original);
	return 0;
}

static void vzub_vm_touch(void)
{
	struct file *file = vz_shmem_file("vzub", PAGE_SIZE);

	if (IS_ERR(file))
		return;
	fput(file);
	flush_delayed_fput();
}

const struct vzub_family vzub_vm_family = {
	.hooks	= vzub_vm_hooks,
	.count	= ARRAY_SIZE(vzub_vm_hooks),
	.init	= vzub_vm_init,
	.touch	= vzub_vm_touch,
};

/**
 * vzub_vm_fill - count private or shared memory
 * @ub: beancounter
 * @v: stored there
 */
void vzub_vm_fill(struct vzub *ub, struct vzub_value *v)
{
	v->held = vzub_vm_exact(ub, v->resource);
}
