/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who calls a function that is hooked, by the name of the function that the
 * call returns to.  That is looked up once for each place; there are few.
 */
#ifndef _VZUBC_CALLER_H
#define _VZUBC_CALLER_H

#include <linux/spinlock.h>
#include <linux/types.h>

#define VZUB_CALLERS	64

/**
 * struct vzub_caller - a place
 * @from: where the call returns to, 0: free; set once, after @class
 * @class: what the judge said
 */
struct vzub_caller {
	unsigned long	from;
	u8		class;
};

/**
 * struct vzub_callers - the callers of one function
 * @judge: tells from a symbol with offset what to do about the caller
 * @lock: protects changes
 * @known: those that were seen, each in the first place that was free from
 *	vzub_caller_slot() on
 */
struct vzub_callers {
	u8			(*judge)(const char *symbol);
	spinlock_t		lock;		/* protects changes */
	struct vzub_caller	known[VZUB_CALLERS];
};

/**
 * VZUB_CALLERS_OF - none has been seen so far
 * @_name: the variable that is set to this
 * @_judge: see struct vzub_callers
 */
#define VZUB_CALLERS_OF(_name, _judge)	{				\
	.judge = _judge,						\
	.lock = __SPIN_LOCK_UNLOCKED(_name.lock),			\
}

u8 vzub_caller_learn(struct vzub_callers *callers, unsigned long from);

/**
 * vzub_caller_slot - where a caller is looked for
 * @from: where the call returns to
 * @i: 0: first, and so on
 *
 * Return: index.
 */
static inline unsigned int vzub_caller_slot(unsigned long from, unsigned int i)
{
	return (from / 4 + i) % VZUB_CALLERS;
}

/**
 * vzub_caller_class - what the judge says of a caller
 * @callers: callers
 * @from: where the call returns to
 *
 * Context: any but NMI.
 * Return: what it says.
 */
static inline u8 vzub_caller_class(struct vzub_callers *callers,
				   unsigned long from)
{
	struct vzub_caller *c;
	unsigned long f;
	unsigned int i;

	for (i = 0; i < VZUB_CALLERS; i++) {
		c = &callers->known[vzub_caller_slot(from, i)];
		/* pairs with vzub_caller_learn() */
		f = smp_load_acquire(&c->from);
		if (f == from)
			return c->class;
		if (!f)
			break;
	}
	return vzub_caller_learn(callers, from);
}

#endif /* _VZUBC_CALLER_H */
