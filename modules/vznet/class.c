// SPDX-License-Identifier: GPL-2.0
/*
 * The table of network classes: of which class is an address?
 *
 * What the host sets are networks, the most specific of which counts.  From
 * them ranges are made that do not overlap, so that a lookup is one binary
 * search.  The table is replaced as a whole and read under RCU; while all
 * addresses are of the default class nothing is looked up.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>
#include "range.h"
#include "vznet.h"

/**
 * struct venet_classes - a table of classes, never changed
 * @v4: ranges of IPv4 addresses, see venet_v4_range()
 * @n4: how many
 * @v6: ranges of IPv6 addresses
 * @n6: how many
 * @count: networks it was made of
 * @nets: these
 */
struct venet_classes {
	u64			*v4;
	u32			n4;
	struct venet_range	*v6;
	u32			n6;
	u32			count;
	struct vznet_class_net	nets[] __counted_by(count);
};

/* Readers under RCU, changed under venet_lock; NULL: no networks */
static struct venet_classes __rcu *venet_classes;

/* Some address is not of the default class */
DEFINE_STATIC_KEY_FALSE(venet_classified);

/* ------------------------------------------------------------- lookup -- */

/* In order of address; those of one address differ in class only. */
static u64 venet_v4_range(u32 first, u8 class)
{
	return (u64)first << 8 | class;
}

static u32 venet_v4_class(const struct venet_classes *t, __be32 addr)
{
	u64 key = venet_v4_range(ntohl(addr), U8_MAX);
	const u64 *at = t->v4;
	u32 n = t->n4, half;

	for (; n > 1; n -= half) {
		half = n / 2;
		at += at[half] <= key ? half : 0;
	}
	return *at & U8_MAX;
}

static struct venet_key venet_v6_key(const struct in6_addr *addr)
{
	const __be32 *a = addr->s6_addr32;

	return (struct venet_key){
		.hi = (u64)ntohl(a[0]) << 32 | ntohl(a[1]),
		.lo = (u64)ntohl(a[2]) << 32 | ntohl(a[3]),
	};
}

static bool venet_key_reached(const struct venet_key *first,
			      const struct venet_key *key)
{
	return first->hi < key->hi ||
	       (first->hi == key->hi && first->lo <= key->lo);
}

static u32 venet_v6_class(const struct venet_classes *t,
			  const struct in6_addr *addr)
{
	struct venet_key key = venet_v6_key(addr);
	const struct venet_range *at = t->v6;
	u32 n = t->n6, half;

	for (; n > 1; n -= half) {
		half = n / 2;
		at += venet_key_reached(&at[half].first, &key) ? half : 0;
	}
	return at->class;
}

/**
 * __venet_peer_class - class of the other end of a packet
 * @skb: packet that venet_parse() has seen
 * @out: the container sends it
 *
 * Context: any.
 * Return: the class.
 */
u32 __venet_peer_class(const struct sk_buff *skb, bool out)
{
	const struct venet_classes *t;

	guard(rcu)();
	t = rcu_dereference(venet_classes);
	if (!t)
		return VZNET_CLASS_DEFAULT;
	if (skb->protocol == htons(ETH_P_IP))
		return venet_v4_class(t, out ? ip_hdr(skb)->daddr :
					       ip_hdr(skb)->saddr);
	return venet_v6_class(t, out ? &ipv6_hdr(skb)->daddr :
				       &ipv6_hdr(skb)->saddr);
}

/* ------------------------------------------------------------- making -- */

/**
 * struct venet_work - what a family's ranges are made in
 * @nets: its networks
 * @n: how many
 * @ranges: its ranges
 */
struct venet_work {
	struct venet_prefix	*nets;
	u32			n;
	struct venet_range	*ranges;
};

/* All ones in the last @bits of 128. */
static struct venet_key venet_host_bits(u32 bits)
{
	struct venet_key mask = {};

	if (bits > 64)
		mask.hi = U64_MAX >> (128 - bits);
	if (bits)
		mask.lo = U64_MAX >> (64 - min(bits, 64U));
	return mask;
}

static int venet_prefix_of_net(const struct vznet_class_net *net,
			       struct venet_prefix *p)
{
	u32 bits = net->family == AF_INET ? 32 : 128;
	struct venet_key mask;
	struct in6_addr addr;

	if (net->family != AF_INET && net->family != AF_INET6)
		return -EAFNOSUPPORT;
	if (net->class >= VZNET_CLASSES || net->prefixlen > bits ||
	    net->reserved)
		return -EINVAL;
	memcpy(&addr, net->addr, sizeof(addr));
	p->first = venet_v6_key(&addr);
	if (net->family == AF_INET) {
		if (p->first.lo || (u32)p->first.hi)
			return -EINVAL;
		swap(p->first.lo, p->first.hi);
		p->first.lo >>= 32;
	}
	mask = venet_host_bits(bits - net->prefixlen);
	if (p->first.hi & mask.hi || p->first.lo & mask.lo)
		return -EINVAL;
	p->last.hi = p->first.hi | mask.hi;
	p->last.lo = p->first.lo | mask.lo;
	p->class = net->class;
	return 0;
}

