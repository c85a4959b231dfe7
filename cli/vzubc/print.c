// SPDX-License-Identifier: GPL-2.0-only
/* vzubc: output. */
#include <string.h>

#include "vzubc.h"

#define ULL(n)		((unsigned long long)(n))
#define PAGE_BYTES	4096

/* Old kernels had the greatest int or long in pages for "unlimited". */
static bool is_unlimited(uint64_t n)
{
	return n >= VZ_UB_UNLIMITED || n == INT32_MAX;
}

/* At most five characters: "  12 ", " 1.5M" */
static void round_amount(char *text, size_t size, uint64_t n, int unit)
{
	static const char suffixes[] = "KMGTPE";
	long double value = n;
	int step = unit == VZ_UB_ITEMS ? 1000 : 1024, i = -1;

	if (unit == VZ_UB_PAGES)
		value *= PAGE_BYTES;
	/* what would be shown as 1000 is shown as one of the next unit */
	while (value >= (i < 0 ? 9999.5L : 999.5L) && i < 5) {
		value /= step;
		i++;
	}
	if (i < 0)
		snprintf(text, size, "%.0Lf ", value);
	else
		snprintf(text, size, "%.*Lf%c", value < 9.995L ? 2 :
			 value < 99.95L ? 1 : 0, value, suffixes[i]);
}

static void amount(char *text, size_t size, const struct view *view,
		   uint64_t n, int unit)
{
	if (!n || is_unlimited(n))
		snprintf(text, size, "- ");
	else if (view->verbose)
		snprintf(text, size, "%llu ", ULL(n));
	else
		round_amount(text, size, n, unit);
}

/* Of a bound, in per cent; "-" when there is none. */
static void percent(char *text, size_t size, uint64_t n, uint64_t bound)
{
	double ratio;

	if (!n || !bound || is_unlimited(bound)) {
		snprintf(text, size, "- ");
		return;
	}
	ratio = (double)n / (double)bound * 100;
	if (ratio > 999)
		snprintf(text, size, ">9x ");
	else
		snprintf(text, size, ratio < 0.95 ? "%.1f%%" : "%.0f%%",
			 ratio < 0.05 ? 0.1 : ratio);
}

static double ratio_of(uint64_t n, uint64_t bound)
{
	if (is_unlimited(bound))
		return 0;
	return bound ? (double)n / (double)bound : n ? 1 : 0;
}

/* A barrier of 0 is one that does not count, as that of physpages; what is
 * held up to a guarantee is as it should be. */
static double worst_ratio(const struct row *row, uint64_t n)
{
	double bar = row->barrier ? ratio_of(n, row->barrier) : 0;
	double lim = ratio_of(n, row->limit);

	if (!strcmp(row->name, "oomguarpages") ||
	    !strcmp(row->name, "vmguarpages"))
		bar = 0;
	return bar > lim ? bar : lim;
}

static bool is_notable(const struct view *view, const struct row *row)
{
	return row->failcnt || worst_ratio(row, row->held) > view->held_ratio ||
	       worst_ratio(row, row->maxheld) > view->max_ratio;
}

static void use(FILE *out, const struct view *view, const struct row *row,
		uint64_t n)
{
	char value[32], bar[16], lim[16];

	amount(value, sizeof(value), view, n, row->unit);
	percent(bar, sizeof(bar), n, row->barrier);
	percent(lim, sizeof(lim), n, row->limit);
	fprintf(out, "|%*s %4s %4s", view->verbose ? 20 : 5, value, bar, lim);
}

static void change(FILE *out, const struct view *view, const struct row *row)
{
	int64_t n = row->held_change;
	char value[32];

	amount(value, sizeof(value), view, n < 0 ? -(uint64_t)n : (uint64_t)n,
	       row->unit);
	fprintf(out, "|%*s%s", view->verbose ? 1 : 0, n < 0 ? "-" :
		n ? "+" : " ", "");
	fprintf(out, "%*s", view->verbose ? 20 : 5, value);
}

static void print_row(const struct view *view, const struct row *row, FILE *out)
{
	bool notable = view->color && is_notable(view, row);
	int width = view->verbose ? 20 : 5;
	char bar[32], lim[32], fail[32];

	amount(bar, sizeof(bar), view, row->barrier, row->unit);
	amount(lim, sizeof(lim), view, row->limit, row->unit);
	amount(fail, sizeof(fail), view, row->failcnt, VZ_UB_ITEMS);
	fprintf(out, "%s%13s", notable ? row->failcnt ? "\033[1;31m" :
		"\033[1;33m" : "", row->name);
	use(out, view, row, row->held);
	if (view->incremental)
		change(out, view, row);
	use(out, view, row, row->maxheld);
	fprintf(out, "|%*s|%*s|%*s%s\n", width, bar, width, lim, width, fail,
		notable ? "\033[0m" : "");
}

static void print_header(const struct view *view, uint32_t id, FILE *out)
{
	static const char dashes[] = "----------------------------------------------------------------------------------------------------------------------------------------------------------------";
	int width = view->verbose ? 20 : 5;
	int total = 13 + 2 * (width + 11) + 3 * (width + 1) +
		    (view->incremental ? width + 2 : 0);

	fprintf(out, "%.*s\n", total, dashes);
	fprintf(out, "CT %-10u|%*s Bar%% Lim%%", id, width, "HELD");
	if (view->incremental)
		fprintf(out, "|%*s", width + 1, "CHNG");
	fprintf(out, "|%*s Bar%% Lim%%|%*s|%*s|%*s\n", width, "MAXH", width,
		"BAR ", width, "LIM ", width, "FAIL");
	fprintf(out, "%.13s+%.*s", dashes, width + 10, dashes);
	if (view->incremental)
		fprintf(out, "+%.*s", width + 1, dashes);
	fprintf(out, "+%.*s+%.*s+%.*s+%.*s\n", width + 10, dashes, width,
		dashes, width, dashes, width, dashes);
}

void counter_print(const struct view *view, const struct counter *counter,
		   FILE *out)
{
	bool header = false;
	size_t i;

	for (i = 0; i < counter->count; i++) {
		if (view->quiet && !is_notable(view, &counter->rows[i]))
			continue;
		if (!header)
			print_header(view, counter->id, out);
		header = true;
		print_row(view, &counter->rows[i], out);
	}
}
