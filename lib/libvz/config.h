/* SPDX-License-Identifier: GPL-2.0-only */
/* Configurations: the lines in memory (config.c), files (configfile.c). */
#ifndef _VZ_CONFIG_H
#define _VZ_CONFIG_H

#include "internal.h"

#define VZ_CONFIG_MAX_SIZE	(256 * 1024)
#define VZ_CONFIG_MAX_LINES	4096

/**
 * struct vz_config_line - one line of a configuration
 * @raw: the line as it is in the file, without its newline; NULL for the
 *	memory of a removed variable
 * @name: variable (its newest name), NULL for a comment
 * @value: canonical value; NULL for a removed variable and for a value that
 *	is wrong
 */
struct vz_config_line {
	char	*raw;
	char	*name;
	char	*value;
};

/**
 * struct vz_config - see vz_config_new()
 * @ctx: for messages; a reference unless @weak
 * @weak: the configuration belongs to the context itself
 * @open_end: the file's last line has no newline
 * @bad: a sentence about the first thing in the file that could not be
 *	understood, and was left out; NULL: none
 */
struct vz_config {
	unsigned int		refs;
	struct vz_ctx		*ctx;
	bool			weak;
	bool			open_end;
	char			*bad;
	struct vz_config_line	*lines;
	size_t			n;
};

/** vz_config_load_ct - vz_config_load() whose messages name a container */
int vz_config_load_ct(struct vz_ctx *ctx, uint32_t ctid, const char *path,
		      struct vz_config **cfg, struct vz_error *err);
/** vz_config_read - like vz_config_load_ct(), but what is not understood only
 * makes vz_config_check() fail */
int vz_config_read(struct vz_ctx *ctx, uint32_t ctid, const char *path,
		   struct vz_config **cfg, struct vz_error *err);
/** vz_config_check - was all of the file understood?  VZ_E_INVALID_CONFIG */
int vz_config_check(const struct vz_config *cfg, struct vz_error *err);
/** vz_config_forget - drops all lines */
void vz_config_forget(struct vz_config *cfg);
/** vz_config_append - adds a line; takes over the strings even on failure */
int vz_config_append(struct vz_config *cfg, char *raw, char *name,
		     char *value);
/** vz_config_find - line of a variable (not a removed one) or NULL */
struct vz_config_line *vz_config_find(const struct vz_config *cfg,
				      const char *name);
/** vz_config_removed - was the variable set to NULL? */
bool vz_config_removed(const struct vz_config *cfg, const char *name);
/** vz_config_peek - unchecked value of a variable in N.conf; NULL if unset;
 * freed by the caller */
int vz_config_peek(struct vz_ctx *ctx, uint32_t ctid, const char *name,
		   char **value);
/** vz_config_split - parses one line
 * @name, @value: out: freed by the caller; NULL for a comment or blank line
 *
 * Returns 0, -EINVAL (not a line of a configuration) or -ENOMEM.
 */
int vz_config_split(const char *line, char **name, char **value);
/** vz_config_quote - the line NAME="value", freed by the caller; NULL: no
 * memory */
char *vz_config_quote(const char *name, const char *value);

#endif /* _VZ_CONFIG_H */
