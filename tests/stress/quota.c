// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has counted, against what there is.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/vzquota.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stress.h"

#define MOST	256
#define GRACE	600

static const char *const types[] = { "user", "group", "all" };

/* What nftw(3) adds up; it hands nothing on. */
static struct vzquota_usage found[MOST];
static unsigned int nfound;
static void *links;

static void command(unsigned long request, void *arg, const char *what)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/vzctl", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, request, arg))
		die("%s: %s", what, strerror(errno));
}

static struct vzquota_usage *usage_of(struct vzquota_usage *all,
				      unsigned int *n, uint32_t type,
				      uint32_t id)
{
	unsigned int i;

	for (i = 0; i < *n; i++)
		if (all[i].type == type && all[i].id == id)
			return &all[i];
	if (*n == MOST)
		die("more than %d users and groups", MOST);
	all[*n] = (struct vzquota_usage){ .type = type, .id = id };
	return &all[(*n)++];
}

static void add(uint32_t type, uint32_t id, const struct stat *st)
{
	struct vzquota_usage *u = usage_of(found, &nfound, type, id);

	u->space += (uint64_t)st->st_blocks * 512;
	u->inodes++;
}

static int compare_links(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

static int add_entry(const char *path, const struct stat *st, int flag,
		     struct FTW *where)
{
	const void *ino = (const void *)st->st_ino;

	if (flag == FTW_NS || flag == FTW_DNR)
		die("%s: %s", path, strerror(errno));
	if (st->st_nlink > 1 && !S_ISDIR(st->st_mode)) {
		if (tfind(ino, &links, compare_links))
			return 0;
		tsearch(ino, &links, compare_links);
	}
	add(VZQUOTA_CT, 0, st);
	add(VZQUOTA_USER, st->st_uid, st);
	add(VZQUOTA_GROUP, st->st_gid, st);
	return 0;
}

static void forget(void *node)
{
}

/*
 * XFS holds space ready for files that may grow, which du(1) counts and a quota
 * does not: it is to give all of that back.
 */
static void release_space(const char *dir)
{
	struct {
		uint32_t version, flags, unused[4];
		uint64_t unused64[13];
	} arg = { .version = 1, .flags = 1 };
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		die("%s: %s", dir, strerror(errno));
	ret = ioctl(fd, _IOC(_IOC_READ, 'X', 58, sizeof(arg)), &arg);
	if (ret && errno != ENOTTY)
		die("%s: XFS_IOC_FREE_EOFBLOCKS: %s", dir, strerror(errno));
	close(fd);
	if (ret)
		return;
	/* and what it forgets only with the inode */
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	write(fd, "2", 1);
	close(fd);
}

static void count(const char *dir)
{
	release_space(dir);
	nfound = 0;
	if (nftw(dir, add_entry, 64, FTW_PHYS | FTW_MOUNT))
		die("%s: %s", dir, strerror(errno));
	tdestroy(links, forget);
	links = NULL;
}

static unsigned int get(uint32_t id, struct vzquota_usage *usage)
{
	struct vzquota_get arg = {
		.size = sizeof(arg), .id = id, .count = MOST,
		.usage = (uintptr_t)usage,
	};

	command(VZQUOTA_IOC_GET, &arg, "get");
	return arg.count;
}

static int compare_usage(const void *a, const void *b)
{
	const struct vzquota_usage *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int print(struct vzquota_usage *all, unsigned int n)
{
	unsigned int i;

	qsort(all, n, sizeof(*all), compare_usage);
	for (i = 0; i < n; i++)
		if (all[i].space || all[i].inodes)
			printf("%s %u %lld %lld\n", types[all[i].type],
			       all[i].id, (long long)all[i].space,
			       (long long)all[i].inodes);
	return 0;
}

int quota_show(int argc, char **argv)
{
	struct vzquota_usage usage[MOST];

	return print(usage, get(atoi(argv[0]), usage));
}

int quota_count(int argc, char **argv)
{
	count(argv[0]);
	return print(found, nfound);
}

int quota_on(int argc, char **argv)
{
	struct vzquota_on arg = {
		.size = sizeof(arg), .id = atoi(argv[0]),
		.dir_fd = open(argv[1], O_RDONLY | O_DIRECTORY),
		.ugid_limit = atoi(argv[2]),
		.usage = (uintptr_t)found,
	};
	struct vzquota_usage *all;
	int i;

	sync();
	count(argv[1]);
	all = usage_of(found, &nfound, VZQUOTA_CT, 0);
	all->space_hard = strtoull(argv[3], NULL, 0);
	all->inodes_hard = strtoull(argv[4], NULL, 0);
	/* the root directory is what was found first */
	arg.count = arg.ugid_limit ? nfound : 1;
	arg.flags = arg.ugid_limit ? VZQUOTA_UGID : 0;
	for (i = 0; i < VZQUOTA_TYPES; i++)
		arg.grace[i] = (struct vzquota_grace){ GRACE, GRACE };
	command(VZQUOTA_IOC_ON, &arg, "on");
	close(arg.dir_fd);
	return 0;
}

int quota_off(int argc, char **argv)
{
	struct vzquota_off arg = {
		.size = sizeof(arg), .id = atoi(argv[0]),
	};

	command(VZQUOTA_IOC_OFF, &arg, "off");
	return 0;
}

int quota_limit(int argc, char **argv)
{
	struct vzquota_set arg = {
		.size = sizeof(arg), .id = atoi(argv[0]),
		.what = VZQUOTA_SET_LIMITS,
		.usage = {
			.id = atoi(argv[2]),
			.space_hard = strtoull(argv[3], NULL, 0),
			.inodes_hard = strtoull(argv[4], NULL, 0),
		},
	};

	while (strcmp(types[arg.usage.type], argv[1]))
		if (++arg.usage.type == VZQUOTA_TYPES)
			die("no such type: %s", argv[1]);
	command(VZQUOTA_IOC_SET, &arg, "limit");
	return 0;
}

/* How many are wrong; each is told when @tell is set. */
static int compare(struct vzquota_usage *a, unsigned int na,
		   struct vzquota_usage *b, unsigned int nb, uint64_t more,
		   bool tell)
{
	bool level2 = na > 1 || a[0].type != VZQUOTA_CT;
	const struct vzquota_usage *x, *y;
	unsigned int i;
	int bad = 0;

	/* what only one of them has becomes zero in the other */
	for (i = 0; i < na; i++)
		usage_of(b, &nb, a[i].type, a[i].id);
	for (i = 0; i < nb; i++) {
		y = &b[i];
		if (y->type != VZQUOTA_CT && !level2)
			continue;
		x = usage_of(a, &na, y->type, y->id);
		if (x->space - y->space + more <= 2 * more &&
		    x->inodes == y->inodes)
			continue;
		bad++;
		if (tell)
			printf("# %s %u: charged %lld bytes, %lld inodes; there are %lld, %lld\n",
			       types[y->type], y->id, (long long)x->space,
			       (long long)x->inodes, (long long)y->space,
			       (long long)y->inodes);
	}
	return bad;
}

int quota_check(int argc, char **argv)
{
	double end = now() + (argc > 2 ? atof(argv[2]) : 15);
	uint64_t more = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	struct vzquota_usage charged[MOST];
	unsigned int n;
	bool last;

	do {
		last = now() > end;
		sync();
		count(argv[1]);
		n = get(atoi(argv[0]), charged);
		if (!compare(charged, n, found, nfound, more, last))
			return 0;
		usleep(300000);
	} while (!last);
	return 1;
}

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = 1;
}

static uint64_t over(uint64_t used, uint64_t hard)
{
	/* below 0 is over any limit */
	if (used > VZQUOTA_MAX)
		return used;
	return hard && used > hard ? used - hard : 0;
}

int quota_watch(int argc, char **argv)
{
	uint64_t slack = strtoull(argv[1], NULL, 0), space = 0, inodes = 0, o;
	struct vzquota_usage usage[MOST];
	unsigned long looks = 0;
	unsigned int i, n;

	signal(SIGTERM, stop);
	for (; !stopped; looks++) {
		n = get(atoi(argv[0]), usage);
		for (i = 0; i < n; i++) {
			o = over(usage[i].space, usage[i].space_hard);
			space = o > space ? o : space;
			o = over(usage[i].inodes, usage[i].inodes_hard);
			inodes = o > inodes ? o : inodes;
		}
		usleep(10000);
	}
	printf("# %lu looks, at most %llu bytes and %llu inodes too much\n",
	       looks, (unsigned long long)space, (unsigned long long)inodes);
	return space > slack || inodes;
}
