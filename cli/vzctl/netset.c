// SPDX-License-Identifier: GPL-2.0-only
/* vzctl set: --netif_add and the like */
#include <string.h>

#include "netset.h"

enum {
	OPT_NETIF_ADD = OPT_NET,
	OPT_NETIF_DEL,
	OPT_IFNAME,
	OPT_MAC,		/* from here on: of the last --ifname */
	OPT_HOST_IFNAME,
	OPT_HOST_MAC,
	OPT_BRIDGE,
	OPT_MAC_FILTER,
};

const struct option net_options[NET_OPTIONS] = {
	{ "netif_add",	 required_argument, NULL, OPT_NETIF_ADD },
	{ "netif_del",	 required_argument, NULL, OPT_NETIF_DEL },
	{ "ifname",	 required_argument, NULL, OPT_IFNAME },
	{ "mac",	 required_argument, NULL, OPT_MAC },
	{ "host_ifname", required_argument, NULL, OPT_HOST_IFNAME },
	{ "host_mac",	 required_argument, NULL, OPT_HOST_MAC },
	{ "bridge",	 required_argument, NULL, OPT_BRIDGE },
	{ "mac_filter",	 required_argument, NULL, OPT_MAC_FILTER },
};

static const char *option_name(int c)
{
	size_t i;

	for (i = 0; i < NET_OPTIONS; i++)
		if (net_options[i].val == c)
			return net_options[i].name;
	return NULL;
}

static void add_netif(struct net_args *args, int op, const char *ifname,
		      const char *key, const char *value)
{
	args->netifs = xrealloc(args->netifs,
				(args->n + 1) * sizeof(*args->netifs));
	args->netifs[args->n++] = (struct vz_netif_change) {
		.op = op, .ifname = ifname, .key = key, .value = value,
	};
}

static int set_netif(struct net_args *args, int c, const char *value)
{
	if (!args->ifname) {
		fprintf(stderr, "Invalid usage.  Option --ifname not specified\n");
		return VZ_E_INVALID_SYNTAX;
	}
	add_netif(args, VZ_NETIF_SET, args->ifname, option_name(c), value);
	return 0;
}

int net_option(struct net_args *args, int c, const char *value)
{
	switch (c) {
	case OPT_NETIF_ADD:
		add_netif(args, VZ_NETIF_ADD, value, NULL, NULL);
		return 0;
	case OPT_NETIF_DEL:
		add_netif(args, VZ_NETIF_DEL, value, NULL, NULL);
		return 0;
	case OPT_IFNAME:
		args->ifname = value;
		return 0;
	default:
		return set_netif(args, c, value);
	}
}

int net_apply(struct cli *cli, const struct net_args *args,
	      struct vz_config *changes)
{
	autofree char *value = NULL;
	struct vz_error err = { 0 };

	if (!args->n)
		return 0;
	if (vz_ct_netif(cli->ct, args->netifs, args->n, &value, &err) < 0 ||
	    vz_config_set(changes, "NETIF", value, &err) < 0)
		return failed(cli, &err);
	return 0;
}

void net_free(struct net_args *args)
{
	free(args->netifs);
}
