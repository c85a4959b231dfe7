// SPDX-License-Identifier: GPL-2.0
/*
 * What a container has when its beancounter is made: the module may be loaded
 * while it runs.  Its files are looked for, by all descriptors and mappings of
 * its processes and the programs that they run, and each is shown to the
 * families once, and so is one task of each mount namespace.  Neighbours, keys
 * and rules of packet filters are looked for as well.
 *
 * Until that is over files, their locks, neighbours and rules are not counted
 * by hooks, so that none is counted twice; those that are made meanwhile may be
 * missed.  So are files that nobody has a descriptor or a mapping of, and the
 * mounts of a namespace without a task.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "../compat/wrapper/file.h"
#include "vzubc.h"

#define VZUB_BAG_BITS	10

/**
 * struct vzub_bag_item - what is in a bag
 * @node: link in the bucket
 * @object: its address
 */
struct vzub_bag_item {
	struct hlist_node	node;
	void			*object;
};

/**
 * struct vzub_bag - a number of objects, each once
 * @bucket: the objects, by their address
 */
struct vzub_bag {
	struct hlist_head	bucket[1 << VZUB_BAG_BITS];
};

static struct hlist_head *vzub_bag_bucket(struct vzub_bag *bag,
					  const void *object)
{
	return &bag->bucket[hash_ptr(object, VZUB_BAG_BITS)];
}

/**
 * vzub_bag_add - put into a bag
 * @bag: bag
 * @object: object
 * @gfp: how to get memory
 *
 * Return: false when it is in there, or there is no memory.
 */
bool vzub_bag_add(struct vzub_bag *bag, void *object, gfp_t gfp)
{
	struct hlist_head *bucket = vzub_bag_bucket(bag, object);
	struct vzub_bag_item *item;

	hlist_for_each_entry(item, bucket, node)
		if (item->object == object)
			return false;
	item = kmalloc(sizeof(*item), gfp | __GFP_NOWARN);
	if (!item)
		return false;
	item->object = object;
	hlist_add_head(&item->node, bucket);
	return true;
}

/**
 * vzub_bag_empty - take all out of a bag
 * @bag: bag
 * @drop: is told about each, or NULL
 */
void vzub_bag_empty(struct vzub_bag *bag, void (*drop)(void *object))
{
	struct vzub_bag_item *item;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bag->bucket); i++)
		hlist_for_each_entry_safe(item, next, &bag->bucket[i], node) {
			if (drop)
				drop(item->object);
			hlist_del(&item->node);
			kfree(item);
		}
}

/**
 * vzub_bag_new - make an empty bag
 *
 * Return: bag, to be freed by kfree() when it is empty; NULL: no memory.
 */
struct vzub_bag *vzub_bag_new(void)
{
	return kzalloc(sizeof(struct vzub_bag), GFP_KERNEL);
}

static void vzub_seed_file(struct vzub_bag *files, struct file *file, gfp_t gfp)
{
	if (vzub_bag_add(files, file, gfp))
		get_file(file);
}

static int vzub_seed_descriptor(const void *files, struct file *file,
				unsigned int fd)
{
	vzub_seed_file((void *)files, file, GFP_ATOMIC);
	return 0;
}

/**
 * struct vzub_found - what was found of a container
 * @files: its files, held
 * @mms: its address spaces, pinned
 * @mounts: its mount namespaces, not held
 * @tasks: a task of each of them, held
 */
struct vzub_found {
	struct vzub_bag	files;
	struct vzub_bag	mms;
	struct vzub_bag	mounts;
	struct vzub_bag	tasks;
};

static void vzub_seed_mm(struct vzub_found *found, struct task_struct *t)
{
	if (t->mm && vzub_bag_add(&found->mms, t->mm, GFP_ATOMIC))
		mmgrab(t->mm);
}

static void vzub_seed_mounts(struct vzub_found *found, struct task_struct *t)
{
	if (t->nsproxy &&
	    vzub_bag_add(&found->mounts, t->nsproxy->mnt_ns, GFP_ATOMIC) &&
	    vzub_bag_add(&found->tasks, t, GFP_ATOMIC))
		get_task_struct(t);
}

/* Descriptors, and the rest for later. */
static void vzub_seed_tasks(struct vzub *ub, struct vzub_found *found)
{
	struct task_struct *p, *t;

	guard(rcu)();
	for_each_process_thread(p, t) {
		if (vzub_of_task(t) != ub)
			continue;
		task_lock(t);
		iterate_fd(t->files, 0, vzub_seed_descriptor, &found->files);
		vzub_seed_mm(found, t);
		vzub_seed_mounts(found, t);
		task_unlock(t);
	}
}

static void vzub_seed_mappings(struct vzub_bag *files, struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	struct file *program;

	if (!mmget_not_zero(mm))
		return;
	mmap_read_lock(mm);
	for_each_vma(vmi, vma)
		if (vma->vm_file)
			vzub_seed_file(files, vma->vm_file, GFP_KERNEL);
	mmap_read_unlock(mm);
	program = vz_exe_file(mm);
	if (program) {
		vzub_seed_file(files, program, GFP_KERNEL);
		fput(program);
	}
	mmput(mm);
}

static void vzub_seed_find(struct vzub *ub, struct vzub_found *found)
{
	struct vzub_bag_item *item;
	unsigned int i;

	vzub_seed_tasks(ub, found);
	for (i = 0; i < ARRAY_SIZE(found->mms.bucket); i++)
		hlist_for_each_entry(item, &found->mms.bucket[i], node)
			vzub_seed_mappings(&found->files, item->object);
}

static void vzub_seed_show(struct vzub *ub, const struct vzub_found *found)
{
	struct vzub_bag_item *item;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(found->files.bucket); i++)
		hlist_for_each_entry(item, &found->files.bucket[i], node)
			vzub_family_seed_file(ub, item->object);
	for (i = 0; i < ARRAY_SIZE(found->tasks.bucket); i++)
		hlist_for_each_entry(item, &found->tasks.bucket[i], node)
			vzub_family_seed_task(ub, item->object);
}

static void vzub_seed_drop_file(void *file)
{
	fput(file);
}

static void vzub_seed_drop_mm(void *mm)
{
	mmdrop(mm);
}

static void vzub_seed_drop_task(void *task)
{
	put_task_struct(task);
}

static void vzub_seed_drop(struct vzub_found *found)
{
	vzub_bag_empty(&found->files, vzub_seed_drop_file);
	vzub_bag_empty(&found->mms, vzub_seed_drop_mm);
	vzub_bag_empty(&found->mounts, NULL);
	vzub_bag_empty(&found->tasks, vzub_seed_drop_task);
}

/**
 * vzub_seed - count what a running container has
 * @ub: its beancounter, new, marked as being seeded
 *
 * Files are held until their closing is counted again.  Without memory less is
 * found.
 */
void vzub_seed(struct vzub *ub)
{
	struct vzub_found *found = kvzalloc(sizeof(*found), GFP_KERNEL);

	if (found) {
		vzub_seed_find(ub, found);
		vzub_seed_show(ub, found);
		vzub_family_seed(ub);
	}
	WRITE_ONCE(ub->seeding, false);
	if (found)
		vzub_seed_drop(found);
	kvfree(found);
}
