// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench ROUNDS FIFO LOG PLAN... - how long container tools take.
 *
 * A plan describes a tool by lines "PHASE OPERATION [WORD...]":
 *
 *   create  run ...		timed: from nothing to what can be started
 *   clean   run ...		not timed: undoes create
 *   start   run CMD...		timed: runs a command, which has to succeed
 *           spawn DIR CMD...	starts a command that stays, in cgroup DIR
 *           ready		waits until init has written to the FIFO
 *   stop    signal		SIGTERM to what was spawned
 *           reap		waits until no child is left: what the tool's
 *				processes leave behind becomes ours
 *           mkdir DIR, rmdir DIR, write FILE TEXT
 *
 * All tools take turns, in another order every round; the first round does
 * not count.  Between phases is a pause, so that what the kernel puts off
 * (the end of namespaces and cgroups) is not charged to the next tool.  "cpu"
 * is what all tasks of the machine ran in start, stop and the pauses after
 * them, kernel threads included.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS	48
#define MAX_STEPS	32
#define MAX_TOOLS	16
#define MAX_ROUNDS	1000
#define READY_SECONDS	60
#define PAUSE_MS	300

enum { CREATE, START, STOP, PHASES, CLEAN = PHASES };

static const char *const phase_names[] = { "create", "start", "stop", "clean" };

struct step {
	int	phase;
	char	*words[MAX_WORDS + 1];	/* operation and its arguments */
};

struct tool {
	const char	*name;
	struct step	steps[MAX_STEPS];
	int		nsteps;
	/* samples in nanoseconds */
	double		took[PHASES][MAX_ROUNDS];
	double		both[MAX_ROUNDS];
	double		cpu[MAX_ROUNDS];
};

static struct tool tools[MAX_TOOLS];
static int ntools, fifo, log_fd;
static pid_t spawned;
static const char *current = "bench";
extern char **environ;

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: ", current);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* --------------------------------------------------------- operations -- */

static pid_t start_program(char **argv)
{
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int ret;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, log_fd, 1);
	posix_spawn_file_actions_adddup2(&fa, log_fd, 2);
	ret = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	if (ret)
		die("%s: %s", argv[0], strerror(ret));
	return pid;
}

/* Orphans of the tool are reaped as they end, as PID 1 of a host does. */
static void op_run(char **argv)
{
	pid_t pid = start_program(argv), got;
	int status = 0;

	do {
		got = waitpid(-1, &status, 0);
	} while (got != pid && (got > 0 || errno == EINTR));
	if (got != pid || status)
		die("%s %s: status %#x", argv[0], argv[1] ?: "", status);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("%s: %s", path, strerror(errno));
	close(fd);
}

static void op_spawn(char **words)
{
	char procs[256];

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", words[0]);
	spawned = fork();
	if (!spawned) {
		write_file(procs, "0");
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(log_fd, 1);
		dup2(log_fd, 2);
		execvp(words[1], words + 1);
		die("%s: %s", words[1], strerror(errno));
	}
}

static void op_ready(char **words)
{
	struct pollfd pfd = { .fd = fifo, .events = POLLIN };
	char byte;

	(void)words;
	if (poll(&pfd, 1, READY_SECONDS * 1000) != 1 ||
	    read(fifo, &byte, 1) != 1)
		die("init did not report");
}

static void op_signal(char **words)
{
	(void)words;
	if (kill(spawned, SIGTERM))
		die("kill: %s", strerror(errno));
}

static void op_reap(char **words)
{
	(void)words;
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void op_mkdir(char **words)
{
	if (mkdir(words[0], 0755) && errno != EEXIST)
		die("mkdir %s: %s", words[0], strerror(errno));
}

static void op_rmdir(char **words)
{
	if (rmdir(words[0]) && errno != ENOENT)
		die("rmdir %s: %s", words[0], strerror(errno));
}

static void op_write(char **words)
{
	write_file(words[0], words[1]);
}

static const struct {
	const char	*name;
	void		(*fn)(char **words);
	int		min_words;
} operations[] = {
	{ "run", op_run, 1 }, { "spawn", op_spawn, 2 }, { "ready", op_ready, 0 },
	{ "signal", op_signal, 0 }, { "reap", op_reap, 0 },
	{ "mkdir", op_mkdir, 1 }, { "rmdir", op_rmdir, 1 },
	{ "write", op_write, 2 },
};

static void run_step(struct step *step)
{
	size_t i;
	int n = 0;

	while (step->words[n])
		n++;
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(step->words[0], operations[i].name))
			continue;
		if (n - 1 < operations[i].min_words)
			die("too few words after %s", step->words[0]);
		operations[i].fn(step->words + 1);
		return;
	}
	die("no operation %s", step->words[0]);
}

/* -------------------------------------------------------------- plans -- */

static int phase_number(const char *name)
{
	int i;

	for (i = 0; i <= CLEAN; i++) {
		if (!strcmp(name, phase_names[i]))
			return i;
	}
	die("no phase %s", name);
	return -1;
}

