/* SPDX-License-Identifier: GPL-2.0-only */
/* vzctl: what its files share. */
#ifndef _VZ_CLI_VZCTL_H
#define _VZ_CLI_VZCTL_H

#include "../common/log.h"

struct verb;

/**
 * struct cli - one run of vzctl
 * @verb: the command
 * @skiplock: --skiplock was given
 * @any_host: do not ask for a working vzcore (set --save --force)
 * @ctid: the container
 */
struct cli {
	struct vz_ctx		*ctx;
	struct log		log;
	const struct verb	*verb;
	bool			skiplock;
	bool			any_host;
	uint32_t		ctid;
	struct vz_ct		*ct;
	struct vz_lock		*lock;
};

enum verb_flags {
	VERB_KERNEL	= 1 << 0,	/* needs a working vzcore */
	VERB_NO_CONF	= 1 << 1,	/* works without a config file */
	VERB_HOST	= 1 << 2,	/* takes CT 0 */
	VERB_NO_CTID	= 1 << 3,	/* is not about a container */
	VERB_QUIET	= 1 << 4,	/* shows errors only */
	VERB_BAD_CONF	= 1 << 5,	/* goes on with a broken config file */
};

/**
 * struct verb - one command
 * @run: gets what follows the CTID; argv[0] is for messages.  Returns the
 *	exit code
 * @lock: second line of the lock file; NULL: works without the lock
 * @flags: enum verb_flags
 * @usage: its lines for --help, without the leading "vzctl "
 */
struct verb {
	const char	*name;
	int		(*run)(struct cli *cli, int argc, char **argv);
	const char	*lock;
	unsigned int	flags;
	const char	*usage;
};

/** vzctl_begin - to be called by a verb when its options are read: checks the
 * host, takes the lock, catches signals.  Returns an exit code */
int vzctl_begin(struct cli *cli);
/** begin_with_status - the same, and asks where the container stands */
int begin_with_status(struct cli *cli, struct vz_status *st);

/**
 * run_bare - all of a verb without arguments that is one call of the library
 * @call: that call
 * @nothing: complaint for the case that it had nothing to do (returned 1)
 *
 * Returns the exit code.
 */
int run_bare(struct cli *cli, int argc, char **argv,
	     int (*call)(struct vz_ct *ct, struct vz_error *err),
	     const char *nothing);

/** no_arguments - 0 if nothing follows the CTID, else complains */
int no_arguments(int argc, char **argv);
/** extra_arguments - the same for what follows the options */
int extra_arguments(int argc, char **argv);

#define say(cli, ...)	log_printf(&(cli)->log, VZ_LOG_INFO, (cli)->ctid, \
				   __VA_ARGS__)
#define complain(cli, ...) log_printf(&(cli)->log, VZ_LOG_ERR, (cli)->ctid, \
				      __VA_ARGS__)
#define failed(cli, err)   log_error(&(cli)->log, (cli)->ctid, err)

extern const struct verb verbs[];	/* ends with a NULL name */

int cmd_create(struct cli *cli, int argc, char **argv);
int cmd_destroy(struct cli *cli, int argc, char **argv);
int cmd_mount(struct cli *cli, int argc, char **argv);
int cmd_umount(struct cli *cli, int argc, char **argv);
int cmd_start(struct cli *cli, int argc, char **argv);
int cmd_stop(struct cli *cli, int argc, char **argv);
int cmd_restart(struct cli *cli, int argc, char **argv);
int cmd_status(struct cli *cli, int argc, char **argv);
int cmd_exec(struct cli *cli, int argc, char **argv);
int cmd_enter(struct cli *cli, int argc, char **argv);
int cmd_console(struct cli *cli, int argc, char **argv);
int cmd_set(struct cli *cli, int argc, char **argv);
int cmd_quotaon(struct cli *cli, int argc, char **argv);
int cmd_quotaoff(struct cli *cli, int argc, char **argv);
int cmd_quotainit(struct cli *cli, int argc, char **argv);
int cmd_why(struct cli *cli, int argc, char **argv);
int cmd_check(struct cli *cli, int argc, char **argv);

/** start_container, stop_container - the bodies of start and stop, for
 * commands that do it on the way; the caller has the lock */
int start_container(struct cli *cli, unsigned int flags);
int stop_container(struct cli *cli, unsigned int flags);

/* ------------------------------------------------------------ change.c -- */

/** add_change - checks what a command line gives for a variable and adds it to
 * a set of changes; values of lists add up.  Returns an exit code */
int add_change(struct vz_config *changes, const char *variable,
	       const char *option, const char *value);

/** has_name_conflict - does another container have this name?  Complains */
bool has_name_conflict(struct cli *cli, const char *name);
/** assign_name - gives the container a name ("": takes it away) and saves its
 * config file.  Returns an exit code */
int assign_name(struct cli *cli, const char *name);

void print_version(FILE *out);
void print_usage(FILE *out);

#endif /* _VZ_CLI_VZCTL_H */
