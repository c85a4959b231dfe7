/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File locks: members of struct file_lock up to 6.8, of a core that it shares
 * with leases since 6.9; in a header of their own since 6.3.
 */
#ifndef _VZ_WRAPPER_FILELOCK_H
#define _VZ_WRAPPER_FILELOCK_H

#include <linux/fs.h>

#ifdef VZ_HAVE_FILELOCK_H
#include <linux/filelock.h>
#endif

#ifdef VZ_HAVE_FILE_LOCK_CORE
#define vz_lock_core		file_lock_core
#define vz_lock_entry(flc)	container_of(flc, struct file_lock, c)
#define vz_lock_of(fl)		(&(fl)->c)
#define vz_lock_type(flc)	((flc)->flc_type)
#define vz_lock_file(flc)	((flc)->flc_file)
#define vz_lock_owner(flc)	((flc)->flc_owner)
#define VZ_LOCK_LIST		flc_list
#else
#define vz_lock_core		file_lock
#define vz_lock_entry(fl)	(fl)
#define vz_lock_of(fl)		(fl)
#define vz_lock_type(flc)	((flc)->fl_type)
#define vz_lock_file(flc)	((flc)->fl_file)
#define vz_lock_owner(flc)	((flc)->fl_owner)
#define VZ_LOCK_LIST		fl_list
#endif

#endif /* _VZ_WRAPPER_FILELOCK_H */
