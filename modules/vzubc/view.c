// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/meminfo and /proc/swaps of a container: its own memory, as if it were
 * a machine.
 *
 * What is shown depends on the proc mount that is read through, as with
 * everything in /proc/vz: mounts made in a container show that container.
 * Rows whose value is known for the host only are 0; those about the machine
 * (DirectMap) are left out.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "view.h"

static u64 vzub_view_pages(struct mem_cgroup *memcg, int item)
{
	return vzub_memcg_stat(memcg, item) >>
	       (vzub_view_unit(item) == 1 ? PAGE_SHIFT : 0);
}

static void vzub_view_swap(struct vzub_view *view, struct vzub *ub)
{
	u64 limit = READ_ONCE(ub->counter[VZUB_SWAPPAGES].limit), total, free;
	struct vzub_value v = { };

	vzub_swap_of_host(&total, &free);
	vzub_fill_swappages(ub, &v);
	view->swap = READ_ONCE(ub->vswap) ? limit : min(limit, total);
	view->swap_free = view->swap - min(v.held, view->swap);
}

/**
 * vzub_view_fill - what a container sees of its memory
 * @view: stored there
 * @ub: its beancounter
 *
 * Context: RCU read side.
 */
void vzub_view_fill(struct vzub_view *view, struct vzub *ub)
{
	struct mem_cgroup *memcg = vzub_memcg(ub);
	struct vzub_value v = { };
	s64 committed;
	u64 drop;

	vzub_fill_physpages(ub, &v);
	view->memcg = memcg;
	view->total = vzub_ram(ub, memcg);
	view->free = view->total - min(v.held, view->total);
	drop = vzub_memcg_stat(memcg, NR_ACTIVE_FILE) +
	       vzub_memcg_stat(memcg, NR_INACTIVE_FILE) +
	       vzub_view_pages(memcg, NR_SLAB_RECLAIMABLE_B);
	view->available = min(view->free + drop, view->total);
	view->cached = vzub_memcg_stat(memcg, NR_FILE_PAGES);
	vzub_view_swap(view, ub);
	/* who looks at memory does not make anybody count it */
	committed = atomic64_read(&ub->counter[VZUB_PRIVVMPAGES].held);
	view->committed = max_t(s64, committed, 0);
	view->commit_limit = view->total + view->swap;
}

/**
 * vzub_view_unit - in what the kernel counts
 * @item: statistic of a memory cgroup
 *
 * Return: bytes.
 */
unsigned int vzub_view_unit(int item)
{
	switch (item) {
	case NR_SLAB_RECLAIMABLE_B:
	case NR_SLAB_UNRECLAIMABLE_B:
	case MEMCG_PERCPU_B:
	case MEMCG_ZSWAP_B:
		return 1;
	case NR_KERNEL_STACK_KB:
		return SZ_1K;
	default:
		return PAGE_SIZE;
	}
}

/* No statistic */
#define VZUB_NO_ITEM	-1

/**
 * struct vzub_row - a row of /proc/meminfo
 * @name: up to the number, or all of it
 * @item: statistics that are added up; two that are none: nothing is known
 * @member: or offset in struct vzub_view of what is shown, 0: none
 */
struct vzub_row {
	const char	*name;
	int		item[2];
	unsigned int	member;
};

#define VZUB_ROW_TEXT(_text)	\
	{ .name = _text, .item = { VZUB_NO_ITEM, VZUB_NO_ITEM } }
#define VZUB_ROW0(_name)	VZUB_ROW_TEXT(_name "       0 kB\n")
#define VZUB_ROW1(_name, _item)	\
	{ .name = _name, .item = { _item, VZUB_NO_ITEM } }
#define VZUB_ROW2(_name, _item, _more)	\
	{ .name = _name, .item = { _item, _more } }
#define VZUB_ROW(_name, _member)	\
	{ .name = _name, .member = offsetof(struct vzub_view, _member) }

