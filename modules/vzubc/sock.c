// SPDX-License-Identifier: GPL-2.0
/*
 * numtcpsock, numothersock: sockets.
 *
 * A socket belongs to the container in whose cgroup it was made, or the one
 * that it was accepted from, wherever it is passed on or inherited.  The kernel
 * keeps that cgroup until the socket is destroyed, so nothing of ours has to be
 * kept for it: it is charged when it has its cgroup, and given back with it.
 *
 * More is known only of sockets whose buffers were used, and of those for which
 * that rule is wrong: what was accepted from one of the kernel's own (MPTCP),
 * which may be turned into one of the user's, and all sockets of a container
 * that is older than its beancounter, where some were never charged.  These are
 * in a hash, and what is said there holds.
 *
 * A socket is charged before it is made.  One that is accepted is charged when
 * it is there, and refused before that: others may come in between, so a
 * barrier may be passed by the number of processors.
 */
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <net/net_namespace.h>
#include "sock.h"

/* The size of the hash depends on how much memory there is */
#define VZUB_SOCKS_BITS_MIN	10
#define VZUB_SOCKS_BITS_MAX	17
#define VZUB_SOCKS_PAGES	64

/* Locks of buckets */
#define VZUB_SOCK_LOCK_BITS	8

struct vzub_sock_bucket *vzub_socks;
unsigned int vzub_socks_bits;

static spinlock_t vzub_sock_locks[1 << VZUB_SOCK_LOCK_BITS];
static struct kmem_cache *vzub_sock_cache;

static spinlock_t *vzub_sock_lock(u32 bucket)
{
	return &vzub_sock_locks[bucket % ARRAY_SIZE(vzub_sock_locks)];
}

static enum vzub_resource vzub_sock_resource(bool tcp)
{
	return tcp ? VZUB_NUMTCPSOCK : VZUB_NUMOTHERSOCK;
}

/* Is there room for one more?  Refuses otherwise. */
static bool vzub_sock_fits(struct vzub *ub, bool tcp)
{
	enum vzub_resource resource = vzub_sock_resource(tcp);
	struct vzub_counter *c = &ub->counter[resource];
	u64 bound = vzub_bound(c, VZUB_HARD);
	u64 held = atomic64_read(&c->held);

	if (likely(held < bound))
		return true;
	vzub_refused(ub, resource, held, 1, bound);
	return false;
}

/* Return: false when it is refused. */
static bool vzub_sock_try(struct vzub *ub, bool tcp)
{
	return vzub_charge(ub, vzub_sock_resource(tcp), 1, VZUB_HARD);
}

static void vzub_sock_charge(struct vzub *ub, bool tcp)
{
	vzub_charge(ub, vzub_sock_resource(tcp), 1, VZUB_FORCE);
}

static void vzub_sock_uncharge(struct vzub *ub, bool tcp)
{
	vzub_uncharge(ub, vzub_sock_resource(tcp), 1);
}

static bool vzub_sock_has_tcp(const struct sock *sk)
{
	return vzub_sock_is_tcp(READ_ONCE(sk->sk_prot_creator));
}

/* The container pays for the memory, unless it cannot. */
static struct vzub_sock *vzub_sock_alloc(struct vzub *ub, struct sock *sk,
					 enum vzub_sock_charge charge)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	struct vzub_sock *s;

	s = kmem_cache_alloc(vzub_sock_cache, gfp | __GFP_ACCOUNT) ?:
	    kmem_cache_alloc(vzub_sock_cache, gfp);
	if (!s)
		return NULL;
	s->sk = sk;
	s->ub = ub;
	s->snd = 0;
	s->rcv = 0;
	s->tcp = vzub_sock_has_tcp(sk);
	s->charge = charge;
	return s;
}

/* Return: what was there already, or the new one. */
static struct vzub_sock *vzub_sock_insert(struct vzub_sock *new)
{
	u32 n = hash_ptr(new->sk, vzub_socks_bits);
	struct vzub_sock *s;
	unsigned long flags;

