/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events that subsystems have to tell.
 */
#ifndef _VZ_EVENT_H
#define _VZ_EVENT_H

#include <linux/types.h>
#include <linux/vzcore.h>

void vz_event_limit(u32 ctid, u32 limits);

#endif /* _VZ_EVENT_H */
