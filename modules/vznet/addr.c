// SPDX-License-Identifier: GPL-2.0
/*
 * The table of addresses: whose is an address?
 *
 * One hash table per family, so that the keys have a constant size.  Lookups
 * take no lock; changes are made under venet_lock.  An address that moves to
 * another container stays in the table all the time, only its owner changes.
 *
 * Every packet costs two lookups, so they have to be inlined whole, hash and
 * comparison too: rhashtable's own would be called through pointers.
 */
#include <linux/inet.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include "vznet.h"

/*
 * Random; the sum of products of the words of a key and these collides no more
 * often than at random, whoever chose the keys (multiply-add-shift).
 */
static u64 venet_hash_keys[5] __ro_after_init;

static u32 venet_v4_hash(const void *key, u32 len, u32 seed)
{
	const u64 *k = venet_hash_keys;
	u32 word = *(const u32 *)key ^ seed;

	return (k[0] + k[1] * word) >> 32;
}

static u32 venet_v6_hash(const void *key, u32 len, u32 seed)
{
	const u64 *k = venet_hash_keys;
	const u32 *word = key;

	return (k[0] + (k[1] + (word[0] ^ seed)) * (k[2] + word[1]) +
		(k[3] + word[2]) * (k[4] + word[3])) >> 32;
}

static int venet_v4_differs(struct rhashtable_compare_arg *arg,
			    const void *obj)
{
	const struct venet_addr *a = obj;

	return a->v4 != *(const __be32 *)arg->key;
}

static int venet_v6_differs(struct rhashtable_compare_arg *arg,
			    const void *obj)
{
	const struct venet_addr *a = obj;

	return !ipv6_addr_equal(&a->v6, arg->key);
}

static const struct rhashtable_params venet_v4_params = {
	.hashfn			= venet_v4_hash,
	.obj_cmpfn		= venet_v4_differs,
	.key_len		= sizeof(__be32),
	.key_offset		= offsetof(struct venet_addr, v4),
	.head_offset		= offsetof(struct venet_addr, node),
	.automatic_shrinking	= true,
};

static const struct rhashtable_params venet_v6_params = {
	.hashfn			= venet_v6_hash,
	.obj_cmpfn		= venet_v6_differs,
	.key_len		= sizeof(struct in6_addr),
	.key_offset		= offsetof(struct venet_addr, v6),
	.head_offset		= offsetof(struct venet_addr, node),
	.automatic_shrinking	= true,
};

static struct rhashtable venet_v4, venet_v6;

static struct venet_addr *venet_addr_find(u16 family, const void *addr)
{
	if (family == AF_INET)
		return rhashtable_lookup(&venet_v4, addr, venet_v4_params);
	return rhashtable_lookup(&venet_v6, addr, venet_v6_params);
}

/**
 * venet_v4_owner - find out whose an address is
 * @addr: the address
 *
 * Context: RCU read side; any context.
 * Return: the container that owns it, or NULL.
 */
__flatten struct venet_owner *venet_v4_owner(__be32 addr)
{
	struct venet_addr *a;

	a = rhashtable_lookup(&venet_v4, &addr, venet_v4_params);
	return a ? rcu_dereference(a->owner) : NULL;
}

/**
 * venet_v6_owner - find out whose an address is
 * @addr: the address
 *
 * Context: RCU read side; any context.
 * Return: the container that owns it, or NULL.
 */
__flatten struct venet_owner *venet_v6_owner(const struct in6_addr *addr)
{
	struct venet_addr *a;

	a = rhashtable_lookup(&venet_v6, addr, venet_v6_params);
	return a ? rcu_dereference(a->owner) : NULL;
}

static bool venet_v4_is_usable(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

static bool venet_v6_is_usable(const struct in6_addr *addr)
{
	int type = ipv6_addr_type(addr);

	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_LINKLOCAL |
			 IPV6_ADDR_MAPPED));
}

static int venet_addr_check(const struct vznet_addr *arg)
{
	struct in6_addr v6;
	__be32 v4;

	if (arg->family == AF_INET) {
		memcpy(&v4, arg->addr, sizeof(v4));
		if (memchr_inv(arg->addr + sizeof(v4), 0,
			       sizeof(arg->addr) - sizeof(v4)))
			return -EINVAL;
		return venet_v4_is_usable(v4) ? 0 : -EADDRNOTAVAIL;
	}
	if (arg->family != AF_INET6)
		return -EAFNOSUPPORT;
	memcpy(&v6, arg->addr, sizeof(v6));
	return venet_v6_is_usable(&v6) ? 0 : -EADDRNOTAVAIL;
}

static void venet_addr_link(struct venet_addr *a, struct venet_owner *owner)
{
	lockdep_assert_held(&venet_lock);
	/* nobody can take the addresses away by unloading the module */
	if (!owner->naddrs++)
		__module_get(THIS_MODULE);
	list_add_rcu(&a->list, &owner->addrs);
}

static void venet_addr_unlink(struct venet_addr *a, struct venet_owner *owner)
{
	lockdep_assert_held(&venet_lock);
	list_del_rcu(&a->list);
	if (!--owner->naddrs)
		module_put(THIS_MODULE);
}

