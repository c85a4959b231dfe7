/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Terminals of containers: shared by terminal.c (the container's end, a tty)
 * and console.c (the host's end, an anonymous file).
 */
#ifndef _VZCORE_TERMINAL_H
#define _VZCORE_TERMINAL_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/tty.h>
#include <linux/wait.h>

/* Output kept while nobody reads; a power of two */
#define VZ_RING_SIZE	65536U

struct vz_console_file;

/**
 * struct vz_terminal - one terminal of a container
 * @rcu: delays the freeing, for those who look it up by its number
 * @port: the tty; its reference count is the one of this object
 * @set: all terminals of the container
 * @lock: protects the fields down to @dead
 * @ring: output of the container, made when the tty is opened first
 * @head: bytes ever written into @ring
 * @tail: bytes ever taken or dropped from @ring
 * @winsize: size of the terminal
 * @file: host's end in use, or NULL
 * @dead: the container is gone
 * @input_lock: serializes those who type
 * @wait: host's ends that wait for output, for room, or for their end
 */
struct vz_terminal {
	struct rcu_head		rcu;
	struct tty_port		port;
	struct vz_terminals	*set;
	spinlock_t		lock;	/* see above */
	u8			*ring;
	u32			head;
	u32			tail;
	struct winsize		winsize;
	struct vz_console_file	*file;
	bool			dead;
	struct mutex		input_lock;	/* see above */
	wait_queue_head_t	wait;
};

/**
 * struct vz_terminals - the terminals of a container
 * @refs: one for each terminal and one for the container
 * @rcu: delays the freeing, for those who compare a container's pointer
 * @first: minor number of the first one
 * @count: number of terminals
 * @terminal: the terminals
 */
struct vz_terminals {
	struct kref		refs;
	struct rcu_head		rcu;
	u32			first;
	u32			count;
	struct vz_terminal	*terminal[];
};

u32 vz_ring_pull(struct vz_terminal *t, u8 *to, u32 room);

static inline bool vz_ring_is_empty(const struct vz_terminal *t)
{
	return READ_ONCE(t->head) == READ_ONCE(t->tail);
}

#endif /* _VZCORE_TERMINAL_H */
