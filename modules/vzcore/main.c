// SPDX-License-Identifier: GPL-2.0
/*
 * vzcore - containers on a stock kernel: loading and unloading.
 */
#include <linux/module.h>
#include "event.h"
#include "vzcore.h"

static int __init vzcore_init(void)
{
	int err;

	err = vz_ct_init();
	if (err)
		return err;
	err = vz_init_watch_init();
	if (err)
		goto err_ct;
	err = vz_event_init();
	if (err)
		goto err_ct;
	err = vz_terminal_init();
	if (err)
		goto err_event;
	err = vz_proc_init();
	if (err)
		goto err_terminal;
	err = vz_hook_init();
	if (err)
		goto err_proc;
	vz_visible_init();
	vz_oom_init();
	err = vz_ctl_init();
	if (err)
		goto err_oom;
	return 0;

err_oom:
	vz_oom_exit();
	vz_visible_exit();
	vz_hook_exit();
err_proc:
	vz_proc_exit();
err_terminal:
	vz_terminal_exit();
err_event:
	vz_event_exit();
err_ct:
	vz_ct_exit();
	return err;
}

static void __exit vzcore_exit(void)
{
	vz_ctl_exit();
	vz_ct_idle();
	vz_oom_exit();
	vz_visible_exit();
	vz_hook_exit();
	vz_proc_exit();
	vz_terminal_exit();
	vz_event_exit();
	vz_cgroup_exit();
	vz_ct_exit();
}

module_init(vzcore_init);
module_exit(vzcore_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vz: container registry, consoles, events");
MODULE_VERSION(VZ_VERSION);
