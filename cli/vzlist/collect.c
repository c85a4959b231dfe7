// SPDX-License-Identifier: GPL-2.0-only
/* vzlist: reading the containers' data. */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "collect.h"

/**
 * struct subject - what is read of one container before it becomes a row
 * @net: its traffic
 * @net_known: a field needs @net, and it could be read
 * @ub: its beancounters
 * @ub_known: the same
 * @quota: its disk usage
 * @quota_known: the same
 */
struct subject {
	struct vz_ct		*ct;
	struct vz_status	st;
	bool			down;
	struct vz_net_stat	net;
	bool			net_known;
	struct vz_ub_value	ub[VZ_UB_RESOURCES];
	bool			ub_known;
	struct vz_quota_usage	quota;
	bool			quota_known;
};

static void set_text(struct value *value, const char *text)
{
	if (!text || !text[0])
		return;
	value->text = xstrdup(text);
	value->known = true;
}

static void set_number(struct value *value, int64_t number)
{
	value->number = number;
	value->known = number >= 0;
}

/* A variable in its canonical form; NULL when unset or wrong. */
static char *canonical(const struct vz_ct *ct, const char *variable)
{
	const char *raw = vz_ct_get(ct, variable);
	const struct vz_param *param = vz_param_by_name(variable);
	char *clean;

	if (!raw)
		return NULL;
	if (!param)
		return xstrdup(raw);
	return vz_param_parse(param, raw, false, &clean, NULL) < 0 ? NULL :
								     clean;
}

static int64_t parse_number(const char *text)
{
	unsigned long long n;
	char *end;

	if (!strncmp(text, "unlimited", 9))
		return VALUE_UNLIMITED;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (end == text || errno || n > INT64_MAX)
		return -1;
	return (int64_t)n;
}

/* "barrier:limit", or one number for both. */
static void parse_limits(const char *text, int64_t *barrier, int64_t *limit)
{
	const char *colon;

	if (!text)
		return;
	colon = strchr(text, ':');
	*barrier = parse_number(text);
	*limit = parse_number(colon ? colon + 1 : text);
}

static void set_config(struct value *value, int kind, const char *text)
{
	char *end;

	if (!text || !text[0])
		return;
	switch (kind) {
	case KIND_INT:
	case KIND_INT0:
		set_number(value, parse_number(text));
		break;
	case KIND_BOOL:
		set_number(value, is_yes(text));
		break;
	case KIND_REAL:
		value->real = strtod(text, &end);
		value->known = end != text;
		break;
	default:
		set_text(value, text);
		break;
	}
}

static void set_lower(struct value *value, const char *text)
{
	char *p;

	set_text(value, text);
	if (value->known)
		for (p = value->text; *p; p++)
			*p = tolower((unsigned char)*p);
}

static void clear_parts(int64_t *part)
{
	size_t i;

	for (i = 0; i < 5; i++)
		part[i] = -1;
}

/* @part -1 fills in all of value->part, else one part as a number. */
static void set_parts(struct value *value, const int64_t *parts, int part)
{
	if (part < 0)
		memcpy(value->part, parts, sizeof(value->part));
	else
		set_number(value, parts[part]);
}

static int64_t ub_number(uint64_t n)
{
	return n > VZ_UB_UNLIMITED ? VALUE_UNLIMITED : (int64_t)n;
}

static void ub_parts(int64_t *parts, const struct vz_ub_value *v)
{
	if (v->known) {
		parts[0] = ub_number(v->held);
		parts[1] = ub_number(v->maxheld);
		parts[4] = ub_number(v->failcnt);
	}
	parts[2] = ub_number(v->barrier);
	parts[3] = ub_number(v->limit);
}

/* The kernel knows what is in force while a container runs, and without vzubc
 * at least how many processes there are; what is down uses nothing. */
static void set_ubc(struct value *value, const struct subject *s,
		    const struct field *field, const char *text)
{
	const struct vz_ub_resource *r = vz_ub_by_variable(field->variable);
	int64_t parts[5];

	clear_parts(parts);
	if (s->ub_known && r)
		ub_parts(parts, &s->ub[r->number]);
	else
		parse_limits(text, &parts[2], &parts[3]);
	if (!s->down && !strcmp(field->variable, "NUMPROC"))
		parts[0] = s->st.nproc;
	value->known = !s->down;
	if (s->down && field->part < 0)
		parts[0] = parts[1] = parts[4] = 0;
	set_parts(value, parts, field->part);
}

