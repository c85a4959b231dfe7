// SPDX-License-Identifier: GPL-2.0
/*
 * numfile: open files, as the kernel counts them.
 *
 * A file belongs to the container whose credentials opened it, wherever it is
 * passed on or inherited, until the last reference is gone.  A file system that
 * lies on another one opens the lower files as its mounter, so they are not
 * counted twice.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include "charge.h"
#include "vzubc.h"

/* Known without RCU, which costs more than the rest for most files. */
static __always_inline bool vzub_file_is_host(const struct file *file)
{
	return !file->f_cred->user_ns->parent;
}

static struct vzub *vzub_of_file(const struct file *file)
{
	return vzub_of_user_ns(file->f_cred->user_ns);
}

static __always_inline void vzub_on_file_alloc(struct vz_hook *hook,
					       struct pt_regs *regs)
{
	const struct file *file = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub *ub;

	if (vzub_file_is_host(file))
		return;
	vzub_guard();
	ub = __vzub_of_user_ns(file->f_cred->user_ns);
	if (ub && !READ_ONCE(ub->seeding) &&
	    !vzub_charge(ub, VZUB_NUMFILE, 1, VZUB_HARD))
		vz_hook_refuse(regs, -ENFILE);
}

static __always_inline void vzub_on_file_free(struct vz_hook *hook,
					      struct pt_regs *regs)
{
	const struct file *file = (void *)regs_get_kernel_argument(regs, 0);
	struct vzub *ub;

	if (vzub_file_is_host(file))
		return;
	vzub_guard();
	ub = __vzub_of_user_ns(file->f_cred->user_ns);
	if (ub && !READ_ONCE(ub->seeding))
		vzub_uncharge(ub, VZUB_NUMFILE, 1);
}

VZ_HOOK(vzub_file_alloc, security_file_alloc, "numfile is not counted",
	vzub_on_file_alloc);
VZ_HOOK(vzub_file_free, security_file_free, "numfile is not counted",
	vzub_on_file_free);

static struct vz_hook * const vzub_file_hooks[] = {
	&vzub_file_free, &vzub_file_alloc,
};

static void vzub_file_seed(struct vzub *ub, struct file *file)
{
	guard(rcu)();
	if (vzub_of_file(file) == ub)
		vzub_charge(ub, VZUB_NUMFILE, 1, VZUB_FORCE);
}

static void vzub_file_touch(void)
{
	struct file *file = filp_open("/", O_RDONLY | O_DIRECTORY, 0);

	if (IS_ERR(file))
		return;
	filp_close(file, NULL);
	flush_delayed_fput();
}

const struct vzub_family vzub_file_family = {
	.hooks	= vzub_file_hooks,
	.count	= ARRAY_SIZE(vzub_file_hooks),
	.touch	= vzub_file_touch,
	.seed_file = vzub_file_seed,
};
