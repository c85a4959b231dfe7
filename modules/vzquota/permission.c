// SPDX-License-Identifier: GPL-2.0
/*
 * Who may use quotactl(2): the kernel asks for CAP_SYS_ADMIN of the host, root
 * of a container has that of his user namespace only.  For the file system of
 * his own container he is given what he asks for, unless it is about level 1.
 */
#include <linux/cred.h>
#include <linux/init_task.h>
#include <linux/static_call.h>
#include <vz/ct.h>
#include <vz/hook.h>
#include "simfs.h"

/* Root of the host, who has no user namespace but the first one. */
static const struct cred *vzq_cred;

static bool vzq_is_root_of(const struct super_block *sb)
{
	struct user_namespace *ns = current_user_ns();
	const struct vzq *q = simfs_sb(sb)->quota;
	const struct vz_ct *ct;

	if (!q || !ns_capable_noaudit(ns, CAP_SYS_ADMIN))
		return false;
	guard(rcu)();
	ct = vz_ct_of_user_ns(ns);
	/* a namespace below the container's is not its root's */
	return ct && ct->id == q->id && ct->user_ns == ns;
}

static int vzq_quotactl_none(struct super_block *sb, int type, int cmd,
			     qid_t id, void __user *addr,
			     const struct path *path)
{
	return -EPERM;
}

DEFINE_STATIC_CALL(vzq_quotactl, vzq_quotactl_none);

/* The superblock is referenced, and locked as the command needs it. */
static int vzq_do_quotactl(struct super_block *sb, int type, int cmd, qid_t id,
			   void __user *addr, const struct path *path)
{
	const struct cred *old = NULL;
	int ret;

	if (vzq_is_root_of(sb))
		old = override_creds(vzq_cred);
	ret = static_call(vzq_quotactl)(sb, type, cmd, id, addr, path);
	if (old)
		revert_creds(old);
	vz_hook_leave();
	return ret;
}

static __always_inline void vzq_on_quotactl(struct vz_hook *hook,
					    struct pt_regs *regs)
{
	struct super_block *sb = (void *)regs_get_kernel_argument(regs, 0);
	int type = regs_get_kernel_argument(regs, 1);

	if (sb->s_type == &simfs_type && type < PRJQUOTA &&
	    current_user_ns() != &init_user_ns)
		vz_hook_redirect(hook, regs, vzq_do_quotactl);
}

VZ_HOOK(vzq_hook, do_quotactl,
	"root of a container cannot set quotas of its users",
	vzq_on_quotactl);

/**
 * vzq_permission_arm - a file system with level 2 is being mounted
 *
 * The hook stays: nobody else's quotactl(2) is slower by what would be noticed,
 * and taking it out takes long.
 */
void vzq_permission_arm(void)
{
	vz_hook_arm(&vzq_hook);
}

/**
 * vzq_permission_init - prepare the hook
 *
 * If it does not work /proc/vz/hooks tells, and the rest works.
 *
 * Return: 0 or -ENOMEM.
 */
int vzq_permission_init(void)
{
	vzq_cred = prepare_kernel_cred(&init_task);
	if (!vzq_cred)
		return -ENOMEM;
	if (!vz_hook_add(&vzq_hook))
		static_call_update(vzq_quotactl, vzq_hook.original);
	return 0;
}

/**
 * vzq_permission_exit - remove the hook
 */
void vzq_permission_exit(void)
{
	vz_hook_remove(&vzq_hook);
	/* also for simfs_sync_exit() */
	vz_hook_drain();
	put_cred(vzq_cred);
}
