// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers of sockets: what the four counters have in common.
 *
 * The kernel knows of each socket how much waits in it.  Whenever that changes
 * the last known value is exchanged for the new one, and the counter gets the
 * difference.  So counters are sums of what was seen, mistakes go away with the
 * next look, and with the last socket a counter is zero.  Where the kernel
 * tells of a change before it is made, two changes at the same time may leave a
 * wrong value; for that all sockets are looked at when somebody wants to know,
 * and after something was refused.
 *
 * As on OpenVZ buffers grow freely up to the barrier.  Between barrier and
 * limit a socket gets its share of what is there, so one that has little goes
 * on when others have filled theirs.  Nothing grows above the limit.
 */
#include <linux/jiffies.h>
#include "sock.h"

/* At least that long between two looks at all sockets */
#define VZUB_SOCKBUF_READ	(HZ / 4)
#define VZUB_SOCKBUF_HEAL	HZ

/* jiffies of the last look */
static unsigned long vzub_sockbuf_seen;

static void vzub_sockbuf_heal(struct work_struct *work);

static DECLARE_DELAYED_WORK(vzub_sockbuf_work, vzub_sockbuf_heal);

static void vzub_sockbuf_look(struct vzub_sock *s)
{
	const struct sock *sk = s->sk;

	vzub_sockbuf_snd(s, s->tcp ? READ_ONCE(sk->sk_wmem_queued) :
				     sk_wmem_alloc_get(sk));
	vzub_sockbuf_rcv(s, atomic_read(&sk->sk_rmem_alloc));
}

/* @age: what is older is too old */
static void vzub_sockbuf_sync(unsigned long age)
{
	unsigned long seen = READ_ONCE(vzub_sockbuf_seen);

	if (time_in_range_open(jiffies, seen, seen + age) ||
	    cmpxchg(&vzub_sockbuf_seen, seen, jiffies) != seen)
		return;
	vzub_sock_each(vzub_sockbuf_look);
}

static void vzub_sockbuf_heal(struct work_struct *work)
{
	vzub_sockbuf_sync(VZUB_SOCKBUF_HEAL);
}

/* What a socket may have between barrier and limit. */
static u64 vzub_sockbuf_share(struct vzub *ub, enum vzub_resource number,
			      u64 reserve)
{
	const struct vzub_counter *c = &ub->counter[number];
	u64 n = READ_ONCE(c->limit);

	if (n == VZUB_MAX)
		n = atomic64_read(&c->held);
	return div64_u64(reserve, max_t(u64, n, 1));
}

/**
 * __vzub_sockbuf_room - may a buffer grow above the barrier?
 * @ub: beancounter
 * @resource: kind of buffer
 * @mine: what the socket has
 * @more: what it wants
 *
 * Context: any.
 * Return: 0: it may, or what is in the way.
 */
u64 __vzub_sockbuf_room(struct vzub *ub, enum vzub_resource resource, u64 mine,
			u64 more)
{
	struct vzub_counter *c = &ub->counter[resource];
	u64 barrier = READ_ONCE(c->barrier), limit = READ_ONCE(c->limit);
	/* below zero when two changes are added in another order */
	s64 held = atomic64_read(&c->held) + (s64)more;
	enum vzub_resource number;

	if (held <= (s64)barrier)
		return 0;
	if (resource == VZUB_DGRAMRCVBUF)
		return barrier ?: 1;
	if (held > (s64)limit)
		return limit ?: 1;
	number = resource == VZUB_OTHERSOCKBUF ? VZUB_NUMOTHERSOCK :
						 VZUB_NUMTCPSOCK;
	if (mine + more <= vzub_sockbuf_share(ub, number, limit - barrier))
		return 0;
	return barrier ?: 1;
}

/**
 * vzub_sockbuf_refused - a buffer may not grow
 * @ub: beancounter
 * @resource: kind of buffer
 * @more: what was wanted
 * @bound: what was in the way
 *
 * Context: any but NMI.
 */
void vzub_sockbuf_refused(struct vzub *ub, enum vzub_resource resource,
			  u64 more, u64 bound)
{
	vzub_refused(ub, resource, atomic64_read(&ub->counter[resource].held),
		     more, bound);
	queue_delayed_work(system_unbound_wq, &vzub_sockbuf_work,
			   VZUB_SOCKBUF_HEAL / 10);
}

/**
 * vzub_sockbuf_forget - a socket is being destroyed
 * @s: socket
 */
void vzub_sockbuf_forget(struct vzub_sock *s)
{
	vzub_sockbuf_snd(s, 0);
	vzub_sockbuf_rcv(s, 0);
}

/**
 * vzub_sockbuf_fill - what is in buffers now
 * @ub: beancounter
 * @v: stored there
 */
void vzub_sockbuf_fill(struct vzub *ub, struct vzub_value *v)
{
	vzub_sockbuf_sync(VZUB_SOCKBUF_READ);
	v->held = max_t(s64, 0, atomic64_read(&ub->counter[v->resource].held));
}

/**
 * vzub_sockbuf_stop - no hook is left that could start the work
 */
void vzub_sockbuf_stop(void)
{
	cancel_delayed_work_sync(&vzub_sockbuf_work);
}