static const struct vzub_row vzub_rows[] = {
	VZUB_ROW("MemTotal:       ", total),
	VZUB_ROW("MemFree:        ", free),
	VZUB_ROW("MemAvailable:   ", available),
	VZUB_ROW0("Buffers:        "),
	VZUB_ROW("Cached:         ", cached),
	VZUB_ROW1("SwapCached:     ", NR_SWAPCACHE),
	VZUB_ROW2("Active:         ", NR_ACTIVE_ANON, NR_ACTIVE_FILE),
	VZUB_ROW2("Inactive:       ", NR_INACTIVE_ANON, NR_INACTIVE_FILE),
	VZUB_ROW1("Active(anon):   ", NR_ACTIVE_ANON),
	VZUB_ROW1("Inactive(anon): ", NR_INACTIVE_ANON),
	VZUB_ROW1("Active(file):   ", NR_ACTIVE_FILE),
	VZUB_ROW1("Inactive(file): ", NR_INACTIVE_FILE),
	VZUB_ROW1("Unevictable:    ", NR_UNEVICTABLE),
	VZUB_ROW0("Mlocked:        "),
	VZUB_ROW("SwapTotal:      ", swap),
	VZUB_ROW("SwapFree:       ", swap_free),
	VZUB_ROW1("Zswap:          ", MEMCG_ZSWAP_B),
	VZUB_ROW1("Zswapped:       ", MEMCG_ZSWAPPED),
	VZUB_ROW1("Dirty:          ", NR_FILE_DIRTY),
	VZUB_ROW1("Writeback:      ", NR_WRITEBACK),
	VZUB_ROW1("AnonPages:      ", NR_ANON_MAPPED),
	VZUB_ROW1("Mapped:         ", NR_FILE_MAPPED),
	VZUB_ROW1("Shmem:          ", NR_SHMEM),
	VZUB_ROW1("KReclaimable:   ", NR_SLAB_RECLAIMABLE_B),
	VZUB_ROW2("Slab:           ", NR_SLAB_RECLAIMABLE_B,
		  NR_SLAB_UNRECLAIMABLE_B),
	VZUB_ROW1("SReclaimable:   ", NR_SLAB_RECLAIMABLE_B),
	VZUB_ROW1("SUnreclaim:     ", NR_SLAB_UNRECLAIMABLE_B),
	VZUB_ROW1("KernelStack:    ", NR_KERNEL_STACK_KB),
	VZUB_ROW1("PageTables:     ", NR_PAGETABLE),
	VZUB_ROW1("SecPageTables:  ", NR_SECONDARY_PAGETABLE),
	VZUB_ROW0("NFS_Unstable:   "),
	VZUB_ROW0("Bounce:         "),
	VZUB_ROW0("WritebackTmp:   "),
	VZUB_ROW("CommitLimit:    ", commit_limit),
	VZUB_ROW("Committed_AS:   ", committed),
	VZUB_ROW0("VmallocTotal:   "),
	VZUB_ROW0("VmallocUsed:    "),
	VZUB_ROW0("VmallocChunk:   "),
	VZUB_ROW1("Percpu:         ", MEMCG_PERCPU_B),
	VZUB_ROW_TEXT("HardwareCorrupted:     0 kB\n"),
	VZUB_ROW1("AnonHugePages:  ", NR_ANON_THPS),
	VZUB_ROW1("ShmemHugePages: ", NR_SHMEM_THPS),
	VZUB_ROW0("ShmemPmdMapped: "),
	VZUB_ROW1("FileHugePages:  ", NR_FILE_THPS),
	VZUB_ROW0("FilePmdMapped:  "),
};

static u64 vzub_row_kb(const struct vzub_view *view, const struct vzub_row *row)
{
	u64 bytes = 0;
	unsigned int i;

	if (row->member)
		return *(const u64 *)((const void *)view + row->member) <<
		       (PAGE_SHIFT - 10);
	for (i = 0; i < ARRAY_SIZE(row->item); i++)
		if (row->item[i] != VZUB_NO_ITEM)
			bytes += vzub_memcg_stat(view->memcg, row->item[i]) *
				 vzub_view_unit(row->item[i]);
	return bytes >> 10;
}

static bool vzub_row_is_text(const struct vzub_row *row)
{
	return !row->member && row->item[0] == VZUB_NO_ITEM;
}

/* "%8llu kB\n", by what is made for numbers: there are many rows. */
static void vzub_kb_print(struct seq_file *m, u64 kb)
{
	static const char spaces[] = "       ";
	const char *pad = spaces;
	u64 n;

	for (n = kb / 10; n && *pad; n /= 10)
		pad++;
	seq_put_decimal_ull(m, pad, kb);
	seq_puts(m, " kB\n");
}

/**
 * vzub_view_meminfo - print the memory of a container as /proc/meminfo has it
 * @m: where to
 * @ub: beancounter
 *
 * Context: RCU read side.
 */
void vzub_view_meminfo(struct seq_file *m, struct vzub *ub)
{
	struct vzub_view view;
	unsigned int i;

	vzub_view_fill(&view, ub);
	for (i = 0; i < ARRAY_SIZE(vzub_rows); i++) {
		seq_puts(m, vzub_rows[i].name);
		if (!vzub_row_is_text(&vzub_rows[i]))
			vzub_kb_print(m, vzub_row_kb(&view, &vzub_rows[i]));
	}
	/* there are none for containers */
	seq_printf(m, "HugePages_Total:   %5u\nHugePages_Free:    %5u\n", 0, 0);
	seq_printf(m, "HugePages_Rsvd:    %5u\nHugePages_Surp:    %5u\n", 0, 0);
	seq_printf(m, "Hugepagesize:   %8lu kB\n", PMD_SIZE >> 10);
	seq_printf(m, "Hugetlb:        %8u kB\n", 0);
}

/**
 * vzub_of_proc - whose is a proc mount?
 * @m: file that is read
 *
 * Context: RCU read side.
 * Return: beancounter, NULL: it is the host's.
 */
