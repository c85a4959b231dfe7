// SPDX-License-Identifier: GPL-2.0-only
/* Virtual Ethernet devices: NETIF, what is chosen, changes of its list. */
#include "netif.h"
#include "util.h"

static char *value_of(const struct vz_netifs *list)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	vz_netifs_put(list, f);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void becomes(const char *value, const char *expect)
{
	struct vz_netifs list;
	char *text;

	if (vz_netifs_parse(&list, value))
		fail_msg("\"%s\" was refused", value);
	text = value_of(&list);
	assert_string_equal(text, expect);
	free(text);
	vz_netifs_free(&list);
}

static void test_parse(void **state)
{
	becomes(NULL, "");
	becomes("", "");
	becomes(";;", "");
	becomes("ifname=eth0", "ifname=eth0");
	becomes("mac_filter=off,host_mac=fe:18:51:0a:0b:0c,host_ifname=veth1.0,mac=00:18:51:aa:bb:cc,bridge=br0,ifname=eth0",
		"ifname=eth0,bridge=br0,mac=00:18:51:AA:BB:CC,host_ifname=veth1.0,host_mac=FE:18:51:0A:0B:0C,mac_filter=off");
	becomes("ifname=eth0,bridge=,mac=,;ifname=eth1,mac_filter=on;",
		"ifname=eth0;ifname=eth1,mac_filter=on");
	/* as libvirt names the host's end */
	becomes("ifname=eth1,host_ifname=veth101.1.",
		"ifname=eth1,host_ifname=veth101.1.");
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"eth0", "bridge=br0", "ifname=", "ifname=eth0,what=x",
		"ifname=eth0,mac=00:18", "ifname=eth0,mac=00:18:51:00:00:0g",
		"ifname=eth0,mac=00:18:51:00:00:001",
		"ifname=eth0,mac=00-18-51-00-00-01",
		"ifname=eth0,mac=00:00:00:00:00:00",
		"ifname=eth0,host_mac=01:00:5e:00:00:01",
		"ifname=eth0,host_mac=ff:ff:ff:ff:ff:ff",
		"ifname=eth0,mac_filter=perhaps", "ifname=..", "ifname=a/b",
		"ifname=a b", "ifname=eth%d", "ifname=$(x)", "ifname=a\"b",
		"ifname=0123456789abcdef", "ifname=eth0,bridge=0123456789abcdef",
		"ifname=eth0;ifname=eth0", "ifname=eth0;bridge=br0",
	};
	struct vz_netifs list;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!vz_netifs_parse(&list, bad[i]))
			fail_msg("\"%s\" was accepted", bad[i]);
}

static void add_becomes(const char *words, const char *expect)
{
	struct vz_netif nif;
	struct vz_netifs list = { &nif, 1 };
	char *text;

	if (vz_netif_parse_add(&nif, words))
		fail_msg("\"%s\" was refused", words);
	text = value_of(&list);
	assert_string_equal(text, expect);
	free(text);
}

static void test_add(void **state)
{
	static const char *const bad[] = {
		"", ",", ",00:18:51:00:00:01", "eth0,x", "eth0,,,,,",
		"eth0,,,,br0,x", "eth0 eth1", "eth0,,a/b",
	};
	struct vz_netif nif;
	size_t i;

	add_becomes("eth0", "ifname=eth0");
	add_becomes("eth0,,,,", "ifname=eth0");
	add_becomes("eth0,,,,br0", "ifname=eth0,bridge=br0");
	add_becomes("eth1,52:54:00:12:34:56,veth101.1.,52:54:00:65:43:21,br0",
		    "ifname=eth1,bridge=br0,mac=52:54:00:12:34:56,host_ifname=veth101.1.,host_mac=52:54:00:65:43:21");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!vz_netif_parse_add(&nif, bad[i]))
			fail_msg("\"%s\" was accepted", bad[i]);
}

static void name_is(struct vz_ct *ct, const char *value, const char *ifname,
		    const char *expect)
{
	struct vz_netifs list;
	struct vz_netif nif = {};
	struct vz_error err;

	strcpy(nif.ifname, ifname);
	assert_int_equal(vz_netifs_parse(&list, value), 0);
	if (vz_netif_complete(ct, &list, &nif, &err))
		fail_msg("%s", err.text);
	assert_string_equal(nif.host_ifname, expect);
	assert_memory_equal(nif.mac, "\x00\x18\x51", 3);
	assert_memory_equal(nif.host_mac, "\xfe\x18\x51", 3);
	vz_netifs_free(&list);
}

static void test_names(void **state)
{
	struct fixture *fx = *state;
	struct vz_ct *ct = fx_ct(fx, 101);

	name_is(ct, "", "eth0", "veth101.0");
	name_is(ct, "", "eth12", "veth101.12");
	name_is(ct, "", "lan", "veth101.0");
	name_is(ct, "", "eth99999999999999999999", "veth101.0");
	name_is(ct, "ifname=lan,host_ifname=veth101.0", "eth0", "veth101.1");
	name_is(ct, "ifname=lan,host_ifname=veth101.1;ifname=x,host_ifname=veth101.0",
		"eth1", "veth101.2");
	vz_ct_unref(ct);
	ct = fx_ct(fx, 2147483644);
	name_is(ct, "", "eth0", "v2147483644.0");
	vz_ct_unref(ct);
}

