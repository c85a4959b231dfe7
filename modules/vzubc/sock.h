/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of containers: sock.c counts them, and keeps what is known of their
 * buffers.
 */
#ifndef _VZUBC_SOCK_H
#define _VZUBC_SOCK_H

#include <linux/hash.h>
#include <linux/rculist_nulls.h>
#include <net/sock.h>
#include <net/tcp.h>
#include "charge.h"
#include "vzubc.h"

/**
 * enum vzub_sock_charge - was a socket counted when it was made?
 * @VZUB_SOCK_BY_RULE: if it is not one of the kernel's own
 * @VZUB_SOCK_CHARGED: it was
 * @VZUB_SOCK_NONE: it was not
 */
enum vzub_sock_charge {
	VZUB_SOCK_BY_RULE,
	VZUB_SOCK_CHARGED,
	VZUB_SOCK_NONE,
};

/**
 * struct vzub_sock - what is known of a socket
 * @node: link in the hash; the memory may become that of another socket within
 *	a RCU read-side section
 * @sk: socket
 * @ub: beancounter; not freed before this
 * @snd: what was counted of its send buffer
 * @rcv: of its receive buffer
 * @tcp: it is a TCP socket
 * @charge: enum vzub_sock_charge
 */
struct vzub_sock {
	struct hlist_nulls_node	node;
	struct sock		*sk;
	struct vzub		*ub;
	int			snd;
	int			rcv;
	bool			tcp;
	u8			charge;
};

/**
 * struct vzub_sock_bucket - an element of the hash
 * @head: sockets
 */
struct vzub_sock_bucket {
	struct hlist_nulls_head	head;
};

/* The hash; its size never changes */
extern struct vzub_sock_bucket *vzub_socks;
extern unsigned int vzub_socks_bits;

/**
 * vzub_sock_is_tcp - is it TCP?
 * @prot: protocol
 *
 * Multipath TCP is.  A protocol that replaces another one's operations (TLS,
 * socket maps) has its memory.
 *
 * Return: true if it is.
 */
static inline bool vzub_sock_is_tcp(const struct proto *prot)
{
	return prot->memory_allocated == tcp_prot.memory_allocated;
}

/**
 * vzub_cgroup_of_sock - the cgroup of a socket
 * @sk: socket, a full one
 *
 * Return: cgroup; pinned by the socket.
 */
static inline struct cgroup *vzub_cgroup_of_sock(const struct sock *sk)
{
	return sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);
}

/**
 * __vzub_sock_find - look a socket up
 * @sk: socket
 *
 * Context: RCU read side; any context.
 * Return: what is known of it, or NULL.
 */
static __always_inline struct vzub_sock *__vzub_sock_find(const struct sock *sk)
{
	u32 n = hash_ptr(sk, vzub_socks_bits);
	struct hlist_nulls_node *node;
	struct vzub_sock *s;

	do {
		hlist_nulls_for_each_entry_rcu(s, node, &vzub_socks[n].head,
					       node)
			if (s->sk == sk)
				return s;
		/* one was moved to another bucket meanwhile: once more */
	} while (get_nulls_value(node) != n);
	return NULL;
}

/**
 * vzub_sock_is_host - is it none of a container?
 * @sk: socket, a full one, which cannot end before the caller does
 *
 * Needs no RCU, which costs more than the rest for most sockets.
 *
 * Return: true if it is the host's; false: look it up.
 */
static __always_inline bool vzub_sock_is_host(const struct sock *sk)
{
	const struct cgroup *cgrp = vzub_cgroup_of_sock(sk);

	return !cgrp || cgrp->level < 2;
}

struct vzub_sock *vzub_sock_make(struct sock *sk);

/**
 * vzub_sock_get - look a socket up, or remember it
 * @sk: socket, a full one of a container, in use by the caller
 *
 * Context: RCU read side; any context.
 * Return: what is known of it; stays as long as the socket does.  NULL: its
 * buffers are not counted.
 */
static __always_inline struct vzub_sock *vzub_sock_get(struct sock *sk)
{
	return __vzub_sock_find(sk) ?: vzub_sock_make(sk);
}

/* sock.c */
void vzub_sock_each(void (*fn)(struct vzub_sock *s));

/* sockbuf.c */
u64 __vzub_sockbuf_room(struct vzub *ub, enum vzub_resource resource, u64 mine,
			u64 more);
void vzub_sockbuf_refused(struct vzub *ub, enum vzub_resource resource,
			  u64 more, u64 bound);
void vzub_sockbuf_forget(struct vzub_sock *s);
void vzub_sockbuf_stop(void);

/**
 * vzub_sockbuf_room - may a buffer grow?
 * @ub: beancounter
 * @resource: kind of buffer
 * @mine: what the socket has
 * @more: what it wants
 *
 * Context: any.
 * Return: 0: it may, or what is in the way.
 */
static __always_inline u64 vzub_sockbuf_room(struct vzub *ub,
					     enum vzub_resource resource,
					     u64 mine, u64 more)
{
	const struct vzub_counter *c = &ub->counter[resource];
	s64 held = atomic64_read(&c->held) + (s64)more;

	if (likely(held <= (s64)READ_ONCE(c->barrier)))
		return 0;
	return __vzub_sockbuf_room(ub, resource, mine, more);
}

static __always_inline void vzub_sockbuf_add(struct vzub *ub,
					     enum vzub_resource resource,
					     int delta)
{
	struct vzub_counter *c = &ub->counter[resource];
	s64 held;

	if (!delta)
		return;
	held = atomic64_add_return(delta, &c->held);
	if (delta > 0)
		vzub_peak(c, held);
}

/**
 * vzub_sockbuf_snd - so much is in the send buffer now
 * @s: socket
 * @now: bytes
 *
 * Context: any.
 */
static __always_inline void vzub_sockbuf_snd(struct vzub_sock *s, int now)
{
	now = max(now, 0);
	vzub_sockbuf_add(s->ub, s->tcp ? VZUB_TCPSNDBUF : VZUB_OTHERSOCKBUF,
			 now - xchg(&s->snd, now));
}

/**
 * vzub_sockbuf_rcv - so much is in the receive buffer now
 * @s: socket
 * @now: bytes
 *
 * Context: any.
 */
static __always_inline void vzub_sockbuf_rcv(struct vzub_sock *s, int now)
{
	now = max(now, 0);
	vzub_sockbuf_add(s->ub, s->tcp ? VZUB_TCPRCVBUF : VZUB_DGRAMRCVBUF,
			 now - xchg(&s->rcv, now));
}

#endif /* _VZUBC_SOCK_H */
