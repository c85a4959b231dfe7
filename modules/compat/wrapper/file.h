/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct fd had a member "file" up to 6.9; fd_file() is the way since 6.11.
 */
#ifndef _VZ_WRAPPER_FILE_H
#define _VZ_WRAPPER_FILE_H

#include <linux/file.h>

#ifndef fd_file
#define fd_file(f)	((f).file)
#endif

#endif /* _VZ_WRAPPER_FILE_H */
