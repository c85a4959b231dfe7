// SPDX-License-Identifier: GPL-2.0-only
/* ndsend: tell the neighbours where an IPv6 address is */
#include <string.h>

#include "../common/util.h"

/* Exit codes, as scripts know them. */
enum {
	EXIT_USAGE	= 1,
	EXIT_SYSTEM	= 2,
};

int main(int argc, char **argv)
{
	struct vz_error err = { 0 };

	if (argc != 3 || !strchr(argv[1], ':')) {
		fprintf(stderr, "Usage: ndsend ADDRESS DEVICE\n");
		return EXIT_USAGE;
	}
	if (vz_ip_announce(argv[1], argv[2], &err) < 0) {
		fprintf(stderr, "ndsend: %s\n", err.text);
		return err.code == VZ_E_INVALID_VALUE ? EXIT_USAGE :
							EXIT_SYSTEM;
	}
	return 0;
}
