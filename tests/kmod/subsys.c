// SPDX-License-Identifier: GPL-2.0-only
/* Subsystems, with vztest.ko: the order of calls, failure, coming and going. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kt.h"
#include "../../modules/vztest/vztest.h"

static void expect_log(const char *want, const char *what)
{
	struct vztest_log log;

	if (vz(VZTEST_LOG, &log))
		kt_die("vztest");
	if (!kt_ok(!strcmp(log.text, want), "%s", what))
		printf("# got \"%s\", want \"%s\"\n", log.text, want);
}

static int number(unsigned long req, uint32_t value)
{
	return vz(req, &value);
}

static void test_order(void)
{
	struct vz_ct_info info;
	struct kt_ct ct = kt_ct_up(701, 0);

	expect_log("ca701 cb701 sa701 sb701", "create and start in order");
	kill(ct.init, SIGKILL);
	kt_ct_wait_stopped(701, &info);
	expect_log("tb701 ta701", "stop in reverse order");
	kt_ct_down(&ct);
	expect_log("rb701 ra701", "release in reverse order");
}

static void test_create_fails(void)
{
	struct kt_ct ct = kt_ct_new(702);
	struct vz_ct_info info;

	number(VZTEST_FAIL, VZTEST_FAIL_CREATE);
	kt_is(kt_ct_create(&ct), -EDOM, "a subsystem refuses to create");
	expect_log("ca702 cb702 ra702", "the one before releases");
	kt_is(kt_ct_info(702, &info), -ENOENT, "there is no such container");
	number(VZTEST_FAIL, 0);
	kt_is(kt_ct_create(&ct), 0, "the next try succeeds");
	expect_log("ca702 cb702", "both create");
	kt_ct_down(&ct);
	expect_log("rb702 ra702", "both release, nobody stops");
}

static void test_start_fails(void)
{
	struct kt_ct ct = kt_ct_new(703);
	struct vz_ct_info info;

	kt_ct_create(&ct);
	kt_ct_spawn(&ct);
	number(VZTEST_FAIL, VZTEST_FAIL_START);
	kt_is(kt_ct_start(&ct), -EDOM, "a subsystem refuses to start");
	expect_log("ca703 cb703 sa703 sb703 ta703", "the one before stops");
	kt_ct_info(703, &info);
	kt_is(info.state, VZ_CT_CREATED, "the container is as before");
	kt_is(info.init_pid, 0, "it has no init");
	number(VZTEST_FAIL, 0);
	kt_is(kt_ct_start(&ct), 0, "the next try succeeds");
	kt_ct_down(&ct);
	expect_log("sa703 sb703 tb703 ta703 rb703 ra703", "and has its course");
}

static void test_come_and_go(void)
{
	struct kt_ct idle = kt_ct_new(704), ct = kt_ct_up(705, 0);
	struct vz_ct_info info;

	kt_ct_create(&idle);
	expect_log("ca705 cb705 sa705 sb705 ca704 cb704", "two containers");
	kt_is(number(VZTEST_SWITCH_B, 0), 0, "b goes");
	expect_log("rb704 tb705 rb705", "b leaves the containers");
	kt_ct_info(705, &info);
	kt_is(info.state, VZ_CT_RUNNING, "they do not care");
	number(VZTEST_FAIL, VZTEST_FAIL_START);
	kt_is(number(VZTEST_SWITCH_B, 1), -EDOM, "b comes, but fails");
	expect_log("cb704 cb705 sb705 rb705 rb704", "b has let all go again");
	number(VZTEST_FAIL, 0);
	kt_is(number(VZTEST_SWITCH_B, 1), 0, "b comes");
	expect_log("cb704 cb705 sb705", "b meets the containers");
	kt_ct_down(&ct);
	kt_ct_down(&idle);
	expect_log("tb705 ta705 rb705 ra705 rb704 ra704", "all is over");
}

void test_subsys(void)
{
	struct vztest_log log;

	vz(VZTEST_LOG, &log);
	test_order();
	test_create_fails();
	test_start_fails();
	test_come_and_go();
	kt_is(number(_IOC(_IOC_WRITE, VZ_IOC_MAGIC, 0xf3, 4), 0), -ENOTTY,
	      "a command behind the subsystem's");
}

/* rmmod of the subsystems while a container runs */
void test_orphan(void)
{
	struct kt_ct ct = kt_ct_up(706, 0);
	struct vz_ct_info info;
	uint32_t value = 0;

	if (system("rmmod vztest"))
		kt_ok(false, "subsystems unload while a container runs");
	kt_is(vz(VZTEST_FAIL, &value), -ENOTTY, "their commands are gone");
	kt_ct_info(706, &info);
	kt_is(info.state, VZ_CT_RUNNING, "the container runs");
	if (system("modprobe vztest"))
		kt_ok(false, "subsystems load while a container runs");
	kt_is(vz(VZTEST_FAIL, &value), 0, "their commands are back");
	kt_ok(kt_ct_down(&ct), "destroy");
}
