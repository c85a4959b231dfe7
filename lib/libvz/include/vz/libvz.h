/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libvz - containers on the vz kernel modules
 *
 * Conventions
 *
 *   - Functions that can fail return 0 (or a count) or a negative errno, take
 *     a struct vz_error as their last argument and fill it in.  The error may
 *     be NULL.  Nothing in the library exits, prints or keeps global state.
 *   - Objects are opaque and reference counted: *_new and *_open give the
 *     first reference, *_unref drops one and returns NULL.
 *   - A const char * that is returned belongs to the object it came from and
 *     is valid until the object is changed or gone; a char ** that is filled
 *     in belongs to the caller, who frees it with free(3).
 *   - One object is for one thread at a time; different contexts are
 *     independent of each other.
 *   - Sizes are bytes unless a name says otherwise, times are seconds.
 *
 * Messages
 *
 *   - A call that fails tells why in its error object only; the caller shows
 *     it.  vz_log_fn gets warnings and what went wrong without ending a call.
 *   - Calls that change a container report each step at VZ_LOG_INFO in the
 *     words of OpenVZ, which programs compare:
 *     vz_ct_create   "Creating container private area (TEMPLATE)",
 *                    "Performing postcreate actions",
 *                    "CT configuration saved to FILE",
 *                    "Container private area was created"
 *     vz_ct_destroy  "Destroying container private area: DIR",
 *                    "Container private area was destroyed"
 *     vz_ct_mount    "Container is mounted", also when part of a start
 *     vz_ct_umount   "Container is unmounted", also when part of a stop
 *     vz_ct_start    "Starting container...", ("Container is mounted",)
 *                    one line per limit as in "Setting CPU units: 1000",
 *                    "Container start in progress..."; with VZ_START_WAIT
 *                    "Container start in progress, waiting ..." and
 *                    "Container started successfully" in place of the last
 *     vz_ct_stop     "Stopping container ...", ("Killing container ...",)
 *                    "Container was stopped", ("Container is unmounted")
 *     vz_ct_apply    one line per value put into effect
 *     Nothing is said for what turned out to be done already (return 1), and
 *     vz_ct_save, vz_ct_set_name, vz_ct_cleanup say nothing: "CT
 *     configuration saved to FILE" of vzctl set is the caller's.
 */
#ifndef _VZ_LIBVZ_H
#define _VZ_LIBVZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <vz/error.h>
#include <vz/net.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vz_ctx;
struct vz_ct;
struct vz_config;
struct vz_lock;
struct vz_events;

/* ------------------------------------------------------------ context -- */

/** enum vz_log_level - severity of a message, OpenVZ's numbering */
enum vz_log_level {
	VZ_LOG_ERR	= -1,	/**< something failed */
	VZ_LOG_INFO	= 0,	/**< progress an administrator expects to see */
	VZ_LOG_DEBUG	= 1,	/**< shown with --verbose */
};

/**
 * vz_log_fn - receives the library's messages
 * @data: as given to vz_ctx_set_log()
 * @level: enum vz_log_level
 * @ctid: container the message is about, 0 if none
 * @text: one line without a newline
 */
typedef void (*vz_log_fn)(void *data, int level, uint32_t ctid,
			  const char *text);

/**
 * vz_progress_fn - tells how far a long operation got
 * @data: as given to vz_ctx_set_progress()
 * @done: bytes (of @total) done so far
 * @total: 0 when not known
 */
typedef void (*vz_progress_fn)(void *data, uint64_t done, uint64_t total);

/** enum vz_path - directories that the library was built with */
enum vz_path {
	VZ_PATH_CONF,		/**< /etc/vz: vz.conf, conf/, names/, dists/ */
	VZ_PATH_STATE,		/**< /var/lib/vz/state: kept over reboots */
	VZ_PATH_RUN,		/**< /run/vz: gone with a reboot */
	VZ_PATH_LIB,		/**< helper programs and scripts */
	VZ_PATH_QUOTA,		/**< /var/vzquota: disk quota files */
	__VZ_PATH_MAX,
};

