// SPDX-License-Identifier: GPL-2.0-only
/*
 * Route netlink, the choice of devices, and questions on a network, on real
 * devices: in two network namespaces of their own, joined by a pair of veth.
 */
#include <net/if_arp.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>

#include "hostnet.h"
#include "util.h"

static int far_ns = -1;		/* the other namespace */

static void must(const char *command)
{
	if (system(command))
		fail_msg("%s", command);
}

static struct vz_ip parse(const char *text)
{
	struct vz_ip ip;

	assert_int_equal(vz_ip_parse(text, &ip), 0);
	return ip;
}

static void in_far(void (*fn)(void))
{
	int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	assert_true(here >= 0);
	assert_int_equal(setns(far_ns, CLONE_NEWNET), 0);
	fn();
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	close(here);
}

static struct vz_nl *open_nl(int netns)
{
	struct vz_error err;
	struct vz_nl *nl;

	if (vz_nl_open(netns, &nl, &err))
		fail_msg("%s", err.text);
	return nl;
}

static struct vz_link find(struct vz_nl *nl, const char *name)
{
	struct vz_link link;

	if (vz_link_get(nl, name, &link))
		fail_msg("%s is not there", name);
	return link;
}

/* ---------------------------------------------------------------- links -- */

static void test_links(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x78 };
	static const uint8_t old[6] = { 2, 0, 0, 0, 0, 0x77 };
	struct vz_nl *here = open_nl(-1), *far = open_nl(far_ns);
	struct vz_link link, *list;
	ssize_t n, i;
	int near_index, seen = 0;

	assert_int_equal(vz_link_get(here, "nosuch", &link), -ENODEV);
	link = find(here, "near0");
	assert_string_equal(link.name, "near0");
	assert_string_equal(link.kind, "veth");
	assert_int_equal(link.type, ARPHRD_ETHER);
	assert_int_equal(link.mtu, 1500);
	assert_true(link.flags & IFF_UP);
	near_index = link.index;
	n = vz_link_list(here, &list);
	assert_true(n >= 2);
	for (i = 0; i < n; i++)
		seen += list[i].index == near_index;
	assert_int_equal(seen, 1);
	free(list);
	/* each socket sees its own namespace */
	assert_int_equal(vz_link_get(far, "near0", &link), -ENODEV);
	assert_int_equal(vz_link_of_kind(far, "veth", &link), 0);
	assert_string_equal(link.name, "far0");
	assert_int_equal(vz_link_of_kind(far, "nosuch", &link), -ENODEV);

	assert_int_equal(vz_link_set_mtu(here, near_index, 1400), 0);
	assert_int_equal(vz_link_set_mac(here, near_index, mac), 0);
	link = find(here, "near0");
	assert_int_equal(link.mtu, 1400);
	assert_memory_equal(link.mac, mac, 6);
	assert_int_equal(vz_link_set_mtu(here, near_index, 1), -EINVAL);
	assert_int_equal(vz_link_set_mtu(here, near_index, 1500), 0);
	assert_int_equal(vz_link_set_mac(here, near_index, old), 0);
	assert_int_equal(vz_link_add(here, "nosuchkind", "x0"), -EOPNOTSUPP);
	vz_nl_close(here);
	vz_nl_close(far);
}

static void test_move(void **state)
{
	struct vz_nl *here = open_nl(-1), *far = open_nl(far_ns);
	struct vz_link link;

	must("ip link add one0 type veth peer name two0");
	link = find(here, "one0");
	assert_int_equal(vz_link_rename(here, link.index, "eins0"), 0);
	assert_int_equal(vz_link_move(here, link.index, far_ns, "moved0"), 0);
	assert_int_equal(vz_link_get(here, "eins0", &link), -ENODEV);
	link = find(far, "moved0");
	assert_false(link.flags & IFF_UP);
	assert_int_equal(vz_link_set_up(far, link.index, true), 0);
	assert_true(find(far, "moved0").flags & IFF_UP);
	assert_int_equal(vz_link_set_up(far, link.index, false), 0);
	assert_false(find(far, "moved0").flags & IFF_UP);
	assert_int_equal(vz_link_del(far, link.index), 0);
	assert_int_equal(vz_link_del(far, link.index), -ENODEV);
	assert_int_equal(vz_link_get(here, "two0", &link), -ENODEV);
	vz_nl_close(here);
	vz_nl_close(far);
}

