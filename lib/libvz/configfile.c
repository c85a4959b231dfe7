// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files.
 *
 * They are read by shells and by a dozen other programs too.  So a line that
 * is not changed stays as it is to the last byte, and one that is written is
 * plain NAME="value" with everything quoted that a shell would expand.
 */
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "config.h"
#include "param.h"

/* ------------------------------------------------------------ reading -- */

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t\r");
}

/* The value between @s and @end with backslashes taken away. */
static char *unescape(const char *s, const char *end)
{
	char *out = malloc((size_t)(end - s) + 1), *p = out;

	if (!out)
		return NULL;
	while (s < end) {
		if (*s == '\\' && s + 1 < end)
			s++;
		*p++ = *s++;
	}
	*p = '\0';
	return out;
}

int vz_config_split(const char *line, char **name, char **value)
{
	const char *s = skip_blanks(line), *start = s, *end;
	autofree char *n = NULL;

	*name = NULL;
	*value = NULL;
	if (!*s || *s == '#')
		return 0;
	if (!isalpha((unsigned char)*s) && *s != '_')
		return -EINVAL;
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	n = strndup(start, (size_t)(s - start));
	if (!n)
		return -ENOMEM;
	s = skip_blanks(s);
	if (*s++ != '=')
		return -EINVAL;
	s = skip_blanks(s);
	if (*s == '"') {
		end = strrchr(++s, '"');
		if (!end)
			return -EINVAL;
	} else {
		end = s + strlen(s);
		while (end > s && strchr(" \t\r", end[-1]))
			end--;
	}
	*value = unescape(s, end);
	if (!*value)
		return -ENOMEM;
	*name = steal_ptr(n);
	return 0;
}

/* Where the messages about a file's lines come from. */
struct source {
	struct vz_config	*cfg;
	uint32_t		ctid;
	const char		*path;
	unsigned int		line;
};

/* Canonical value, or NULL with a warning when it is wrong. */
static int check_value(const struct source *src, const struct vz_param *param,
		       const char *value, char **out)
{
	struct vz_error err;
	int ret = vz_param_parse(param, value, false, out, &err);

	if (!ret || ret == -ENOMEM)
		return ret;
	*out = NULL;
	if (*value)
		vz_log(src->cfg->ctx, VZ_LOG_ERR, src->ctid,
		       "Warning: %s, line %u is ignored: %s", src->path,
		       src->line, err.text);
	return 0;
}

static int add_line(const struct source *src, const char *text,
		    struct vz_error *err)
{
	autofree char *name = NULL, *value = NULL, *raw = NULL;
	const struct vz_param *param;
	int ret = vz_config_split(text, &name, &value);

	if (ret == -EINVAL)
		return vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL,
			       "%s, line %u is not of the form NAME=\"value\": %.64s",
			       src->path, src->line, text);
	param = name ? vz_param_by_name(name) : NULL;
	if (!ret && name && vz_config_find(src->cfg, name))
		vz_log(src->cfg->ctx, VZ_LOG_ERR, src->ctid,
		       "Warning: %s, line %u: %s is set a second time, the first one counts",
		       src->path, src->line, name);
	if (!ret && param) {
		autofree char *given = steal_ptr(value);

		free(name);
		name = strdup(param->name);
		ret = name ? check_value(src, param, given, &value) : -ENOMEM;
	}
	raw = ret ? NULL : strdup(text);
	if (!raw || vz_config_append(src->cfg, steal_ptr(raw), steal_ptr(name),
				     steal_ptr(value)))
		return vz_fail_oom(err);
	return 0;
}

/* Of what is left out vz_config_check() tells the first. */
static int leave_out(struct vz_config *cfg, struct vz_error *why)
{
	if (!cfg->bad)
		cfg->bad = strdup(why->text);
	return cfg->bad ? 0 : vz_fail_oom(why);
}

static int read_lines(struct source *src, FILE *f, struct vz_error *err)
{
	autofree char *text = NULL;
	size_t size = 0, total = 0;
	ssize_t len;
	int ret;

	errno = 0;
	while ((len = getline(&text, &size, f)) >= 0) {
		src->line++;
		total += (size_t)len;
		if (total > VZ_CONFIG_MAX_SIZE ||
		    src->line > VZ_CONFIG_MAX_LINES)
			return vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL,
				       "%s is too large for a configuration file",
				       src->path);
		src->cfg->open_end = text[len - 1] != '\n';
		if (memchr(text, '\0', (size_t)len)) {
			ret = vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL,
				      "%s, line %u has a zero byte in it",
				      src->path, src->line);
		} else {
			if (!src->cfg->open_end)
				text[len - 1] = '\0';
			ret = add_line(src, text, err);
		}
		if (ret == -EINVAL)
			ret = leave_out(src->cfg, err);
		if (ret)
			return ret;
		errno = 0;
	}
	if (ferror(f))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno ? errno : EIO,
				     "Unable to read %s", src->path);
	return 0;
}

/* A regular file and nothing else: a pipe would hang us. */
static int open_regular(const char *path, FILE **f, struct vz_error *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
				O_NOCTTY);
	struct stat st;
	int code;

	if (fd < 0) {
		code = errno == ENOENT ? VZ_E_NOVECONFIG :
		       errno == EACCES ? VZ_E_NO_ACCESS : VZ_E_SYSTEM;
		return vz_fail_errno(err, code, errno, "Unable to open %s",
				     path);
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return vz_fail(err, VZ_E_INVALID_CONFIG, EINVAL,
			       "%s is not a regular file", path);
	*f = fdopen(fd, "r");
	if (!*f)
		return vz_fail_oom(err);
	steal_fd(&fd);
	return 0;
}

