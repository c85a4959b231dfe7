/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VZ_PARAMTABLE_H
#define _VZ_PARAMTABLE_H

#include "param.h"

/* Ends with an element without a name. */
extern const struct vz_param_def vz_param_table[];

#endif /* _VZ_PARAMTABLE_H */
