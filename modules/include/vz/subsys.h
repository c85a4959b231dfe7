/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subsystems: modules that follow containers through their life.
 */
#ifndef _VZ_SUBSYS_H
#define _VZ_SUBSYS_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <vz/ct.h>

struct seq_file;

/** VZ_IOCTL_FIRST - first command number of /dev/vzctl for subsystems */
#define VZ_IOCTL_FIRST	0x20

/**
 * struct vz_subsys - a subsystem
 * @name: for messages
 * @owner: its module
 * @ct_create: a container is being registered, nobody can find it yet
 * @ct_start: init is known (init_pid, pid_ns) and will be announced
 * @ct_stop: init is dead, or the start failed later on
 * @ct_release: the container is gone, nobody can find it any more; readers
 *	that found it before may go on for an RCU grace period
 * @veinfo: adds to the container's line in /proc/vz/veinfo; under RCU
 * @ioctl: command of /dev/vzctl; the caller may do it, nothing else is
 *	checked or copied; runs without locks
 * @ioctl_first: first command number that goes to @ioctl
 * @ioctl_count: how many of them
 * @slot: private; index of the subsystem's slot in every container
 * @list: private
 *
 * Every operation may be missing.  All but @veinfo and @ioctl run under
 * vz_ct_lock, in the order of registration; ct_stop and ct_release in the
 * reverse order, and only where ct_start and ct_create succeeded.  Containers
 * that exist when a subsystem comes are created and started for it; when it
 * goes they are stopped and released.
 */
struct vz_subsys {
	const char		*name;
	struct module		*owner;
	int			(*ct_create)(struct vz_ct *ct);
	int			(*ct_start)(struct vz_ct *ct);
	void			(*ct_stop)(struct vz_ct *ct);
	void			(*ct_release)(struct vz_ct *ct);
	void			(*veinfo)(struct seq_file *m, struct vz_ct *ct);
	long			(*ioctl)(unsigned int nr, void __user *arg);
	u8			ioctl_first;
	u8			ioctl_count;
	unsigned int		slot;
	struct list_head	list;
};

int vz_subsys_register(struct vz_subsys *ss);
void vz_subsys_unregister(struct vz_subsys *ss);

/* files in /proc/vz */
int vz_proc_add(const char *name, int (*show)(struct seq_file *m, void *v));
void vz_proc_del(const char *name);

/**
 * vz_ct_slot - what a subsystem keeps for a container
 * @ct: container
 * @ss: subsystem
 *
 * Context: RCU read side.
 * Return: what vz_ct_slot_set() stored, NULL at first.
 */
static inline void *vz_ct_slot(const struct vz_ct *ct,
			       const struct vz_subsys *ss)
{
	return rcu_dereference(ct->slot[ss->slot]);
}

/**
 * vz_ct_slot_set - store what a subsystem keeps for a container
 * @ct: container
 * @ss: subsystem
 * @data: to be returned by vz_ct_slot() from now on
 *
 * Context: an operation of @ss.
 * Return: what was there; free it after a grace period.
 */
static inline void *vz_ct_slot_set(struct vz_ct *ct,
				   const struct vz_subsys *ss, void *data)
{
	/* operations are serialized by a lock that is private to vzcore */
	return rcu_replace_pointer(ct->slot[ss->slot], data, true);
}

#endif /* _VZ_SUBSYS_H */
