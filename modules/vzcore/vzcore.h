/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of vzcore share with each other.
 */
#ifndef _VZCORE_H
#define _VZCORE_H

#include <linux/mutex.h>
#include <linux/xarray.h>
#include <vz/ct.h>

struct seq_file;

/* ct.c */
extern struct mutex vz_ct_lock;
extern struct xarray vz_ct_xa;
extern struct workqueue_struct *vz_wq;

int vz_ct_create(struct vz_ct_create *arg);
int vz_ct_start(const struct vz_ct_start *arg);
int vz_ct_destroy(const struct vz_ct_destroy *arg);
u32 vz_ct_nproc(struct vz_ct *ct);
int vz_ct_init(void);
void vz_ct_idle(void);
void vz_ct_exit(void);

/* cgroup.c */
void vz_cgroup_exit(void);

/* console.c */
int vz_console_open(const struct vz_console *arg);

/* ctl.c */
int vz_ctl_init(void);
void vz_ctl_exit(void);

/* hook.c */
void vz_hook_show(struct seq_file *m);
int vz_hook_init(void);
void vz_hook_exit(void);

/* init_watch.c */
int vz_init_find(struct vz_ct *ct, int pidfd);
void vz_init_forget(struct vz_ct *ct);
void vz_init_watch(struct vz_ct *ct);
void vz_init_stopped(struct work_struct *work);
int vz_init_watch_init(void);

/* oom.c */
void vz_oom_init(void);
void vz_oom_exit(void);

/* proc.c */
int vz_proc_init(void);
void vz_proc_exit(void);

/* subsys.c */
int vz_subsys_ct_create(struct vz_ct *ct);
int vz_subsys_ct_start(struct vz_ct *ct);
void vz_subsys_ct_stop(struct vz_ct *ct);
void vz_subsys_ct_release(struct vz_ct *ct);
void vz_subsys_veinfo(struct seq_file *m, struct vz_ct *ct);
long vz_subsys_ioctl(unsigned int nr, void __user *arg);

/* terminal.c */
struct vz_terminals *vz_terminals_create(u32 count);
void vz_terminals_destroy(struct vz_terminals *set);
dev_t vz_terminals_dev(const struct vz_terminals *set);
int vz_terminal_init(void);
void vz_terminal_exit(void);

/* visible.c */
void vz_visible_arm(void);
void vz_visible_disarm(void);
void vz_visible_init(void);
void vz_visible_exit(void);

#endif /* _VZCORE_H */
