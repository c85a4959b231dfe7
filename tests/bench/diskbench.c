// SPDX-License-Identifier: GPL-2.0-only
/*
 * diskbench DIR FILES ARCHIVE - what it costs to use a file system.
 *
 * Makes FILES files in DIR, which is empty, and does with them what programs
 * do; ARCHIVE is unpacked there, too.  Prints a line for each operation: its
 * name, a tab, and the nanoseconds of one.
 *
 * What counts is how long tasks ran, those of the kernel among them, until
 * 20 ms after the last operation.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096
/* pages of the file that is read and written */
#define PAGES		4096
/* how often what takes no time is repeated */
#define PASSES		4
#define FSYNCS		200
/*
 * Longer than anything is put off but the writing of data, and longer than
 * ext4 keeps from using the inode of a removed file again.
 */
#define REST_MS		60000
/* what simfs does when data have been written happens within that time */
#define SETTLE_MS	5000

/**
 * struct test - something to be measured
 * @name: what it is
 * @run: does it; returns how many operations it were
 * @prepare: what has to be done before, or NULL
 * @keep: what is in memory is not written to the disk before
 */
struct test {
	const char	*name;
	long		(*run)(void);
	void		(*prepare)(void);
	bool		keep;
};

static const char *dir, *archive;
static int files;
static int data_fd, hole_fd;
static int order[PAGES];
static char page[PAGE];
/* of each file, and where in it is the letter that tells its kind */
static char **paths;
static size_t kind_at;

static void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fprintf(stderr, "diskbench: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, ": %s\n", strerror(err));
	va_end(ap);
	exit(1);
}

/* Made before anything is measured, but for one letter. */
static void make_paths(void)
{
	paths = calloc(files, sizeof(*paths));
	for (int i = 0; i < files; i++) {
		if (!paths || asprintf(&paths[i], "%s/files/f%06d", dir, i) < 0)
			die("make_paths");
	}
	kind_at = strlen(dir) + strlen("/files/");
}

/* The path of file @i of that kind. */
static const char *path(char kind, int i)
{
	paths[i][kind_at] = kind;
	return paths[i];
}

static void write_file(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("%s", file);
	close(fd);
}

static void pause_ms(int ms)
{
	const struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* ----------------------------------------------------- names and inodes -- */

static void open_one(const char *name, int flags)
{
	int fd = open(name, flags, 0644);

	if (fd < 0)
		die("%s", name);
	close(fd);
}

static long run_create(void)
{
	for (int i = 0; i < files; i++)
		open_one(path('f', i), O_WRONLY | O_CREAT | O_EXCL);
	return files;
}

static long run_open(void)
{
	for (int i = 0; i < files; i++)
		open_one(path('f', i), O_RDONLY);
	return files;
}

static long stat_all(int passes)
{
	struct stat st;

	for (int n = 0; n < passes; n++)
		for (int i = 0; i < files; i++)
			if (stat(path('f', i), &st))
				die("stat");
	return (long)passes * files;
}

static long run_stat(void)
{
	return stat_all(PASSES);
}

/* The blocks of the disk stay in memory. */
static void forget(void)
{
	for (int i = 0; i < 3; i++)
		write_file("/proc/sys/vm/drop_caches", "2");
}

static long run_stat_cold(void)
{
	return stat_all(1);
}

static long run_chmod(void)
{
	for (int i = 0; i < files; i++)
		if (chmod(path('f', i), 0600))
			die("chmod");
	return files;
}

static long run_rename(void)
{
	char old[256];

	for (int i = 0; i < files; i++) {
		strcpy(old, path('f', i));
		if (rename(old, path('g', i)))
			die("rename");
	}
	return files;
}

static long run_unlink(void)
{
	for (int i = 0; i < files; i++)
		if (unlink(path('g', i)))
			die("unlink");
	return files;
}

static long run_mkdir(void)
{
	for (int i = 0; i < files / 2; i++)
		if (mkdir(path('d', i), 0755))
			die("mkdir");
	return files / 2;
}

static long run_rmdir(void)
{
	for (int i = 0; i < files / 2; i++)
		if (rmdir(path('d', i)))
			die("rmdir");
	return files / 2;
}

static long run_readdir(void)
{
	char name[256];
	long n = 0;

	snprintf(name, sizeof(name), "%s/files", dir);
	for (int i = 0; i < PASSES; i++) {
		DIR *d = opendir(name);

		if (!d)
			die("%s", name);
		while (readdir(d))
			n++;
		closedir(d);
	}
	return n;
}

/* -------------------------------------------------------- whole programs -- */

static long run_find(void)
{
	char *const paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL, NULL);
	FTSENT *entry;
	long n = 0;

	while (fts && (entry = fts_read(fts)))
		n += entry->fts_info != FTS_DP;
	if (!n)
		die("%s: nothing is found", dir);
	fts_close(fts);
	return n;
}

