// SPDX-License-Identifier: GPL-2.0-only
/* Address space and shared memory; SIZE is in KiB. */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "use.h"

static struct {
	void	*at;
	int	fd;
} maps[1 << 16];

static long kib;

static int take_map(long n, long size, int flags)
{
	kib = size;
	maps[n].at = mmap(NULL, size << 10, PROT_READ | PROT_WRITE,
			  MAP_ANONYMOUS | flags, -1, 0);
	return maps[n].at == MAP_FAILED ? errno : 0;
}

static int take_private(long n, long size)
{
	return take_map(n, size, MAP_PRIVATE);
}

static void drop_map(long n)
{
	munmap(maps[n].at, kib << 10);
}

/* Given back at once: what was granted is more and more, what is held is not */
static int take_churn(long n, long size)
{
	int err = take_map(n, size, MAP_PRIVATE);

	if (!err)
		munmap(maps[n].at, size << 10);
	return err;
}

static int take_shared(long n, long size)
{
	return take_map(n, size, MAP_SHARED);
}

static int take_locked(long n, long size)
{
	return take_map(n, size, MAP_PRIVATE | MAP_LOCKED);
}

static int take_mlock(long n, long size)
{
	int err = take_map(n, size, MAP_PRIVATE);

	if (!err && mlock(maps[n].at, size << 10)) {
		err = errno;
		munmap(maps[n].at, size << 10);
	}
	return err;
}

static int take_memfd(long n, long size)
{
	char data[4096] = { 0 };
	long left;
	int err;

	maps[n].fd = memfd_create("use", 0);
	if (maps[n].fd < 0)
		return errno;
	for (left = size << 10; left > 0; left -= sizeof(data))
		if (write(maps[n].fd, data, sizeof(data)) < 0) {
			err = errno;
			close(maps[n].fd);
			return err;
		}
	return 0;
}

static void drop_memfd(long n)
{
	close(maps[n].fd);
}

static int take_segment(long n, long size)
{
	maps[n].fd = shmget(IPC_PRIVATE, size << 10, IPC_CREAT | 0600);
	return maps[n].fd < 0 ? errno : 0;
}

static void drop_segment(long n)
{
	shmctl(maps[n].fd, IPC_RMID, NULL);
}

/* A page is locked, and grows. */
static int take_mremap(long n, long size)
{
	int err = take_map(n, 4, MAP_PRIVATE | MAP_LOCKED);
	void *at;

	kib = size;
	if (err)
		return err;
	at = mremap(maps[n].at, 4 << 10, size << 10, MREMAP_MAYMOVE);
	err = errno;
	if (at == MAP_FAILED) {
		munmap(maps[n].at, 4 << 10);
		return err;
	}
	maps[n].at = at;
	return 0;
}

/* From then on everything that is taken is locked. */
static int take_brk(long n, long size)
{
	kib = size;
	if (!n && mlockall(MCL_FUTURE))
		return errno;
	return sbrk(size << 10) == (void *)-1 ? errno : 0;
}

static void drop_brk(long n)
{
	(void)n;
	sbrk(-(kib << 10));
}

/* Locks all there is, as a program of 32 bits does it. */
static int take_lock_all(long n, long size)
{
	const int mlockall32 = 152;
	long ret;

	(void)n;
	(void)size;
	asm volatile("int $0x80" : "=a"(ret) :
		     "a"(mlockall32), "b"(MCL_CURRENT) : "memory");
	return -(int)ret;
}

static int take_secret(long n, long size)
{
	kib = size;
	maps[n].fd = syscall(SYS_memfd_secret, 0);
	if (maps[n].fd < 0 || ftruncate(maps[n].fd, size << 10))
		return errno;
	maps[n].at = mmap(NULL, size << 10, PROT_READ | PROT_WRITE, MAP_SHARED,
			  maps[n].fd, 0);
	if (maps[n].at != MAP_FAILED)
		return 0;
	close(maps[n].fd);
	return errno;
}

static void drop_secret(long n)
{
	drop_map(n);
	close(maps[n].fd);
}

const struct taker vm_takers[] = {
	{ "private", take_private, drop_map },
	{ "churn", take_churn, NULL },
	{ "shared", take_shared, drop_map },
	{ "locked", take_locked, drop_map },
	{ "mlock", take_mlock, drop_map },
	{ "mremap", take_mremap, drop_map },
	{ "brk", take_brk, drop_brk },
	{ "lock-all", take_lock_all, NULL },
	{ "secret", take_secret, drop_secret },
	{ "memfd", take_memfd, drop_memfd },
	{ "segment", take_segment, drop_segment },
	{ NULL },
};
