// SPDX-License-Identifier: GPL-2.0
/*
 * vztest - two subsystems that write down how they are called, for the tests
 * of vzcore.  Built with VZ_TEST=m only and never installed.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <vz/subsys.h>
#include "vztest.h"

#define VZT_LOG	sizeof_field(struct vztest_log, text)

static DEFINE_SPINLOCK(vzt_lock);	/* protects vzt_log */
static char vzt_log[VZT_LOG];
static u32 vzt_fail;
static bool vzt_b_is_there;

static struct vz_subsys vzt_a, vzt_b;

static void vzt_note(char what, const struct vz_subsys *ss,
		     const struct vz_ct *ct)
{
	size_t len;

	guard(spinlock)(&vzt_lock);
	len = strlen(vzt_log);
	scnprintf(vzt_log + len, VZT_LOG - len, "%s%c%s%u", len ? " " : "",
		  what, ss->name, ct->id);
}

static int vzt_create(const struct vz_subsys *ss, struct vz_ct *ct)
{
	u32 *id;

	vzt_note('c', ss, ct);
	if (ss == &vzt_b && vzt_fail & VZTEST_FAIL_CREATE)
		return -EDOM;
	id = kmalloc(sizeof(*id), GFP_KERNEL);
	if (!id)
		return -ENOMEM;
	*id = ct->id;
	WARN_ON(vz_ct_slot_set(ct, ss, id));
	return 0;
}

static int vzt_start(const struct vz_subsys *ss, struct vz_ct *ct)
{
	vzt_note('s', ss, ct);
	WARN_ON(!ct->init_pid || !ct->pid_ns);
	return ss == &vzt_b && vzt_fail & VZTEST_FAIL_START ? -EDOM : 0;
}

static void vzt_stop(const struct vz_subsys *ss, struct vz_ct *ct)
{
	vzt_note('t', ss, ct);
	scoped_guard(rcu)
		WARN_ON(*(u32 *)vz_ct_slot(ct, ss) != ct->id);
}

static void vzt_release(const struct vz_subsys *ss, struct vz_ct *ct)
{
	vzt_note('r', ss, ct);
	kvfree_rcu_mightsleep(vz_ct_slot_set(ct, ss, NULL));
}

static int vzt_a_create(struct vz_ct *ct)
{
	return vzt_create(&vzt_a, ct);
}

static int vzt_b_create(struct vz_ct *ct)
{
	return vzt_create(&vzt_b, ct);
}

static int vzt_a_start(struct vz_ct *ct)
{
	return vzt_start(&vzt_a, ct);
}

static int vzt_b_start(struct vz_ct *ct)
{
	return vzt_start(&vzt_b, ct);
}

static void vzt_a_stop(struct vz_ct *ct)
{
	vzt_stop(&vzt_a, ct);
}

static void vzt_b_stop(struct vz_ct *ct)
{
	vzt_stop(&vzt_b, ct);
}

static void vzt_a_release(struct vz_ct *ct)
{
	vzt_release(&vzt_a, ct);
}

static void vzt_b_release(struct vz_ct *ct)
{
	vzt_release(&vzt_b, ct);
}

static long vzt_read_log(struct vztest_log __user *to)
{
	struct vztest_log log = {};

	scoped_guard(spinlock, &vzt_lock) {
		memcpy(log.text, vzt_log, sizeof(log.text));
		vzt_log[0] = '\0';
	}
	return copy_to_user(to, &log, sizeof(log)) ? -EFAULT : 0;
}

static long vzt_switch_b(bool on)
{
	int err = 0;

	if (on == vzt_b_is_there)
		return -EALREADY;
	if (on)
		err = vz_subsys_register(&vzt_b);
	else
		vz_subsys_unregister(&vzt_b);
	if (!err)
		vzt_b_is_there = on;
	return err;
}

static long vzt_ioctl(unsigned int nr, void __user *arg)
{
	u32 value;

	if (nr == _IOC_NR(VZTEST_LOG))
		return vzt_read_log(arg);
	if (get_user(value, (u32 __user *)arg))
		return -EFAULT;
	if (nr == _IOC_NR(VZTEST_SWITCH_B))
		return vzt_switch_b(value);
	vzt_fail = value;
	return 0;
}

static struct vz_subsys vzt_a = {
	.name		= "a",
	.owner		= THIS_MODULE,
	.ct_create	= vzt_a_create,
	.ct_start	= vzt_a_start,
	.ct_stop	= vzt_a_stop,
	.ct_release	= vzt_a_release,
	.ioctl		= vzt_ioctl,
	.ioctl_first	= _IOC_NR(VZTEST_LOG),
	.ioctl_count	= 3,
};

static struct vz_subsys vzt_b = {
	.name		= "b",
	.owner		= THIS_MODULE,
	.ct_create	= vzt_b_create,
	.ct_start	= vzt_b_start,
	.ct_stop	= vzt_b_stop,
	.ct_release	= vzt_b_release,
};

static int __init vzt_init(void)
{
	struct vz_subsys clash = vzt_a;
	int err;

	err = vz_subsys_register(&vzt_a);
	if (err)
		return err;
	clash.ioctl_first++;
	WARN_ON(vz_subsys_register(&clash) != -EEXIST);
	clash.ioctl_first = 0;
	WARN_ON(vz_subsys_register(&clash) != -EINVAL);
	err = vz_subsys_register(&vzt_b);
	if (err)
		vz_subsys_unregister(&vzt_a);
	else
		vzt_b_is_there = true;
	return err;
}

static void __exit vzt_exit(void)
{
	if (vzt_b_is_there)
		vz_subsys_unregister(&vzt_b);
	vz_subsys_unregister(&vzt_a);
}

module_init(vzt_init);
module_exit(vzt_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vz: test of the subsystem interface");
