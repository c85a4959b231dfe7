/* SPDX-License-Identifier: GPL-2.0-only */
/* What a beancounter has refused, in words. */
#ifndef _VZ_CLI_REFUSAL_H
#define _VZ_CLI_REFUSAL_H

#include "util.h"

/** unit_name - "bytes", "pages" or "items" */
const char *unit_name(int unit);

/** refusal_text - one line, freed by the caller: the resource, what was held,
 * wanted and in the way, and the process */
char *refusal_text(const struct vz_ub_refusal *refusal);
/** refusal_time - when, in local time, freed by the caller */
char *refusal_time(const struct vz_ub_refusal *refusal);

/** refusals_print - @list as text, the oldest first
 * @total: how many there have been, of which some are not kept */
void refusals_print(const struct vz_ub_refusal *list, size_t count,
		    uint64_t total, FILE *out);
void refusals_print_json(const struct vz_ub_refusal *list, size_t count,
			 FILE *out);

#endif /* _VZ_CLI_REFUSAL_H */
