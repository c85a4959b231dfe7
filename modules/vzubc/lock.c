// SPDX-License-Identifier: GPL-2.0
/*
 * numflock: locks of files, by flock(2) and by fcntl(2).
 *
 * No function of the kernel adds or removes one lock: these are inlined.  So
 * the owner's locks of an inode are counted before and after the function that
 * changes them, under a mutex that all changes of that inode by the container
 * take: others do not wait for one that has many.  Nobody holds it while he
 * waits for a lock to become free.
 *
 * A lock by flock(2), or of an open file description, belongs to who opened the
 * file, another one to the process that has it.  Leases are not counted: a file
 * has at most one, and files are limited.
 */
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/hash.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include "../compat/wrapper/filelock.h"
#include "charge.h"
#include "vzubc.h"

/**
 * struct vzub_locking - a change of locks
 * @inode: of which file
 * @request: what is asked for
 * @ub: whose beancounter
 * @flock: by flock(2)
 */
struct vzub_locking {
	struct inode		*inode;
	struct file_lock	*request;
	struct vzub		*ub;
	bool			flock;
};

static struct vzub *vzub_of_lock(struct file_lock *request, bool flock)
{
	struct vz_lock_core *core = vz_lock_of(request);
	struct file *file = vz_lock_file(core);

	if (file && (flock || vz_lock_owner(core) == file))
		return vzub_of_user_ns(file->f_cred->user_ns);
	return vzub_of_user_ns(current_user_ns());
}

static bool vzub_lock_is_ours(const struct vzub_locking *l,
			      struct vz_lock_core *core)
{
	struct vz_lock_core *request = vz_lock_of(l->request);

	return l->flock ? vz_lock_file(core) == vz_lock_file(request) :
			  vz_lock_owner(core) == vz_lock_owner(request);
}

/* Is it cut in two when what is asked for is taken out of its middle? */
static bool vzub_lock_is_split(const struct vzub_locking *l,
			       const struct file_lock *fl)
{
	return !l->flock && fl->fl_start < l->request->fl_start &&
	       fl->fl_end > l->request->fl_end;
}

/* How many the owner has; @split: one of them would be cut in two. */
static int vzub_lock_count(const struct vzub_locking *l, bool *split)
{
	struct file_lock_context *ctx = locks_inode_context(l->inode);
	struct vz_lock_core *core;
	struct list_head *list;
	int n = 0;

	if (!ctx)
		return 0;
	list = l->flock ? &ctx->flc_flock : &ctx->flc_posix;
	guard(spinlock)(&ctx->flc_lock);
	list_for_each_entry(core, list, VZ_LOCK_LIST) {
		if (!vzub_lock_is_ours(l, core))
			continue;
		n++;
		if (split)
			*split |= vzub_lock_is_split(l, vz_lock_entry(core));
	}
	return n;
}

static bool vzub_lock_charge(const struct vzub_locking *l, int *before,
			     int *charged)
{
	bool unlock = vz_lock_type(vz_lock_of(l->request)) == F_UNLCK;
	bool split = false;

	*before = vzub_lock_count(l, &split);
	*charged = unlock ? split : !(l->flock && *before);
	return !*charged || vzub_charge(l->ub, VZUB_NUMFLOCK, 1,
					unlock ? VZUB_SOFT : VZUB_HARD);
}

static void vzub_lock_settle(const struct vzub_locking *l, int before,
			     int charged)
{
	int more = vzub_lock_count(l, NULL) - before - charged;

	if (more > 0)
		vzub_charge(l->ub, VZUB_NUMFLOCK, more, VZUB_FORCE);
	else if (more < 0)
		vzub_uncharge(l->ub, VZUB_NUMFLOCK, -more);
}

static int vzub_no_flock(struct inode *inode, struct file_lock *request)
{
	return -ENOLCK;
}

static int vzub_no_posix(struct inode *inode, struct file_lock *request,
			 struct file_lock *conflict)
{
	return -ENOLCK;
}

DEFINE_STATIC_CALL(vzub_flock, vzub_no_flock);
DEFINE_STATIC_CALL(vzub_posix, vzub_no_posix);

static int vzub_lock_call(const struct vzub_locking *l,
			  struct file_lock *conflict)
{
	return l->flock ? static_call(vzub_flock)(l->inode, l->request) :
			  static_call(vzub_posix)(l->inode, l->request,
						  conflict);
}

static int vzub_lock_change(struct vzub_locking *l, struct file_lock *conflict)
{
	int before, charged, ret;
	unsigned int n;

	/* what keeps it is the file or our own credentials */
	scoped_guard(rcu)
		l->ub = vzub_of_lock(l->request, l->flock);
	if (!l->ub || READ_ONCE(l->ub->seeding))
		return vzub_lock_call(l, conflict);
	n = hash_ptr(l->inode, VZUB_LOCK_BITS);
	guard(mutex)(&l->ub->lock_mutex[n]);
	if (!vzub_lock_charge(l, &before, &charged))
		return l->flock ? -ENOMEM : -ENOLCK;
	ret = vzub_lock_call(l, conflict);
	vzub_lock_settle(l, before, charged);
	return ret;
}

static int vzub_flock_inode(struct inode *inode, struct file_lock *request)
{
	struct vzub_locking l = {
		.inode = inode,
		.request = request,
		.flock = true,
	};
	int ret = vzub_lock_change(&l, NULL);

	vz_hook_leave();
	return ret;
}

