// SPDX-License-Identifier: GPL-2.0-only
/* ARP and neighbour discovery packets, byte by byte. */
#include <net/if_arp.h>

#include "packet.h"
#include "util.h"

static const uint8_t mac[6] = { 0x00, 0x18, 0x51, 0xaa, 0xbb, 0xcc };
static const uint8_t other[6] = { 0x02, 0, 0, 0, 0, 0x01 };

static void test_arp_question(void **state)
{
	static const uint8_t expect[VZ_ARP_FRAME] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x00, 0x18, 0x51, 0xaa, 0xbb, 0xcc, 0x08, 0x06,
		0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01,
		0x00, 0x18, 0x51, 0xaa, 0xbb, 0xcc, 10, 0, 0, 1,
		0, 0, 0, 0, 0, 0, 10, 0, 0, 5,
	};
	static const uint8_t from[4] = { 10, 0, 0, 1 }, to[4] = { 10, 0, 0, 5 };
	uint8_t frame[VZ_ARP_FRAME];

	memset(frame, 0xee, sizeof(frame));
	vz_arp_question(mac, from, to, frame);
	assert_memory_equal(frame, expect, sizeof(expect));
}

static void test_arp_read(void **state)
{
	struct vz_arp_packet arp = { .op = ARPOP_REPLY }, back;
	uint8_t frame[VZ_ARP_FRAME];
	size_t len;

	memcpy(arp.eth_dst, mac, 6);
	memcpy(arp.eth_src, other, 6);
	memcpy(arp.sender_mac, other, 6);
	memcpy(arp.sender_ip, "\x0a\0\0\x05", 4);
	memcpy(arp.target_mac, mac, 6);
	memcpy(arp.target_ip, "\x0a\0\0\x01", 4);
	vz_arp_build(&arp, frame);
	memset(&back, 0, sizeof(back));
	assert_int_equal(vz_arp_read(frame, sizeof(frame), &back), 0);
	assert_memory_equal(&back, &arp, sizeof(arp));
	/* padding is not needed, all the rest is */
	assert_int_equal(vz_arp_read(frame, 42, &back), 0);
	for (len = 0; len < 42; len++)
		assert_int_equal(vz_arp_read(frame, len, &back), -EINVAL);
	for (len = 12; len < 20; len++) {
		frame[len] ^= 0x40;
		assert_int_equal(vz_arp_read(frame, 60, &back), -EINVAL);
		frame[len] ^= 0x40;
	}
}

static void test_nd_question(void **state)
{
	static const uint8_t target[16] = {
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x23, 0x45,
		0x67
	};
	static const uint8_t expect[VZ_ND_FRAME] = {
		0x33, 0x33, 0xff, 0x23, 0x45, 0x67,
		0x00, 0x18, 0x51, 0xaa, 0xbb, 0xcc, 0x86, 0xdd,
		0x60, 0, 0, 0, 0, 24, 58, 255,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x23, 0x45, 0x67,
		/* with its checksum */
		135, 0, 0xc0, 0xda, 0, 0, 0, 0,
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x23, 0x45,
		0x67
	};
	uint8_t frame[VZ_ND_FRAME];

	vz_nd_question(mac, target, frame);
	assert_memory_equal(frame, expect, sizeof(expect));
}

/* An advertisement that tells a hardware address other than its sender. */
static const uint8_t advert[86] = {
	0x33, 0x33, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 1, 0x86, 0xdd,
	0x60, 0, 0, 0, 0, 32, 58, 255,
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 1,
	0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	136, 0, 0x29, 0x5e, 0x20, 0, 0, 0,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5,
	2, 1, 0x02, 0, 0, 0, 0, 2,
};

static void test_nd_read(void **state)
{
	uint8_t frame[sizeof(advert)], target[16], from[6];
	size_t len, i;

	memcpy(frame, advert, sizeof(frame));
	assert_int_equal(vz_nd_read(frame, sizeof(frame), target, from), 0);
	assert_memory_equal(target, advert + 62, 16);
	/* that of the option, not that of the frame */
	assert_memory_equal(from, advert + 80, 6);
	for (len = 0; len < sizeof(frame); len++)
		assert_int_equal(vz_nd_read(frame, len, target, from), -EINVAL);
	/* every bit of the message counts for the checksum */
	for (i = 54; i < sizeof(frame); i++) {
		frame[i] ^= 1;
		assert_int_equal(vz_nd_read(frame, sizeof(frame), target, from),
				 -EINVAL);
		frame[i] ^= 1;
	}
	/* a hop limit of less: it came through a router */
	frame[21] = 254;
	assert_int_equal(vz_nd_read(frame, sizeof(frame), target, from),
			 -EINVAL);
}

/* Whatever the options are, reading ends, and within the frame. */
static void test_nd_options(void **state)
{
	uint8_t frame[sizeof(advert)], target[16], from[6];
	unsigned int type, len;
	uint16_t sum;

	for (type = 0; type < 256; type++) {
		for (len = 0; len < 256; len++) {
			memcpy(frame, advert, sizeof(frame));
			frame[78] = type;
			frame[79] = len;
			/* keeps the checksum right */
			sum = 0x295e + 0x0201 - (type << 8 | len);
			if (0x295e + 0x0201 < (int)(type << 8 | len))
				sum--;
			frame[56] = sum >> 8;
			frame[57] = sum;
			if (vz_nd_read(frame, sizeof(frame), target, from))
				fail_msg("type %u, length %u", type, len);
			if (type != 2 || len != 1)
				assert_memory_equal(from, advert + 6, 6);
		}
	}
}

static void test_mac(void **state)
{
	char text[18];

	static const char *const bad[] = {
		"", "00:18:51:aa:bb", "00:18:51:aa:bb:cc:dd", "0:18:51:aa:bb:cc",
		"00:18:51:aa:bb:cg", "00-18-51-aa-bb-cc", "001851aabbcc",
		" 00:18:51:aa:bb:c", "everybody",
	};
	uint8_t back[6];
	size_t i;

	assert_string_equal(vz_mac_format(mac, text), "00:18:51:aa:bb:cc");
	assert_int_equal(vz_mac_parse("00:18:51:AA:bb:cc", back), 0);
	assert_memory_equal(back, mac, 6);
	assert_int_equal(vz_mac_parse("broadcast", back), 0);
	assert_memory_equal(back, "\xff\xff\xff\xff\xff\xff", 6);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!vz_mac_parse(bad[i], back))
			fail_msg("%s", bad[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp_question),
		cmocka_unit_test(test_arp_read),
		cmocka_unit_test(test_nd_question),
		cmocka_unit_test(test_nd_read),
		cmocka_unit_test(test_nd_options),
		cmocka_unit_test(test_mac),
	};

	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
