// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vz/aquota.user and /proc/vz/aquota.group: usage and limits of the users
 * and groups of the reader's container, as a quota file of version 1 (format
 * "vfsv1"), which repquota(8) and warnquota(8) insist on reading.
 *
 * Such a file is a tree of blocks: four bytes of a number, from the highest
 * one on, lead through four of them to one with entries.  See quota.h of the
 * quota tools, or fs/quota/quotaio_v2.h.
 */
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <vz/ct.h>
#include "simfs.h"

#define VZQ_FILE_BLOCK		1024
#define VZQ_FILE_DEPTH		4
#define VZQ_FILE_VERSION	1

/* The first block has the header, the second one is the root of the tree. */
#define VZQ_FILE_ROOT		1

static const u32 vzq_file_magic[] = { 0xd9c01f11, 0xd9c01927 };

/** struct vzq_file_head - beginning of the file */
struct vzq_file_head {
	__le32	magic;
	__le32	version;
	__le32	space_grace;
	__le32	inodes_grace;
	__le32	flags;
	__le32	blocks;
	__le32	free_block;
	__le32	free_entry;
};

/** struct vzq_file_entry - of a user or group */
struct vzq_file_entry {
	__le32	id;
	__le32	pad;
	__le64	inodes_hard;
	__le64	inodes_soft;
	__le64	inodes;
	__le64	space_hard;
	__le64	space_soft;
	__le64	space;
	__le64	space_time;
	__le64	inodes_time;
};

/** struct vzq_file_data - beginning of a block with entries */
struct vzq_file_data {
	__le32	next_free;
	__le32	prev_free;
	__le16	entries;
	__le16	pad1;
	__le32	pad2;
};

#define VZQ_FILE_ENTRIES						\
	((VZQ_FILE_BLOCK - sizeof(struct vzq_file_data)) /		\
	 sizeof(struct vzq_file_entry))

/**
 * struct vzq_file - a file that is being made
 * @blocks: it, NULL: only count
 * @count: blocks that it has so far
 * @path: blocks that lead to the last number, the root first
 * @last: that number
 * @data: block with the last entries
 * @entries: how many there are in it
 */
struct vzq_file {
	u8	*blocks;
	u32	count;
	u32	path[VZQ_FILE_DEPTH];
	u32	last;
	u32	data;
	u32	entries;
};

static void *vzq_file_block(const struct vzq_file *f, u32 n)
{
	return f->blocks + (size_t)n * VZQ_FILE_BLOCK;
}

static void vzq_file_link(struct vzq_file *f, int level, u32 id, u32 to)
{
	__le32 *slots = vzq_file_block(f, f->path[level]);

	if (f->blocks)
		slots[id >> (8 * (VZQ_FILE_DEPTH - 1 - level)) & 0xff] =
			cpu_to_le32(to);
}

static void vzq_file_put(struct vzq_file *f, const struct vzquota_usage *u)
{
	struct vzq_file_data *data = vzq_file_block(f, f->data);
	struct vzq_file_entry *entries = (void *)(data + 1);

	if (!f->blocks)
		return;
	data->entries = cpu_to_le16(f->entries + 1);
	entries[f->entries] = (struct vzq_file_entry){
		.id		= cpu_to_le32(u->id),
		.inodes_hard	= cpu_to_le64(u->inodes_hard),
		.inodes_soft	= cpu_to_le64(u->inodes_soft),
		.inodes		= cpu_to_le64(u->inodes),
		.space_hard	= cpu_to_le64(u->space_hard >> 10),
		.space_soft	= cpu_to_le64(u->space_soft >> 10),
		.space		= cpu_to_le64(u->space),
		.space_time	= cpu_to_le64(u->space_time),
		.inodes_time	= cpu_to_le64(u->inodes_time),
	};
}

