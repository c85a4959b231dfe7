// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vzctl: copying arguments in and out, permission, dispatch.  What the
 * commands mean is written in <linux/vzcore.h>.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <vz/ctl.h>
#include "vzcore.h"

static bool vz_ctid_is_valid(u32 ctid)
{
	return ctid && ctid <= VZ_CTID_MAX;
}

static long vz_ctl_version(void *arg)
{
	struct vz_version *a = arg;

	a->abi = VZ_ABI_VERSION;
	strscpy(a->version, VZ_VERSION, sizeof(a->version));
	return 0;
}

static long vz_ctl_ct_create(void *arg)
{
	struct vz_ct_create *a = arg;

	if (!vz_ctid_is_valid(a->ctid) || a->consoles > VZ_CONSOLES_MAX ||
	    a->flags || memchr_inv(a->reserved, 0, sizeof(a->reserved)))
		return -EINVAL;
	return vz_ct_create(a);
}

static long vz_ctl_ct_start(void *arg)
{
	struct vz_ct_start *a = arg;

	if (!vz_ctid_is_valid(a->ctid) || a->flags ||
	    memchr_inv(a->reserved, 0, sizeof(a->reserved)))
		return -EINVAL;
	return vz_ct_start(a);
}

static long vz_ctl_ct_destroy(void *arg)
{
	struct vz_ct_destroy *a = arg;

	if (!vz_ctid_is_valid(a->ctid) || a->flags || a->reserved)
		return -EINVAL;
	return vz_ct_destroy(a);
}

static void vz_ct_fill_consoles(struct vz_ct *ct, struct vz_ct_info *info)
{
	struct vz_terminals *set = rcu_dereference(ct->terminals);
	dev_t dev;

	info->consoles = ct->max_terminals;
	if (!set)
		return;
	dev = vz_terminals_dev(set);
	info->console_major = MAJOR(dev);
	info->console_minor = MINOR(dev);
}

static void vz_ct_fill_info(struct vz_ct *ct, struct vz_ct_info *info)
{
	info->state = vz_ct_state(ct);
	info->nproc = vz_ct_nproc(ct);
	vz_ct_fill_consoles(ct, info);
	info->generation = ct->generation;
	if (info->state >= VZ_CT_RUNNING) {
		info->start_boottime = ct->start_boottime;
		info->start_realtime = ct->start_realtime;
	}
	if (info->state == VZ_CT_RUNNING)
		info->init_pid = pid_vnr(ct->init_pid);
	if (info->state == VZ_CT_STOPPED) {
		info->exit_reason = ct->exit_reason;
		info->exit_code = ct->exit_code;
	}
}

static long vz_ctl_ct_info(void *arg)
{
	struct vz_ct_info *a = arg;
	struct vz_ct_info info = { .size = a->size, .ctid = a->ctid };
	struct vz_ct *ct;

	if (!vz_ctid_is_valid(info.ctid))
		return -EINVAL;
	scoped_guard(rcu) {
		ct = vz_ct_of_id(info.ctid);
		if (!ct)
			return -ENOENT;
		vz_ct_fill_info(ct, &info);
	}
	*a = info;
	return 0;
}

/* Collects at most @max ids; returns how many containers there are. */
static u32 vz_ct_collect(u32 *ids, u32 max)
{
	struct vz_ct *ct;
	unsigned long id;
	u32 n = 0;

	guard(rcu)();
	xa_for_each(&vz_ct_xa, id, ct) {
		if (n < max)
			ids[n] = id;
		n++;
	}
	return n;
}

static long vz_ctl_ct_list(void *arg)
{
	struct vz_ct_list *a = arg;
	u32 total, n;
	u32 *ids;
	long ret = 0;

	n = min(a->count, vz_ct_collect(NULL, 0));
	ids = kvmalloc_array(max(n, 1U), sizeof(*ids), GFP_KERNEL);
	if (!ids)
		return -ENOMEM;
	total = vz_ct_collect(ids, n);
	if (copy_to_user(u64_to_user_ptr(a->ids), ids,
			 min(n, total) * sizeof(*ids)))
		ret = -EFAULT;
	kvfree(ids);
	/* those that came in between did not fit: make the caller try again */
	a->count = total;
	return ret;
}