static int64_t limit_number(uint64_t limit, unsigned int shift)
{
	return limit ? (int64_t)(limit >> shift) : VALUE_UNLIMITED;
}

/* A quota that is on knows its limits; of others counts what the config says,
 * which the next start will set. */
static void set_quota(struct value *value, const struct subject *s,
		      const struct field *field, const char *text)
{
	bool space = !strcmp(field->variable, "DISKSPACE");
	const struct vz_quota_usage *q = &s->quota;
	int64_t parts[5];

	clear_parts(parts);
	if (s->quota_known) {
		parts[0] = (int64_t)(space ? q->space >> 10 : q->inodes);
		parts[1] = limit_number(space ? q->space_soft : q->inodes_soft,
					space ? 10 : 0);
		parts[2] = limit_number(space ? q->space_hard : q->inodes_hard,
					space ? 10 : 0);
	}
	if (!s->quota_known || !s->st.mounted)
		parse_limits(text, &parts[1], &parts[2]);
	set_parts(value, parts, field->part);
}

static bool is_vswap(const struct vz_ct *ct)
{
	struct vz_ub_limit limits[VZ_UB_RESOURCES];

	vz_config_ub(vz_ct_config(ct), limits);
	return vz_ub_is_vswap(limits);
}

static const char *status_word(const struct subject *s)
{
	if (!s->down)
		return "running";
	if (s->st.suspended)
		return "suspended";
	return s->st.mounted ? "mounted" : "stopped";
}

static void set_smart_name(struct value *value, const struct vz_ct *ct)
{
	const char *name = vz_ct_name(ct);
	autofree char *number = NULL;

	if (!name)
		name = number = xasprintf("%u", vz_ct_id(ct));
	set_text(value, name);
}

static void set_from_config(struct value *value, int index,
			    const struct subject *s)
{
	const struct field *field = &fields[index];
	autofree char *text = canonical(s->ct, field->variable);

	switch (field->source) {
	case FROM_CONFIG:
		set_config(value, columns[index].kind, text);
		break;
	case FROM_CONFIG_LIMIT:
		set_config(value, columns[index].kind, text);
		value->known = value->known && value->number > 0;
		break;
	case FROM_CONFIG_LOWER:
		set_lower(value, text);
		break;
	case FROM_UBC:
		set_ubc(value, s, field, text);
		break;
	case FROM_QUOTA:
		set_quota(value, s, field, text);
		break;
	}
}

/* The kernel knows what a running container has, whatever its config says. */
static void set_addresses(struct value *value, int index,
			  const struct subject *s)
{
	autofree char *text = NULL;

	if (s->down)
		text = canonical(s->ct, fields[index].variable);
	else if (vz_ct_addresses(s->ct, &text, NULL) < 0)
		return;
	set_text(value, text);
}

static uint64_t sum_bytes(const struct vz_net_count *counts)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < VZ_NET_CLASSES; i++)
		sum += counts[i].bytes;
	return sum;
}

static void set_net(struct value *value, int source, const struct subject *s)
{
	if (s->net_known)
		set_number(value, sum_bytes(source == FROM_NET_IN ?
					    s->net.in : s->net.out));
}

static void set_value(struct value *value, int index, const struct subject *s)
{
	switch (fields[index].source) {
	case FROM_ID:
		set_number(value, vz_ct_id(s->ct));
		break;
	case FROM_PRIVATE:
		set_text(value, vz_ct_private(s->ct));
		break;
	case FROM_ROOT:
		set_text(value, vz_ct_root(s->ct));
		break;
	case FROM_NAME:
		set_text(value, vz_ct_name(s->ct));
		break;
	case FROM_SMART_NAME:
		set_smart_name(value, s->ct);
		break;
	case FROM_STATUS:
		set_text(value, status_word(s));
		break;
	case FROM_ADDRESSES:
		set_addresses(value, index, s);
		break;
	case FROM_UPTIME:
		value->real = s->st.uptime;
		value->known = !s->down;
		break;
	case FROM_VSWAP:
		set_number(value, is_vswap(s->ct));
		break;
	case FROM_NET_IN:
	case FROM_NET_OUT:
		set_net(value, fields[index].source, s);
		break;
	case FROM_NOWHERE:
		break;
	default:
		set_from_config(value, index, s);
		break;
	}
}