/**
 * vz_ctx_new - makes a context; no file is read yet
 *
 * Errors: ENOMEM.
 */
int vz_ctx_new(struct vz_ctx **ctx, struct vz_error *err);
struct vz_ctx *vz_ctx_ref(struct vz_ctx *ctx);
struct vz_ctx *vz_ctx_unref(struct vz_ctx *ctx);

/** vz_ctx_set_path - replaces one built-in directory, before vz_ctx_load() */
int vz_ctx_set_path(struct vz_ctx *ctx, enum vz_path which, const char *path,
		    struct vz_error *err);
const char *vz_ctx_path(const struct vz_ctx *ctx, enum vz_path which);

void vz_ctx_set_log(struct vz_ctx *ctx, vz_log_fn fn, void *data);
void vz_ctx_set_progress(struct vz_ctx *ctx, vz_progress_fn fn, void *data);

/**
 * vz_ctx_cancel - asks a running call to stop early; async-signal-safe
 *
 * Unpacking a template and waiting for a container end with ECANCELED and
 * leave nothing half done behind.  Steps that cannot be left in the middle are
 * finished first.
 */
void vz_ctx_cancel(struct vz_ctx *ctx);

/**
 * vz_ctx_load - reads the global configuration (vz.conf)
 *
 * Errors: VZ_E_NOCONFIG when it cannot be read, VZ_E_INVALID_CONFIG when a
 * value in it is wrong.
 */
int vz_ctx_load(struct vz_ctx *ctx, struct vz_error *err);

/** vz_ctx_get - value of a global variable, or its default, or NULL */
const char *vz_ctx_get(const struct vz_ctx *ctx, const char *name);

/**
 * vz_ctx_check_host - can containers run here?
 *
 * Checks in this order: caller is root of the host (VZ_E_NO_ACCESS), kernel
 * is new enough, cgroup v2 is at /sys/fs/cgroup with the controllers needed,
 * vzcore is loaded and speaks our version (VZ_E_BAD_KERNEL).
 */
int vz_ctx_check_host(struct vz_ctx *ctx, struct vz_error *err);

/**
 * vz_ctx_containers - all containers with a config file or known to the
 * kernel, ascending
 * @ids: out: array, freed by the caller
 *
 * Returns the number of elements or a negative errno.
 */
ssize_t vz_ctx_containers(struct vz_ctx *ctx, uint32_t **ids,
			  struct vz_error *err);

/**
 * vz_ctx_resolve - container id of a number or name
 *
 * Errors: VZ_E_INVALID_VALUE.
 */
int vz_ctx_resolve(struct vz_ctx *ctx, const char *id_or_name, uint32_t *ctid,
		   struct vz_error *err);

/* ------------------------------------------------- configuration files -- */

/**
 * vz_config_new - empty configuration
 * vz_config_load - reads a file of NAME="value" lines
 *
 * Comments and unknown variables are kept.  Of a variable that is given twice
 * the first one counts; a warning is logged.  The value of a known variable is
 * checked; a bad one is logged, kept in the file and ignored otherwise.
 *
 * Errors: ENOENT, EACCES, VZ_E_INVALID_CONFIG (a line that is neither
 * assignment, comment nor blank; the text names file and line).
 */
int vz_config_new(struct vz_ctx *ctx, struct vz_config **cfg,
		  struct vz_error *err);
int vz_config_load(struct vz_ctx *ctx, const char *path,
		   struct vz_config **cfg, struct vz_error *err);
struct vz_config *vz_config_unref(struct vz_config *cfg);

/**
 * vz_config_get - value or NULL
 *
 * Of a known variable it is the canonical form: limits are numbers in native
 * units (bytes, pages, items, DISKSPACE in KiB) or "unlimited", switches "yes"
 * or "no", lists separated by one blank.  Of others it is the unquoted text.
 */
