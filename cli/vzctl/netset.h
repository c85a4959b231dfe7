/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of vzctl set that are about virtual Ethernet devices. */
#ifndef _VZ_CLI_NETSET_H
#define _VZ_CLI_NETSET_H

#include <getopt.h>

#include "vzctl.h"

/* getopt values of net_options, from here on */
#define OPT_NET	0x200

#define NET_OPTIONS	8

/**
 * struct net_args - what the options ask for
 * @netifs: changes
 * @n: how many
 * @ifname: of the last --ifname
 */
struct net_args {
	struct vz_netif_change	*netifs;
	size_t			n;
	const char		*ifname;
};

extern const struct option net_options[NET_OPTIONS];

/** net_option - takes one of net_options.  Returns an exit code */
int net_option(struct net_args *args, int c, const char *value);
/** net_apply - puts them into effect on a container that runs, and the values
 * for its config file into @changes.  Returns an exit code */
int net_apply(struct cli *cli, const struct net_args *args,
	      struct vz_config *changes);
void net_free(struct net_args *args);

#endif /* _VZ_CLI_NETSET_H */
