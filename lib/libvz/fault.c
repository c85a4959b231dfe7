// SPDX-License-Identifier: GPL-2.0-only
/* Places where test builds die or stop on request. */
#include "internal.h"

#ifdef VZ_FAULTS
#include <signal.h>

void vz_fault(const char *point)
{
	const char *want = secure_getenv("VZ_FAULT");
	size_t len = strlen(point);

	if (!want || strncmp(want, point, len))
		return;
	if (!want[len])
		kill(getpid(), SIGKILL);
	else if (!strncmp(want + len, ":sleep=", 7))
		sleep(atoi(want + len + 7));
}
#endif