int vz_config_read(struct vz_ctx *ctx, uint32_t ctid, const char *path,
		   struct vz_config **cfg, struct vz_error *err)
{
	autofclose FILE *f = NULL;
	autoconfig struct vz_config *c = NULL;
	struct source src = { .ctid = ctid, .path = path };
	struct vz_error why;
	int ret;

	ret = vz_config_new(ctx, &c, err);
	if (ret)
		return ret;
	src.cfg = c;
	ret = open_regular(path, &f, &why);
	if (!ret)
		ret = read_lines(&src, f, &why);
	if (ret && why.code == VZ_E_INVALID_CONFIG)
		ret = leave_out(c, &why);
	if (!ret)
		*cfg = steal_ptr(c);
	else if (err)
		*err = why;
	return ret;
}

int vz_config_load_ct(struct vz_ctx *ctx, uint32_t ctid, const char *path,
		      struct vz_config **cfg, struct vz_error *err)
{
	autoconfig struct vz_config *c = NULL;
	int ret;

	ret = vz_config_read(ctx, ctid, path, &c, err);
	if (!ret)
		ret = vz_config_check(c, err);
	if (!ret)
		*cfg = steal_ptr(c);
	return ret;
}

VZ_EXPORT int vz_config_load(struct vz_ctx *ctx, const char *path,
			     struct vz_config **cfg, struct vz_error *err)
{
	return vz_config_load_ct(ctx, 0, path, cfg, err);
}

int vz_config_peek(struct vz_ctx *ctx, uint32_t ctid, const char *name,
		   char **value)
{
	autofree char *path = NULL, *text = NULL;
	char *save = NULL, *line;
	int ret;

	*value = NULL;
	if (asprintf(&path, "%s/conf/%u.conf", vz_ctx_path(ctx, VZ_PATH_CONF),
		     ctid) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	ret = vz_read_file_at(AT_FDCWD, path, VZ_CONFIG_MAX_SIZE, &text);
	if (ret)
		return ret;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		autofree char *n = NULL, *v = NULL;

		/* most lines are of another variable */
		if (!strstr(line, name))
			continue;
		ret = vz_config_split(line, &n, &v);
		if (ret == -ENOMEM)
			return ret;
		if (n && !strcmp(n, name)) {
			*value = steal_ptr(v);
			break;
		}
	}
	return 0;
}

/* ------------------------------------------------------------ writing -- */

static size_t veid_length(const char *s)
{
	if (!strncmp(s, "$VEID", 5) && !isalnum((unsigned char)s[5]) &&
	    s[5] != '_')
		return 5;
	return strncmp(s, "${VEID}", 7) ? 0 : 7;
}

char *vz_config_quote(const char *name, const char *value)
{
	bool subst = !strcmp(name, "VE_ROOT") || !strcmp(name, "VE_PRIVATE");
	size_t size = strlen(name) + 2 * strlen(value) + 4, veid;
	char *out = malloc(size), *p;

	if (!out)
		return NULL;
	p = stpcpy(stpcpy(out, name), "=\"");
	while (*value) {
		veid = subst ? veid_length(value) : 0;
		if (veid) {
			p = mempcpy(p, value, veid);
			value += veid;
			continue;
		}
		if (strchr("\\\"$`", *value))
			*p++ = '\\';
		*p++ = *value++;
	}
	*p++ = '"';
	*p = '\0';
	return out;
}

static int write_lines(const struct vz_config *cfg, FILE *f)
{
	size_t last = cfg->n, i;

	for (i = 0; i < cfg->n; i++)
		if (cfg->lines[i].raw)
			last = i;
	for (i = 0; i < cfg->n; i++) {
		if (!cfg->lines[i].raw)
			continue;
		fputs(cfg->lines[i].raw, f);
		if (i != last || !cfg->open_end)
			fputc('\n', f);
	}
	return fflush(f) || ferror(f) ? -EIO : 0;
}

/* The new file gets owner and mode of the old one. */
static int take_over(int fd, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno == ENOENT ? fchmod(fd, 0644) : -1;
	if (fchown(fd, st.st_uid, st.st_gid) && errno != EPERM)
		return -1;
	return fchmod(fd, st.st_mode & 07777);
}

static int sync_directory(const char *path)
{
	autofree char *dir = strdup(path);
	autoclose int fd = -1;
	char *slash;

	if (!dir)
		return -1;
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fsync(fd);
}

static int write_new(const struct vz_config *cfg, const char *tmp,
		     const char *path, int fd)
{
	autofclose FILE *f = fdopen(fd, "w");

	if (!f) {
		close(fd);
		return -1;
	}
	if (take_over(fd, path) || write_lines(cfg, f) || fsync(fd))
		return -1;
	vz_fault("config:written");
	return rename(tmp, path);
}

VZ_EXPORT int vz_config_save(struct vz_config *cfg, const char *path,
			     struct vz_error *err)
{
	/* an administrator's symbolic link stays one */
	autofree char *real = realpath(path, NULL);
	const char *target = real ? real : path, *slash;
	autofree char *tmp = NULL;
	int fd, errnum, ret;

	/* what was left out would be lost */
	ret = vz_config_check(cfg, err);
	if (ret)
		return ret;
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	if (asprintf(&tmp, "%.*s.%s.XXXXXX", (int)(slash - target), target,
		     slash) < 0) {
		tmp = NULL;
		return vz_fail_oom(err);
	}
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to create %s", tmp);
	errno = 0;
	if (write_new(cfg, tmp, target, fd)) {
		errnum = errno ? errno : EIO;
		unlink(tmp);
		return vz_fail_errno(err, VZ_E_SYSTEM, errnum,
				     "Unable to write %s", path);
	}
	sync_directory(target);
	return 0;
}
