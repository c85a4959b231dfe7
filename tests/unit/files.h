/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests need that work in a directory, or with mounts, of their own. */
#ifndef _VZ_TESTS_UNIT_FILES_H
#define _VZ_TESTS_UNIT_FILES_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <ftw.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

struct world;		/* each program has its own */

static inline int remove_one(const char *path, const struct stat *st, int type,
			     struct FTW *ftw)
{
	return remove(path);
}

static inline void remove_all(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

/* For the child: mounts of its own and one more; 0, or what it may end with. */
static inline int own_mount(const char *what, const char *at, const char *type,
			    unsigned long flags, const char *options)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(what, at, type, flags, options))
		return 77;
	return 0;
}

/* Runs it in a child; 77: it may not mount here. */
static inline void in_child(struct world *w, int (*run)(struct world *w))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		_exit(run(w));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("cannot mount anything here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

#endif /* _VZ_TESTS_UNIT_FILES_H */
