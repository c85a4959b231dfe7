// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a container's init.
 *
 * Whoever polls a pidfd waits in the wait queue of its struct pid; so do we,
 * with a wake function of our own.  It runs when the whole thread group is
 * dead and before anybody can reap it: what has to be known about the death
 * (status, request of reboot(2)) is taken there, the rest is left to a work
 * item.
 */
#include <linux/file.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/static_call.h>
#include <linux/wait.h>
#include <vz/hook.h>
#include "event.h"
#include "vzcore.h"

static struct pid *vz_pidfd_pid_none(const struct file *file)
{
	return ERR_PTR(-EBADF);
}

DEFINE_STATIC_CALL(vz_pidfd_pid, vz_pidfd_pid_none);

static bool vz_group_is_dead(struct task_struct *leader)
{
	return READ_ONCE(leader->exit_state) && thread_group_empty(leader);
}

/* What wait(2) would tell. */
static int vz_group_status(struct task_struct *leader)
{
	struct signal_struct *sig = leader->signal;

	return sig->flags & SIGNAL_GROUP_EXIT ? sig->group_exit_code :
						leader->exit_code;
}

/*
 * Context: wait_pidfd.lock held, interrupts off; the caller most often holds
 * tasklist_lock, too.
 */
static void vz_init_check(struct vz_ct *ct)
{
	struct task_struct *task;

	lockdep_assert_held(&ct->init_pid->wait_pidfd.lock);
	if (list_empty(&ct->init_wait.entry))
		return;
	guard(rcu)();
	task = pid_task(ct->init_pid, PIDTYPE_TGID);
	if (task && !vz_group_is_dead(task))
		return;
	if (task)
		ct->init_status = vz_group_status(task);
	ct->init_reboot = READ_ONCE(ct->pid_ns->reboot);
	list_del_init(&ct->init_wait.entry);
	queue_work(vz_wq, &ct->init_work);
}

static int vz_init_wake(struct wait_queue_entry *wait, unsigned int mode,
			int flags, void *key)
{
	vz_init_check(container_of(wait, struct vz_ct, init_wait));
	return 0;
}

static u32 vz_exit_reason(const struct vz_ct *ct)
{
	switch (ct->init_reboot) {
	case SIGHUP:
		return VZ_EXIT_REBOOT;
	case SIGINT:
		return VZ_EXIT_HALT;
	}
	return ct->init_status & 0x7f ? VZ_EXIT_KILLED : VZ_EXIT_EXITED;
}

/**
 * vz_init_stopped - move a container to VZ_CT_STOPPED
 * @work: init_work of a container
 */
void vz_init_stopped(struct work_struct *work)
{
	struct vz_ct *ct = container_of(work, struct vz_ct, init_work);

	scoped_guard(mutex, &vz_ct_lock) {
		vz_subsys_ct_stop(ct);
		ct->exit_reason = vz_exit_reason(ct);
		ct->exit_code = ct->init_status;
		/* pairs with vz_ct_state() */
		smp_store_release(&ct->state, VZ_CT_STOPPED);
		vz_event_ct(VZ_EVENT_STOPPED, ct);
	}
	vz_ct_put(ct);
}

static struct pid *vz_pid_get(int fd)
{
	struct fd f = fdget(fd);
	struct pid *pid;

	if (!fd_file(f))
		return ERR_PTR(-EBADF);
	pid = static_call(vz_pidfd_pid)(fd_file(f));
	if (IS_ERR(pid))
		pid = ERR_PTR(-EINVAL);
	else
		get_pid(pid);
	fdput(f);
	return pid;
}

/* Is this the init of a pid namespace of the container? */
static int vz_init_fits(struct vz_ct *ct, struct pid *pid)
{
	struct task_struct *task;

	guard(rcu)();
	task = pid_task(pid, PIDTYPE_TGID);
	if (!task || READ_ONCE(task->exit_state))
		return -ESRCH;
	if (!is_child_reaper(pid) || !pid->level)
		return -EINVAL;
	if (ns_of_pid(pid)->user_ns != ct->user_ns)
		return -EINVAL;
	return vz_ct_of_task(task) == ct ? 0 : -EINVAL;
}

/**
 * vz_init_find - find out who will be the init of a container
 * @ct: container in state VZ_CT_CREATED
 * @pidfd: its init
 *
 * Return: 0 or a negative error of VZ_IOC_CT_START.
 */
int vz_init_find(struct vz_ct *ct, int pidfd)
{
	struct pid *pid;
	int err;

	lockdep_assert_held(&vz_ct_lock);
	pid = vz_pid_get(pidfd);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	err = vz_init_fits(ct, pid);
	if (err) {
		put_pid(pid);
		return err;
	}
	ct->init_pid = pid;
	ct->pid_ns = get_pid_ns(ns_of_pid(pid));
	return 0;
}

/**
 * vz_init_forget - undo vz_init_find()
 * @ct: container that could not be started
 */
void vz_init_forget(struct vz_ct *ct)
{
	lockdep_assert_held(&vz_ct_lock);
	put_pid_ns(ct->pid_ns);
	put_pid(ct->init_pid);
	ct->pid_ns = NULL;
	ct->init_pid = NULL;
}

/**
 * vz_init_watch - watch the init of a container from now on
 * @ct: container after vz_init_find()
 *
 * Takes a reference for the work item that runs at the end of init; it cannot
 * get on before the caller drops vz_ct_lock.
 */
void vz_init_watch(struct vz_ct *ct)
{
	struct pid *pid = ct->init_pid;

	lockdep_assert_held(&vz_ct_lock);
	refcount_inc(&ct->refs);
	init_waitqueue_func_entry(&ct->init_wait, vz_init_wake);
	guard(spinlock_irq)(&pid->wait_pidfd.lock);
	__add_wait_queue(&pid->wait_pidfd, &ct->init_wait);
	/* nobody wakes us for what happened before */
	vz_init_check(ct);
}

/**
 * vz_init_watch_init - find what the kernel does not export
 *
 * Return: 0 or a negative error.
 */
int vz_init_watch_init(void)
{
	void *addr = vz_symbol("pidfd_pid");

	if (!addr) {
		pr_err("vzcore: this kernel has no function pidfd_pid\n");
		return -EOPNOTSUPP;
	}
	static_call_update(vz_pidfd_pid, addr);
	return 0;
}