static int venet_addr_insert(struct venet_owner *owner,
			     const struct vznet_addr *arg)
{
	struct venet_addr *a;
	int err;

	if (owner->naddrs >= VZNET_ADDR_MAX)
		return -ENOSPC;
	a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);
	if (!a)
		return -ENOMEM;
	a->family = arg->family;
	memcpy(&a->v6, arg->addr, sizeof(a->v6));
	RCU_INIT_POINTER(a->owner, owner);
	if (a->family == AF_INET)
		err = rhashtable_insert_fast(&venet_v4, &a->node,
					     venet_v4_params);
	else
		err = rhashtable_insert_fast(&venet_v6, &a->node,
					     venet_v6_params);
	if (err) {
		kfree(a);
		return err;
	}
	venet_addr_link(a, owner);
	return 0;
}

static struct venet_owner *venet_addr_owner_locked(const struct venet_addr *a)
{
	return rcu_dereference_protected(a->owner,
					 lockdep_is_held(&venet_lock));
}

/*
 * The entry is replaced: readers walk over the lists, and an element must not
 * wander from one to another under them.
 */
static int venet_addr_move(struct venet_addr *a, struct venet_owner *to)
{
	struct venet_owner *from = venet_addr_owner_locked(a);
	struct venet_addr *new;
	int err;

	if (to->naddrs >= VZNET_ADDR_MAX)
		return -ENOSPC;
	new = kmemdup(a, sizeof(*a), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	RCU_INIT_POINTER(new->owner, to);
	if (a->family == AF_INET)
		err = rhashtable_replace_fast(&venet_v4, &a->node, &new->node,
					      venet_v4_params);
	else
		err = rhashtable_replace_fast(&venet_v6, &a->node, &new->node,
					      venet_v6_params);
	if (err) {
		kfree(new);
		return err;
	}
	venet_addr_link(new, to);
	venet_addr_unlink(a, from);
	kfree_rcu(a, rcu);
	return 0;
}

/**
 * venet_addr_add - give an address to a container
 * @owner: container
 * @arg: argument of VZNET_IOC_ADDR_ADD; the present owner is stored there
 *
 * Return: 0 or a negative error of VZNET_IOC_ADDR_ADD.
 */
int venet_addr_add(struct venet_owner *owner, struct vznet_addr *arg)
{
	struct venet_addr *a;
	int err;

	lockdep_assert_held(&venet_lock);
	err = venet_addr_check(arg);
	if (err)
		return err;
	/* entries go away under venet_lock only */
	scoped_guard(rcu)
		a = venet_addr_find(arg->family, arg->addr);
	if (!a)
		return venet_addr_insert(owner, arg);
	if (venet_addr_owner_locked(a) == owner)
		return -EEXIST;
	if (arg->flags & VZNET_ADDR_MOVE)
		return venet_addr_move(a, owner);
	arg->owner = venet_addr_owner_locked(a)->id;
	return -EADDRINUSE;
}

static void venet_addr_remove(struct venet_addr *a, struct venet_owner *owner)
{
	if (a->family == AF_INET)
		rhashtable_remove_fast(&venet_v4, &a->node, venet_v4_params);
	else
		rhashtable_remove_fast(&venet_v6, &a->node, venet_v6_params);
	venet_addr_unlink(a, owner);
	kfree_rcu(a, rcu);
}

/**
 * venet_addr_del - take an address away from a container
 * @owner: container
 * @arg: argument of VZNET_IOC_ADDR_DEL
 *
 * Return: 0 or a negative error of VZNET_IOC_ADDR_DEL.
 */
int venet_addr_del(struct venet_owner *owner, const struct vznet_addr *arg)
{
	struct venet_addr *a;

	lockdep_assert_held(&venet_lock);
	if (arg->family != AF_INET && arg->family != AF_INET6)
		return -EAFNOSUPPORT;
	scoped_guard(rcu)
		a = venet_addr_find(arg->family, arg->addr);
	if (!a || venet_addr_owner_locked(a) != owner)
		return -EADDRNOTAVAIL;
	venet_addr_remove(a, owner);
	return 0;
}

/**
 * venet_addr_del_all - take all addresses away from a container
 * @owner: container
 */
void venet_addr_del_all(struct venet_owner *owner)
{
	struct venet_addr *a, *next;

	lockdep_assert_held(&venet_lock);
	list_for_each_entry_safe(a, next, &owner->addrs, list)
		venet_addr_remove(a, owner);
}

/**
 * venet_addr_init - make the tables
 *
 * Return: 0 or a negative error.
 */
int __init venet_addr_init(void)
{
	int err;

	get_random_bytes(venet_hash_keys, sizeof(venet_hash_keys));
	err = rhashtable_init(&venet_v4, &venet_v4_params);
	if (err)
		return err;
	err = rhashtable_init(&venet_v6, &venet_v6_params);
	if (err)
		rhashtable_destroy(&venet_v4);
	return err;
}

/**
 * venet_addr_exit - remove the tables, which are empty
 */
void venet_addr_exit(void)
{
	rhashtable_destroy(&venet_v6);
	rhashtable_destroy(&venet_v4);
}
