// SPDX-License-Identifier: GPL-2.0-only
/* vzcore-test SUITE... - run the named suites; see the table below. */
#include <stdio.h>
#include <string.h>
#include "kt.h"

static const struct {
	const char *name;
	void (*run)(void);
} suites[] = {
	{ "registry", test_registry },
	{ "life", test_life },
	{ "console", test_console },
	{ "events", test_events },
	{ "visible", test_visible },
	{ "subsys", test_subsys },
	{ "orphan", test_orphan },
	{ "one", test_one },
	{ "many", test_many },
	{ "many-starts", test_many_starts },
	{ "crowd", test_crowd },
	{ "race", test_race },
	{ "net-addr", test_net_addr },
	{ "net-device", test_net_device },
	{ "net-packet", test_net_packet },
	{ "net-class", test_net_class },
	{ "net-load", test_net_load },
	{ "net-many", test_net_many },
	{ "net-crowd", test_net_crowd },
	{ "net-reload", test_net_reload },
	{ "net-flood", test_net_flood },
};

static int run(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		if (!strcmp(suites[i].name, name)) {
			suites[i].run();
			return 0;
		}
	printf("not ok - no suite %s\n", name);
	return 1;
}

int main(int argc, char **argv)
{
	int i, bad = 0;

	kt_setup();
	for (i = 1; i < argc; i++)
		bad |= run(argv[i]);
	return bad || kt_failed();
}
