// SPDX-License-Identifier: GPL-2.0-only
/* Memory of files that have no name, or a file system of their own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bomb.h"

static int fill(int fd, long kib)
{
	static const char data[64 << 10];
	long done;

	for (done = 0; done < kib << 10; done += sizeof(data))
		if (write(fd, data, sizeof(data)) < 0)
			return errno;
	return 0;
}

static int bomb_unlinked(long n, long size)
{
	char name[64];
	int fd, err;

	snprintf(name, sizeof(name), "/dev/shm/bomb.%d.%ld", getpid(), n);
	fd = open(name, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return errno;
	unlink(name);
	err = fill(fd, size);
	if (err)
		close(fd);
	return err;
}

/* Segments that are in use and have been removed */
static int bomb_segment(long n, long size)
{
	int id = shmget(IPC_PRIVATE, size << 10, IPC_CREAT | 0600);
	void *at;

	(void)n;
	if (id < 0)
		return errno;
	at = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	if (at == (void *)-1)
		return errno;
	memset(at, 1, size << 10);
	return 0;
}

/* One on top of the other */
static int bomb_tmpfs(long n, long size)
{
	int fd, err;

	(void)n;
	mkdir("/tmp/bomb", 0700);
	if (mount("none", "/tmp/bomb", "tmpfs", 0, NULL))
		return errno;
	fd = open("/tmp/bomb/file", O_WRONLY | O_CREAT, 0600);
	if (fd < 0)
		return errno;
	err = fill(fd, size);
	close(fd);
	return err;
}

const struct taker shm_bombs[] = {
	{ "unlinked", bomb_unlinked, NULL },
	{ "shmat", bomb_segment, NULL },
	{ "tmpfs", bomb_tmpfs, NULL },
	{ NULL },
};
