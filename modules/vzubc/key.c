// SPDX-License-Identifier: GPL-2.0
/*
 * numkeys: keys and keyrings.  The quota of the kernel is one for each user id,
 * and a container has 65536 of those.
 *
 * Those that are older than the module are told where the kernel prints them
 * to /proc/keys: they are of the container whose user ids they have.
 */
#include <linux/cred.h>
#include <linux/key.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/static_call.h>
#include <linux/uidgid.h>
#include "view.h"

static struct key *vzub_no_key(struct key_type *type, const char *desc,
			       kuid_t uid, kgid_t gid, const struct cred *cred,
			       key_perm_t perm, unsigned long flags,
			       struct key_restriction *restriction)
{
	return ERR_PTR(-EDQUOT);
}

DEFINE_STATIC_CALL(vzub_key_alloc, vzub_no_key);

static struct vzub_owned *vzub_key_charge(const struct cred *cred)
{
	struct vzub *ub;

	/* the credentials keep it */
	scoped_guard(rcu)
		ub = vzub_of_user_ns(cred->user_ns);
	return ub ? vzub_own_charge(ub, VZUB_NUMKEYS, 1) : NULL;
}

static struct key *vzub_key_new(struct key_type *type, const char *desc,
				kuid_t uid, kgid_t gid,
				const struct cred *cred, key_perm_t perm,
				unsigned long flags,
				struct key_restriction *restriction)
{
	struct vzub_owned *o = vzub_key_charge(cred);
	struct key *key = ERR_PTR(-EDQUOT);

	if (o)
		key = static_call(vzub_key_alloc)(type, desc, uid, gid, cred,
						  perm, flags, restriction);
	if (o && !IS_ERR(key))
		vzub_own_set(o, key, 0);
	else if (o)
		vzub_own_cancel(o);
	vz_hook_leave();
	return key;
}

static __always_inline void vzub_on_key_alloc(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	const struct cred *cred = (void *)regs_get_kernel_argument(regs, 4);
	bool ours;

	scoped_guard(rcu)
		ours = vzub_of_user_ns(cred->user_ns);
	if (ours)
		vz_hook_redirect(hook, regs, vzub_key_new);
}

static __always_inline void vzub_on_key_free(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	vzub_own_gone((void *)regs_get_kernel_argument(regs, 0), 0);
}

VZ_HOOK(vzub_key_make, key_alloc, "numkeys is not counted",
	vzub_on_key_alloc);
VZ_HOOK(vzub_key_gone, security_key_free, "numkeys is not counted",
	vzub_on_key_free);

static struct vz_hook * const vzub_key_hooks[] = {
	&vzub_key_gone, &vzub_key_make,
};

static int vzub_key_init(void)
{
	if (vzub_key_make.original)
		static_call_update(vzub_key_alloc, vzub_key_make.original);
	return 0;
}

const struct vzub_family vzub_key_family = {
	.hooks	= vzub_key_hooks,
	.count	= ARRAY_SIZE(vzub_key_hooks),
	.init	= vzub_key_init,
};

/* Who asks for keys, and whose they are; under vzub_lock */
static struct task_struct *vzub_key_asks;
static struct vzub *vzub_key_ub;

/* In the list none can end; nothing is printed, so all are shown at once. */
static __always_inline void vzub_on_key_show(struct vz_hook *hook,
					     struct pt_regs *regs)
{
	const struct rb_node *node = (void *)regs_get_kernel_argument(regs, 1);
	const struct key *key = rb_entry(node, struct key, serial_node);

	if (likely(READ_ONCE(vzub_key_asks) != current))
		return;
	if (kuid_has_mapping(vzub_key_ub->user_ns, key->uid))
		vzub_own_found(vzub_key_ub, VZUB_NUMKEYS, key, 0);
	vz_hook_refuse(regs, 0);
}

VZ_HOOK(vzub_key_show, proc_keys_show,
	"keys that are older than vzubc are not counted", vzub_on_key_show);

static void vzub_key_seed(struct vzub *ub)
{
	lockdep_assert_held(&vzub_lock);
	if (!vzub_family_works(&vzub_key_family) ||
	    READ_ONCE(vzub_key_show.state) != VZ_HOOK_ARMED)
		return;
	vzub_key_ub = ub;
	WRITE_ONCE(vzub_key_asks, current);
	vzub_view_touch("keys");
	WRITE_ONCE(vzub_key_asks, NULL);
}

static void vzub_key_list_touch(void)
{
	vzub_view_touch("keys");
}

static struct vz_hook * const vzub_key_list_hooks[] = { &vzub_key_show };

const struct vzub_family vzub_key_list_family = {
	.hooks	= vzub_key_list_hooks,
	.count	= ARRAY_SIZE(vzub_key_list_hooks),
	.touch	= vzub_key_list_touch,
	.seed	= vzub_key_seed,
};