/* ------------------------------------------------------------ addresses -- */

static bool has_address(struct vz_nl *nl, int index, const char *text)
{
	struct vz_ip ip = parse(text);
	struct vz_ifaddr *list = NULL;
	ssize_t n = vz_ifaddr_list(nl, ip.family, index, &list), i;
	bool found = false;

	assert_true(n >= 0);
	for (i = 0; i < n; i++)
		found |= vz_ip_same(&list[i].ip, &ip) &&
			 list[i].ip.bits == ip.bits;
	free(list);
	return found;
}

static void test_addresses(void **state)
{
	static const char *const texts[] = {
		"10.9.0.1/24", "10.9.1.1", "2001:db8:9::1/64", "2001:db8:9:1::1"
	};
	struct vz_nl *nl = open_nl(-1);
	int index = find(nl, "near0").index;
	struct vz_ip ip;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		ip = parse(texts[i]);
		assert_false(has_address(nl, index, texts[i]));
		assert_int_equal(vz_ifaddr_set(nl, index, &ip), 0);
		assert_true(has_address(nl, index, texts[i]));
		/* once more is no error */
		assert_int_equal(vz_ifaddr_set(nl, index, &ip), 0);
	}
	/* usable at once, without duplicate address detection */
	must("! ip -6 addr show dev near0 to 2001:db8:9::/48 tentative | grep -q .");
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		ip = parse(texts[i]);
		assert_int_equal(vz_ifaddr_del(nl, index, &ip), 0);
		assert_false(has_address(nl, index, texts[i]));
		assert_int_equal(vz_ifaddr_del(nl, index, &ip), -EADDRNOTAVAIL);
	}
	vz_nl_close(nl);
}

static void one_route(struct vz_nl *nl, const char *to, const char *via)
{
	struct vz_route route = {
		.dst = parse(to), .index = find(nl, "near0").index,
	}, is;

	if (via)
		route.via = parse(via);
	assert_int_equal(vz_route_add(nl, &route, NLM_F_EXCL), 0);
	assert_int_equal(vz_route_add(nl, &route, NLM_F_EXCL), -EEXIST);
	assert_int_equal(vz_route_add(nl, &route, NLM_F_REPLACE), 0);
	assert_int_equal(vz_route_to(nl, &route.dst, &is), 0);
	assert_int_equal(is.index, route.index);
	assert_int_equal(is.type, RTN_UNICAST);
	assert_int_equal(is.dst.bits, route.dst.bits);
	assert_true(vz_ip_same(&is.dst, &route.dst));
	assert_true(!is.via.family == !via);
	assert_int_equal(vz_route_del(nl, &route), 0);
	assert_int_equal(vz_route_del(nl, &route), -ESRCH);
}

static void test_routes(void **state)
{
	struct vz_nl *nl = open_nl(-1);
	struct vz_ip own = parse("10.1.0.1");
	struct vz_route *list, is;
	ssize_t n, i;
	int hops = 0;

	one_route(nl, "10.9.0.5", NULL);
	one_route(nl, "2001:db8:9::5", "fe80::1");
	assert_int_equal(vz_route_to(nl, &own, &is), 0);
	assert_int_equal(is.type, RTN_LOCAL);
	must("ip route add 10.8.0.0/16 nexthop via 10.1.0.2 nexthop via 10.1.0.3");
	n = vz_route_list(nl, AF_INET, &list);
	assert_true(n > 0);
	for (i = 0; i < n; i++)
		if (list[i].dst.bits == 16) {
			hops++;
			assert_true(list[i].via.family == AF_INET);
			assert_int_equal(list[i].index,
					 find(nl, "near0").index);
		}
	assert_int_equal(hops, 2);
	free(list);
	must("ip route del 10.8.0.0/16");
	vz_nl_close(nl);
}

