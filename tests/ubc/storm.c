// SPDX-License-Identifier: GPL-2.0-only
/*
 * Some of each resource, taken and given back at once: what is refused then was
 * counted wrongly.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "use.h"

static const char stop[] = "/tmp/storm.stop";

static int open_close(void)
{
	int fd = open("/dev/null", O_RDONLY);

	return fd < 0 ? errno : (close(fd), 0);
}

static int one_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	return fd < 0 ? errno : (close(fd), 0);
}

static int sockets(void)
{
	int err = one_socket(AF_INET, SOCK_STREAM);

	if (!err)
		err = one_socket(AF_INET, SOCK_DGRAM);
	return err ? err : one_socket(AF_UNIX, SOCK_STREAM);
}

static int lock(void)
{
	static int fd = -1;
	char name[64];

	if (fd < 0) {
		snprintf(name, sizeof(name), "/tmp/storm.%d", getpid());
		fd = open(name, O_RDWR | O_CREAT, 0600);
	}
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || flock(fd, LOCK_UN) ||
	    lockf(fd, F_TLOCK, 1) || lockf(fd, F_ULOCK, 1))
		return errno;
	return 0;
}

static int one_process(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid < 0 || waitpid(pid, NULL, 0) != pid ? errno : 0;
}

static int map(void)
{
	void *at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return errno;
	*(volatile char *)at = 1;
	return munmap(at, 1 << 16) ? errno : 0;
}

static int terminal(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	return fd < 0 ? errno : (close(fd), 0);
}

static int mounts(void)
{
	static char dir[64];

	if (!*dir) {
		snprintf(dir, sizeof(dir), "/tmp/storm.XXXXXX");
		if (!mkdtemp(dir))
			return errno;
	}
	return mount(dir, dir, NULL, MS_BIND, NULL) || umount(dir) ? errno : 0;
}

static const struct {
	const char	*name;
	int		(*run)(void);
} steps[] = {
	{ "open", open_close }, { "socket", sockets }, { "lock", lock },
	{ "fork", one_process }, { "mmap", map }, { "pty", terminal },
	{ "mount", mounts },
};

/* One round of everything; ends with ECANCELED when the file is there. */
static int take_storm(long n, long size)
{
	size_t i;
	int err;

	(void)n, (void)size;
	if (!access(stop, F_OK))
		return ECANCELED;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		err = steps[i].run();
		if (!err)
			continue;
		printf("%s: ", steps[i].name);
		return err;
	}
	/* who loads the module meanwhile has to wait for all to schedule */
	usleep(2000);
	return 0;
}

const struct taker storm_takers[] = {
	{ "storm", take_storm, NULL },
	{ NULL },
};
