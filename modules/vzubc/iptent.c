// SPDX-License-Identifier: GPL-2.0
/*
 * numiptent: rules of packet filters.
 *
 * They belong to the container whose network namespace they are in.  A table
 * of iptables, ip6tables or arptables is replaced as a whole, so each table
 * that a namespace has is known with the number of its entries; the rules of
 * nftables are made and destroyed one by one, and each namespace knows how many
 * of them it has.  What the kernel drops together with a namespace is given
 * back when that ends.
 *
 * The functions are in modules that come and go; hooks wait for them.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/x_tables.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <net/netfilter/nf_tables.h>
#include <net/netns/generic.h>
#include "charge.h"
#include "vzubc.h"

/**
 * struct vzub_table - a table of iptables and the like
 * @list: link in the list of its namespace, and
 * @all: of all
 * @table: what the kernel knows it by
 * @af: protocol family
 * @name: name
 * @net: namespace it is in
 * @number: entries that are charged
 */
struct vzub_table {
	struct list_head	list;
	struct list_head	all;
	const struct xt_table	*table;
	u8			af;
	char			name[XT_TABLE_MAXNAMELEN];
	struct net		*net;
	u32			number;
};

/**
 * struct vzub_net - a network namespace
 * @tables: its tables, under vzub_table_lock
 * @rules: rules of nftables that are charged
 * @maker: who is making a rule
 * @unmade: a rule was destroyed meanwhile by the same task
 * @linked: the new one is in its chain already
 */
struct vzub_net {
	struct list_head	tables;
	atomic_t		rules;
	struct task_struct	*maker;
	bool			unmade;
	bool			linked;
};

static unsigned int vzub_net_id;

/* Protects the tables */
static DEFINE_MUTEX(vzub_table_lock);
static LIST_HEAD(vzub_tables);

static struct vzub_net *vzub_net_of(struct net *net)
{
	return net_generic(net, vzub_net_id);
}

/* Return: false when it is refused. */
static bool vzub_iptent_charge(const struct net *net, u32 amount)
{
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_net(net);
	return !ub || vzub_charge(ub, VZUB_NUMIPTENT, amount, VZUB_HARD);
}

static void vzub_iptent_uncharge(const struct net *net, u32 amount)
{
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_net(net);
	if (ub && amount)
		vzub_uncharge(ub, VZUB_NUMIPTENT, amount);
}

static bool vzub_net_is_counted(const struct net *net)
{
	const struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_net(net);
	return ub && !READ_ONCE(ub->seeding);
}

/* ------------------------------------------------------------- iptables -- */

static struct vzub_table *vzub_table_find(const struct xt_table *table)
{
	struct vzub_table *t;

	lockdep_assert_held(&vzub_table_lock);
	list_for_each_entry(t, &vzub_tables, all)
		if (t->table == table)
			return t;
	return NULL;
}

static void vzub_table_del(struct vzub_table *t)
{
	lockdep_assert_held(&vzub_table_lock);
	vzub_iptent_uncharge(t->net, t->number);
	list_del(&t->list);
	list_del(&t->all);
	kfree(t);
}

/* Those that a module took with it when it was unloaded. */
static void vzub_table_del_old(const struct net *net,
			       const struct xt_table *table)
{
	struct vzub_table *t, *next;

	lockdep_assert_held(&vzub_table_lock);
	list_for_each_entry_safe(t, next, &vzub_tables, all)
		if (t->table == table ||
		    (t->net == net && t->af == table->af &&
		     !strcmp(t->name, table->name)))
			vzub_table_del(t);
}

static void vzub_table_add(struct net *net, struct vzub_table *t,
			   const struct xt_table *table, u32 number)
{
	t->net = net;
	t->table = table;
	t->af = table->af;
	t->number = number;
	strscpy(t->name, table->name, sizeof(t->name));
	guard(mutex)(&vzub_table_lock);
	vzub_table_del_old(net, table);
	list_add(&t->list, &vzub_net_of(net)->tables);
	list_add(&t->all, &vzub_tables);
}

