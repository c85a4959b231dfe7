/* SPDX-License-Identifier: GPL-2.0-only */
/* What start.c prepares and inside.c uses. */
#ifndef _VZ_START_H
#define _VZ_START_H

#include "core.h"

/* Terminals of a container: /dev/console, which is tty1, and tty2 to tty4. */
#define VZ_CONSOLES	4

struct start {
	struct vz_ct		*ct;
	uint32_t		base;		/* first host id */
	struct vz_cgroup	cgroup;
	int			userns;
	int			root;		/* detached mounts */
	int			dev;
	int			rundir;		/* inside: where root is attached */
	struct vz_ct_create	reg;		/* as registered */
	char			*start_script;	/* text or NULL */
	struct vz_dist_run	dist;
	int			sock;		/* own end, on either side */
	pid_t			pid;		/* process B, later init */
	int			pidfd;
};

/** vz_start_process_a - body of process A; does not return */
void vz_start_process_a(struct start *s) __attribute__((noreturn));

#endif /* _VZ_START_H */
