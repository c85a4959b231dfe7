// SPDX-License-Identifier: GPL-2.0-only
/* vzctl quotaon, quotaoff, quotainit */
#include "vzctl.h"

int cmd_quotaon(struct cli *cli, int argc, char **argv)
{
	return run_bare(cli, argc, argv, vz_ct_quota_on, NULL);
}

int cmd_quotaoff(struct cli *cli, int argc, char **argv)
{
	return run_bare(cli, argc, argv, vz_ct_quota_off, NULL);
}

int cmd_quotainit(struct cli *cli, int argc, char **argv)
{
	return run_bare(cli, argc, argv, vz_ct_quota_init, NULL);
}
