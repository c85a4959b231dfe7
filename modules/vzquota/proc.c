// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vz/vzquota, in the format that OpenVZ's clients read, and the other
 * files there.
 */
#include <linux/seq_file.h>
#include <vz/subsys.h>
#include "simfs.h"

static void vzq_proc_row(struct seq_file *m, const char *name, u64 usage,
			 u64 soft, u64 hard, u64 time, u32 grace)
{
	seq_printf(m, "%11s%15llu%15llu%15llu%11u%11u\n", name, usage, soft,
		   hard, (u32)time, grace);
}

static void vzq_proc_path(struct seq_file *m, const struct vzq *q)
{
	seq_printf(m, "%u: ", q->id);
	if (q->sb)
		seq_path(m, &q->dir, "\n\\");
	else
		seq_puts(m, "-- stopped --");
	seq_putc(m, '\n');
}

static int vzq_proc_show(struct seq_file *m, void *v)
{
	const struct vzquota_grace *grace;
	struct vzquota_usage u;
	const struct vzq *q;

	seq_printf(m, "%11s%15s%15s%15s%11s%11s\n", "qid: path", "usage",
		   "softlimit", "hardlimit", "time", "expire");
	guard(mutex)(&vzq_mutex);
	list_for_each_entry(q, &vzq_list, list) {
		if (vzq_usage_get(q, VZQUOTA_CT, 0, &u))
			continue;
		grace = &q->grace[VZQUOTA_CT];
		vzq_proc_path(m, q);
		vzq_proc_row(m, "1k-blocks", u.space >> 10, u.space_soft >> 10,
			     u.space_hard >> 10, u.space_time, grace->space);
		vzq_proc_row(m, "inodes", u.inodes, u.inodes_soft,
			     u.inodes_hard, u.inodes_time, grace->inodes);
	}
	return 0;
}

/**
 * struct vzq_proc - a file in /proc/vz
 * @name: its name
 * @show: writes its contents
 */
struct vzq_proc {
	const char	*name;
	int		(*show)(struct seq_file *m, void *v);
};

static const struct vzq_proc vzq_procs[] = {
	{ "vzquota", vzq_proc_show },
	{ "aquota.user", vzq_aquota_user },
	{ "aquota.group", vzq_aquota_group },
};

static void vzq_proc_del(int n)
{
	while (n--)
		vz_proc_del(vzq_procs[n].name);
}

/**
 * vzq_proc_init - make the files in /proc/vz
 *
 * Return: 0 or a negative error.
 */
int vzq_proc_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(vzq_procs); i++) {
		err = vz_proc_add(vzq_procs[i].name, vzq_procs[i].show);
		if (err) {
			vzq_proc_del(i);
			return err;
		}
	}
	return 0;
}

/**
 * vzq_proc_exit - remove the files in /proc/vz
 */
void vzq_proc_exit(void)
{
	vzq_proc_del(ARRAY_SIZE(vzq_procs));
}
