// SPDX-License-Identifier: GPL-2.0-only
/* vzquota: options. */
#include <ctype.h>
#include <getopt.h>
#include <string.h>

#include "vzquota.h"

#define OPT_NOCHECK	0x100
#define OPT_UID		0x101
#define OPT_GID		0x102

static const struct option options[] = {
	{ "rsquash",		required_argument, NULL, 'r' },
	{ "sub-quotas",		required_argument, NULL, 's' },
	{ "ugid-limit",		required_argument, NULL, 'u' },
	{ "quota-file",		required_argument, NULL, 'c' },
	{ "nocheck",		no_argument,	   NULL, OPT_NOCHECK },
	{ "block-softlimit",	required_argument, NULL, 'b' },
	{ "block-hardlimit",	required_argument, NULL, 'B' },
	{ "block-exptime",	required_argument, NULL, 'e' },
	{ "inode-softlimit",	required_argument, NULL, 'i' },
	{ "inode-hardlimit",	required_argument, NULL, 'I' },
	{ "inode-exptime",	required_argument, NULL, 'n' },
	{ "relative",		no_argument,	   NULL, 'R' },
	{ "force",		no_argument,	   NULL, 'f' },
	{ "user-group",		no_argument,	   NULL, 't' },
	{ "uid",		required_argument, NULL, OPT_UID },
	{ "gid",		required_argument, NULL, OPT_GID },
	{ },
};

static void print_help(FILE *out)
{
	const struct command *c;

	fputs("Usage: vzquota [-h] [-V] [-q] [-v]... [-b] COMMAND ID [OPTION...]\n\n",
	      out);
	for (c = commands; c->name; c++)
		fprintf(out, "vzquota %s ID %s\n", c->name, c->usage);
}

int usage(const struct command *command)
{
	fprintf(stderr, "Usage: vzquota %s ID %s\n", command->name,
		command->usage);
	return DQ_USAGE;
}

/* ---------------------------------------------------------------- values -- */

static bool parse_clock(const char *text, uint64_t *seconds)
{
	static const unsigned int unit[] = { 1, 60, 3600, 86400 };
	unsigned int part[4] = { 0 }, n = 0, i;
	char *end;

	for (;; text = end + 1) {
		if (!isdigit((unsigned char)*text) || n == 4 ||
		    strspn(text, "0123456789") > 9)
			return false;
		part[n++] = (unsigned int)strtoul(text, &end, 10);
		if (!*end)
			break;
		if (*end != ':')
			return false;
	}
	*seconds = 0;
	for (i = 0; i < n; i++) {
		/* only the first one may be any number */
		if (i + 1 < n && part[n - 1 - i] >= unit[i + 1] / unit[i])
			return false;
		*seconds += (uint64_t)part[n - 1 - i] * unit[i];
	}
	return true;
}

bool parse_time(const char *text, uint32_t *seconds)
{
	static const char letters[] = "hdwmy";
	static const unsigned int unit[] = {
		3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400,
	};
	size_t len = strlen(text), digits = strspn(text, "0123456789");
	const char *letter = NULL;
	uint64_t n;

	if (digits && digits + 1 == len)
		letter = strchr(letters, tolower((unsigned char)text[digits]));
	if (letter && *letter && digits < 10)
		n = strtoull(text, NULL, 10) * unit[letter - letters];
	else if (!parse_clock(text, &n))
		return false;
	*seconds = (uint32_t)n;
	return n <= INT32_MAX;
}

static bool set_blocks(struct vz_quota_change *c, unsigned int what,
		       uint64_t *to, const char *text)
{
	uint64_t n;

	c->what |= what;
	if (!dq_number(text, UINT64_MAX, &n))
		return false;
	*to = dq_bytes(n);
	return true;
}

static bool set_inodes(struct vz_quota_change *c, unsigned int what,
		       uint64_t *to, const char *text)
{
	c->what |= what;
	return dq_number(text, UINT64_MAX, to);
}

static bool set_time(struct vz_quota_change *c, unsigned int what,
		     uint32_t *to, const char *text)
{
	c->what |= what;
	return parse_time(text, to);
}

static bool set_level2(struct vz_quota_change *c, const char *text)
{
	c->what |= VZ_QUOTA_LEVEL2;
	c->level2 = !strcmp(text, "1");
	return c->level2 || !strcmp(text, "0");
}

static bool set_ugid_limit(struct vz_quota_change *c, const char *text)
{
	uint64_t n;

	c->what |= VZ_QUOTA_UGID_LIMIT;
	if (!dq_number(text, INT32_MAX, &n))
		return false;
	c->ugid_limit = (uint32_t)n;
	return true;
}

static bool set_path(struct vzquota *run, const char *text)
{
	autofree char *cwd = text[0] == '/' ? NULL : getcwd(NULL, 0);

	free(run->path);
	run->path = cwd ? xasprintf("%s/%s", cwd, text) : xstrdup(text);
	run->change.path = run->path;
	run->change.what |= VZ_QUOTA_PATH;
	return true;
}

/* --------------------------------------------------------------- options -- */

