// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "util.h"

static void __attribute__((noreturn)) out_of_memory(void)
{
	static const char text[] = "Not enough memory\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(VZ_E_SYSTEM);
	_exit(VZ_E_RESOURCE);
}

void *xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *text)
{
	char *p = strdup(text);

	if (!p)
		out_of_memory();
	return p;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (len < 0)
		out_of_memory();
	return p;
}

char *join_words(char **words)
{
	size_t len = 1;
	char *text, *p;
	char **w;

	for (w = words; *w; w++)
		len += strlen(*w) + 1;
	p = text = xcalloc(len, 1);
	for (w = words; *w; w++) {
		if (w != words)
			*p++ = ' ';
		p = stpcpy(p, *w);
	}
	return text;
}

bool is_yes(const char *value)
{
	return value && (!strcasecmp(value, "yes") || !strcasecmp(value, "on") ||
			 !strcasecmp(value, "true") || !strcmp(value, "1"));
}

int open_signals(const int *signals)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
