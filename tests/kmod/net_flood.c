// SPDX-License-Identifier: GPL-2.0-only
/*
 * vznet: container A floods, or is flooded; requests to container B, from the
 * host and from the world behind it, have to be answered all the same.
 *
 * All processes run on one processor, where they get in each other's way most.
 * What counts are answers out of requests, so the speed of the machine does not
 * matter.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/udp.h>
#include "net_flood.h"
#include "net_packet.h"

#define A4		"10.7.0.1"
#define A6		"2001:db8:7::1"
#define HOST4		"10.7.0.254"
#define HOST6		"2001:db8:7::fe"
#define WORLD4		"10.8.0.2"
#define WORLD6		"2001:db8:8::2"

#define REQUESTS	(VICTIM_PROBES * VICTIM_REQUESTS)
#define PERCENT		95
#define MILLION		1000000
#define TOO_LONG	100

/* A flood has begun when so many are sent */
#define BEGUN		2000

/* The kernel's own limit is 1024 of a family, but for some that are exempt. */
#define NEIGHBOURS	960

/* Numbers of clients in the world that the host does not know yet */
#define CLIENT		10
#define CLIENTS		(2 * VICTIM_REQUESTS)

/* An ordinary flood goes to one port, a forged packet of v4() to the other */
#define FLOOD_PORT	7
#define FORGED_PORT	9

/**
 * struct flood - what A does, or what is done to A
 * @name: in words
 * @to: receiver
 * @from: what the packets pretend: their source; NULL: they are honest
 * @vary: the last 16 bits of the receiver's address change
 * @dead: and are addresses in the host's network that nobody has; those who
 *	talk to B have addresses that the host does not know yet
 * @client: number of the first of these
 * @segments: so many packets are given to the kernel at a time
 * @incoming: the world floods A
 */
struct flood {
	const char	*name;
	const char	*to;
	const char	*from;
	bool		vary;
	bool		dead;
	int		client;
	int		segments;
	bool		incoming;
};

static const struct flood floods[] = {
	{ .name = "to the world", .to = WORLD4 },
	{ .name = "to the host, v6", .to = HOST6 },
	{ .name = "to B", .to = FLOOD_B4 },
	{ .name = "to B, v6", .to = FLOOD_B6 },
	{ .name = "to no route", .to = "198.51.0.0", .vary = true },
	{ .name = "to dead neighbours", .to = "10.8.1.0", .vary = true,
	  .dead = true, .client = CLIENT },
	{ .name = "to dead neighbours, v6", .to = "2001:db8:8::1:0",
	  .vary = true, .dead = true, .client = CLIENT + VICTIM_REQUESTS },
	{ .name = "in B's name", .to = WORLD4, .from = FLOOD_B4 },
	{ .name = "in a stranger's name, v6", .to = WORLD6,
	  .from = "2001:db8:ffff::1" },
	{ .name = "from the world to A", .to = A4, .incoming = true },
};

#define FLOODS	((int)(sizeof(floods) / sizeof(floods[0])))

struct bed {
	struct kt_ct	a, b;
	pid_t		world;
	int		leak;	/* hears forged packets in the world */
};

/* Shared by all processes */
static struct {
	struct victim_load	load;
	volatile bool		stop;
	volatile long		sent;
	volatile long		most;
	volatile time_t		end;
} *shared;

/* -------------------------------------------------------------- flood -- */

/* The length of the address; @last: where its last 16 bits are */
static socklen_t target_of(const struct flood *f, struct sockaddr_storage *ss,
			   uint8_t **last)
{
	struct sockaddr_in6 *six = (void *)ss;
	struct sockaddr_in *sin = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	sin->sin_port = htons(FLOOD_PORT);
	if (strchr(f->to, ':')) {
		six->sin6_family = AF_INET6;
		inet_pton(AF_INET6, f->to, &six->sin6_addr);
		*last = &six->sin6_addr.s6_addr[14];
		return sizeof(*six);
	}
	sin->sin_family = AF_INET;
	inet_pton(AF_INET, f->to, &sin->sin_addr);
	*last = (uint8_t *)&sin->sin_addr + 2;
	return sizeof(*sin);
}

