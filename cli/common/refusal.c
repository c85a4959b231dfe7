// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "refusal.h"
#include "table.h"

#define ULL(n)	((unsigned long long)(n))

const char *unit_name(int unit)
{
	switch (unit) {
	case VZ_UB_BYTES:
		return "bytes";
	case VZ_UB_PAGES:
		return "pages";
	default:
		return "items";
	}
}

static const char *resource_name(unsigned int resource)
{
	const struct vz_ub_resource *r = vz_ub_by_number(resource);

	return r ? r->name : "unknown resource";
}

/* "3 pages", "1 byte", "17", "unlimited" */
static char *amount_text(unsigned int resource, uint64_t n)
{
	const struct vz_ub_resource *r = vz_ub_by_number(resource);

	if (n >= VZ_UB_UNLIMITED)
		return xstrdup("unlimited");
	if (!r || r->unit == VZ_UB_ITEMS)
		return xasprintf("%llu", ULL(n));
	return xasprintf("%llu %s%s", ULL(n),
			 r->unit == VZ_UB_BYTES ? "byte" : "page",
			 n == 1 ? "" : "s");
}

/* The name was chosen inside: it does not move the reader's cursor. */
static char *process_text(const struct vz_ub_refusal *refusal)
{
	char *text, *p;

	if (!refusal->pid)
		return xstrdup("process unknown");
	text = xasprintf("process %d (%.15s)", (int)refusal->pid,
			 refusal->comm);
	for (p = text; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
	return text;
}

char *refusal_text(const struct vz_ub_refusal *refusal)
{
	unsigned int resource = refusal->resource;
	autofree char *held = amount_text(resource, refusal->held);
	autofree char *wanted = amount_text(resource, refusal->wanted);
	autofree char *bound = amount_text(resource, refusal->bound);
	autofree char *process = process_text(refusal);

	return xasprintf("%s: %s held, %s more wanted, bound %s; %s",
			 resource_name(resource), held, wanted, bound,
			 process);
}

char *refusal_time(const struct vz_ub_refusal *refusal)
{
	time_t seconds = (time_t)(refusal->time_ns / 1000000000);
	char text[64] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", &tm);
	return xstrdup(text);
}

void refusals_print(const struct vz_ub_refusal *list, size_t count,
		    uint64_t total, FILE *out)
{
	size_t i;

	if (!count)
		fputs("No refusals recorded\n", out);
	else if (total > count)
		fprintf(out, "%llu earlier refusals are not kept\n",
			ULL(total - count));
	for (i = 0; i < count; i++) {
		autofree char *when = refusal_time(&list[i]);
		autofree char *text = refusal_text(&list[i]);

		fprintf(out, "%s %s\n", when, text);
	}
}

static void print_object(const struct vz_ub_refusal *r, FILE *out)
{
	const struct vz_ub_resource *resource = vz_ub_by_number(r->resource);
	autofree char *when = refusal_time(r);

	fputs("  {\n    \"time\": ", out);
	json_string(out, when);
	fputs(",\n    \"resource\": ", out);
	json_string(out, resource_name(r->resource));
	fprintf(out, ",\n    \"unit\": \"%s\",\n    \"held\": %llu,\n    \"wanted\": %llu,\n    \"bound\": %llu,\n    \"pid\": ",
		unit_name(resource ? resource->unit : VZ_UB_ITEMS),
		ULL(r->held), ULL(r->wanted), ULL(r->bound));
	if (r->pid)
		fprintf(out, "%d", (int)r->pid);
	else
		fputs("null", out);
	fputs(",\n    \"comm\": ", out);
	if (r->pid)
		json_string(out, r->comm);
	else
		fputs("null", out);
	fputs("\n  }", out);
}

void refusals_print_json(const struct vz_ub_refusal *list, size_t count,
			 FILE *out)
{
	size_t i;

	fputc('[', out);
	for (i = 0; i < count; i++) {
		fputs(i ? ",\n" : "\n", out);
		print_object(&list[i], out);
	}
	fputs(count ? "\n]\n" : "]\n", out);
}
