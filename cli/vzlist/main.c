// SPDX-License-Identifier: GPL-2.0-only
/* vzlist: options and output. */
#include <getopt.h>
#include <string.h>

#include "collect.h"
#include "../common/log.h"

#define DEFAULT_FIELDS		"ctid,numproc,status,ip,hostname"
#define DEFAULT_NAMED		"smart_name,numproc,status,ip,hostname"
#define FAILED			1

enum {
	OPT_HELP = 0x100,
};

static const struct option options[] = {
	{ "all",		no_argument,		NULL, 'a' },
	{ "stopped",		no_argument,		NULL, 'S' },
	{ "name",		no_argument,		NULL, 'n' },
	{ "no-header",		no_argument,		NULL, 'H' },
	{ "no-trim",		no_argument,		NULL, 't' },
	{ "json",		no_argument,		NULL, 'j' },
	{ "output",		required_argument,	NULL, 'o' },
	{ "sort",		required_argument,	NULL, 's' },
	{ "hostname",		required_argument,	NULL, 'h' },
	{ "name_filter",	required_argument,	NULL, 'N' },
	{ "description",	required_argument,	NULL, 'd' },
	{ "list",		no_argument,		NULL, 'L' },
	{ "help",		no_argument,		NULL, OPT_HELP },
	{ },
};

struct vzlist {
	struct request	request;
	struct view	view;
	const char	*output;
	const char	*sort;
	bool		names;
	bool		json;
	bool		list;
	bool		help;
};

static void print_help(FILE *out)
{
	fputs("Usage: vzlist [-a | -S] [-n] [-H] [-t | -j] [-o FIELD[,FIELD...] | -1] [-s [-]FIELD]\n"
	      "              [-h PATTERN] [-N PATTERN] [-d PATTERN] [CTID...]\n"
	      "       vzlist -L | --list\n\n"
	      "  -a, --all                  containers in any state\n"
	      "  -S, --stopped              only containers that do not run\n"
	      "  -n, --name                 names in place of CTIDs\n"
	      "  -H, --no-header            without the line of titles\n"
	      "  -t, --no-trim              show long values whole\n"
	      "  -j, --json                 JSON\n"
	      "  -o, --output FIELD,...     only these fields\n"
	      "  -1                         only CTIDs, the same as -H -o veid\n"
	      "  -s, --sort [-]FIELD        order by this field, - backwards\n"
	      "  -h, --hostname PATTERN     only those with such a hostname\n"
	      "  -N, --name_filter PATTERN  only those with such a name\n"
	      "  -d, --description PATTERN  only those with such a description\n"
	      "  -L, --list                 the fields there are\n"
	      "      --help                 this text\n", out);
}

static void print_fields(void)
{
	int i;

	for (i = 0; i < field_count; i++)
		printf("%-15s %-15s\n", columns[i].name, columns[i].header);
}

static int set_option(struct vzlist *list, int c)
{
	switch (c) {
	case 'a':
		list->request.all = true;
		break;
	case 'S':
		list->request.stopped = true;
		break;
	case 'n':
		list->names = true;
		break;
	case 'H':
		list->view.header = false;
		break;
	case 't':
		list->view.no_trim = true;
		break;
	case 'j':
		list->json = true;
		break;
	case 'o':
		list->output = optarg;
		break;
	case '1':
		list->view.header = false;
		list->output = "veid";
		break;
	case 's':
		list->sort = optarg;
		break;
	case 'h':
		list->request.hostname = optarg;
		break;
	case 'N':
		list->request.name = optarg;
		break;
	case 'd':
		list->request.description = optarg;
		break;
	case 'L':
		list->list = true;
		break;
	case OPT_HELP:
		list->help = true;
		break;
	default:
		print_help(stderr);
		return FAILED;
	}
	return 0;
}

static int parse_options(struct vzlist *list, int argc, char **argv)
{
	int c, code;

	while ((c = getopt_long(argc, argv, "aSnHtjo:1s:h:N:d:L", options,
				NULL)) >= 0) {
		code = set_option(list, c);
		if (code)
			return code;
	}
	return 0;
}

static int add_field(struct vzlist *list, int *shown, const char *name)
{
	int index = field_find(name);

	if (index < 0) {
		fprintf(stderr, "Unknown field: %s\n", name);
		return FAILED;
	}
	if (list->json && (columns[index].flags & COLUMN_NO_JSON)) {
		fprintf(stderr, "Field `%s' is not available in JSON output\n",
			name);
		return FAILED;
	}
	shown[list->view.count++] = index;
	return 0;
}

