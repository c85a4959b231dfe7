// SPDX-License-Identifier: GPL-2.0
/*
 * Rates: a limit of what a container sends to the peers of a class.
 *
 * A packet over the rate waits in a queue of its container and class, still
 * charged to the socket that sent it, until a timer lets it go; one that does
 * not fit is dropped.  Time is what a rate is kept in: each packet takes as
 * long as its bytes take at that rate, the next one may go when that time is
 * over.  Time that was not used is saved up to the length of a burst.
 *
 * A packet that waits for ever would hold the socket, and so the network
 * namespace, that it came from: the queues are emptied when the device goes
 * down and when the container is gone.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "vznet.h"

/* What is chosen when no burst is asked for: as long a time, in bytes... */
#define VENET_BURST_TIME	(NSEC_PER_SEC / 50)
/* ... but not less than this */
#define VENET_BURST_MIN		2048

/* What may wait: as long a time, in bytes, but within these bounds... */
#define VENET_QUEUE_TIME	(NSEC_PER_SEC / 4)
#define VENET_QUEUE_MIN		(16 * 1024)
#define VENET_QUEUE_MAX		(4 * 1024 * 1024)
/* ... and this many packets */
#define VENET_QUEUE_PACKETS	1024

/* Packets that one run of the timer lets go */
#define VENET_RATE_BATCH	64

/**
 * struct venet_rate - the rate of a container and class
 * @lock: protects all others
 * @active: there is a limit, or something waits or is on its way; read without
 *	the lock
 * @busy: packets that have left @queue are on their way; others have to wait
 *	behind them, so that none overtakes
 * @rate: bytes per second, 0: no limit
 * @burst: as it was asked for
 * @saved: nanoseconds that may be saved: @burst at @rate
 * @next: time (CLOCK_MONOTONIC, ns) from which on the next packet may go
 * @rest: what @next is too early, in bytes * 10^9 / @rate nanoseconds
 * @limit: bytes that may wait
 * @waiting: bytes that wait
 * @queue: packets that wait; its own lock is not used
 * @timer: runs when there are any, but while @busy
 */
struct venet_rate {
	spinlock_t		lock;	/* protects what follows */
	bool			active;
	bool			busy;
	u64			rate;
	u64			burst;
	u64			saved;
	u64			next;
	u64			rest;
	u32			limit;
	u32			waiting;
	struct sk_buff_head	queue;
	struct hrtimer		timer;
};

/**
 * struct venet_shaper - the rates of a container
 * @rate: by class
 *
 * Made with the first rate, freed with the container's network side.
 */
struct venet_shaper {
	struct venet_rate	rate[VZNET_CLASSES];
};

/* Wire length of a packet that waits. */
static u32 *venet_skb_len(struct sk_buff *skb)
{
	return (u32 *)skb->cb;
}

/* A packet goes: when may the next one? */
static void venet_rate_use(struct venet_rate *r, u64 now, u32 bytes)
{
	u64 earliest = now - min(now, r->saved);

	if (r->next < earliest)
		r->next = earliest;
	r->next += div64_u64_rem(bytes * NSEC_PER_SEC + r->rest, r->rate,
				 &r->rest);
}

static void venet_rate_wake(struct venet_rate *r)
{
	hrtimer_start(&r->timer, ns_to_ktime(r->next), HRTIMER_MODE_ABS_SOFT);
}

/* After each change of what @active is made of, but for a packet more. */
static void venet_rate_settle(struct venet_rate *r)
{
	bool waits = !skb_queue_empty(&r->queue);

	WRITE_ONCE(r->active, r->rate || r->busy || waits);
	if (waits && !r->busy)
		venet_rate_wake(r);
}

static int venet_rate_enqueue(struct venet_rate *r, struct sk_buff *skb,
			      u32 bytes)
{
	bool first = skb_queue_empty(&r->queue);

	if (!first && (r->waiting + bytes > r->limit ||
		       skb_queue_len(&r->queue) >= VENET_QUEUE_PACKETS))
		return VZNET_DROP_RATE;
	*venet_skb_len(skb) = bytes;
	r->waiting += bytes;
	__skb_queue_tail(&r->queue, skb);
	if (first && !r->busy)
		venet_rate_wake(r);
	return VENET_HELD;
}

/**
 * __venet_rate_hold - may a packet go now?
 * @s: the container's rates
 * @class: class of the receiver
 * @skb: packet, verified
 *
 * Context: softirq.
 * Return: -1 when it may; VENET_HELD when it was taken over and waits; else
 * VZNET_DROP_RATE.
 */
int __venet_rate_hold(struct venet_shaper *s, u32 class, struct sk_buff *skb)
{
	struct venet_rate *r = &s->rate[class];
	u32 bytes;
	u64 now;

	if (!READ_ONCE(r->active))
		return -1;
	bytes = venet_wire(skb).bytes;
	guard(spinlock)(&r->lock);
	if (!r->busy && skb_queue_empty(&r->queue)) {
		if (!r->rate)
			return -1;
		now = ktime_get_ns();
		if (r->next <= now) {
			venet_rate_use(r, now, bytes);
			return -1;
		}
	}
	return venet_rate_enqueue(r, skb, bytes);
}

/* Takes out what may go now. */
static void venet_rate_take(struct venet_rate *r, struct sk_buff_head *list)
{
	u64 now = ktime_get_ns();
	struct sk_buff *skb;
	u32 bytes;

	while (skb_queue_len(list) < VENET_RATE_BATCH &&
	       (!r->rate || r->next <= now)) {
		skb = __skb_dequeue(&r->queue);
		if (!skb)
			break;
		bytes = *venet_skb_len(skb);
		r->waiting -= bytes;
		if (r->rate)
			venet_rate_use(r, now, bytes);
		__skb_queue_tail(list, skb);
	}
}

