// SPDX-License-Identifier: GPL-2.0-only
/* vzctl check: can containers run on this host, and if not, what to do */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "vzctl.h"

#define CGROUP		"/sys/fs/cgroup"

struct check {
	struct cli	*cli;
	bool		failed;
};

static void __attribute__((format(printf, 4, 5)))
report(struct check *check, bool ok, const char *what, const char *fmt, ...)
{
	va_list ap;

	printf("%-4s  %s: ", ok ? "ok" : "FAIL", what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!ok)
		check->failed = true;
}

/* First line of a small file. */
static bool read_line(const char *path, char *line, size_t size)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, line, size - 1);

	if (len < 0)
		return false;
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static void check_user(struct check *check)
{
	if (geteuid() == 0)
		report(check, true, "user", "root");
	else
		report(check, false, "user", "uid %u; run this as root",
		       geteuid());
}

static void check_kernel(struct check *check)
{
	unsigned int major = 0, minor = 0;
	struct utsname uts;
	bool ok;

	uname(&uts);
	ok = sscanf(uts.release, "%u.%u", &major, &minor) == 2 &&
	     (major > 6 || (major == 6 && minor >= 1));
	report(check, ok, "kernel", "%s %s%s", uts.sysname, uts.release,
	       ok ? "" : "; boot one that is at least 6.1");
}

static void check_module(struct check *check, const char *name, bool needed)
{
	autofree char *dir = xasprintf("/sys/module/%s", name);
	autofree char *file = xasprintf("%s/version", dir);
	char version[64] = "version not told";

	if (access(dir, F_OK) < 0) {
		if (needed)
			report(check, false, name,
			       "not loaded; run \"modprobe %s\" or \"systemctl start vz\"",
			       name);
		return;
	}
	read_line(file, version, sizeof(version));
	report(check, true, name, "loaded, %s", version);
}

static void check_modules(struct check *check)
{
	check_module(check, "vzcore", true);
	check_module(check, "vzubc", false);
	check_module(check, "vzquota", false);
	check_module(check, "vzfair", false);
	check_module(check, "vznet", false);
}

static void check_cgroup(struct check *check)
{
	struct statfs fs;

	if (!statfs(CGROUP, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		report(check, true, "cgroup v2", "mounted at " CGROUP);
	else
		report(check, false, "cgroup v2",
		       "not at " CGROUP "; boot with systemd.unified_cgroup_hierarchy=1");
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word), n;

	for (; *words; words += n) {
		words += strspn(words, " ");
		n = strcspn(words, " ");
		if (n == len && !strncmp(words, word, n))
			return true;
	}
	return false;
}

static void check_controllers(struct check *check)
{
	static const char *const needed[] = { "cpu", "io", "memory", "pids" };
	char have[256] = "";
	size_t i;

	read_line(CGROUP "/cgroup.controllers", have, sizeof(have));
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (has_word(have, needed[i])) {
			report(check, true, "controller", "%s", needed[i]);
			continue;
		}
		report(check, false, "controller",
		       "%s is missing; look for cgroup_disable in /proc/cmdline and for a cgroup v1 mount of it",
		       needed[i]);
	}
}

static void check_userns(struct check *check)
{
	char max[32] = "0";

	read_line("/proc/sys/user/max_user_namespaces", max, sizeof(max));
	if (atol(max) > 0)
		report(check, true, "user namespaces", "at most %s", max);
	else
		report(check, false, "user namespaces",
		       "switched off; run \"sysctl user.max_user_namespaces=65536\"");
}

static void check_library(struct check *check)
{
	struct vz_error err = { 0 };

	if (vz_ctx_check_host(check->cli->ctx, &err) < 0)
		report(check, false, "library and kernel", "%s", err.text);
	else
		report(check, true, "library and kernel", "libvz %s",
		       vz_version());
}

static bool check_config(struct check *check)
{
	struct vz_ctx *ctx = check->cli->ctx;
	struct vz_error err = { 0 };

	if (vz_ctx_load(ctx, &err) < 0) {
		report(check, false, "configuration", "%s", err.text);
		return false;
	}
	report(check, true, "configuration", "%s/vz.conf",
	       vz_ctx_path(ctx, VZ_PATH_CONF));
	return true;
}

static bool is_template(const char *name)
{
	const char *tar = strstr(name, ".tar");

	return tar && tar != name && name[0] != '.';
}

static void check_templates(struct check *check)
{
	const char *base = vz_ctx_get(check->cli->ctx, "TEMPLATE");
	autofree char *cache = xasprintf("%s/cache", base ? base : "");
	struct dirent *entry;
	unsigned int count = 0;
	DIR *dir = opendir(cache);

	while (dir && (entry = readdir(dir)))
		if (is_template(entry->d_name))
			count++;
	if (dir)
		closedir(dir);
	if (count)
		report(check, true, "templates", "%u in %s", count, cache);
	else
		report(check, false, "templates",
		       "none in %s; make one with vztmpl-build or copy a .tar.gz, .tar.xz or .tar.zst there",
		       cache);
}

static void check_lock_dir(struct check *check)
{
	const char *dir = vz_ctx_get(check->cli->ctx, "LOCKDIR");

	if (dir && !access(dir, W_OK))
		report(check, true, "locks", "%s", dir);
	else
		report(check, false, "locks",
		       "%s is not writable; set LOCKDIR in vz.conf and make the directory",
		       dir ? dir : "LOCKDIR is not set; nothing");
}

static void check_daemon(struct check *check)
{
	autofree char *file = xasprintf("%s/vzeventd.pid",
					vz_ctx_path(check->cli->ctx,
						    VZ_PATH_RUN));
	autoclose int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fd >= 0 && !fcntl(fd, F_GETLK, &lock) && lock.l_type != F_UNLCK)
		report(check, true, "vzeventd", "pid %d", (int)lock.l_pid);
	else
		report(check, false, "vzeventd",
		       "not running, so a reboot inside a container only stops it; run \"systemctl start vzeventd\"");
}

int cmd_check(struct cli *cli, int argc, char **argv)
{
	struct check check = { .cli = cli };
	int code;

	code = no_arguments(argc, argv);
	if (code)
		return code;
	check_user(&check);
	check_kernel(&check);
	check_modules(&check);
	check_cgroup(&check);
	check_controllers(&check);
	check_userns(&check);
	check_library(&check);
	if (check_config(&check)) {
		check_lock_dir(&check);
		check_templates(&check);
	}
	check_daemon(&check);
	return check.failed ? VZ_E_BAD_KERNEL : 0;
}
