// SPDX-License-Identifier: GPL-2.0
/*
 * Callers that were not seen before.
 */
#include <linux/cleanup.h>
#include <linux/kallsyms.h>
#include "caller.h"

/**
 * vzub_caller_learn - judge a caller, and remember it
 * @callers: callers
 * @from: where the call returns to
 *
 * Context: any but NMI.
 * Return: what the judge says.
 */
u8 vzub_caller_learn(struct vzub_callers *callers, unsigned long from)
{
	char symbol[KSYM_SYMBOL_LEN];
	struct vzub_caller *c;
	unsigned int i;
	u8 class;

	sprint_symbol(symbol, from);
	class = callers->judge(symbol);
	guard(spinlock_irqsave)(&callers->lock);
	for (i = 0; i < VZUB_CALLERS; i++) {
		c = &callers->known[vzub_caller_slot(from, i)];
		if (c->from == from)
			break;
		if (c->from)
			continue;
		c->class = class;
		/* pairs with vzub_caller_class() */
		smp_store_release(&c->from, from);
		break;
	}
	return class;
}
