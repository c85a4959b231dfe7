// SPDX-License-Identifier: GPL-2.0-only
/* vznet: changes while packets flow, and large numbers. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net.h"

#define MOVING	"10.3.0.100"

/* A child that sends as fast as it can until it is killed. */
static pid_t flood(struct kt_ct *from, const char *to)
{
	struct sockaddr_storage ss = {};
	struct sockaddr_in6 *in6 = (void *)&ss;
	struct sockaddr_in *in = (void *)&ss;
	int family = strchr(to, ':') ? AF_INET6 : AF_INET;
	pid_t pid;
	int fd;

	fd = net_socket(from->init, family, SOCK_DGRAM, 0);
	ss.ss_family = family;
	in->sin_port = htons(9);
	inet_pton(family, to, family == AF_INET ? (void *)&in->sin_addr :
						   (void *)&in6->sin6_addr);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		/* an error of a packet before does not stop it */
		for (;;)
			sendto(fd, &ss, 64, 0, (void *)&ss,
			       family == AF_INET ? sizeof(*in) : sizeof(*in6));
	}
	close(fd);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int move_to(uint32_t ctid, const char *addr)
{
	struct vznet_addr a = net_addr(ctid, addr);

	a.flags = VZNET_ADDR_MOVE;
	return vz(VZNET_IOC_ADDR_ADD, &a);
}

static uint64_t lost(const struct vznet_stat *stat)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < VZNET_DROPS; i++)
		if (i != VZNET_DROP_QUEUE)
			sum += stat->dropped[i];
	return sum;
}

static void test_move(struct kt_ct *a, struct kt_ct *b, struct kt_ct *c)
{
	struct vznet_stat at_a, at_b, at_c;
	int i, n = kt_times(300), bad = 0;
	uint64_t b0, c0, out0;
	pid_t pid;

	net_own(b->id, MOVING);
	b0 = net_sum(net_stat(b->id).in);
	c0 = net_sum(net_stat(c->id).in);
	out0 = net_sum(net_stat(a->id).out);
	pid = flood(a, MOVING);
	for (i = 0; i < n; i++) {
		bad += move_to(i % 2 ? b->id : c->id, MOVING);
		usleep(1000);
	}
	end(pid);
	usleep(200000);
	at_a = net_stat(a->id);
	at_b = net_stat(b->id);
	at_c = net_stat(c->id);
	kt_is(bad, 0, "%d moves of an address under load", n);
	kt_ok(net_sum(at_b.in) > b0 && net_sum(at_c.in) > c0,
	      "both containers received");
	kt_is(net_sum(at_b.in) - b0 + net_sum(at_c.in) - c0,
	      net_sum(at_a.out) - out0, "nothing went anywhere else");
	kt_is(lost(&at_a), 0, "nothing was lost on the way");
	net_disown(c->id, MOVING);
	net_disown(b->id, MOVING);
}

static void test_up_down(struct kt_ct *a, struct kt_ct *b)
{
	pid_t one = flood(a, "10.3.0.2"), two = flood(b, "10.3.0.1");
	int i, n = kt_times(100), bad = 0;

	for (i = 0; i < n; i++) {
		bad += net_link_up(b->init, VZNET_DEV, false) != 0;
		bad += net_link_up(b->init, VZNET_DEV, true) != 0;
	}
	kt_is(bad, 0, "down and up %d times under load", n);
	for (i = 0, bad = 0; i < n / 2; i++) {
		bad += net_link_del(b->init, VZNET_DEV) != 0;
		bad += net_link_add(b->init, VZNET_DEV, VZNET_KIND) != 0;
		bad += net_link_up(b->init, VZNET_DEV, true) != 0;
	}
	kt_is(bad, 0, "deleted and made %d times under load", n / 2);
	net_route_add(b->init, VZNET_DEV, "0.0.0.0");
	end(one);
	end(two);
}

static void test_own_disown(struct kt_ct *a)
{
	pid_t pid = flood(a, "10.3.0.2");
	int i, n = kt_times(500), bad = 0;

	for (i = 0; i < n; i++)
		bad += net_disown(a->id, "10.3.0.1") ||
		       net_own(a->id, "10.3.0.1");
	kt_is(bad, 0, "an address taken and given %d times under load", n);
	end(pid);
}

/* The sender dies with its packets on the way, the receiver too. */
static void test_death(struct kt_ct *a)
{
	int i, n = kt_times(20), bad = 0;

	for (i = 0; i < n; i++) {
		struct kt_ct ct = net_ct_up(1039, "10.3.0.9", NULL);
		pid_t one = flood(&ct, "10.3.0.1");
		pid_t two = flood(a, "10.3.0.9");

		usleep(3000);
		bad += !kt_ct_down(&ct);
		end(one);
		end(two);
	}
	kt_is(bad, 0, "%d containers end under load", n);
}

