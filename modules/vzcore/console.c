// SPDX-License-Identifier: GPL-2.0
/*
 * The host's end of a container's terminal: the file that VZ_IOC_CONSOLE
 * returns.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <linux/uaccess.h>
#include "terminal.h"
#include "vzcore.h"

/* Read and written in pieces of this size */
#define VZ_PIECE	1024

/**
 * struct vz_console_file - an open host's end
 * @terminal: terminal, referenced
 * @cut: somebody else took the terminal over; set under its lock
 * @lock: serializes the readers of this file, protects @piece
 * @piece: output on its way to the reader
 */
struct vz_console_file {
	struct vz_terminal	*terminal;
	bool			cut;
	struct mutex		lock;	/* see above */
	u8			piece[VZ_PIECE];
};

static bool vz_console_is_over(const struct vz_console_file *cf)
{
	return READ_ONCE(cf->cut) || READ_ONCE(cf->terminal->dead);
}

static bool vz_console_can_read(const struct vz_console_file *cf)
{
	return vz_console_is_over(cf) || !vz_ring_is_empty(cf->terminal);
}

/* Is there room for what is typed?  Without a reader it is thrown away. */
static bool vz_console_can_write(const struct vz_console_file *cf)
{
	struct vz_terminal *t = cf->terminal;
	struct tty_struct *tty;
	bool room;

	if (vz_console_is_over(cf))
		return true;
	tty = tty_port_tty_get(&t->port);
	if (!tty)
		return true;
	room = !tty_throttled(tty) && tty_buffer_space_avail(&t->port) > 0;
	tty_kref_put(tty);
	return room;
}

static ssize_t vz_console_pull(struct vz_console_file *cf, char __user *buf,
			       size_t count)
{
	size_t done = 0;
	u32 len;

	guard(mutex)(&cf->lock);
	while (done < count && !READ_ONCE(cf->cut)) {
		len = vz_ring_pull(cf->terminal, cf->piece,
				   min_t(size_t, count - done, VZ_PIECE));
		if (!len)
			break;
		if (copy_to_user(buf + done, cf->piece, len))
			return done ?: -EFAULT;
		done += len;
	}
	return done;
}

static ssize_t vz_console_read(struct file *file, char __user *buf,
			       size_t count, loff_t *pos)
{
	struct vz_console_file *cf = file->private_data;
	ssize_t ret;

	while (count) {
		/* looked at first: what was written before the end counts */
		bool over = vz_console_is_over(cf);

		ret = vz_console_pull(cf, buf, count);
		if (ret || over)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(cf->terminal->wait,
					       vz_console_can_read(cf));
		if (ret)
			return ret;
	}
	return 0;
}

/* Returns how much was taken: 0 when there is no room now. */
static ssize_t vz_console_push(struct vz_console_file *cf, const u8 *piece,
			       size_t len)
{
	struct vz_terminal *t = cf->terminal;
	struct tty_struct *tty;
	size_t taken;

	guard(mutex)(&t->input_lock);
	if (vz_console_is_over(cf))
		return -EIO;
	tty = tty_port_tty_get(&t->port);
	if (!tty)
		return len;
	taken = tty_throttled(tty) ? 0 :
		tty_insert_flip_string(&t->port, piece, len);
	tty_flip_buffer_push(&t->port);
	tty_kref_put(tty);
	return taken;
}

/*
 * The tty layer tells when a throttled line discipline has room again, but
 * not when the buffers before it have: so look from time to time.
 */
static int vz_console_wait_room(struct file *file)
{
	struct vz_console_file *cf = file->private_data;
	long ret;

	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	ret = wait_event_interruptible_timeout(cf->terminal->wait,
					       vz_console_can_write(cf),
					       HZ / 10);
	return ret < 0 ? ret : 0;
}

static ssize_t vz_console_write_piece(struct file *file,
				      const char __user *buf, size_t len)
{
	struct vz_console_file *cf = file->private_data;
	u8 piece[256];
	ssize_t ret;

	len = min(len, sizeof(piece));
	if (copy_from_user(piece, buf, len))
		return -EFAULT;
	for (;;) {
		ret = vz_console_push(cf, piece, len);
		if (ret)
			return ret;
		ret = vz_console_wait_room(file);
		if (ret)
			return ret;
	}
}

static ssize_t vz_console_write(struct file *file, const char __user *buf,
				size_t count, loff_t *pos)
{
	size_t done = 0;
	ssize_t ret;

	while (done < count) {
		ret = vz_console_write_piece(file, buf + done, count - done);
		if (ret < 0)
			return done ?: ret;
		done += ret;
		if (signal_pending(current))
			break;
	}
	return done;
}

