// SPDX-License-Identifier: GPL-2.0
/*
 * Tells that the kernel killed a task of a container for lack of memory.
 *
 * The tracepoint oom:mark_victim fires with a task lock held: what is to be
 * told waits in a short queue for a work item.
 */
#include <linux/kfifo.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <trace/events/oom.h>
#include "event.h"
#include "vzcore.h"

/* More victims than that at once: the later ones are not told */
#define VZ_OOM_QUEUE	32

static struct tracepoint *vz_oom_tracepoint;
static DEFINE_SPINLOCK(vz_oom_lock);
static DEFINE_KFIFO(vz_oom_queue, struct vz_event_msg, VZ_OOM_QUEUE);

static void vz_oom_tell(struct work_struct *work)
{
	struct vz_event_msg m;

	while (kfifo_out_spinlocked(&vz_oom_queue, &m, 1, &vz_oom_lock))
		vz_event_send(&m);
}

static DECLARE_WORK(vz_oom_work, vz_oom_tell);

static bool vz_oom_find(struct task_struct *task, struct vz_event_msg *m)
{
	struct vz_ct *ct;

	guard(rcu)();
	ct = vz_ct_of_task(task);
	if (!ct)
		return false;
	m->ctid = ct->id;
	m->generation = ct->generation;
	return true;
}

/* Context: the victim's alloc_lock is held. */
static void vz_oom_probe(void *data, struct task_struct *task, uid_t uid)
{
	struct vz_event_msg m = {
		.event = VZ_EVENT_OOM,
		.pid = task->pid,
		.time = ktime_get_real_ns(),
	};

	if (!vz_oom_find(task, &m))
		return;
	strscpy(m.comm, task->comm, sizeof(m.comm));
	kfifo_in_spinlocked(&vz_oom_queue, &m, 1, &vz_oom_lock);
	queue_work(vz_wq, &vz_oom_work);
}

static void vz_oom_match(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "mark_victim"))
		*(struct tracepoint **)data = tp;
}

/**
 * vz_oom_init - listen to the kernel's OOM killer
 *
 * Without the tracepoint everything else works; only the event is missing.
 */
void vz_oom_init(void)
{
	struct tracepoint *tp = NULL;

	check_trace_callback_type_mark_victim(vz_oom_probe);
	for_each_kernel_tracepoint(vz_oom_match, &tp);
	if (!tp || tracepoint_probe_register(tp, vz_oom_probe, NULL)) {
		pr_warn("vzcore: no tracepoint oom:mark_victim; OOM kills in containers raise no event\n");
		return;
	}
	vz_oom_tracepoint = tp;
}

/**
 * vz_oom_exit - stop listening
 */
void vz_oom_exit(void)
{
	if (!vz_oom_tracepoint)
		return;
	tracepoint_probe_unregister(vz_oom_tracepoint, vz_oom_probe, NULL);
	tracepoint_synchronize_unregister();
	cancel_work_sync(&vz_oom_work);
}
