// SPDX-License-Identifier: GPL-2.0-only
/* vztactl: the classes of networks that traffic is counted by. */
#include <string.h>

#include "../common/util.h"

static int usage(FILE *out)
{
	fputs("Usage: vztactl class_load [-s] [FILE]\n"
	      "       vztactl class_unload\n"
	      "       vztactl class_list\n\n"
	      "  class_load    classes of networks from FILE, by default that of this host\n"
	      "  class_unload  no classes: everything is of class 1\n"
	      "  class_list    the networks that are in force\n"
	      "  -s            has no meaning, the order of the lines does not count\n",
	      out);
	return out == stdout ? 0 : VZ_E_INVALID_SYNTAX;
}

static int failed(const struct vz_error *err)
{
	fprintf(stderr, "%s\n", err->text);
	return err->code;
}

static int class_load(struct vz_ctx *ctx, int argc, char **argv)
{
	struct vz_error err = { 0 };
	int i = argc && !strcmp(argv[0], "-s"), n;

	if (argc - i > 1 || (argc > i && argv[i][0] == '-'))
		return usage(stderr);
	n = vz_ctx_net_classes_load(ctx, argv[i], &err);
	if (n < 0)
		return failed(&err);
	printf("Classes loaded successfully: %d networks\n", n);
	return 0;
}

static int class_unload(struct vz_ctx *ctx, int argc, char **argv)
{
	struct vz_error err = { 0 };

	if (argc)
		return usage(stderr);
	if (vz_ctx_net_classes_unload(ctx, &err) < 0)
		return failed(&err);
	printf("Classes unloaded successfully.\n");
	return 0;
}

/* The lines after the first one are those of a file. */
static int class_list(struct vz_ctx *ctx, int argc, char **argv)
{
	autofree struct vz_net_class *list = NULL;
	struct vz_error err = { 0 };
	ssize_t i, n;

	if (argc)
		return usage(stderr);
	n = vz_ctx_net_classes(ctx, &list, &err);
	if (n < 0)
		return failed(&err);
	printf("#class network\n");
	for (i = 0; i < n; i++)
		printf("%-6u %s\n", list[i].class, list[i].network);
	return fflush(stdout) || ferror(stdout) ? VZ_E_SYSTEM : 0;
}

static const struct {
	const char	*name;
	int		(*run)(struct vz_ctx *ctx, int argc, char **argv);
} commands[] = {
	{ "class_load", class_load },
	{ "class_unload", class_unload },
	{ "class_list", class_list },
};

int main(int argc, char **argv)
{
	struct vz_error err = { 0 };
	struct vz_ctx *ctx;
	size_t i;
	int code;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return usage(stdout);
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		if (vz_ctx_new(&ctx, &err) < 0)
			return failed(&err);
		code = commands[i].run(ctx, argc - 2, argv + 2);
		vz_ctx_unref(ctx);
		return code;
	}
	return usage(stderr);
}
