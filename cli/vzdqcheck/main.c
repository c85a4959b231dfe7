// SPDX-License-Identifier: GPL-2.0-only
/* vzdqcheck: what the files in a directory use. */
#include <getopt.h>

#include "../common/dq.h"

static int print_help(FILE *out, int code)
{
	fputs("Usage: vzdqcheck [-h] [-V] PATH\n", out);
	return code;
}

static int check(struct dq *dq, const char *path)
{
	autofree char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
	autofree char *full = cwd ? xasprintf("%s/%s", cwd, path) :
				    xstrdup(path);
	struct vz_error err = { 0 };
	struct vz_quota q = { 0 };

	if (vz_quota_count(dq->ctx, full, &q, &err) < 0)
		return dq_failed(dq, &err);
	printf("quota usage for %s\n%11s%11s\n%11llu%11llu\n", full, "blocks",
	       "inodes", (unsigned long long)dq_blocks(q.all.space),
	       (unsigned long long)q.all.inodes);
	return fflush(stdout) ? DQ_SYSTEM : DQ_OK;
}

int main(int argc, char **argv)
{
	struct dq dq = { .level = DQ_WARNING };
	int c, code;

	while ((c = getopt(argc, argv, "hVqvb")) >= 0) {
		switch (c) {
		case 'h':
			return print_help(stdout, DQ_OK);
		case 'V':
			puts(DQ_VERSION);
			return DQ_OK;
		case '?':
			return print_help(stderr, DQ_USAGE);
		}
	}
	if (optind + 1 != argc)
		return print_help(stderr, DQ_USAGE);
	code = dq_open(&dq);
	if (!code)
		code = check(&dq, argv[optind]);
	vz_ctx_unref(dq.ctx);
	return code;
}
