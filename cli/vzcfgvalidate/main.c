// SPDX-License-Identifier: GPL-2.0-only
/* vzcfgvalidate: do the beancounters of a config fit together? */
#include <getopt.h>
#include <string.h>

#include "rules.h"

enum exit_code {
	VALID		= 0,
	RUN_ERROR	= 1,
	INVALID		= 2,
};

/**
 * struct validate - one run
 * @repair: -r: change what breaks a rule
 * @ask: -i: the same, one by one
 * @verbose: recommendations, too
 * @ignored: a line of the file was, for its value is wrong
 */
struct validate {
	struct vz_ctx	*ctx;
	bool		repair;
	bool		ask;
	bool		verbose;
	bool		ignored;
	const char	*file;
};

static int print_usage(FILE *out, int code)
{
	fputs("Usage: vzcfgvalidate [-r | -i] [-v yes|no] FILE\n"
	      "  -r         repair: change what breaks a rule\n"
	      "  -i         ask about each change\n"
	      "  -v yes|no  show recommendations, too (no)\n"
	      "  -h         this text\n"
	      "Exit codes: 0 valid, 1 cannot be done, 2 invalid.\n", out);
	return code;
}

static void log_message(void *data, int level, uint32_t ctid, const char *text)
{
	struct validate *run = data;

	(void)ctid;
	if (level > VZ_LOG_ERR)
		return;
	fprintf(stderr, "%s\n", text);
	run->ignored |= strstr(text, " is ignored: ") != NULL;
}

static bool is_shown(const struct validate *run, const struct finding *f)
{
	return run->verbose || f->severity != RULE_RECOMMENDATION;
}

static void print_finding(const struct finding *f)
{
	static const char *const words[] = {
		"Error", "Warning", "Recommendation",
	};

	printf("%s: %s\n", words[f->severity], f->text);
}

static char *new_value(const struct finding *f)
{
	char bar[32], lim[32];

	snprintf(bar, sizeof(bar), "%llu", (unsigned long long)f->barrier);
	snprintf(lim, sizeof(lim), "%llu", (unsigned long long)f->limit);
	return xasprintf("%s:%s",
			 f->barrier >= VZ_UB_UNLIMITED ? "unlimited" : bar,
			 f->limit >= VZ_UB_UNLIMITED ? "unlimited" : lim);
}

static bool is_agreed(const struct validate *run, const struct finding *f,
		      const char *value)
{
	char answer[16];

	if (!run->ask)
		return true;
	printf("Set %s to %s? (y/n) [y] ", f->variable, value);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) &&
	       (answer[0] == '\n' || answer[0] == 'y' || answer[0] == 'Y');
}

/* One change may break the next rule, or keep it: so one at a time.  Returns
 * 1: it was changed, 0: not, -1: failed. */
static int repair_first(const struct validate *run, struct vz_config *cfg,
			size_t *skip)
{
	struct findings findings;
	struct vz_error err = { 0 };
	int ret = 0;

	rules_check(cfg, &findings);
	for (; !ret && *skip < findings.count; ) {
		const struct finding *f = &findings.list[*skip];
		autofree char *value = f->variable ? new_value(f) : NULL;

		if (!value || !is_shown(run, f)) {
			++*skip;
			continue;
		}
		print_finding(f);
		if (!is_agreed(run, f, value)) {
			++*skip;
			continue;
		}
		printf("%s was set to %s\n", f->variable, value);
		ret = vz_config_set(cfg, f->variable, value, &err) ? -1 : 1;
	}
	if (ret < 0)
		fprintf(stderr, "%s\n", err.text);
	findings_free(&findings);
	return ret;
}

static int repair_all(const struct validate *run, struct vz_config *cfg)
{
	struct vz_error err = { 0 };
	bool changed = false;
	size_t skip = 0;
	int ret;

	while ((ret = repair_first(run, cfg, &skip)) > 0)
		changed = true;
	if (ret < 0)
		return RUN_ERROR;
	if (changed && vz_config_save(cfg, run->file, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return RUN_ERROR;
	}
	return 0;
}

static int report(const struct validate *run, const struct vz_config *cfg)
{
	struct findings findings;
	bool valid = !run->ignored;
	size_t i;

	rules_check(cfg, &findings);
	for (i = 0; i < findings.count; i++) {
		valid &= findings.list[i].severity != RULE_ERROR;
		if (is_shown(run, &findings.list[i]))
			print_finding(&findings.list[i]);
	}
	findings_free(&findings);
	printf("Validation completed: %s\n", valid ? "success" : "failed");
	if (fflush(stdout) || ferror(stdout))
		return RUN_ERROR;
	return valid ? VALID : INVALID;
}

static int validate(const struct validate *run)
{
	autoconfig struct vz_config *cfg = NULL;
	struct vz_error err = { 0 };
	int code = 0;

	if (vz_config_load(run->ctx, run->file, &cfg, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return RUN_ERROR;
	}
	if (run->repair)
		code = repair_all(run, cfg);
	return code ? code : report(run, cfg);
}

/* Returns an exit code, or -1 to go on. */
static int parse_options(struct validate *run, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "riv:h")) >= 0) {
		switch (c) {
		case 'i':
			run->ask = true;
			/* fall through */
		case 'r':
			run->repair = true;
			break;
		case 'v':
			run->verbose = is_yes(optarg);
			if (!run->verbose && strcmp(optarg, "no"))
				return print_usage(stderr, RUN_ERROR);
			break;
		case 'h':
			return print_usage(stdout, 0);
		default:
			return print_usage(stderr, RUN_ERROR);
		}
	}
	if (optind + 1 != argc)
		return print_usage(stderr, RUN_ERROR);
	run->file = argv[optind];
	return -1;
}

int main(int argc, char **argv)
{
	struct validate run = { 0 };
	struct vz_error err = { 0 };
	int code = parse_options(&run, argc, argv);

	if (code >= 0)
		return code;
	if (vz_ctx_new(&run.ctx, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return RUN_ERROR;
	}
	vz_ctx_set_log(run.ctx, log_message, &run);
	code = validate(&run);
	vz_ctx_unref(run.ctx);
	return code;
}
