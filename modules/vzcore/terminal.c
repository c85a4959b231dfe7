// SPDX-License-Identifier: GPL-2.0
/*
 * The container's end of its terminals: a tty driver.
 *
 * What a container writes goes into a ring that drops the oldest bytes, so a
 * writer never waits, whether or not the host reads, and not for flow control
 * either.  The driver has minor numbers but no devices: nothing appears in the
 * host's /dev or /sys, the manager makes the nodes in the container's /dev.
 * Opening one takes a task of that container, or root of the host.
 *
 * A terminal lives as long as its container, an open tty or a host's end
 * needs it: all three hold references on the tty_port.
 */
#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include "terminal.h"
#include "vzcore.h"

/* Terminals of all containers together */
#define VZ_MINORS	32768

static struct tty_driver *vz_tty_driver;
static DEFINE_XARRAY(vz_terminal_xa);
static DEFINE_SPINLOCK(vz_minor_lock);
static DECLARE_BITMAP(vz_minors, VZ_MINORS);

static void vz_ring_copy_in(struct vz_terminal *t, const u8 *from, u32 len)
{
	u32 at = t->head % VZ_RING_SIZE;
	u32 part = min(len, VZ_RING_SIZE - at);

	memcpy(t->ring + at, from, part);
	memcpy(t->ring, from + part, len - part);
	WRITE_ONCE(t->head, t->head + len);
}