static struct xt_table *vzub_no_register(VZ_XT_REGISTER_ARGS)
{
	return ERR_PTR(-EOPNOTSUPP);
}

DEFINE_STATIC_CALL(vzub_xt_register, vzub_no_register);

static struct xt_table *vzub_table_register(VZ_XT_REGISTER_ARGS)
{
	struct vzub_table *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	struct xt_table *table = ERR_PTR(-ENOMEM);
	u32 number = newinfo->number;

	if (t && vzub_iptent_charge(net, number)) {
		table = VZ_XT_REGISTER(static_call(vzub_xt_register));
		if (IS_ERR(table))
			vzub_iptent_uncharge(net, number);
	}
	if (IS_ERR(table))
		kfree(t);
	else
		vzub_table_add(net, t, table, number);
	return table;
}

static struct xt_table *vzub_do_register(VZ_XT_REGISTER_ARGS)
{
	struct xt_table *table = VZ_XT_REGISTER(vzub_table_register);

	vz_hook_leave();
	return table;
}

static __always_inline void vzub_on_register(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	const struct net *net = (void *)regs_get_kernel_argument(regs, 0);

	if (vzub_net_is_counted(net))
		vz_hook_redirect(hook, regs, vzub_do_register);
}

static struct xt_table_info *vzub_no_replace(struct xt_table *table,
					     unsigned int num_counters,
					     struct xt_table_info *newinfo,
					     int *error)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_xt_replace, vzub_no_replace);

/* The number of entries a table is going to have.  Return: false: refused. */
static bool vzub_table_grow(struct vzub_table *t, u32 number)
{
	return number <= t->number ||
	       vzub_iptent_charge(t->net, number - t->number);
}

static void vzub_table_settle(struct vzub_table *t, u32 number, bool done)
{
	if (number > t->number && !done)
		vzub_iptent_uncharge(t->net, number - t->number);
	if (number < t->number && done)
		vzub_iptent_uncharge(t->net, t->number - number);
	if (done)
		t->number = number;
}

/* The kernel holds a lock of the table, so it is neither replaced nor ended. */
static struct xt_table_info *vzub_table_replace(struct xt_table *table,
						unsigned int num_counters,
						struct xt_table_info *newinfo,
						int *error)
{
	u32 number = newinfo->number;
	struct xt_table_info *old;
	struct vzub_table *t;

	scoped_guard(mutex, &vzub_table_lock)
		t = vzub_table_find(table);
	if (t && !vzub_table_grow(t, number)) {
		*error = -ENOMEM;
		return NULL;
	}
	old = static_call(vzub_xt_replace)(table, num_counters, newinfo, error);
	if (t)
		vzub_table_settle(t, number, old);
	return old;
}

static struct xt_table_info *vzub_do_replace(struct xt_table *table,
					     unsigned int num_counters,
					     struct xt_table_info *newinfo,
					     int *error)
{
	struct xt_table_info *old;

	old = vzub_table_replace(table, num_counters, newinfo, error);
	vz_hook_leave();
	return old;
}

/* Whose table it is has to be looked up with a lock. */
static __always_inline void vzub_on_replace(struct vz_hook *hook,
					    struct pt_regs *regs)
{
	if (!list_empty(&vzub_tables))
		vz_hook_redirect(hook, regs, vzub_do_replace);
}

static struct xt_table *vzub_no_table(struct net *net, u8 af, const char *name)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_xt_find, vzub_no_table);

/* Of x_tables, while it is held; under vzub_lock */
static typeof(xt_find_table_lock) *vzub_xt_lock;
static typeof(xt_table_unlock) *vzub_xt_unlock;

static void vzub_xt_put(void)
{
	if (vzub_xt_lock)
		symbol_put(xt_find_table_lock);
	if (vzub_xt_unlock)
		symbol_put(xt_table_unlock);
}

