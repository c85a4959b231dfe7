// SPDX-License-Identifier: GPL-2.0-only
/* vzubc: reading beancounters. */
#include <errno.h>
#include <string.h>

#include "vzubc.h"

static bool parse_u64(const char *word, uint64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoull(word, &end, 10);
	return *word >= '0' && *word <= '9' && !*end && !errno;
}

static struct counter *add_counter(struct counters *counters, uint32_t id)
{
	struct counter *c;

	counters->list = xrealloc(counters->list, (counters->count + 1) *
				  sizeof(*counters->list));
	c = &counters->list[counters->count++];
	*c = (struct counter){ .id = id };
	return c;
}

/* "101:" begins a beancounter. */
static bool parse_id(const char *word, uint32_t *id)
{
	size_t len = strlen(word);
	unsigned long long n;
	char *end;

	if (len < 2 || word[len - 1] != ':' || *word < '0' || *word > '9')
		return false;
	errno = 0;
	n = strtoull(word, &end, 10);
	*id = (uint32_t)n;
	return !errno && end == word + len - 1 && n <= UINT32_MAX;
}

/* Of a resource that the library does not know the unit is in its name. */
static int unit_of(const char *name)
{
	const struct vz_ub_resource *r = NULL;
	size_t len = strlen(name);

	while ((r = vz_ub_next(r)))
		if (!strcmp(r->name, name))
			return r->unit;
	return len > 5 && !strcmp(name + len - 5, "pages") ? VZ_UB_PAGES :
							     VZ_UB_ITEMS;
}

static bool parse_row(char **words, struct row *row)
{
	if (strlen(words[0]) >= sizeof(row->name))
		return false;
	strcpy(row->name, words[0]);
	row->unit = unit_of(row->name);
	return parse_u64(words[1], &row->held) &&
	       parse_u64(words[2], &row->maxheld) &&
	       parse_u64(words[3], &row->barrier) &&
	       parse_u64(words[4], &row->limit) &&
	       parse_u64(words[5], &row->failcnt);
}

/* Returns how many words there are, at most @max. */
static int split(char *line, char **words, int max)
{
	char *save = NULL, *word;
	int n = 0;

	for (word = strtok_r(line, " \t\n", &save); word && n < max;
	     word = strtok_r(NULL, " \t\n", &save))
		words[n++] = word;
	return n;
}

static void add_row(struct counter *c, const struct row *row)
{
	if (!strcmp(row->name, "dummy"))
		return;
	c->rows = xrealloc(c->rows, (c->count + 1) * sizeof(*c->rows));
	c->rows[c->count++] = *row;
}

static bool parse_line(char *line, struct counters *counters)
{
	struct row row = { 0 };
	char *words[8];
	int n = split(line, words, 8), first = 0;
	uint32_t id;

	if (n && parse_id(words[0], &id)) {
		add_counter(counters, id);
		first = 1;
	}
	if (n == 0 || !strcmp(words[0], "uid"))
		return true;
	if (n - first != 6 || !counters->count ||
	    !parse_row(words + first, &row))
		return false;
	add_row(&counters->list[counters->count - 1], &row);
	return true;
}

bool counters_read(FILE *in, struct counters *counters)
{
	autofree char *line = NULL;
	size_t size = 0;
	bool ok;

	ok = getline(&line, &size, in) > 0 && !strcmp(line, "Version: 2.5\n");
	while (ok && getline(&line, &size, in) > 0)
		ok = parse_line(line, counters);
	return ok && !ferror(in);
}

void counters_free(struct counters *counters)
{
	size_t i;

	for (i = 0; i < counters->count; i++)
		free(counters->list[i].rows);
	free(counters->list);
	*counters = (struct counters){ 0 };
}

struct counter *counter_find(const struct counters *counters, uint32_t id)
{
	size_t i;

	for (i = 0; i < counters->count; i++)
		if (counters->list[i].id == id)
			return &counters->list[i];
	return NULL;
}
