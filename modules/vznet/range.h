/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Networks that contain each other, as ranges of addresses that do not.
 *
 * Plain computation on integers: the unit tests compile it, too.
 */
#ifndef _VZNET_RANGE_H
#define _VZNET_RANGE_H

/**
 * struct venet_key - an address as a number of 128 bits
 * @hi: upper half; 0 for IPv4
 * @lo: lower half
 */
struct venet_key {
	u64	hi;
	u64	lo;
};

/**
 * struct venet_prefix - a network
 * @first: its first address
 * @last: its last address
 * @class: class of the addresses in it
 */
struct venet_prefix {
	struct venet_key	first;
	struct venet_key	last;
	u8			class;
};

/**
 * struct venet_range - addresses of one class
 * @first: the first one; the range ends before the next range
 * @class: their class
 */
struct venet_range {
	struct venet_key	first;
	u8			class;
};

int venet_prefix_cmp(const void *a, const void *b);
int venet_flatten(const struct venet_prefix *nets, u32 n, u8 class,
		  struct venet_range *out);

#endif /* _VZNET_RANGE_H */
