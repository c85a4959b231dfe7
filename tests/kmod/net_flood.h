/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has to go on working while somebody floods. */
#ifndef KT_NET_FLOOD_H
#define KT_NET_FLOOD_H

#include "net.h"

#define FLOOD_B4	"10.7.0.2"
#define FLOOD_B6	"2001:db8:7::2"

/* Clients in the world have addresses that begin so. */
#define FLOOD_CLIENT4	"10.8.0."
#define FLOOD_CLIENT6	"2001:db8:8::"

#define VICTIM_PROBES	4

/* Requests of each probe */
#define VICTIM_REQUESTS	16

/**
 * struct victim_load - what becomes of requests
 * @flood: counter of the flood's packets
 * @answered: requests that were answered, by probe
 * @passed: packets of the flood while they were on their way, by probe
 */
struct victim_load {
	const volatile long	*flood;
	volatile long		answered[VICTIM_PROBES];
	volatile long		passed[VICTIM_PROBES];
};

/* the server of a container: echoes over UDP and TCP; never returns */
int victim_serve(void *arg);
/*
 * All probes make their requests; @load is shared with them.  @world: a process
 * of the namespace behind the host.  Not 0: a client there has that number, and
 * takes the next one for each request.
 */
void victim_run(struct victim_load *load, pid_t world, int client);
const char *victim_probe_name(int probe);

#endif /* KT_NET_FLOOD_H */
