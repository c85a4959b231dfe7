// SPDX-License-Identifier: GPL-2.0-only
/* IP addresses, alone and in lists. */
#include <arpa/inet.h>

#include "ipaddr.h"
#include "param.h"

/* "24" or "255.255.255.0" */
static int parse_bits(const char *text, struct vz_ip *ip)
{
	struct in_addr mask;
	uint32_t host;
	uint64_t n;

	if (ip->family == AF_INET && inet_pton(AF_INET, text, &mask) == 1) {
		host = ~ntohl(mask.s_addr);
		if (host & (host + 1))
			return -EINVAL;
		ip->bits = 32 - __builtin_popcount(host);
		return 0;
	}
	if (vz_parse_u64(text, &n) || n > ip->bits)
		return -EINVAL;
	ip->bits = n;
	return 0;
}

int vz_ip_parse(const char *text, struct vz_ip *ip)
{
	size_t len = strcspn(text, "/");
	char host[INET6_ADDRSTRLEN];

	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	*ip = (struct vz_ip){ .family = AF_INET, .bits = 32 };
	if (inet_pton(AF_INET, host, ip->addr) != 1) {
		*ip = (struct vz_ip){ .family = AF_INET6, .bits = 128 };
		if (inet_pton(AF_INET6, host, ip->addr) != 1)
			return -EINVAL;
	}
	return text[len] ? parse_bits(text + len + 1, ip) : 0;
}

const char *vz_ip_format(const struct vz_ip *ip, char text[VZ_IP_TEXT])
{
	if (!inet_ntop(ip->family, ip->addr, text, VZ_IP_TEXT))
		*text = '\0';
	return text;
}

const char *vz_ip_format_net(const struct vz_ip *ip, char text[VZ_IP_TEXT])
{
	vz_ip_format(ip, text);
	if (ip->bits < 8 * vz_ip_len(ip->family))
		snprintf(text + strlen(text), VZ_IP_TEXT - strlen(text),
			 "/%u", ip->bits);
	return text;
}

bool vz_ip_same(const struct vz_ip *a, const struct vz_ip *b)
{
	return a->family == b->family &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

bool vz_ip_in(const struct vz_ip *ip, const struct vz_ip *net)
{
	size_t bytes = net->bits / 8;
	uint8_t mask = 0xff00 >> net->bits % 8;

	if (ip->family != net->family || memcmp(ip->addr, net->addr, bytes))
		return false;
	return !mask || !((ip->addr[bytes] ^ net->addr[bytes]) & mask);
}

bool vz_ip_is_any(const struct vz_ip *ip)
{
	static const uint8_t any[16];

	return !memcmp(ip->addr, any, sizeof(any));
}

bool vz_ip_usable(const struct vz_ip *ip)
{
	static const char *const reserved[] = {
		"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255",
		"::/127", "::ffff:0:0/96", "fe80::/10", "ff00::/8",
	};
	struct vz_ip net;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		if (!vz_ip_parse(reserved[i], &net) && vz_ip_in(ip, &net))
			return false;
	return true;
}

struct vz_ip *vz_ips_find(const struct vz_ips *ips, const struct vz_ip *ip)
{
	size_t i;

	for (i = 0; i < ips->n; i++)
		if (vz_ip_same(&ips->v[i], ip))
			return &ips->v[i];
	return NULL;
}

bool vz_ips_has(const struct vz_ips *ips, int family)
{
	size_t i;

	for (i = 0; i < ips->n; i++)
		if (ips->v[i].family == family)
			return true;
	return false;
}

int vz_ips_append(struct vz_ips *ips, const struct vz_ip *ip)
{
	struct vz_ip *v = reallocarray(ips->v, ips->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	ips->v = v;
	v[ips->n++] = *ip;
	return 0;
}

int vz_ips_add(struct vz_ips *ips, const struct vz_ip *ip)
{
	struct vz_ip *old = vz_ips_find(ips, ip);

	if (!old)
		return vz_ips_append(ips, ip);
	*old = *ip;
	return 0;
}

int vz_ips_copy(struct vz_ips *to, const struct vz_ips *from)
{
	if (!from->n)
		return 0;
	to->v = calloc(from->n, sizeof(*to->v));
	if (!to->v)
		return -ENOMEM;
	memcpy(to->v, from->v, from->n * sizeof(*to->v));
	to->n = from->n;
	return 0;
}

void vz_ips_del(struct vz_ips *ips, const struct vz_ip *ip)
{
	struct vz_ip *old = vz_ips_find(ips, ip);

	if (!old)
		return;
	ips->n--;
	memmove(old, old + 1, (ips->v + ips->n - old) * sizeof(*old));
}

int vz_ips_parse(struct vz_ips *ips, const char *text)
{
	autofree char *copy = strdup(text ? text : "");
	char *save = NULL, *word;
	struct vz_ip ip;
	int ret = 0;

	if (!copy)
		return -ENOMEM;
	for (word = strtok_r(copy, " \t", &save); word && !ret;
	     word = strtok_r(NULL, " \t", &save)) {
		ret = vz_ip_parse(word, &ip);
		if (!ret && !vz_ip_is_any(&ip))
			ret = vz_ips_add(ips, &ip);
	}
	return ret;
}

void vz_ips_put(const struct vz_ips *ips, bool nets, FILE *out)
{
	char text[VZ_IP_TEXT];
	size_t i;

	for (i = 0; i < ips->n; i++)
		fprintf(out, "%s%s", i ? " " : "",
			nets ? vz_ip_format_net(&ips->v[i], text) :
			       vz_ip_format(&ips->v[i], text));
}

char *vz_ips_text(const struct vz_ips *ips, bool nets)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	vz_ips_put(ips, nets, f);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
