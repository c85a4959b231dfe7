/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private declarations of the part of libvz that runs containers.
 *
 * How a container comes to life (start.c):
 *
 *   vzctl ---- makes the user namespace, registers the container, builds
 *     |        /dev and the root mount, then
 *     |-- A    clone3() into the container's cgroup: joins the user namespace,
 *     |   |    unshares all others, sets the clock offsets, then
 *     |   `- B clone3() into a new pid namespace (its parent is vzctl):
 *     |        mounts, pivot_root; waits until vzctl has set up the network
 *     |        from outside, runs scripts; waits for vzctl's "go", then
 *     |        gives up privileges and becomes /sbin/init
 *
 * A and B talk to vzctl over one SOCK_SEQPACKET pair.  When vzctl dies early
 * B reads end-of-file and exits, so nothing half-started stays alive.
 */
#ifndef _VZ_CORE_H
#define _VZ_CORE_H

#include <sys/types.h>

#include "internal.h"

/* Host ids that one container owns, from its LOCAL_UID upwards. */
#define VZ_IDS_PER_CT	65536

/* Seconds a script inside may take, seconds a dying container may take. */
#define VZ_SCRIPT_TIMEOUT	300
#define VZ_KILL_TIMEOUT		60

#define VZ_ALL_NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | \
			   CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
			   CLONE_NEWCGROUP | CLONE_NEWTIME)

/* --------------------------------------------------------- sysc.c -- */

/** sys_clone3 - fork() with flags; @cgroup < 0 or @pidfd NULL: not used.
 * Returns 0 in the child, the pid in the parent, or a negative errno */
pid_t sys_clone3(uint64_t flags, int cgroup, int *pidfd);
int sys_pidfd_open(pid_t pid);
int sys_pidfd_signal(int pidfd, int sig);
int sys_close_from(unsigned int first);
/** sys_fsmount - mounts a new superblock of a file system without attaching
 * it; @options are "key", "value" pairs, NULL-terminated.  Returns the mount's
 * descriptor or a negative errno */
int sys_fsmount(const char *fstype, unsigned int attrs,
		const char *const options[]);
/** sys_attach - attaches a detached mount at the directory @target */
int sys_attach(int mount, int target);
/** sys_reset_process - default signals and mask, umask 022, no keyring and
 * no oom score inherited from the caller */
void sys_reset_process(void);
/** sys_wait_pid - waits at most @seconds (0: for ever) for a child's end.
 * Returns 0 and its status, -ETIMEDOUT, or another negative errno */
int sys_wait_pid(pid_t pid, int pidfd, unsigned int seconds, int *status);

/* ----------------------------------------------------------- ns.c -- */

/** vz_ns_create_user - a user namespace that maps 0..65535 to @base onwards,
 * owned by @base itself; returns its descriptor */
int vz_ns_create_user(uint32_t base, struct vz_error *err);
/** vz_ns_unshare - process A: joins the user namespace and unshares the
 * others, clocks starting at 0; returns @rundir opened in the new mount
 * namespace, a place to attach the root at */
int vz_ns_unshare(int userns, const char *rundir, struct vz_error *err);

/* ------------------------------------------------------- cgroup.c -- */

/** struct vz_cgroup - the two directories of a container */
struct vz_cgroup {
	int	limits;		/* vz/ID: the host's */
	int	ct;		/* vz/ID/ct: delegated */
};

#define VZ_CGROUP_NONE	{ -1, -1 }

/** vz_cgroup_create - makes both directories, empty ones taken over */
int vz_cgroup_create(struct vz_ct *ct, uint32_t base, struct vz_cgroup *cg,
		     struct vz_error *err);
void vz_cgroup_close(struct vz_cgroup *cg);
static inline void vz_cgroup_close_p(struct vz_cgroup *cg)
{
	vz_cgroup_close(cg);
}
#define autocgroup	__attribute__((cleanup(vz_cgroup_close_p)))
/** vz_cgroup_limits - writes memory and task limits of the config */
int vz_cgroup_limits(struct vz_ct *ct, struct vz_error *err);
/** vz_cgroup_kill - kills all tasks and waits until they are gone */
int vz_cgroup_kill(struct vz_ct *ct, struct vz_error *err);
/** vz_cgroup_remove - removes the directories; 0 when there are none */
int vz_cgroup_remove(struct vz_ct *ct, struct vz_error *err);
/** vz_cgroup_exists - is there a directory of the container? */
bool vz_cgroup_exists(struct vz_ct *ct);
/** vz_cgroup_of - opens the cgroup of a process of the container */
int vz_cgroup_of(struct vz_ct *ct, pid_t pid, struct vz_error *err);

/* --------------------------------------------------------- stop.c -- */

/** vz_wait_noticed - waits until the kernel knows of init's end, which it does
 * a moment later */
int vz_wait_noticed(struct vz_ct *ct, struct vz_error *err);

/* ---------------------------------------------------------- dev.c -- */

/** vz_dev_create - a detached tmpfs with the container's device nodes */
int vz_dev_create(struct vz_ct *ct, uint32_t base,
		  const struct vz_ct_create *reg, struct vz_error *err);
/** vz_dev_add - makes the nodes of @devnodes in a running container */
int vz_dev_add(struct vz_ct *ct, const char *devnodes, struct vz_error *err);

/* ------------------------------------------------------ feature.c -- */

/** vz_feature_is - does FEATURES say "name:state"? */
bool vz_feature_is(const struct vz_ct *ct, const char *name, const char *state);
/** vz_feature_load - loads a kernel module, if there is one of that name */
void vz_feature_load(struct vz_ct *ct, const char *module);
/** vz_feature_prepare - loads the modules that the container's features need */
void vz_feature_prepare(struct vz_ct *ct);
/** vz_feature_devnode - walks over the devices of the features, in the form of
 * DEVNODES; start with *@iter = 0 */
const char *vz_feature_devnode(const struct vz_ct *ct, size_t *iter);

/* ---------------------------------------------------- netfilter.c -- */

/** vz_netfilter_mode - what NETFILTER, or in older configs IPTABLES, says */
const char *vz_netfilter_mode(const struct vz_ct *ct);
/** vz_netfilter_setup - puts it into effect on a registered container; what is
 * not in force on this host is a warning */
void vz_netfilter_setup(struct vz_ct *ct);

/* ------------------------------------------------------- rootfs.c -- */

/** vz_root_clone - a detached, idmapped copy of what is mounted at VE_ROOT */
int vz_root_clone(struct vz_ct *ct, int userns, struct vz_error *err);
/** vz_root_enter - process B: root becomes @root, with proc, sys and so on
 * mounted and nothing of the host left; @rundir is where it is first attached */
int vz_root_enter(struct vz_ct *ct, int rundir, int root, int dev,
		  struct vz_error *err);

/* ------------------------------------------------- cap.c, seccomp.c -- */

/** vz_cap_drop - keeps only the container's capabilities */
int vz_cap_drop(struct vz_ct *ct, struct vz_error *err);
/** vz_seccomp_load - forbids system calls that are for the host only */
int vz_seccomp_load(struct vz_error *err);
/** vz_confine - both, and ids 0:0: the last step before exec inside */
int vz_confine(struct vz_ct *ct, struct vz_error *err);

/* ---------------------------------------------------------- msg.c -- */

/** enum vz_msg_type - what a helper process tells its parent */
enum vz_msg_type {
	VZ_MSG_ERROR = 1,	/* error is set; the sender gives up */
	VZ_MSG_WARNING,		/* error is set; the sender goes on */
	VZ_MSG_PID,		/* value: host pid; may carry a descriptor */
	VZ_MSG_FD,		/* carries a descriptor */
	VZ_MSG_READY,
	VZ_MSG_NET,		/* parent to child: the network is set up */
	VZ_MSG_GO,		/* parent to child */
};

struct vz_msg {
	int		type;
	int		value;
	struct vz_error	error;
};

/** vz_msg_pair - the two ends of a connection, close-on-exec */
int vz_msg_pair(int sv[2], struct vz_error *err);
int vz_msg_send(int sock, int type, int value, const struct vz_error *error,
		int fd);
/** vz_msg_recv - waits at most @seconds (0: for ever).  1: message (and @fd,
 * else -1), 0: end of file, negative errno */
int vz_msg_recv(int sock, unsigned int seconds, struct vz_msg *msg, int *fd);

/* ------------------------------------------------------- script.c -- */

/** vz_script_read - text of CONFDIR/conf/@name; 0 and NULL when absent */
int vz_script_read(struct vz_ct *ct, const char *name, char **text,
		   struct vz_error *err);
/** vz_script_memfd - @text as a file to be used as standard input */
int vz_script_memfd(const char *text, struct vz_error *err);
/** vz_script_exec_shell - process inside: becomes a shell; returns only on
 * failure */
void vz_script_exec_shell(const char *const argv[], const char *const env[]);
/** vz_script_run_inside - process B: a shell runs @text before init does */
int vz_script_run_inside(struct vz_ct *ct, const char *text,
			 const char *const env[], struct vz_error *err);

/* --------------------------------------------------------- dist.c -- */

/** vz_dist_functions - text that comes before every script */
int vz_dist_functions(struct vz_ct *ct, char **text, struct vz_error *err);
/** vz_dist_body - text of the distribution's script for @action without the
 * functions; NULL and 0 when the distribution has none */
int vz_dist_body(struct vz_ct *ct, const char *action, char **text,
		 struct vz_error *err);
/** vz_dist_script - both of them */
int vz_dist_script(struct vz_ct *ct, const char *action, char **text,
		   struct vz_error *err);

/* ------------------------------------------------------ distrun.c -- */

/** struct vz_dist_run - a text for a shell inside, or NULL when there is
 * nothing to do, and its environment, which ends with NULL */
struct vz_dist_run {
	char	*text;
	char	*env[16];
};

void vz_dist_run_free(struct vz_dist_run *run);
/** vz_dist_start - what a container is told before its init runs: its
 * addresses, name servers and host name, as far as the config has them */
int vz_dist_start(struct vz_ct *ct, struct vz_dist_run *run,
		  struct vz_error *err);
/** vz_dist_action - runs the script for @action in a running container;
 * fails with @code, "Unable to set the @what of ..." */
int vz_dist_action(struct vz_ct *ct, const char *action,
		   const char *const env[], int code, const char *what,
		   struct vz_error *err);
/**
 * vz_dist_add_ip, vz_dist_del_ip - tell the tools of a running container what
 * has changed on its venet device
 * @addresses: blank-separated, with or without a mask
 * @all: add: these are all it has now; del: it has none now, @addresses may
 *	be NULL
 *
 * The kernel's state is the caller's business and not touched; a container
 * whose distribution has no such scripts is left alone.  Errors: VZ_E_BAD_IP.
 */
int vz_dist_add_ip(struct vz_ct *ct, const char *addresses, bool all,
		   struct vz_error *err);
int vz_dist_del_ip(struct vz_ct *ct, const char *addresses, bool all,
		   struct vz_error *err);
/** vz_dist_set_dns - running container; NULL or "": stays as it is;
 * "inherit": as on the host.  VZ_E_BAD_DNS_SERVER, VZ_E_BAD_SEARCH_DOMAIN */
int vz_dist_set_dns(struct vz_ct *ct, const char *servers, const char *domains,
		    struct vz_error *err);
int vz_dist_set_hostname(struct vz_ct *ct, const char *name,
			 struct vz_error *err);

/* ----------------------------------------------------- resolver.c -- */

/** vz_resolver_parse - name servers that can be reached from elsewhere and
 * search domains of a resolv.conf; blank-separated, NULL: none */
int vz_resolver_parse(const char *text, char **servers, char **domains);
/** vz_resolver_host - those of the host */
int vz_resolver_host(char **servers, char **domains);

/* ----------------------------------------------------------- run.c -- */

/** struct vz_target - a running container pinned by its init */
struct vz_target {
	pid_t	init;
	int	pidfd;
	int	cgroup;
};

#define VZ_TARGET_NONE	{ 0, -1, -1 }

int vz_target_open(struct vz_ct *ct, struct vz_target *target,
		   struct vz_error *err);
void vz_target_close(struct vz_target *target);
#define autotarget	__attribute__((cleanup(vz_target_close)))

/** vz_run_fn - what the new process inside does; returns only on failure */
typedef void (*vz_run_fn)(void *data, int sock, struct vz_error *err);

/**
 * vz_run_inside - starts a process in all namespaces of the container
 * @sock: out: connection to it; end of file when it called exec
 *
 * Returns the host pid of the new process, a child of the caller.
 */
pid_t vz_run_inside(struct vz_ct *ct, const struct vz_target *target,
		    vz_run_fn fn, void *data, int *sock, struct vz_error *err);

/* -------------------------------------------------------- relay.c -- */

/** struct vz_relay - bytes between the caller's stdio and a process */
struct vz_relay {
	int		in;	/* written to, closed here; -1: nothing to write */
	int		out;	/* read from, -1: none */
	int		err;	/* read from, -1: none */
	bool		tty;	/* in is a terminal: its end of file is ^D */
	bool		winsize; /* follow the size of the caller's terminal */
	pid_t		pid;
	int		pidfd;
	unsigned int	timeout;	/* seconds, 0: none */
};

/** vz_relay - until the process has ended; its wait(2) status to @status */
int vz_relay(struct vz_relay *relay, int *status, struct vz_error *err);

#endif /* _VZ_CORE_H */