static bool matches(const char *pattern, const char *text)
{
	return !pattern || (text && !fnmatch(pattern, text, 0));
}

static bool is_hidden(const struct request *request, const struct vz_ct *ct)
{
	return !matches(request->hostname, vz_ct_get(ct, "HOSTNAME")) ||
	       !matches(request->name, vz_ct_name(ct)) ||
	       !matches(request->description, vz_ct_get(ct, "DESCRIPTION"));
}

/* Does the container exist, and is it in a state that is asked for? */
static bool is_wanted(const struct request *request, const struct subject *s)
{
	if (s->down && !(s->st.has_config && s->st.has_private))
		return false;
	if (request->stopped)
		return s->down;
	return request->all || request->count || !s->down;
}

static bool is_needed(const struct request *request, int source)
{
	int i;

	for (i = 0; i < field_count; i++)
		if (request->needed[i] && (int)fields[i].source == source)
			return true;
	return false;
}

static void read_net(const struct request *request, struct subject *s)
{
	s->net_known = !s->down &&
		       (is_needed(request, FROM_NET_IN) ||
			is_needed(request, FROM_NET_OUT)) &&
		       !vz_ctx_net_stat(vz_ct_ctx(s->ct), vz_ct_id(s->ct),
					&s->net, NULL);
}

static void read_ub(const struct request *request, struct subject *s)
{
	s->ub_known = !s->down && is_needed(request, FROM_UBC) &&
		      !vz_ctx_ub_values(vz_ct_ctx(s->ct), vz_ct_id(s->ct),
					s->ub, NULL);
}

static void read_quota(const struct request *request, struct subject *s)
{
	s->quota_known = is_needed(request, FROM_QUOTA) &&
			 !vz_ct_quota(s->ct, &s->quota, NULL);
}

static void add_row(struct result *result, const struct request *request,
		    const struct subject *s)
{
	struct row *row;
	int i;

	result->rows = xrealloc(result->rows, (result->count + 1) *
				sizeof(*result->rows));
	row = &result->rows[result->count++];
	row->id = vz_ct_id(s->ct);
	row->values = xcalloc(field_count, sizeof(*row->values));
	for (i = 0; i < field_count; i++) {
		clear_parts(row->values[i].part);
		if (request->needed[i])
			set_value(&row->values[i], i, s);
	}
}

/* One that cannot be read does not hide the others; of a broken config file
 * counts what can be understood. */
static void read_container(struct vz_ctx *ctx, uint32_t id,
			   const struct request *request,
			   struct result *result)
{
	struct subject s = { 0 };
	struct vz_error err = { 0 };

	if (vz_ct_open(ctx, id, &s.ct, &err) < 0) {
		fprintf(stderr, "CT %u: %s\n", id, err.text);
		return;
	}
	if (vz_ct_status(s.ct, &s.st, &err) < 0) {
		fprintf(stderr, "CT %u: %s\n", id, err.text);
		goto out;
	}
	if (vz_ct_check_config(s.ct, &err) < 0)
		fprintf(stderr, "CT %u: %s\n", id, err.text);
	s.down = s.st.state != VZ_RUNNING;
	if (!is_wanted(request, &s))
		goto out;
	if (is_hidden(request, s.ct)) {
		result->hidden++;
		goto out;
	}
	read_net(request, &s);
	read_ub(request, &s);
	read_quota(request, &s);
	add_row(result, request, &s);
out:
	vz_ct_unref(s.ct);
}

int collect(struct vz_ctx *ctx, const struct request *request,
	    struct result *result, struct vz_error *err)
{
	autofree uint32_t *all = NULL;
	const uint32_t *ids = request->ids;
	ssize_t i, count = (ssize_t)request->count;

	if (!count) {
		count = vz_ctx_containers(ctx, &all, err);
		if (count < 0)
			return (int)count;
		ids = all;
	}
	for (i = 0; i < count; i++)
		if (ids[i])
			read_container(ctx, ids[i], request, result);
	return 0;
}

void result_free(struct result *result)
{
	size_t i;
	int j;

	for (i = 0; i < result->count; i++) {
		for (j = 0; j < field_count; j++)
			free(result->rows[i].values[j].text);
		free(result->rows[i].values);
	}
	free(result->rows);
}