static void all_fields(struct vzlist *list, int *shown)
{
	int i;

	for (i = 0; i < field_count; i++)
		if (!(columns[i].flags & COLUMN_NO_JSON))
			shown[list->view.count++] = i;
}

/* Fills in @shown, which has room for the longest list. */
static int choose_fields(struct vzlist *list, int *shown)
{
	autofree char *names = NULL;
	char *name, *rest;
	int code;

	if (!list->output && list->json) {
		all_fields(list, shown);
		return 0;
	}
	names = xstrdup(list->output ? list->output :
			list->names ? DEFAULT_NAMED : DEFAULT_FIELDS);
	for (rest = names; (name = strsep(&rest, ","));) {
		code = add_field(list, shown, name);
		if (code)
			return code;
	}
	return 0;
}

static int choose_sort(struct vzlist *list)
{
	const char *name = list->sort;

	list->view.sort = -1;
	if (!name)
		return 0;
	if (*name == '-') {
		list->view.reverse = true;
		name++;
	}
	list->view.sort = field_find(name);
	if (list->view.sort >= 0)
		return 0;
	fprintf(stderr, "Invalid sort field name: %s\n", name);
	return FAILED;
}

static int add_ids(struct vz_ctx *ctx, struct request *request, int argc,
		   char **argv)
{
	int i;

	request->ids = xcalloc(argc, sizeof(*request->ids));
	for (i = 0; i < argc; i++) {
		if (vz_ctx_resolve(ctx, argv[i],
				   &request->ids[request->count], NULL) < 0) {
			fprintf(stderr, "CT ID %s is invalid.\n", argv[i]);
			return FAILED;
		}
		request->count++;
	}
	return 0;
}

static int print_result(struct vzlist *list, struct result *result)
{
	bool nothing = !result->count && !result->hidden;

	if (nothing && (!list->json || list->request.count))
		fprintf(stderr, "Container(s) not found\n");
	table_sort(&list->view, result->rows, result->count);
	if (list->json)
		table_print_json(&list->view, result->rows, result->count,
				 stdout);
	else if (!nothing)
		table_print_text(&list->view, result->rows, result->count,
				 stdout);
	if (fflush(stdout) || ferror(stdout))
		return FAILED;
	return nothing && list->request.count ? FAILED : 0;
}

static int run(struct vz_ctx *ctx, struct vzlist *list)
{
	autofree bool *needed = xcalloc(field_count, sizeof(*needed));
	struct result result = { 0 };
	struct vz_error err = { 0 };
	size_t i;
	int code;

	for (i = 0; i < list->view.count; i++)
		needed[list->view.shown[i]] = true;
	if (list->view.sort >= 0)
		needed[list->view.sort] = true;
	list->request.needed = needed;
	if (vz_ctx_load(ctx, &err) < 0 ||
	    collect(ctx, &list->request, &result, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		code = FAILED;
	} else {
		code = print_result(list, &result);
	}
	result_free(&result);
	return code;
}

static int vzlist(struct vz_ctx *ctx, int argc, char **argv)
{
	struct vzlist list = { .view = { .columns = columns,
					 .header = true } };
	autofree int *shown = NULL;
	int code;

	code = parse_options(&list, argc, argv);
	if (code)
		return code;
	if (list.help) {
		print_help(stdout);
		return FAILED;		/* as it always was */
	}
	if (list.list) {
		print_fields();
		return 0;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "This program can only be run under root.\n");
		return FAILED;
	}
	/* a list has at most as many fields as its text has characters */
	shown = xcalloc(field_count + (list.output ? strlen(list.output) : 0) +
			1, sizeof(*shown));
	list.view.shown = shown;
	code = choose_fields(&list, shown);
	if (!code)
		code = choose_sort(&list);
	if (!code)
		code = add_ids(ctx, &list.request, argc - optind,
			       argv + optind);
	if (!code)
		code = run(ctx, &list);
	free(list.request.ids);
	return code;
}

int main(int argc, char **argv)
{
	struct vz_error err = { 0 };
	struct vz_ctx *ctx;
	int code;

	if (vz_ctx_new(&ctx, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return FAILED;
	}
	code = vzlist(ctx, argc, argv);
	vz_ctx_unref(ctx);
	return code;
}