struct vzub *vzub_of_proc(const struct seq_file *m)
{
	return vzub_of_user_ns(file_inode(m->file)->i_sb->s_user_ns);
}

static int vzub_meminfo_show(struct seq_file *m, void *v)
{
	struct vzub *ub;

	scoped_guard(rcu) {
		ub = vzub_of_proc(m);
		if (ub)
			vzub_view_meminfo(m, ub);
	}
	vz_hook_leave();
	return 0;
}

static __always_inline void vzub_on_view(struct vz_hook *hook,
					 struct pt_regs *regs, void *show)
{
	const struct seq_file *m = (void *)regs_get_kernel_argument(regs, 0);

	guard(rcu)();
	if (vzub_of_proc(m))
		vz_hook_redirect(hook, regs, show);
}

static __always_inline void vzub_on_meminfo(struct vz_hook *hook,
					    struct pt_regs *regs)
{
	vzub_on_view(hook, regs, vzub_meminfo_show);
}

VZ_HOOK(vzub_meminfo_hook, meminfo_proc_show,
	"containers see the memory of the host in /proc/meminfo",
	vzub_on_meminfo);

/* A device that is none, as on OpenVZ; the areas of the host are not shown. */
static void vzub_view_swaps(struct seq_file *m, struct vzub *ub)
{
	struct vzub_view view;
	u64 size, used;

	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	vzub_view_fill(&view, ub);
	if (!view.swap)
		return;
	size = view.swap << (PAGE_SHIFT - 10);
	used = (view.swap - view.swap_free) << (PAGE_SHIFT - 10);
	seq_printf(m, "%-40spartition\t%llu\t%s%llu\t%s-1\n", "/dev/null", size,
		   size < 10000000 ? "\t" : "", used,
		   used < 10000000 ? "\t" : "");
}

static int vzub_swaps_show(struct seq_file *m, void *v)
{
	struct vzub *ub;

	scoped_guard(rcu) {
		ub = v == SEQ_START_TOKEN ? vzub_of_proc(m) : NULL;
		if (ub)
			vzub_view_swaps(m, ub);
	}
	vz_hook_leave();
	return 0;
}

static __always_inline void vzub_on_swaps(struct vz_hook *hook,
					  struct pt_regs *regs)
{
	vzub_on_view(hook, regs, vzub_swaps_show);
}

VZ_HOOK(vzub_swaps_hook, swap_show,
	"containers see the swap of the host in /proc/swaps", vzub_on_swaps);

/**
 * vzub_view_open - open a file in a proc mount of our own
 * @name: name of the file
 *
 * Return: file to be given to filp_close(), or an error pointer.
 */
struct file *vzub_view_open(const char *name)
{
	struct file_system_type *type = get_fs_type("proc");
	struct vfsmount *mnt;
	struct file *file;

	if (!type)
		return ERR_PTR(-ENODEV);
	mnt = vfs_kern_mount(type, 0, "proc", NULL);
	module_put(type->owner);
	if (IS_ERR(mnt))
		return ERR_CAST(mnt);
	file = file_open_root_mnt(mnt, name, O_RDONLY, 0);
	mntput(mnt);
	return file;
}

/**
 * vzub_view_read - read the beginning of a file
 * @file: file, a seq_file
 */
void vzub_view_read(struct file *file)
{
	struct kvec vec = { kmalloc(PAGE_SIZE, GFP_KERNEL), PAGE_SIZE };
	struct iov_iter iter;
	struct kiocb iocb;

	if (!vec.iov_base)
		return;
	init_sync_kiocb(&iocb, file);
	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, vec.iov_len);
	seq_read_iter(&iocb, &iter);
	kfree(vec.iov_base);
}

/**
 * vzub_view_touch - read the beginning of a file in a proc mount of our own
 * @name: name of the file; it is a seq_file
 */
void vzub_view_touch(const char *name)
{
	struct file *file = vzub_view_open(name);

	if (IS_ERR(file))
		return;
	vzub_view_read(file);
	filp_close(file, NULL);
}

static void vzub_meminfo_touch(void)
{
	vzub_view_touch("meminfo");
}

static void vzub_swaps_touch(void)
{
	vzub_view_touch("swaps");
}

static struct vz_hook * const vzub_meminfo_hooks[] = { &vzub_meminfo_hook };
static struct vz_hook * const vzub_swaps_hooks[] = { &vzub_swaps_hook };

const struct vzub_family vzub_meminfo_family = {
	.hooks	= vzub_meminfo_hooks,
	.count	= ARRAY_SIZE(vzub_meminfo_hooks),
	.touch	= vzub_meminfo_touch,
};

const struct vzub_family vzub_swaps_family = {
	.hooks	= vzub_swaps_hooks,
	.count	= ARRAY_SIZE(vzub_swaps_hooks),
	.touch	= vzub_swaps_touch,
};
