// SPDX-License-Identifier: GPL-2.0-only
/* vznet: network classes and rates, by their commands and by datagrams. */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include "net.h"

#define A	1001
#define B	1002
#define A4	"10.3.0.1"
#define B4	"10.3.0.2"
#define A6	"2001:db8:3::1"
#define B6	"2001:db8:3::2"
#define HOST4	"10.3.0.254"
#define HOST6	"2001:db8:3::fe"
#define PORT	7

/* ------------------------------------------------------------- classes -- */

static struct vznet_class_net net(const char *addr, int prefixlen, int class)
{
	struct vznet_class_net n = {
		.family = strchr(addr, ':') ? AF_INET6 : AF_INET,
		.prefixlen = prefixlen,
		.class = class,
	};

	inet_pton(n.family, addr, n.addr);
	return n;
}

static int set(const struct vznet_class_net *nets, uint32_t count)
{
	struct vznet_class_list l = {
		.size = sizeof(l), .count = count, .nets = (uintptr_t)nets,
	};

	return vz(VZNET_IOC_CLASS_SET, &l);
}

static int set_one(struct vznet_class_net n)
{
	return set(&n, 1);
}

static int list(struct vznet_class_net *nets, uint32_t room)
{
	struct vznet_class_list l = {
		.size = sizeof(l), .count = room, .nets = (uintptr_t)nets,
	};
	int ret = vz(VZNET_IOC_CLASS_LIST, &l);

	return ret < 0 ? ret : (int)l.count;
}

static void test_class_errors(void)
{
	struct vznet_class_net n, twice[2];
	struct vznet_class_list l = { .size = sizeof(l) };

	kt_is(set_one(net("10.0.0.0", 33, 2)), -EINVAL, "class: 10.0.0.0/33");
	kt_is(set_one(net("2001:db8::", 129, 2)), -EINVAL, "class: prefix 129");
	kt_is(set_one(net("10.0.0.0", 8, VZNET_CLASSES)), -EINVAL,
	      "class: no such class");
	kt_is(set_one(net("10.0.0.1", 8, 2)), -EINVAL, "class: 10.0.0.1/8");
	kt_is(set_one(net("::1", 0, 2)), -EINVAL, "class: ::1/0");
	kt_is(set_one(net("::1", 127, 2)), -EINVAL, "class: ::1/127");
	n = net("10.0.0.0", 8, 2);
	n.addr[4] = 1;
	kt_is(set_one(n), -EINVAL, "class: rubbish behind v4");
	n.addr[4] = 0;
	n.addr[15] = 1;
	kt_is(set_one(n), -EINVAL, "class: rubbish far behind v4");
	n = net("10.0.0.0", 8, 2);
	n.reserved = 1;
	kt_is(set_one(n), -EINVAL, "class: reserved field");
	n = net("10.0.0.0", 8, 2);
	n.family = AF_UNIX;
	kt_is(set_one(n), -EAFNOSUPPORT, "class: family");
	twice[0] = net("10.0.0.0", 8, 2);
	twice[1] = net("10.0.0.0", 8, 3);
	kt_is(set(twice, 2), -EEXIST, "class: a network twice");
	kt_is(set((void *)8, 1), -EFAULT, "class: bad pointer");
	kt_is(set(NULL, VZNET_CLASS_NETS_MAX + 1), -EINVAL, "class: too many");
	l.reserved = 1;
	kt_is(vz(VZNET_IOC_CLASS_SET, &l), -EINVAL, "class: reserved");
	kt_is(vz(VZNET_IOC_CLASS_LIST, &l), -EINVAL, "class list: reserved");
	l.reserved = 0;
	l.size -= 4;
	kt_is(vz(VZNET_IOC_CLASS_SET, &l), -EINVAL, "class: short argument");
}

