// SPDX-License-Identifier: GPL-2.0-only
/* Packets made byte by byte, and packet sockets that send them. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include "net.h"
#include "net_packet.h"

int packet_socket(pid_t pid, const char *dev, int protocol)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(protocol),
	};
	int fd = net_socket(pid, AF_PACKET, SOCK_DGRAM, htons(protocol));
	struct ifreq ifr = {};

	strncpy(ifr.ifr_name, dev, sizeof(ifr.ifr_name) - 1);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &ifr))
		kt_die("packet socket");
	ll.sll_ifindex = ifr.ifr_ifindex;
	if (bind(fd, (void *)&ll, sizeof(ll)))
		kt_die("bind");
	return fd;
}

int send_on(int fd, const struct packet *p)
{
	struct sockaddr_ll ll;
	socklen_t len = sizeof(ll);

	getsockname(fd, (void *)&ll, &len);
	ll.sll_protocol = htons(p->protocol);
	ll.sll_halen = 0;
	return sendto(fd, p->data, p->len, 0, (void *)&ll, sizeof(ll)) < 0 ?
	       -errno : 0;
}

uint16_t checksum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	if (len)
		sum += *p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

struct packet v4(const char *from, const char *to, const void *options,
		 size_t optlen)
{
	struct packet p = { .protocol = ETH_P_IP, .len = 20 + optlen + 12 };
	uint8_t *d = p.data;
	uint16_t sum;

	d[0] = 0x40 | (5 + optlen / 4);
	d[3] = p.len;
	d[8] = 64;
	d[9] = IPPROTO_UDP;
	inet_pton(AF_INET, from, d + 12);
	inet_pton(AF_INET, to, d + 16);
	if (optlen)
		memcpy(d + 20, options, optlen);
	d += 20 + optlen;
	d[1] = d[3] = 9;
	d[5] = 12;
	sum = checksum(p.data, 20 + optlen, 0);
	p.data[10] = sum >> 8;
	p.data[11] = sum;
	return p;
}

struct packet v6(const char *from, const char *to, uint8_t next,
			const void *payload, size_t len)
{
	struct packet p = { .protocol = ETH_P_IPV6, .len = 40 + len };
	uint8_t *d = p.data;

	d[0] = 0x60;
	d[5] = len;
	d[6] = next;
	d[7] = 255;
	inet_pton(AF_INET6, from, d + 8);
	inet_pton(AF_INET6, to, d + 24);
	memcpy(d + 40, payload, len);
	return p;
}

const uint8_t udp[12] = { 0, 9, 0, 9, 0, 12, 0xff, 0xff };
