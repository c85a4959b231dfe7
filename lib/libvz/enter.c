// SPDX-License-Identifier: GPL-2.0-only
/*
 * A login shell on a terminal of the container's own: the pty comes from the
 * container's devpts, so its name is right inside, and the caller's terminal
 * never is within reach of the container.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>

#include <linux/magic.h>

#include "core.h"

struct login {
	struct vz_ct		*ct;
	const struct vz_exec	*exec;
	const char		*term;
};

/* The file is the tenant's; only a real ptmx of a devpts will do. */
static int open_ptmx(struct vz_error *err)
{
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = -1;
	struct statfs fs;
	struct stat st;
	int unlock = 0;

	fd = root < 0 ? -1 : vz_open_in_root(root, "dev/pts/ptmx",
					     O_PATH, 0);
	if (fd < 0 || fstatfs(fd, &fs) || fs.f_type != DEVPTS_SUPER_MAGIC ||
	    fstat(fd, &st) || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != makedev(5, 2))
		return vz_fail(err, VZ_E_SYSTEM, ENXIO,
			       "Unable to open a terminal: /dev/pts of the container is not a devpts");
	close(fd);
	fd = vz_open_in_root(root, "dev/pts/ptmx", O_RDWR | O_NOCTTY, 0);
	if (fd < 0 || fstatfs(fd, &fs) || fs.f_type != DEVPTS_SUPER_MAGIC ||
	    ioctl(fd, TIOCSPTLCK, &unlock))
		return vz_fail_errno(err, VZ_E_SYSTEM, fd < 0 ? -fd : errno,
				     "Unable to open a terminal in the container");
	return steal_fd(&fd);
}

static int become_terminal(int sock, struct vz_error *err)
{
	autoclose int master = -1, slave = -1;

	master = open_ptmx(err);
	if (master < 0)
		return master;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) ||
	    vz_msg_send(sock, VZ_MSG_FD, 0, NULL, master) ||
	    dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to set up the terminal");
	return 0;
}

static void login_inside(void *data, int sock, struct vz_error *err)
{
	static const char *const argv[] = { "-sh", NULL };
	struct login *login = data;
	char term[128];
	const char *const env[] = {
		"HOME=/root", "USER=root", "LOGNAME=root",
		"HISTFILE=/dev/null", term, NULL
	};

	snprintf(term, sizeof(term), "TERM=%s", login->term);
	/* before anything of the container can be on the terminal */
	if (vz_confine(login->ct, err) || become_terminal(sock, err))
		return;
	if (chdir("/root"))
		ct_debug(login->ct, "There is no /root inside");
	if (dup2(sock, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC)) {
		vz_fail_errno(err, VZ_E_SYSTEM, errno,
			      "Unable to set up the connection");
		return;
	}
	sys_close_from(4);
	vz_script_exec_shell(argv, env);
	vz_fail_errno(err, VZ_E_BAD_TEMPLATE, errno,
		      "Unable to execute a shell in CT %u", login->ct->id);
	vz_msg_send(3, VZ_MSG_ERROR, 0, err, -1);
	_exit(255);
}

/* The terminal first, then end of file when the shell was executed. */
static int wait_login(int sock, pid_t pid, int *master, struct vz_error *err)
{
	struct vz_msg msg;
	int fd, ret;

	while ((ret = vz_msg_recv(sock, 0, &msg, &fd)) > 0) {
		if (msg.type == VZ_MSG_FD && fd >= 0 && *master < 0) {
			*master = fd;
			continue;
		}
		if (fd >= 0)
			close(fd);
		break;
	}
	if (!ret && *master >= 0)
		return 0;
	sys_wait_pid(pid, -1, 0, NULL);
	if (ret <= 0 || msg.type != VZ_MSG_ERROR)
		return vz_fail(err, VZ_E_SYSTEM, EPROTO,
			       "Unable to start a shell in the container");
	if (err)
		*err = msg.error;
	return msg.error.err ?: -EIO;
}

static void type_words(int master, const char *const argv[])
{
	size_t i;

	for (i = 0; argv && argv[i]; i++)
		dprintf(master, "%s%s", i ? " " : "", argv[i]);
	if (i)
		dprintf(master, "\n");
}

static int relay_terminal(int master, pid_t pid, int pidfd, int *status,
			  struct vz_error *err)
{
	struct vz_relay relay = {
		.in = fcntl(master, F_DUPFD_CLOEXEC, 0),
		.out = master, .err = -1, .tty = true,
		.pid = pid, .pidfd = pidfd,
	};
	struct termios old, raw;
	bool tty = !tcgetattr(STDIN_FILENO, &old);
	int ret;

	if (tty) {
		raw = old;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
		relay.winsize = true;
	}
	ret = vz_relay(&relay, status, err);
	if (tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
	if (relay.in >= 0)
		close(relay.in);
	return ret;
}

VZ_EXPORT int vz_ct_enter(struct vz_ct *ct, const struct vz_exec *exec,
			  int *status, struct vz_error *err)
{
	struct login login = {
		.ct = ct, .exec = exec, .term = getenv("TERM") ?: "linux",
	};
	struct vz_target target = VZ_TARGET_NONE;
	autoclose int pidfd = -1, master = -1;
	int sock, ret;
	pid_t pid;

	ret = vz_target_open(ct, &target, err);
	if (ret)
		return ret;
	pid = vz_run_inside(ct, &target, login_inside, &login, &sock, err);
	vz_target_close(&target);
	if (pid < 0)
		return pid;
	pidfd = sys_pidfd_open(pid);
	ret = wait_login(sock, pid, &master, err);
	close(sock);
	if (ret)
		return ret;
	type_words(master, exec->argv);
	return relay_terminal(master, pid, pidfd, status, err);
}
