// SPDX-License-Identifier: GPL-2.0-only
/* Values: what is accepted and what is stored. */
#include "param.h"
#include "util.h"

static void check(const struct vz_param *param, bool cmdline,
		  const char *value, const char *expect)
{
	struct vz_error err;
	char *out = NULL, *again = NULL;
	int ret;

	assert_non_null(param);
	ret = vz_param_parse(param, value, cmdline, &out, &err);
	if (!expect) {
		if (!ret)
			fail_msg("%s: \"%s\" was accepted as \"%s\"",
				 param->name, value, out);
		assert_int_equal(err.code, VZ_E_INVALID_VALUE);
		return;
	}
	if (ret)
		fail_msg("%s: \"%s\": %s", param->name, value, err.text);
	assert_string_equal(out, expect);
	/* what is stored is read back as the same */
	ret = vz_param_parse(vz_param_by_name(param->name), out, false,
			     &again, &err);
	if (ret)
		fail_msg("%s: \"%s\": %s", param->name, out, err.text);
	assert_string_equal(again, out);
	free(again);
	free(out);
}

static void file(const char *name, const char *value, const char *expect)
{
	check(vz_param_by_name(name), false, value, expect);
}

static void option(const char *name, const char *value, const char *expect)
{
	check(vz_param_by_option(name), true, value, expect);
}

static void test_limits(void **state)
{
	file("KMEMSIZE", "14372700:14790164", "14372700:14790164");
	file("KMEMSIZE", "5", "5");
	file("KMEMSIZE", "5:5", "5");
	file("KMEMSIZE", "1k:2K", "1024:2048");
	file("KMEMSIZE", "1.5k", "1536");
	file("KMEMSIZE", "2P", "8192");
	file("KMEMSIZE", "unlimited", "unlimited");
	file("KMEMSIZE", "UNLIMITED:unlimited", "unlimited");
	file("KMEMSIZE", "1:unlimited", "1:unlimited");
	file("KMEMSIZE", "9223372036854775807", "unlimited");
	file("KMEMSIZE", "18446744073709551615", "unlimited");
	file("KMEMSIZE", "99999999999999999999999", "unlimited");
	file("KMEMSIZE", "99999999999T", "unlimited");
	file("KMEMSIZE", "9223372036854775806", "9223372036854775806");
	file("PHYSPAGES", "0:256M", "0:65536");
	file("PHYSPAGES", "0:1.5G", "0:393216");
	file("PHYSPAGES", "65536:69632", "65536:69632");
	file("PHYSPAGES", "4096B", "1");
	file("PHYSPAGES", "1B", "1");
	file("PHYSPAGES", "0", "0");
	file("PHYSPAGES", "3P", "3");
	file("DISKSPACE", "2G:2.2G", "2097152:2306867");
	file("DISKSPACE", "1G:1.1G", "1048576:1153434");
	file("DISKSPACE", "1048576", "1048576");
	file("DISKINODES", "131072:144179", "131072:144179");
	file("NUMPROC", "240:240", "240");
	file("DCACHE", "7", "7");
	option("numproc", "unlimited", "unlimited");
	option("numproc", "40:unlimited", "40:unlimited");
}

static void test_bad_limits(void **state)
{
	static const char *const bad[] = {
		"", ":", "1:", ":1", "1:2:3", "-1", "+1", " 1", "1 ", "x",
		"1X", "1KB", "0x10", "1e3", "unlimite", "unlimited1", "1.5",
		".", ".K", "1..5K", "1,5K", "K", "1 K", "nan", "inf",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		file("KMEMSIZE", bad[i], NULL);
		file("PHYSPAGES", bad[i], NULL);
		file("DISKSPACE", bad[i], NULL);
	}
	file("NUMPROC", "1K", NULL);
	file("DISKINODES", "1M", NULL);
}

static void test_ram(void **state)
{
	option("ram", "512M", "0:131072");
	option("ram", "536870912", "0:131072");
	option("ram", "1.5g", "0:393216");
	option("ram", "unlimited", "0:unlimited");
	option("ram", "0", NULL);
	option("ram", "1:2", NULL);
	option("swap", "0", "0");
	option("swap", "1G", "0:262144");
	/* the variable itself counts in pages */
	assert_string_equal(vz_param_by_option("ram")->name, "PHYSPAGES");
	assert_string_equal(vz_param_by_name("PHYSPAGES")->option,
			    "physpages");
	option("physpages", "512", "512");
}

static void test_value_limits(void **state)
{
	uint64_t b = 1, l = 1;

	assert_int_equal(vz_value_limits("0:unlimited", &b, &l), 0);
	assert_true(b == 0 && l == LONG_MAX);
	assert_int_equal(vz_value_limits("42", &b, &l), 0);
	assert_true(b == 42 && l == 42);
	assert_int_equal(vz_value_limits("4K", &b, &l), -EINVAL);
}