/* Return: false when x_tables is not there, and so no table is. */
static bool vzub_xt_get(void)
{
	void *find;

	vzub_xt_lock = symbol_get(xt_find_table_lock);
	vzub_xt_unlock = symbol_get(xt_table_unlock);
	find = vzub_xt_lock && vzub_xt_unlock ? vz_symbol("xt_find_table") :
						NULL;
	if (find)
		static_call_update(vzub_xt_find, find);
	else
		vzub_xt_put();
	return find;
}

static void vzub_table_seed(struct net *net, struct vzub *ub, u8 af,
			    const char *name)
{
	struct vzub_table *t;
	struct xt_table *table;

	/* to lock one that is not there would make it */
	if (!static_call(vzub_xt_find)(net, af, name))
		return;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	table = t ? vzub_xt_lock(net, af, name) : ERR_PTR(-ENOMEM);
	if (IS_ERR(table)) {
		kfree(t);
		return;
	}
	vzub_charge(ub, VZUB_NUMIPTENT, table->private->number, VZUB_FORCE);
	vzub_table_add(net, t, table, table->private->number);
	module_put(table->me);
	vzub_xt_unlock(table);
}

static void vzub_tables_seed(struct net *net, struct vzub *ub)
{
	static const char * const names[] = {
		"filter", "nat", "mangle", "raw", "security",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		vzub_table_seed(net, ub, NFPROTO_IPV4, names[i]);
		vzub_table_seed(net, ub, NFPROTO_IPV6, names[i]);
	}
	vzub_table_seed(net, ub, NFPROTO_ARP, "filter");
}

/* ------------------------------------------------------------- nftables -- */

static int vzub_no_newrule(struct sk_buff *skb, const struct nfnl_info *info,
			   const struct nlattr * const nla[])
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(vzub_nft_newrule, vzub_no_newrule);

static void vzub_rule_unmade(struct net *net, struct vzub_net *n)
{
	/* what is older was not charged */
	if (atomic_dec_if_positive(&n->rules) >= 0)
		vzub_iptent_uncharge(net, 1);
}

/* A lock of the namespace is held. */
static int vzub_rule_make(struct sk_buff *skb, const struct nfnl_info *info,
			  const struct nlattr * const nla[])
{
	struct vzub_net *n = vzub_net_of(info->net);
	int err;

	if (!vzub_iptent_charge(info->net, 1))
		return -ENOMEM;
	atomic_inc(&n->rules);
	n->unmade = false;
	n->linked = false;
	WRITE_ONCE(n->maker, current);
	err = static_call(vzub_nft_newrule)(skb, info, nla);
	WRITE_ONCE(n->maker, NULL);
	/* no rule, unless it was in its chain already: it is destroyed later */
	if (err && !n->unmade && !n->linked)
		vzub_rule_unmade(info->net, n);
	return err;
}

static int vzub_do_newrule(struct sk_buff *skb, const struct nfnl_info *info,
			   const struct nlattr * const nla[])
{
	int err = vzub_rule_make(skb, info, nla);

	vz_hook_leave();
	return err;
}

static __always_inline void vzub_on_newrule(struct vz_hook *hook,
					    struct pt_regs *regs)
{
	const struct nfnl_info *info;

	info = (void *)regs_get_kernel_argument(regs, 1);
	if (vzub_net_is_counted(info->net))
		vz_hook_redirect(hook, regs, vzub_do_newrule);
}

static __always_inline void vzub_on_rule_destroy(struct vz_hook *hook,
						 struct pt_regs *regs)
{
	const struct nft_ctx *ctx = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub_net *n = vzub_net_of(ctx->net);

	if (READ_ONCE(n->maker) == current)
		n->unmade = true;
	vzub_rule_unmade(ctx->net, n);
}

/* The last thing that is done to a new rule, where it is done at once. */
static __always_inline void vzub_on_validate(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	struct net *net = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub_net *n = vzub_net_of(net);

	if (READ_ONCE(n->maker) == current)
		n->linked = true;
}

/* ------------------------------------------------------------ the hooks -- */

VZ_HOOK_MODULE(vzub_register, xt_register_table, "x_tables",
	       "rules of iptables are not counted", vzub_on_register);
VZ_HOOK_MODULE(vzub_replace, xt_replace_table, "x_tables",
	       "rules of iptables are not counted", vzub_on_replace);