	spin_lock_irqsave(vzub_sock_lock(n), flags);
	s = __vzub_sock_find(new->sk);
	if (!s) {
		s = new;
		hlist_nulls_add_head_rcu(&s->node, &vzub_socks[n].head);
	}
	spin_unlock_irqrestore(vzub_sock_lock(n), flags);
	return s;
}

static void vzub_sock_free(struct vzub_sock *s)
{
	if (s->charge == VZUB_SOCK_CHARGED)
		vzub_sock_uncharge(s->ub, s->tcp);
	atomic_dec(&s->ub->socks);
	kmem_cache_free(vzub_sock_cache, s);
}

/* Without memory the socket is not counted, or its buffers are not. */
static struct vzub_sock *vzub_sock_add(struct vzub *ub, struct sock *sk,
				       enum vzub_sock_charge charge)
{
	struct vzub_sock *new = vzub_sock_alloc(ub, sk, charge), *s;

	if (!new) {
		WRITE_ONCE(ub->inexact, true);
		return NULL;
	}
	/* before somebody else may remove it */
	atomic_inc(&ub->socks);
	if (charge == VZUB_SOCK_CHARGED)
		vzub_sock_charge(ub, new->tcp);
	s = vzub_sock_insert(new);
	if (s != new)
		vzub_sock_free(new);
	return s;
}

/* Return: what was known of a socket that is being destroyed. */
static enum vzub_sock_charge vzub_sock_forget(const struct sock *sk)
{
	u32 n = hash_ptr(sk, vzub_socks_bits);
	enum vzub_sock_charge charge;
	struct vzub_sock *s;
	unsigned long flags;

	spin_lock_irqsave(vzub_sock_lock(n), flags);
	s = __vzub_sock_find(sk);
	if (s)
		hlist_nulls_del_rcu(&s->node);
	spin_unlock_irqrestore(vzub_sock_lock(n), flags);
	if (!s)
		return VZUB_SOCK_BY_RULE;
	charge = s->charge;
	vzub_sockbuf_forget(s);
	vzub_sock_free(s);
	return charge;
}

/* Charged by rule, unless that is not known to be right. */
static enum vzub_sock_charge vzub_sock_rule(const struct vzub *ub,
					    const struct sock *sk)
{
	if (unlikely(ub->seeded))
		return sk->sk_kern_sock ? VZUB_SOCK_NONE : VZUB_SOCK_CHARGED;
	return VZUB_SOCK_BY_RULE;
}

static void vzub_sock_made(struct vzub *ub, struct sock *sk,
			   enum vzub_sock_charge charge)
{
	if (charge != VZUB_SOCK_BY_RULE)
		vzub_sock_add(ub, sk, charge);
	else if (!sk->sk_kern_sock)
		vzub_sock_charge(ub, vzub_sock_has_tcp(sk));
}

/**
 * vzub_sock_make - remember a socket whose buffers are being used
 * @sk: socket, a full one of a container, in use by the caller
 *
 * Who found it without a reference (UDP does) may have it being destroyed at
 * the same time: either that sees what we have made, or we see the end.
 *
 * Context: RCU read side; any context.
 * Return: what is known of it, or NULL.
 */
noinline struct vzub_sock *vzub_sock_make(struct sock *sk)
{
	struct vzub_sock *s;
	struct vzub *ub;

	if (!refcount_read(&sk->sk_refcnt))
		return NULL;
	ub = vzub_of_cgroup(vzub_cgroup_of_sock(sk));
	if (!ub)
		return NULL;
	s = vzub_sock_add(ub, sk, ub->seeded ? VZUB_SOCK_NONE :
					       VZUB_SOCK_BY_RULE);
	/* pairs with vzub_on_sk_destruct() */
	smp_mb();
	if (likely(refcount_read(&sk->sk_refcnt)))
		return s;
	vzub_sock_forget(sk);
	return NULL;
}

