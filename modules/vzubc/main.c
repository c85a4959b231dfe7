// SPDX-License-Identifier: GPL-2.0
/*
 * vzubc - user beancounters: loading and unloading.
 */
#include <linux/module.h>
#include "vzubc.h"

static int __init vzubc_init(void)
{
	int err;

	vzub_memcg_init();
	vzub_memory_init();
	err = vzub_own_init();
	if (err)
		return err;
	err = vzub_family_init();
	if (err)
		goto err_own;
	err = vzub_proc_init();
	if (err)
		goto err_family;
	err = vzub_init();
	if (err)
		goto err_proc;
	return 0;

err_proc:
	vzub_proc_exit();
err_family:
	vzub_family_exit();
err_own:
	vzub_own_exit();
	return err;
}

static void __exit vzubc_exit(void)
{
	vzub_exit();
	vzub_proc_exit();
	vzub_family_exit();
	vzub_own_exit();
}

module_init(vzubc_init);
module_exit(vzubc_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vz: user beancounters");
MODULE_VERSION(VZ_VERSION);
