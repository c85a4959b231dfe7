// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzcfgvalidate: the rules, those of OpenVZ's "UBC consistency check".
 *
 * They hold for configs that set beancounters one by one.  Where memory is set
 * as RAM and swap space, the others follow from it.
 */
#include <stdarg.h>
#include <string.h>

#include <linux/vzubc.h>

#include "rules.h"

#define ULL(n)	((unsigned long long)(n))
#define KIB	1024

/* A value of a rule: the barrier or the limit of a resource */
enum part {
	BARRIER,
	LIMIT,
	DISTANCE,	/* limit - barrier */
};

static struct finding *add(struct findings *findings, int severity)
{
	struct finding *f;

	findings->list = xrealloc(findings->list, (findings->count + 1) *
				  sizeof(*findings->list));
	f = &findings->list[findings->count++];
	*f = (struct finding){ .severity = severity };
	return f;
}

static const char *name_of(unsigned int resource)
{
	return vz_ub_by_number(resource)->name;
}

static char *value_text(uint64_t n)
{
	return n >= VZ_UB_UNLIMITED ? xstrdup("unlimited") :
				      xasprintf("%llu", ULL(n));
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	uint64_t sum = a + b;

	return a >= VZ_UB_UNLIMITED || b >= VZ_UB_UNLIMITED || sum < a ||
	       sum > VZ_UB_UNLIMITED ? VZ_UB_UNLIMITED : sum;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	return a >= VZ_UB_UNLIMITED || (b && a > VZ_UB_UNLIMITED / b) ?
	       VZ_UB_UNLIMITED : a * b;
}

static uint64_t part_of(const struct vz_ub_limit *l, enum part part)
{
	switch (part) {
	case BARRIER:
		return l->barrier;
	case LIMIT:
		return l->limit;
	default:
		if (l->limit >= VZ_UB_UNLIMITED)
			return VZ_UB_UNLIMITED;
		return l->limit > l->barrier ? l->limit - l->barrier : 0;
	}
}

/* What the resource would have to be so that its part is @least. */
static void repair(struct finding *f, unsigned int resource,
		   const struct vz_ub_limit *l, enum part part, uint64_t least)
{
	f->variable = vz_ub_by_number(resource)->variable;
	f->barrier = part == BARRIER ? least : l->barrier;
	f->limit = part == DISTANCE ? plus(l->barrier, least) :
		   part == LIMIT ? least : l->limit;
	/* the distance stays */
	if (part == BARRIER && l->barrier <= l->limit)
		f->limit = plus(least, part_of(l, DISTANCE));
	else if (part == BARRIER && f->limit < least)
		f->limit = least;
}

static void at_least(struct findings *findings, int severity,
		     const struct vz_ub_limit *limits, unsigned int resource,
		     enum part part, uint64_t least, const char *why)
{
	static const char *const parts[] = {
		".bar", ".lim", ".lim - bar",
	};
	const struct vz_ub_limit *l = &limits[resource];
	autofree char *want = value_text(least);
	autofree char *have = NULL;
	struct finding *f;

	if (!l->set || part_of(l, part) >= least)
		return;
	have = value_text(part_of(l, part));
	f = add(findings, severity);
	f->text = xasprintf("%s%s should be >= %s: %s (currently, %s)",
			    name_of(resource), parts[part], want, why, have);
	repair(f, resource, l, part, least);
}

static void check_order(struct findings *findings,
			const struct vz_ub_limit *limits)
{
	const struct vz_ub_resource *r = NULL;
	struct finding *f;

	while ((r = vz_ub_next(r))) {
		const struct vz_ub_limit *l = &limits[r->number];
		autofree char *bar = value_text(l->barrier);
		autofree char *lim = value_text(l->limit);

		/* the barrier of memory means nothing there */
		if (!l->set || l->barrier <= l->limit ||
		    r->number == VZUB_PHYSPAGES || r->number == VZUB_SWAPPAGES)
			continue;
		f = add(findings, RULE_ERROR);
		f->text = xasprintf("barrier should be <= limit for %s (currently, %s:%s)",
				    r->name, bar, lim);
		f->variable = r->variable;
		f->barrier = f->limit = l->barrier;
	}
}

/* Those of which a limit above the barrier is never reached. */
static void check_equal(struct findings *findings,
			const struct vz_ub_limit *limits)
{
	static const unsigned int same[] = {
		VZUB_NUMPROC, VZUB_NUMTCPSOCK, VZUB_NUMOTHERSOCK, VZUB_NUMFILE,
		VZUB_NUMPTY, VZUB_NUMSIGINFO, VZUB_NUMIPTENT, VZUB_SHMPAGES,
		VZUB_LOCKEDPAGES,
	};
	struct finding *f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(same); i++) {
		const struct vz_ub_limit *l = &limits[same[i]];
		autofree char *bar = value_text(l->barrier);
		autofree char *lim = value_text(l->limit);

		if (!l->set || l->barrier >= l->limit)
			continue;
		f = add(findings, RULE_RECOMMENDATION);
		f->text = xasprintf("barrier should be equal to limit for %s (currently, %s:%s)",
				    name_of(same[i]), bar, lim);
		f->variable = vz_ub_by_number(same[i])->variable;
		f->barrier = f->limit = l->barrier;
	}
}