static void test_class_list(void)
{
	struct vznet_class_net nets[] = {
		net("0.0.0.0", 0, 1), net(HOST4, 32, 3), net("10.3.0.0", 24, 2),
		net("2001:db8:3::", 64, 4), net(HOST6, 128, 0), net("::", 0, 5),
	}, got[6] = {};

	kt_is(list(NULL, 0), 0, "class list: empty at first");
	kt_is(set(nets, 6), 0, "class: six networks");
	test_class_errors();
	kt_is(list(got, 6), 6, "class list: errors change nothing");
	kt_ok(!memcmp(got, nets, sizeof(nets)), "class list: as it was set");
	memset(got, 0, sizeof(got));
	kt_is(list(got, 2), 6, "class list: too small an array");
	kt_ok(!memcmp(got, nets, 2 * sizeof(*nets)) && !got[2].family,
	      "class list: not more than fits");
	kt_is(list((void *)8, 6), -EFAULT, "class list: bad pointer");
}

/* -------------------------------------------------------------- traffic -- */

static int udp_socket(pid_t pid, const char *addr)
{
	struct sockaddr_in6 any6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(PORT),
	};
	struct sockaddr_in any = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
	};
	bool v6 = strchr(addr, ':');
	int fd = net_socket(pid, v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
	int size = 1 << 20, one = 1;

	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (fd < 0 || bind(fd, v6 ? (void *)&any6 : (void *)&any,
			   v6 ? sizeof(any6) : sizeof(any)))
		kt_die("udp");
	return fd;
}

/* @count datagrams of @len bytes that begin with their number */
static void send_to(int fd, const char *addr, int count, size_t len)
{
	struct sockaddr_in6 to6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(PORT),
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
	};
	bool v6 = strchr(addr, ':');
	char data[2048] = {};
	int i;

	inet_pton(AF_INET6, addr, &to6.sin6_addr);
	inet_pton(AF_INET, addr, &to.sin_addr);
	for (i = 0; i < count; i++) {
		memcpy(data, &i, sizeof(i));
		if (sendto(fd, data, len, MSG_DONTWAIT,
			   v6 ? (void *)&to6 : (void *)&to,
			   v6 ? sizeof(to6) : sizeof(to)) < 0)
			kt_die("send");
	}
}

/* How many come within @ms of each other; -1: not in their order */
static int receive(int fd, int ms)
{
	int n = 0, number, last = -1;
	char data[2048];

	for (; kt_wait_fd(fd, POLLIN, ms); n++) {
		if (recv(fd, data, sizeof(data), 0) < 0)
			return -1;
		memcpy(&number, data, sizeof(number));
		if (number <= last)
			return -1;
		last = number;
	}
	return n;
}

struct bed {
	struct kt_ct	a, b;
	int		from_a, from_a6;
	int		at_b, at_b6, at_host, at_host6;
};

static struct bed bed_up(void)
{
	struct bed bed = {
		.a = net_ct_up(A, A4, A6), .b = net_ct_up(B, B4, B6),
	};

	net_host_route(A4, A6);
	net_host_route(B4, B6);
	net_addr_add(0, VZNET_DEV, HOST4);
	net_addr_add(0, VZNET_DEV, HOST6);
	bed.from_a = udp_socket(bed.a.init, A4);
	bed.from_a6 = udp_socket(bed.a.init, A6);
	bed.at_b = udp_socket(bed.b.init, B4);
	bed.at_b6 = udp_socket(bed.b.init, B6);
	bed.at_host = udp_socket(0, HOST4);
	bed.at_host6 = udp_socket(0, HOST6);
	return bed;
}

static void bed_down(struct bed *bed)
{
	close(bed->at_host);
	close(bed->at_host6);
	close(bed->at_b);
	close(bed->at_b6);
	close(bed->from_a);
	close(bed->from_a6);
	kt_ok(kt_ct_down(&bed->a) && kt_ct_down(&bed->b),
	      "the containers go away");
}

