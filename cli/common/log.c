// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "log.h"

#define BAR_WIDTH	40

void log_init(struct log *log, const char *prog)
{
	*log = (struct log) {
		.prog = prog,
		.fd = -1,
		.bar = -1,
	};
}

static void open_file(struct log *log)
{
	log->fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
		       O_NOFOLLOW, 0640);
}

/* logrotate renames the file; a daemon notices. */
static void follow_file(struct log *log)
{
	struct stat have, now;

	if (fstat(log->fd, &have) == 0 && stat(log->path, &now) == 0 &&
	    have.st_ino == now.st_ino && have.st_dev == now.st_dev)
		return;
	close(log->fd);
	open_file(log);
}

static int get_level(struct vz_ctx *ctx, const char *name)
{
	const char *value = vz_ctx_get(ctx, name);

	return value ? atoi(value) : 0;
}

void log_open(struct log *log, struct vz_ctx *ctx)
{
	const char *file = vz_ctx_get(ctx, "LOGFILE");
	const char *logging = vz_ctx_get(ctx, "LOGGING");

	log->file_level = get_level(ctx, "LOG_LEVEL");
	if (!log->verbose_given)
		log->verbose = get_level(ctx, "VERBOSE");
	if (!file || (logging && !is_yes(logging)))
		return;
	free(log->path);
	log->path = xstrdup(file);
	open_file(log);
}

/* What came from inside a container cannot move the reader's cursor. */
static char *printable(const char *text)
{
	char *copy = xstrdup(text), *p;

	for (p = copy; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			*p = '?';
	return copy;
}

static char *stamped(const struct log *log, uint32_t ctid, const char *text)
{
	time_t now = time(NULL);
	char when[64] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S%z", &tm);
	if (ctid)
		return xasprintf("%s %s : CT %u : %s\n", when, log->prog, ctid,
				 text);
	return xasprintf("%s %s : %s\n", when, log->prog, text);
}

static void to_file(struct log *log, uint32_t ctid, const char *text)
{
	autofree char *line = stamped(log, ctid, text);

	/* a full disk does not stop the command */
	if (write(log->fd, line, strlen(line)) < 0)
		return;
}

static void end_bar(struct log *log)
{
	if (log->bar < 0)
		return;
	putchar('\n');
	fflush(stdout);
	log->bar = -1;
}

void log_close(struct log *log)
{
	end_bar(log);
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
	free(log->path);
	log->path = NULL;
}

static void to_terminal(struct log *log, int level, uint32_t ctid,
			const char *text)
{
	FILE *out = level < 0 || log->daemon ? stderr : stdout;

	end_bar(log);
	if (log->daemon) {
		autofree char *line = stamped(log, ctid, text);

		fputs(line, out);
	} else {
		fprintf(out, "%s\n", text);
	}
	fflush(out);
}

void log_text(void *data, int level, uint32_t ctid, const char *text)
{
	struct log *log = data;
	autofree char *clean = printable(text);

	if (log->daemon && log->path)
		follow_file(log);
	if (log->fd >= 0 && level <= log->file_level)
		to_file(log, ctid, clean);
	if (level <= log->verbose && !log->quiet &&
	    !(log->errors_only && level >= 0))
		to_terminal(log, level, ctid, clean);
}

void log_printf(struct log *log, int level, uint32_t ctid,
		const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		log_text(log, level, ctid, text);
}

int log_error(struct log *log, uint32_t ctid, const struct vz_error *err)
{
	if (err->text[0])
		log_text(log, VZ_LOG_ERR, ctid, err->text);
	else
		log_printf(log, VZ_LOG_ERR, ctid, "%s", strerror(-err->err));
	return err->code > 0 && err->code < 256 ? err->code : VZ_E_SYSTEM;
}

void log_progress(void *data, uint64_t done, uint64_t total)
{
	static const char full[] = "########################################";
	struct log *log = data;
	int percent;

	if (!total || log->quiet || log->errors_only || !isatty(STDOUT_FILENO))
		return;
	if (done > total)
		done = total;
	percent = (int)((double)done / (double)total * 100);
	if (percent == log->bar)
		return;
	printf("\r[%-*.*s] %3d%%", BAR_WIDTH, percent * BAR_WIDTH / 100, full,
	       percent);
	log->bar = percent;
	fflush(stdout);
}
