// SPDX-License-Identifier: GPL-2.0-only
/* Packet filters: rules, elements of sets, connections that are tracked. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bomb.h"

#define NFT	"nft -f - >/dev/null 2>&1"

/* Addresses of the 10.0.0.0/8 that a process adds before it begins again */
#define ADDRESSES	(1 << 15)

static int run(const char *command, const char *first, const char *each,
	       long count, const char *last)
{
	FILE *to = popen(command, "w");
	int status;

	if (!to)
		return errno;
	fputs(first, to);
	while (count--)
		fputs(each, to);
	fputs(last, to);
	status = pclose(to);
	return status ? ENOMEM : 0;
}

/* Rules of nftables, all at once */
static int bomb_nft(long n, long size)
{
	(void)n;
	return run(NFT, "add table inet t\nadd chain inet t c\n",
		   "add rule inet t c counter\n", size, "");
}

static int bomb_iptables(long n, long size)
{
	(void)n;
	return run("xtables-legacy-multi iptables-restore -n >/dev/null 2>&1",
		   "*filter\n", "-A INPUT -p tcp --dport 1 -j DROP\n", size,
		   "COMMIT\n");
}

/* Each process has a set of its own. */
static int bomb_elements(long n, long size)
{
	unsigned int address;
	FILE *to = popen(NFT, "w");
	long i;

	if (!to)
		return errno;
	fprintf(to, "add table inet e\n"
		"add set inet e s%1$d { type ipv4_addr; }\n"
		"add element inet e s%1$d { 10.255.255.255", getpid());
	for (i = 0; i < size; i++) {
		address = (n * size + i) % ADDRESSES;
		fprintf(to, ", 10.0.%u.%u", address >> 8, address & 255);
	}
	fputs(" }\n", to);
	return pclose(to) ? ENOMEM : 0;
}

/* Packets to as many ports, each of which meets the rules. */
static int send_many(const char *rules, long n, long size)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	static int fd = -1;
	long i;

	if (fd < 0) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0 || run(NFT, rules, "", 0, ""))
			return ENOMEM;
	}
	for (i = 0; i < size; i++) {
		sin.sin_port = htons(1 + (n * size + i) % 65535);
		sendto(fd, "", 1, MSG_DONTWAIT, (void *)&sin, sizeof(sin));
	}
	return 0;
}

/* Each is a connection, which is remembered for half a minute. */
static int bomb_track(long n, long size)
{
	return send_many("add table ip k\nadd chain ip k o "
			 "{ type filter hook output priority 0; }\n"
			 "flush chain ip k o\n"
			 "add rule ip k o ct state new counter\n", n, size);
}

/* Each is remembered for an hour. */
static int bomb_added(long n, long size)
{
	return send_many("add table ip d\nadd set ip d s "
			 "{ type inet_service . inet_service; size 9999999; "
			 "flags dynamic,timeout; timeout 1h; }\n"
			 "add chain ip d o "
			 "{ type filter hook output priority 0; }\n"
			 "flush chain ip d o\n"
			 "add rule ip d o ip protocol udp "
			 "add @s { udp sport . udp dport }\n", n, size);
}

const struct taker filter_bombs[] = {
	{ "nft", bomb_nft, NULL },
	{ "iptables", bomb_iptables, NULL },
	{ "elements", bomb_elements, NULL },
	{ "track", bomb_track, NULL },
	{ "added", bomb_added, NULL },
	{ NULL },
};
