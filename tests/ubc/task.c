// SPDX-License-Identifier: GPL-2.0-only
/* Processes and threads. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "use.h"

static pid_t pids[1 << 16];

static int take_process(long n, long size)
{
	(void)size;
	pids[n] = fork();
	if (pids[n] < 0)
		return errno;
	if (!pids[n])
		for (;;)
			pause();
	return 0;
}

static void drop_process(long n)
{
	kill(pids[n], SIGKILL);
	waitpid(pids[n], NULL, 0);
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int take_thread(long n, long size)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)n, (void)size;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	return pthread_create(&thread, &attr, idle, NULL);
}

const struct taker task_takers[] = {
	{ "process", take_process, drop_process },
	{ "thread", take_thread, NULL },
	{ NULL },
};