static long run_untar(void)
{
	pid_t pid = vfork();
	int status;

	if (!pid) {
		execlp("tar", "tar", "-xf", archive, "-C", dir, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("tar");
	return 1;
}

/* ------------------------------------------------------------ small files -- */

static long run_write_file(void)
{
	for (int i = 0; i < files; i++) {
		int fd = open(path('w', i), O_WRONLY | O_CREAT | O_EXCL, 0644);

		if (fd < 0 || write(fd, page, PAGE) != PAGE)
			die("write");
		close(fd);
	}
	return files;
}

static long run_read_file(void)
{
	for (int i = 0; i < files; i++) {
		int fd = open(path('w', i), O_RDONLY);

		if (fd < 0 || read(fd, page, PAGE) != PAGE)
			die("read");
		close(fd);
	}
	return files;
}

static long run_writeback(void)
{
	sync();
	pause_ms(SETTLE_MS);
	return files;
}

static long run_unlink_file(void)
{
	for (int i = 0; i < files; i++)
		if (unlink(path('w', i)))
			die("unlink");
	return files;
}

/* ----------------------------------------------------------------- data -- */

static int open_data(const char *name)
{
	int fd;
	char *file;

	if (asprintf(&file, "%s/%s", dir, name) < 0)
		die("asprintf");
	fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		die("%s", file);
	free(file);
	return fd;
}

/* Every page once, in an order that is the same each time. */
static void shuffle(void)
{
	unsigned int random = 1;

	for (int i = 0; i < PAGES; i++) {
		int j;

		random = random * 1103515245 + 12345;
		j = (random >> 8) % (i + 1);
		order[i] = order[j];
		order[j] = i;
	}
}

static void make_data(void)
{
	data_fd = open_data("data");
	shuffle();
}

static long run_append(void)
{
	for (int i = 0; i < PAGES; i++)
		if (write(data_fd, page, PAGE) != PAGE)
			die("write");
	return PAGES;
}

static long transfer(bool write, bool random)
{
	for (int i = 0; i < PAGES; i++) {
		off_t pos = (off_t)(random ? order[i] : i) * PAGE;
		ssize_t n = write ? pwrite(data_fd, page, PAGE, pos) :
				    pread(data_fd, page, PAGE, pos);

		if (n != PAGE)
			die("%s", write ? "pwrite" : "pread");
	}
	return PAGES;
}

static long run_write(void)
{
	return transfer(true, false);
}

static long run_write_random(void)
{
	return transfer(true, true);
}

static long run_read(void)
{
	return transfer(false, false);
}

static long run_read_random(void)
{
	return transfer(false, true);
}

static long run_fsync(void)
{
	for (int i = 0; i < FSYNCS; i++)
		if (pwrite(data_fd, page, PAGE, (off_t)i * PAGE) != PAGE ||
		    fsync(data_fd))
			die("fsync");
	return FSYNCS;
}

static long touch(int fd, bool write)
{
	int prot = write ? PROT_READ | PROT_WRITE : PROT_READ;
	char *map = mmap(NULL, PAGES * PAGE, prot, MAP_SHARED, fd, 0);
	volatile char *p = map;

	if (map == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < PAGES; i++, p += PAGE) {
		if (write)
			*p = 1;
		else
			(void)*p;
	}
	munmap(map, PAGES * PAGE);
	return PAGES;
}

static long run_mmap_read(void)
{
	long n = 0;

	for (int i = 0; i < PASSES; i++)
		n += touch(data_fd, false);
	return n;
}

static long run_mmap_write(void)
{
	return touch(data_fd, true);
}

static void make_hole(void)
{
	hole_fd = open_data("hole");
	if (ftruncate(hole_fd, PAGES * PAGE))
		die("ftruncate");
}

static long run_mmap_hole(void)
{
	return touch(hole_fd, true);
}

static const struct test tests[] = {
	{ .name = "create", .run = run_create },
	{ .name = "stat", .run = run_stat },
	{ .name = "open, close", .run = run_open },
	{ .name = "chmod", .run = run_chmod },
	{ .name = "stat, cold", .run = run_stat_cold, .prepare = forget },
	{ .name = "readdir", .run = run_readdir },
	{ .name = "rename", .run = run_rename },
	{ .name = "unlink", .run = run_unlink },
	{ .name = "mkdir", .run = run_mkdir },
	{ .name = "rmdir", .run = run_rmdir },
	{ .name = "create, write 4k", .run = run_write_file },
	{ .name = "sync of 4k", .run = run_writeback, .keep = true },
	{ .name = "open, read 4k", .run = run_read_file },
	{ .name = "unlink of 4k", .run = run_unlink_file },
	{ .name = "append 4k", .run = run_append, .prepare = make_data },
	{ .name = "overwrite 4k", .run = run_write, .keep = true },
	{ .name = "overwrite, random", .run = run_write_random, .keep = true },
	{ .name = "read 4k", .run = run_read },
	{ .name = "read, random", .run = run_read_random },
	{ .name = "write, fsync", .run = run_fsync },
	{ .name = "mmap, read", .run = run_mmap_read },
	{ .name = "mmap, write", .run = run_mmap_write },
	{ .name = "mmap, fill hole", .run = run_mmap_hole,
	  .prepare = make_hole },
	{ .name = "untar", .run = run_untar },
	{ .name = "find", .run = run_find },
};

/* ---------------------------------------------------------- measurement -- */

/* Nanoseconds that tasks have run: the 8th field of cpuN. */
static double cpu_time(void)
{
	FILE *f = fopen("/proc/schedstat", "re");
	unsigned long long ns;
	double sum = 0;
	char line[512];

	/* who runs now is counted when he stops */
	pause_ms(20);
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "cpu%*u %*u %*u %*u %*u %*u %*u %llu",
			   &ns) == 1)
			sum += ns;
	}
	if (!sum)
		die("/proc/schedstat has no run times");
	fclose(f);
	return sum;
}

/* What the measurement itself costs. */
static double overhead(void)
{
	double least = 1e18;

	for (int i = 0; i < 5; i++) {
		double took = -cpu_time();

		took += cpu_time();
		if (took < least)
			least = took;
	}
	return least;
}

static void measure(const struct test *t, double nothing)
{
	double took;
	long n;

	if (t->prepare)
		t->prepare();
	if (!t->keep) {
		sync();
		pause_ms(REST_MS);
	}
	took = -cpu_time();
	n = t->run();
	took += cpu_time() - nothing;
	printf("%s\t%.0f\n", t->name, took / n);
}

int main(int argc, char **argv)
{
	char name[256];
	double nothing;

	if (argc != 4)
		die("usage: diskbench DIR FILES ARCHIVE");
	dir = argv[1];
	files = atoi(argv[2]);
	archive = argv[3];
	if (strlen(dir) > 128 || files < 1)
		die("DIR is too long, or no files");
	make_paths();
	snprintf(name, sizeof(name), "%s/files", dir);
	if (mkdir(name, 0755))
		die("%s", name);
	write_file("/proc/sys/vm/dirty_writeback_centisecs", "0");
	nothing = overhead();
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		measure(&tests[i], nothing);
	return 0;
}