static int vzub_posix_inode(struct inode *inode, struct file_lock *request,
			    struct file_lock *conflict)
{
	struct vzub_locking l = {
		.inode = inode,
		.request = request,
	};
	int ret = vzub_lock_change(&l, conflict);

	vz_hook_leave();
	return ret;
}

static __always_inline void vzub_on_lock(struct vz_hook *hook,
					 struct pt_regs *regs, bool flock,
					 void *wrapper)
{
	struct file_lock *request = (void *)regs_get_kernel_argument(regs, 1);
	bool ours;

	scoped_guard(rcu)
		ours = vzub_of_lock(request, flock);
	if (ours)
		vz_hook_redirect(hook, regs, wrapper);
}

static __always_inline void vzub_on_flock(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	vzub_on_lock(hook, regs, true, vzub_flock_inode);
}

static __always_inline void vzub_on_posix(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	vzub_on_lock(hook, regs, false, vzub_posix_inode);
}

VZ_HOOK(vzub_flock_hook, flock_lock_inode, "numflock is not counted",
	vzub_on_flock);
VZ_HOOK(vzub_posix_hook, posix_lock_inode, "numflock is not counted",
	vzub_on_posix);

static struct vz_hook * const vzub_lock_hooks[] = {
	&vzub_flock_hook, &vzub_posix_hook,
};

static unsigned int vzub_lock_list_count(struct file_lock_context *ctx,
					 struct list_head *list,
					 const void *owner, bool by_file)
{
	struct vz_lock_core *core;
	unsigned int n = 0;

	guard(spinlock)(&ctx->flc_lock);
	list_for_each_entry(core, list, VZ_LOCK_LIST)
		n += owner == (by_file ? vz_lock_file(core) :
					 vz_lock_owner(core));
	return n;
}

/* Locks by flock(2), and those of an open file description. */
static void vzub_lock_seed_file(struct vzub *ub, struct file *file)
{
	struct file_lock_context *ctx = locks_inode_context(file_inode(file));
	unsigned int n;

	guard(rcu)();
	if (!ctx || vzub_of_user_ns(file->f_cred->user_ns) != ub)
		return;
	n = vzub_lock_list_count(ctx, &ctx->flc_flock, file, true) +
	    vzub_lock_list_count(ctx, &ctx->flc_posix, file, false);
	if (n)
		vzub_charge(ub, VZUB_NUMFLOCK, n, VZUB_FORCE);
}

/**
 * struct vzub_lock_seed - locks of processes
 * @ub: whose
 * @files: descriptors of a process, which own them
 * @inodes: files that have been looked at for these
 */
struct vzub_lock_seed {
	struct vzub		*ub;
	struct files_struct	*files;
	struct vzub_bag		*inodes;
};

static int vzub_lock_seed_descriptor(const void *data, struct file *file,
				     unsigned int fd)
{
	struct file_lock_context *ctx = locks_inode_context(file_inode(file));
	const struct vzub_lock_seed *s = data;
	unsigned int n;

	if (!ctx || !vzub_bag_add(s->inodes, file_inode(file), GFP_ATOMIC))
		return 0;
	n = vzub_lock_list_count(ctx, &ctx->flc_posix, s->files, false);
	if (n)
		vzub_charge(s->ub, VZUB_NUMFLOCK, n, VZUB_FORCE);
	return 0;
}

static void vzub_lock_seed_tasks(struct vzub_lock_seed *s,
				 struct vzub_bag *seen)
{
	struct task_struct *p, *t;

	guard(rcu)();
	for_each_process_thread(p, t) {
		if (vzub_of_task(t) != s->ub)
			continue;
		task_lock(t);
		s->files = t->files;
		if (s->files && vzub_bag_add(seen, s->files, GFP_ATOMIC)) {
			iterate_fd(s->files, 0, vzub_lock_seed_descriptor, s);
			vzub_bag_empty(s->inodes, NULL);
		}
		task_unlock(t);
	}
}

static void vzub_lock_seed(struct vzub *ub)
{
	struct vzub_bag *inodes = vzub_bag_new(), *seen = vzub_bag_new();
	struct vzub_lock_seed s = { .ub = ub, .inodes = inodes };

	if (inodes && seen) {
		vzub_lock_seed_tasks(&s, seen);
		vzub_bag_empty(seen, NULL);
	}
	kfree(inodes);
	kfree(seen);
}

static int vzub_lock_init(void)
{
	if (vzub_flock_hook.original)
		static_call_update(vzub_flock, vzub_flock_hook.original);
	if (vzub_posix_hook.original)
		static_call_update(vzub_posix, vzub_posix_hook.original);
	return 0;
}

const struct vzub_family vzub_lock_family = {
	.hooks	= vzub_lock_hooks,
	.count	= ARRAY_SIZE(vzub_lock_hooks),
	.init	= vzub_lock_init,
	.seed	= vzub_lock_seed,
	.seed_file = vzub_lock_seed_file,
};

/**
 * vzub_flock_init - prepare a beancounter for locks
 * @ub: beancounter, new
 */
void vzub_flock_init(struct vzub *ub)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ub->lock_mutex); i++)
		mutex_init(&ub->lock_mutex[i]);
}
