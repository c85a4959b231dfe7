/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text range of a module: one core_layout up to 6.3, an array of memory
 * regions since 6.4.
 */
#ifndef _VZ_WRAPPER_MODULE_H
#define _VZ_WRAPPER_MODULE_H

#include <linux/module.h>

static inline unsigned long vz_module_text(const struct module *mod,
					   unsigned long *size)
{
#ifdef VZ_HAVE_MODULE_MEM
	*size = mod->mem[MOD_TEXT].size;
	return (unsigned long)mod->mem[MOD_TEXT].base;
#else
	*size = mod->core_layout.text_size;
	return (unsigned long)mod->core_layout.base;
#endif
}

#endif /* _VZ_WRAPPER_MODULE_H */