/* One datagram of 100 bytes is counted by both sides, and where? */
static void counts(int fd, int at, const char *to, int out, int in)
{
	struct vznet_stat a = net_stat(A), b = net_stat(B), a2, b2;
	uint64_t bytes = strchr(to, ':') ? 148 : 128;
	int i;

	send_to(fd, to, 1, 100);
	kt_is(receive(at, 200), 1, "%s: arrives", to);
	a2 = net_stat(A);
	b2 = net_stat(B);
	for (i = 0; i < VZNET_CLASSES; i++) {
		a2.out[i].bytes -= a.out[i].bytes;
		a2.out[i].packets -= a.out[i].packets;
		b2.in[i].bytes -= b.in[i].bytes;
	}
	kt_ok(a2.out[out].bytes == bytes && a2.out[out].packets == 1 &&
	      net_sum(a2.out) == 1, "%s: sent to class %d", to, out);
	if (in >= 0)
		kt_is(b2.in[in].bytes, bytes, "%s: received from class %d", to,
		      in);
}

static void test_counts(struct bed *bed)
{
	counts(bed->from_a, bed->at_host, HOST4, 3, -1);
	counts(bed->from_a, bed->at_b, B4, 2, 2);
	counts(bed->from_a6, bed->at_host6, HOST6, 0, -1);
	counts(bed->from_a6, bed->at_b6, B6, 4, 4);
	kt_is(set_one(net(A4, 32, 15)), 0, "class: one network");
	counts(bed->from_a, bed->at_b, B4, VZNET_CLASS_DEFAULT, 15);
	counts(bed->from_a6, bed->at_b6, B6, VZNET_CLASS_DEFAULT,
	       VZNET_CLASS_DEFAULT);
	kt_is(set_one(net("::", 0, 7)), 0, "class: all of IPv6");
	counts(bed->from_a6, bed->at_b6, B6, 7, 7);
	counts(bed->from_a, bed->at_b, B4, VZNET_CLASS_DEFAULT,
	       VZNET_CLASS_DEFAULT);
	kt_is(set(NULL, 0), 0, "class: no networks");
	kt_is(list(NULL, 0), 0, "class list: empty again");
	counts(bed->from_a6, bed->at_b6, B6, VZNET_CLASS_DEFAULT,
	       VZNET_CLASS_DEFAULT);
}

/* A packet that is to become ten is ten, and has ten times the headers. */
static void test_segments(struct bed *bed)
{
	struct {
		struct virtio_net_hdr hdr;
		uint8_t data[20 + 20 + 1000];
	} __attribute__((packed)) m = {
		.hdr = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
			.gso_size = 100,
			.hdr_len = 40,
			.csum_start = 20,
			.csum_offset = 16,
		},
		.data = { 0x45, [2] = 1040 >> 8, [3] = 1040 & 255, [8] = 64,
			  [9] = IPPROTO_TCP, [32] = 0x50 },
	};
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
	};
	int fd = net_socket(bed->a.init, AF_PACKET, SOCK_RAW, 0), one = 1;
	struct ifreq ifr = { .ifr_name = VZNET_DEV };
	struct vznet_stat before = net_stat(A), after;

	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &ifr) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		kt_die("packet socket");
	ll.sll_ifindex = ifr.ifr_ifindex;
	inet_pton(AF_INET, A4, m.data + 12);
	inet_pton(AF_INET, B4, m.data + 16);
	if (sendto(fd, &m, sizeof(m), 0, (void *)&ll, sizeof(ll)) < 0)
		kt_die("segments");
	usleep(100000);
	after = net_stat(A);
	kt_is(after.out[1].packets - before.out[1].packets, 10,
	      "a packet of ten segments");
	kt_is(after.out[1].bytes - before.out[1].bytes, 1000 + 10 * 40,
	      "its bytes");
	close(fd);
}

/* ---------------------------------------------------------------- cost -- */

#define BATCH	32

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* @n networks of two classes that do not touch each other */
static void set_many(uint32_t n)
{
	static struct vznet_class_net nets[VZNET_CLASS_NETS_MAX];
	uint32_t i;

	for (i = 0; i < n; i++) {
		nets[i] = net("10.3.0.0", 32, 2 + i % 2);
		nets[i].addr[2] = i * 2 >> 8;
		nets[i].addr[3] = i * 2;
	}
	if (set(nets, n))
		kt_die("classes");
}

