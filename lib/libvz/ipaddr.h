/* SPDX-License-Identifier: GPL-2.0-only */
/* IP addresses, alone and in lists. */
#ifndef _VZ_IPADDR_H
#define _VZ_IPADDR_H

#include <netinet/in.h>

#include "internal.h"

/* Longest text of one: an IPv6 address, "/128" and the end. */
#define VZ_IP_TEXT	(INET6_ADDRSTRLEN + 4)

/**
 * struct vz_ip - an address of a container
 * @family: AF_INET, AF_INET6; 0: none
 * @bits: prefix length of the network it is in, 32 or 128 when none was given
 * @addr: network byte order; an IPv4 one in the first four bytes, the others 0
 */
struct vz_ip {
	uint16_t	family;
	uint16_t	bits;
	uint8_t		addr[16];
};

/** vz_ip_parse - reads "10.0.0.1", "10.0.0.1/24", "10.0.0.1/255.255.255.0",
 * "2001:db8::1/64".  0 or -EINVAL */
int vz_ip_parse(const char *text, struct vz_ip *ip);
/** vz_ip_format - canonical text of the address alone; returns @text */
const char *vz_ip_format(const struct vz_ip *ip, char text[VZ_IP_TEXT]);
/** vz_ip_format_net - the same with "/bits" unless it is a single address */
const char *vz_ip_format_net(const struct vz_ip *ip, char text[VZ_IP_TEXT]);
/** vz_ip_same - the same address, whatever the networks */
bool vz_ip_same(const struct vz_ip *a, const struct vz_ip *b);
/** vz_ip_in - is @ip in the network @net? */
bool vz_ip_in(const struct vz_ip *ip, const struct vz_ip *net);
/** vz_ip_is_any - 0.0.0.0 or ::, which stand for no address */
bool vz_ip_is_any(const struct vz_ip *ip);
/** vz_ip_usable - can a container have it?  Not loopback, multicast,
 * link-local IPv6 and the like */
bool vz_ip_usable(const struct vz_ip *ip);
/** vz_ip_len - bytes of an address of a family */
static inline size_t vz_ip_len(int family)
{
	return family == AF_INET ? 4 : 16;
}

/** struct vz_ips - a list in which no address is twice */
struct vz_ips {
	struct vz_ip	*v;
	size_t		n;
};

static inline void vz_ips_free(struct vz_ips *ips)
{
	free(ips->v);
	ips->v = NULL;
	ips->n = 0;
}
#define autoips	__attribute__((cleanup(vz_ips_free)))

/** vz_ips_find - the element with this address, or NULL */
struct vz_ip *vz_ips_find(const struct vz_ips *ips, const struct vz_ip *ip);
/** vz_ips_has - is there an address of a family? */
bool vz_ips_has(const struct vz_ips *ips, int family);
/** vz_ips_add - appends one; where the address is there already the new
 * network takes the place of the old.  0 or -ENOMEM */
int vz_ips_add(struct vz_ips *ips, const struct vz_ip *ip);
/** vz_ips_append - the same for one that is known not to be there */
int vz_ips_append(struct vz_ips *ips, const struct vz_ip *ip);
/** vz_ips_copy - makes an empty list the same as another */
int vz_ips_copy(struct vz_ips *to, const struct vz_ips *from);
/** vz_ips_del - takes one out, if it is there */
void vz_ips_del(struct vz_ips *ips, const struct vz_ip *ip);
/** vz_ips_parse - adds the addresses of a text, separated by blanks, but for
 * 0.0.0.0 and ::.  0, -EINVAL, -ENOMEM; NULL for @text is an empty one */
int vz_ips_parse(struct vz_ips *ips, const char *text);
/** vz_ips_put - writes them, separated by blanks; @nets: with "/bits" */
void vz_ips_put(const struct vz_ips *ips, bool nets, FILE *out);
/** vz_ips_text - the same as a string, freed by the caller; NULL: no memory */
char *vz_ips_text(const struct vz_ips *ips, bool nets);

#endif /* _VZ_IPADDR_H */
