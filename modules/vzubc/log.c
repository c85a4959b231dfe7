// SPDX-License-Identifier: GPL-2.0
/*
 * What was refused last: a ring of records in each beancounter, and an event at
 * most once a second.
 */
#include <linux/jiffies.h>
#include <vz/event.h>
#include "vzubc.h"

/* Time between two events of a container */
#define VZUB_EVENT_DELAY	HZ

static void vzub_log_event(struct work_struct *work)
{
	struct vzub *ub = container_of(work, struct vzub, event_work);
	struct vzub_record last = { };
	unsigned long flags;

	raw_spin_lock_irqsave(&ub->log.lock, flags);
	if (ub->log.total)
		last = ub->log.record[(ub->log.total - 1) % VZUB_RECORDS];
	raw_spin_unlock_irqrestore(&ub->log.lock, flags);
	if (!last.time)
		return;
	vz_event_refused(ub->id, &(struct vz_refusal){
		.resource = vzub_name(last.resource),
		.held = last.held,
		.wanted = last.wanted,
		.bound = last.bound,
		.time = last.time,
		.pid = last.pid,
		.comm = last.comm,
	});
}

/**
 * vzub_log_init - nothing was refused yet
 * @ub: beancounter
 */
void vzub_log_init(struct vzub *ub)
{
	raw_spin_lock_init(&ub->log.lock);
	ub->log.told = jiffies - VZUB_EVENT_DELAY - 1;
	INIT_WORK(&ub->event_work, vzub_log_event);
}

/**
 * vzub_log_clear - forget what was refused
 * @ub: beancounter
 */
void vzub_log_clear(struct vzub *ub)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ub->log.lock, flags);
	ub->log.total = 0;
	raw_spin_unlock_irqrestore(&ub->log.lock, flags);
}

/**
 * vzub_log_add - keep a record
 * @ub: beancounter
 * @r: record
 *
 * Context: any but NMI.
 */
void vzub_log_add(struct vzub *ub, const struct vzub_record *r)
{
	struct vzub_log *log = &ub->log;
	unsigned long flags;
	bool tell;

	raw_spin_lock_irqsave(&log->lock, flags);
	log->record[log->total++ % VZUB_RECORDS] = *r;
	tell = !ub->dead &&
	       time_after(jiffies, log->told + VZUB_EVENT_DELAY);
	if (tell) {
		log->told = jiffies;
		queue_work(system_unbound_wq, &ub->event_work);
	}
	raw_spin_unlock_irqrestore(&log->lock, flags);
}

/**
 * vzub_log_read - copy the records
 * @ub: beancounter
 * @records: where to, the oldest first
 * @room: how many fit
 * @total: how many there have been
 *
 * Return: how many were copied.
 */
u32 vzub_log_read(struct vzub *ub, struct vzub_record *records, u32 room,
		  u64 *total)
{
	struct vzub_log *log = &ub->log;
	unsigned long flags;
	u64 from, i;

	raw_spin_lock_irqsave(&log->lock, flags);
	*total = log->total;
	from = log->total - min_t(u64, log->total, min(room, VZUB_RECORDS));
	for (i = from; i < log->total; i++)
		records[i - from] = log->record[i % VZUB_RECORDS];
	raw_spin_unlock_irqrestore(&log->lock, flags);
	return i - from;
}
