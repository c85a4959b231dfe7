// SPDX-License-Identifier: GPL-2.0
/*
 * vznet - the containers' network: loading and unloading.
 */
#include <linux/module.h>
#include "vznet.h"

static int __init vznet_init(void)
{
	int err;

	err = venet_addr_init();
	if (err)
		return err;
	err = venet_owner_init();
	if (err)
		goto err_addr;
	err = venet_init();
	if (err)
		goto err_owner;
	err = venet_veth_init();
	if (err)
		goto err_venet;
	err = venet_lend_init();
	if (err)
		goto err_veth;
	err = venet_proc_init();
	if (err)
		goto err_lend;
	venet_netfilter_init();
	return 0;

err_lend:
	venet_lend_exit();
err_veth:
	venet_veth_exit();
err_venet:
	venet_exit();
err_owner:
	venet_owner_exit();
	rcu_barrier();
	venet_class_exit();
err_addr:
	venet_addr_exit();
	return err;
}

static void __exit vznet_exit(void)
{
	venet_netfilter_exit();
	venet_proc_exit();
	venet_lend_exit();
	venet_veth_exit();
	venet_exit();
	venet_owner_exit();
	rcu_barrier();
	venet_class_exit();
	venet_addr_exit();
}

module_init(vznet_init);
module_exit(vznet_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vz: routed network of containers");
MODULE_VERSION(VZ_VERSION);
