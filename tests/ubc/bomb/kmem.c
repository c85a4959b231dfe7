// SPDX-License-Identifier: GPL-2.0-only
/* Little for the program, much for the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bomb.h"

/* One page in each table of pages */
static int bomb_pagetable(long n, long size)
{
	const size_t len = 1UL << 30;
	char *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i;

	(void)n, (void)size;
	if (at == MAP_FAILED)
		return errno;
	madvise(at, len, MADV_NOHUGEPAGE);
	for (i = 0; i < len; i += 2 << 20)
		at[i] = 1;
	return 0;
}

/* Neighbours that cannot be joined */
static int bomb_vma(long n, long size)
{
	(void)size;
	return mmap(NULL, 4096, n % 2 ? PROT_READ : PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ?
	       errno : 0;
}

/* Each process a tree of its own, which it stays in */
static int bomb_tree(long n, long size)
{
	char name[32];

	(void)size;
	if (!n) {
		snprintf(name, sizeof(name), "/dev/shm/tree.%d", getpid());
		mkdir(name, 0700);
		if (chdir(name))
			return errno;
	}
	if (mkdir("directory", 0700) && errno != EEXIST)
		return errno;
	return chdir("directory") ? errno : 0;
}

/* Names that are not there, for each process others */
static int bomb_negative(long n, long size)
{
	char name[256];
	struct stat st;

	(void)size;
	snprintf(name, sizeof(name), "/dev/shm/%0150d.%ld", getpid(), n);
	return stat(name, &st) && errno != ENOENT ? errno : 0;
}

/* Processes that wait with as many buffers as a call may name */
static int bomb_iovec(long n, long size)
{
	static struct iovec v[IOV_MAX];
	static char c;
	int end[2], i;
	pid_t pid;

	(void)n, (void)size;
	pid = fork();
	if (pid)
		return pid < 0 ? errno : 0;
	for (i = 0; i < IOV_MAX; i++)
		v[i] = (struct iovec){ &c, 1 };
	if (pipe(end) || readv(end[0], v, IOV_MAX) < 0)
		_exit(1);
	_exit(0);
}

const struct taker kmem_bombs[] = {
	{ "pagetable", bomb_pagetable, NULL },
	{ "vma", bomb_vma, NULL },
	{ "tree", bomb_tree, NULL },
	{ "negative", bomb_negative, NULL },
	{ "iovec", bomb_iovec, NULL },
	{ NULL },
};
