// SPDX-License-Identifier: GPL-2.0
/*
 * kmemsize, physpages: what packets take.
 *
 * A connection that is tracked, and what a rule of nftables adds to a set, are
 * made when a packet comes by, at anybody's time, and the kernel charges nobody
 * for them.  Here the container pays whose network namespace that is.
 *
 * As the memory controller does it, what cannot wait goes through when the
 * container is full, and who allocates next makes room.  Refused is what is
 * above the barrier of kmemsize, or so much above all memory of the container
 * that nobody seems to be there who makes room: then a connection is not begun,
 * and a rule takes the set for full.
 */
#include <linux/gfp.h>
#include <linux/sched/mm.h>
#include <linux/static_call.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_extend.h>
#include <net/netfilter/nf_tables.h>
#include "charge.h"
#include "vzubc.h"

/* More than all memory: an eighth */
#define VZUB_EXCESS_SHIFT	3

/**
 * struct vzub_packet - something that is allocated for a packet
 * @memcg: who pays, NULL: nobody; valid under RCU
 * @old: who would have paid
 * @gfp: how it is allocated
 */
struct vzub_packet {
	struct mem_cgroup	*memcg;
	struct mem_cgroup	*old;
	gfp_t			gfp;
};

/* Has the container so much that more cannot be lent? */
static bool vzub_packet_is_excess(struct vzub *ub, struct mem_cgroup *memcg)
{
	unsigned long held = page_counter_read(&memcg->memory);
	unsigned long bound = READ_ONCE(memcg->memory.max);

	bound += bound >> VZUB_EXCESS_SHIFT;
	if (likely(held <= bound))
		return false;
	vzub_refused(ub, VZUB_PHYSPAGES, held, 1, bound);
	return true;
}

/*
 * vzub_packet_end() follows.  RCU keeps the memory cgroup until then, and what
 * is allocated keeps it after that.  Return: false: it is refused.
 */
static bool vzub_packet_begin(struct vzub_packet *p, const struct net *net,
			      u64 size)
{
	struct vzub *ub;

	rcu_read_lock();
	ub = vzub_of_net(net);
	p->memcg = ub ? vzub_memcg(ub) : NULL;
	p->gfp = GFP_ATOMIC;
	if (!p->memcg)
		return true;
	p->gfp |= __GFP_ACCOUNT;
	p->old = set_active_memcg(p->memcg);
	return !vzub_packet_is_excess(ub, p->memcg) &&
	       vzub_kmem_grant(ub, size);
}

static void vzub_packet_end(const struct vzub_packet *p)
{
	if (p->memcg)
		set_active_memcg(p->old);
	rcu_read_unlock();
}

/* ---------------------------------------------------------- connections -- */

static struct nf_conn *vzub_no_conn(struct net *net,
				    const struct nf_conntrack_zone *zone,
				    const struct nf_conntrack_tuple *orig,
				    const struct nf_conntrack_tuple *reply,
				    gfp_t gfp, u32 hash)
{
	return ERR_PTR(-ENOMEM);
}

static void *vzub_no_ext(struct nf_conn *ct, enum nf_ct_ext_id id, gfp_t gfp)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_conn_alloc, vzub_no_conn);
DEFINE_STATIC_CALL(vzub_conn_extend, vzub_no_ext);

static struct nf_conn *vzub_conn_new(struct net *net,
				     const struct nf_conntrack_zone *zone,
				     const struct nf_conntrack_tuple *orig,
				     const struct nf_conntrack_tuple *reply,
				     gfp_t gfp, u32 hash)
{
	struct nf_conn *ct = ERR_PTR(-ENOMEM);
	struct vzub_packet p;

	if (vzub_packet_begin(&p, net, sizeof(*ct)))
		ct = static_call(vzub_conn_alloc)(net, zone, orig, reply, p.gfp,
						  hash);
	vzub_packet_end(&p);
	vz_hook_leave_brief(&vzub_inside);
	return ct;
}

static void *vzub_conn_more(struct nf_conn *ct, enum nf_ct_ext_id id, gfp_t gfp)
{
	struct vzub_packet p;
	void *ext = NULL;

	if (vzub_packet_begin(&p, nf_ct_net(ct), 0))
		ext = static_call(vzub_conn_extend)(ct, id, p.gfp);
	vzub_packet_end(&p);
	vz_hook_leave_brief(&vzub_inside);
	return ext;
}

/* What may sleep is a template, made with a rule. */
static __always_inline bool vzub_conn_is_ours(const struct net *net, gfp_t gfp)
{
	if (gfpflags_allow_blocking(gfp))
		return false;
	vzub_guard();
	return vzub_of_net(net);
}

