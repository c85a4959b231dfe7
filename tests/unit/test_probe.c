// SPDX-License-Identifier: GPL-2.0-only
/* Questions to the neighbours, and what they are told, on a real network. */
#include <time.h>

#include "net_util.h"

static void probe(const char *address, bool answered)
{
	struct vz_nl *nl = open_nl(-1), *far = open_nl(far_ns);
	struct vz_link link = find(nl, "near0");
	struct vz_probe p = {
		.link = &link, .ip = parse(address), .sender = parse("10.1.0.1")
	};
	struct vz_error err;

	if (vz_probe_run(&p, 1, &link, 1, false, &err))
		fail_msg("%s", err.text);
	if (p.answered != answered)
		fail_msg("%s %s", address, answered ? "was not found" :
			 "was found");
	if (answered)
		assert_memory_equal(p.mac, find(far, "far0").mac, 6);
	vz_nl_close(nl);
	vz_nl_close(far);
}

static void far_proxies(void)
{
	must("ip link add inner0 type veth peer name inner1");
	must("ip link set inner0 up && ip link set inner1 up");
	must("ip addr add 10.5.0.1/24 dev inner0");
	must("ip route add 10.1.0.60 dev inner0");
	must("ip neigh add proxy 10.1.0.60 dev far0");
	must("ip neigh add proxy 2001:db8:1::60 dev far0");
	must("echo 1 >/proc/sys/net/ipv4/conf/far0/forwarding");
	must("echo 1 >/proc/sys/net/ipv4/conf/inner0/forwarding");
	must("echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
	must("echo 1 >/proc/sys/net/ipv6/conf/far0/proxy_ndp");
}

static void test_probes(void **state)
{
	in_far(far_proxies);
	probe("10.1.0.2", true);
	probe("10.1.0.66", false);
	probe("2001:db8:1::2", true);
	probe("2001:db8:1::66", false);
	/* those that the other side answers for, in its own time */
	probe("10.1.0.60", true);
	probe("2001:db8:1::60", true);
}

/* Several at once take no longer than one; one answer may be enough. */
static void test_probes_at_once(void **state)
{
	static const char *const texts[] = {
		"10.1.0.66", "10.1.0.2", "2001:db8:1::66", "2001:db8:1::2",
	};
	struct vz_nl *nl = open_nl(-1);
	struct vz_link link = find(nl, "near0");
	struct vz_probe p[4] = {};
	struct vz_error err;
	struct timespec a, b;
	size_t i;

	for (i = 0; i < 4; i++)
		p[i] = (struct vz_probe){ .link = &link, .ip = parse(texts[i]) };
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(vz_probe_run(p, 4, &link, 1, false, &err), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true(b.tv_sec - a.tv_sec <= 2);
	for (i = 0; i < 4; i++)
		assert_int_equal(p[i].answered, i & 1);
	for (i = 0; i < 4; i++)
		p[i].answered = false;
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(vz_probe_run(p, 4, &link, 1, true, &err), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true((b.tv_sec - a.tv_sec) * 1000 +
		    (b.tv_nsec - a.tv_nsec) / 1000000 < 900);
	vz_nl_close(nl);
}

static void far_believes(void)
{
	must("ip neigh replace 10.1.0.70 lladdr 02:00:00:00:00:99 nud stale dev far0");
	must("ip neigh replace 2001:db8:1::70 lladdr 02:00:00:00:00:99 nud stale dev far0");
}

static void far_knows(void)
{
	must_soon("ip neigh show dev far0 | grep -qi '^10.1.0.70 lladdr 02:00:00:00:00:77'");
	must_soon("ip -6 neigh show dev far0 | grep -qi '^2001:db8:1::70 lladdr 02:00:00:00:00:77'");
}

/* Neighbours that have seen an address elsewhere look for it here now. */
static void test_announce(void **state)
{
	struct vz_nl *nl = open_nl(-1);
	struct vz_link link = find(nl, "near0");
	struct vz_ip v4 = parse("10.1.0.70"), v6 = parse("2001:db8:1::70");

	in_far(far_believes);
	assert_int_equal(vz_announce(&link, &v4), 0);
	assert_int_equal(vz_announce(&link, &v6), 0);
	in_far(far_knows);
	vz_nl_close(nl);
}

/* -------------------------------------------------------------- arpsend -- */

static char answer[64];

static void keep_answer(void *data, const char *address, const char *mac)
{
	snprintf(answer, sizeof(answer), "%s %s", address, mac);
}

static int run_arp(int kind, const char *source, const char *target)
{
	const char *const targets[] = { target, NULL };
	struct vz_arp arp = {
		.kind = kind, .device = "near0", .count = 1, .interval = 1,
		.source = source, .targets = targets, .once = true,
		.answer = keep_answer,
	};
	struct vz_error err;
	int ret;

	answer[0] = '\0';
	ret = vz_arp_run(&arp, &err);
	return ret < 0 ? -err.code : ret;
}

static void far_learns(void)
{
	must_soon("ip neigh show dev far0 | grep -q '^10.1.0.71 lladdr 02:00:00:00:00:77'");
}

static void far_knew(void)
{
	/* what was learnt just now it would not unlearn */
	must("echo 0 >/proc/sys/net/ipv4/neigh/far0/locktime");
	must("ip neigh replace 10.1.0.71 lladdr 02:00:00:00:00:99 nud stale dev far0");
	/* in the same tick it counts as learnt just now even so */
	usleep(50000);
}

static void test_arp_run(void **state)
{
	struct vz_error err;
	char mac[18];

	assert_int_equal(run_arp(VZ_ARP_DETECT, NULL, "10.1.0.2"), 1);
	assert_int_equal(strncmp(answer, "10.1.0.2 ", 9), 0);
	assert_int_equal(run_arp(VZ_ARP_REQUEST, "0.0.0.0", "10.1.0.2"), 1);
	assert_int_equal(run_arp(VZ_ARP_DETECT, NULL, "10.1.0.66"), 0);
	assert_string_equal(answer, "");
	in_far(far_knew);
	assert_int_equal(run_arp(VZ_ARP_UPDATE, "10.1.0.71", "10.1.0.71"), 0);
	in_far(far_learns);
	in_far(far_knew);
	assert_int_equal(run_arp(VZ_ARP_REPLY, "10.1.0.71", "10.1.0.2"), 0);
	in_far(far_learns);
	assert_int_equal(run_arp(VZ_ARP_DETECT, NULL, "10.1.0.256"),
			 -VZ_E_INVALID_VALUE);
	assert_int_equal(run_arp(VZ_ARP_DETECT, "2001:db8::1", "10.1.0.2"),
			 -VZ_E_INVALID_VALUE);

	assert_int_equal(vz_ip_detect("10.1.0.2", "near0", mac, &err), 1);
	assert_int_equal(strlen(mac), 17);
	assert_int_equal(vz_ip_detect("2001:db8:1::2", "near0", mac, &err), 1);
	assert_int_equal(vz_ip_detect("2001:db8:1::66", "near0", mac, &err), 0);
	assert_int_equal(vz_ip_announce("10.1.0.71", "near0", &err), 0);
	assert_int_equal(vz_ip_announce("nonsense", "near0", &err), -EINVAL);
	assert_int_equal(err.code, VZ_E_INVALID_VALUE);
	assert_int_equal(vz_ip_announce("10.1.0.71", "lo", &err), -EOPNOTSUPP);
	assert_int_equal(err.code, VZ_E_NETDEV);
	assert_int_equal(vz_ip_announce("10.1.0.71", "nosuch0", &err), -ENODEV);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_probes_at_once),
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_arp_run),
	};

	skip_unless_root();
	return cmocka_run_group_tests_name("probe", tests, make_namespaces,
					   NULL);
}
