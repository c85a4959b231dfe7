// SPDX-License-Identifier: GPL-2.0-only
/* Ways into the kernel that lead out of a container. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>

#include "bomb.h"

static long try_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
}

static long try_bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static long try_clock(void)
{
	struct timeval tv = { 978307200, 0 };

	return syscall(SYS_settimeofday, &tv, NULL);
}

static long try_adjust(void)
{
	struct timex t = { .modes = ADJ_SETOFFSET, .time.tv_sec = 3600 };

	return syscall(SYS_adjtimex, &t);
}

/* Any file of the root's file system, by the number of an inode */
static long try_handle(void)
{
	struct {
		struct file_handle	handle;
		unsigned int		id[2];
	} h = { .handle = { 8, 1 }, .id = { 2, 0 } };
	int root = open("/", O_RDONLY);

	return syscall(SYS_open_by_handle_at, root, &h, O_RDONLY);
}

#define CALL(name, ...)	\
	static long try_##name(void) \
	{ \
		return syscall(SYS_##name, ##__VA_ARGS__); \
	}

CALL(init_module, "", 0L, "")
CALL(finit_module, 0, "", 0)
CALL(delete_module, "vzubc", 0)
CALL(kexec_load, 0L, 0L, NULL, 0L)
CALL(swapon, "/swap", 0)
CALL(acct, "/tmp/acct")
CALL(userfaultfd, 0)
CALL(iopl, 3)
CALL(syslog, 5, NULL, 0)

static const struct {
	const char	*name;
	long		(*try)(void);
} calls[] = {
	{ "perf_event_open", try_perf },
	{ "bpf", try_bpf },
	{ "settimeofday", try_clock },
	{ "adjtimex", try_adjust },
	{ "open_by_handle_at", try_handle },
	{ "init_module", try_init_module },
	{ "finit_module", try_finit_module },
	{ "delete_module", try_delete_module },
	{ "kexec_load", try_kexec_load },
	{ "swapon", try_swapon },
	{ "acct", try_acct },
	{ "userfaultfd", try_userfaultfd },
	{ "iopl", try_iopl },
	{ "syslog", try_syslog },
};

int entries(void)
{
	int bad = 0;
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		long result = calls[i].try();

		/* another error means that it went on to look at the rest */
		if (result < 0 && (errno == EPERM || errno == EACCES ||
				   errno == ENOSYS || errno == ESRCH))
			continue;
		printf("%s: %ld %s\n", calls[i].name, result,
		       result < 0 ? strerrorname_np(errno) : "");
		bad = 1;
	}
	return bad;
}
