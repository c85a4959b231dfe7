// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vmstat of a container.  The kernel takes all its numbers into a buffer
 * of the reader and prints them one by one; just before, each is replaced by
 * what is known of the container, or 0.
 */
#include <linux/mmzone.h>
#include <linux/seq_file.h>
#include "view.h"

#ifdef CONFIG_NUMA
#define VZUB_VMSTAT_NODE	(NR_VM_ZONE_STAT_ITEMS + NR_VM_NUMA_EVENT_ITEMS)
#else
#define VZUB_VMSTAT_NODE	NR_VM_ZONE_STAT_ITEMS
#endif

static bool vzub_vmstat_is_known(int item)
{
	switch (item) {
	case NR_LRU_BASE ... NR_UNEVICTABLE:
	case NR_SLAB_RECLAIMABLE_B:
	case NR_SLAB_UNRECLAIMABLE_B:
	case WORKINGSET_REFAULT_ANON:
	case WORKINGSET_REFAULT_FILE:
	case WORKINGSET_ACTIVATE_ANON:
	case WORKINGSET_ACTIVATE_FILE:
	case WORKINGSET_RESTORE_ANON:
	case WORKINGSET_RESTORE_FILE:
	case WORKINGSET_NODERECLAIM:
	case NR_ANON_MAPPED:
	case NR_FILE_MAPPED:
	case NR_FILE_PAGES:
	case NR_FILE_DIRTY:
	case NR_WRITEBACK:
	case NR_SHMEM:
	case NR_SHMEM_THPS:
	case NR_FILE_THPS:
	case NR_ANON_THPS:
	case NR_KERNEL_STACK_KB:
	case NR_PAGETABLE:
	case NR_SECONDARY_PAGETABLE:
	case NR_SWAPCACHE:
		return true;
	default:
		return false;
	}
}

static u64 vzub_vmstat_node(struct vzub *ub, int item)
{
	u64 n;

	if (!vzub_vmstat_is_known(item))
		return 0;
	n = vzub_memcg_stat(vzub_memcg(ub), item);
	return vzub_view_unit(item) == 1 ? n >> PAGE_SHIFT : n;
}

static u64 vzub_vmstat_zone(struct vzub *ub, int item)
{
	struct vzub_view view;

	if (item == NR_FREE_PAGES) {
		vzub_view_fill(&view, ub);
		return view.free;
	}
	if (item >= NR_ZONE_LRU_BASE && item <= NR_ZONE_UNEVICTABLE)
		return vzub_vmstat_node(ub, item - NR_ZONE_LRU_BASE +
					NR_LRU_BASE);
	return 0;
}

static u64 vzub_vmstat_value(struct vzub *ub, unsigned long index)
{
	if (index < NR_VM_ZONE_STAT_ITEMS)
		return vzub_vmstat_zone(ub, index);
	if (index < VZUB_VMSTAT_NODE)
		return 0;
	index -= VZUB_VMSTAT_NODE;
	return index < NR_VM_NODE_STAT_ITEMS ? vzub_vmstat_node(ub, index) : 0;
}

static __always_inline void vzub_on_vmstat(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	struct seq_file *m = (void *)regs_get_kernel_argument(regs, 0);
	unsigned long *value = (void *)regs_get_kernel_argument(regs, 1);
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_proc(m);
	if (ub)
		*value = vzub_vmstat_value(ub, value -
					   (unsigned long *)m->private);
}

VZ_HOOK(vzub_vmstat_hook, vmstat_show,
	"containers see the memory of the host in /proc/vmstat",
	vzub_on_vmstat);

static void vzub_vmstat_touch(void)
{
	vzub_view_touch("vmstat");
}

static struct vz_hook * const vzub_vmstat_hooks[] = { &vzub_vmstat_hook };

const struct vzub_family vzub_vmstat_family = {
	.hooks	= vzub_vmstat_hooks,
	.count	= ARRAY_SIZE(vzub_vmstat_hooks),
	.touch	= vzub_vmstat_touch,
};
