/* SPDX-License-Identifier: GPL-2.0-only */
/* What vzquota, vzdqcheck, vzdqdump and vzdqload share. */
#ifndef _VZ_CLI_DQ_H
#define _VZ_CLI_DQ_H

#include "util.h"

/** enum dq_exit - exit codes, those of OpenVZ */
enum dq_exit {
	DQ_OK			= 0,
	DQ_SYSTEM		= 1,
	DQ_USAGE		= 2,
	DQ_KERNEL		= 3,
	DQ_FILE			= 4,
	DQ_RUNNING		= 5,
	DQ_NOT_RUNNING		= 6,
	DQ_LOCKED		= 7,
	DQ_CROSSES_MOUNTS	= 8,
	DQ_UGID_INACTIVE	= 9,
	DQ_DIRTY		= 10,
	DQ_NO_FILE		= 11,
	DQ_NO_DIRECTORY		= 13,
};

/** enum dq_level - what is shown; the default is up to DQ_WARNING */
enum dq_level {
	DQ_ERROR,
	DQ_WARNING,
	DQ_INFO,
	DQ_DEBUG,
};

/** DQ_VERSION - what -V prints: the version whose options these are */
#define DQ_VERSION	"Vzquota version 2.5.0"

/** DQ_LABEL_* - words that the lines of vzdqdump begin with */
#define DQ_LABEL_STATUS		"ugid_quota_status:"
#define DQ_LABEL_GRACE		"grace_time:"
#define DQ_LABEL_NUMBER		"ugid_number:"
#define DQ_LABEL_UGID		"ugid:"
#define DQ_LABEL_ALL		"first_level_quota:"

/** struct dq - one run; @level: most detailed messages shown */
struct dq {
	struct vz_ctx	*ctx;
	int		level;
};

/** dq_open - context whose messages are shown; an exit code */
int dq_open(struct dq *dq);
/** dq_say - one message: warnings and errors on stderr */
void dq_say(const struct dq *dq, int level, const char *fmt, ...) PRINTF(3, 4);
/** dq_failed - shows why a call failed; returns the exit code for it */
int dq_failed(const struct dq *dq, const struct vz_error *err);

/** dq_what - enum vz_quota_load that the option G, U, T or F stands for */
unsigned int dq_what(int option);
/** dq_number - a decimal number and nothing else; false: it is not */
bool dq_number(const char *text, uint64_t max, uint64_t *number);
/** dq_id - the number of a quota */
bool dq_id(const char *text, uint32_t *id);
/** dq_blocks - KiB of a number of bytes, rounded up as block counts are */
uint64_t dq_blocks(uint64_t bytes);
/** dq_bytes - bytes of a number of KiB; what cannot be said is no limit, 0 */
uint64_t dq_bytes(uint64_t blocks);

#endif /* _VZ_CLI_DQ_H */