/* What is given is kept, what is chosen differs each time. */
static void test_complete(void **state)
{
	struct fixture *fx = *state;
	struct vz_ct *ct = fx_ct(fx, 101);
	struct vz_netifs list = {};
	struct vz_netif a, b;

	assert_int_equal(vz_netif_parse_add(&a, "eth0,02:00:00:00:00:01,h0"), 0);
	assert_int_equal(vz_netif_complete(ct, &list, &a, NULL), 0);
	assert_memory_equal(a.mac, "\x02\x00\x00\x00\x00\x01", VZ_MAC_LEN);
	assert_string_equal(a.host_ifname, "h0");
	assert_int_equal(vz_netif_parse_add(&b, "eth1"), 0);
	assert_int_equal(vz_netif_complete(ct, &list, &b, NULL), 0);
	assert_memory_not_equal(a.host_mac, b.host_mac, VZ_MAC_LEN);
	vz_ct_unref(ct);
}

static int change(struct vz_ct *ct, const struct vz_netif_change *changes,
		  size_t n, const char *expect)
{
	struct vz_error err = {};
	char *value = NULL;

	if (vz_ct_netif(ct, changes, n, &value, &err)) {
		assert_null(value);
		return err.code;
	}
	assert_string_equal(value, expect);
	free(value);
	return 0;
}

#define ADD(w)		{ VZ_NETIF_ADD, w, NULL, NULL }
#define DEL(w)		{ VZ_NETIF_DEL, w, NULL, NULL }
#define SET(w, k, v)	{ VZ_NETIF_SET, w, k, v }
#define CHANGE(ct, expect, ...) ({					\
	const struct vz_netif_change c[] = { __VA_ARGS__ };		\
	change(ct, c, ARRAY_SIZE(c), expect); })

#define ETH0	"ifname=eth0,mac=02:00:00:00:00:01,host_ifname=h0,host_mac=02:00:00:00:00:02"
#define ETH1	"ifname=eth1,bridge=br0,mac=02:00:00:00:00:03,host_ifname=h1,host_mac=02:00:00:00:00:04"
#define ADD1	"eth1,02:00:00:00:00:03,h1,02:00:00:00:00:04,br0"

static void test_change(void **state)
{
	struct fixture *fx = *state;
	struct vz_ct *ct;

	fx_write(fx, "etc/conf/101.conf", "NETIF=\"" ETH0 "\"\n");
	ct = fx_ct(fx, 101);
	assert_int_equal(CHANGE(ct, ETH0 ";" ETH1, ADD(ADD1)), 0);
	assert_int_equal(CHANGE(ct, "ifname=eth0,bridge=br1,mac=02:00:00:00:00:01,host_ifname=h0,host_mac=02:00:00:00:00:02",
				ADD("eth0,,,,br1")), 0);
	assert_int_equal(CHANGE(ct, "", DEL("all")), 0);
	assert_int_equal(CHANGE(ct, ETH1, ADD(ADD1), DEL("eth0")), 0);
	assert_int_equal(CHANGE(ct, ETH0, ADD("eth0,02:00:00:00:00:01,h0,02:00:00:00:00:02"),
				DEL("eth0")), 0);
	assert_int_equal(CHANGE(ct, ETH0 ",mac_filter=off",
				SET("eth0", "mac_filter", "off")), 0);
	assert_int_equal(CHANGE(ct, ETH0 ";ifname=eth1,bridge=br2,mac=02:00:00:00:00:03,host_ifname=h1,host_mac=02:00:00:00:00:04",
				ADD(ADD1), SET("eth1", "bridge", "br2")), 0);
	assert_int_equal(CHANGE(ct, ETH0, ADD("eth0,,,,br1"),
				SET("eth0", "bridge", "")), 0);
	assert_string_equal(fx->log, "");
	assert_int_equal(CHANGE(ct, ETH0, DEL("eth7")), 0);
	assert_string_equal(fx->log,
			    "101 Container does not have configured veth: eth7, skipped\n");
	vz_ct_unref(ct);
}

static void test_change_refused(void **state)
{
	struct fixture *fx = *state;
	struct vz_ct *ct;

	fx_write(fx, "etc/conf/101.conf", "NETIF=\"" ETH0 "\"\n");
	ct = fx_ct(fx, 101);
	assert_int_equal(CHANGE(ct, "", ADD("eth1,x")), VZ_E_INVALID_VALUE);
	assert_int_equal(CHANGE(ct, "", ADD("eth1,,h0")), VZ_E_INVALID_VALUE);
	assert_int_equal(CHANGE(ct, "", SET("eth0", "mac", "1")),
			 VZ_E_INVALID_VALUE);
	assert_int_equal(CHANGE(ct, "", SET("eth0", "ifname", "eth1")),
			 VZ_E_INVALID_VALUE);
	assert_int_equal(CHANGE(ct, "", SET("eth0", "what", "1")),
			 VZ_E_INVALID_VALUE);
	assert_int_equal(CHANGE(ct, "", SET("eth9", "mac", "02:00:00:00:00:09")),
			 VZ_E_INVALID_SYNTAX);
	assert_int_equal(CHANGE(ct, "", DEL("eth0"),
				SET("eth0", "bridge", "br0")),
			 VZ_E_INVALID_SYNTAX);
	fx_expect(fx, "etc/conf/101.conf", "NETIF=\"" ETH0 "\"\n");
	vz_ct_unref(ct);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_add),
		fx_test(test_names),
		fx_test(test_complete),
		fx_test(test_change),
		fx_test(test_change_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
