/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tty_operations.write counted in int up to 6.6 and counts in size_t since.
 * 7.1 gives each driver a workqueue of its own unless it asks for none.
 */
#ifndef _VZ_WRAPPER_TTY_H
#define _VZ_WRAPPER_TTY_H

#include <linux/tty_driver.h>

#ifdef VZ_HAVE_TTY_WRITE_SIZE_T
#define vz_tty_ssize_t	ssize_t
#define vz_tty_size_t	size_t
#else
#define vz_tty_ssize_t	int
#define vz_tty_size_t	int
#endif

#ifdef VZ_HAVE_TTY_NO_WORKQUEUE
#define VZ_TTY_NO_WORKQUEUE	TTY_DRIVER_NO_WORKQUEUE
#else
#define VZ_TTY_NO_WORKQUEUE	0
#endif

#endif /* _VZ_WRAPPER_TTY_H */
