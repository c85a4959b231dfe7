// SPDX-License-Identifier: GPL-2.0
/*
 * Networks that contain each other, as ranges of addresses that do not.
 */
#include <linux/errno.h>
#include <linux/types.h>
#include "range.h"

/* Networks are nested by their prefix length, of which there are 129. */
#define VENET_NESTED_MAX	129

/**
 * struct venet_flattener - the work of venet_flatten()
 * @nets: the networks, sorted
 * @class: class outside of all of them
 * @out: ranges so far, @n of them
 * @open: networks that the present address is in, the outermost first
 * @depth: how many
 */
struct venet_flattener {
	const struct venet_prefix	*nets;
	u8				class;
	struct venet_range		*out;
	u32				n;
	u16				open[VENET_NESTED_MAX];
	u32				depth;
};

static int venet_key_cmp(const struct venet_key *a, const struct venet_key *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

/**
 * venet_prefix_cmp - the order of networks that venet_flatten() needs
 * @a: a struct venet_prefix
 * @b: another one
 *
 * By address; a network comes before those in it.
 *
 * Return: less than, equal to or greater than 0.
 */
int venet_prefix_cmp(const void *a, const void *b)
{
	const struct venet_prefix *x = a, *y = b;
	int ret = venet_key_cmp(&x->first, &y->first);

	return ret ? ret : venet_key_cmp(&y->last, &x->last);
}

/* From @first on the class is @class. */
static void venet_emit(struct venet_flattener *f, struct venet_key first,
		       u8 class)
{
	/* what has begun here is overruled before its first address */
	if (f->n && !venet_key_cmp(&f->out[f->n - 1].first, &first))
		f->n--;
	if (f->n && f->out[f->n - 1].class == class)
		return;
	f->out[f->n].first = first;
	f->out[f->n++].class = class;
}

static const struct venet_prefix *
venet_innermost(const struct venet_flattener *f)
{
	return f->depth ? &f->nets[f->open[f->depth - 1]] : NULL;
}

/* The innermost network ends, and the one around it goes on. */
static void venet_close(struct venet_flattener *f)
{
	struct venet_key next = venet_innermost(f)->last;
	const struct venet_prefix *around;

	f->depth--;
	around = venet_innermost(f);
	/* nothing comes after the last address of all */
	if (!++next.lo && !++next.hi)
		return;
	venet_emit(f, next, around ? around->class : f->class);
}

/**
 * venet_flatten - make ranges of networks
 * @nets: networks, in the order of venet_prefix_cmp()
 * @n: how many; at most 65535
 * @class: class of the addresses that are in none of them
 * @out: where to; there has to be room for 2 * @n + 1
 *
 * The ranges are sorted and cover all addresses from 0 on; two that follow
 * each other differ in class.  With IPv4 the last one may begin after the last
 * address there is.
 *
 * Return: number of ranges; -EEXIST if a network is there twice.
 */
int venet_flatten(const struct venet_prefix *nets, u32 n, u8 class,
		  struct venet_range *out)
{
	struct venet_flattener f = { .nets = nets, .class = class, .out = out };
	const struct venet_prefix *around;
	u32 i;

	venet_emit(&f, (struct venet_key){}, class);
	for (i = 0; i < n; i++) {
		if (i && !venet_prefix_cmp(&nets[i - 1], &nets[i]))
			return -EEXIST;
		while ((around = venet_innermost(&f)) &&
		       venet_key_cmp(&around->last, &nets[i].first) < 0)
			venet_close(&f);
		f.open[f.depth++] = i;
		venet_emit(&f, nets[i].first, nets[i].class);
	}
	while (f.depth)
		venet_close(&f);
	return f.n;
}
