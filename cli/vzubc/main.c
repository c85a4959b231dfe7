// SPDX-License-Identifier: GPL-2.0-only
/* vzubc: beancounters for people to read. */
#include <errno.h>
#include <string.h>

#include "vzubc.h"

#define USAGE	1
#define FAILED	1

/**
 * struct vzubc - one run
 * @file: to be read, "-": standard input; NULL: that of the kernel
 * @relative: failure counts since the last time
 * @watch: arguments of watch(1), @watching: there are to be any
 * @ids: containers to show, @count of them; 0: all
 */
struct vzubc {
	struct view	view;
	const char	*file;
	const char	*relative_dir;
	const char	*incremental_dir;
	bool		relative;
	bool		clear_relative;
	bool		clear_incremental;
	bool		help;
	bool		watching;
	const char	*watch[8];
	size_t		watch_count;
	uint32_t	*ids;
	size_t		count;
};

static void print_help(FILE *out)
{
	fputs("Usage: vzubc [OPTION...] [CTID|NAME...]\n"
	      "  -q        only what was refused, or is close to its bounds:\n"
	      "  -qh R     more than this part of them is held (0.5)\n"
	      "  -qm R     or has been held (0.8)\n"
	      "  -c        these in colour\n"
	      "  -v        numbers that are not rounded\n"
	      "  -r        failures since the last run with -r\n"
	      "  -rd DIR   which are stored in this directory\n"
	      "  -rc       forget them\n"
	      "  -i        changes of what is held since the last run with -i\n"
	      "  -id DIR   which is stored in this directory\n"
	      "  -ic       forget it\n"
	      "  -w        again and again, by watch(1):\n"
	      "  -wd       with its option -d, differences stand out\n"
	      "  -wt       with its option -t, no title\n"
	      "  -wn S     with its option -n, every S seconds\n"
	      "  -f FILE   this file, -: standard input\n"
	      "  -h        this text\n", out);
}

static int bad_option(const char *option)
{
	fprintf(stderr, "vzubc: bad option or value: %s\n", option);
	print_help(stderr);
	return USAGE;
}

static void add_watch(struct vzubc *run, const char *word)
{
	if (run->watch_count < ARRAY_SIZE(run->watch))
		run->watch[run->watch_count++] = word;
}

/* Options that are one word. */
static bool plain_option(struct vzubc *run, const char *o)
{
	if (!strcmp(o, "-q"))
		run->view.quiet = true;
	else if (!strcmp(o, "-c"))
		run->view.color = true;
	else if (!strcmp(o, "-v"))
		run->view.verbose = true;
	else if (!strcmp(o, "-r"))
		run->relative = true;
	else if (!strcmp(o, "-rc"))
		run->clear_relative = true;
	else if (!strcmp(o, "-i"))
		run->view.incremental = true;
	else if (!strcmp(o, "-ic"))
		run->clear_incremental = true;
	else if (!strcmp(o, "-h") || !strcmp(o, "--help"))
		run->help = true;
	else
		return false;
	return true;
}

static bool watch_option(struct vzubc *run, const char *o)
{
	if (!strcmp(o, "-wd") || !strcmp(o, "-wt"))
		add_watch(run, o[2] == 'd' ? "-d" : "-t");
	else if (strcmp(o, "-w"))
		return false;
	run->watching = true;
	return true;
}

static bool parse_ratio(const char *text, double *ratio)
{
	char *end;

	*ratio = strtod(text, &end);
	return end != text && !*end && *ratio >= 0;
}

/* Options with a value; false: there is no such, or a wrong one. */
static bool value_option(struct vzubc *run, const char *o, const char *value)
{
	double seconds;

	if (!value)
		return false;
	if (!strcmp(o, "-qh") || !strcmp(o, "-qm")) {
		run->view.quiet = true;
		return parse_ratio(value, o[2] == 'h' ? &run->view.held_ratio :
							&run->view.max_ratio);
	}
	if (!strcmp(o, "-wn")) {
		run->watching = true;
		add_watch(run, "-n");
		add_watch(run, value);
		return parse_ratio(value, &seconds) && seconds > 0;
	}
	if (!strcmp(o, "-f"))
		run->file = value;
	else if (!strcmp(o, "-rd"))
		run->relative_dir = value;
	else if (!strcmp(o, "-id"))
		run->incremental_dir = value;
	else
		return false;
	run->relative |= o[1] == 'r';
	run->view.incremental |= o[1] == 'i';
	return true;
}

/* Returns where the words that are no options begin, or -1. */
static int parse_options(struct vzubc *run, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--"))
			return i + 1;
		if (plain_option(run, argv[i]) || watch_option(run, argv[i]))
			continue;
		if (!value_option(run, argv[i], argv[i + 1])) {
			bad_option(argv[i]);
			return -1;
		}
		i++;
	}
	return i;
}

