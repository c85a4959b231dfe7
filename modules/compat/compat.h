/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Force-included into every file of the modules.  The code is written for the
 * newest kernel; what older ones lack is added by the headers below, one per
 * topic, driven by the VZ_HAVE_* macros of probe.mk.
 */
#ifndef _VZ_COMPAT_H
#define _VZ_COMPAT_H

#include "wrapper/file.h"
#include "wrapper/ftrace.h"
#include "wrapper/hrtimer.h"
#include "wrapper/memcg.h"
#include "wrapper/module.h"
#include "wrapper/netdevice.h"
#include "wrapper/ns.h"
#include "wrapper/sock.h"
#include "wrapper/tty.h"
#include "wrapper/x_tables.h"

#endif /* _VZ_COMPAT_H */