/* Returns how many ranges there are. */
static int venet_make_ranges(const struct venet_classes *t, u16 family,
			     struct venet_work *w)
{
	struct venet_prefix net;
	int err;
	u32 i;

	w->n = 0;
	for (i = 0; i < t->count; i++) {
		err = venet_prefix_of_net(&t->nets[i], &net);
		if (err)
			return err;
		if (t->nets[i].family == family)
			w->nets[w->n++] = net;
	}
	sort(w->nets, w->n, sizeof(*w->nets), venet_prefix_cmp, NULL);
	return venet_flatten(w->nets, w->n, VZNET_CLASS_DEFAULT, w->ranges);
}

static int venet_make_v4(struct venet_classes *t, struct venet_work *w)
{
	int n = venet_make_ranges(t, AF_INET, w), i;

	if (n < 0)
		return n;
	/* that is after the last address */
	if (w->ranges[n - 1].first.lo > U32_MAX)
		n--;
	t->v4 = kvmalloc_array(n, sizeof(*t->v4), GFP_KERNEL);
	if (!t->v4)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		t->v4[i] = venet_v4_range(w->ranges[i].first.lo,
					  w->ranges[i].class);
	t->n4 = n;
	return 0;
}

static int venet_make_v6(struct venet_classes *t, struct venet_work *w)
{
	int n = venet_make_ranges(t, AF_INET6, w);

	if (n < 0)
		return n;
	t->v6 = kvmalloc_array(n, sizeof(*t->v6), GFP_KERNEL);
	if (!t->v6)
		return -ENOMEM;
	memcpy(t->v6, w->ranges, n * sizeof(*t->v6));
	t->n6 = n;
	return 0;
}

static int venet_classes_make(struct venet_classes *t)
{
	struct venet_work w;
	int err = -ENOMEM;

	w.nets = kvmalloc_array(t->count, sizeof(*w.nets), GFP_KERNEL);
	w.ranges = kvmalloc_array(2 * t->count + 1, sizeof(*w.ranges),
				  GFP_KERNEL);
	if (w.nets && w.ranges)
		err = venet_make_v4(t, &w);
	if (!err)
		err = venet_make_v6(t, &w);
	kvfree(w.ranges);
	kvfree(w.nets);
	return err;
}

/* ----------------------------------------------------------- commands -- */

static void venet_classes_free(struct venet_classes *t)
{
	if (!t)
		return;
	kvfree(t->v4);
	kvfree(t->v6);
	kvfree(t);
}

static bool venet_classes_differ(const struct venet_classes *t)
{
	return t && (t->n4 > 1 || t->n6 > 1 ||
		     (t->v4[0] & U8_MAX) != VZNET_CLASS_DEFAULT ||
		     t->v6[0].class != VZNET_CLASS_DEFAULT);
}

static void venet_classes_replace(struct venet_classes *t)
{
	struct venet_classes *old;

	scoped_guard(mutex, &venet_lock) {
		old = rcu_replace_pointer(venet_classes, t,
					  lockdep_is_held(&venet_lock));
		if (venet_classes_differ(t))
			static_branch_enable(&venet_classified);
		else
			static_branch_disable(&venet_classified);
	}
	synchronize_rcu();
	venet_classes_free(old);
}

/**
 * venet_class_set - replace the table of classes
 * @arg: checked argument of VZNET_IOC_CLASS_SET
 *
 * Return: 0 or a negative error of VZNET_IOC_CLASS_SET.
 */
int venet_class_set(const struct vznet_class_list *arg)
{
	struct venet_classes *t = NULL;
	int err;

	if (arg->count) {
		t = kvzalloc(struct_size(t, nets, arg->count), GFP_KERNEL);
		if (!t)
			return -ENOMEM;
		t->count = arg->count;
		err = -EFAULT;
		if (!copy_from_user(t->nets, u64_to_user_ptr(arg->nets),
				    array_size(t->count, sizeof(*t->nets))))
			err = venet_classes_make(t);
		if (err) {
			venet_classes_free(t);
			return err;
		}
	}
	venet_classes_replace(t);
	return 0;
}

/**
 * venet_class_list - tell the table of classes
 * @arg: checked argument of VZNET_IOC_CLASS_LIST; the answer is stored there
 *
 * Return: 0 or a negative error.
 */
int venet_class_list(struct vznet_class_list *arg)
{
	const struct venet_classes *t;
	u32 total;

	guard(mutex)(&venet_lock);
	t = rcu_dereference_protected(venet_classes,
				      lockdep_is_held(&venet_lock));
	total = t ? t->count : 0;
	if (copy_to_user(u64_to_user_ptr(arg->nets), t ? t->nets : NULL,
			 min(arg->count, total) * sizeof(*t->nets)))
		return -EFAULT;
	arg->count = total;
	return 0;
}

/**
 * venet_class_exit - forget the table; no packets come any more
 */
void venet_class_exit(void)
{
	venet_classes_free(rcu_dereference_protected(venet_classes, true));
}
