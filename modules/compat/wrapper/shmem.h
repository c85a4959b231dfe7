/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flags of a mapping were an unsigned long, and are a structure of one in the
 * functions of shmem since 7.1.  A reserved file has none.
 */
#ifndef _VZ_WRAPPER_SHMEM_H
#define _VZ_WRAPPER_SHMEM_H

#include <linux/shmem_fs.h>

static inline struct file *vz_shmem_file(const char *name, loff_t size)
{
#ifdef VZ_HAVE_SHMEM_VMA_FLAGS
	return shmem_file_setup(name, size, EMPTY_VMA_FLAGS);
#else
	return shmem_file_setup(name, size, 0);
#endif
}

#endif /* _VZ_WRAPPER_SHMEM_H */