const char *vz_config_get(const struct vz_config *cfg, const char *name);

/**
 * vz_config_set - sets a variable to a value (NULL: removes it)
 *
 * Known variables are checked and stored in their canonical form.
 * Errors: VZ_E_INVALID_VALUE.
 */
int vz_config_set(struct vz_config *cfg, const char *name, const char *value,
		  struct vz_error *err);

/**
 * vz_config_merge - sets in @cfg all that @changes sets or removes
 *
 * First elements are taken out of lists (VZ_PARAM_TAKE).  The elements of a
 * list are added to those that are there (VZ_PARAM_ADD); of one that is in both
 * (a capability, an address) @changes has the last word.  All other values are
 * replaced.
 */
int vz_config_merge(struct vz_config *cfg, const struct vz_config *changes,
		    struct vz_error *err);

/** vz_config_next - walks over the variables that have a valid value; start
 * with *@iter = 0 */
bool vz_config_next(const struct vz_config *cfg, size_t *iter,
		    const char **name, const char **value);

/** vz_config_save - writes a file: temporary file, fsync, rename */
int vz_config_save(struct vz_config *cfg, const char *path,
		   struct vz_error *err);

/** enum vz_param_flags - what may be done with a parameter */
enum vz_param_flags {
	VZ_PARAM_SET	= 1 << 0,	/**< option of vzctl set */
	VZ_PARAM_LIVE	= 1 << 1,	/**< takes effect on a running container */
	VZ_PARAM_START	= 1 << 2,	/**< takes effect at the next start */
	VZ_PARAM_MULTI	= 1 << 3,	/**< option may be repeated, values add up */
	VZ_PARAM_GLOBAL	= 1 << 4,	/**< variable of vz.conf */
	VZ_PARAM_ADD	= 1 << 5,	/**< adds to the list that is stored */
	VZ_PARAM_TAKE	= 1 << 6,	/**< named "VARIABLE-": takes from it */
};

/**
 * struct vz_param - one known configuration variable
 * @name: variable in the configuration file
 * @option: long option of vzctl set, or NULL
 * @flags: enum vz_param_flags
 * @arg: what its value looks like, for usage texts
 */
struct vz_param {
	const char	*name;
	const char	*option;
	unsigned int	flags;
	const char	*arg;
};

/** vz_param_next - walks over all parameters; start with NULL */
const struct vz_param *vz_param_next(const struct vz_param *prev);
const struct vz_param *vz_param_by_name(const char *name);
const struct vz_param *vz_param_by_option(const char *option);

/**
 * vz_param_parse - checks a value and gives its canonical form
 * @cmdline: value comes from a command line (units may differ, lists like
 *	"a:on,b:off" are accepted)
 * @out: canonical form as stored in a file; freed by the caller
 *
 * Errors: VZ_E_INVALID_VALUE.
 */
int vz_param_parse(const struct vz_param *param, const char *value,
		   bool cmdline, char **out, struct vz_error *err);

/* ---------------------------------------------------------- container -- */

/**
 * vz_ct_open - handle of a container, existing or not
 *
 * Reads its config file when there is one.  What cannot be understood there is
 * left out, see vz_ct_check_config().
 */
int vz_ct_open(struct vz_ctx *ctx, uint32_t ctid, struct vz_ct **ct,
	       struct vz_error *err);
struct vz_ct *vz_ct_ref(struct vz_ct *ct);
struct vz_ct *vz_ct_unref(struct vz_ct *ct);

uint32_t vz_ct_id(const struct vz_ct *ct);
struct vz_ctx *vz_ct_ctx(const struct vz_ct *ct);