static void test_numbers(void **state)
{
	file("CPUUNITS", "8", "8");
	file("CPUUNITS", "0500000", "500000");
	file("CPUUNITS", "7", NULL);
	file("CPUUNITS", "500001", NULL);
	file("CPUUNITS", "99999999999999999999999", NULL);
	file("IOPRIO", "7", "7");
	file("IOPRIO", "8", NULL);
	file("CPULIMIT", "150", "150");
	file("CPULIMIT", "25%", "25%");
	file("CPULIMIT", "%", NULL);
	file("IOLIMIT", "10", "10");
	file("IOLIMIT", "1M", "1048576");
	file("IOLIMIT", "unlimited", "0");
	check(vz_param_by_name("IOLIMIT"), true, "10", "10485760");
	file("VM_OVERCOMMIT", "1.5", "1.5");
	file("VM_OVERCOMMIT", "1e9", NULL);
	file("VM_OVERCOMMIT", ".", NULL);
	file("MEMINFO", "privvmpages:1", "privvmpages:1");
	file("MEMINFO", "none", "none");
	file("MEMINFO", "pages:0", NULL);
	file("CPUMASK", "0-3,5", "0-3,5");
	file("CPUMASK", "all", "all");
	file("CPUMASK", "3-1", NULL);
	file("CPUMASK", "", NULL);
	option("bootorder", "10", "10");
	option("bootorder", "-1", NULL);
	option("stop-timeout", "30", "30");
}

static void test_words(void **state)
{
	option("onboot", "ON", "yes");
	option("onboot", "0", "no");
	option("onboot", "maybe", NULL);
	option("hostname", "a.b-c_d", "a.b-c_d");
	option("hostname", "", NULL);
	option("hostname", "-a", NULL);
	option("hostname", "a b", NULL);
	option("hostname", "a;reboot", NULL);
	option("hostname", "a\nb", NULL);
	option("hostname",
	       "a123456789012345678901234567890123456789012345678901234567890123",
	       "a123456789012345678901234567890123456789012345678901234567890123");
	option("hostname",
	       "a1234567890123456789012345678901234567890123456789012345678901234",
	       NULL);
	option("name", "web server+1.x_y", "web server+1.x_y");
	option("name", "", "");
	option("name", "..", NULL);
	option("name", "a/b", NULL);
	option("name", "-x", NULL);
	option("ostemplate", "debian-12-x86_64-minimal",
	       "debian-12-x86_64-minimal");
	option("ostemplate", "../x", NULL);
	option("ostemplate", "..", NULL);
	option("description", "any \"text\", {json: 1}",
	       "any \"text\", {json: 1}");
	option("description", "two\nlines", NULL);
	option("description", "\033[2J", NULL);
	option("root", "/vz/root/$VEID", "/vz/root/$VEID");
	option("root", "vz", NULL);
	option("root", "/vz/../etc", NULL);
	option("private", "/vz/a..b/x", "/vz/a..b/x");
	file("NETFILTER", "Full", "full");
	file("NETFILTER", "some", NULL);
	file("VE_LAYOUT", "simfs", "simfs");
	file("VE_LAYOUT", "ploop:raw", "ploop:raw");
	file("VE_LAYOUT", "zfs", NULL);
}

static void test_lists(void **state)
{
	option("capability", "net_admin:on,SYS_TIME:off",
	       "NET_ADMIN:on SYS_TIME:off");
	option("capability", "sys_time:off net_admin:on, sys_time:on",
	       "NET_ADMIN:on SYS_TIME:on");
	option("capability", "ve_admin:on", "VE_ADMIN:on");
	option("capability", "net_admin", NULL);
	option("capability", "net_admin:maybe", NULL);
	option("capability", "nothing:on", NULL);
	option("features", "NFS:on,sysfs:off", "sysfs:off nfs:on");
	option("features", "zfs:on", NULL);
	option("devnodes", "net/tun:wr", "net/tun:rw");
	option("devnodes", "/dev/fuse:rwq", "fuse:rwq");
	option("devnodes", "fuse:none", "fuse:none");
	option("devnodes", "fuse:r fuse:rw", "fuse:rw");
	option("devnodes", "fuse:rr", NULL);
	option("devnodes", "fuse", NULL);
	option("devnodes", "../sda:rw", NULL);
	option("devnodes", "a/../b:rw", NULL);
	option("devnodes", "/etc/passwd:rw", NULL);
	option("devnodes", ":rw", NULL);
	file("DEVICES", "b:8:1:rw c:10:all:none", "b:8:1:rw c:10:all:none");
	file("DEVICES", "b:8:1:r b:8:1:w", "b:8:1:w");
	file("DEVICES", "b:7:0:rw", NULL);
	file("DEVICES", "b:8:rw", NULL);
	file("DEVICES", "b::8:1:rw", NULL);
	file("DEVICES", "x:8:1:rw", NULL);
	file("PCI", "0000:03:00.1 04:00.0", "0000:03:00.1 04:00.0");
	file("PCI", "zz", NULL);
}

