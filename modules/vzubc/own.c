// SPDX-License-Identifier: GPL-2.0
/*
 * Whose is an object that tells nobody?  A hash of those that are charged, by
 * their address (and a number, where many share one).  The memory for it is
 * charged to the container itself.
 */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/slab.h>
#include "charge.h"
#include "vzubc.h"

#define VZUB_OWN_BITS	12

/**
 * struct vzub_owned - an object
 * @hash: link in the bucket
 * @list: link in vzub.owned
 * @ub: beancounter
 * @key: its address
 * @number: and number
 * @resource: what was charged
 * @amount: how much
 * @charged: it was charged, not only noted
 */
struct vzub_owned {
	struct hlist_node	hash;
	struct list_head	list;
	struct vzub		*ub;
	const void		*key;
	int			number;
	enum vzub_resource	resource;
	u64			amount;
	bool			charged;
};

/**
 * struct vzub_own_bucket - a bucket
 * @lock: protects the list
 * @list: objects
 */
struct vzub_own_bucket {
	spinlock_t		lock;		/* protects the list */
	struct hlist_head	list;
};

static struct vzub_own_bucket vzub_own_hash[1 << VZUB_OWN_BITS];
static struct kmem_cache *vzub_own_cache;

static struct vzub_own_bucket *vzub_own_bucket(const void *key, int number)
{
	unsigned long k = (unsigned long)key + number;

	return &vzub_own_hash[hash_long(k, VZUB_OWN_BITS)];
}

static struct vzub_owned *vzub_own_alloc(struct vzub *ub,
					 enum vzub_resource resource,
					 u64 amount, gfp_t gfp)
{
	struct vzub_owned *o = kmem_cache_alloc(vzub_own_cache, gfp);

	if (!o)
		return NULL;
	o->ub = ub;
	o->resource = resource;
	o->amount = amount;
	o->charged = false;
	return o;
}

/**
 * vzub_own_note - remember something that is going to be made
 * @ub: beancounter
 * @resource: of what
 * @amount: how much
 *
 * Context: process.
 * Return: as vzub_own_charge(); NULL: no memory.
 */
struct vzub_owned *vzub_own_note(struct vzub *ub, enum vzub_resource resource,
				 u64 amount)
{
	return vzub_own_alloc(ub, resource, amount, GFP_KERNEL_ACCOUNT);
}

/**
 * vzub_own_charge - charge something that is going to be made
 * @ub: beancounter
 * @resource: of what
 * @amount: how much
 *
 * Context: process.
 * Return: to be given to vzub_own_set() or vzub_own_cancel(); NULL: refused.
 */
struct vzub_owned *vzub_own_charge(struct vzub *ub,
				   enum vzub_resource resource, u64 amount)
{
	struct vzub_owned *o;

	if (!vzub_charge(ub, resource, amount, VZUB_HARD))
		return NULL;
	o = vzub_own_note(ub, resource, amount);
	if (o)
		o->charged = true;
	else
		vzub_uncharge(ub, resource, amount);
	return o;
}

/**
 * vzub_own_cancel - it was not made
 * @o: charge
 */
void vzub_own_cancel(struct vzub_owned *o)
{
	if (o->charged)
		vzub_uncharge(o->ub, o->resource, o->amount);
	kmem_cache_free(vzub_own_cache, o);
}

static struct vzub_owned *vzub_own_take(const void *key, int number)
{
	struct vzub_own_bucket *b = vzub_own_bucket(key, number);
	struct vzub_owned *o;

	guard(spinlock)(&b->lock);
	hlist_for_each_entry(o, &b->list, hash) {
		if (o->key != key || o->number != number)
			continue;
		hlist_del(&o->hash);
		return o;
	}
	return NULL;
}

static void vzub_own_free(struct vzub_owned *o)
{
	scoped_guard(spinlock, &o->ub->own_lock)
		list_del(&o->list);
	vzub_own_cancel(o);
}

/**
 * vzub_own_gone - an object is gone; nothing happens when it was not charged
 * @key: its address
 * @number: its number
 *
 * Context: process.
 */
void vzub_own_gone(const void *key, int number)
{
	struct vzub_owned *o;

	/* most objects are the host's: look without the lock first */
	if (hlist_empty(&vzub_own_bucket(key, number)->list))
		return;
	/* the beancounter may be freed as soon as it owns nothing */
	guard(rcu)();
	o = vzub_own_take(key, number);
	if (o)
		vzub_own_free(o);
}

/**
 * vzub_own_set - it was made
 * @o: charge
 * @key: its address
 * @number: its number
 *
 * One of the same address that is known already is gone: the kernel freed it
 * where nobody is told.
 */
void vzub_own_set(struct vzub_owned *o, const void *key, int number)
{
	struct vzub_own_bucket *b = vzub_own_bucket(key, number);

	vzub_own_gone(key, number);
	o->key = key;
	o->number = number;
	scoped_guard(spinlock, &o->ub->own_lock)
		list_add(&o->list, &o->ub->owned);
	guard(spinlock)(&b->lock);
	hlist_add_head(&o->hash, &b->list);
}

/**
 * vzub_own_found - charge one that is there already
 * @ub: beancounter
 * @resource: of what
 * @key: its address
 * @number: its number
 *
 * What a hook has charged meanwhile is the same one.  Without memory it is not
 * counted.
 *
 * Context: process, atomic.
 */
void vzub_own_found(struct vzub *ub, enum vzub_resource resource,
		    const void *key, int number)
{
	struct vzub_owned *o;

	o = vzub_own_alloc(ub, resource, 1, GFP_ATOMIC | __GFP_NOWARN);
	if (!o)
		return;
	vzub_charge(ub, resource, 1, VZUB_FORCE);
	o->charged = true;
	vzub_own_set(o, key, number);
}

/**
 * vzub_own_for_each - look at what a beancounter is charged for
 * @ub: beancounter
 * @resource: of which kind
 * @fn: is told about each; must not sleep
 * @data: for @fn
 */
void vzub_own_for_each(struct vzub *ub, enum vzub_resource resource,
		       void (*fn)(const void *key, u64 amount, void *data),
		       void *data)
{
	struct vzub_owned *o;

	guard(spinlock)(&ub->own_lock);
	list_for_each_entry(o, &ub->owned, list)
		if (o->resource == resource)
			fn(o->key, o->amount, data);
}

/**
 * vzub_own_is_empty - does a beancounter own nothing?
 * @ub: beancounter
 *
 * Return: true when it does not.
 */
bool vzub_own_is_empty(struct vzub *ub)
{
	return list_empty_careful(&ub->owned);
}

/**
 * vzub_own_drop - forget all that a beancounter owns
 * @ub: beancounter; the hooks have been taken out
 */
void vzub_own_drop(struct vzub *ub)
{
	struct vzub_owned *o, *next;

	list_for_each_entry_safe(o, next, &ub->owned, list) {
		vzub_own_take(o->key, o->number);
		vzub_own_free(o);
	}
}

/**
 * vzub_own_init - nothing is owned yet
 *
 * Return: 0 or -ENOMEM.
 */
int vzub_own_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vzub_own_hash); i++) {
		spin_lock_init(&vzub_own_hash[i].lock);
		INIT_HLIST_HEAD(&vzub_own_hash[i].list);
	}
	vzub_own_cache = KMEM_CACHE(vzub_owned, 0);
	return vzub_own_cache ? 0 : -ENOMEM;
}

/**
 * vzub_own_exit - nothing is owned any more
 */
void vzub_own_exit(void)
{
	kmem_cache_destroy(vzub_own_cache);
}
