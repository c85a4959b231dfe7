// SPDX-License-Identifier: GPL-2.0-only
/* Finding OS templates. */
#include <fcntl.h>
#include <sys/stat.h>

#include "area.h"

static const char *const suffixes[] = {
	".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst",
};

/* Length of a name without the suffix of an archive. */
static size_t bare_length(const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && !strcmp(name + len - n, suffixes[i]))
			return len - n;
	}
	return len;
}

/* A regular file, or -ENOENT, or another error for which the search ends. */
static int open_regular(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
				O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return errno == ENOTDIR || errno == ENXIO ? -ENOENT : -errno;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	return steal_fd(&fd);
}

/* @stem is a path without suffix. */
static int try_suffixes(const char *stem, char **path)
{
	size_t i;
	int fd = -ENOENT;

	for (i = 0; fd == -ENOENT && i < ARRAY_SIZE(suffixes); i++) {
		free(*path);
		if (asprintf(path, "%s%s", stem, suffixes[i]) < 0) {
			*path = NULL;
			return -ENOMEM;
		}
		fd = open_regular(*path);
	}
	return fd;
}

/* Path without suffix of a template given by name or path. */
static int make_stem(struct vz_ctx *ctx, const char *name, char **stem,
		     struct vz_error *err)
{
	const char *dir = vz_ctx_get(ctx, "TEMPLATE");
	int len = (int)bare_length(name), ret;

	if (*name == '/') {
		ret = asprintf(stem, "%.*s", len, name);
	} else if (!dir || !*dir) {
		return vz_fail(err, VZ_E_TMPL_NOTSET, EINVAL,
			       "TEMPLATE is not set in %s/vz.conf",
			       vz_ctx_path(ctx, VZ_PATH_CONF));
	} else {
		ret = asprintf(stem, "%s/cache/%.*s", dir, len, name);
	}
	if (ret < 0) {
		*stem = NULL;
		return vz_fail_oom(err);
	}
	return 0;
}

int vz_template_open(struct vz_ctx *ctx, const char *name, char **label,
		     struct vz_error *err)
{
	autofree char *stem = NULL, *path = NULL;
	const char *base;
	int ret, fd = -ENOENT;

	ret = make_stem(ctx, name, &stem, err);
	if (ret)
		return ret;
	if (*name == '/' && strlen(stem) != strlen(name)) {
		path = strdup(name);
		fd = path ? open_regular(path) : -ENOMEM;
	}
	if (fd == -ENOENT)
		fd = try_suffixes(stem, &path);
	if (fd == -ENOENT)
		return vz_fail(err, VZ_E_OSTEMPLATE_NOT_FOUND, ENOENT,
			       "Cached OS template %s.tar[.gz|.bz2|.xz|.zst] not found",
			       stem);
	if (fd == -ENOMEM)
		return vz_fail_oom(err);
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_OSTEMPLATE_NOT_FOUND, -fd,
				     "Cached OS template %s cannot be read",
				     path);
	base = strrchr(stem, '/');
	*label = strdup(base ? base + 1 : stem);
	if (!*label) {
		close(fd);
		return vz_fail_oom(err);
	}
	return fd;
}
