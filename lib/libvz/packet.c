// SPDX-License-Identifier: GPL-2.0-only
/* Sockets for whole frames. */
#include <arpa/inet.h>
#include <ctype.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

#include "packet.h"

/* The host may receive a lot of IPv6 that is of no interest here. */
static int only_advertisements(int fd)
{
	struct sock_filter code[] = {
		/* next header */
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 40),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 256),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			  sizeof(prog)) ? -errno : 0;
}

/* Without a protocol nothing is received before all is set up. */
int vz_packet_open(int index, uint16_t ethertype)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
		.sll_ifindex = index,
	};
	autoclose int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC |
				  SOCK_NONBLOCK, 0);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (ethertype == ETHERTYPE_IPV6)
		ret = only_advertisements(fd);
	if (!ret && bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		ret = -errno;
	return ret ? ret : steal_fd(&fd);
}

int vz_packet_send(int fd, const void *frame, size_t len)
{
	return send(fd, frame, len, 0) < 0 ? -errno : 0;
}

ssize_t vz_packet_recv(int fd, void *frame, size_t room)
{
	struct sockaddr_ll from;
	socklen_t size;
	ssize_t len;

	do {
		size = sizeof(from);
		len = recvfrom(fd, frame, room, 0, (struct sockaddr *)&from,
			       &size);
	} while (len >= 0 && from.sll_pkttype == PACKET_OUTGOING);
	return len < 0 ? 0 : len;
}

int vz_mac_parse(const char *text, uint8_t mac[ETH_ALEN])
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";
	size_t i;

	if (!strcmp(text, "broadcast")) {
		memset(mac, 0xff, ETH_ALEN);
		return 0;
	}
	for (i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) :
				     text[i] != form[i])
			return -EINVAL;
	for (i = 0; i < ETH_ALEN; i++)
		mac[i] = strtoul(text + 3 * i, NULL, 16);
	return 0;
}

const char *vz_mac_format(const uint8_t mac[ETH_ALEN], char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	return text;
}
