// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many simfs at once, each with a quota.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stress.h"

#define FIRST	2901

static char lower[256], upper[256], number[16];

static void name(const char *top, int i)
{
	snprintf(lower, sizeof(lower), "%s/lower.%d", top, i);
	snprintf(upper, sizeof(upper), "%s/upper.%d", top, i);
	snprintf(number, sizeof(number), "%d", FIRST + i);
}

static void try(int ret, const char *what)
{
	if (ret)
		die("%s %s: %s", what, upper, strerror(errno));
}

static void switch_on(void)
{
	static char ugids[] = "8", bytes[] = "1048576", inodes[] = "100";
	char *args[] = { number, lower, ugids, bytes, inodes };

	try(mkdir(lower, 0755), "mkdir");
	try(mkdir(upper, 0755), "mkdir");
	quota_on(5, args);
}

/* How many bytes fit into the limit */
static size_t fill(void)
{
	static char data[64 << 10];
	size_t done = 0;
	char path[300];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/file", upper);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	while ((n = write(fd, data, sizeof(data))) > 0)
		done += n;
	if (fd < 0 || errno != EDQUOT)
		die("%s: %s", path, strerror(errno));
	close(fd);
	return done;
}

static void mount_all(const char *top, int count)
{
	double begin, took, most = 0, sum = 0;
	char options[32];
	int i;

	for (i = 0; i < count; i++) {
		name(top, i);
		switch_on();
		snprintf(options, sizeof(options), "quota=%s", number);
		begin = now();
		try(mount(lower, upper, "simfs", 0, options), "mount");
		took = now() - begin;
		most = took > most ? took : most;
		sum += took;
	}
	printf("# %d mounted, one takes %.3f ms, at most %.3f ms\n", count,
	       sum / count * 1e3, most * 1e3);
}

int stress_mounts(int argc, char **argv)
{
	int count = atoi(argv[1]), i, bad = 0;
	char *args[] = { number, lower };
	double begin;
	size_t bytes;

	mount_all(argv[0], count);
	for (i = 0; i < count; i++) {
		name(argv[0], i);
		bytes = fill();
		if (bytes < 1000000 || bytes > 1048576) {
			printf("not ok - %zu bytes in %s\n", bytes, upper);
			bad = 1;
		}
	}
	for (i = 0; i < count; i += 1 + count / 10) {
		name(argv[0], i);
		bad |= quota_check(2, args);
	}
	begin = now();
	for (i = 0; i < count; i++) {
		name(argv[0], i);
		try(umount(upper), "umount");
	}
	printf("# unmounted, one takes %.3f ms\n", (now() - begin) / count * 1e3);
	for (i = 0; i < count; i++) {
		name(argv[0], i);
		quota_off(1, args);
	}
	return bad;
}
