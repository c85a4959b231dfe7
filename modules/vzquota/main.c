// SPDX-License-Identifier: GPL-2.0
/*
 * vzquota - file systems and disk quotas of containers: loading and unloading.
 */
#include <linux/module.h>
#include <vz/subsys.h>
#include "simfs.h"

static struct vz_subsys vzq_subsys = {
	.name		= "vzquota",
	.owner		= THIS_MODULE,
	.ioctl		= vzq_ctl_ioctl,
	.ioctl_first	= _IOC_NR(VZQUOTA_IOC_ON),
	.ioctl_count	= 0x10,
};

static int __init vzquota_init(void)
{
	int err;

	err = simfs_inode_init();
	if (err)
		return err;
	err = vzq_permission_init();
	if (err)
		goto err_inode;
	vzq_format_init();
	simfs_sync_init();
	err = register_filesystem(&simfs_type);
	if (err)
		goto err_format;
	err = vzq_proc_init();
	if (err)
		goto err_filesystem;
	err = vz_subsys_register(&vzq_subsys);
	if (err)
		goto err_proc;
	return 0;

err_proc:
	vzq_proc_exit();
err_filesystem:
	unregister_filesystem(&simfs_type);
err_format:
	simfs_sync_exit();
	vzq_format_exit();
	vzq_permission_exit();
err_inode:
	simfs_inode_exit();
	return err;
}

static void __exit vzquota_exit(void)
{
	vz_subsys_unregister(&vzq_subsys);
	vzq_proc_exit();
	unregister_filesystem(&simfs_type);
	simfs_sync_exit();
	vzq_format_exit();
	vzq_permission_exit();
	simfs_inode_exit();
}

module_init(vzquota_init);
module_exit(vzquota_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vz: file systems and disk quotas of containers");
MODULE_VERSION(VZ_VERSION);
