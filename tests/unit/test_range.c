// SPDX-License-Identifier: GPL-2.0-only
/* vznet's ranges of addresses, against a search for the longest prefix. */
#include <stdlib.h>

#include "util.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#include "../../modules/vznet/range.c"

#define DEFAULT	1
#define NETS	600
#define NONE	255

static struct venet_prefix nets[NETS];
static struct venet_range ranges[2 * NETS + 1];

static struct venet_key key(u64 hi, u64 lo)
{
	return (struct venet_key){ hi, lo };
}

static struct venet_prefix prefix(struct venet_key addr, unsigned int bits,
				  u8 class)
{
	u64 hi = bits >= 64 ? 0 : ~0ULL >> bits;
	u64 lo = bits >= 128 ? 0 : bits > 64 ? ~0ULL >> (bits - 64) : ~0ULL;

	return (struct venet_prefix){
		.first = key(addr.hi & ~hi, addr.lo & ~lo),
		.last = key(addr.hi | hi, addr.lo | lo),
		.class = class,
	};
}

/* The most specific network is the one with the fewest addresses. */
static u8 searched(struct venet_key a, int n)
{
	u8 class = DEFAULT;
	struct venet_key size = key(~0ULL, ~0ULL);
	bool found = false;
	int i;

	for (i = 0; i < n; i++) {
		struct venet_key s = key(nets[i].last.hi - nets[i].first.hi,
					 nets[i].last.lo ^ nets[i].first.lo);

		if (venet_key_cmp(&nets[i].first, &a) > 0 ||
		    venet_key_cmp(&nets[i].last, &a) < 0 ||
		    (found && venet_key_cmp(&s, &size) > 0))
			continue;
		found = true;
		size = s;
		class = nets[i].class;
	}
	return class;
}

static u8 looked_up(struct venet_key a, int n)
{
	u8 class = NONE;
	int i;

	for (i = 0; i < n && venet_key_cmp(&ranges[i].first, &a) <= 0; i++)
		class = ranges[i].class;
	return class;
}

static int flatten(int n)
{
	qsort(nets, n, sizeof(*nets), venet_prefix_cmp);
	return venet_flatten(nets, n, DEFAULT, ranges);
}

static void ranges_are_sound(int n, int room)
{
	int i;

	assert_in_range(n, 1, room);
	assert_true(!ranges[0].first.hi && !ranges[0].first.lo);
	for (i = 1; i < n; i++) {
		assert_true(venet_key_cmp(&ranges[i - 1].first,
					  &ranges[i].first) < 0);
		assert_int_not_equal(ranges[i - 1].class, ranges[i].class);
	}
}

/* The ends of every network and their neighbours are looked up. */
static void all_ends_agree(int n, int count)
{
	int i, k;

	for (i = 0; i < n; i++) {
		struct venet_key a[4] = { nets[i].first, nets[i].last,
					  nets[i].first, nets[i].last };

		if (!a[2].lo--)
			a[2].hi--;
		if (!++a[3].lo)
			a[3].hi++;
		for (k = 0; k < 4; k++)
			assert_int_equal(looked_up(a[k], count),
					 searched(a[k], n));
	}
}

static void test_few(void **state)
{
	int n;

	assert_int_equal(flatten(0), 1);
	assert_int_equal(ranges[0].class, DEFAULT);

	/* everything is of the default class: one range */
	nets[0] = prefix(key(0, 0), 0, DEFAULT);
	nets[1] = prefix(key(5, 0), 64, DEFAULT);
	assert_int_equal(flatten(2), 1);

	/* all addresses, and a hole in a hole */
	nets[0] = prefix(key(0, 0x0a0a1000), 120, 3);
	nets[1] = prefix(key(0, 0x0a000000), 104, 2);
	nets[2] = prefix(key(0, 0), 0, 0);
	n = flatten(3);
	assert_int_equal(n, 5);
	assert_int_equal(looked_up(key(0, 0x0a0a0fff), n), 2);
	assert_int_equal(looked_up(key(0, 0x0a0a1000), n), 3);
	assert_int_equal(looked_up(key(0, 0x0a0a10ff), n), 3);
	assert_int_equal(looked_up(key(0, 0x0a0a1100), n), 2);
	assert_int_equal(looked_up(key(0, 0x0b000000), n), 0);
	assert_int_equal(looked_up(key(~0ULL, ~0ULL), n), 0);
}

static void test_edges(void **state)
{
	int n;

	/* the first and the last address there are */
	nets[0] = prefix(key(0, 0), 128, 2);
	nets[1] = prefix(key(~0ULL, ~0ULL), 128, 3);
	nets[2] = prefix(key(~0ULL, ~0ULL), 64, 4);
	n = flatten(3);
	assert_int_equal(n, 4);
	all_ends_agree(3, n);

	/* neighbours of one class become one range */
	nets[0] = prefix(key(0, 0x10), 124, 2);
	nets[1] = prefix(key(0, 0x20), 124, 2);
	assert_int_equal(flatten(2), 3);

	/* a network carries over from the lower half to the upper one */
	nets[0] = prefix(key(7, 0), 64, 2);
	n = flatten(1);
	assert_int_equal(n, 3);
	assert_true(ranges[2].first.hi == 8 && !ranges[2].first.lo);
}

static void test_nested(void **state)
{
	int i, n;

	/* as deep as it gets */
	for (i = 0; i <= 128; i++)
		nets[i] = prefix(key(0x5555555555555555, 0x5555555555555555),
				 i, i % 16);
	n = flatten(129);
	ranges_are_sound(n, 2 * 129 + 1);
	all_ends_agree(129, n);
}

static void test_twice(void **state)
{
	nets[0] = prefix(key(0, 0x0a000000), 104, 2);
	nets[1] = prefix(key(0, 0x0a000000), 105, 2);
	assert_int_equal(flatten(2), 3);
	nets[2] = prefix(key(0, 0x0a000000), 104, 3);
	assert_int_equal(flatten(3), -EEXIST);
}

static void random_nets(int *n, unsigned int min, unsigned int max)
{
	int i, k = 0;

	for (i = 0; i < *n; i++) {
		/* few different bits, so that many are nested */
		u64 hi = (u64)(rand() % 4) << 62 | (u64)(rand() % 4) << 31;
		u64 lo = (u64)(rand() % 8) << 61 | (u64)(rand() % 16) << 28 |
			 rand() % 8;

		nets[i] = prefix(key(hi, lo), min + rand() % (max - min + 1),
				 rand() % 16);
	}
	qsort(nets, *n, sizeof(*nets), venet_prefix_cmp);
	for (i = 0; i < *n; i++)
		if (!k || venet_prefix_cmp(&nets[k - 1], &nets[i]))
			nets[k++] = nets[i];
	*n = k;
}

static void test_random(void **state)
{
	int round, n, count;

	srand(1);
	for (round = 0; round < 300; round++) {
		n = 1 + rand() % (round % 10 ? 40 : NETS);
		random_nets(&n, round % 3 ? 0 : 96, 128);
		count = flatten(n);
		ranges_are_sound(count, 2 * n + 1);
		all_ends_agree(n, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
