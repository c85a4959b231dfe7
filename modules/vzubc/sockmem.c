// SPDX-License-Identifier: GPL-2.0
/*
 * tcpsndbuf, tcprcvbuf, dgramrcvbuf: memory that the kernel grants to sockets.
 *
 * TCP and UDP ask for memory in pages before they use it and give it back when
 * they need less; both are the moments at which a socket is looked at.  What
 * is refused TCP can live with, because the kernel itself may run short: a
 * sender waits or gets EAGAIN, a segment that came in is dropped and its sender
 * told that the window is closed.  A datagram is lost.
 *
 * Without asking TCP takes what an empty buffer needs to go on at all, a page
 * or one segment, but its container sets how much that is.
 */
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/static_call.h>
#include "sock.h"

/* What TCP takes without asking is left to it up to that */
#define VZUB_FORCED	(2 * PAGE_SIZE)

static void vzub_forced_none(struct sock *sk, int size)
{
}

DEFINE_STATIC_CALL(vzub_forced, vzub_forced_none);

/* Return: false when it is refused. */
static __always_inline bool vzub_sockmem_snd(struct vzub_sock *s,
					     struct sock *sk, int size)
{
	int now = READ_ONCE(sk->sk_wmem_queued);
	u64 bound;

	vzub_sockbuf_snd(s, now);
	bound = vzub_sockbuf_room(s->ub, VZUB_TCPSNDBUF, now, size);
	if (unlikely(bound)) {
		vzub_sockbuf_refused(s->ub, VZUB_TCPSNDBUF, size, bound);
		/* so that poll() does not say that it can be written to */
		sk_stream_moderate_sndbuf(sk);
		return false;
	}
	vzub_sockbuf_snd(s, now + size);
	return true;
}

static __always_inline bool vzub_sockmem_rcv(struct vzub_sock *s,
					     struct sock *sk, int size)
{
	enum vzub_resource resource = s->tcp ? VZUB_TCPRCVBUF :
					       VZUB_DGRAMRCVBUF;
	int now = atomic_read(&sk->sk_rmem_alloc);
	u64 bound;

	vzub_sockbuf_rcv(s, now);
	bound = vzub_sockbuf_room(s->ub, resource, now, size);
	if (unlikely(bound)) {
		vzub_sockbuf_refused(s->ub, resource, size, bound);
		return false;
	}
	vzub_sockbuf_rcv(s, now + size);
	return true;
}

static __always_inline void vzub_on_raise(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);
	int size = regs_get_kernel_argument(regs, 1);
	int kind = regs_get_kernel_argument(regs, 3);
	struct vzub_sock *s;
	bool granted = true;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = vzub_sock_get(sk);
	if (!s)
		return;
	if (kind == SK_MEM_RECV)
		granted = vzub_sockmem_rcv(s, sk, size);
	else if (s->tcp)
		granted = vzub_sockmem_snd(s, sk, size);
	if (!granted)
		vz_hook_refuse(regs, 0);
}

static __always_inline void vzub_on_reduce(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);
	int pages = regs_get_kernel_argument(regs, 1);
	struct vzub_sock *s;
	int rcv;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = __vzub_sock_find(sk);
	if (!s)
		return;
	rcv = atomic_read(&sk->sk_rmem_alloc);
	if (s->tcp)
		vzub_sockbuf_snd(s, READ_ONCE(sk->sk_wmem_queued));
	else if (sk->sk_protocol == IPPROTO_UDP)
		/* it says so a moment before it is true */
		rcv -= pages << PAGE_SHIFT;
	vzub_sockbuf_rcv(s, rcv);
}

static __always_inline void vzub_on_forced(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);
	int size = regs_get_kernel_argument(regs, 1);
	struct vzub_sock *s;
	int now;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = vzub_sock_get(sk);
	if (!s || !s->tcp)
		return;
	now = READ_ONCE(sk->sk_wmem_queued);
	vzub_sockbuf_snd(s, now);
	if (now + size > VZUB_FORCED &&
	    unlikely(vzub_sockbuf_room(s->ub, VZUB_TCPSNDBUF, now, size)))
		vz_hook_refuse(regs, 0);
}

static __always_inline void vzub_on_queue_rcv(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);
	struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 1);
	struct vzub_sock *s;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = vzub_sock_get(sk);
	if (s && !s->tcp && !vzub_sockmem_rcv(s, sk, skb->truesize))
		vz_hook_refuse(regs, -ENOMEM);
}

static __always_inline void vzub_on_rfree(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 0);
	struct sock *sk = skb->sk;
	struct vzub_sock *s;

	/* TCP gives pages back */
	if (sk->sk_protocol == IPPROTO_TCP || vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = __vzub_sock_find(sk);
	if (s && !s->tcp)
		vzub_sockbuf_rcv(s, atomic_read(&sk->sk_rmem_alloc) -
				    (int)skb->truesize);
}

VZ_HOOK(vzub_raise, __sk_mem_raise_allocated,
	"buffers of TCP and UDP are not counted", vzub_on_raise);
VZ_HOOK(vzub_reduce, __sk_mem_reduce_allocated,
	"buffers of TCP and UDP are not counted", vzub_on_reduce);
VZ_HOOK(vzub_forced_hook, sk_forced_mem_schedule,
	"buffers of TCP and UDP are not counted", vzub_on_forced);
VZ_HOOK(vzub_queue_rcv, __sock_queue_rcv_skb,
	"datagrams received are not counted", vzub_on_queue_rcv);
VZ_HOOK(vzub_rfree, sock_rfree,
	"datagrams received are not counted", vzub_on_rfree);

static struct vz_hook * const vzub_sockmem_hooks[] = {
	&vzub_raise, &vzub_reduce, &vzub_forced_hook, &vzub_queue_rcv,
	&vzub_rfree,
};

/* Not of the Internet: security modules look into those packets. */
static void vzub_sockmem_touch_queue(void)
{
	struct sk_buff *skb;
	struct socket *sock;

	if (sock_create_kern(&init_net, AF_UNIX, SOCK_DGRAM, 0, &sock))
		return;
	skb = alloc_skb(1, GFP_KERNEL);
	if (skb && sock_queue_rcv_skb(sock->sk, skb))
		kfree_skb(skb);
	skb_queue_purge(&sock->sk->sk_receive_queue);
	sock_release(sock);
}

static void vzub_sockmem_touch_memory(void)
{
	struct socket *sock;
	struct sock *sk;

	if (sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, 0, &sock))
		return;
	sk = sock->sk;
	lock_sock(sk);
	if (__sk_mem_schedule(sk, 1, SK_MEM_RECV))
		__sk_mem_reclaim(sk, PAGE_SIZE);
	/* needs a connection otherwise; nothing is taken for nothing */
	static_call(vzub_forced)(sk, 0);
	release_sock(sk);
	sock_release(sock);
}

static void vzub_sockmem_touch(void)
{
	if (!vzub_family_works(&vzub_sock_family))
		return;
	vzub_sockmem_touch_queue();
	vzub_sockmem_touch_memory();
}

static int vzub_sockmem_init(void)
{
	if (vzub_forced_hook.addr)
		static_call_update(vzub_forced, vzub_forced_hook.addr);
	return 0;
}

const struct vzub_family vzub_sockmem_family = {
	.hooks	= vzub_sockmem_hooks,
	.count	= ARRAY_SIZE(vzub_sockmem_hooks),
	.init	= vzub_sockmem_init,
	.exit	= vzub_sockbuf_stop,
	.touch	= vzub_sockmem_touch,
};
