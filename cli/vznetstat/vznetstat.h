/* SPDX-License-Identifier: GPL-2.0-only */
/* vznetstat: what its files share. */
#ifndef _VZ_CLI_VZNETSTAT_H
#define _VZ_CLI_VZNETSTAT_H

#include "../common/util.h"

/**
 * struct view - what is shown, and how
 * @classes: a bit for each class
 * @counted: and those with something counted
 * @all: classes and reasons with nothing counted, too
 * @drops: packets that were dropped, in place of traffic
 * @round: bytes in K, M or G
 */
struct view {
	uint32_t	classes;
	bool		counted;
	bool		all;
	bool		drops;
	bool		round;
};

/** class_is_shown - is there to be a line for this class? */
bool class_is_shown(const struct view *view, const struct vz_net_stat *st,
		    unsigned int class);

void print_text(const struct view *view, const struct vz_net_stat *list,
		size_t count);
void print_json(const struct view *view, const struct vz_net_stat *list,
		size_t count);

#endif /* _VZ_CLI_VZNETSTAT_H */