static uint64_t socket_overhead(uint64_t n)
{
	return times(n, 5 * KIB / 2);
}

static void check_sockets(struct findings *findings,
			  const struct vz_ub_limit *limits)
{
	const struct vz_ub_limit *tcp = &limits[VZUB_NUMTCPSOCK];
	const struct vz_ub_limit *other = &limits[VZUB_NUMOTHERSOCK];

	if (tcp->set) {
		at_least(findings, RULE_ERROR, limits, VZUB_TCPSNDBUF,
			 DISTANCE, socket_overhead(tcp->barrier), "2.5 KiB * numtcpsock");
		at_least(findings, RULE_ERROR, limits, VZUB_TCPRCVBUF,
			 DISTANCE, socket_overhead(tcp->barrier), "2.5 KiB * numtcpsock");
	}
	if (other->set)
		at_least(findings, RULE_ERROR, limits, VZUB_OTHERSOCKBUF,
			 DISTANCE, socket_overhead(other->barrier),
			 "2.5 KiB * numothersock");
	at_least(findings, RULE_WARNING, limits, VZUB_TCPSNDBUF, BARRIER,
		 64 * KIB, "the buffer of one socket");
	at_least(findings, RULE_WARNING, limits, VZUB_TCPRCVBUF, BARRIER,
		 64 * KIB, "the buffer of one socket");
	at_least(findings, RULE_WARNING, limits, VZUB_OTHERSOCKBUF, BARRIER,
		 129 * KIB, "the longest message");
	at_least(findings, RULE_WARNING, limits, VZUB_DGRAMRCVBUF, BARRIER,
		 129 * KIB, "the longest datagram");
}

/* How many processes there are on an average: AVNUMPROC, or half of all. */
static uint64_t processes(const struct vz_config *cfg,
			  const struct vz_ub_limit *limits)
{
	const char *value = vz_config_get(cfg, "AVNUMPROC");

	if (value && strncmp(value, "unlimited", 9))
		return strtoull(value, NULL, 10);
	return value ? VZ_UB_UNLIMITED : limits[VZUB_NUMPROC].barrier / 2;
}

static void check_processes(struct findings *findings,
			    const struct vz_ub_limit *limits, uint64_t average)
{
	const struct vz_ub_limit *cache = &limits[VZUB_DCACHESIZE];

	at_least(findings, RULE_ERROR, limits, VZUB_NUMPROC, BARRIER, average,
		 "avnumproc");
	at_least(findings, RULE_ERROR, limits, VZUB_KMEMSIZE, BARRIER,
		 plus(times(average, 40 * KIB), cache->set ? cache->limit : 0),
		 "40 KiB * avnumproc + dcachesize.lim");
	at_least(findings, RULE_RECOMMENDATION, limits, VZUB_NUMFILE, BARRIER,
		 times(average, 32), "32 * avnumproc");
}

static void check_memory(struct findings *findings,
			 const struct vz_ub_limit *limits)
{
	const struct vz_ub_limit *files = &limits[VZUB_NUMFILE];
	const struct vz_ub_limit *guar = &limits[VZUB_VMGUARPAGES];

	if (guar->set)
		at_least(findings, RULE_WARNING, limits, VZUB_PRIVVMPAGES,
			 BARRIER, guar->barrier, "vmguarpages.bar");
	at_least(findings, RULE_WARNING, limits, VZUB_PRIVVMPAGES, BARRIER,
		 limits[VZUB_OOMGUARPAGES].set ?
		 limits[VZUB_OOMGUARPAGES].barrier : 0, "oomguarpages.bar");
	if (files->set)
		at_least(findings, RULE_RECOMMENDATION, limits,
			 VZUB_DCACHESIZE, BARRIER, times(files->barrier, 384),
			 "384 * numfile");
}

static void check_set(struct findings *findings,
		      const struct vz_ub_limit *limits)
{
	const struct vz_ub_resource *r = NULL;

	while ((r = vz_ub_next(r)))
		if (r->required && !limits[r->number].set)
			add(findings, RULE_ERROR)->text =
				xasprintf("required UB parameter %s not set",
					  r->name);
}

void rules_check(const struct vz_config *cfg, struct findings *findings)
{
	struct vz_ub_limit limits[VZ_UB_RESOURCES];

	*findings = (struct findings){ 0 };
	vz_config_ub(cfg, limits);
	check_order(findings, limits);
	if (vz_ub_is_vswap(limits))
		return;
	check_set(findings, limits);
	check_processes(findings, limits, processes(cfg, limits));
	check_sockets(findings, limits);
	check_memory(findings, limits);
	check_equal(findings, limits);
}

void findings_free(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		free(findings->list[i].text);
	free(findings->list);
	*findings = (struct findings){ 0 };
}
