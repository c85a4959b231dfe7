/* SPDX-License-Identifier: GPL-2.0-only */
/* Private declarations shared by the files of libvz. */
#ifndef _VZ_INTERNAL_H
#define _VZ_INTERNAL_H

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/vzcore.h>
#include <vz/libvz.h>

#define VZ_EXPORT	__attribute__((visibility("default")))
#define VZ_PRINTF(f, a)	__attribute__((format(printf, f, a)))

/* -------------------------------------------------------- cleanup.h -- */

static inline void vz_free_p(void *p)
{
	free(*(void **)p);
}

static inline void vz_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void vz_fclose_p(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void vz_config_unref_p(struct vz_config **c)
{
	vz_config_unref(*c);
}

#define autofree	__attribute__((cleanup(vz_free_p)))
#define autoclose	__attribute__((cleanup(vz_close_p)))
#define autofclose	__attribute__((cleanup(vz_fclose_p)))
#define autoconfig	__attribute__((cleanup(vz_config_unref_p)))

/** steal_fd - hands a descriptor on and disarms its autoclose */
static inline int steal_fd(int *fd)
{
	int ret = *fd;

	*fd = -1;
	return ret;
}

/** steal_ptr - hands a pointer on and disarms its autofree */
#define steal_ptr(p) ({ __typeof__(p) __ret = (p); (p) = NULL; __ret; })

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* ---------------------------------------------------------- error.c -- */

/**
 * vz_fail - fills in an error and gives back what the caller returns
 * @err: error or NULL
 * @code: enum vz_code
 * @errnum: positive errno; its text is not added to the sentence
 *
 * Returns -@errnum.
 */
int vz_fail(struct vz_error *err, int code, int errnum, const char *fmt, ...)
	VZ_PRINTF(4, 5);

/** vz_fail_errno - like vz_fail() with ": strerror" added to the sentence */
int vz_fail_errno(struct vz_error *err, int code, int errnum,
		  const char *fmt, ...) VZ_PRINTF(4, 5);

/** vz_fail_oom - the error for a failed malloc() */
int vz_fail_oom(struct vz_error *err);

/* ------------------------------------------------------------ ctx.c -- */

struct vz_ctx {
	unsigned int	refs;
	char		*paths[__VZ_PATH_MAX];
	struct vz_config *global;	/* vz.conf, NULL before vz_ctx_load() */
	vz_log_fn	log_fn;
	void		*log_data;
	vz_progress_fn	progress_fn;
	void		*progress_data;
	int		ctl_fd;		/* /dev/vzctl, -1 until first used */
	volatile sig_atomic_t cancelled;	/* by vz_ctx_cancel() */
};

/** vz_cancelled - did the caller ask to stop early?  For loops that last:
 * fails with ECANCELED */
int vz_cancelled(const struct vz_ctx *ctx, struct vz_error *err);

/** vz_log - gives one formatted line to the context's log function */
void vz_log(struct vz_ctx *ctx, int level, uint32_t ctid, const char *fmt, ...)
	VZ_PRINTF(4, 5);

/* ------------------------------------------------------------- ct.c -- */

struct vz_ct {
	unsigned int	refs;
	struct vz_ctx	*ctx;
	uint32_t	id;
	char		*conf_path;
	bool		has_config;
	struct vz_config *config;	/* never NULL */
	char		*root;		/* cached by vz_ct_root() */
	char		*private;	/* cached by vz_ct_private() */
};

#define ct_info(ct, ...)  vz_log((ct)->ctx, VZ_LOG_INFO, (ct)->id, __VA_ARGS__)
#define ct_err(ct, ...)   vz_log((ct)->ctx, VZ_LOG_ERR, (ct)->id, __VA_ARGS__)
#define ct_debug(ct, ...) vz_log((ct)->ctx, VZ_LOG_DEBUG, (ct)->id, __VA_ARGS__)

/** vz_ct_forget_paths - drops the cached root and private after a change of
 * VE_ROOT or VE_PRIVATE */
void vz_ct_forget_paths(struct vz_ct *ct);

/* ---------------------------------------------------------- value.c -- */

/** vz_value_bool - "yes"/"on"/"true"/"1" and their opposites: 1, 0, -EINVAL */
int vz_value_bool(const char *value);

/**
 * vz_value_ul - the limits of a "barrier:limit" or plain value in the native
 * unit of the parameter (pages, bytes or items); "unlimited" is LONG_MAX
 */
int vz_value_limits(const char *value, uint64_t *barrier, uint64_t *limit);

/* ------------------------------------------------------------ ctl.c -- */

/** vz_ctl_fd - opens /dev/vzctl on first use.  VZ_E_BAD_KERNEL, VZ_E_NO_ACCESS */
int vz_ctl_fd(struct vz_ctx *ctx, struct vz_error *err);
/** vz_ctl_info - VZ_IOC_CT_INFO; -ENOENT without an error text when the kernel
 * does not know the container or the module is not loaded */
int vz_ctl_info(struct vz_ctx *ctx, uint32_t ctid, struct vz_ct_info *info);
/** vz_ctl_list - VZ_IOC_CT_LIST; 0 elements when the module is not loaded */
ssize_t vz_ctl_list(struct vz_ctx *ctx, uint32_t **ids, struct vz_error *err);

/* ----------------------------------------------------------- path.c -- */

/**
 * vz_open_in_root - openat2() below a directory that may be hostile
 * @root: descriptor of the directory
 * @path: path inside; absolute ones start at @root too
 * @flags: open(2) flags; O_CLOEXEC is added
 * @mode: for O_CREAT
 *
 * No symbolic link and no magic link is followed, no mount point crossed
 * upwards.  Returns a descriptor or a negative errno (ELOOP: a link is there).
 */
int vz_open_in_root(int root, const char *path, int flags, mode_t mode);
/** vz_mkdir_in_root - makes missing directories of @path, returns the last
 * one's O_PATH descriptor */
int vz_mkdir_in_root(int root, const char *path, mode_t mode);
/** vz_read_file_at - whole file as a string, at most @max bytes (EFBIG) */
int vz_read_file_at(int dirfd, const char *path, size_t max, char **text);
/** vz_write_file_at - one write(2) of a string to an existing file */
int vz_write_file_at(int dirfd, const char *path, const char *text);
/** vz_mkdir_p - makes a directory of the host and its parents */
int vz_mkdir_p(const char *path, mode_t mode);
/** vz_is_mount_root - is something mounted exactly at @path? 1, 0, -errno */
int vz_is_mount_root(const char *path);

/* ---------------------------------------------------------- mount.c -- */

/** vz_mount_below - the last mount at @root (a real path) or below it, which
 * nothing else lies on; NULL: none; freed by the caller */
char *vz_mount_below(const char *root);

/* ---------------------------------------------------------- fault.c -- */

/**
 * vz_fault - a place where test builds can die or stop
 *
 * Built with -DVZ_FAULTS it sends SIGKILL to the own process when the
 * environment variable VZ_FAULT holds the point's name ("NAME"), or sleeps
 * there ("NAME:sleep=SECONDS").  Nothing at all in release builds.
 */
#ifdef VZ_FAULTS
void vz_fault(const char *point);
#else
static inline void vz_fault(const char *point)
{
	(void)point;
}
#endif

/* --------------------------------------------------------- idpool.c -- */

/** VZ_ID_RANGE - host ids per container */
#define VZ_ID_RANGE	65536

/**
 * vz_idpool_get - the container's host ids, allotted and recorded if need be
 * @base: out: host id of the container's root; VZ_ID_RANGE ids are its own,
 *	the same for users and groups
 *
 * Called with the container's lock held; saves the config file when it allots.
 * Errors: VZ_E_INVALID_CONFIG (the recorded range is that of another
 * container, or of the host), VZ_E_RESOURCE (pool is used up).
 */
int vz_idpool_get(struct vz_ct *ct, uint32_t *base, struct vz_error *err);

/* -------------------------------------------------------- archive.c -- */

/**
 * vz_archive_extract - unpacks a template below a directory
 * @fd: the archive (any of tar, tar.gz, tar.bz2, tar.xz, tar.zst)
 * @dirfd: empty directory
 * @ctx: for progress
 *
 * Entries that would leave the directory, absolute names, device nodes and
 * anything damaged end it with an error.
 */
int vz_archive_extract(struct vz_ctx *ctx, int fd, int dirfd,
		       struct vz_error *err);

/* --------------------------------------------------------- script.c -- */

/**
 * vz_script_host - runs action script CONFDIR/conf/@name on the host
 *
 * A script that does not exist is no error.  Environment: VEID, VE_CONFFILE,
 * PATH, HOME, TERM.  Errors: VZ_E_ACTIONSCRIPT.
 */
int vz_script_host(struct vz_ct *ct, const char *name, struct vz_error *err);

#endif /* _VZ_INTERNAL_H */
