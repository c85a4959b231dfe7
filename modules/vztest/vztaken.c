// SPDX-License-Identifier: GPL-2.0
/*
 * vztaken - hooks functions as a live patch does, and changes nothing, for the
 * tests of the hook engine.  Built with VZ_TEST=m only and never installed.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/string.h>

static char *vzt_functions[4];
static unsigned int vzt_count;
module_param_array_named(functions, vzt_functions, charp, &vzt_count, 0400);
MODULE_PARM_DESC(functions, "functions of the kernel");

static void notrace vzt_taken(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops,
			      struct ftrace_regs *fregs)
{
}

static struct ftrace_ops vzt_ops = {
	.func	= vzt_taken,
	.flags	= FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_SAVE_REGS,
};

static int __init vzt_taken_init(void)
{
	int err = vzt_count ? 0 : -EINVAL;
	unsigned int i;

	for (i = 0; !err && i < vzt_count; i++)
		err = ftrace_set_filter(&vzt_ops, vzt_functions[i],
					strlen(vzt_functions[i]), 0);
	if (!err)
		err = register_ftrace_function(&vzt_ops);
	if (err)
		ftrace_free_filter(&vzt_ops);
	return err;
}

static void __exit vzt_taken_exit(void)
{
	unregister_ftrace_function(&vzt_ops);
	ftrace_free_filter(&vzt_ops);
}

module_init(vzt_taken_init);
module_exit(vzt_taken_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vz: test of the hook engine");
