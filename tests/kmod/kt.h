/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of vzcore that talk to the kernel directly: a reporter and containers
 * made by hand.
 */
#ifndef KT_H
#define KT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "linux/vzcore.h"

/* One line "ok - TEXT" or "not ok - TEXT"; returns @good. */
bool kt_ok(bool good, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Compares two numbers and tells both when they differ. */
bool kt_is(long got, long want, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* How many tests failed so far */
int kt_failed(void);
/* How often to repeat what is done @times times: less on a slow kernel */
int kt_times(int times);
/* Not a test: what went wrong in the preparation; ends the program. */
void kt_die(const char *what) __attribute__((noreturn));

/* ioctl on /dev/vzctl: the result, or -errno */
int vz(unsigned long req, void *arg);
extern int vz_fd;

struct kt_ct {
	uint32_t id;
	uint32_t consoles;
	bool netns;	/* set between new and spawn: a network of its own */
	int cgroup_fd;
	int userns_fd;
	pid_t holder;	/* keeps the user namespace alive */
	pid_t init;
	int pidfd;
	int go;		/* jobs for init */
	int done;	/* their results */
	struct vz_ct_create created;
};

/* the v2 hierarchy and /vz in it */
void kt_setup(void);
extern const char *kt_cgroup_root;

/* cgroup and user namespace; registered is not */
struct kt_ct kt_ct_new(uint32_t id);
int kt_ct_create(struct kt_ct *ct);
/* clones init and puts it into the cgroup; started is not */
void kt_ct_spawn(struct kt_ct *ct);
int kt_ct_start(struct kt_ct *ct);
/* all of it, has to work */
struct kt_ct kt_ct_up(uint32_t id, uint32_t consoles);
/* runs fn(arg) in a child of init; its exit status */
int kt_ct_run(struct kt_ct *ct, int (*fn)(void *), const void *arg,
	      size_t len);
/* the same in two steps */
void kt_ct_begin(struct kt_ct *ct, int (*fn)(void *), const void *arg,
		 size_t len);
int kt_ct_finish(struct kt_ct *ct);
/* runs fn(arg) as init itself */
void kt_ct_init_do(struct kt_ct *ct, int (*fn)(void *), const void *arg,
		   size_t len);
int kt_ct_info(uint32_t id, struct vz_ct_info *info);
/* waits for VZ_CT_STOPPED */
bool kt_ct_wait_stopped(uint32_t id, struct vz_ct_info *info);
int kt_ct_destroy(uint32_t id);
/* kills and removes what there is; true when the kernel let it go */
bool kt_ct_down(struct kt_ct *ct);
void kt_cgroup_add(uint32_t id, const char *sub, pid_t pid);
/* runs fn(arg) in a child of ours, 0..255 */
int kt_fork(int (*fn)(void *), void *arg);
bool kt_wait_fd(int fd, short events, int ms);

/* the suites */
void test_registry(void);
void test_life(void);
void test_console(void);
void test_events(void);
void test_visible(void);
void test_subsys(void);
void test_orphan(void);
void test_one(void);
void test_many(void);
void test_many_starts(void);
void test_crowd(void);
void test_race(void);
void test_net_addr(void);
void test_net_device(void);
void test_net_packet(void);
void test_net_class(void);
void test_net_load(void);
void test_net_many(void);
void test_net_crowd(void);
void test_net_reload(void);
void test_net_flood(void);

#endif /* KT_H */