static void test_network(void **state)
{
	file("IP_ADDRESS", "10.0.0.1  2001:DB8:0::1/64\t10.0.0.2/24",
	     "10.0.0.1 2001:db8::1/64 10.0.0.2/24");
	file("IP_ADDRESS", "10.0.0.1/255.255.255.0 10.0.0.2/32 2001:db8::1/128",
	     "10.0.0.1/24 10.0.0.2 2001:db8::1");
	/* the same address twice: the later network, the earlier place */
	file("IP_ADDRESS", "10.0.0.1 2001:db8::1 10.0.0.1/8 2001:db8:0::1",
	     "10.0.0.1/8 2001:db8::1");
	file("IP_ADDRESS", "", "");
	file("IP_ADDRESS", "0.0.0.0 10.0.0.1 :: ::0", "10.0.0.1");
	file("IP_ADDRESS", "10.0.0.256", NULL);
	file("IP_ADDRESS", "10.0.0.1/33", NULL);
	file("IP_ADDRESS", "2001:db8::1/129", NULL);
	file("IP_ADDRESS", "10.0.0.1/", NULL);
	file("IP_ADDRESS", "10.0.0.1/255.0.255.0", NULL);
	file("IP_ADDRESS", "10.0.0.1,10.0.0.2", NULL);
	file("IP_ADDRESS", "fe80::1/64", NULL);
	file("IP_ADDRESS", "10.0.0.1 127.0.0.1", NULL);
	option("ipadd", "10.0.0.1", "10.0.0.1");
	option("ip", "10.0.0.1\t10.0.0.2", "10.0.0.1 10.0.0.2");
	option("ipdel", "10.0.0.1/24 2001:db8:0::1", "10.0.0.1/24 2001:db8::1");
	option("ipdel", "all", "all");
	option("ipdel", "10.0.0.1 all", "all");
	option("ipdel", "everything", NULL);
	file("RATE", "eth0:1:8", "eth0:1:8");
	file("RATE", "eth0:1:8 *:2:100,3:7  eth0:1:16",
	     "eth0:1:16 venet0:2:100 venet0:3:7");
	file("RATE", "venet0:1:0 15:8796093022", "venet0:1:0 venet0:15:8796093022");
	file("RATE", "none", "none");
	file("RATE", "1:8 0", "none");
	file("RATE", "none 1:8", "venet0:1:8");
	file("RATE", "", "");
	option("rate", "1:8", "venet0:1:8");
	option("rate", "1:8,br-lan.5:2:9", "venet0:1:8 br-lan.5:2:9");
	option("rate", "0:8", NULL);
	option("rate", "16:8", NULL);
	option("rate", "1", NULL);
	option("rate", "1:", NULL);
	option("rate", ":1:8", NULL);
	option("rate", "eth0:1", NULL);
	option("rate", "a:b:1:8", NULL);
	option("rate", "sixteen-long-nam:1:8", NULL);
	option("rate", "1:-8", NULL);
	option("rate", "1:8796093023", NULL);
	option("rate", "1:18446744073709551616", NULL);
	option("rate", "nobody", NULL);
	option("ratebound", "on", "yes");
	option("ratebound", "maybe", NULL);
	file("NAMESERVER", "inherit", "inherit");
	file("NAMESERVER", "8.8.8.8 ::1", "8.8.8.8 ::1");
	file("NAMESERVER", "example.org", NULL);
	file("SEARCHDOMAIN", "a.example b.example", "a.example b.example");
	file("SEARCHDOMAIN", "a;b", NULL);
	file("NETDEV", "eth1 eth2", "eth1 eth2");
	file("NETDEV", "eth1 eth2 eth1", "eth1 eth2");
	file("NETDEV", "../x", NULL);
	file("NETDEV", "eth1 lo", NULL);
	file("NETDEV", "venet0", NULL);
	file("NETDEV", "tap3", NULL);
	option("netdev_add", "eth1", "eth1");
	option("netdev_del", "eth1 eth2", "eth1 eth2");
	option("netdev_del", "tun0", NULL);
	file("NETIF",
	     "host_ifname=veth1.0,ifname=eth0,mac=00:18:51:00:00:01;ifname=eth1,mac_filter=off",
	     "ifname=eth0,mac=00:18:51:00:00:01,host_ifname=veth1.0;ifname=eth1,mac_filter=off");
	file("NETIF", "bridge=br0", NULL);
	file("NETIF", "ifname=eth0,mac=00:18", NULL);
	file("NETIF", "ifname=eth0,what=x", NULL);
}