static long vz_ctl_console(void *arg)
{
	struct vz_console *a = arg;

	if (!vz_ctid_is_valid(a->ctid) || a->flags & ~VZ_CONSOLE_STEAL)
		return -EINVAL;
	return vz_console_open(a);
}

static const struct vz_ctl_cmd vz_ctl_cmds[] = {
	[_IOC_NR(VZ_IOC_VERSION)] =
		VZ_CTL_CMD(struct vz_version, true, vz_ctl_version),
	[_IOC_NR(VZ_IOC_CT_CREATE)] =
		VZ_CTL_CMD(struct vz_ct_create, true, vz_ctl_ct_create),
	[_IOC_NR(VZ_IOC_CT_START)] =
		VZ_CTL_CMD(struct vz_ct_start, false, vz_ctl_ct_start),
	[_IOC_NR(VZ_IOC_CT_DESTROY)] =
		VZ_CTL_CMD(struct vz_ct_destroy, false, vz_ctl_ct_destroy),
	[_IOC_NR(VZ_IOC_CT_INFO)] =
		VZ_CTL_CMD(struct vz_ct_info, true, vz_ctl_ct_info),
	[_IOC_NR(VZ_IOC_CT_LIST)] =
		VZ_CTL_CMD(struct vz_ct_list, true, vz_ctl_ct_list),
	[_IOC_NR(VZ_IOC_CONSOLE)] =
		VZ_CTL_CMD(struct vz_console, false, vz_ctl_console),
};

static bool vz_ctl_may(void)
{
	scoped_guard(rcu)
		if (vz_ct_of_task(current))
			return false;
	return capable(CAP_SYS_ADMIN);
}

/**
 * vz_ctl_call - do a command: copy its argument in and its answer out
 * @cmd: command
 * @uarg: argument of the caller, a structure that starts with its size
 *
 * The rules of <linux/vzcore.h> for sizes are kept here.
 *
 * Return: what ioctl(2) returns.
 */
long vz_ctl_call(const struct vz_ctl_cmd *cmd, void __user *uarg)
{
	u32 size, known;
	long ret;
	int err;

	if (get_user(size, (u32 __user *)uarg))
		return -EFAULT;
	if (size < (cmd->min ?: cmd->size))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	void *arg __free(kfree) = kzalloc(cmd->size, GFP_KERNEL);
	if (!arg)
		return -ENOMEM;
	err = copy_struct_from_user(arg, cmd->size, uarg, size);
	if (err)
		return err;
	known = min_t(u32, size, cmd->size);
	/* nothing is done for a caller that cannot be told the result */
	if (cmd->out && copy_to_user(uarg, arg, known))
		return -EFAULT;
	ret = cmd->fn(arg);
	*(u32 *)arg = size;
	if (cmd->out && copy_to_user(uarg, arg, known))
		return -EFAULT;
	return ret;
}
EXPORT_SYMBOL_GPL(vz_ctl_call);

static long vz_ctl_ioctl(struct file *file, unsigned int req,
			 unsigned long arg)
{
	unsigned int nr = _IOC_NR(req);

	if (!vz_ctl_may())
		return -EPERM;
	if (_IOC_TYPE(req) != VZ_IOC_MAGIC)
		return -ENOTTY;
	if (nr >= ARRAY_SIZE(vz_ctl_cmds))
		return vz_subsys_ioctl(nr, (void __user *)arg);
	return vz_ctl_call(&vz_ctl_cmds[nr], (void __user *)arg);
}

static const struct file_operations vz_ctl_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= vz_ctl_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice vz_ctl_dev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= VZ_DEV_NAME,
	.mode	= 0600,
	.fops	= &vz_ctl_fops,
};

/**
 * vz_ctl_init - make /dev/vzctl
 *
 * Return: 0 or a negative error.
 */
int vz_ctl_init(void)
{
	return misc_register(&vz_ctl_dev);
}

/**
 * vz_ctl_exit - remove /dev/vzctl
 */
void vz_ctl_exit(void)
{
	misc_deregister(&vz_ctl_dev);
}
