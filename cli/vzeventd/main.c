// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzeventd: finishes what containers end by themselves.
 *
 * One process for all containers.  It hears from the kernel that an init died,
 * and a short-lived worker unmounts the container and releases what it held,
 * or starts it again if it rebooted.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "vzeventd.h"

struct options {
	bool	foreground;
	int	verbose;
	bool	help;
};

static void print_help(FILE *out)
{
	fputs("Usage: vzeventd [-v]... [-d] | -h\n\n"
	      "  -v  log more\n"
	      "  -d  stay in the foreground and log to standard error too\n"
	      "  -h  this text\n", out);
}

static int parse_options(struct options *options, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "vdh")) >= 0) {
		switch (c) {
		case 'v':
			options->verbose++;
			break;
		case 'd':
			options->foreground = true;
			break;
		case 'h':
			options->help = true;
			break;
		default:
			print_help(stderr);
			return VZ_E_INVALID_SYNTAX;
		}
	}
	if (optind == argc)
		return 0;
	print_help(stderr);
	return VZ_E_INVALID_SYNTAX;
}

/* The pid file is locked as long as we live; workers do not inherit that. */
static int take_pid_file(struct daemon *d)
{
	const char *dir = vz_ctx_path(d->ctx, VZ_PATH_RUN);
	autofree char *file = xasprintf("%s/vzeventd.pid", dir);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		complain(d, 0, "Cannot make %s: %s", dir, strerror(errno));
		return VZ_E_CREATE_DIR;
	}
	d->lock_fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			  0644);
	if (d->lock_fd < 0) {
		complain(d, 0, "Cannot open %s: %s", file, strerror(errno));
		return VZ_E_SYSTEM;
	}
	if (fcntl(d->lock_fd, F_SETLK, &lock) < 0) {
		complain(d, 0, "vzeventd is running already");
		return VZ_E_LOCKED;
	}
	if (ftruncate(d->lock_fd, 0) < 0 ||
	    dprintf(d->lock_fd, "%d\n", getpid()) < 0) {
		complain(d, 0, "Cannot write %s: %s", file, strerror(errno));
		return VZ_E_SYSTEM;
	}
	return 0;
}

static void detach_from_terminal(struct daemon *d)
{
	autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	d->log.quiet = true;
	if (null < 0 || chdir("/") < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

/* In the background; the parent ends when @report tells how it went. */
static int run_background(struct daemon *d, int report)
{
	unsigned char code;

	setsid();
	code = take_pid_file(d);
	if (write(report, &code, 1) != 1)
		return VZ_E_SYSTEM;
	close(report);
	if (code)
		return code;
	detach_from_terminal(d);
	return loop_run(d);
}

static int go_to_background(struct daemon *d)
{
	unsigned char code = VZ_E_SYSTEM;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		complain(d, 0, "Cannot go to the background: %s",
			 strerror(errno));
		return VZ_E_SYSTEM;
	}
	if (pid == 0) {
		close(fds[0]);
		return run_background(d, fds[1]);
	}
	close(fds[1]);
	if (read(fds[0], &code, 1) != 1)
		code = VZ_E_SYSTEM;
	close(fds[0]);
	return code;
}

static int run_foreground(struct daemon *d)
{
	int code = take_pid_file(d);

	return code ? code : loop_run(d);
}

static int start(struct daemon *d, const struct options *options)
{
	struct vz_error err = { 0 };

	if (geteuid() != 0) {
		complain(d, 0, "vzeventd has to be run by root");
		return VZ_E_BAD_KERNEL;
	}
	if (vz_ctx_load(d->ctx, &err) < 0)
		return log_error(&d->log, 0, &err);
	log_open(&d->log, d->ctx);
	d->log.file_level += options->verbose;
	return options->foreground ? run_foreground(d) : go_to_background(d);
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct daemon d = { .lock_fd = -1 };
	struct vz_error err = { 0 };
	int code;

	code = parse_options(&options, argc, argv);
	if (code)
		return code;
	if (options.help) {
		print_help(stdout);
		return 0;
	}
	umask(022);
	log_init(&d.log, "vzeventd");
	d.log.daemon = true;
	d.log.verbose = options.verbose;
	d.log.verbose_given = true;
	if (vz_ctx_new(&d.ctx, &err) < 0)
		return log_error(&d.log, 0, &err);
	vz_ctx_set_log(d.ctx, log_text, &d.log);
	code = start(&d, &options);
	vz_ctx_unref(d.ctx);
	log_close(&d.log);
	return code;
}