static void parse_line(struct tool *tool, char *line)
{
	char *save = NULL, *word = strtok_r(line, " \t\n", &save);
	struct step *step = &tool->steps[tool->nsteps];
	int n = 0;

	if (!word || *word == '#')
		return;
	if (tool->nsteps == MAX_STEPS)
		die("too many lines");
	step->phase = phase_number(word);
	while ((word = strtok_r(NULL, " \t\n", &save))) {
		if (n == MAX_WORDS)
			die("too many words");
		step->words[n++] = strdup(word);
	}
	if (!n)
		die("a line without an operation");
	tool->nsteps++;
}

static void load_plan(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct tool *tool = &tools[ntools++];
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (ntools > MAX_TOOLS)
		die("too many plans");
	current = tool->name = slash ? slash + 1 : path;
	if (!f)
		die("%s: %s", path, strerror(errno));
	while (getline(&line, &size, f) > 0)
		parse_line(tool, line);
	free(line);
	fclose(f);
}

/* -------------------------------------------------------- measurement -- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* Nanoseconds that tasks have run on all processors: the 8th field of cpuN. */
static double cpu_time(void)
{
	FILE *f = fopen("/proc/schedstat", "re");
	unsigned long long ns;
	char *line = NULL;
	size_t size = 0;
	double sum = 0;

	while (f && getline(&line, &size, f) > 0) {
		if (sscanf(line, "cpu%*u %*u %*u %*u %*u %*u %*u %llu", &ns) == 1)
			sum += ns;
	}
	if (!sum)
		die("/proc/schedstat has no run times");
	free(line);
	fclose(f);
	return sum;
}

static void pause_ms(int ms)
{
	const struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

static double run_phase(struct tool *tool, int phase)
{
	double begin = now(), took;
	int i;

	for (i = 0; i < tool->nsteps; i++) {
		if (tool->steps[i].phase == phase)
			run_step(&tool->steps[i]);
	}
	took = now() - begin;
	pause_ms(PAUSE_MS);
	return took;
}

/* What the measurement itself and the machine's timers cost, nothing done. */
static double cpu_overhead(struct tool *none)
{
	double least = 1e18, cpu;
	int i;

	for (i = 0; i < 10; i++) {
		cpu = cpu_time();
		run_phase(none, START);
		run_phase(none, STOP);
		cpu = cpu_time() - cpu;
		if (cpu < least)
			least = cpu;
	}
	return least;
}

static void measure(struct tool *tool, int round, double overhead)
{
	double cpu;

	current = tool->name;
	tool->took[CREATE][round] = run_phase(tool, CREATE);
	run_phase(tool, CLEAN);
	cpu = cpu_time();
	tool->took[START][round] = run_phase(tool, START);
	tool->took[STOP][round] = run_phase(tool, STOP);
	tool->cpu[round] = cpu_time() - cpu - overhead;
	tool->both[round] = tool->took[START][round] + tool->took[STOP][round];
}

/* ------------------------------------------------------------- result -- */

static int compare(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

/* In milliseconds; the samples are sorted afterwards. */
static double median(double *samples, int n)
{
	qsort(samples, n, sizeof(*samples), compare);
	return (n % 2 ? samples[n / 2] :
		(samples[n / 2 - 1] + samples[n / 2]) / 2) / 1e6;
}

struct row {
	double	create, start, stop, both, cpu;
};

static struct row row_of(struct tool *tool, int rounds)
{
	return (struct row){
		median(tool->took[CREATE], rounds),
		median(tool->took[START], rounds),
		median(tool->took[STOP], rounds),
		median(tool->both, rounds),
		median(tool->cpu, rounds),
	};
}

static void print_cell(double value, double base)
{
	printf(" | %7.2f | %5.2f", value, value / base);
}

static void print_table(int rounds)
{
	struct row base = {}, row;
	int i;

	for (i = 0; i < ntools; i++) {
		if (!strcmp(tools[i].name, "crun"))
			base = row_of(&tools[i], rounds);
	}
	printf("| %-14s | start ms | : crun | stop ms | : crun | start+stop ms | : crun | cpu ms | : crun | create ms | : crun |\n",
	       "tool");
	printf("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
	for (i = 0; i < ntools; i++) {
		row = row_of(&tools[i], rounds);
		printf("| %-14s", tools[i].name);
		print_cell(row.start, base.start);
		print_cell(row.stop, base.stop);
		print_cell(row.both, base.both);
		print_cell(row.cpu, base.cpu);
		if (row.create > 0.1)
			print_cell(row.create, base.create);
		else
			printf(" | - | -");
		printf(" |\n");
	}
}

int main(int argc, char **argv)
{
	static struct tool none = { .name = "nothing" };
	int rounds, round, i;
	double overhead;

	if (argc < 5)
		die("usage: bench ROUNDS FIFO LOG PLAN...");
	rounds = atoi(argv[1]);
	if (rounds < 1 || rounds > MAX_ROUNDS)
		die("1 to %d rounds", MAX_ROUNDS);
	fifo = open(argv[2], O_RDWR | O_CLOEXEC);
	log_fd = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fifo < 0 || log_fd < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		die("%s, %s: %s", argv[2], argv[3], strerror(errno));
	for (i = 4; i < argc; i++)
		load_plan(argv[i]);
	for (i = 0; i < ntools; i++)
		measure(&tools[i], 0, 0);
	overhead = cpu_overhead(&none);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < ntools; i++)
			measure(&tools[(i + round) % ntools], round, overhead);
	}
	print_table(rounds);
	return 0;
}