/**
 * vzub_sock_each - call a function for all sockets that are counted
 * @fn: function; called with a lock held, so the socket cannot end
 */
void vzub_sock_each(void (*fn)(struct vzub_sock *s))
{
	struct hlist_nulls_node *node;
	struct vzub_sock *s;
	unsigned long flags;
	u32 n;

	for (n = 0; n < 1U << vzub_socks_bits; n++) {
		if (hlist_nulls_empty(&vzub_socks[n].head))
			continue;
		spin_lock_irqsave(vzub_sock_lock(n), flags);
		hlist_nulls_for_each_entry(s, node, &vzub_socks[n].head, node)
			fn(s);
		spin_unlock_irqrestore(vzub_sock_lock(n), flags);
	}
}

static bool vzub_sock_type_is_tcp(int type, int protocol)
{
	return type == SOCK_STREAM &&
	       (!protocol || protocol == IPPROTO_TCP ||
		protocol == IPPROTO_MPTCP);
}

/* The kernel makes a difference: OpenVZ always answered that to AF_INET. */
static __always_inline void vzub_on_socket_create(struct vz_hook *hook,
						  struct pt_regs *regs)
{
	int family = regs_get_kernel_argument(regs, 0);
	int type = regs_get_kernel_argument(regs, 1);
	int protocol = regs_get_kernel_argument(regs, 2);
	bool kern = (int)regs_get_kernel_argument(regs, 3);
	struct vzub *ub;

	if ((family != AF_INET && family != AF_INET6) || kern)
		return;
	vzub_guard();
	ub = vzub_of_task(current);
	if (ub && !vzub_sock_fits(ub, vzub_sock_type_is_tcp(type, protocol)))
		vz_hook_refuse(regs, -ENOBUFS);
}

static struct sock *vzub_sk_none(struct net *net, int family, gfp_t gfp,
				 struct proto *prot, int kern)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_sk_original, vzub_sk_none);

/* The task was moved meanwhile, or more has to be known of the socket. */
static noinline void vzub_sk_settle(struct vzub *ub, struct sock *sk, bool tcp)
{
	if (ub)
		vzub_sock_uncharge(ub, tcp);
	guard(rcu)();
	if (vzub_sock_is_host(sk))
		return;
	ub = vzub_of_cgroup(vzub_cgroup_of_sock(sk));
	if (ub)
		vzub_sock_made(ub, sk, vzub_sock_rule(ub, sk));
}

/*
 * Charges the task's own, if there is one, and tells whose it is; what is
 * charged keeps that, and so does being inside.  Return: false: it is refused.
 */
static bool vzub_sk_charge(bool tcp, const struct cgroup **cgrp,
			   struct vzub **ub)
{
	vzub_guard();
	*cgrp = task_dfl_cgroup(current);
	*ub = vzub_of_cgroup(*cgrp);
	return !*ub || vzub_sock_try(*ub, tcp);
}

static struct sock *vzub_sk_new(struct net *net, int family, gfp_t gfp,
				struct proto *prot, int kern)
{
	const struct cgroup *cgrp;
	bool tcp = vzub_sock_is_tcp(prot);
	struct sock *sk = NULL;
	struct vzub *ub;
	bool granted;

	granted = vzub_sk_charge(tcp, &cgrp, &ub);
	if (granted)
		sk = static_call(vzub_sk_original)(net, family, gfp, prot,
						   kern);
	if (unlikely(granted && !sk && ub))
		vzub_sock_uncharge(ub, tcp);
	else if (sk && unlikely(vzub_cgroup_of_sock(sk) != cgrp ||
				(ub && ub->seeded)))
		vzub_sk_settle(ub, sk, tcp);
	vz_hook_leave_brief(&vzub_inside);
	return sk;
}