static enum hrtimer_restart venet_rate_expired(struct hrtimer *timer)
{
	struct venet_rate *r = container_of(timer, struct venet_rate, timer);
	struct sk_buff_head list;
	struct sk_buff *skb;

	__skb_queue_head_init(&list);
	scoped_guard(spinlock, &r->lock) {
		r->busy = true;
		venet_rate_take(r, &list);
	}
	while ((skb = __skb_dequeue(&list)))
		venet_release(skb);
	scoped_guard(spinlock, &r->lock) {
		r->busy = false;
		venet_rate_settle(r);
	}
	return HRTIMER_NORESTART;
}

/* The packets that come meanwhile wait if those of the timer are under way. */
static void venet_rate_purge(struct venet_rate *r)
{
	struct sk_buff_head list;

	do {
		__skb_queue_head_init(&list);
		spin_lock_bh(&r->lock);
		skb_queue_splice_init(&r->queue, &list);
		r->waiting = 0;
		spin_unlock_bh(&r->lock);
		__skb_queue_purge(&list);
		hrtimer_cancel(&r->timer);
	} while (!skb_queue_empty_lockless(&r->queue));
}

/**
 * venet_rates_purge - forget the packets that wait
 * @owner: container's network side
 *
 * Context: process; the device of the container is down or its rates are gone.
 */
void venet_rates_purge(struct venet_owner *owner)
{
	struct venet_shaper *s = rcu_access_pointer(owner->shaper);
	int i;

	for (i = 0; s && i < VZNET_CLASSES; i++)
		venet_rate_purge(&s->rate[i]);
}

static u64 venet_rate_bytes(u64 rate, u64 ns)
{
	return mul_u64_u64_div_u64(rate, ns, NSEC_PER_SEC);
}

static void venet_rate_change_locked(struct venet_rate *r, u64 rate, u64 burst)
{
	u64 chosen = max_t(u64, venet_rate_bytes(rate, VENET_BURST_TIME),
			   VENET_BURST_MIN);

	r->rate = rate;
	r->burst = burst;
	r->saved = rate ? mul_u64_u64_div_u64(burst ?: chosen, NSEC_PER_SEC,
					      rate) : 0;
	r->limit = rate ? clamp_t(u64, venet_rate_bytes(rate, VENET_QUEUE_TIME),
				  VENET_QUEUE_MIN, VENET_QUEUE_MAX) :
			  VENET_QUEUE_MAX;
	r->next = ktime_get_ns();
	r->rest = 0;
	venet_rate_settle(r);
}

static void venet_rate_change(struct venet_rate *r, u64 rate, u64 burst)
{
	spin_lock_bh(&r->lock);
	if (r->rate != rate || r->burst != burst)
		venet_rate_change_locked(r, rate, burst);
	spin_unlock_bh(&r->lock);
}

static struct venet_shaper *venet_shaper_create(void)
{
	struct venet_shaper *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	struct venet_rate *r;

	if (!s)
		return NULL;
	for (r = s->rate; r < s->rate + VZNET_CLASSES; r++) {
		spin_lock_init(&r->lock);
		__skb_queue_head_init(&r->queue);
		hrtimer_setup(&r->timer, venet_rate_expired, CLOCK_MONOTONIC,
			      HRTIMER_MODE_ABS_SOFT);
	}
	return s;
}

static struct venet_shaper *venet_shaper_locked(const struct venet_owner *owner)
{
	return rcu_dereference_protected(owner->shaper,
					 lockdep_is_held(&venet_lock));
}

/**
 * venet_rate_set - limit what a container sends
 * @owner: container's network side
 * @arg: checked argument of VZNET_IOC_RATE_SET
 *
 * Return: 0 or a negative error.
 */
int venet_rate_set(struct venet_owner *owner, const struct vznet_rate *arg)
{
	struct venet_shaper *s = venet_shaper_locked(owner);

	if (!s && !arg->rate)
		return 0;
	if (!s) {
		s = venet_shaper_create();
		if (!s)
			return -ENOMEM;
		rcu_assign_pointer(owner->shaper, s);
	}
	venet_rate_change(&s->rate[arg->class], arg->rate, arg->burst);
	return 0;
}

/**
 * venet_rates_exit - the container is gone: no rates, nothing waits
 * @owner: container's network side
 */
void venet_rates_exit(struct venet_owner *owner)
{
	struct venet_shaper *s = venet_shaper_locked(owner);
	int i;

	for (i = 0; s && i < VZNET_CLASSES; i++)
		venet_rate_change(&s->rate[i], 0, 0);
	venet_rates_purge(owner);
}

/**
 * venet_rate_get - tell the rate of a class
 * @owner: container's network side
 * @class: class
 * @arg: element of VZNET_IOC_RATE_LIST
 *
 * Return: is there one?
 */
bool venet_rate_get(const struct venet_owner *owner, u32 class,
		    struct vznet_rate *arg)
{
	struct venet_shaper *s = venet_shaper_locked(owner);
	struct venet_rate *r;

	if (!s)
		return false;
	r = &s->rate[class];
	spin_lock_bh(&r->lock);
	*arg = (struct vznet_rate){
		.size = sizeof(*arg),
		.ctid = owner->id,
		.class = class,
		.rate = r->rate,
		.burst = r->burst,
		.waiting = r->waiting,
	};
	spin_unlock_bh(&r->lock);
	return arg->rate;
}
