/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private areas on disk.
 *
 * VE_PRIVATE is made in VE_PRIVATE.tmp/fs and renamed when it is complete.
 * It goes by being renamed to .vz-destroy.CTID.N beside it and being removed
 * there.  So what has the area's name is always whole, and what a killed
 * process left behind can be told by its name and is removed by the next
 * create or destroy.
 */
#ifndef _VZ_AREA_H
#define _VZ_AREA_H

#include "internal.h"

/**
 * struct vz_area - where a private area is or will be
 * @ct: its container
 * @path: VE_PRIVATE, links resolved as far as it exists
 * @link: VE_PRIVATE as it is set when that is a symbolic link, else NULL
 * @base: last part of @path
 * @parent: open directory that @base is in, -1 when that does not exist
 */
struct vz_area {
	struct vz_ct	*ct;
	char		*path;
	char		*link;
	const char	*base;
	int		parent;
};

/**
 * vz_area_open - finds out where the private area of a container is
 *
 * Errors: VZ_E_PRIVATE_NOTSET, VZ_E_NO_PRIVATE (no sensible path).
 */
int vz_area_open(struct vz_area *area, struct vz_ct *ct, struct vz_error *err);
void vz_area_close(struct vz_area *area);

/** vz_area_exists - is there something with the area's name? */
bool vz_area_exists(const struct vz_area *area);

/**
 * vz_area_make_parent - makes sure that the area is in a directory that users
 * of the host cannot enter, making it when missing
 *
 * The ids in the area are not shifted.  A set-user-ID program of the
 * container's root is one of the host's root to whoever can reach it there.
 */
int vz_area_make_parent(struct vz_area *area, struct vz_error *err);

/**
 * vz_area_stage - makes VE_PRIVATE.tmp with an empty directory fs in it
 * @had_conf: the container has a config file already
 *
 * Returns a descriptor of fs.
 */
int vz_area_stage(struct vz_area *area, bool had_conf, struct vz_error *err);
/** vz_area_commit - gives fs the area's name */
int vz_area_commit(struct vz_area *area, struct vz_error *err);
/** vz_area_unstage - removes VE_PRIVATE.tmp; @undo: and the area */
int vz_area_unstage(struct vz_area *area, bool undo, struct vz_error *err);
/**
 * vz_area_unstage_stale - removes the VE_PRIVATE.tmp of a killed create
 *
 * Returns 1 when that create also made the config file, else 0.
 */
int vz_area_unstage_stale(struct vz_area *area, struct vz_error *err);

/** vz_area_move_aside - takes the area's name away; 1: there was none */
int vz_area_move_aside(struct vz_area *area, struct vz_error *err);
/**
 * vz_area_sweep - removes areas that were moved aside
 *
 * Those of other containers too, unless somebody does so already; trouble
 * with them is only logged.
 */
int vz_area_sweep(struct vz_area *area, struct vz_error *err);

/**
 * vz_remove_tree - removes a directory with all that is in it
 * @parent: directory it is in
 * @name: one part of a path
 *
 * Follows no link, crosses no mount point, copes with any depth in bounded
 * memory and with somebody else removing the same.  What is gone already is no
 * error.  Errors: VZ_E_DEL_PRIVATE.
 */
int vz_remove_tree(int parent, const char *name, struct vz_error *err);

/**
 * vz_template_open - finds an OS template
 * @name: name or absolute path, with or without its suffix
 * @label: out: name without directory and suffix, freed by the caller
 *
 * Returns a descriptor.  Errors: VZ_E_TMPL_NOTSET, VZ_E_OSTEMPLATE_NOT_FOUND.
 */
int vz_template_open(struct vz_ctx *ctx, const char *name, char **label,
		     struct vz_error *err);

#endif /* _VZ_AREA_H */
