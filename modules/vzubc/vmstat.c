// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vmstat of a container.  The kernel takes all its numbers into a buffer
 * of the reader and prints them one by one; in between each is replaced by what
 * is known of the container, or 0.
 */
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include "../compat/wrapper/vmstat.h"
#include "view.h"

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

static u64 vzub_vmstat_value(struct vzub *ub, unsigned int item)
{
	if (item < NR_VM_ZONE_STAT_ITEMS)
		return vzub_vmstat_zone(ub, item);
	if (item < VZ_VMSTAT_NODE)
		return 0;
	item -= VZ_VMSTAT_NODE;
	return item < NR_VM_NODE_STAT_ITEMS ? vzub_vmstat_node(ub, item) : 0;
}

/* In the kernel's buffer, however large that is. */
static void vzub_vmstat_fill(const struct seq_file *m, unsigned long *values)
{
	size_t i, n = min(VZ_VMSTAT_ITEMS, ksize(values) / sizeof(*values));
	struct vzub *ub;

	guard(rcu)();
	ub = vzub_of_proc(m);
	for (i = 0; ub && i < n; i++)
		values[i] = vzub_vmstat_value(ub, i);
}

static void *vzub_vmstat_none(struct seq_file *m, loff_t *pos)
{
	return NULL;
}

DEFINE_STATIC_CALL(vzub_vmstat_original, vzub_vmstat_none);

static void *vzub_vmstat_start(struct seq_file *m, loff_t *pos)
{
	void *value = static_call(vzub_vmstat_original)(m, pos);

	if (!IS_ERR_OR_NULL(value))
		vzub_vmstat_fill(m, m->private);
	vz_hook_leave();
	return value;
}

static __always_inline void vzub_on_vmstat(struct vz_hook *hook,
					   struct pt_regs *regs)
{
	const struct seq_file *m = (void *)regs_get_kernel_argument(regs, 0);

	guard(rcu)();
	if (vzub_of_proc(m))
		vz_hook_redirect(hook, regs, vzub_vmstat_start);
}

VZ_HOOK(vzub_vmstat_hook, vmstat_start,
	"containers see the memory of the host in /proc/vmstat",
	vzub_on_vmstat);

static int vzub_vmstat_init(void)
{
	if (vzub_vmstat_hook.original)
		static_call_update(vzub_vmstat_original,
				   vzub_vmstat_hook.original);
	return 0;
}

static void vzub_vmstat_touch(void)
{
	vzub_view_touch("vmstat");
}

static struct vz_hook * const vzub_vmstat_hooks[] = { &vzub_vmstat_hook };

const struct vzub_family vzub_vmstat_family = {
	.hooks	= vzub_vmstat_hooks,
	.count	= ARRAY_SIZE(vzub_vmstat_hooks),
	.init	= vzub_vmstat_init,
	.touch	= vzub_vmstat_touch,
};
