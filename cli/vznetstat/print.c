// SPDX-License-Identifier: GPL-2.0-only
/* vznetstat: output. */
#include "vznetstat.h"

#define ULL(n)	((unsigned long long)(n))

/* The way of OpenVZ: whole units, never more than the number. */
static uint64_t rounded(const struct view *view, uint64_t n, char *unit)
{
	static const char units[] = " KMG";
	int i = 0;

	while (view->round && n >> 10 && i < 3) {
		n >>= 10;
		i++;
	}
	*unit = units[i];
	return n;
}

static void print_class(const struct view *view, const struct vz_net_stat *st,
			unsigned int class)
{
	const struct vz_net_count *in = &st->in[class], *out = &st->out[class];
	uint64_t in_bytes, out_bytes;
	char in_unit, out_unit;

	in_bytes = rounded(view, in->bytes, &in_unit);
	out_bytes = rounded(view, out->bytes, &out_unit);
	printf("%-10u %-2u %20llu%c %10llu %20llu%c %10llu\n", st->ctid, class,
	       ULL(in_bytes), in_unit, ULL(in->packets),
	       ULL(out_bytes), out_unit, ULL(out->packets));
}

static void print_drops(const struct view *view, const struct vz_net_stat *st)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = vz_net_drop_name(i)); i++)
		if (st->dropped[i] || view->all)
			printf("%-10u %-10s %20llu\n", st->ctid, name,
			       ULL(st->dropped[i]));
}

void print_text(const struct view *view, const struct vz_net_stat *list,
		size_t count)
{
	unsigned int class;
	size_t i;

	/* programs read this line */
	puts(view->drops ? "CTID       Reason             Dropped(pkts)" :
	     "CTID    Net.Class     Input(bytes) Input(pkts)        Output(bytes) Output(pkts)");
	for (i = 0; i < count; i++) {
		if (view->drops) {
			print_drops(view, &list[i]);
			continue;
		}
		for (class = 0; class < VZ_NET_CLASSES; class++)
			if (class_is_shown(view, &list[i], class))
				print_class(view, &list[i], class);
	}
}

static void json_classes(const struct view *view, const struct vz_net_stat *st)
{
	const char *separator = "";
	unsigned int class;

	for (class = 0; class < VZ_NET_CLASSES; class++) {
		if (!class_is_shown(view, st, class))
			continue;
		printf("%s\n      {\"class\": %u, \"in_bytes\": %llu, \"in_packets\": %llu, \"out_bytes\": %llu, \"out_packets\": %llu}",
		       separator, class, ULL(st->in[class].bytes),
		       ULL(st->in[class].packets), ULL(st->out[class].bytes),
		       ULL(st->out[class].packets));
		separator = ",";
	}
}

static void json_drops(const struct vz_net_stat *st)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = vz_net_drop_name(i)); i++)
		printf("%s\"%s\": %llu", i ? ", " : "", name,
		       ULL(st->dropped[i]));
}

void print_json(const struct view *view, const struct vz_net_stat *list,
		size_t count)
{
	size_t i;

	putchar('[');
	for (i = 0; i < count; i++) {
		printf("%s\n  {\n    \"ctid\": %u,\n    \"classes\": [",
		       i ? "," : "", list[i].ctid);
		json_classes(view, &list[i]);
		fputs("\n    ],\n    \"dropped\": {", stdout);
		json_drops(&list[i]);
		fputs("}\n  }", stdout);
	}
	puts(count ? "\n]" : "]");
}
