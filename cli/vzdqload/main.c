// SPDX-License-Identifier: GPL-2.0-only
/* vzdqload: what vzdqdump wrote, into a quota file. */
#include <getopt.h>
#include <string.h>

#include "../common/dq.h"

/**
 * struct load - one run
 * @what: enum vz_quota_load
 * @q: what was read so far
 * @room: for that many users and groups
 * @number: so many are to come
 * @status: is there level 2? -1: not read yet
 */
struct load {
	struct dq	dq;
	const char	*file;
	unsigned int	what;
	struct vz_quota	q;
	size_t		room;
	uint64_t	number;
	int		status;
};

static const struct option options[] = {
	{ "quota-file",	required_argument,	NULL, 'c' },
	{ "gracetime",	no_argument,		NULL, 'G' },
	{ "limits",	no_argument,		NULL, 'U' },
	{ "exptimes",	no_argument,		NULL, 'T' },
	{ "first-level", no_argument,		NULL, 'F' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "version",	no_argument,		NULL, 'V' },
	{ },
};

static int print_help(FILE *out, int code)
{
	fputs("Usage: vzdqload ID [-c FILE] -G | -U | -T | -F... <FILE\n"
	      "  -c FILE  use this quota file\n"
	      "  -G       grace times of users and groups\n"
	      "  -U       limits of users and groups\n"
	      "  -T       when their soft limits turn into hard ones\n"
	      "  -F       limits of the whole directory\n", out);
	return code;
}

/* --------------------------------------------------------------- the text -- */

/* All numbers of a line, exactly @count of them. */
static bool take_numbers(char *words, uint64_t *numbers, size_t count)
{
	char *word, *save = NULL;
	size_t n = 0;

	for (word = strtok_r(words, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save))
		if (n == count || !dq_number(word, INT64_MAX, &numbers[n++]))
			return false;
	return n == count;
}

static bool take_status(struct load *l, char *words)
{
	uint64_t n;

	if (l->status >= 0 || !take_numbers(words, &n, 1) || n > 1)
		return false;
	l->status = (int)n;
	return true;
}

static bool take_grace(struct load *l, char *words)
{
	uint64_t n[3];

	if (!take_numbers(words, n, 3) || n[0] >= VZ_QUOTA_ALL ||
	    n[1] > UINT32_MAX || n[2] > UINT32_MAX)
		return false;
	l->q.grace[n[0]].space = (uint32_t)n[1];
	l->q.grace[n[0]].inodes = (uint32_t)n[2];
	return true;
}

static bool take_number(struct load *l, char *words)
{
	return take_numbers(words, &l->number, 1);
}

static struct vz_quota_usage *new_record(struct load *l)
{
	struct vz_quota_usage *u;

	if (l->q.count == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->q.ugids = xrealloc(l->q.ugids, l->room * sizeof(*u));
	}
	u = &l->q.ugids[l->q.count++];
	memset(u, 0, sizeof(*u));
	return u;
}

static void take_limits(struct vz_quota_usage *u, const uint64_t *n)
{
	u->space_soft = dq_bytes(n[0]);
	u->space_hard = dq_bytes(n[1]);
	u->inodes_soft = n[2];
	u->inodes_hard = n[3];
}

static bool take_ugid(struct load *l, char *words)
{
	size_t limits = l->what & VZ_QUOTA_LOAD_LIMITS ? 4 : 0;
	size_t times = l->what & VZ_QUOTA_LOAD_TIMES ? 2 : 0;
	struct vz_quota_usage *u;
	uint64_t n[8];

	if (!take_numbers(words, n, 2 + limits + times) ||
	    n[0] >= UINT32_MAX || n[1] >= VZ_QUOTA_ALL)
		return false;
	u = new_record(l);
	u->id = (uint32_t)n[0];
	u->type = (uint32_t)n[1];
	if (limits)
		take_limits(u, n + 2);
	if (times) {
		u->space_time = n[2 + limits];
		u->inodes_time = n[3 + limits];
	}
	return true;
}

