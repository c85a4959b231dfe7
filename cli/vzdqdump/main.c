// SPDX-License-Identifier: GPL-2.0-only
/* vzdqdump: limits of a quota as text. */
#include <getopt.h>

#include "../common/dq.h"

#define ULL(n)	((unsigned long long)(n))

/**
 * struct dump - one run
 * @what: enum vz_quota_load
 * @kernel: what the kernel knows, not the file
 */
struct dump {
	struct dq	dq;
	const char	*file;
	unsigned int	what;
	bool		kernel;
};

static const struct option options[] = {
	{ "quota-file",	required_argument,	NULL, 'c' },
	{ "kernel",	no_argument,		NULL, 'f' },
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
	fputs("Usage: vzdqdump ID [-c FILE] [-f] -G | -U | -T | -F...\n"
	      "  -c FILE  use this quota file\n"
	      "  -f       what the kernel knows, not the file\n"
	      "  -G       grace times of users and groups\n"
	      "  -U       limits of users and groups\n"
	      "  -T       when their soft limits turn into hard ones\n"
	      "  -F       limits of the whole directory\n", out);
	return code;
}

static void dump_graces(const struct vz_quota *q)
{
	unsigned int i;

	printf("#%s\ttype\tblock\tinode\n", DQ_LABEL_GRACE);
	for (i = 0; i < VZ_QUOTA_ALL; i++)
		printf("%s\t%u\t%u\t%u\n", DQ_LABEL_GRACE, i,
		       q->grace[i].space, q->grace[i].inodes);
}

static void dump_ugid(const struct vz_quota_usage *u, unsigned int what)
{
	printf("%s\t%u\t%u", DQ_LABEL_UGID, u->id, u->type);
	if (what & VZ_QUOTA_LOAD_LIMITS)
		printf("\t%llu\t%llu\t%llu\t%llu",
		       ULL(dq_blocks(u->space_soft)),
		       ULL(dq_blocks(u->space_hard)), ULL(u->inodes_soft),
		       ULL(u->inodes_hard));
	if (what & VZ_QUOTA_LOAD_TIMES)
		printf("\t%llu\t%llu",
		       ULL(u->space < u->space_soft ? 0 : u->space_time),
		       ULL(u->inodes < u->inodes_soft ? 0 : u->inodes_time));
	putchar('\n');
}

static void dump_ugids(const struct vz_quota *q, unsigned int what)
{
	size_t i;

	printf("%s\t%zu\n", DQ_LABEL_NUMBER, q->count);
	if (q->count)
		printf("#%s\tID\ttype%s%s\n", DQ_LABEL_UGID,
		       what & VZ_QUOTA_LOAD_LIMITS ?
		       "\tbsoft\tbhard\tisoft\tihard" : "",
		       what & VZ_QUOTA_LOAD_TIMES ? "\tbtime\titime" : "");
	for (i = 0; i < q->count; i++)
		dump_ugid(&q->ugids[i], what);
}

static void dump_all(const struct vz_quota *q)
{
	const struct vz_quota_usage *u = &q->all;

	printf("#%s\tbsoft\tbhard\tisoft\tihard\tbexp\tiexp\n", DQ_LABEL_ALL);
	printf("%s\t%llu\t%llu\t%llu\t%llu\t%u\t%u\n", DQ_LABEL_ALL,
	       ULL(dq_blocks(u->space_soft)), ULL(dq_blocks(u->space_hard)),
	       ULL(u->inodes_soft), ULL(u->inodes_hard),
	       q->grace[VZ_QUOTA_ALL].space, q->grace[VZ_QUOTA_ALL].inodes);
}

static int dump(struct dump *d, uint32_t id)
{
	struct vz_error err = { 0 };
	struct vz_quota q = { 0 };
	bool level2;
	int ret;

	ret = d->kernel ? vz_quota_stat(d->dq.ctx, id, &q, &err) :
			  vz_quota_read(d->dq.ctx, id, d->file, &q, &err);
	if (ret < 0)
		return dq_failed(&d->dq, &err);
	level2 = q.flags & VZ_QUOTA_UGID;
	printf("%s\t%d\n", DQ_LABEL_STATUS, level2);
	if (level2 && d->what & VZ_QUOTA_LOAD_GRACE)
		dump_graces(&q);
	if (level2 && d->what & (VZ_QUOTA_LOAD_LIMITS | VZ_QUOTA_LOAD_TIMES))
		dump_ugids(&q, d->what);
	if (d->what & VZ_QUOTA_LOAD_ALL)
		dump_all(&q);
	vz_quota_free(&q);
	return fflush(stdout) ? DQ_SYSTEM : DQ_OK;
}

/* -1: go on */
static int set_option(struct dump *d, int c)
{
	switch (c) {
	case 'c':
		d->file = optarg;
		return -1;
	case 'f':
		d->kernel = true;
		return -1;
	case 'G':
	case 'U':
	case 'T':
	case 'F':
		d->what |= dq_what(c);
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
	struct dump d = { .dq.level = DQ_WARNING };
	uint32_t id;
	int c, code;

	while ((c = getopt_long(argc, argv, "c:fGUTFhV", options, NULL)) >= 0) {
		code = set_option(&d, c);
		if (code >= 0)
			return code;
	}
	if (optind + 1 != argc || !dq_id(argv[optind], &id) || !d.what)
		return print_help(stderr, DQ_USAGE);
	code = dq_open(&d.dq);
	if (!code)
		code = dump(&d, id);
	vz_ctx_unref(d.dq.ctx);
	return code;
}