/* Itself again, without the options that brought us here. */
static int watch(const struct vzubc *run, int argc, char **argv)
{
	const char **args = xcalloc(argc + run->watch_count + 8,
				    sizeof(*args));
	size_t n = 0, w;
	int i;

	args[n++] = "watch";
	args[n++] = "-x";
	if (run->view.color)
		args[n++] = "-c";
	for (w = 0; w < run->watch_count; w++)
		args[n++] = run->watch[w];
	args[n++] = "--";
	for (i = 0; i < argc; i++) {
		if (i && !strncmp(argv[i], "-w", 2))
			i += !strcmp(argv[i], "-wn");
		else
			args[n++] = argv[i];
	}
	execvp("watch", (char **)args);
	fprintf(stderr, "Unable to run watch: %s\n", strerror(errno));
	free(args);
	return FAILED;
}

static FILE *open_source(const struct vzubc *run, const char **name)
{
	static const char *const files[] = {
		"/proc/bc/resources", "/proc/user_beancounters",
	};
	FILE *f = NULL;
	size_t i;

	*name = run->file ? run->file : files[0];
	if (run->file)
		return strcmp(run->file, "-") ? fopen(run->file, "re") : stdin;
	for (i = 0; !f && i < ARRAY_SIZE(files); i++) {
		*name = files[i];
		f = fopen(files[i], "re");
	}
	return f;
}

static bool read_source(const struct vzubc *run, struct counters *counters)
{
	const char *name;
	FILE *f = open_source(run, &name);
	bool ok;

	if (!f) {
		fprintf(stderr, "Unable to read %s: %s%s\n", name,
			strerror(errno), errno == ENOENT && !run->file ?
			"; is the module vzubc loaded?" : "");
		return false;
	}
	ok = counters_read(f, counters);
	if (!ok)
		fprintf(stderr, "%s is not a list of beancounters of version 2.5\n",
			name);
	if (f != stdin)
		fclose(f);
	return ok;
}

static int resolve(struct vz_ctx *ctx, struct vzubc *run, int argc, char **argv)
{
	struct vz_error err = { 0 };
	int i;

	run->ids = xcalloc(argc, sizeof(*run->ids));
	for (i = 0; i < argc; i++) {
		if (vz_ctx_resolve(ctx, argv[i], &run->ids[run->count++],
				   &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return FAILED;
		}
	}
	return 0;
}

static int print(const struct vzubc *run, const struct counters *counters)
{
	const struct counter *c;
	int code = 0;
	size_t i;

	for (i = 0; !run->count && i < counters->count; i++)
		counter_print(&run->view, &counters->list[i], stdout);
	for (i = 0; i < run->count; i++) {
		c = counter_find(counters, run->ids[i]);
		if (c) {
			counter_print(&run->view, c, stdout);
			continue;
		}
		fprintf(stderr, "There are no beancounters of CT %u\n",
			run->ids[i]);
		code = FAILED;
	}
	return fflush(stdout) || ferror(stdout) ? FAILED : code;
}

static int clear(const struct vzubc *run)
{
	bool ok = true;

	if (run->clear_relative)
		ok = store_clear(run->relative_dir, STORE_FAILCNT);
	if (run->clear_incremental)
		ok = store_clear(run->incremental_dir, STORE_HELD) && ok;
	return ok ? 0 : FAILED;
}

static int show(struct vzubc *run)
{
	struct counters counters = { 0 };
	int code = FAILED;

	if (read_source(run, &counters) &&
	    (!run->relative || store_relate(run->relative_dir, STORE_FAILCNT,
					    &counters)) &&
	    (!run->view.incremental || store_relate(run->incremental_dir,
						    STORE_HELD, &counters)))
		code = print(run, &counters);
	counters_free(&counters);
	return code;
}

static int vzubc(struct vz_ctx *ctx, int argc, char **argv)
{
	struct vzubc run = {
		.view = { .held_ratio = 0.5, .max_ratio = 0.8 },
		.relative_dir = vz_ctx_path(ctx, VZ_PATH_RUN),
		.incremental_dir = vz_ctx_path(ctx, VZ_PATH_RUN),
	};
	int first = parse_options(&run, argc, argv), code;

	if (first < 0)
		return USAGE;
	if (run.help) {
		print_help(stdout);
		return 0;
	}
	if (run.watching)
		return watch(&run, argc, argv);
	if (run.clear_relative || run.clear_incremental)
		return clear(&run);
	code = resolve(ctx, &run, argc - first, argv + first);
	if (!code)
		code = show(&run);
	free(run.ids);
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
	code = vzubc(ctx, argc, argv);
	vz_ctx_unref(ctx);
	return code;
}