/** vz_ct_has_config - does the config file exist? */
bool vz_ct_has_config(const struct vz_ct *ct);
/**
 * vz_ct_check_config - was all of the config file understood?
 *
 * A container can be looked at, stopped and unmounted even if not.  To create,
 * mount, start or destroy it and to save its file fails in the same way.
 *
 * Errors: VZ_E_INVALID_CONFIG (the text names file and line).
 */
int vz_ct_check_config(const struct vz_ct *ct, struct vz_error *err);
/** vz_ct_conf_path - path of the config file, existing or not */
const char *vz_ct_conf_path(const struct vz_ct *ct);
/** vz_ct_config - the container's own variables */
struct vz_config *vz_ct_config(const struct vz_ct *ct);
/** vz_ct_get - value of a variable: container's, else global, else default */
const char *vz_ct_get(const struct vz_ct *ct, const char *name);
/** vz_ct_root, vz_ct_private - VE_ROOT and VE_PRIVATE with $VEID replaced;
 * NULL when not set */
const char *vz_ct_root(const struct vz_ct *ct);
const char *vz_ct_private(const struct vz_ct *ct);
/** vz_ct_name - NAME when it is valid and its link points here, else NULL */
const char *vz_ct_name(const struct vz_ct *ct);
/** vz_ct_save - writes the config file (fills in ONBOOT when missing) */
int vz_ct_save(struct vz_ct *ct, struct vz_error *err);

/** enum vz_run_state - see struct vz_status */
enum vz_run_state {
	VZ_DOWN,	/**< no init lives */
	VZ_STARTING,	/**< registered in the kernel, init not announced */
	VZ_RUNNING,
};

/**
 * struct vz_status - where a container stands
 * @has_config: config file exists
 * @has_private: private area exists
 * @mounted: something is mounted at VE_ROOT
 * @suspended: down, and a dump file waits to be resumed
 * @state: enum vz_run_state
 * @init_pid: host pid of init, 0 unless running
 * @nproc: threads in the container
 * @consoles: number of terminals
 * @uptime: seconds since init was started, 0 unless running
 * @generation: number of the kernel object, 0 if there is none; down with a
 *	generation means that vz_ct_cleanup() is due
 * @exit_reason: why init ended, enum vz_exit_reason of linux/vzcore.h;
 *	0 unless down with a generation
 */
struct vz_status {
	bool		has_config;
	bool		has_private;
	bool		mounted;
	bool		suspended;
	int		state;
	pid_t		init_pid;
	uint32_t	nproc;
	uint32_t	consoles;
	double		uptime;
	uint64_t	generation;
	uint32_t	exit_reason;
};

/** vz_ct_status - works without the kernel module too (then: down) */
int vz_ct_status(struct vz_ct *ct, struct vz_status *st, struct vz_error *err);

/**
 * vz_ct_lock - takes LOCKDIR/N.lck
 * @what: one word for the second line of the file: creating, starting, ...
 *
 * The lock of a process that is gone is taken over.
 * Errors: VZ_E_LOCKED (the holder is told as "Locked by: pid P, cmdline C" to
 * the log function), VZ_E_LOCKDIR_NOTSET.
 */
int vz_ct_lock(struct vz_ct *ct, const char *what, struct vz_lock **lock,
	       struct vz_error *err);
/** vz_lock_release - removes the file and frees the lock; returns NULL */
struct vz_lock *vz_lock_release(struct vz_lock *lock);

/**
 * vz_ct_set_name - gives the container a name (NULL or "": takes it away)
 *
 * Keeps conf NAME and the link in names/ together; saves the config file.
 * Errors: VZ_E_SET_NAME (name belongs to another container),
 * VZ_E_INVALID_VALUE.
 */
int vz_ct_set_name(struct vz_ct *ct, const char *name, struct vz_error *err);

/**
 * struct vz_create_opts - arguments of vz_ct_create()
 * @ostemplate: template name or NULL (OSTEMPLATE of the config, then
 *	DEF_OSTEMPLATE)
 * @config: sample name (ve-NAME.conf-sample) or NULL (CONFIGFILE)
 * @changes: further variables for the new config file, or NULL
 */