static __poll_t vz_console_poll(struct file *file, poll_table *wait)
{
	struct vz_console_file *cf = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &cf->terminal->wait, wait);
	if (vz_console_can_read(cf))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (vz_console_can_write(cf))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (vz_console_is_over(cf))
		mask |= EPOLLHUP;
	return mask;
}

static long vz_console_get_winsize(struct vz_terminal *t, void __user *arg)
{
	struct winsize ws;

	scoped_guard(spinlock, &t->lock)
		ws = t->winsize;
	return copy_to_user(arg, &ws, sizeof(ws)) ? -EFAULT : 0;
}

static long vz_console_set_winsize(struct vz_terminal *t, void __user *arg)
{
	struct tty_struct *tty;
	struct winsize ws;
	int err = 0;

	if (copy_from_user(&ws, arg, sizeof(ws)))
		return -EFAULT;
	scoped_guard(spinlock, &t->lock)
		t->winsize = ws;
	tty = tty_port_tty_get(&t->port);
	if (tty) {
		err = tty_do_resize(tty, &ws);
		tty_kref_put(tty);
	}
	return err;
}

static long vz_console_ioctl(struct file *file, unsigned int req,
			     unsigned long arg)
{
	struct vz_console_file *cf = file->private_data;

	if (vz_console_is_over(cf))
		return -EIO;
	switch (req) {
	case TIOCGWINSZ:
		return vz_console_get_winsize(cf->terminal,
					      (void __user *)arg);
	case TIOCSWINSZ:
		return vz_console_set_winsize(cf->terminal,
					      (void __user *)arg);
	}
	return -ENOTTY;
}

static void vz_console_close(struct vz_console_file *cf)
{
	struct vz_terminal *t = cf->terminal;

	scoped_guard(spinlock, &t->lock)
		if (t->file == cf)
			t->file = NULL;
	tty_port_put(&t->port);
	mutex_destroy(&cf->lock);
	kfree(cf);
}

static int vz_console_release(struct inode *inode, struct file *file)
{
	vz_console_close(file->private_data);
	return 0;
}

static const struct file_operations vz_console_fops = {
	.owner		= THIS_MODULE,
	.read		= vz_console_read,
	.write		= vz_console_write,
	.poll		= vz_console_poll,
	.unlocked_ioctl	= vz_console_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= vz_console_release,
	.llseek		= noop_llseek,
};

static struct vz_terminal *vz_console_find(u32 ctid, u32 index)
{
	struct vz_terminals *set;
	struct vz_terminal *t;
	struct vz_ct *ct;

	guard(rcu)();
	ct = vz_ct_of_id(ctid);
	if (!ct)
		return ERR_PTR(-ENOENT);
	set = rcu_dereference(ct->terminals);
	if (!set || index >= set->count)
		return ERR_PTR(-EINVAL);
	t = set->terminal[index];
	return tty_port_get(&t->port) ? t : ERR_PTR(-ENOENT);
}

static int vz_console_take(struct vz_console_file *cf, bool steal)
{
	struct vz_terminal *t = cf->terminal;

	scoped_guard(spinlock, &t->lock) {
		if (t->dead)
			return -ENOENT;
		if (t->file && !steal)
			return -EBUSY;
		if (t->file)
			WRITE_ONCE(t->file->cut, true);
		t->file = cf;
	}
	wake_up_interruptible_poll(&t->wait, EPOLLIN | EPOLLHUP);
	return 0;
}

/**
 * vz_console_open - open the host's end of a terminal
 * @arg: checked argument of VZ_IOC_CONSOLE
 *
 * Return: a file descriptor or a negative error of VZ_IOC_CONSOLE.
 */
int vz_console_open(const struct vz_console *arg)
{
	struct vz_console_file *cf;
	struct vz_terminal *t;
	int ret;

	t = vz_console_find(arg->ctid, arg->index);
	if (IS_ERR(t))
		return PTR_ERR(t);
	cf = kzalloc(sizeof(*cf), GFP_KERNEL_ACCOUNT);
	if (!cf) {
		tty_port_put(&t->port);
		return -ENOMEM;
	}
	cf->terminal = t;
	mutex_init(&cf->lock);
	ret = vz_console_take(cf, arg->flags & VZ_CONSOLE_STEAL);
	if (!ret)
		ret = anon_inode_getfd("[vz-console]", &vz_console_fops, cf,
				       O_RDWR | O_CLOEXEC);
	if (ret < 0)
		vz_console_close(cf);
	return ret;
}