static void test_proxies(void **state)
{
	struct vz_nl *nl = open_nl(-1);
	int index = find(nl, "near0").index;
	struct vz_ips ips = {};
	size_t i;

	assert_int_equal(vz_ips_parse(&ips, "10.1.0.50 2001:db8:1::50"), 0);
	for (i = 0; i < ips.n; i++)
		assert_int_equal(vz_proxy_add(nl, index, &ips.v[i]), 0);
	assert_int_equal(vz_proxy_add(nl, index, &ips.v[0]), 0);
	must("ip neigh add proxy 10.1.0.51 dev near0");
	must("test $(ip -4 neigh show proxy | wc -l) = 2");
	must("test $(ip -6 neigh show proxy | wc -l) = 1");
	assert_int_equal(vz_proxy_del(nl, &ips), 0);
	must("test \"$(ip -4 neigh show proxy)\" = '10.1.0.51 dev near0 proxy '");
	must("test -z \"$(ip -6 neigh show proxy)\"");
	assert_int_equal(vz_proxy_del(nl, &ips), 0);
	must("ip neigh del proxy 10.1.0.51 dev near0");
	vz_ips_free(&ips);
	vz_nl_close(nl);
}

/* ----------------------------------------------------------- neighbours -- */

/* Names of the devices on which the host would answer for an address. */
static void neighbours_are(struct fixture *fx, const char *devs,
			   const char *address, const char *expect)
{
	struct vz_nl *nl = open_nl(-1);
	struct vz_ip ip = parse(address);
	struct vz_hostnet h;
	struct vz_error err;
	char text[256] = "";
	size_t i;

	fx_write(fx, "etc/vz.conf", "");
	if (devs) {
		snprintf(text, sizeof(text), "NEIGHBOUR_DEVS=\"%s\"\n", devs);
		fx_write(fx, "etc/vz.conf", text);
	}
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	assert_int_equal(vz_hostnet_load(&h, fx->ctx, nl, &err), 0);
	text[0] = '\0';
	for (i = 0; i < h.nlinks; i++)
		if (vz_hostnet_is_neighbour(&h, &h.links[i], &ip))
			snprintf(text + strlen(text), sizeof(text) - strlen(text),
				 "%s ", h.links[i].name);
	if (strcmp(text, expect))
		fail_msg("%s for %s: \"%s\" instead of \"%s\"",
			 devs ? devs : "default", address, text, expect);
	vz_hostnet_free(&h);
	vz_nl_close(nl);
}

static void test_neighbours(void **state)
{
	struct fixture *fx = *state;

	/* another network inside that of near0, and an unrelated one */
	must("ip link add lan0 type veth peer name lan0p");
	must("ip addr add 10.1.0.129/28 dev lan0");
	must("ip link add veth101.0 type veth peer name ct0");
	must("ip link set lan0 up && ip link set lan0p up");
	must("ip link set veth101.0 up && ip link set ct0 up");

	neighbours_are(fx, NULL, "10.1.0.5", "near0 ");
	neighbours_are(fx, "detect", "10.1.0.130", "lan0 ");
	neighbours_are(fx, "detect", "2001:db8:1::5", "near0 ");
	/* nowhere connected, no default route */
	neighbours_are(fx, "detect", "10.77.0.1", "");
	neighbours_are(fx, "detect", "2001:db8:77::1", "");
	must("ip route add default via 10.1.0.2");
	must("ip -6 route add default via 2001:db8:1::2");
	neighbours_are(fx, "detect", "10.77.0.1", "near0 ");
	neighbours_are(fx, "detect", "2001:db8:77::1", "near0 ");
	neighbours_are(fx, "detect", "10.1.0.130", "lan0 ");
	/* an administrator's route counts as a connected network */
	must("ip route add 10.77.0.0/16 dev lan0");
	neighbours_are(fx, "detect", "10.77.0.1", "lan0 ");
	must("ip route del 10.77.0.0/16");

	neighbours_are(fx, "all", "10.77.0.1", "near0 lan0p lan0 ct0 ");
	neighbours_are(fx, "list:lan0 near0", "10.1.0.5", "near0 lan0 ");
	neighbours_are(fx, "lan0", "10.1.0.5", "lan0 ");
	neighbours_are(fx, "lan nosuch0", "10.1.0.5", "");

	/* a port of a bridge has no neighbours of its own */
	must("ip link set lan0 down");
	neighbours_are(fx, "lan0 near0", "10.1.0.5", "near0 ");
	must("ip link del lan0 && ip link del ct0");
	must("ip route del default && ip -6 route del default");
}