struct vz_create_opts {
	const char		*ostemplate;
	const char		*config;
	const struct vz_config	*changes;
};

/** vz_ct_create - config file and private area of a new container */
int vz_ct_create(struct vz_ct *ct, const struct vz_create_opts *opts,
		 struct vz_error *err);
/** vz_ct_destroy - removes the private area; files in conf/ get the suffix
 * .destroyed */
int vz_ct_destroy(struct vz_ct *ct, struct vz_error *err);

/** vz_ct_mount - runs the mount scripts and mounts the private area at
 * VE_ROOT; returns 1 when it was mounted already */
int vz_ct_mount(struct vz_ct *ct, struct vz_error *err);
int vz_ct_umount(struct vz_ct *ct, struct vz_error *err);

/** enum vz_start_flags - arguments of vz_ct_start() */
enum vz_start_flags {
	VZ_START_WAIT		= 1 << 0,	/**< until its boot is finished */
	VZ_START_FORCE		= 1 << 1,	/**< although DISABLED=yes */
	VZ_START_SKIP_REMOUNT	= 1 << 2,	/**< use the mount that is there */
	VZ_START_SKIP_SETUP	= 1 << 3,	/**< no scripts inside */
};

/** vz_ct_start - starts the container, mounting it first */
int vz_ct_start(struct vz_ct *ct, unsigned int flags, struct vz_error *err);

/** enum vz_stop_flags - arguments of vz_ct_stop() */
enum vz_stop_flags {
	VZ_STOP_FAST		= 1 << 0,	/**< kill, do not ask */
	VZ_STOP_SKIP_UMOUNT	= 1 << 1,	/**< leave it mounted */
};

/**
 * vz_ct_stop - stops the container and unmounts it
 *
 * Also finishes what a killed start or stop left behind.
 * Returns 1 when there was nothing to stop.
 */
int vz_ct_stop(struct vz_ct *ct, unsigned int flags, struct vz_error *err);

/** vz_ct_cleanup - releases what a container that is down still holds:
 * kernel object, cgroup, and, unless VZ_STOP_SKIP_UMOUNT, its mount */
int vz_ct_cleanup(struct vz_ct *ct, unsigned int flags, struct vz_error *err);

/** enum vz_exec_mode - how vz_exec.argv is run */
enum vz_exec_mode {
	VZ_EXEC_SHELL,		/**< words joined by blanks, given to a shell */
	VZ_EXEC_DIRECT,		/**< argv[0] is the program's path */
	VZ_EXEC_SCRIPT,		/**< a shell reads @script from its standard input */
	VZ_EXEC_LOGIN,		/**< login shell; words typed into it */
};

/**
 * struct vz_exec - arguments of vz_ct_exec() and vz_ct_enter()
 * @mode: enum vz_exec_mode
 * @argv: NULL-terminated words
 * @script: text for VZ_EXEC_SCRIPT, else NULL
 * @env: NULL-terminated NAME=value strings added to the built-in ones
 * @timeout: seconds after which it is killed (VZ_E_EXEC_TIMEOUT), 0: none
 */
struct vz_exec {
	int			mode;
	const char *const	*argv;
	const char		*script;
	const char *const	*env;
	unsigned int		timeout;
};

/**
 * vz_ct_exec - runs a program in a running container
 * @status: out: its wait(2) status
 *
 * Standard input, output and error are relayed through pipes: the program
 * never holds a descriptor of the host.
 * Errors: VZ_E_NOT_RUNNING, VZ_E_BAD_TEMPLATE (no shell), VZ_E_EXEC_TIMEOUT.
 */
int vz_ct_exec(struct vz_ct *ct, const struct vz_exec *exec, int *status,
	       struct vz_error *err);

/** vz_ct_enter - the same on a terminal of the container's own, relayed to
 * the caller's standard input and output */
