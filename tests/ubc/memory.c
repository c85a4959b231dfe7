// SPDX-License-Identifier: GPL-2.0-only
/* Memory: of programs, of tmpfs, of the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "use.h"

static void *maps[1 << 16];
static long map_size;
static int ids[1 << 17];

/* @size bytes that are written to */
static int take_anon(long n, long size)
{
	map_size = size;
	maps[n] = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (maps[n] == MAP_FAILED)
		return errno;
	memset(maps[n], 1, size);
	return 0;
}

static void drop_anon(long n)
{
	munmap(maps[n], map_size);
}

static void shm_name(char *name, size_t size, long n)
{
	snprintf(name, size, "/dev/shm/ub-use.%ld", n);
}

/* A file of tmpfs of @size bytes */
static int take_shm_file(long n, long size)
{
	char name[64], *data = calloc(1, size);
	int fd, err = 0;
	ssize_t done;

	shm_name(name, sizeof(name), n);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	done = fd < 0 ? -1 : write(fd, data, size);
	if (done != size)
		err = done < 0 ? errno : ENOSPC;
	free(data);
	if (fd >= 0)
		close(fd);
	if (err)
		unlink(name);
	return err;
}

static void drop_shm_file(long n)
{
	char name[64];

	shm_name(name, sizeof(name), n);
	unlink(name);
}

/* A name that is not there, @size bytes long */
static int take_dentry(long n, long size)
{
	char name[256];
	struct stat st;

	if (size < 16 || size > 200)
		size = 16;
	snprintf(name, sizeof(name), "/x%0*ld", (int)size, n);
	return stat(name, &st) && errno != ENOENT ? errno : 0;
}

/* A directory below that of before */
static int take_deep(long n, long size)
{
	(void)size;
	if (!n && chdir("/"))
		return errno;
	if (mkdir("ub-deep", 0700) && errno != EEXIST)
		return errno;
	return chdir("ub-deep") ? errno : 0;
}

static void drop_deep(long n)
{
	(void)n;
	if (chdir("..") || rmdir("ub-deep"))
		perror("ub-use: ub-deep");
}

/* Large blocks of kernel memory: 64 bytes times @size */
static int take_sem(long n, long size)
{
	ids[n] = semget(IPC_PRIVATE, size, 0600 | IPC_CREAT);
	return ids[n] < 0 ? errno : 0;
}

static void drop_sem(long n)
{
	semctl(ids[n], 0, IPC_RMID);
}

/* Small objects of kernel memory */
static int take_epoll(long n, long size)
{
	(void)size;
	ids[n] = epoll_create1(0);
	return ids[n] < 0 ? errno : 0;
}

static void drop_epoll(long n)
{
	close(ids[n]);
}

/* Tells what sysinfo(2) says; takes nothing */
static int take_sysinfo(long n, long size)
{
	struct sysinfo info;

	(void)n, (void)size;
	if (sysinfo(&info))
		return errno;
	printf("ram %lu swap %lu kB\n", info.totalram * info.mem_unit >> 10,
	       info.totalswap * info.mem_unit >> 10);
	return 0;
}

const struct taker memory_takers[] = {
	{ "anon", take_anon, drop_anon },
	{ "shm-file", take_shm_file, drop_shm_file },
	{ "dentry", take_dentry, NULL },
	{ "deep", take_deep, drop_deep },
	{ "sem", take_sem, drop_sem },
	{ "epoll", take_epoll, drop_epoll },
	{ "sysinfo", take_sysinfo, NULL },
	{ NULL },
};