VZ_HOOK_MODULE(vzub_newrule, nf_tables_newrule, "nf_tables",
	       "rules of nftables are not counted", vzub_on_newrule);
VZ_HOOK_MODULE(vzub_rule_destroy, nf_tables_rule_destroy, "nf_tables",
	       "rules of nftables are not counted", vzub_on_rule_destroy);
VZ_HOOK_MODULE(vzub_validate, nft_table_validate, "nf_tables",
	       "rules of nftables are not counted", vzub_on_validate);

static struct vz_hook * const vzub_iptent_hooks[] = {
	&vzub_register, &vzub_replace, &vzub_rule_destroy, &vzub_validate,
	&vzub_newrule,
};

/* Where the originals are, as far as their modules are there. */
static void vzub_iptent_found(void)
{
	if (vzub_register.original)
		static_call_update(vzub_xt_register, vzub_register.original);
	if (vzub_replace.original)
		static_call_update(vzub_xt_replace, vzub_replace.original);
	if (vzub_newrule.original)
		static_call_update(vzub_nft_newrule, vzub_newrule.original);
}

static int __net_init vzub_net_init(struct net *net)
{
	INIT_LIST_HEAD(&vzub_net_of(net)->tables);
	return 0;
}

static void __net_exit vzub_net_exit(struct net *net)
{
	struct vzub_net *n = vzub_net_of(net);
	struct vzub_table *t, *next;

	scoped_guard(mutex, &vzub_table_lock)
		list_for_each_entry_safe(t, next, &n->tables, list)
			vzub_table_del(t);
	vzub_iptent_uncharge(net, atomic_xchg(&n->rules, 0));
}

static struct pernet_operations vzub_net_ops = {
	.init	= vzub_net_init,
	.exit	= vzub_net_exit,
	.id	= &vzub_net_id,
	.size	= sizeof(struct vzub_net),
};

static bool vzub_net_known;

static int vzub_iptent_init(void)
{
	int err = register_pernet_subsys(&vzub_net_ops);

	vzub_net_known = !err;
	return err;
}

static void vzub_iptent_exit(void)
{
	if (vzub_net_known)
		unregister_pernet_subsys(&vzub_net_ops);
}

static bool vzub_net_is_of(const struct net *net, const struct vzub *ub)
{
	guard(rcu)();
	return vzub_of_net(net) == ub;
}

static void vzub_rules_seed(struct net *net, struct vzub *ub)
{
	int rules = vzub_nft_rules(net);

	if (rules <= 0)
		return;
	vzub_charge(ub, VZUB_NUMIPTENT, rules, VZUB_FORCE);
	atomic_add(rules, &vzub_net_of(net)->rules);
}

static void vzub_net_seed(struct net *net, struct vzub *ub, bool tables)
{
	/* without it there is none, and to ask would load it */
	if (READ_ONCE(vzub_newrule.state) == VZ_HOOK_ARMED)
		vzub_rules_seed(net, ub);
	if (tables)
		vzub_tables_seed(net, ub);
}

static void vzub_iptent_seed(struct vzub *ub)
{
	bool tables = READ_ONCE(vzub_register.state) == VZ_HOOK_ARMED &&
		      vzub_xt_get();
	struct net *net;

	lockdep_assert_held(&vzub_lock);
	down_read(&net_rwsem);
	for_each_net(net) {
		if (!vzub_net_is_of(net, ub) || !maybe_get_net(net))
			continue;
		vzub_net_seed(net, ub, tables);
		put_net(net);
	}
	up_read(&net_rwsem);
	if (tables)
		vzub_xt_put();
}

/* What fires them only comes with a rule: they are not tried. */
const struct vzub_family vzub_iptent_family = {
	.hooks	= vzub_iptent_hooks,
	.count	= ARRAY_SIZE(vzub_iptent_hooks),
	.init	= vzub_iptent_init,
	.found	= vzub_iptent_found,
	.exit	= vzub_iptent_exit,
	.seed	= vzub_iptent_seed,
};
