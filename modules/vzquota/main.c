// SPDX-License-Identifier: GPL-2.0
/*
 * vzquota - file systems of containers: loading and unloading.
 */
#include <linux/module.h>
#include "simfs.h"

static int __init vzquota_init(void)
{
	int err;

	err = simfs_inode_init();
	if (err)
		return err;
	err = register_filesystem(&simfs_type);
	if (err)
		simfs_inode_exit();
	return err;
}

static void __exit vzquota_exit(void)
{
	unregister_filesystem(&simfs_type);
	simfs_inode_exit();
}

module_init(vzquota_init);
module_exit(vzquota_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vz: file systems of containers");
MODULE_VERSION(VZ_VERSION);
