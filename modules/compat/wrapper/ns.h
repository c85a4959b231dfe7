/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The CLONE_NEW* flag of a namespace.
 *
 * Up to 6.17 it is found in the operations (ns->ops->type); since 6.18 it is
 * a field of struct ns_common itself and the one in the operations is gone.
 *
 * References were counted by the holder; ns_ref_read() is the way since 6.18.
 */
#ifndef _VZ_WRAPPER_NS_H
#define _VZ_WRAPPER_NS_H

#include <linux/proc_ns.h>
#include <linux/user_namespace.h>

static inline u32 vz_ns_type(const struct ns_common *ns)
{
#ifdef VZ_HAVE_NS_TYPE
	return ns->ns_type;
#else
	return ns->ops->type;
#endif
}

static inline unsigned int vz_user_ns_count(struct user_namespace *ns)
{
#ifdef ns_ref_read
	return ns_ref_read(ns);
#else
	return refcount_read(&ns->ns.count);
#endif
}

#endif /* _VZ_WRAPPER_NS_H */
