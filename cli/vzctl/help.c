// SPDX-License-Identifier: GPL-2.0-only
/* vzctl --version, --help */
#include <string.h>

#include "vzctl.h"

void print_version(FILE *out)
{
	fprintf(out, "vzctl version %s\n", VZ_VERSION);
}

/* One line per parameter that can be set; they come from the library, which
 * knows them all. */
static void print_parameters(FILE *out)
{
	const struct vz_param *p = NULL;

	while ((p = vz_param_next(p)))
		if ((p->flags & VZ_PARAM_SET) && p->option)
			fprintf(out, "      [--%s %s]\n", p->option,
				p->arg ? p->arg : "VALUE");
}

/* The first line is read by programs, and so is "vzctl set ... --force". */
void print_usage(FILE *out)
{
	const struct verb *verb;

	print_version(out);
	fprintf(out, "Usage: vzctl [--quiet] [--verbose]... [--skiplock] COMMAND CTID [OPTION...]\n"
		"       vzctl --help | --version\n"
		"CTID is a number or a name.\n\n");
	for (verb = verbs; verb->name; verb++)
		if (verb->usage)
			fprintf(out, "vzctl %s\n", verb->usage);
	fprintf(out, "vzctl set CTID [--save] [--force] [--setmode restart|ignore]\n"
		"      [--userpasswd USER:PASSWORD] [--skip_arpdetect]\n"
		"      [--reset_ub] [-k|-l|-p|-n|-f|-t|-i|-e|-a|-b|-x N[:N]]\n"
		"      [--netif_add IF[,MAC[,HOST_IF[,HOST_MAC[,BRIDGE]]]]]\n"
		"      [--netif_del IF|all]\n"
		"      [--ifname IF [--mac MAC] [--host_ifname NAME] [--host_mac MAC]\n"
		"       [--bridge NAME] [--mac_filter on|off]]\n");
	print_parameters(out);
}
