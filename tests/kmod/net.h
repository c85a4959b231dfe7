/* SPDX-License-Identifier: GPL-2.0-only */
/* Networks for the tests of vznet: containers with a device, rtnetlink. */
#ifndef KT_NET_H
#define KT_NET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include "kt.h"
#include "linux/vznet.h"

/* into the network namespace of a process */
void net_enter(pid_t pid);
/* a socket in the network namespace of a process, 0: our own */
int net_socket(pid_t pid, int family, int type, int protocol);
/* rtnetlink there: 0 or a negative errno */
int net_link_add(pid_t pid, const char *name, const char *kind);
int net_link_del(pid_t pid, const char *name);
int net_link_move(pid_t pid, const char *name, pid_t to);
int net_link_up(pid_t pid, const char *name, bool up);
int net_link_mtu(pid_t pid, const char *name, unsigned int mtu);
int net_addr_add(pid_t pid, const char *name, const char *addr);
int net_route_add(pid_t pid, const char *name, const char *dest);

/* the argument of an address command */
struct vznet_addr net_addr(uint32_t ctid, const char *addr);
int net_own(uint32_t ctid, const char *addr);
int net_disown(uint32_t ctid, const char *addr);

/* a running container with venet0 up, these addresses and default routes */
struct kt_ct net_ct_up(uint32_t id, const char *v4, const char *v6);
/* the host's venet0 up with routes to them */
void net_host_route(const char *v4, const char *v6);
struct vznet_stat net_stat(uint32_t ctid);
uint64_t net_sum(const struct vznet_count counts[VZNET_CLASSES]);

#endif /* KT_NET_H */