static void source_is(struct fixture *fx, const char *dev, const char *expect)
{
	struct vz_nl *nl = open_nl(-1);
	struct vz_ip ip;
	struct vz_hostnet h;
	struct vz_error err;
	char text[128];
	int ret;

	snprintf(text, sizeof(text), "VE_ROUTE_SRC_DEV=\"%s\"\n", dev);
	fx_write(fx, "etc/vz.conf", text);
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	assert_int_equal(vz_hostnet_load(&h, fx->ctx, nl, &err), 0);
	ret = vz_hostnet_source(&h, &ip, &err);
	if (expect) {
		assert_int_equal(ret, 0);
		assert_string_equal(ip.family ? vz_ip_format(&ip, text) : "",
				    expect);
	} else {
		assert_int_equal(err.code, VZ_E_CANT_ADDIP);
	}
	vz_hostnet_free(&h);
	vz_nl_close(nl);
}

static void test_source(void **state)
{
	struct fixture *fx = *state;

	source_is(fx, "", "");
	source_is(fx, "near0", "10.1.0.1");
	source_is(fx, "nosuch0", NULL);
	source_is(fx, "lo", NULL);
	must("ip addr add 10.1.0.9/24 dev near0");
	must("ip route add default via 10.1.0.2");
	source_is(fx, "", "10.1.0.1");
	must("ip route replace default via 10.1.0.2 src 10.1.0.9");
	source_is(fx, "", "10.1.0.9");
	must("ip route del default && ip addr del 10.1.0.9/24 dev near0");
}

/* --------------------------------------------------------------- probes -- */

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
	must("ip neigh show dev far0 | grep -qi '^10.1.0.70 lladdr 02:00:00:00:00:77'");
	must("ip -6 neigh show dev far0 | grep -qi '^2001:db8:1::70 lladdr 02:00:00:00:00:77'");
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
	must("ip neigh show dev far0 | grep -q '^10.1.0.71 lladdr 02:00:00:00:00:77'");
}

static void far_knew(void)
{
	/* what was learnt just now it would not unlearn */
	must("echo 0 >/proc/sys/net/ipv4/neigh/far0/locktime");
	must("ip neigh replace 10.1.0.71 lladdr 02:00:00:00:00:99 nud stale dev far0");
	/* in the same tick it counts as learnt just now even so */
	must("sleep 0.05");
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

/* ----------------------------------------------------------- namespaces -- */

static void set_up_far(void)
{
	must("ip link set lo up && ip link set far0 up");
	must("ip addr add 10.1.0.2/24 dev far0");
	must("ip addr add 2001:db8:1::2/64 dev far0 nodad");
}

static int make_namespaces(void **state)
{
	struct vz_nl *nl;
	struct vz_link link;

	if (unshare(CLONE_NEWNET))
		return -1;
	far_ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (far_ns < 0 || unshare(CLONE_NEWNET))
		return -1;
	must("ip link add near0 address 02:00:00:00:00:77 type veth peer name far0");
	nl = open_nl(-1);
	link = find(nl, "far0");
	assert_int_equal(vz_link_move(nl, link.index, far_ns, "far0"), 0);
	vz_nl_close(nl);
	must("ip link set lo up && ip link set near0 up");
	must("ip addr add 10.1.0.1/24 dev near0");
	must("ip addr add 2001:db8:1::1/64 dev near0 nodad");
	in_far(set_up_far);
	/* the link-local addresses are being checked for another second */
	must("ip addr add fe80::77/64 dev near0 nodad");
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_proxies),
		fx_test(test_neighbours),
		fx_test(test_source),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_probes_at_once),
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_arp_run),
	};

	if (unshare(CLONE_NEWNET)) {
		puts("skipped: needs root");
		return 77;
	}
	return cmocka_run_group_tests_name("net", tests, make_namespaces, NULL);
}
