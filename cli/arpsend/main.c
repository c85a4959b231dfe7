// SPDX-License-Identifier: GPL-2.0-only
/* arpsend: find out who has an address, or tell the neighbours */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "../common/util.h"

/* Exit codes, as scripts know them. */
enum {
	EXIT_OK		= 0,
	EXIT_USAGE	= 1,
	EXIT_SYSTEM	= 2,
	EXIT_ANSWER	= 3,
	EXIT_NO_ANSWER	= 4,
};

#define TARGETS_MAX	1024

struct args {
	struct vz_arp	arp;
	const char	*targets[TARGETS_MAX + 1];
	size_t		count;
	const char	*ipv6;
	bool		verbose;
};

static const struct option options[] = {
	{ "update",	no_argument,		NULL, 'U' },
	{ "detect",	no_argument,		NULL, 'D' },
	{ "request",	no_argument,		NULL, 'Q' },
	{ "reply",	no_argument,		NULL, 'P' },
	{ "count",	required_argument,	NULL, 'c' },
	{ "timeout",	required_argument,	NULL, 'w' },
	{ "src-hw",	required_argument,	NULL, 's' },
	{ "trg-hw",	required_argument,	NULL, 't' },
	{ "src-arp",	required_argument,	NULL, 'S' },
	{ "trg-arp",	required_argument,	NULL, 'T' },
	{ "src-ip",	required_argument,	NULL, 'i' },
	{ "trg-ip",	required_argument,	NULL, 'e' },
	{ "at-once",	no_argument,		NULL, 'o' },
	{ },
};

static int usage(void)
{
	fprintf(stderr,
		"Usage: arpsend -U -i ADDRESS [-c COUNT] [-w SECONDS] DEVICE\n"
		"       arpsend -D -e ADDRESS [-e ADDRESS]... [-c COUNT] [-w SECONDS] DEVICE\n"
		"       arpsend -Q | -P [-i ADDRESS] [-e ADDRESS]... [-c COUNT] [-w SECONDS] DEVICE\n"
		"       with any: [-s MAC] [-t MAC] [-S MAC] [-T MAC] [-o] [-v]\n");
	return EXIT_USAGE;
}

static bool parse_number(const char *text, unsigned int min, unsigned int *n)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value < min ||
	    value > 1000000)
		return false;
	*n = (unsigned int)value;
	return true;
}

static bool set_kind(struct args *args, int kind)
{
	if (args->arp.kind)
		return false;
	args->arp.kind = kind;
	return true;
}

static bool add_target(struct args *args, const char *text)
{
	if (strchr(text, ':')) {
		args->ipv6 = text;
		return true;
	}
	if (args->count == TARGETS_MAX)
		return false;
	args->targets[args->count++] = text;
	return true;
}

static bool set_source(struct args *args, const char *text)
{
	if (strchr(text, ':'))
		args->ipv6 = text;
	else
		args->arp.source = text;
	return true;
}

static bool set_option(struct args *args, int c)
{
	switch (c) {
	case 'U':
		return set_kind(args, VZ_ARP_UPDATE);
	case 'D':
		return set_kind(args, VZ_ARP_DETECT);
	case 'Q':
		return set_kind(args, VZ_ARP_REQUEST);
	case 'P':
		return set_kind(args, VZ_ARP_REPLY);
	case 'c':
		return parse_number(optarg, 1, &args->arp.count);
	case 'w':
		return parse_number(optarg, 0, &args->arp.interval);
	case 's':
		args->arp.eth_src = optarg;
		return true;
	case 't':
		args->arp.eth_dst = optarg;
		return true;
	case 'S':
		args->arp.arp_src = optarg;
		return true;
	case 'T':
		args->arp.arp_dst = optarg;
		return true;
	case 'i':
		return set_source(args, optarg);
	case 'e':
		return add_target(args, optarg);
	case 'o':
		return args->arp.once = true;
	case 'v':
		return args->verbose = true;
	}
	return false;
}

static bool parse(struct args *args, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "UDQPc:w:s:t:S:T:i:e:ov", options,
				NULL)) >= 0)
		if (!set_option(args, c))
			return false;
	if (argc - optind != 1 || !args->arp.kind)
		return false;
	args->arp.device = argv[optind];
	if (args->arp.kind == VZ_ARP_DETECT && !args->count && !args->ipv6)
		return false;
	return args->arp.kind != VZ_ARP_UPDATE || args->arp.source ||
	       args->ipv6;
}

static int failed(const struct vz_error *err)
{
	fprintf(stderr, "arpsend: %s\n", err->text);
	return err->code == VZ_E_INVALID_VALUE ? EXIT_USAGE : EXIT_SYSTEM;
}

static void print_answer(void *data, const char *address, const char *mac)
{
	fprintf(stderr, "arpsend: %s is detected on another computer : %s\n",
		address, mac);
}

/* IPv6 has no ARP, but the two questions make sense for it. */
static int run_ipv6(const struct args *args)
{
	struct vz_error err = { 0 };
	char mac[18];
	int ret;

	if (args->arp.kind == VZ_ARP_UPDATE) {
		ret = vz_ip_announce(args->ipv6, args->arp.device, &err);
		return ret < 0 ? failed(&err) : EXIT_OK;
	}
	if (args->arp.kind != VZ_ARP_DETECT)
		return usage();
	ret = vz_ip_detect(args->ipv6, args->arp.device, mac, &err);
	if (ret > 0)
		print_answer(NULL, args->ipv6, mac);
	if (ret < 0)
		return failed(&err);
	return ret ? EXIT_ANSWER : EXIT_OK;
}

static int run(struct args *args)
{
	struct vz_error err = { 0 };
	int ret;

	args->arp.targets = args->targets;
	args->arp.answer = print_answer;
	/* who asks for one address is content with one answer */
	if (args->arp.kind == VZ_ARP_DETECT && args->count <= 1)
		args->arp.once = true;
	ret = vz_arp_run(&args->arp, &err);
	if (ret < 0)
		return failed(&err);
	if (args->verbose)
		fprintf(stderr, "arpsend: %d answers\n", ret);
	switch (args->arp.kind) {
	case VZ_ARP_DETECT:
		return ret ? EXIT_ANSWER : EXIT_OK;
	case VZ_ARP_REQUEST:
		return ret ? EXIT_OK : EXIT_NO_ANSWER;
	}
	return ret ? EXIT_ANSWER : EXIT_OK;
}

int main(int argc, char **argv)
{
	struct args args = { .arp.interval = 1 };

	if (!parse(&args, argc, argv))
		return usage();
	return args.ipv6 ? run_ipv6(&args) : run(&args);
}
