// SPDX-License-Identifier: GPL-2.0-only
/* vzquota: output. */
#include <string.h>
#include <time.h>

#include "vzquota.h"

#define ULL(n)	((unsigned long long)(n))

static const char *const types[] = { "user", "group" };

/* "HH:MM" or "Ndays", rounded to minutes. */
static void format_time(uint64_t seconds, char *buf, size_t size)
{
	uint64_t minutes = (seconds + 30) / 60;

	if (minutes >= 24 * 60)
		snprintf(buf, size, "%lludays", ULL(minutes / (24 * 60)));
	else
		snprintf(buf, size, "%02llu:%02llu", ULL(minutes / 60),
			 ULL(minutes % 60));
}

/* What is left until @due. */
static void format_grace(uint64_t due, char *buf, size_t size)
{
	uint64_t now = (uint64_t)time(NULL);

	if (!due)
		buf[0] = '\0';
	else if (due <= now)
		snprintf(buf, size, "none");
	else
		format_time(due - now, buf, size);
}

static bool is_over(uint64_t usage, uint64_t soft, uint64_t hard)
{
	return (soft && usage > soft) || (hard && usage > hard);
}

/* @usage and limits are in the unit of the row. */
static void print_row(const char *name, uint64_t usage, uint64_t soft,
		      uint64_t hard, uint64_t due, uint32_t grace, bool batch)
{
	char left[24];

	if (usage <= soft)
		due = 0;
	if (batch) {
		printf("%14llu %14llu %14llu %14llu %14u\n", ULL(usage),
		       ULL(soft), ULL(hard), ULL(due), grace);
		return;
	}
	format_grace(due, left, sizeof(left));
	printf("%11s %14llu%c %14llu %14llu %8s\n", name, ULL(usage),
	       is_over(usage, soft, hard) ? '*' : ' ', ULL(soft), ULL(hard),
	       left);
}

void print_quota(const struct vz_quota *q, bool batch)
{
	const struct vz_quota_grace *grace = &q->grace[VZ_QUOTA_ALL];
	const struct vz_quota_usage *u = &q->all;

	if (!batch)
		printf("%11s %14s  %14s %14s %8s\n", "resource", "usage",
		       "softlimit", "hardlimit", "grace");
	print_row("1k-blocks", dq_blocks(u->space), dq_blocks(u->space_soft),
		  dq_blocks(u->space_hard), u->space_time, grace->space,
		  batch);
	print_row("inodes", u->inodes, u->inodes_soft, u->inodes_hard,
		  u->inodes_time, grace->inodes, batch);
}

static bool is_exceeded(const struct vz_quota *q)
{
	return q->flags & VZ_QUOTA_EXCEEDED ||
	       (q->ugid_limit && q->count > q->ugid_limit);
}

static void print_status(const struct vz_quota *q, bool batch, int next,
			 bool active)
{
	if (batch) {
		printf("%d %d\n%u %zu %u\n%d\n", next, active, q->loaded,
		       q->count, q->ugid_limit, is_exceeded(q));
		return;
	}
	printf("User/group quota: %s,%s\n",
	       next < 0 ? "-" : next ? "on" : "off",
	       active ? "active" : "inactive");
	printf("%sUgids: loaded %u, total %zu, limit %u\n",
	       q->count > q->ugid_limit ? "*" : "", q->loaded, q->count,
	       q->ugid_limit);
	printf("Ugid limit was exceeded: %s\n\n", is_exceeded(q) ? "yes" : "no");
}

static void print_graces(const struct vz_quota *q, bool batch)
{
	char space[24], inodes[24];
	size_t i;

	if (!batch)
		printf("User/group grace times and quotafile flags:\n"
		       "%5s %14s %14s %10s\n", "type", "block_exp_time",
		       "inode_exp_time", "dqi_flags");
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct vz_quota_grace *grace = &q->grace[i];

		if (batch) {
			printf("%5s %u %u %9Xh\n", types[i], grace->space,
			       grace->inodes, 0);
			continue;
		}
		space[0] = '\0';
		inodes[0] = '\0';
		if (grace->space)
			format_time(grace->space, space, sizeof(space));
		if (grace->inodes)
			format_time(grace->inodes, inodes, sizeof(inodes));
		printf("%5s %14s %14s %9Xh\n", types[i], space, inodes, 0);
	}
}

static void print_object(const struct vz_quota_usage *u, const char *resource,
			 const uint64_t *numbers, uint64_t due, bool batch,
			 const char *status)
{
	char grace[24];

	if (numbers[0] < numbers[1])
		due = 0;
	if (batch)
		snprintf(grace, sizeof(grace), "%llu", ULL(due));
	else
		format_grace(due, grace, sizeof(grace));
	printf("%-11u %5s %9s %11llu %11llu %11llu %8s %6s\n", u->id,
	       types[u->type], resource, ULL(numbers[0]), ULL(numbers[1]),
	       ULL(numbers[2]), grace, status);
}

void print_ugids(const struct vz_quota *q, bool batch, int next, bool active)
{
	const char *status = batch ? active ? "1 0" : "0 0" :
				     active ? "loaded" : "";
	size_t i;

	print_status(q, batch, next, active);
	print_graces(q, batch);
	if (!q->count)
		return;
	if (!batch)
		printf("\nUser/group objects:\n"
		       "%-11s %5s %9s %11s %11s %11s %8s %6s\n", "ID", "type",
		       "resource", "usage", "softlimit", "hardlimit", "grace",
		       "status");
	for (i = 0; i < q->count; i++) {
		const struct vz_quota_usage *u = &q->ugids[i];
		const uint64_t blocks[] = { dq_blocks(u->space),
					    dq_blocks(u->space_soft),
					    dq_blocks(u->space_hard) };
		const uint64_t inodes[] = { u->inodes, u->inodes_soft,
					    u->inodes_hard };

		print_object(u, "1k-blocks", blocks, u->space_time, batch,
			     status);
		print_object(u, "inodes", inodes, u->inodes_time, batch,
			     status);
	}
}