static __always_inline void vzub_on_sk_alloc(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	bool kern = (int)regs_get_kernel_argument(regs, 4);

	if (kern || in_interrupt())
		return;
	vzub_guard();
	if (vzub_of_task(current))
		vz_hook_redirect_brief(regs, vzub_sk_new, &vzub_inside);
}

static __always_inline void vzub_on_sk_clone(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	const struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub *ub;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	ub = vzub_of_cgroup(vzub_cgroup_of_sock(sk));
	if (ub && !vzub_sock_fits(ub, vzub_sock_is_tcp(READ_ONCE(sk->sk_prot))))
		vz_hook_refuse(regs, 0);
}

/* It has the cgroup of the one that it is made from, and is its image. */
static __always_inline void vzub_on_cgroup_clone(struct vz_hook *hook,
						 struct pt_regs *regs)
{
	void *data = (void *)regs_get_kernel_argument(regs, 0);
	struct sock *sk = container_of(data, struct sock, sk_cgrp_data);
	struct vzub *ub;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	ub = vzub_of_cgroup(vzub_cgroup_of_sock(sk));
	if (ub)
		vzub_sock_made(ub, sk, sk->sk_kern_sock ?
			       VZUB_SOCK_CHARGED : vzub_sock_rule(ub, sk));
}

static __always_inline void vzub_on_sk_destruct(struct vz_hook *hook,
						struct pt_regs *regs)
{
	struct sock *sk = (void *)regs_get_kernel_argument(regs, 0);
	enum vzub_sock_charge charge = VZUB_SOCK_BY_RULE;
	struct vzub *ub;

	if (vzub_sock_is_host(sk))
		return;
	vzub_guard();
	ub = vzub_of_cgroup(vzub_cgroup_of_sock(sk));
	if (!ub)
		return;
	/* pairs with vzub_sock_make() */
	smp_mb();
	if (__vzub_sock_find(sk))
		charge = vzub_sock_forget(sk);
	if (charge == VZUB_SOCK_BY_RULE && !ub->seeded && !sk->sk_kern_sock)
		vzub_sock_uncharge(ub, vzub_sock_has_tcp(sk));
}

VZ_HOOK(vzub_sk_alloc, sk_alloc, "sockets are not counted", vzub_on_sk_alloc);
VZ_HOOK(vzub_cgroup_clone, cgroup_sk_clone, "sockets are not counted",
	vzub_on_cgroup_clone);
VZ_HOOK(vzub_sk_destruct, sk_destruct, "sockets are not counted",
	vzub_on_sk_destruct);

static struct vz_hook * const vzub_sock_hooks[] = {
	&vzub_sk_destruct, &vzub_cgroup_clone, &vzub_sk_alloc,
};

VZ_HOOK(vzub_socket_create, security_socket_create,
	"sockets are refused with another error", vzub_on_socket_create);
VZ_HOOK(vzub_sk_clone, VZ_SK_CLONE, "what is accepted is not refused",
	vzub_on_sk_clone);

static struct vz_hook * const vzub_sock_limit_hooks[] = {
	&vzub_sk_clone, &vzub_socket_create,
};

static void vzub_sock_seed_file(struct vzub *ub, struct file *file)
{
	struct socket *sock = sock_from_file(file);
	struct sock *sk = sock ? sock->sk : NULL;

	/* the file is open, and so is the socket */
	guard(rcu)();
	if (sk && !vzub_sock_is_host(sk) &&
	    vzub_of_cgroup(vzub_cgroup_of_sock(sk)) == ub)
		vzub_sock_add(ub, sk, vzub_sock_rule(ub, sk));
}

static bool vzub_sock_busy(struct vzub *ub)
{
	return atomic_read(&ub->socks) ||
	       atomic64_read(&ub->counter[VZUB_NUMTCPSOCK].held) ||
	       atomic64_read(&ub->counter[VZUB_NUMOTHERSOCK].held);
}

