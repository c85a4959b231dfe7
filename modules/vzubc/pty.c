// SPDX-License-Identifier: GPL-2.0
/*
 * numpty: pseudo terminals, from the opening of the master until both ends are
 * closed.  The mount option max= would not do: root of a container may mount
 * devpts once more.
 */
#include <linux/cred.h>
#include <linux/devpts_fs.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <linux/static_call.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include "vzubc.h"

static int vzub_no_index(struct pts_fs_info *fsi)
{
	return -ENOSPC;
}

DEFINE_STATIC_CALL(vzub_new_index, vzub_no_index);

static struct vzub_owned *vzub_pty_charge(void)
{
	struct vzub *ub;

	scoped_guard(rcu)
		ub = vzub_of_user_ns(current_user_ns());
	/* our own credentials keep it */
	return ub ? vzub_own_charge(ub, VZUB_NUMPTY, 1) : NULL;
}

static int vzub_pty_new(struct pts_fs_info *fsi)
{
	struct vzub_owned *o = vzub_pty_charge();
	int index = -ENOMEM;

	if (o)
		index = static_call(vzub_new_index)(fsi);
	if (o && index >= 0)
		vzub_own_set(o, fsi, index);
	else if (o)
		vzub_own_cancel(o);
	vz_hook_leave();
	return index;
}

static __always_inline void vzub_on_new_index(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	bool ours;

	scoped_guard(rcu)
		ours = vzub_of_user_ns(current_user_ns());
	if (ours)
		vz_hook_redirect(hook, regs, vzub_pty_new);
}

static __always_inline void vzub_on_kill_index(struct vz_hook *hook,
					       struct pt_regs *regs)
{
	vzub_own_gone((void *)regs_get_kernel_argument(regs, 0),
		      regs_get_kernel_argument(regs, 1));
}

VZ_HOOK(vzub_pty_make, devpts_new_index, "numpty is not counted",
	vzub_on_new_index);
VZ_HOOK(vzub_pty_kill, devpts_kill_index, "numpty is not counted",
	vzub_on_kill_index);

static struct vz_hook * const vzub_pty_hooks[] = {
	&vzub_pty_kill, &vzub_pty_make,
};

/* The master is the file of /dev/ptmx; it may be closed, but not its file. */
static struct tty_struct *vzub_pty_of(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct tty_struct *tty;

	if (!S_ISCHR(inode->i_mode) ||
	    inode->i_rdev != MKDEV(TTYAUX_MAJOR, 2))
		return NULL;
	tty = ((struct tty_file_private *)file->private_data)->tty;
	return tty->driver->subtype == PTY_TYPE_MASTER ? tty : NULL;
}

static void vzub_pty_seed(struct vzub *ub, struct file *file)
{
	struct tty_struct *tty = vzub_pty_of(file);
	bool ours;

	scoped_guard(rcu)
		ours = vzub_of_user_ns(file->f_cred->user_ns) == ub;
	if (tty && ours)
		vzub_own_found(ub, VZUB_NUMPTY, tty->driver_data, tty->index);
}

static int vzub_pty_init(void)
{
	if (vzub_pty_make.original)
		static_call_update(vzub_new_index, vzub_pty_make.original);
	return 0;
}

const struct vzub_family vzub_pty_family = {
	.hooks	= vzub_pty_hooks,
	.count	= ARRAY_SIZE(vzub_pty_hooks),
	.init	= vzub_pty_init,
	.seed_file = vzub_pty_seed,
};
