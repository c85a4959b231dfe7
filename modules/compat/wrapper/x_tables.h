/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xt_register_table() got the hooks of the table as one more argument in 7.1.
 * VZ_XT_REGISTER_ARGS are the parameters of such a function, which calls the
 * namespace net and the new entries newinfo; VZ_XT_REGISTER() hands them on.
 */
#ifndef _VZ_WRAPPER_X_TABLES_H
#define _VZ_WRAPPER_X_TABLES_H

#ifdef VZ_HAVE_XT_TEMPLATE_OPS
#define VZ_XT_REGISTER_ARGS						\
	struct net *net, const struct xt_table *input,			\
	const struct nf_hook_ops *ops, struct xt_table_info *bootstrap,	\
	struct xt_table_info *newinfo
#define VZ_XT_REGISTER(_f)	_f(net, input, ops, bootstrap, newinfo)
#else
#define VZ_XT_REGISTER_ARGS						\
	struct net *net, const struct xt_table *input,			\
	struct xt_table_info *bootstrap, struct xt_table_info *newinfo
#define VZ_XT_REGISTER(_f)	_f(net, input, bootstrap, newinfo)
#endif

#endif /* _VZ_WRAPPER_X_TABLES_H */
