// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities inside a container.  They are those of its own user namespace
 * and give no power over the host; the ones dropped here are meant for the
 * machine as a whole, and programs that test for them (systemd's
 * ConditionCapability=) then know that the machine is not theirs.
 */
#include <grp.h>
#include <strings.h>
#include <sys/prctl.h>

#include <cap-ng.h>

#include "core.h"

static const int dropped[] = {
	CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_PACCT, CAP_SYS_TIME,
	CAP_AUDIT_CONTROL, CAP_AUDIT_READ, CAP_MAC_ADMIN, CAP_MAC_OVERRIDE,
	CAP_SYSLOG, CAP_WAKE_ALARM, CAP_BLOCK_SUSPEND, CAP_PERFMON, CAP_BPF,
};

/* One word of CAPABILITY="NAME:on NAME:off". */
static int change(char *word, struct vz_error *err)
{
	char *state = strchr(word, ':');
	int cap;

	if (state)
		*state++ = '\0';
	/* names of OpenVZ that no stock kernel has */
	if (!strcasecmp(word, "ve_admin") || !strcasecmp(word, "fs_mask"))
		return 0;
	cap = capng_name_to_capability(word);
	if (cap < 0 || !state)
		return vz_fail(err, VZ_E_SET_CAP, EINVAL,
			       "Unable to set the capability %s: no such name",
			       word);
	capng_update(!strcasecmp(state, "on") ? CAPNG_ADD : CAPNG_DROP,
		     CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
		     cap);
	return 0;
}

int vz_cap_drop(struct vz_ct *ct, struct vz_error *err)
{
	const char *value = vz_ct_get(ct, "CAPABILITY");
	autofree char *copy = strdup(value ?: "");
	char *word, *save = NULL;
	size_t i;
	int ret;

	if (!copy)
		return vz_fail_oom(err);
	capng_fill(CAPNG_SELECT_BOTH);
	for (i = 0; i < ARRAY_SIZE(dropped); i++)
		capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED |
			     CAPNG_BOUNDING_SET, dropped[i]);
	for (word = strtok_r(copy, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		ret = change(word, err);
		if (ret)
			return ret;
	}
	for (i = 0; i <= CAP_LAST_CAP; i++)
		capng_update(CAPNG_DROP, CAPNG_INHERITABLE, i);
	if (capng_apply(CAPNG_SELECT_BOTH))
		return vz_fail_errno(err, VZ_E_SET_CAP, errno ?: EPERM,
				     "Unable to drop capabilities in CT %u",
				     ct->id);
	return 0;
}

int vz_confine(struct vz_ct *ct, struct vz_error *err)
{
	int ret;

	if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return vz_fail_errno(err, VZ_E_ENVCREATE, errno,
				     "Unable to become root of CT %u", ct->id);
	ret = vz_seccomp_load(err);
	return ret ? ret : vz_cap_drop(ct, err);
}
