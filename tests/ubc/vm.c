// SPDX-License-Identifier: GPL-2.0-only
/* Address space and shared memory; SIZE is in KiB. */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
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

const struct taker vm_takers[] = {
	{ "private", take_private, drop_map },
	{ "churn", take_churn, NULL },
	{ "shared", take_shared, drop_map },
	{ "locked", take_locked, drop_map },
	{ "mlock", take_mlock, drop_map },
	{ "memfd", take_memfd, drop_memfd },
	{ "segment", take_segment, drop_segment },
	{ NULL },
};
