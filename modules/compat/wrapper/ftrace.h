/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of an ftrace callback.  Up to 6.12 struct ftrace_regs holds them
 * as such; 6.13 (and Debian's 6.12) hides them behind arch_ftrace_regs().
 */
#ifndef _VZ_WRAPPER_FTRACE_H
#define _VZ_WRAPPER_FTRACE_H

#include <linux/ftrace.h>

#ifndef arch_ftrace_regs
#define arch_ftrace_regs(fregs)	(fregs)
#endif

static inline struct pt_regs *vz_fregs(struct ftrace_regs *fregs)
{
	return &arch_ftrace_regs(fregs)->regs;
}

#endif /* _VZ_WRAPPER_FTRACE_H */
