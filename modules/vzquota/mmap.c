// SPDX-License-Identifier: GPL-2.0
/*
 * Mapped files: who writes to a page that has no blocks makes the lower file
 * system take some.  The operations of its mappings are wrapped for that.
 *
 * A page fault must not wait for the inode's lock, so it is not known whether
 * a page in the part that is not dense has blocks: at a limit such pages may
 * be written until one took some.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "simfs.h"

static const struct vm_operations_struct *
vzq_lower_ops(const struct vm_area_struct *vma)
{
	return container_of(vma->vm_ops, struct simfs_vm, ops)->lower;
}

static void vzq_vm_open(struct vm_area_struct *vma)
{
	const struct vm_operations_struct *lower = vzq_lower_ops(vma);

	ihold(vma->vm_private_data);
	if (lower->open)
		lower->open(vma);
}

static void vzq_vm_close(struct vm_area_struct *vma)
{
	const struct vm_operations_struct *lower = vzq_lower_ops(vma);
	struct inode *inode = vma->vm_private_data;

	if (lower->close)
		lower->close(vma);
	iput(inode);
}

static vm_fault_t vzq_mkwrite(struct vm_fault *vmf, loff_t pos, u64 len,
			      vm_fault_t (*lower)(struct vm_fault *vmf))
{
	struct inode *inode = vmf->vma->vm_private_data;
	u64 missing = vzq_missing(inode, pos, len);
	vm_fault_t ret;

	if (!missing)
		return lower(vmf);
	if (vzq_spare_use(inode, missing)) {
		ret = lower(vmf);
		vzq_spare_used(inode, missing);
		vzq_watch(inode);
		return ret;
	}
	if (vzq_reserve(inode, missing)) {
		if (vzq_may_grow(inode))
			return VM_FAULT_SIGBUS;
		missing = 0;
	}
	ret = lower(vmf);
	vzq_finish(inode, missing);
	vzq_watch(inode);
	return ret;
}

static vm_fault_t vzq_page_mkwrite(struct vm_fault *vmf)
{
	struct folio *folio = page_folio(vmf->page);

	return vzq_mkwrite(vmf, folio_pos(folio), folio_size(folio),
			   vzq_lower_ops(vmf->vma)->page_mkwrite);
}

static vm_fault_t vzq_pfn_mkwrite(struct vm_fault *vmf)
{
	return vzq_mkwrite(vmf, (loff_t)vmf->pgoff << PAGE_SHIFT, PAGE_SIZE,
			   vzq_lower_ops(vmf->vma)->pfn_mkwrite);
}

static void vzq_vm_wrap(struct simfs_vm *vm,
			const struct vm_operations_struct *lower)
{
	const struct vm_operations_struct ops = {
		.open		= vzq_vm_open,
		.close		= vzq_vm_close,
		.may_split	= lower->may_split,
		.fault		= lower->fault,
		.huge_fault	= lower->huge_fault,
		.map_pages	= lower->map_pages,
		.page_mkwrite	= lower->page_mkwrite ? vzq_page_mkwrite : NULL,
		.pfn_mkwrite	= lower->pfn_mkwrite ? vzq_pfn_mkwrite : NULL,
		.access		= lower->access,
	};

	/* constant from now on */
	memcpy((void *)&vm->ops, &ops, sizeof(ops));
	/* pairs with the acquire in vzq_vm_of() */
	smp_store_release(&vm->lower, lower);
}

/* A file system has one set of operations, or another one for DAX. */
static struct simfs_vm *vzq_vm_of(struct simfs_sb *sbi,
				  const struct vm_operations_struct *lower)
{
	struct simfs_vm *vm;

	for (vm = sbi->vm; vm < sbi->vm + ARRAY_SIZE(sbi->vm); vm++)
		/* pairs with the release in vzq_vm_wrap() */
		if (smp_load_acquire(&vm->lower) == lower)
			return vm;
	guard(spinlock)(&sbi->watch_lock);
	for (vm = sbi->vm; vm < sbi->vm + ARRAY_SIZE(sbi->vm); vm++) {
		if (vm->lower == lower)
			return vm;
		if (!vm->lower) {
			vzq_vm_wrap(vm, lower);
			return vm;
		}
	}
	return NULL;
}

/**
 * vzq_mmap - a file was mapped by the lower file system
 * @file: our file
 * @vma: mapping, with the lower file in it
 *
 * Return: 0; or -ENODEV, and the mapping must not be used.
 */
int vzq_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct simfs_sb *sbi = simfs_sb(file_inode(file)->i_sb);
	struct simfs_vm *vm;

	if (!sbi->quota ||
	    (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) !=
	    (VM_SHARED | VM_MAYWRITE) || !vma->vm_ops)
		return 0;
	vm = vzq_vm_of(sbi, vma->vm_ops);
	if (!vm)
		return -ENODEV;
	ihold(file_inode(file));
	vma->vm_private_data = file_inode(file);
	vma->vm_ops = &vm->ops;
	return 0;
}