/* Numbers come in ascending order. */
static void vzq_file_add(struct vzq_file *f, const struct vzquota_usage *u,
			 bool first)
{
	u32 changed = first ? U32_MAX : f->last ^ u->id;
	int level;

	for (level = 1; level < VZQ_FILE_DEPTH; level++) {
		/* the bytes above this level are those of the last one */
		if (!(changed >> (8 * (VZQ_FILE_DEPTH - level))))
			continue;
		vzq_file_link(f, level - 1, u->id, f->count);
		f->path[level] = f->count++;
	}
	if (first || f->entries == VZQ_FILE_ENTRIES) {
		f->data = f->count++;
		f->entries = 0;
	}
	vzq_file_link(f, VZQ_FILE_DEPTH - 1, u->id, f->data);
	vzq_file_put(f, u);
	f->entries++;
	f->last = u->id;
}

static u32 vzq_file_make(u8 *blocks, const struct vzquota_usage *usage, u32 n)
{
	struct vzq_file f = {
		.blocks = blocks,
		.count = VZQ_FILE_ROOT + 1,
		.path[0] = VZQ_FILE_ROOT,
	};
	u32 i;

	for (i = 0; i < n; i++)
		vzq_file_add(&f, &usage[i], !i);
	return f.count;
}

static void vzq_file_show(struct seq_file *m, int type,
			  const struct vzquota_grace *grace,
			  const struct vzquota_usage *usage, u32 n)
{
	u32 count = vzq_file_make(NULL, usage, n);
	struct vzq_file_head *head;

	head = kvcalloc(count, VZQ_FILE_BLOCK, GFP_KERNEL_ACCOUNT);
	if (!head)
		return;
	vzq_file_make((u8 *)head, usage, n);
	*head = (struct vzq_file_head){
		.magic		= cpu_to_le32(vzq_file_magic[type]),
		.version	= cpu_to_le32(VZQ_FILE_VERSION),
		.space_grace	= cpu_to_le32(grace->space),
		.inodes_grace	= cpu_to_le32(grace->inodes),
		.blocks		= cpu_to_le32(count),
	};
	seq_write(m, head, (size_t)count * VZQ_FILE_BLOCK);
	kvfree(head);
}

/* Whose /proc it is; 0: the host's */
static u32 vzq_reader(const struct seq_file *m)
{
	const struct super_block *proc = file_inode(m->file)->i_sb;
	const struct vz_ct *ct;

	guard(rcu)();
	ct = vz_ct_of_user_ns(proc->s_user_ns);
	return ct ? ct->id : 0;
}

static int vzq_aquota_show(struct seq_file *m, int type)
{
	struct vzquota_usage *usage;
	u32 room, n;
	struct vzq *q;

	guard(mutex)(&vzq_mutex);
	q = vzq_find(vzq_reader(m));
	if (!q || !q->ugid_limit)
		return -ENOENT;
	/* some may be added meanwhile */
	room = atomic_read(&q->ugids) + VZQ_FILE_ENTRIES;
	usage = kvcalloc(room, sizeof(*usage), GFP_KERNEL_ACCOUNT);
	if (!usage)
		return -ENOMEM;
	n = min(vzq_collect_type(q, type, usage, 0, room), room);
	vzq_file_show(m, type, &q->grace[type], usage, n);
	kvfree(usage);
	return 0;
}

/**
 * vzq_aquota_user - show /proc/vz/aquota.user
 * @m: where to
 * @v: not used
 *
 * Return: 0 or a negative error; -ENOENT to who has no quotas of users.
 */
int vzq_aquota_user(struct seq_file *m, void *v)
{
	return vzq_aquota_show(m, USRQUOTA);
}

/**
 * vzq_aquota_group - show /proc/vz/aquota.group
 * @m: where to
 * @v: not used
 *
 * Return: 0 or a negative error; -ENOENT to who has no quotas of groups.
 */
int vzq_aquota_group(struct seq_file *m, void *v)
{
	return vzq_aquota_show(m, GRPQUOTA);
}
