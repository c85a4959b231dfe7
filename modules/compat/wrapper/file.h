/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct fd had a member "file" up to 6.9; fd_file() is the way since 6.11.
 * get_file_rcu() took the file up to 6.6, and takes where it is found since.
 */
#ifndef _VZ_WRAPPER_FILE_H
#define _VZ_WRAPPER_FILE_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/rcupdate.h>

#ifndef fd_file
#define fd_file(f)	((f).file)
#endif

/* The program that an address space runs, to be given back by fput() */
static inline struct file *vz_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#ifdef VZ_HAVE_GET_FILE_RCU
	file = get_file_rcu(&mm->exe_file);
#else
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#endif
	rcu_read_unlock();
	return file;
}

#endif /* _VZ_WRAPPER_FILE_H */