static bool set_limit(struct vz_quota_change *c, int option, const char *text)
{
	switch (option) {
	case 'b':
		return set_blocks(c, VZ_QUOTA_SPACE_SOFT, &c->space_soft, text);
	case 'B':
		return set_blocks(c, VZ_QUOTA_SPACE_HARD, &c->space_hard, text);
	case 'e':
		return set_time(c, VZ_QUOTA_SPACE_GRACE, &c->grace.space, text);
	case 'i':
		return set_inodes(c, VZ_QUOTA_INODES_SOFT, &c->inodes_soft,
				  text);
	case 'I':
		return set_inodes(c, VZ_QUOTA_INODES_HARD, &c->inodes_hard,
				  text);
	case 'n':
		return set_time(c, VZ_QUOTA_INODES_GRACE, &c->grace.inodes,
				text);
	case 's':
		return set_level2(c, text);
	default:
		return set_ugid_limit(c, text);
	}
}

static bool set_option(struct vzquota *run, int option)
{
	switch (option) {
	case 'c':
		free(run->file);
		run->file = xstrdup(optarg);
		return true;
	case 'f':
		run->opts |= VZ_QUOTA_FORCE;
		return true;
	case OPT_NOCHECK:
		run->opts |= VZ_QUOTA_NOCHECK;
		return true;
	case 'g':
		run->type = VZ_QUOTA_GROUP;
		return true;
	case 'p':
		return set_path(run, optarg);
	case 'r':
	case 'R':
		return true;
	case 't':
		run->ugids = true;
		return true;
	default:
		return set_limit(&run->change, option, optarg);
	}
}

/* The file beside the directory: /path/to/quota.NAME of /path/to/NAME */
static bool relative_file(struct vzquota *run)
{
	char *slash;

	if (!run->path)
		return false;
	while ((slash = strrchr(run->path, '/')) > run->path && !slash[1])
		*slash = '\0';
	free(run->file);
	run->file = xasprintf("%.*s/quota.%s", (int)(slash - run->path),
			      run->path, slash + 1);
	return true;
}

/* In setlimit2 -u is no limit: the user is the word after it.  Its long form
 * comes with the number. */
static bool set_owner(struct vzquota *run, int option, char **id)
{
	run->type = option == 'g' || option == OPT_GID ? VZ_QUOTA_GROUP :
							 VZ_QUOTA_USER;
	if (option == OPT_UID || option == OPT_GID)
		*id = optarg;
	return true;
}

static bool is_owner(const struct command *command, int option)
{
	return option == OPT_UID || option == OPT_GID || option == 'g' ||
	       (option == 'u' && !strchr(command->options, 's'));
}

static int parse_command(struct vzquota *run, int argc, char **argv)
{
	bool relative = false, good = true;
	char *owner = NULL;
	int c;

	while (good && (c = getopt_long(argc, argv, run->command->options,
					options, NULL)) >= 0) {
		relative |= c == 'R';
		if (c == '?' || (c < 0x100 &&
				 !strchr(run->command->options, c)))
			good = false;
		else if (is_owner(run->command, c))
			good = set_owner(run, c, &owner);
		else
			good = set_option(run, c);
	}
	argc -= optind;
	argv += optind;
	if (!good || !argc || !dq_id(argv[0], &run->id) ||
	    (relative && !relative_file(run)))
		return usage(run->command);
	run->words = argv + 1;
	run->count = argc - 1;
	/* put in the place of the quota's number, which is known now */
	if (owner) {
		argv[0] = owner;
		run->words--;
		run->count++;
	}
	return 0;
}

/* A command may be shortened: setlimit is not taken for setlimit2. */
static const struct command *find_command(const char *word)
{
	const struct command *c, *found = NULL;
	size_t len = strlen(word);

	for (c = commands; c->name; c++) {
		if (!strcmp(c->name, word))
			return c;
		if (strncmp(c->name, word, len))
			continue;
		if (!found)
			found = c;
		else if (strncmp(c->name, found->name, strlen(found->name)))
			return NULL;
	}
	return found;
}

/* What comes before the command; -1: go on. */
static int parse_global(struct vzquota *run, int argc, char **argv)
{
	static const struct option global[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+hVqvb", global, NULL)) >= 0) {
		switch (c) {
		case 'h':
			print_help(stdout);
			return 0;
		case 'V':
			puts(DQ_VERSION);
			return 0;
		case 'q':
			run->dq.level = DQ_ERROR;
			break;
		case 'v':
			run->dq.level++;
			break;
		case 'b':
			run->batch = true;
			break;
		default:
			print_help(stderr);
			return DQ_USAGE;
		}
	}
	return -1;
}

static int vzquota(struct vzquota *run, int argc, char **argv)
{
	int code = parse_global(run, argc, argv);

	if (code >= 0)
		return code;
	argc -= optind;
	argv += optind;
	if (!argc) {
		print_help(stderr);
		return DQ_USAGE;
	}
	run->command = find_command(argv[0]);
	if (!run->command) {
		fprintf(stderr, "Unknown command: '%s'\n\n", argv[0]);
		print_help(stderr);
		return DQ_USAGE;
	}
	optind = 0;
	code = parse_command(run, argc, argv);
	if (!code)
		code = dq_open(&run->dq);
	return code ? code : run->command->run(run);
}

int main(int argc, char **argv)
{
	struct vzquota run = { .dq.level = DQ_WARNING };
	int code = vzquota(&run, argc, argv);

	vz_ctx_unref(run.dq.ctx);
	free(run.file);
	free(run.path);
	if ((fflush(stdout) || ferror(stdout)) && !code)
		code = DQ_SYSTEM;
	return code;
}