static __always_inline void vzub_on_conn_alloc(struct vz_hook *hook,
					       struct pt_regs *regs)
{
	const struct net *net = (void *)regs_get_kernel_argument(regs, 0);
	gfp_t gfp = (__force gfp_t)regs_get_kernel_argument(regs, 4);

	if (vzub_conn_is_ours(net, gfp))
		vz_hook_redirect_brief(regs, vzub_conn_new, &vzub_inside);
}

static __always_inline void vzub_on_ext_add(struct vz_hook *hook,
					    struct pt_regs *regs)
{
	const struct nf_conn *ct = (void *)regs_get_kernel_argument(regs, 0);
	gfp_t gfp = (__force gfp_t)regs_get_kernel_argument(regs, 2);

	if (vzub_conn_is_ours(nf_ct_net(ct), gfp))
		vz_hook_redirect_brief(regs, vzub_conn_more, &vzub_inside);
}

/* Some compilers change its arguments; then it has another name. */
VZ_HOOK_MODULE(vzub_conn_hook, __nf_conntrack_alloc, "nf_conntrack",
	       "tracked connections are not in kmemsize", vzub_on_conn_alloc);
VZ_HOOK_MODULE(vzub_ext_hook, nf_ct_ext_add, "nf_conntrack",
	       "what is known of tracked connections is not in kmemsize",
	       vzub_on_ext_add);

static struct vz_hook * const vzub_conn_hooks[] = { &vzub_conn_hook };
static struct vz_hook * const vzub_ext_hooks[] = { &vzub_ext_hook };

static void vzub_conn_found(void)
{
	if (vzub_conn_hook.original)
		static_call_update(vzub_conn_alloc, vzub_conn_hook.original);
}

static void vzub_ext_found(void)
{
	if (vzub_ext_hook.original)
		static_call_update(vzub_conn_extend, vzub_ext_hook.original);
}

/* As with rules, what fires these hooks only comes with a container. */
const struct vzub_family vzub_conn_family = {
	.hooks	= vzub_conn_hooks,
	.count	= ARRAY_SIZE(vzub_conn_hooks),
	.found	= vzub_conn_found,
};

const struct vzub_family vzub_ext_family = {
	.hooks	= vzub_ext_hooks,
	.count	= ARRAY_SIZE(vzub_ext_hooks),
	.found	= vzub_ext_found,
};

/* ----------------------------------------------------- elements of sets -- */

static void *vzub_no_elem(const struct nft_set *set,
			  const struct nft_set_ext_tmpl *tmpl,
			  const u32 *key, const u32 *key_end, const u32 *data,
			  u64 timeout, u64 expiration, gfp_t gfp)
{
	return ERR_PTR(-ENOMEM);
}

DEFINE_STATIC_CALL(vzub_elem_init, vzub_no_elem);

/* What a command adds is charged already, to who gave it. */
static void *vzub_elem_new(const struct nft_set *set,
			   const struct nft_set_ext_tmpl *tmpl,
			   const u32 *key, const u32 *key_end, const u32 *data,
			   u64 timeout, u64 expiration, gfp_t gfp)
{
	void *elem = ERR_PTR(-ENOMEM);
	struct vzub_packet p;

	if (gfpflags_allow_blocking(gfp)) {
		elem = static_call(vzub_elem_init)(set, tmpl, key, key_end,
						   data, timeout, expiration,
						   gfp);
	} else {
		if (vzub_packet_begin(&p, read_pnet(&set->net),
				      set->ops->elemsize + tmpl->len))
			elem = static_call(vzub_elem_init)(set, tmpl, key,
							   key_end, data,
							   timeout, expiration,
							   p.gfp);
		vzub_packet_end(&p);
	}
	vz_hook_leave();
	return elem;
}

static __always_inline void vzub_on_elem_init(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	const struct nft_set *set = (void *)regs_get_kernel_argument(regs, 0);
	bool ours;

	scoped_guard(rcu)
		ours = vzub_of_net(read_pnet(&set->net));
	if (ours)
		vz_hook_redirect(hook, regs, vzub_elem_new);
}

VZ_HOOK_MODULE(vzub_elem_hook, nft_set_elem_init, "nf_tables",
	       "what packets add to sets is not in kmemsize",
	       vzub_on_elem_init);

static struct vz_hook * const vzub_elem_hooks[] = { &vzub_elem_hook };

static void vzub_elem_found(void)
{
	if (vzub_elem_hook.original)
		static_call_update(vzub_elem_init, vzub_elem_hook.original);
}

const struct vzub_family vzub_elem_family = {
	.hooks	= vzub_elem_hooks,
	.count	= ARRAY_SIZE(vzub_elem_hooks),
	.found	= vzub_elem_found,
};