int vz_ct_enter(struct vz_ct *ct, const struct vz_exec *exec, int *status,
		struct vz_error *err);

/** vz_ct_console - host's end of terminal @tty (1 is /dev/console); returns a
 * file descriptor.  Errors: VZ_E_NOT_RUNNING (no kernel object),
 * VZ_E_INVALID_VALUE, EBUSY */
int vz_ct_console(struct vz_ct *ct, unsigned int tty, bool steal,
		  struct vz_error *err);
/** vz_ct_console_kill - ends the processes that have terminal @tty open */
int vz_ct_console_kill(struct vz_ct *ct, unsigned int tty,
		       struct vz_error *err);

/** enum vz_apply_flags - arguments of vz_ct_apply() */
enum vz_apply_flags {
	VZ_APPLY_SKIP_ARPDETECT	= 1 << 0, /**< do not ask the network whether
					    *   somebody has a new address */
};

/**
 * vz_ct_apply - puts changed variables into effect on a running container
 * @changes: variables as for the config file, and VZ_PARAM_TAKE ones
 * @flags: enum vz_apply_flags
 *
 * Returns the number of variables that need a restart.
 */
int vz_ct_apply(struct vz_ct *ct, const struct vz_config *changes,
		unsigned int flags, struct vz_error *err);

/** vz_ct_needs_restart - does this value of a variable take effect at the next
 * start only, though the container runs? */
bool vz_ct_needs_restart(struct vz_ct *ct, const char *name, const char *value);

/** enum vz_netif_op - see struct vz_netif_change */
enum vz_netif_op {
	VZ_NETIF_ADD = 1,	/**< make a pair, or change the one there is */
	VZ_NETIF_SET,		/**< change a pair */
	VZ_NETIF_DEL,		/**< remove a pair */
};

/**
 * struct vz_netif_change - a change of the virtual Ethernet devices
 * @op: enum vz_netif_op
 * @ifname: device inside; of VZ_NETIF_ADD the words of vzctl's --netif_add,
 *	IF[,MAC[,HOST_IF[,HOST_MAC[,BRIDGE]]]]; of VZ_NETIF_DEL also "all"
 * @key: of VZ_NETIF_SET: mac, host_ifname, host_mac, bridge or mac_filter
 * @value: of VZ_NETIF_SET: its new value; an empty bridge is none
 */
struct vz_netif_change {
	int		op;
	const char	*ifname;
	const char	*key;
	const char	*value;
};

/**
 * vz_ct_netif - changes the virtual Ethernet devices of a container
 * @changes: in any order; removals come first
 * @value: out: NETIF for the config file; freed by the caller
 *
 * Names and addresses that are not given are chosen.  The devices of a running
 * container are changed at once, all or none; the config is not.
 * Errors: VZ_E_INVALID_VALUE, VZ_E_INVALID_SYNTAX (VZ_NETIF_SET for a pair that
 * there is not), VZ_E_VETH (no such bridge, a name is in use...),
 * VZ_E_BAD_KERNEL (the module vznet is missing).
 */
int vz_ct_netif(struct vz_ct *ct, const struct vz_netif_change *changes,
		size_t n, char **value, struct vz_error *err);

/** vz_ct_set_password - USER:PASSWORD through the distribution's script */
int vz_ct_set_password(struct vz_ct *ct, const char *user_password,
		       struct vz_error *err);

/* ------------------------------------------------------------ traffic -- */

#include <vz/traffic.h>

/* --------------------------------------------------------- disk quota -- */

#include <vz/quota.h>

/* -------------------------------------------------------- beancounters -- */

#include <vz/ubc.h>

/* ------------------------------------------------------------- events -- */

#include <vz/event.h>

/** vz_version - version of the library, for example "0.1.0" */
const char *vz_version(void);

#ifdef __cplusplus
}
#endif

#endif /* _VZ_LIBVZ_H */