/* Nanoseconds for a batch from container to container: two lookups each. */
static uint64_t batch(struct bed *bed)
{
	uint64_t begin = now();
	char data[128];
	int i;

	send_to(bed->from_a, B4, BATCH, 100);
	for (i = 0; i < BATCH; i++)
		if (recv(bed->at_b, data, sizeof(data), 0) != 100)
			kt_die("batch");
	return now() - begin;
}

/*
 * Not a test: what the lookup costs.  The quickest of many batches, in turns,
 * is what the machine's other work disturbs least.
 */
static void tell_cost(struct bed *bed)
{
	static const uint32_t sizes[] = { 0, 1, 100, VZNET_CLASS_NETS_MAX };
	uint64_t least[4] = { ~0ULL, ~0ULL, ~0ULL, ~0ULL }, t;
	struct timeval patience = { .tv_sec = 5 };
	int i, j, k;

	setsockopt(bed->at_b, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	for (i = 0; i < 8; i++)
		for (j = 0; j < 4; j++) {
			set_many(sizes[j]);
			for (k = 0; k < 10; k++) {
				t = batch(bed);
				least[j] = t < least[j] ? t : least[j];
			}
		}
	for (j = 0; j < 4; j++)
		printf("# %u networks: %.0f ns a datagram, %.3f of none\n",
		       sizes[j], (double)least[j] / BATCH,
		       (double)least[j] / least[0]);
	set_many(0);
}

/* --------------------------------------------------------------- rates -- */

static struct vznet_rate rate(uint32_t class, uint64_t bytes)
{
	return (struct vznet_rate) {
		.size = sizeof(struct vznet_rate), .ctid = A, .class = class,
		.rate = bytes,
	};
}

static int set_rate(uint32_t class, uint64_t bytes)
{
	struct vznet_rate r = rate(class, bytes);

	return vz(VZNET_IOC_RATE_SET, &r);
}

static void refused(struct vznet_rate r, const char *what)
{
	kt_is(vz(VZNET_IOC_RATE_SET, &r), -EINVAL, "rate: %s", what);
}

static int list_rates(uint32_t ctid, struct vznet_rate *rates, uint32_t room)
{
	struct vznet_rate_list l = {
		.size = sizeof(l), .ctid = ctid, .count = room,
		.rates = (uintptr_t)rates,
	};
	int ret = vz(VZNET_IOC_RATE_LIST, &l);

	return ret < 0 ? ret : (int)l.count;
}

static void test_rate_errors(void)
{
	struct vznet_rate r;

	refused(rate(VZNET_CLASS_LOCAL, 1), "of class 0");
	refused(rate(VZNET_CLASSES, 1), "of class 16");
	refused(rate(1, VZNET_RATE_MAX + 1), "too high");
	r = rate(1, 1);
	r.burst = VZNET_BURST_MAX + 1;
	refused(r, "too large a burst");
	r = rate(1, 1);
	r.flags = 1;
	refused(r, "flags");
	r = rate(1, 1);
	r.waiting = 1;
	refused(r, "waiting");
	r = rate(1, 1);
	r.reserved = 1;
	refused(r, "reserved field");
	r = rate(1, 1);
	r.ctid = 0;
	refused(r, "of CT 0");
	r = rate(1, 1);
	r.ctid = 1003;
	kt_is(vz(VZNET_IOC_RATE_SET, &r), -ENOENT, "rate: no container");
	kt_is(set_rate(1, 0), 0, "rate: none where there was none");
	kt_is(list_rates(0, NULL, 0), 0, "rate list: empty");
}

static void test_rate_list(void)
{
	struct vznet_rate got[4] = {};

	kt_is(set_rate(15, VZNET_RATE_MAX), 0, "rate: of class 15");
	kt_is(set_rate(2, 5), 0, "rate: of class 2");
	kt_is(list_rates(A, got, 4), 2, "rate list: of a container");
	kt_ok(got[0].class == 2 && got[0].rate == 5 && got[0].ctid == A &&
	      got[1].class == 15 && got[1].rate == VZNET_RATE_MAX,
	      "rate list: by class");
	kt_is(list_rates(B, got, 4), 0, "rate list: of the other one");
	memset(got, 0, sizeof(got));
	kt_is(list_rates(0, got, 1), 2, "rate list: too small an array");
	kt_ok(got[0].rate == 5 && !got[1].size, "rate list: not more than fits");
	kt_is(list_rates(0, (void *)8, 2), -EFAULT, "rate list: bad pointer");
	set_rate(2, 0);
	set_rate(15, 0);
	kt_is(list_rates(0, NULL, 0), 0, "rate list: empty again");
}

static uint64_t waiting(void)
{
	struct vznet_rate r = {};

	list_rates(A, &r, 1);
	return r.waiting;
}

/* Twenty datagrams of 528 bytes at 1000 bytes/s: the first ones may go. */
static void hold(struct bed *bed)
{
	kt_is(set_rate(1, 1000), 0, "rate: 1000 bytes/s");
	send_to(bed->from_a, HOST4, 20, 500);
	usleep(50000);
	kt_ok(waiting() >= 10 * 528, "most of twenty wait");
}

static void test_hold(struct bed *bed)
{
	struct vznet_stat before = net_stat(A), after;
	int n;

	hold(bed);
	after = net_stat(A);
	kt_ok(after.out[1].packets - before.out[1].packets < 10,
	      "what waits is not counted yet");
	kt_is(set_rate(1, 0), 0, "rate: none");
	kt_is(receive(bed->at_host, 500), 20, "all come, in their order");
	after = net_stat(A);
	kt_is(after.out[1].bytes - before.out[1].bytes, 20 * 528,
	      "and are counted");

	kt_is(set_rate(1, 200000), 0, "rate: 200 kB/s");
	send_to(bed->from_a, HOST4, 60, 800);
	kt_is(receive(bed->at_host, 500), 60, "all come, in their order");
	send_to(bed->from_a, HOST4, 200, 800);
	n = receive(bed->at_host, 500);
	after = net_stat(A);
	kt_ok(after.dropped[VZNET_DROP_RATE] > 0, "too many are dropped");
	kt_is(n, 200 - after.dropped[VZNET_DROP_RATE], "the others come");
	set_rate(1, 0);
}

/* What waited may not leave when the address is gone, or the device down. */
static void test_give_up(struct bed *bed)
{
	struct vznet_stat before, after;

	hold(bed);
	before = net_stat(A);
	kt_is(net_disown(A, A4), 0, "the address is taken away");
	receive(bed->at_host, 0);
	set_rate(1, 0);
	kt_is(receive(bed->at_host, 300), 0, "what waited does not come");
	after = net_stat(A);
	kt_ok(after.dropped[VZNET_DROP_SOURCE] -
	      before.dropped[VZNET_DROP_SOURCE] >= 10, "but is counted");
	net_own(A, A4);

	hold(bed);
	receive(bed->at_host, 0);
	kt_is(net_link_up(bed->a.init, VZNET_DEV, false), 0, "device down");
	kt_is(waiting(), 0, "nothing waits");
	kt_is(net_link_up(bed->a.init, VZNET_DEV, true), 0, "device up");
	net_route_add(bed->a.init, VZNET_DEV, "0.0.0.0");
	set_rate(1, 0);
	kt_is(receive(bed->at_host, 300), 0, "what waited does not come");
	send_to(bed->from_a, HOST4, 1, 500);
	kt_is(receive(bed->at_host, 500), 1, "another one does");
	/* bed_down() destroys the container with these */
	hold(bed);
}

void test_net_class(void)
{
	struct bed bed = bed_up();

	test_class_list();
	test_counts(&bed);
	test_segments(&bed);
	tell_cost(&bed);
	test_rate_errors();
	test_rate_list();
	test_hold(&bed);
	test_give_up(&bed);
	bed_down(&bed);
	kt_is(list_rates(0, NULL, 0), 0, "the rates are gone");
}