/* A flood of at most so many packets, 0: of any number */
static void allow(long most)
{
	shared->stop = false;
	shared->sent = 0;
	shared->most = most;
	shared->end = time(NULL) + TOO_LONG;
}

static bool go_on(void)
{
	return !shared->stop && time(NULL) < shared->end &&
	       (!shared->most || shared->sent < shared->most);
}

/* Honest packets; what the kernel says about the ones before is no reason. */
static void flood_socket(const struct flood *f)
{
	int size = 8, segments = f->segments ?: 1;
	struct sockaddr_storage to;
	uint16_t first, next;
	char data[8 * 64] = {};
	socklen_t len;
	uint8_t *last;
	long i;
	int fd;

	len = target_of(f, &to, &last);
	first = last[0] << 8 | last[1];
	fd = socket(to.ss_family, SOCK_DGRAM, 0);
	if (f->segments)
		setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
	for (i = 0; go_on(); i++) {
		next = f->vary ? first + i % 0xf000 : first;
		last[0] = next >> 8;
		last[1] = next;
		if (sendto(fd, data, size * segments, 0, (void *)&to, len) > 0)
			shared->sent += segments;
	}
}

static void flood_forged(const struct flood *f)
{
	bool six = strchr(f->to, ':');
	struct packet p = six ? v6(f->from, f->to, IPPROTO_UDP, udp, 12) :
				v4(f->from, f->to, NULL, 0);
	int fd = packet_socket(0, VZNET_DEV, 0);

	while (go_on())
		shared->sent += !send_on(fd, &p);
}

static int flood_job(void *arg)
{
	const struct flood *f = *(const struct flood **)arg;

	if (f->from)
		flood_forged(f);
	else
		flood_socket(f);
	return 0;
}

static pid_t flood_world(struct bed *bed, const struct flood *f)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	net_enter(bed->world);
	_exit(flood_job(&f));
}

static void flood_start(struct bed *bed, const struct flood *f, pid_t *pid)
{
	allow(0);
	if (f->incoming)
		*pid = flood_world(bed, f);
	else
		kt_ct_begin(&bed->a, flood_job, &f, sizeof(f));
	while (shared->sent < BEGUN && go_on())
		usleep(1000);
}

static void flood_stop(struct bed *bed, const struct flood *f, pid_t pid)
{
	shared->stop = true;
	if (f->incoming)
		waitpid(pid, NULL, 0);
	else
		kt_ct_finish(&bed->a);
}

/* ------------------------------------------------------------ verdict -- */

/* Entries of a neighbour table, of all network namespaces together. */
static unsigned int neighbours(const char *table)
{
	unsigned int n = ~0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/net/stat/%s", table);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*[^\n] %x", &n) != 1)
		kt_die(path);
	fclose(f);
	return n;
}

static void judge_load(const struct victim_load *load, const char *name)
{
	long answered = 0, passed = 0;
	int i;

	printf("# flood %s: %ld packets; answers", name, shared->sent);
	for (i = 0; i < VICTIM_PROBES; i++) {
		printf(" %ld", load->answered[i]);
		answered += load->answered[i];
		passed += load->passed[i];
	}
	printf(" of %d; %ld packets in the time of a request\n",
	       VICTIM_REQUESTS, passed / REQUESTS);
	kt_ok(answered * 100 >= REQUESTS * PERCENT,
	      "flood %s: B answers %ld of %d", name, answered, REQUESTS);
}

static bool drain_leak(struct bed *bed)
{
	char byte;
	bool any = false;

	while (recv(bed->leak, &byte, 1, MSG_DONTWAIT) >= 0)
		any = true;
	return any;
}

static void judge_forged(struct bed *bed, const struct vznet_stat *before,
			 const char *name)
{
	struct vznet_stat after = net_stat(bed->a.id);

	kt_is(after.dropped[VZNET_DROP_SOURCE] -
	      before->dropped[VZNET_DROP_SOURCE], shared->sent,
	      "flood %s: each packet is counted", name);
	kt_is(net_sum(after.out) - net_sum(before->out), 0,
	      "flood %s: none has left", name);
	kt_ok(!drain_leak(bed), "flood %s: none is heard outside", name);
}

