// SPDX-License-Identifier: GPL-2.0-only
/* vznetstat: traffic of containers by network class. */
#include <getopt.h>
#include <string.h>

#include "vznetstat.h"

#define USAGE	1
#define BIT(n)	(UINT32_C(1) << (n))

static const struct option options[] = {
	{ "all",	no_argument,		NULL, 'a' },
	{ "class",	required_argument,	NULL, 'c' },
	{ "drops",	no_argument,		NULL, 'd' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ },
};

/**
 * struct vznetstat - one run
 * @name: the container, NULL: all
 * @classes: those asked for, a bit each; 0: what is of interest
 */
struct vznetstat {
	struct view	view;
	const char	*name;
	uint32_t	classes;
	bool		json;
	bool		help;
};

static void print_help(FILE *out)
{
	fputs("Usage: vznetstat [-v CTID|NAME] [-c CLASS]... [-a] [-d] [-r | -j]\n"
	      "  -v CTID|NAME     only this container\n"
	      "  -c, --class N    only this class; can be repeated\n"
	      "  -a, --all        all classes\n"
	      "  -d, --drops      packets that were dropped, by reason\n"
	      "  -r               bytes in K, M or G\n"
	      "  -j, --json       JSON\n"
	      "  -h, --help       this text\n", out);
}

static int add_class(struct vznetstat *run, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n >= VZ_NET_CLASSES) {
		fprintf(stderr, "Invalid class %s: it has to be 0 to %d\n",
			text, VZ_NET_CLASSES - 1);
		return VZ_E_INVALID_VALUE;
	}
	run->classes |= BIT(n);
	return 0;
}

static int set_option(struct vznetstat *run, int c)
{
	switch (c) {
	case 'v':
		run->name = optarg;
		break;
	case 'c':
		return add_class(run, optarg);
	case 'a':
		run->view.all = true;
		break;
	case 'd':
		run->view.drops = true;
		break;
	case 'r':
		run->view.round = true;
		break;
	case 'j':
		run->json = true;
		break;
	case 'h':
		run->help = true;
		break;
	default:
		print_help(stderr);
		return USAGE;
	}
	return 0;
}

static int parse_options(struct vznetstat *run, int argc, char **argv)
{
	int c, code;

	while ((c = getopt_long(argc, argv, "v:c:adrjh", options, NULL)) >= 0) {
		code = set_option(run, c);
		if (code)
			return code;
	}
	if (optind < argc) {
		print_help(stderr);
		return USAGE;
	}
	return 0;
}

bool class_is_shown(const struct view *view, const struct vz_net_stat *st,
		    unsigned int class)
{
	return view->all || view->classes & BIT(class) ||
	       (view->counted && st->in[class].packets + st->out[class].packets);
}

/* As in OpenVZ: class 0 and those that have networks, 1 among them; and those
 * that have had networks. */
static int choose_classes(struct vz_ctx *ctx, struct vznetstat *run,
			  struct vz_error *err)
{
	autofree struct vz_net_class *list = NULL;
	ssize_t i, n;

	run->view.classes = run->classes;
	run->view.counted = !run->classes;
	if (run->classes)
		return 0;
	n = vz_ctx_net_classes(ctx, &list, err);
	if (n < 0)
		return (int)n;
	run->view.classes = BIT(0) | BIT(VZ_NET_CLASS_DEFAULT);
	for (i = 0; i < n; i++)
		run->view.classes |= BIT(list[i].class);
	return 0;
}

static ssize_t read_stats(struct vz_ctx *ctx, const char *name,
			  struct vz_net_stat **list, struct vz_error *err)
{
	uint32_t ctid;
	int ret;

	if (!name)
		return vz_ctx_net_stats(ctx, list, err);
	ret = vz_ctx_resolve(ctx, name, &ctid, err);
	if (ret)
		return ret;
	*list = xcalloc(1, sizeof(**list));
	ret = vz_ctx_net_stat(ctx, ctid, *list, err);
	return ret ? ret : 1;
}

static int vznetstat(struct vz_ctx *ctx, struct vznetstat *run)
{
	autofree struct vz_net_stat *list = NULL;
	struct vz_error err = { 0 };
	ssize_t count;
	int ret;

	ret = choose_classes(ctx, run, &err);
	count = ret ? ret : read_stats(ctx, run->name, &list, &err);
	if (count < 0) {
		fprintf(stderr, "%s\n", err.text);
		return err.code;
	}
	if (run->json)
		print_json(&run->view, list, count);
	else
		print_text(&run->view, list, count);
	return fflush(stdout) || ferror(stdout) ? VZ_E_SYSTEM : 0;
}

int main(int argc, char **argv)
{
	struct vznetstat run = { 0 };
	struct vz_error err = { 0 };
	struct vz_ctx *ctx;
	int code;

	code = parse_options(&run, argc, argv);
	if (code)
		return code;
	if (run.help) {
		print_help(stdout);
		return 0;
	}
	if (vz_ctx_new(&ctx, &err) < 0 || vz_ctx_load(ctx, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return err.code;
	}
	code = vznetstat(ctx, &run);
	vz_ctx_unref(ctx);
	return code;
}
