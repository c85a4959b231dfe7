// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run by the build: prints the system call filter of ../seccomp.c as the
 * elements of an array of struct sock_filter.  Compiling it takes libseccomp
 * longer than all else that a container's first process does.
 *
 * Everything that is not forbidden is always allowed, which the kernel
 * remembers per call number, so that no filter runs on the calls a container
 * does make.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <linux/filter.h>
#include <seccomp.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const int forbidden[] = {
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(create_module), SCMP_SYS(query_module),
	SCMP_SYS(get_kernel_syms), SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(swapon), SCMP_SYS(swapoff),
	SCMP_SYS(acct), SCMP_SYS(settimeofday), SCMP_SYS(stime),
	SCMP_SYS(clock_settime), SCMP_SYS(clock_settime64), SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open), SCMP_SYS(lookup_dcookie),
	SCMP_SYS(nfsservctl), SCMP_SYS(uselib), SCMP_SYS(userfaultfd),
	SCMP_SYS(vm86), SCMP_SYS(vm86old),
	SCMP_SYS(_sysctl), SCMP_SYS(syslog),
};

static int add_architectures(scmp_filter_ctx filter)
{
#ifdef __x86_64__
	int ret = seccomp_arch_add(filter, SCMP_ARCH_X86);

	if (ret && ret != -EEXIST)
		return ret;
	ret = seccomp_arch_add(filter, SCMP_ARCH_X32);
	if (ret && ret != -EEXIST)
		return ret;
#endif
	return 0;
}

static int fill(scmp_filter_ctx filter)
{
	size_t i;
	int ret;

	ret = add_architectures(filter);
	for (i = 0; !ret && i < ARRAY_SIZE(forbidden); i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
				       forbidden[i], 0);
	return ret;
}

static int print(FILE *compiled)
{
	struct sock_filter insn;

	rewind(compiled);
	while (fread(&insn, sizeof(insn), 1, compiled) == 1)
		printf("{ %#x, %u, %u, %#x },\n", insn.code, insn.jt, insn.jf,
		       insn.k);
	return ferror(compiled) || fflush(stdout) ? -EIO : 0;
}

int main(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	FILE *compiled = tmpfile();
	int ret = filter && compiled ? 0 : -ENOMEM;

	if (!ret)
		ret = fill(filter);
	if (!ret)
		ret = seccomp_export_bpf(filter, fileno(compiled));
	if (!ret)
		ret = print(compiled);
	if (ret)
		fprintf(stderr, "no system call filter: error %d\n", -ret);
	seccomp_release(filter);
	return ret != 0;
}
