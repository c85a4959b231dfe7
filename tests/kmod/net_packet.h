/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets made byte by byte, and packet sockets that send them. */
#ifndef KT_NET_PACKET_H
#define KT_NET_PACKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct packet {
	uint16_t	protocol;
	size_t		len;
	uint8_t		data[2048];
};

/* one for a device in the network namespace of a process, 0: our own */
int packet_socket(pid_t pid, const char *dev, int protocol);
/* 0 or a negative errno */
int send_on(int fd, const struct packet *p);
uint16_t checksum(const void *data, size_t len, uint32_t sum);

/* UDP to port 9 in IPv4; @options: bytes of options, a multiple of 4 */
struct packet v4(const char *from, const char *to, const void *options,
		 size_t optlen);
/* IPv6 with a payload of @len bytes that begins with the header @next */
struct packet v6(const char *from, const char *to, uint8_t next,
		 const void *payload, size_t len);
/* such a payload: UDP to port 9 */
extern const uint8_t udp[12];

#endif /* KT_NET_PACKET_H */
