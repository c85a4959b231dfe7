# SPDX-License-Identifier: GPL-2.0
# Included by every modules/NAME/Kbuild: what all modules are compiled with.
#
# The headers of the kernel are asked what it can do, not its version number:
# distributions move features between versions.  Each VZ_HAVE_x is explained
# where modules/compat/ uses it.

vz-probe = $(shell grep -qsE '$(2)' $(srctree)/include/linux/$(3) && \
	     echo -DVZ_HAVE_$(1))

ccflags-y += $(call vz-probe,NS_TYPE,u32[[:space:]]+ns_type,ns_common.h)
ccflags-y += $(call vz-probe,NS_TYPE,u32[[:space:]]+ns_type,ns/ns_common_types.h)
ccflags-y += $(call vz-probe,TTY_WRITE_SIZE_T,ssize_t \(\*write\),tty_driver.h)
ccflags-y += $(call vz-probe,TTY_NO_WORKQUEUE,TTY_DRIVER_NO_WORKQUEUE,tty_driver.h)
ccflags-y += $(call vz-probe,MODULE_MEM,enum mod_mem_type,module.h)
ccflags-y += $(call vz-probe,CSS_RSTAT_FLUSH,void css_rstat_flush,cgroup.h)
ccflags-y += $(call vz-probe,GET_FILE_RCU,struct file \*get_file_rcu,fs.h)
ccflags-y += $(call vz-probe,VM_STAT_ITEM,enum vm_stat_item,vmstat.h)
ccflags-y += $(call vz-probe,HRTIMER_SETUP,void hrtimer_setup.struct hrtimer,hrtimer.h)

ccflags-y += $(call vz-probe,NETDEV_LLTX,[[:space:]]lltx:1,netdevice.h)
ccflags-y += $(call vz-probe,NETDEV_NETNS_LOCAL,[[:space:]]netns_local:1,netdevice.h)
ccflags-y += $(call vz-probe,NETDEV_NETNS_IMMUTABLE,[[:space:]]netns_immutable:1,netdevice.h)
ccflags-y += $(call vz-probe,NETDEV_MAC_STORAGE,int dev_set_mac_address.*struct sockaddr_storage,netdevice.h)
ccflags-y += $(call vz-probe,RTNL_NEWLINK_PARAMS,struct rtnl_newlink_params,../net/rtnetlink.h)

ccflags-y += $(call vz-probe,SK_CLONE,struct sock .sk_clone.const,../net/sock.h)
ccflags-y += $(call vz-probe,XT_TEMPLATE_OPS,template_ops,netfilter/x_tables.h)

ccflags-y += $(call vz-probe,DQUOT_RCU,struct dquot __rcu,fs.h)
ccflags-y += $(call vz-probe,DQUOT_RCU,struct dquot __rcu,fs/super_types.h)
ccflags-y += $(call vz-probe,MNT_IDMAP,nop_mnt_idmap,mnt_idmapping.h)
ccflags-y += $(call vz-probe,INODE_STATE,inode_state_read_once,fs.h)
ccflags-y += $(call vz-probe,LOOKUP_NOPERM,lookup_noperm_unlocked,namei.h)
ccflags-y += $(call vz-probe,SET_DEFAULT_D_OP,set_default_d_op,dcache.h)
ccflags-y += $(call vz-probe,D_REVALIDATE_NAME,d_revalidate..struct inode,dcache.h)
ccflags-y += $(call vz-probe,FILE_KATTR,struct file_kattr,fileattr.h)
ccflags-y += $(call vz-probe,START_CREATING_DENTRY,start_creating_dentry,namei.h)
ccflags-y += $(call vz-probe,BACKING_FILE_OPEN,struct file \*user_file,backing-file.h)
ccflags-y += $(call vz-probe,MKDIR_DENTRY,struct dentry ...mkdir,fs.h)
ccflags-y += $(call vz-probe,VFS_MMAP,static inline int vfs_mmap.struct,fs.h)

ccflags-y += $(call vz-probe,FILELOCK_H,struct file_lock_context,filelock.h)
ccflags-y += $(call vz-probe,FILE_LOCK_CORE,struct file_lock_core,filelock.h)

ccflags-y += $(call vz-probe,SHMEM_VMA_FLAGS,shmem_file_setup.*vma_flags_t,shmem_fs.h)

ccflags-y += -I$(src)/../../include/uapi -I$(src)/../include
ccflags-y += -include $(src)/../compat/compat.h
ccflags-y += -DVZ_VERSION='"$(or $(VZ_VERSION),0.1.0)"'
