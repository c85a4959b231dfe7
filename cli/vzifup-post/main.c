// SPDX-License-Identifier: GPL-2.0-only
/* vzifup-post: answer for the containers on a device that has come up */
#include "../common/util.h"

static int run(struct vz_ctx *ctx, const char *device)
{
	struct vz_error err = { 0 };

	if (vz_ctx_load(ctx, &err) < 0 ||
	    (vz_ctx_device_up(ctx, device, &err) < 0 &&
	     err.code != VZ_E_BAD_KERNEL)) {
		fprintf(stderr, "vzifup-post: %s\n", err.text);
		return 2;
	}
	/* without the kernel modules there are no containers */
	return 0;
}

int main(int argc, char **argv)
{
	struct vz_ctx *ctx;
	int code = 2;

	if (argc != 2) {
		fprintf(stderr, "Usage: vzifup-post DEVICE\n");
		return 1;
	}
	if (!vz_ctx_new(&ctx, NULL)) {
		code = run(ctx, argv[1]);
		vz_ctx_unref(ctx);
	}
	return code;
}
