// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of kernel functions that are not exported.
 *
 * A kprobe resolves the name; it never gets armed.  Call what is found by a
 * static call only: with IBT the entry of a function that the kernel calls
 * directly is no valid target of an indirect call.
 */
#include <linux/kprobes.h>
#include <linux/string.h>
#include <vz/hook.h>

/**
 * vz_symbol - look up a kernel function
 * @name: name of the function
 *
 * Return: address to be used by static_call_update(), or NULL.  On kernels
 * with IBT it lies behind the ENDBR instruction, which a direct call may skip.
 */
void *vz_symbol(const char *name)
{
	struct kprobe kp = {
		.symbol_name = name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	void *addr;

	if (register_kprobe(&kp) < 0)
		return NULL;
	addr = kp.addr;
	unregister_kprobe(&kp);
	return addr;
}
EXPORT_SYMBOL_GPL(vz_symbol);