void test_net_load(void)
{
	struct kt_ct a = net_ct_up(1031, "10.3.0.1", "2001:db8:3::1");
	struct kt_ct b = net_ct_up(1032, "10.3.0.2", "2001:db8:3::2");
	struct kt_ct c = net_ct_up(1033, "10.3.0.3", "2001:db8:3::3");
	pid_t six;

	net_host_route("10.3.0.1", NULL);
	test_move(&a, &b, &c);
	six = flood(&c, "2001:db8:3::1");
	test_up_down(&a, &b);
	test_own_disown(&a);
	test_death(&a);
	end(six);
	kt_ok(kt_ct_down(&a) && kt_ct_down(&b) && kt_ct_down(&c), "destroy");
}

void test_net_many(void)
{
	struct kt_ct ct = net_ct_up(1041, "10.4.0.1", "2001:db8:4::1");
	int i, n = kt_times(1000), bad = 0;

	for (i = 0; i < n; i++)
		bad += net_own(1041, "10.4.0.2") ||
		       net_own(1041, "2001:db8:4::2") ||
		       net_disown(1041, "2001:db8:4::2") ||
		       net_disown(1041, "10.4.0.2");
	kt_is(bad, 0, "%d times add and delete", n);
	for (i = 0, bad = 0; i < n / 10; i++)
		bad += net_link_del(ct.init, VZNET_DEV) ||
		       net_link_add(ct.init, VZNET_DEV, VZNET_KIND);
	kt_is(bad, 0, "a device %d times", n / 10);
	kt_ok(kt_ct_down(&ct), "destroy");
	n = kt_times(30);
	for (i = 0, bad = 0; i < n; i++) {
		ct = net_ct_up(1042, "10.4.0.1", "2001:db8:4::1");
		bad += !kt_ct_down(&ct);
	}
	kt_is(bad, 0, "%d containers with network", n);
}

/* @n addresses from 10.64.0.0 on */
static int own_many(uint32_t ctid, uint32_t first, uint32_t n)
{
	struct vznet_addr a = net_addr(ctid, "10.64.0.0");
	uint32_t i, addr;
	int bad = 0;

	for (i = 0; i < n; i++) {
		addr = htonl(0x0a400000 + first + i);
		memcpy(a.addr, &addr, sizeof(addr));
		bad += vz(VZNET_IOC_ADDR_ADD, &a) != 0;
	}
	return bad;
}

void test_net_crowd(void)
{
	static struct kt_ct ct[300];
	struct vznet_addr_list all = { .size = sizeof(all) };
	int i, n = kt_times(300), more = kt_times(35000), bad = 0;
	int most = kt_times(VZNET_ADDR_MAX);
	char v4[32], v6[32];

	for (i = 0; i < n; i++) {
		snprintf(v4, sizeof(v4), "10.5.%d.%d", i / 200, i % 200 + 1);
		snprintf(v6, sizeof(v6), "2001:db8:5::%x", i + 1);
		ct[i] = net_ct_up(2000 + i, v4, v6);
	}
	vz(VZNET_IOC_ADDR_LIST, &all);
	kt_is(all.count, 2 * n, "%d containers with two addresses each", n);
	kt_is(own_many(2000, 0, most - 2), 0, "one with %d", most);
	if (most == VZNET_ADDR_MAX)
		kt_is(net_own(2000, "10.200.0.1"), -ENOSPC, "and not one more");
	kt_is(own_many(2001, most, more), 0, "another with %d", more);
	for (i = 0; i < n; i++)
		bad += !kt_ct_down(&ct[(i * 37) % n]);
	kt_is(bad, 0, "they end in another order");
	vz(VZNET_IOC_ADDR_LIST, &all);
	kt_is(all.count, 0, "no address is left");
}

/* Containers go on while the module comes and goes; their network does not. */
void test_net_reload(void)
{
	struct kt_ct a = net_ct_up(1051, "10.6.0.1", NULL);
	struct kt_ct b = net_ct_up(1052, NULL, NULL);
	pid_t pid = flood(&a, "10.6.0.2");
	int i, n = kt_times(20), bad = 0;

	kt_ok(system("rmmod vznet 2>/dev/null"),
	      "not unloaded while a container has an address");
	net_disown(1051, "10.6.0.1");
	for (i = 0; i < n; i++) {
		bad += system("taskset -c 0 rmmod vznet") ||
		       system("taskset -c 0 modprobe vznet");
		bad += net_link_add(a.init, VZNET_DEV, VZNET_KIND) ||
		       net_link_up(a.init, VZNET_DEV, true) ||
		       net_route_add(a.init, VZNET_DEV, "0.0.0.0");
	}
	kt_is(bad, 0, "unloaded and loaded %d times under two containers", n);
	kt_is(net_own(1051, "10.6.0.1"), 0, "which are known again");
	end(pid);
	kt_ok(kt_ct_down(&a) && kt_ct_down(&b), "destroy");
}