static void judge_neighbours(const char *name)
{
	unsigned int v4 = neighbours("arp_cache");
	unsigned int v6 = neighbours("ndisc_cache");

	printf("# %u neighbours of v4, %u of v6\n", v4, v6);
	kt_ok(v4 < NEIGHBOURS && v6 < NEIGHBOURS,
	      "flood %s: few neighbours are made", name);
}

static void judge_dead(const struct vznet_stat *before,
		       const struct vznet_stat *after, long sent,
		       const char *name)
{
	kt_ok(after->dropped[VZNET_DROP_NEIGHBOUR] -
	      before->dropped[VZNET_DROP_NEIGHBOUR] > (uint64_t)sent / 2,
	      "flood %s: most of it is dropped and counted", name);
}

static void test_flood(struct bed *bed, const struct flood *f)
{
	struct vznet_stat before = net_stat(bed->a.id), after;
	pid_t pid = 0;

	flood_start(bed, f, &pid);
	victim_run(&shared->load, bed->world, f->client);
	kt_ok(shared->sent >= BEGUN && go_on(), "flood %s: it is one", f->name);
	flood_stop(bed, f, pid);
	judge_load(&shared->load, f->name);
	if (f->from)
		judge_forged(bed, &before, f->name);
	if (f->vary)
		judge_neighbours(f->name);
	after = net_stat(bed->a.id);
	if (f->dead)
		judge_dead(&before, &after, shared->sent, f->name);
}

static long transmitted(const char *dev)
{
	char path[64];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/tx_packets",
		 dev);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%ld", &n) != 1)
		kt_die(path);
	fclose(f);
	return n;
}

/*
 * One by one a million takes minutes on an emulated machine; the kernel gets
 * them in bundles, which are not taken apart before somebody receives them.
 */
static void test_million(struct bed *bed)
{
	static const struct flood four = {
		.to = "10.8.1.0", .vary = true, .segments = 64,
	}, six = {
		.to = "2001:db8:8::1:0", .vary = true, .segments = 64,
	};
	struct vznet_stat before = net_stat(bed->a.id), after;
	uint64_t heard = net_sum(net_stat(bed->b.id).in);
	const struct flood *f = &four;
	long left = transmitted("up0");

	allow(MILLION / 2);
	kt_ct_run(&bed->a, flood_job, &f, sizeof(f));
	f = &six;
	shared->most = MILLION;
	kt_ct_run(&bed->a, flood_job, &f, sizeof(f));
	after = net_stat(bed->a.id);
	left = transmitted("up0") - left;
	printf("# %ld packets, the host has asked %ld times\n", shared->sent,
	       left);
	kt_ok(net_sum(after.out) - net_sum(before.out) >= MILLION,
	      "a million packets to dead addresses");
	kt_ok(left < MILLION / 100, "nothing but questions leaves");
	kt_is(net_sum(net_stat(bed->b.id).in) - heard, 0, "B hears none");
	judge_dead(&before, &after, MILLION / 64, "of a million");
	judge_neighbours("of a million");
}

/* -------------------------------------------------------- preparation -- */

static void command(const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (system(text))
		kt_die(text);
}

static pid_t new_net(void)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		kt_die("pipe");
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		kt_die("world");
	close(ready[0]);
	return pid;
}

static pid_t make_world(void)
{
	pid_t pid = new_net();

	command("set -e; ip link add up0 type veth peer name eth0 netns %d;"
		"ip link set up0 up; ip addr add 10.8.0.1/16 dev up0;"
		"ip addr add 2001:db8:8::1/64 dev up0 nodad;"
		"n='nsenter -t %d -n ip'; $n link set eth0 up;"
		"$n addr add " WORLD4 "/16 dev eth0;"
		"$n addr add " WORLD6 "/64 dev eth0 nodad;"
		"$n route add default via 10.8.0.1;"
		"$n route add default via 2001:db8:8::1;"
		"sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1",
		pid, pid);
	command("for i in $(seq %d %d); do"
		" echo addr add " FLOOD_CLIENT4 "$i/16 dev eth0;"
		" echo addr add " FLOOD_CLIENT6 "$i/64 dev eth0 nodad;"
		"done | nsenter -t %d -n ip -batch -",
		CLIENT, CLIENT + CLIENTS - 1, pid);
	return pid;
}