static void vz_ring_push(struct vz_terminal *t, const u8 *from, size_t len)
{
	if (len > VZ_RING_SIZE) {
		from += len - VZ_RING_SIZE;
		len = VZ_RING_SIZE;
	}
	scoped_guard(spinlock, &t->lock) {
		vz_ring_copy_in(t, from, len);
		if (t->head - t->tail > VZ_RING_SIZE)
			WRITE_ONCE(t->tail, t->head - VZ_RING_SIZE);
	}
	wake_up_interruptible_poll(&t->wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * vz_ring_pull - take the oldest output of a terminal
 * @t: terminal
 * @to: where to store it
 * @room: size of @to
 *
 * Return: number of bytes stored.
 */
u32 vz_ring_pull(struct vz_terminal *t, u8 *to, u32 room)
{
	u32 at, len, part;

	guard(spinlock)(&t->lock);
	len = min(t->head - t->tail, room);
	if (!len)
		return 0;
	at = t->tail % VZ_RING_SIZE;
	part = min(len, VZ_RING_SIZE - at);
	memcpy(to, t->ring + at, part);
	memcpy(to + part, t->ring, len - part);
	WRITE_ONCE(t->tail, t->tail + len);
	return len;
}

/* May the caller open it?  A container: its own ones; root of the host: all. */
static int vz_terminal_check(int idx)
{
	struct vz_terminal *t;
	struct vz_ct *ct;

	scoped_guard(rcu) {
		t = xa_load(&vz_terminal_xa, idx);
		if (!t)
			return -ENXIO;
		ct = vz_ct_of_task(current);
		if (ct)
			return rcu_access_pointer(ct->terminals) == t->set ?
				0 : -EPERM;
	}
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* Context: tty_mutex is held. */
static struct tty_struct *vz_tty_lookup(struct tty_driver *driver,
					struct file *file, int idx)
{
	int err = vz_terminal_check(idx);

	return err ? ERR_PTR(err) : driver->ttys[idx];
}

static struct vz_terminal *vz_terminal_get(int idx)
{
	struct vz_terminal *t;

	guard(rcu)();
	t = xa_load(&vz_terminal_xa, idx);
	return t && tty_port_get(&t->port) ? t : NULL;
}

/* The memory belongs to who opens: a task of the container. */
static int vz_ring_make(struct vz_terminal *t)
{
	u8 *ring;

	if (t->ring)
		return 0;
	ring = kvmalloc(VZ_RING_SIZE, GFP_KERNEL_ACCOUNT);
	if (!ring)
		return -ENOMEM;
	guard(spinlock)(&t->lock);
	t->ring = ring;
	return 0;
}

/* Context: tty_mutex is held. */
static int vz_tty_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct vz_terminal *t = vz_terminal_get(tty->index);
	int err;

	if (!t)
		return -ENXIO;
	err = vz_ring_make(t);
	if (!err)
		err = tty_port_install(&t->port, driver, tty);
	if (err) {
		tty_port_put(&t->port);
		return err;
	}
	tty->driver_data = t;
	scoped_guard(spinlock, &t->lock)
		tty->winsize = t->winsize;
	return 0;
}

static void vz_tty_cleanup(struct tty_struct *tty)
{
	struct vz_terminal *t = tty->driver_data;

	tty->driver_data = NULL;
	tty_port_put(&t->port);
}

static int vz_tty_open(struct tty_struct *tty, struct file *file)
{
	struct vz_terminal *t = tty->driver_data;

	return tty_port_open(&t->port, tty, file);
}

static void vz_tty_close(struct tty_struct *tty, struct file *file)
{
	struct vz_terminal *t = tty->driver_data;

	tty_port_close(&t->port, tty, file);
}

static void vz_tty_hangup(struct tty_struct *tty)
{
	struct vz_terminal *t = tty->driver_data;

	tty_port_hangup(&t->port);
}

static vz_tty_ssize_t vz_tty_write(struct tty_struct *tty, const u8 *buf,
				   vz_tty_size_t count)
{
	vz_ring_push(tty->driver_data, buf, count);
	return count;
}

static unsigned int vz_tty_write_room(struct tty_struct *tty)
{
	return VZ_RING_SIZE;
}

static void vz_tty_unthrottle(struct tty_struct *tty)
{
	struct vz_terminal *t = tty->driver_data;

	wake_up_interruptible_poll(&t->wait, EPOLLOUT | EPOLLWRNORM);
}

static int vz_tty_resize(struct tty_struct *tty, struct winsize *ws)
{
	struct vz_terminal *t = tty->driver_data;

	scoped_guard(spinlock, &t->lock)
		t->winsize = *ws;
	return tty_do_resize(tty, ws);
}

static const struct tty_operations vz_tty_ops = {
	.lookup		= vz_tty_lookup,
	.install	= vz_tty_install,
	.cleanup	= vz_tty_cleanup,
	.open		= vz_tty_open,
	.close		= vz_tty_close,
	.hangup		= vz_tty_hangup,
	.write		= vz_tty_write,
	.write_room	= vz_tty_write_room,
	.unthrottle	= vz_tty_unthrottle,
	.resize		= vz_tty_resize,
};

static void vz_minors_free(u32 first, u32 count)
{
	guard(spinlock)(&vz_minor_lock);
	bitmap_clear(vz_minors, first, count);
}

static int vz_minors_alloc(u32 count)
{
	unsigned long first;

	guard(spinlock)(&vz_minor_lock);
	first = bitmap_find_next_zero_area(vz_minors, VZ_MINORS, 0, count, 0);
	if (first >= VZ_MINORS)
		return -ENOSPC;
	bitmap_set(vz_minors, first, count);
	return first;
}

static void vz_terminals_release(struct kref *refs)
{
	struct vz_terminals *set = container_of(refs, struct vz_terminals,
						refs);

	vz_minors_free(set->first, set->count);
	kfree_rcu(set, rcu);
}

static void vz_terminal_destruct(struct tty_port *port)
{
	struct vz_terminal *t = container_of(port, struct vz_terminal, port);

	kref_put(&t->set->refs, vz_terminals_release);
	mutex_destroy(&t->input_lock);
	kvfree(t->ring);
	kfree_rcu(t, rcu);
}

static const struct tty_port_operations vz_port_ops = {
	.destruct = vz_terminal_destruct,
};

static struct vz_terminal *vz_terminal_create(struct vz_terminals *set)
{
	struct vz_terminal *t;

	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return NULL;
	t->set = set;
	spin_lock_init(&t->lock);
	mutex_init(&t->input_lock);
	init_waitqueue_head(&t->wait);
	tty_port_init(&t->port);
	t->port.ops = &vz_port_ops;
	kref_get(&set->refs);
	return t;
}

/*
 * Not tty_port_tty_hangup(): its work item is the one that frees the tty, and
 * nothing keeps a last close from starting that in between.
 */
static void vz_terminal_hangup(struct vz_terminal *t)
{
	struct tty_struct *tty = tty_port_tty_get(&t->port);

	if (!tty)
		return;
	tty_vhangup(tty);
	tty_kref_put(tty);
}

/* Ends the container's hold on a terminal and everybody's use of it. */
static void vz_terminal_kill(struct vz_terminal *t, u32 idx)
{
	xa_erase(&vz_terminal_xa, idx);
	scoped_guard(spinlock, &t->lock)
		WRITE_ONCE(t->dead, true);
	wake_up_interruptible_poll(&t->wait, EPOLLIN | EPOLLHUP);
	vz_terminal_hangup(t);
	tty_port_put(&t->port);
}

/**
 * vz_terminals_destroy - take the terminals of a container away
 * @set: terminals or NULL
 *
 * Open ttys are hung up; host's ends read what is left, then end of file.
 */
void vz_terminals_destroy(struct vz_terminals *set)
{
	u32 i;

	if (!set)
		return;
	for (i = 0; i < set->count && set->terminal[i]; i++)
		vz_terminal_kill(set->terminal[i], set->first + i);
	kref_put(&set->refs, vz_terminals_release);
}

static int vz_terminals_fill(struct vz_terminals *set)
{
	struct vz_terminal *t;
	u32 i;
	int err;

	for (i = 0; i < set->count; i++) {
		t = vz_terminal_create(set);
		if (!t)
			return -ENOMEM;
		set->terminal[i] = t;
		err = xa_err(xa_store(&vz_terminal_xa, set->first + i, t,
				      GFP_KERNEL));
		if (err)
			return err;
	}
	return 0;
}

/**
 * vz_terminals_create - make the terminals of a container
 * @count: how many, at least one
 *
 * No container can open them before it has got them.
 *
 * Return: the terminals or an error pointer.
 */
struct vz_terminals *vz_terminals_create(u32 count)
{
	int first = vz_minors_alloc(count);
	struct vz_terminals *set;
	int err;

	if (first < 0)
		return ERR_PTR(first);
	set = kzalloc(struct_size(set, terminal, count), GFP_KERNEL);
	if (!set) {
		vz_minors_free(first, count);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&set->refs);
	set->first = first;
	set->count = count;
	err = vz_terminals_fill(set);
	if (err) {
		vz_terminals_destroy(set);
		return ERR_PTR(err);
	}
	return set;
}

/**
 * vz_terminals_dev - device number of a container's first terminal
 * @set: terminals
 *
 * Return: the number; those of the other terminals follow it.
 */
dev_t vz_terminals_dev(const struct vz_terminals *set)
{
	return MKDEV(vz_tty_driver->major,
		     vz_tty_driver->minor_start + set->first);
}

/**
 * vz_terminal_init - register the tty driver
 *
 * Return: 0 or a negative error.
 */
int vz_terminal_init(void)
{
	struct tty_driver *driver;
	int err;

	driver = tty_alloc_driver(VZ_MINORS, TTY_DRIVER_DYNAMIC_DEV |
				  TTY_DRIVER_DYNAMIC_ALLOC |
				  TTY_DRIVER_RESET_TERMIOS |
				  TTY_DRIVER_REAL_RAW | VZ_TTY_NO_WORKQUEUE);
	if (IS_ERR(driver))
		return PTR_ERR(driver);
	driver->driver_name = "vzcore";
	driver->name = "vztty";
	driver->type = TTY_DRIVER_TYPE_SERIAL;
	driver->subtype = SERIAL_TYPE_NORMAL;
	driver->init_termios = tty_std_termios;
	driver->init_termios.c_cflag |= CLOCAL;
	tty_set_operations(driver, &vz_tty_ops);
	err = tty_register_driver(driver);
	if (err) {
		tty_driver_kref_put(driver);
		return err;
	}
	vz_tty_driver = driver;
	return 0;
}

/**
 * vz_terminal_exit - unregister the tty driver
 */
void vz_terminal_exit(void)
{
	tty_unregister_driver(vz_tty_driver);
	tty_driver_kref_put(vz_tty_driver);
}
