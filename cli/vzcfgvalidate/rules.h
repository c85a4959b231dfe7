/* SPDX-License-Identifier: GPL-2.0-only */
/* vzcfgvalidate: the rules that beancounters of a config have to keep. */
#ifndef _VZ_CLI_RULES_H
#define _VZ_CLI_RULES_H

#include "../common/util.h"

/** enum severity - what it means that a rule is broken */
enum severity {
	RULE_ERROR,		/**< the config is invalid */
	RULE_WARNING,		/**< programs inside will fail oddly */
	RULE_RECOMMENDATION,
};

/**
 * struct finding - a rule that is broken
 * @severity: enum severity
 * @text: what is wrong, one line, freed with the findings
 * @variable: what to change, NULL: cannot be told
 * @barrier: @limit: to what
 */
struct finding {
	int		severity;
	char		*text;
	const char	*variable;
	uint64_t	barrier;
	uint64_t	limit;
};

/** struct findings - all of a config; @count is 0 if it is in order */
struct findings {
	struct finding	*list;
	size_t		count;
};

/** rules_check - looks at a config; freed with findings_free() */
void rules_check(const struct vz_config *cfg, struct findings *findings);
void findings_free(struct findings *findings);

#endif /* _VZ_CLI_RULES_H */