/* What the kernel itself calls when it does not want a clone. */
static void vzub_sock_touch_clone(const struct sock *sk)
{
	struct sock *new;

	local_bh_disable();
	new = sk_clone_lock(sk, GFP_ATOMIC);
	if (new) {
		new->sk_destruct = NULL;
		bh_unlock_sock(new);
		sk_free(new);
	}
	local_bh_enable();
}

static void vzub_sock_touch(void)
{
	struct socket *sock;

	if (sock_create_kern(&init_net, AF_INET, SOCK_RAW, IPPROTO_ICMP, &sock))
		return;
	vzub_sock_touch_clone(sock->sk);
	sock_release(sock);
}

static int vzub_sock_init(void)
{
	u32 n;

	vzub_socks_bits = clamp(ilog2(totalram_pages() / VZUB_SOCKS_PAGES + 1),
				VZUB_SOCKS_BITS_MIN, VZUB_SOCKS_BITS_MAX);
	vzub_sock_cache = KMEM_CACHE(vzub_sock, SLAB_TYPESAFE_BY_RCU);
	if (!vzub_sock_cache)
		return -ENOMEM;
	vzub_socks = kvmalloc_array(1U << vzub_socks_bits, sizeof(*vzub_socks),
				    GFP_KERNEL);
	if (!vzub_socks)
		return -ENOMEM;
	if (vzub_sk_alloc.original)
		static_call_update(vzub_sk_original, vzub_sk_alloc.original);
	for (n = 0; n < 1U << vzub_socks_bits; n++)
		INIT_HLIST_NULLS_HEAD(&vzub_socks[n].head, n);
	for (n = 0; n < ARRAY_SIZE(vzub_sock_locks); n++)
		spin_lock_init(&vzub_sock_locks[n]);
	return 0;
}

/* Sockets that are left are not counted any more. */
static void vzub_sock_free_all(void)
{
	struct hlist_nulls_node *node;
	struct vzub_sock *s;
	u32 n;

	for (n = 0; n < 1U << vzub_socks_bits; n++)
		while (!hlist_nulls_empty(&vzub_socks[n].head)) {
			node = vzub_socks[n].head.first;
			s = hlist_nulls_entry(node, struct vzub_sock, node);
			hlist_nulls_del(node);
			kmem_cache_free(vzub_sock_cache, s);
		}
}

static void vzub_sock_exit(void)
{
	if (vzub_socks)
		vzub_sock_free_all();
	kvfree(vzub_socks);
	kmem_cache_destroy(vzub_sock_cache);
}

const struct vzub_family vzub_sock_family = {
	.hooks	= vzub_sock_hooks,
	.count	= ARRAY_SIZE(vzub_sock_hooks),
	.init	= vzub_sock_init,
	.exit	= vzub_sock_exit,
	.touch	= vzub_sock_touch,
	.busy	= vzub_sock_busy,
	.seed_file = vzub_sock_seed_file,
};

static struct vzub_demand vzub_sock_limit_demand;

const struct vzub_family vzub_sock_limit_family = {
	.hooks		= vzub_sock_limit_hooks,
	.count		= ARRAY_SIZE(vzub_sock_limit_hooks),
	.touch		= vzub_sock_touch,
	.on_demand	= &vzub_sock_limit_demand,
	.resources	= BIT(VZUB_NUMTCPSOCK) | BIT(VZUB_NUMOTHERSOCK),
};

/**
 * vzub_sock_host_tcp - TCP sockets of the host
 *
 * Return: those of its network namespace that are bound or connected.
 */
u64 vzub_sock_host_tcp(void)
{
	return max(0, sock_prot_inuse_get(&init_net, &tcp_prot));
}

/**
 * vzub_sock_host_other - other sockets of the host
 *
 * Return: those of its network namespace that are not known to be TCP.
 */
u64 vzub_sock_host_other(void)
{
	return max_t(s64, 0, (s64)sock_inuse_get(&init_net) -
			     (s64)vzub_sock_host_tcp());
}
