/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/vmstat: the thresholds of writeback became a part of other statistics
 * of the whole memory in 6.11.  VZ_VMSTAT_ITEMS is how many numbers there are.
 */
#ifndef _VZ_WRAPPER_VMSTAT_H
#define _VZ_WRAPPER_VMSTAT_H

#include <linux/mmzone.h>
#include <linux/vmstat.h>

#ifdef VZ_HAVE_VM_STAT_ITEM
#define VZ_VMSTAT_OTHERS	NR_VM_STAT_ITEMS
#else
#define VZ_VMSTAT_OTHERS	NR_VM_WRITEBACK_STAT_ITEMS
#endif

#ifdef CONFIG_VM_EVENT_COUNTERS
#define VZ_VMSTAT_EVENTS	NR_VM_EVENT_ITEMS
#else
#define VZ_VMSTAT_EVENTS	0
#endif

#ifdef CONFIG_NUMA
#define VZ_VMSTAT_NUMA		NR_VM_NUMA_EVENT_ITEMS
#else
#define VZ_VMSTAT_NUMA		0
#endif

#define VZ_VMSTAT_NODE		(NR_VM_ZONE_STAT_ITEMS + VZ_VMSTAT_NUMA)
#define VZ_VMSTAT_ITEMS		(VZ_VMSTAT_NODE + NR_VM_NODE_STAT_ITEMS + \
				 VZ_VMSTAT_OTHERS + VZ_VMSTAT_EVENTS)

#endif /* _VZ_WRAPPER_VMSTAT_H */