static void add(const char *name, const char *value, const char *more,
		const char *expect)
{
	struct vz_error err;
	char *out;

	if (vz_param_add(vz_param_by_name(name), value, more, &out, &err))
		fail_msg("%s", err.text);
	assert_string_equal(out, expect);
	free(out);
}

static void test_add(void **state)
{
	add("CAPABILITY", "NET_ADMIN:on SYS_TIME:off", "SYS_TIME:on",
	    "NET_ADMIN:on SYS_TIME:on");
	add("DEVNODES", "fuse:rw net/tun:r", "net/tun:none",
	    "fuse:rw net/tun:none");
	add("DEVNODES", NULL, "fuse:rw", "fuse:rw");
	add("NETDEV", "eth1 eth2", "eth1 eth3", "eth1 eth2 eth3");
	add("HOSTNAME", "a", "b", "b");
	add("RATE", "eth0:1:8 venet0:2:8", "2:16 eth1:1:8",
	    "eth0:1:8 venet0:2:16 eth1:1:8");
	add("RATE", "eth0:1:8", "none", "none");
	add("RATE", "none", "1:8", "venet0:1:8");
	add("IP_ADDRESS", "10.0.0.1 2001:db8::1", "10.0.0.2 2001:DB8::1/64",
	    "10.0.0.1 2001:db8::1/64 10.0.0.2");
	/* repeated options add up, but to what is stored they do not add */
	add("NAMESERVER", "10.0.0.1", "10.0.0.2", "10.0.0.2");
}

static void take_from(const char *name, const char *value, const char *gone,
		      const char *expect)
{
	const struct vz_param *param = vz_param_by_name(name);
	struct vz_error err;
	char *out, *target;

	if (vz_param_take(param, value, gone, &out, &err))
		fail_msg("%s", err.text);
	assert_string_equal(out, expect);
	free(out);
	target = vz_param_target(param);
	assert_memory_equal(target, name, strlen(name) - 1);
	assert_int_equal(strlen(target), strlen(name) - 1);
	free(target);
}

static void take(const char *value, const char *gone, const char *expect)
{
	take_from("IP_ADDRESS-", value, gone, expect);
}

static void test_take(void **state)
{
	take("10.0.0.1 10.0.0.2/24 2001:db8::1", "10.0.0.2",
	     "10.0.0.1 2001:db8::1");
	take("10.0.0.1/8 10.0.0.2", "10.0.0.1/24 10.9.9.9", "10.0.0.2");
	take("10.0.0.1 2001:db8::1", "2001:db8:0:0::1", "10.0.0.1");
	take("10.0.0.1 2001:db8::1", "all", "");
	take(NULL, "10.0.0.1", "");
	take_from("NETDEV-", "eth1 eth10 eth2", "eth1 eth3", "eth10 eth2");
	take_from("NETDEV-", "eth1", "eth1", "");
}

static void test_messages(void **state)
{
	struct vz_error err;
	char *out;

	assert_int_equal(vz_param_parse(vz_param_by_option("onboot"), "x",
					true, &out, &err), -EINVAL);
	assert_string_equal(err.text, "Bad parameter for --onboot: x");
	assert_int_equal(vz_param_parse(vz_param_by_option("onboot"), "x",
					false, &out, &err), -EINVAL);
	assert_string_equal(err.text,
			    "Bad value for ONBOOT: \"x\" (has to be: yes|no)");
	assert_int_equal(vz_param_parse(vz_param_by_option("onboot"), "x",
					false, &out, NULL), -EINVAL);
}

/* The table itself: names and options are unique, defaults are valid. */
static void test_table(void **state)
{
	const struct vz_param *p = NULL, *q;

	while ((p = vz_param_next(p))) {
		const char *def = vz_param_default(p->name);

		assert_non_null(p->arg);
		assert_true(!!p->option == !!(p->flags & VZ_PARAM_SET));
		if (p->option)
			assert_ptr_equal(vz_param_by_option(p->option), p);
		q = vz_param_by_name(p->name);
		assert_non_null(q);
		assert_true(q == p || p->option);
		if (def)
			file(p->name, def, def);
	}
	assert_null(vz_param_by_name("NO_SUCH"));
	assert_null(vz_param_by_option("no-such"));
	assert_string_equal(vz_param_by_name("IPTENTRIES")->name, "NUMIPTENT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bad_limits),
		cmocka_unit_test(test_ram),
		cmocka_unit_test(test_value_limits),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
