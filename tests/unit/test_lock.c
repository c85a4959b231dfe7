// SPDX-License-Identifier: GPL-2.0-only
/* Lock files: one winner, whatever happens to the others. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "util.h"

#define LOCK "lock/101.lck"

static int lock(struct fixture *fx, struct vz_lock **l, struct vz_error *err)
{
	struct vz_ct *ct = fx_ct(fx, 101);
	int ret = vz_ct_lock(ct, "starting", l, err);

	vz_ct_unref(ct);
	return ret;
}

static int files_in(struct fixture *fx, const char *name)
{
	DIR *dir = opendir(fx_path(fx, "%s", name));
	struct dirent *ent;
	int n = 0;

	assert_non_null(dir);
	while ((ent = readdir(dir)))
		n += strcmp(ent->d_name, ".") && strcmp(ent->d_name, "..");
	closedir(dir);
	return n;
}

static void test_take_release(void **state)
{
	struct fixture *fx = *state;
	struct vz_lock *l = NULL, *other;
	struct vz_error err;
	char expect[128], *text;

	assert_int_equal(lock(fx, &l, &err), 0);
	text = fx_read(fx, LOCK);
	snprintf(expect, sizeof(expect), "%d\nstarting\n", getpid());
	assert_memory_equal(text, expect, strlen(expect));
	free(text);

	assert_int_equal(lock(fx, &other, &err), -EBUSY);
	assert_int_equal(err.code, VZ_E_LOCKED);
	assert_string_equal(err.text, "Container already locked");
	snprintf(expect, sizeof(expect), "101 Locked by: pid %d, cmdline ",
		 getpid());
	assert_non_null(strstr(fx->log, expect));
	assert_non_null(strstr(fx->log, "test_lock"));

	assert_null(vz_lock_release(l));
	assert_int_equal(files_in(fx, "lock"), 0);
	assert_int_equal(lock(fx, &l, &err), 0);
	vz_lock_release(l);
	assert_null(vz_lock_release(NULL));
}

static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void takes_over(struct fixture *fx, const char *text)
{
	struct vz_error err;
	struct vz_lock *l;

	fx->log[0] = '\0';
	vz_mkdir_p(fx_path(fx, "lock"), 0755);
	fx_write(fx, LOCK, text);
	if (lock(fx, &l, &err))
		fail_msg("%s", err.text);
	assert_non_null(strstr(fx->log, "101 Removing stale lock file "));
	vz_lock_release(l);
}

static void test_stale(void **state)
{
	struct fixture *fx = *state;
	char text[128];

	snprintf(text, sizeof(text), "%d\nstarting\n", dead_pid());
	takes_over(fx, text);
	snprintf(text, sizeof(text), "%d", dead_pid());
	takes_over(fx, text);
	/* our own number, but of a process of long ago */
	snprintf(text, sizeof(text), "%d\nstarting\n1 no-such-boot\n",
		 getpid());
	takes_over(fx, text);
	takes_over(fx, "");
	takes_over(fx, "garbage\n");
	takes_over(fx, "-5\n");
}

static void test_foreign(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;
	struct vz_lock *l;
	char text[64];

	vz_mkdir_p(fx_path(fx, "lock"), 0755);
	snprintf(text, sizeof(text), "%d", getppid());
	fx_write(fx, LOCK, text);
	assert_int_equal(lock(fx, &l, &err), -EBUSY);
	fx_expect(fx, LOCK, text);
	snprintf(text, sizeof(text), "%d\nmigrating\n", getppid());
	fx_write(fx, LOCK, text);
	assert_int_equal(lock(fx, &l, &err), -EBUSY);
	assert_int_equal(err.code, VZ_E_LOCKED);
}

/* A zombie does no work any more. */
static void test_zombie(void **state)
{
	struct fixture *fx = *state;
	siginfo_t info;
	char text[64];
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(text, sizeof(text), "%d\nstarting\n", pid);
	takes_over(fx, text);
	waitpid(pid, NULL, 0);
}

static void test_fork(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;
	struct vz_lock *l;
	pid_t pid;

	assert_int_equal(lock(fx, &l, &err), 0);
	pid = fork();
	if (!pid) {
		vz_lock_release(l);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	assert_int_equal(access(fx_path(fx, LOCK), F_OK), 0);
	vz_lock_release(l);
}

/* A file that was taken from us by hand is not ours to remove. */
static void test_replaced(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;
	struct vz_lock *l;

	assert_int_equal(lock(fx, &l, &err), 0);
	assert_int_equal(unlink(fx_path(fx, LOCK)), 0);
	fx_write(fx, LOCK, "1\n");
	vz_lock_release(l);
	fx_expect(fx, LOCK, "1\n");
}

static void test_no_lockdir(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;
	struct vz_lock *l;

	fx_write(fx, "etc/vz.conf", "");
	assert_int_equal(vz_ctx_load(fx->ctx, &err), 0);
	assert_int_equal(lock(fx, &l, &err), -EINVAL);
	assert_int_equal(err.code, VZ_E_LOCKDIR_NOTSET);
}

/*
 * Many processes take the lock again and again; some die holding it.  The
 * winner marks its turn with an exclusive flock(2), which the kernel frees at
 * its death: to meet a marked one means that two have won.
 */
#define PROCESSES	12
#define ROUNDS		150

static void fight(struct fixture *fx, unsigned int seed)
{
	int fd = open(fx_path(fx, "turn"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	unsigned int won = 0, i;

	fx->ctx = fx_context(fx);
	if (vz_ctx_load(fx->ctx, NULL))
		_exit(3);
	for (i = 0; i < ROUNDS; i++) {
		struct flock turn = { .l_type = F_WRLCK };
		struct vz_error err;
		struct vz_lock *l;

		if (lock(fx, &l, &err)) {
			if (err.code != VZ_E_LOCKED)
				_exit(4);
			usleep((useconds_t)rand_r(&seed) % 300);
			continue;
		}
		if (fcntl(fd, F_SETLK, &turn))
			_exit(5);
		won++;
		usleep((useconds_t)rand_r(&seed) % 200);
		if (rand_r(&seed) % 4 == 0)
			kill(getpid(), SIGKILL);
		turn.l_type = F_UNLCK;
		fcntl(fd, F_SETLK, &turn);
		vz_lock_release(l);
	}
	_exit(won ? 0 : 6);
}

static void test_many(void **state)
{
	struct fixture *fx = *state;
	int started = 0, running = 0, status, killed = 0;
	struct vz_error err;
	struct vz_lock *l;

	while (started < 200 || running) {
		pid_t pid;

		if (started < 200 && running < PROCESSES) {
			pid = fork();
			if (!pid)
				fight(fx, (unsigned int)started);
			assert_true(pid > 0);
			started++;
			running++;
			continue;
		}
		pid = wait(&status);
		assert_true(pid > 0);
		running--;
		if (WIFSIGNALED(status)) {
			assert_int_equal(WTERMSIG(status), SIGKILL);
			killed++;
		} else if (WEXITSTATUS(status) != 6) {
			assert_int_equal(WEXITSTATUS(status), 0);
		}
	}
	assert_true(killed > 10);
	assert_int_equal(lock(fx, &l, &err), 0);
	vz_lock_release(l);
	assert_int_equal(files_in(fx, "lock"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_take_release),
		fx_test(test_stale),
		fx_test(test_foreign),
		fx_test(test_zombie),
		fx_test(test_fork),
		fx_test(test_replaced),
		fx_test(test_no_lockdir),
		fx_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
