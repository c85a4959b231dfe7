/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of an ftrace callback.  Up to 6.12 struct ftrace_regs holds them
 * as such; 6.13 (and Debian's 6.12) hides them behind arch_ftrace_regs().
 */
#ifndef _VZ_WRAPPER_FTRACE_H
#define _VZ_WRAPPER_FTRACE_H

#include <linux/ftrace.h>
#ifdef CONFIG_X86_64
#include <asm/text-patching.h>
#endif

#ifndef arch_ftrace_regs
#define arch_ftrace_regs(fregs)	(fregs)
#endif

static inline struct pt_regs *vz_fregs(struct ftrace_regs *fregs)
{
	return &arch_ftrace_regs(fregs)->regs;
}

/*
 * A function starts with the instruction that ftrace replaces, unless somebody
 * is replacing it right now.  Who calls what is behind it calls no hook.
 */
static inline void *vz_ftrace_body(void *func)
{
#ifdef CONFIG_X86_64
	static const u8 nop[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	const u8 *insn = func;

	static_assert(sizeof(nop) == MCOUNT_INSN_SIZE);
	if (!memcmp(insn, nop, sizeof(nop)) || *insn == CALL_INSN_OPCODE)
		return func + MCOUNT_INSN_SIZE;
#endif
	return func;
}

#endif /* _VZ_WRAPPER_FTRACE_H */
