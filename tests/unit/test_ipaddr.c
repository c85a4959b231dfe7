// SPDX-License-Identifier: GPL-2.0-only
/* IP addresses: text, networks, lists. */
#include "ipaddr.h"
#include "util.h"

static struct vz_ip parse(const char *text)
{
	struct vz_ip ip;

	if (vz_ip_parse(text, &ip))
		fail_msg("\"%s\" was refused", text);
	return ip;
}

static void text_is(const char *in, const char *alone, const char *net)
{
	struct vz_ip ip = parse(in);
	char text[VZ_IP_TEXT];

	assert_string_equal(vz_ip_format(&ip, text), alone);
	assert_string_equal(vz_ip_format_net(&ip, text), net);
}

static void test_text(void **state)
{
	text_is("10.1.2.3", "10.1.2.3", "10.1.2.3");
	text_is("10.1.2.3/32", "10.1.2.3", "10.1.2.3");
	text_is("10.1.2.3/0", "10.1.2.3", "10.1.2.3/0");
	text_is("10.1.2.3/255.255.255.252", "10.1.2.3", "10.1.2.3/30");
	text_is("10.1.2.3/0.0.0.0", "10.1.2.3", "10.1.2.3/0");
	text_is("10.1.2.3/255.255.255.255", "10.1.2.3", "10.1.2.3");
	text_is("2001:DB8:0:0:0:0:0:1", "2001:db8::1", "2001:db8::1");
	text_is("2001:db8::1/64", "2001:db8::1", "2001:db8::1/64");
	text_is("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127");
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"", "/", "10", "10.0.0", "10.0.0.1.2", "10.0.0.256", "0x1.2.3.4",
		" 10.0.0.1", "10.0.0.1 ", "10.0.0.1/", "10.0.0.1/33",
		"10.0.0.1/-1", "10.0.0.1/1/1", "10.0.0.1/255.255.0.255",
		"2001:db8::1/129", "2001:db8::1/ffff::", "2001:db8::1%eth0",
		"1:2:3:4:5:6:7:8:9", ":", "host.example",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/64",
	};
	struct vz_ip ip;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!vz_ip_parse(bad[i], &ip))
			fail_msg("\"%s\" was accepted", bad[i]);
}

static void in(const char *address, const char *network, bool expect)
{
	struct vz_ip ip = parse(address), net = parse(network);

	if (vz_ip_in(&ip, &net) != expect)
		fail_msg("%s in %s", address, network);
}

static void test_networks(void **state)
{
	in("10.1.2.3", "10.1.2.0/24", true);
	in("10.1.3.3", "10.1.2.0/24", false);
	in("10.1.2.3", "0.0.0.0/0", true);
	in("10.1.2.3", "10.1.2.3", true);
	in("10.1.2.2", "10.1.2.3", false);
	in("10.1.2.7", "10.1.2.1/29", true);
	in("10.1.2.8", "10.1.2.1/29", false);
	in("128.0.0.1", "0.0.0.0/1", false);
	in("10.1.2.3", "::/0", false);
	in("2001:db8::5", "2001:db8::/64", true);
	in("2001:db8:0:1::5", "2001:db8::/64", false);
	in("2001:db8:0:1::5", "2001:db8::/63", true);
	in("2001:db8::5", "2001:db8::5", true);
	in("2001:db8::4", "2001:db8::5", false);
}

static void test_usable(void **state)
{
	static const struct {
		const char	*text;
		bool		usable;
	} cases[] = {
		{ "10.0.0.1", true }, { "192.0.2.255", true },
		{ "169.254.1.1", true }, { "250.0.0.1", true },
		{ "0.0.0.0", false }, { "0.1.2.3", false },
		{ "127.1.2.3", false }, { "224.0.0.1", false },
		{ "239.255.255.255", false }, { "255.255.255.255", false },
		{ "2001:db8::1", true }, { "fd00::1", true },
		{ "::", false }, { "::1", false }, { "fe80::1", false },
		{ "febf::1", false }, { "fec0::1", true }, { "ff02::1", false },
		{ "::ffff:10.0.0.1", false },
	};
	struct vz_ip ip;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ip = parse(cases[i].text);
		if (vz_ip_usable(&ip) != cases[i].usable)
			fail_msg("%s", cases[i].text);
	}
}

static void list_is(const struct vz_ips *ips, const char *expect)
{
	char *text = vz_ips_text(ips, true);

	assert_string_equal(text, expect);
	free(text);
}

static void test_lists(void **state)
{
	struct vz_ips ips = {};
	struct vz_ip ip;
	char *text;

	assert_int_equal(vz_ips_parse(&ips, NULL), 0);
	assert_int_equal(ips.n, 0);
	assert_int_equal(vz_ips_parse(&ips, " 10.0.0.1/8\t2001:db8::1 :: "), 0);
	list_is(&ips, "10.0.0.1/8 2001:db8::1");
	assert_int_equal(vz_ips_parse(&ips, "10.0.0.1 10.0.0.2 10.0.0.3"), 0);
	list_is(&ips, "10.0.0.1 2001:db8::1 10.0.0.2 10.0.0.3");
	ip = parse("10.0.0.2/24");
	assert_non_null(vz_ips_find(&ips, &ip));
	vz_ips_del(&ips, &ip);
	assert_null(vz_ips_find(&ips, &ip));
	vz_ips_del(&ips, &ip);
	list_is(&ips, "10.0.0.1 2001:db8::1 10.0.0.3");
	ip = parse("10.0.0.3");
	vz_ips_del(&ips, &ip);
	ip = parse("10.0.0.1");
	vz_ips_del(&ips, &ip);
	list_is(&ips, "2001:db8::1");
	assert_int_equal(vz_ips_parse(&ips, "2001:db8::1/64"), 0);
	text = vz_ips_text(&ips, false);
	assert_string_equal(text, "2001:db8::1");
	free(text);
	assert_int_equal(vz_ips_parse(&ips, "10.0.0.1 nonsense"), -EINVAL);
	vz_ips_free(&ips);
	assert_int_equal(ips.n, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_usable),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests_name("ipaddr", tests, NULL, NULL);
}
