// SPDX-License-Identifier: GPL-2.0-only
/* Route netlink, and the choice of devices, on real devices. */
#include <net/if_arp.h>

#include "net_util.h"

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

static void test_warning(void **state)
{
	struct fixture *fx = *state;
	struct vz_nl *nl = open_nl(-1);
	struct vz_hostnet h;
	struct vz_error err;

	fx_write(fx, "etc/vz.conf", "NEIGHBOUR_DEVS=\"list:nosuch0 near0 near\"\n");
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	assert_int_equal(vz_hostnet_load(&h, fx->ctx, nl, &err), 0);
	vz_hostnet_warn(&h);
	assert_string_equal(fx->log,
			    "0 Warning: NEIGHBOUR_DEVS names nosuch0, but there is no such device\n"
			    "0 Warning: NEIGHBOUR_DEVS names near, but there is no such device\n");
	fx->log[0] = '\0';
	fx_write(fx, "etc/vz.conf", "NEIGHBOUR_DEVS=\"all\"\n");
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	vz_hostnet_warn(&h);
	assert_string_equal(fx->log, "");
	vz_hostnet_free(&h);
	vz_nl_close(nl);
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
	source_is(fx, "near0", "10.1.0.1");
	must("ip addr del 10.1.0.9/24 dev near0");
}

/* -------------------------------------------------------------- sysctls -- */

static void set_up(struct fixture *fx, const char *conf, int family)
{
	struct vz_nl *nl = open_nl(-1);
	struct vz_hostnet h;
	struct vz_link link;
	struct vz_error err;

	fx_write(fx, "etc/vz.conf", conf);
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	assert_int_equal(vz_hostnet_load(&h, fx->ctx, nl, &err), 0);
	h.venet = find(nl, "stand0");
	link = find(nl, "near0");
	assert_int_equal(vz_sysctl_venet(&h, family, &err), 0);
	assert_int_equal(vz_sysctl_neighbour(&h, &link, family, &err), 0);
	vz_hostnet_free(&h);
	vz_nl_close(nl);
}

static void is(const char *name, const char *value)
{
	char *text, *path;

	assert_true(asprintf(&path, "/proc/sys/net/%s", name) > 0);
	assert_int_equal(vz_read_file_at(AT_FDCWD, path, 64, &text), 0);
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, value))
		fail_msg("%s is %s instead of %s", name, text, value);
	free(text);
	free(path);
}

static void test_sysctls(void **state)
{
	struct fixture *fx = *state;

	/* a stand-in for the device of vznet, and a host's end of a container's */
	must("ip link add stand0 type veth peer name veth9");
	must("ip link add uplink0 type bridge");
	must("echo 1 >/proc/sys/net/ipv6/conf/uplink0/accept_ra");
	must("echo 1 >/proc/sys/net/ipv6/conf/near0/accept_ra");
	must("echo 1 >/proc/sys/net/ipv6/conf/stand0/accept_ra");
	must("echo 1 >/proc/sys/net/ipv4/conf/all/send_redirects");

	set_up(fx, "SKIP_SYSCTL_SETUP=\"yes\"\n", AF_INET);
	set_up(fx, "SKIP_SYSCTL_SETUP=\"yes\"\n", AF_INET6);
	is("ipv4/conf/stand0/forwarding", "0");
	is("ipv4/conf/near0/forwarding", "0");
	is("ipv6/conf/all/forwarding", "0");
	is("ipv6/conf/near0/proxy_ndp", "0");

	set_up(fx, "", AF_INET);
	is("ipv4/conf/stand0/forwarding", "1");
	is("ipv4/conf/near0/forwarding", "1");
	is("ipv4/conf/stand0/send_redirects", "0");
	is("ipv4/conf/all/send_redirects", "0");
	is("ipv4/ip_forward", "0");
	is("ipv6/conf/all/forwarding", "0");

	set_up(fx, "", AF_INET6);
	is("ipv6/conf/all/forwarding", "1");
	is("ipv6/conf/near0/proxy_ndp", "1");
	/* what may lead to containers is not trusted to tell a route */
	is("ipv6/conf/uplink0/accept_ra", "2");
	is("ipv6/conf/near0/accept_ra", "1");
	is("ipv6/conf/stand0/accept_ra", "1");
	must("ip link del stand0 && ip link del uplink0");
	must("echo 0 >/proc/sys/net/ipv6/conf/all/forwarding");
	must("echo 0 >/proc/sys/net/ipv4/conf/near0/forwarding");
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
		fx_test(test_warning),
		fx_test(test_source),
		fx_test(test_sysctls),
	};

	skip_unless_root();
	return cmocka_run_group_tests_name("net", tests, make_namespaces, NULL);
}
