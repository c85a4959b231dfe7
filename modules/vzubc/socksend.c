// SPDX-License-Identifier: GPL-2.0
/*
 * othersockbuf: what sockets that are not TCP have sent and nobody received.
 *
 * A packet belongs to the socket that sent it until it is freed, or until
 * another socket takes it over.  One that does not fit waits as if the socket's
 * own buffer was full, or is refused with EAGAIN where the sender does not
 * want to wait.
 */
#include <linux/log2.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/wait.h>
#include "sock.h"

/* A sender that waits has another look after that */
#define VZUB_SOCKSEND_DELAY	(HZ / 5)

/* What a packet is going to take, rather more than less. */
static u32 vzub_socksend_size(unsigned long header, unsigned long data)
{
	u64 head = SKB_DATA_ALIGN(header) +
		   SKB_DATA_ALIGN(sizeof(struct skb_shared_info));

	return min_t(u64, S32_MAX, SKB_DATA_ALIGN(sizeof(struct sk_buff)) +
				   roundup_pow_of_two(head) + PAGE_ALIGN(data));
}

static u64 vzub_socksend_bound(struct vzub_sock *s, const struct sock *sk,
			       u32 size)
{
	return vzub_sockbuf_room(s->ub, VZUB_OTHERSOCKBUF,
				 sk_wmem_alloc_get(sk), size);
}

static bool vzub_socksend_ends(const struct sock *sk)
{
	return READ_ONCE(sk->sk_err) ||
	       (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN);
}

/* Return: 0: go on, or a negative error. */
static int vzub_socksend_sleep(struct vzub_sock *s, struct sock *sk, u32 size)
{
	long left = sock_sndtimeo(sk, false), step;

	while (vzub_socksend_bound(s, sk, size) && !vzub_socksend_ends(sk)) {
		if (signal_pending(current))
			return sock_intr_errno(left);
		if (!left)
			return -EAGAIN;
		step = min_t(long, left, VZUB_SOCKSEND_DELAY);
		wait_event_interruptible_timeout(s->ub->sock_wait,
						 !vzub_socksend_bound(s, sk,
								      size) ||
						 vzub_socksend_ends(sk), step);
		if (left != MAX_SCHEDULE_TIMEOUT)
			left -= step;
	}
	return 0;
}

/* What is known of a socket stays as long as it, and its sender holds it. */
static struct sk_buff *vzub_socksend(struct sock *sk, unsigned long header,
				     unsigned long data, int noblock, int *err,
				     int order)
{
	u32 size = vzub_socksend_size(header, data);
	struct sk_buff *skb = NULL;
	struct vzub_sock *s;

	scoped_guard(rcu)
		s = __vzub_sock_find(sk);
	*err = s ? vzub_socksend_sleep(s, sk, size) : 0;
	if (!*err)
		skb = sock_alloc_send_pskb(sk, header, data, noblock, err,
					   order);
	vz_hook_leave();
	return skb;
}

static __always_inline void vzub_on_send(struct vz_hook *hook,
					 struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);
	bool noblock = (int)regs_get_kernel_argument(regs, 3);
	int *err = (void *)regs_get_kernel_argument(regs, 4);
	struct vzub_sock *s;
	u64 bound;
	u32 size;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = vzub_sock_get(sk);
	if (!s || s->tcp)
		return;
	size = vzub_socksend_size(regs_get_kernel_argument(regs, 1),
				  regs_get_kernel_argument(regs, 2));
	bound = vzub_socksend_bound(s, sk, size);
	if (likely(!bound))
		return;
	vzub_sockbuf_refused(s->ub, VZUB_OTHERSOCKBUF, size, bound);
	if (sock_sndtimeo(sk, noblock)) {
		vz_hook_redirect(hook, regs, vzub_socksend);
	} else {
		*err = -EAGAIN;
		vz_hook_refuse(regs, 0);
	}
}

static __always_inline void vzub_on_set_owner(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 0);
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 1);
	struct vzub_sock *s;

	if (!sk_fullsock(sk) || vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = vzub_sock_get(sk);
	if (s && !s->tcp)
		vzub_sockbuf_snd(s, sk_wmem_alloc_get(sk) + skb->truesize);
}

static __always_inline void vzub_on_wfree(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 0);
	struct sock *sk = skb->sk;
	struct vzub_sock *s;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	s = __vzub_sock_find(sk);
	if (!s || s->tcp)
		return;
	vzub_sockbuf_snd(s, sk_wmem_alloc_get(sk) - (int)skb->truesize);
	/* without a barrier: who is missed looks again after a while */
	if (unlikely(waitqueue_active(&s->ub->sock_wait)))
		wake_up_interruptible(&s->ub->sock_wait);
}

#define VZUB_SOCKSEND_FEATURE	"othersockbuf is not counted"

VZ_HOOK(vzub_set_owner, skb_set_owner_w, VZUB_SOCKSEND_FEATURE,
	vzub_on_set_owner);
VZ_HOOK(vzub_wfree, sock_wfree, VZUB_SOCKSEND_FEATURE, vzub_on_wfree);

static struct vz_hook * const vzub_socksend_hooks[] = {
	&vzub_wfree, &vzub_set_owner,
};

VZ_HOOK(vzub_send, sock_alloc_send_pskb, "othersockbuf is not limited",
	vzub_on_send);

static struct vz_hook * const vzub_socksend_limit_hooks[] = { &vzub_send };

static void vzub_socksend_touch(void)
{
	struct sk_buff *skb;
	struct socket *sock;
	int err;

	if (!vzub_family_works(&vzub_sock_family) ||
	    sock_create_kern(&init_net, AF_UNIX, SOCK_DGRAM, 0, &sock))
		return;
	skb = sock_alloc_send_pskb(sock->sk, 1, 0, 1, &err, 0);
	kfree_skb(skb);
	sock_release(sock);
}

const struct vzub_family vzub_socksend_family = {
	.hooks	= vzub_socksend_hooks,
	.count	= ARRAY_SIZE(vzub_socksend_hooks),
	.exit	= vzub_sockbuf_stop,
	.touch	= vzub_socksend_touch,
};

static struct vzub_demand vzub_socksend_limit_demand;

const struct vzub_family vzub_socksend_limit_family = {
	.hooks		= vzub_socksend_limit_hooks,
	.count		= ARRAY_SIZE(vzub_socksend_limit_hooks),
	.exit		= vzub_sockbuf_stop,
	.touch		= vzub_socksend_touch,
	.on_demand	= &vzub_socksend_limit_demand,
	.resources	= BIT(VZUB_OTHERSOCKBUF),
};