/* As libvz does: a route without a router costs a neighbour per address. */
static void route_by_router(pid_t pid, const char *dest)
{
	command("nsenter -t %d -n ip -6 route replace %s via fe80::1"
		" dev venet0 onlink", pid, dest);
}

/* Hears what nothing but forged packets is sent to. */
static int hear_forged(pid_t world)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 0, 2),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 42),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 22),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FORGED_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = {
		.len = sizeof(code) / sizeof(code[0]), .filter = code,
	};
	int fd = packet_socket(world, "eth0", ETH_P_ALL);

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		kt_die("filter");
	return fd;
}

/* It has to be able to fail. */
static void test_hearing(struct bed *bed)
{
	int fd = net_socket(0, AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(FORGED_PORT),
	};

	drain_leak(bed);
	inet_pton(AF_INET, WORLD4, &to.sin_addr);
	sendto(fd, "", 1, 0, (void *)&to, sizeof(to));
	kt_ok(kt_wait_fd(bed->leak, POLLIN, 1000) && drain_leak(bed),
	      "a forged packet would be heard");
	close(fd);
}

static void prepare(struct bed *bed)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		kt_die("mmap");
	shared->load.flood = &shared->sent;
	/* both containers get the same share of the processor */
	command("echo +cpu >%s/cgroup.subtree_control", kt_cgroup_root);
	command("echo +cpu >%s/vz/cgroup.subtree_control", kt_cgroup_root);
	bed->world = make_world();
	bed->a = net_ct_up(1061, A4, A6);
	bed->b = net_ct_up(1062, FLOOD_B4, FLOOD_B6);
	net_host_route(A4, A6);
	net_host_route(FLOOD_B4, FLOOD_B6);
	net_addr_add(0, VZNET_DEV, HOST4);
	net_addr_add(0, VZNET_DEV, HOST6);
	route_by_router(bed->a.init, "default");
	route_by_router(bed->b.init, "default");
	route_by_router(getpid(), A6);
	route_by_router(getpid(), FLOOD_B6);
	bed->leak = hear_forged(bed->world);
	kt_ct_begin(&bed->b, victim_serve, NULL, 0);
}

/* The world goes with its process, and takes the host's end along. */
static void clean_up(struct bed *bed)
{
	kt_ok(kt_ct_down(&bed->a) && kt_ct_down(&bed->b), "destroy");
	kill(bed->world, SIGKILL);
	waitpid(bed->world, NULL, 0);
	close(bed->leak);
	command("set -e; for a in " A4 " " FLOOD_B4 " " A6 " " FLOOD_B6 "; do"
		" ip route del $a dev venet0; done;"
		"ip addr del " HOST4 "/32 dev venet0;"
		"ip addr del " HOST6 "/128 dev venet0");
}

static bool all_answered(void)
{
	int i;

	for (i = 0; i < VICTIM_PROBES; i++)
		if (shared->load.answered[i] < VICTIM_REQUESTS)
			return false;
	return true;
}

/* A machine may stall for longer than a request waits. */
static void test_quiet(const struct bed *bed)
{
	int i;

	for (i = 0; i < 3; i++) {
		victim_run(&shared->load, bed->world, 0);
		if (all_answered())
			break;
	}
	for (i = 0; i < VICTIM_PROBES; i++)
		kt_is(shared->load.answered[i], VICTIM_REQUESTS,
		      "%s: all is answered without a flood",
		      victim_probe_name(i));
}

void test_net_flood(void)
{
	struct bed bed;
	int i;

	prepare(&bed);
	test_hearing(&bed);
	test_quiet(&bed);
	for (i = 0; i < FLOODS; i++)
		test_flood(&bed, &floods[i]);
	test_million(&bed);
	clean_up(&bed);
}
