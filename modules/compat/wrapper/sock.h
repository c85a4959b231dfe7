/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets are cloned by sk_clone_lock(), which is an inline function around
 * sk_clone() since 7.0; VZ_SK_CLONE is the function that is called.
 */
#ifndef _VZ_WRAPPER_SOCK_H
#define _VZ_WRAPPER_SOCK_H

#ifdef VZ_HAVE_SK_CLONE
#define VZ_SK_CLONE	sk_clone
#else
#define VZ_SK_CLONE	sk_clone_lock
#endif

#endif /* _VZ_WRAPPER_SOCK_H */
