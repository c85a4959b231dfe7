// SPDX-License-Identifier: GPL-2.0-only
/* The system call filter: what it refuses, in each calling convention. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core.h"

/* Status of a child that loads the filter and then runs @check. */
static int filtered(bool (*check)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (geteuid())
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (vz_seccomp_load(NULL))
			_exit(2);
		_exit(!check());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool refused(long nr)
{
	errno = 0;
	return syscall(nr, -1, 0, 0, 0, 0) == -1 && errno == EPERM;
}

static bool native(void)
{
	return refused(SYS_init_module) && refused(SYS_finit_module) &&
	       refused(SYS_kexec_load) && refused(SYS_open_by_handle_at) &&
	       refused(SYS_bpf) && refused(SYS_userfaultfd) &&
	       refused(SYS_perf_event_open) && refused(SYS_clock_settime) &&
	       refused(SYS_syslog);
}

static bool all_else(void)
{
	return syscall(SYS_getpid) == getpid() &&
	       syscall(SYS_close, -1) == -1 && errno == EBADF;
}

static void test_refuses_native_calls(void **state)
{
	assert_int_equal(filtered(native), 0);
}

static void test_allows_all_else(void **state)
{
	assert_int_equal(filtered(all_else), 0);
}

#ifdef __x86_64__
static long call32(long nr, long a)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(0L),
			 "d"(0L) : "memory");
	return (int)ret;
}

/* 20: getpid, 128: init_module, 129: delete_module, 374: userfaultfd */
static bool compat(void)
{
	return call32(20, 0) == getpid() && call32(128, 0) == -EPERM &&
	       call32(129, 0) == -EPERM && call32(374, -1) == -EPERM;
}

static void test_refuses_32_bit_calls(void **state)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid)
		_exit(call32(20, 0) != getpid());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)	/* a kernel without 32-bit programs */
		skip();
	assert_int_equal(filtered(compat), 0);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refuses_native_calls),
		cmocka_unit_test(test_allows_all_else),
#ifdef __x86_64__
		cmocka_unit_test(test_refuses_32_bit_calls),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
