// SPDX-License-Identifier: GPL-2.0
/*
 * numneigh: neighbours (ARP, NDP) of a container's devices.  All network
 * namespaces share the kernel's tables.
 */
#include <linux/static_call.h>
#include <net/arp.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include "charge.h"
#include "vzubc.h"

static struct neighbour *vzub_no_neigh(struct neigh_table *tbl,
				       const void *pkey,
				       struct net_device *dev, u32 flags,
				       bool exempt, bool want_ref)
{
	return ERR_PTR(-ENOBUFS);
}

DEFINE_STATIC_CALL(vzub_neigh_create, vzub_no_neigh);

static struct vzub *vzub_of_device(const struct net_device *dev)
{
	return vzub_of_net(dev_net(dev));
}

static bool vzub_neigh_is_counted(const struct vzub *ub)
{
	return ub && !READ_ONCE(ub->seeding);
}

/* What was made in vain is destroyed, and given back there. */
static struct neighbour *vzub_neigh_new(struct neigh_table *tbl,
					const void *pkey,
					struct net_device *dev, u32 flags,
					bool exempt, bool want_ref)
{
	struct neighbour *n = ERR_PTR(-ENOBUFS);
	struct vzub *ub;
	bool charged;

	rcu_read_lock();
	ub = vzub_of_device(dev);
	charged = !ub || vzub_charge(ub, VZUB_NUMNEIGH, 1, VZUB_HARD);
	rcu_read_unlock();
	if (charged)
		n = static_call(vzub_neigh_create)(tbl, pkey, dev, flags,
						   exempt, want_ref);
	/* the device's namespace, and so the beancounter, is the caller's */
	if (ub && charged && n == ERR_PTR(-ENOBUFS))
		vzub_uncharge(ub, VZUB_NUMNEIGH, 1);
	vz_hook_leave();
	return n;
}

static __always_inline void vzub_on_neigh_create(struct vz_hook *hook,
						 struct pt_regs *regs)
{
	const struct net_device *dev;
	bool ours;

	dev = (void *)regs_get_kernel_argument(regs, 2);
	scoped_guard(rcu)
		ours = vzub_neigh_is_counted(vzub_of_device(dev));
	if (ours)
		vz_hook_redirect(hook, regs, vzub_neigh_new);
}

static __always_inline void vzub_on_neigh_destroy(struct vz_hook *hook,
						  struct pt_regs *regs)
{
	const struct neighbour *n = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_device(n->dev);
	if (vzub_neigh_is_counted(ub))
		vzub_uncharge(ub, VZUB_NUMNEIGH, 1);
}

VZ_HOOK(vzub_neigh_make, ___neigh_create, "numneigh is not counted",
	vzub_on_neigh_create);
VZ_HOOK(vzub_neigh_gone, neigh_destroy, "numneigh is not counted",
	vzub_on_neigh_destroy);

static struct vz_hook * const vzub_neigh_hooks[] = {
	&vzub_neigh_gone, &vzub_neigh_make,
};

static int vzub_neigh_init(void)
{
	if (vzub_neigh_make.original)
		static_call_update(vzub_neigh_create, vzub_neigh_make.original);
	return 0;
}

static void vzub_neigh_seed_one(struct neighbour *n, void *data)
{
	if (vzub_of_device(n->dev) == data)
		vzub_charge(data, VZUB_NUMNEIGH, 1, VZUB_FORCE);
}

static void vzub_neigh_seed(struct vzub *ub)
{
	neigh_for_each(&arp_tbl, vzub_neigh_seed_one, ub);
#if IS_ENABLED(CONFIG_IPV6)
	neigh_for_each(&nd_tbl, vzub_neigh_seed_one, ub);
#endif
}

const struct vzub_family vzub_neigh_family = {
	.hooks	= vzub_neigh_hooks,
	.count	= ARRAY_SIZE(vzub_neigh_hooks),
	.init	= vzub_neigh_init,
	.seed	= vzub_neigh_seed,
};
