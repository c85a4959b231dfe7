// SPDX-License-Identifier: GPL-2.0-only
/*
 * The init of the containers that tests/bench/run starts: tells over the FIFO
 * /ready that it runs as PID 1, sleeps until SIGTERM and exits.  Called as
 * "halt" it sends that SIGTERM.  Linked without a C library.
 */
#include <asm/unistd.h>
#include <fcntl.h>
#include <signal.h>

#define NR_SIGNALS 64

static long sys(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

/* A blocked SIGTERM waits for sigwait even where it is sent to a PID 1. */
static void run_init(void)
{
	const unsigned long term = 1UL << (SIGTERM - 1);
	long fd;

	sys(__NR_rt_sigprocmask, SIG_BLOCK, (long)&term, 0, NR_SIGNALS / 8);
	fd = sys(__NR_openat, AT_FDCWD, (long)"/ready", O_WRONLY, 0);
	if (fd < 0 || sys(__NR_getpid, 0, 0, 0, 0) != 1 ||
	    sys(__NR_write, fd, (long)"1", 1, 0) != 1)
		sys(__NR_exit_group, 1, 0, 0, 0);
	sys(__NR_close, fd, 0, 0, 0);
	sys(__NR_rt_sigtimedwait, (long)&term, 0, 0, NR_SIGNALS / 8);
	sys(__NR_exit_group, 0, 0, 0, 0);
}

void start_c(long *stack) __attribute__((noreturn, used));
void start_c(long *stack)
{
	const char *name = (const char *)stack[1], *p;

	for (p = name; p && *p; p++) {
		if (*p == '/')
			name = p + 1;
	}
	if (name && *name == 'h')
		sys(__NR_exit_group, sys(__NR_kill, 1, SIGTERM, 0, 0) != 0,
		    0, 0, 0);
	run_init();
	__builtin_unreachable();
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call start_c\n");
