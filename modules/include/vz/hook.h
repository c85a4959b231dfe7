/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hook engine: a callback at the entry of a kernel function that may
 * refuse the call or send it to a wrapper.
 *
 * Before a function is chosen: it must be called for real on every kernel
 * (look at the call graph, an inlined copy is not hooked), no other IPMODIFY
 * user may have it, and its contexts have to be known.
 */
#ifndef _VZ_HOOK_H
#define _VZ_HOOK_H

#include <linux/ftrace.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>

/**
 * enum vz_hook_state - what a hook does
 * @VZ_HOOK_IDLE: it works and is not needed now
 * @VZ_HOOK_ARMED: it is in place
 * @VZ_HOOK_WAITING: the module that has the function is not loaded, so nobody
 *	can call it
 * @VZ_HOOK_FAILED: it cannot be used on this kernel
 */
enum vz_hook_state {
	VZ_HOOK_IDLE,
	VZ_HOOK_ARMED,
	VZ_HOOK_WAITING,
	VZ_HOOK_FAILED,
};

/**
 * struct vz_hook - a hook; define it with VZ_HOOK() or VZ_HOOK_MODULE()
 * @name: kernel function
 * @module: module of the kernel that has it, or NULL; that module may come
 *	and go while the hook is known
 * @feature: what is missing without it, in words
 * @owner: module that has the callback
 * @ops: the ftrace side
 * @addr: address of the function
 * @original: address for static_call_update(): the function behind its hook,
 *	NULL while it is not known
 * @text: text of @owner; calls from there are let through
 * @text_size: size of @text
 * @state: enum vz_hook_state, changed under the engine's lock
 * @problem: in words, when @state is VZ_HOOK_FAILED
 * @fired: it was called at least once
 * @wanted: it is to be armed when its function comes
 * @list: link in the list of all hooks
 */
struct vz_hook {
	const char		*name;
	const char		*module;
	const char		*feature;
	struct module		*owner;
	struct ftrace_ops	ops;
	void			*addr;
	void			*original;
	unsigned long		text;
	unsigned long		text_size;
	enum vz_hook_state	state;
	const char		*problem;
	bool			fired;
	bool			wanted;
	struct list_head	list;
};

/**
 * VZ_HOOK - define a hook
 * @_hook: name of the variable
 * @_func: kernel function
 * @_feature: what is missing without it, in words
 * @_handler: void handler(struct vz_hook *, struct pt_regs *), runs in the
 *	context of the caller of @_func and must not call @_func; it may look
 *	at the arguments and call vz_hook_refuse() or vz_hook_redirect()
 */
#define VZ_HOOK(_hook, _func, _feature, _handler)			\
	VZ_HOOK_MODULE(_hook, _func, NULL, _feature, _handler)

/**
 * VZ_HOOK_MODULE - define a hook on a function that a module of the kernel has
 * @_hook: name of the variable
 * @_func: function
 * @_module: name of the module; NULL: the function is in the kernel itself
 * @_feature: see VZ_HOOK()
 * @_handler: see VZ_HOOK()
 */
#define VZ_HOOK_MODULE(_hook, _func, _module, _feature, _handler)	\
	__VZ_HOOK(_hook, _func, _module, _feature,			\
		  _handler(hook, vz_fregs(fregs)))

/**
 * VZ_HOOK_FROM - define a hook that wants to know who calls
 * @_hook: name of the variable
 * @_func: kernel function
 * @_feature: see VZ_HOOK()
 * @_handler: void handler(struct vz_hook *, struct pt_regs *, unsigned long
 *	from), with the address where @_func will return to
 */
#define VZ_HOOK_FROM(_hook, _func, _feature, _handler)			\
	__VZ_HOOK(_hook, _func, NULL, _feature,				\
		  _handler(hook, vz_fregs(fregs), parent))

#define __VZ_HOOK(_hook, _func, _module, _feature, _call)		\
static void notrace _hook##_entry(unsigned long ip, unsigned long parent, \
				  struct ftrace_ops *ops,		\
				  struct ftrace_regs *fregs)		\
{									\
	struct vz_hook *hook = container_of(ops, struct vz_hook, ops);	\
									\
	if (unlikely(!READ_ONCE(hook->fired)))				\
		WRITE_ONCE(hook->fired, true);				\
	if (parent - hook->text >= hook->text_size)			\
		_call;							\
}									\
static struct vz_hook _hook = {						\
	.name = #_func,							\
	.module = _module,						\
	.feature = _feature,						\
	.owner = THIS_MODULE,						\
	.ops = {							\
		.func = _hook##_entry,					\
		.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT, \
	},								\
}

void *vz_symbol(const char *name);
void vz_hook_return(void);
int vz_hook_add(struct vz_hook *hook);
void vz_hook_remove(struct vz_hook *hook);
void vz_hook_wait(long __percpu *inside);
void vz_hook_drain(void);
void vz_hook_arm(struct vz_hook *hook);
void vz_hook_disarm(struct vz_hook *hook);
void vz_hook_fail(struct vz_hook *hook, const char *problem);
bool vz_hook_works(struct vz_hook *hook);

/**
 * vz_hook_refuse - answer the call instead of the original
 * @regs: registers at the entry
 * @ret: what the caller gets
 */
static __always_inline void vz_hook_refuse(struct pt_regs *regs,
					   unsigned long ret)
{
	regs_set_return_value(regs, ret);
	instruction_pointer_set(regs, (unsigned long)vz_hook_return);
}

/**
 * vz_hook_redirect - send the call to a wrapper with the same arguments
 * @hook: the hook
 * @regs: registers at the entry
 * @wrapper: the wrapper; may sleep and call the original by a static call to
 *	@hook->original, not as its last act (build its file with
 *	-fno-optimize-sibling-calls); ends with vz_hook_leave()
 *
 * Nothing is done when the module is being removed.
 */
static __always_inline void vz_hook_redirect(struct vz_hook *hook,
					     struct pt_regs *regs,
					     void *wrapper)
{
	if (try_module_get(hook->owner))
		instruction_pointer_set(regs, (unsigned long)wrapper);
}

/**
 * vz_hook_leave - end of a wrapper
 *
 * What follows up to its return is covered by vz_hook_drain().
 */
#define vz_hook_leave()	module_put(THIS_MODULE)

/**
 * vz_hook_redirect_brief - the same for a wrapper that is met often
 * @regs: registers at the entry
 * @wrapper: the wrapper, which never waits for what others do; ends with
 *	vz_hook_leave_brief()
 * @inside: counts who is in wrappers of this kind
 *
 * Processors have nothing in common here, where the reference of a module is
 * one for all of them.  Who removes the module calls vz_hook_wait() before
 * anything goes that the wrapper needs.
 */
static __always_inline void vz_hook_redirect_brief(struct pt_regs *regs,
						   void *wrapper,
						   long __percpu *inside)
{
	this_cpu_inc(*inside);
	instruction_pointer_set(regs, (unsigned long)wrapper);
}

/**
 * vz_hook_leave_brief - end of a wrapper
 * @inside: see vz_hook_redirect_brief()
 *
 * What follows up to its return is covered by vz_hook_drain().
 */
static __always_inline void vz_hook_leave_brief(long __percpu *inside)
{
	this_cpu_dec(*inside);
}

#endif /* _VZ_HOOK_H */