static bool take_all(struct load *l, char *words)
{
	uint64_t n[6];

	if (!take_numbers(words, n, 6) || n[4] > UINT32_MAX ||
	    n[5] > UINT32_MAX)
		return false;
	take_limits(&l->q.all, n);
	l->q.grace[VZ_QUOTA_ALL].space = (uint32_t)n[4];
	l->q.grace[VZ_QUOTA_ALL].inodes = (uint32_t)n[5];
	return true;
}

/* Which option asks for a line, or 0 for those that always count. */
static const struct {
	const char	*label;
	unsigned int	what;
	bool		(*take)(struct load *l, char *words);
} lines[] = {
	{ DQ_LABEL_STATUS, 0, take_status },
	{ DQ_LABEL_GRACE, VZ_QUOTA_LOAD_GRACE, take_grace },
	{ DQ_LABEL_NUMBER, VZ_QUOTA_LOAD_LIMITS | VZ_QUOTA_LOAD_TIMES,
	  take_number },
	{ DQ_LABEL_UGID, VZ_QUOTA_LOAD_LIMITS | VZ_QUOTA_LOAD_TIMES,
	  take_ugid },
	{ DQ_LABEL_ALL, VZ_QUOTA_LOAD_ALL, take_all },
};

static bool take_line(struct load *l, char *line)
{
	size_t i, len = strcspn(line, " \t");

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		if (len != strlen(lines[i].label) ||
		    strncmp(line, lines[i].label, len))
			continue;
		return lines[i].what && !(l->what & lines[i].what) ? true :
		       lines[i].take(l, line + len);
	}
	return false;
}

static int read_text(struct load *l)
{
	autofree char *line = NULL, *copy = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		free(copy);
		copy = xstrdup(line);
		if (take_line(l, line))
			continue;
		dq_say(&l->dq, DQ_ERROR, "Invalid input data: %s", copy);
		return DQ_USAGE;
	}
	if (!ferror(stdin) && l->status >= 0 && l->q.count == l->number)
		return DQ_OK;
	dq_say(&l->dq, DQ_ERROR, "Invalid input data: it is not complete");
	return DQ_USAGE;
}

static int load(struct load *l, uint32_t id)
{
	struct vz_error err = { 0 };
	int code = read_text(l);

	if (code)
		return code;
	if (!l->status)
		l->what &= VZ_QUOTA_LOAD_ALL;
	if (l->what && vz_quota_load(l->dq.ctx, id, l->file, &l->q, l->what,
				     &err) < 0)
		return dq_failed(&l->dq, &err);
	return DQ_OK;
}

/* ---------------------------------------------------------------- options -- */

/* -1: go on */
static int set_option(struct load *l, int c)
{
	switch (c) {
	case 'c':
		l->file = optarg;
		return -1;
	case 'G':
	case 'U':
	case 'T':
	case 'F':
		l->what |= dq_what(c);
		return -1;
	case 'h':
		return print_help(stdout, DQ_OK);
	case 'V':
		puts(DQ_VERSION);
		return DQ_OK;
	default:
		return print_help(stderr, DQ_USAGE);
	}
}

int main(int argc, char **argv)
{
	struct load l = { .dq.level = DQ_WARNING, .status = -1 };
	uint32_t id;
	int c, code;

	while ((c = getopt_long(argc, argv, "c:GUTFhV", options, NULL)) >= 0) {
		code = set_option(&l, c);
		if (code >= 0)
			return code;
	}
	if (optind + 1 != argc || !dq_id(argv[optind], &id) || !l.what)
		return print_help(stderr, DQ_USAGE);
	code = dq_open(&l.dq);
	if (!code)
		code = load(&l, id);
	vz_quota_free(&l.q);
	vz_ctx_unref(l.dq.ctx);
	return code;
}
