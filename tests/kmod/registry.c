// SPDX-License-Identifier: GPL-2.0-only
/* Arguments, permission, create, list, info, destroy. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kt.h"

static void test_sizes(void)
{
	struct {
		struct vz_version v;
		char tail[64];
	} big = { 0 };
	struct vz_version v = { .size = sizeof(v) };

	kt_is(vz(VZ_IOC_VERSION, &v), 0, "VERSION");
	kt_is(v.abi, VZ_ABI_VERSION, "VERSION tells the ABI");
	kt_ok(v.version[0] && memchr(v.version, 0, sizeof(v.version)),
	      "VERSION tells a version: %s", v.version);
	v.size = 0;
	kt_is(vz(VZ_IOC_VERSION, &v), -EINVAL, "size 0");
	v.size = sizeof(v) - 1;
	kt_is(vz(VZ_IOC_VERSION, &v), -EINVAL, "size one short");
	big.v.size = sizeof(big);
	kt_is(vz(VZ_IOC_VERSION, &big), 0, "longer, zeroes behind");
	kt_is(big.v.size, sizeof(big), "size is left alone");
	big.tail[63] = 1;
	kt_is(vz(VZ_IOC_VERSION, &big), -E2BIG, "longer, not zero behind");
	v.size = 1U << 30;
	kt_is(vz(VZ_IOC_VERSION, &v), -E2BIG, "size 1 GiB");
	kt_is(vz(VZ_IOC_VERSION, (void *)8), -EFAULT, "bad address");
	v.size = sizeof(v);
	kt_is(vz(_IOC(_IOC_READ, VZ_IOC_MAGIC, 0, 4), &v), 0,
	      "the size in the request number does not count");
	kt_is(vz(_IOC(_IOC_READ, VZ_IOC_MAGIC, 255, 64), &v), -ENOTTY,
	      "unknown command");
	kt_is(vz(_IOC(_IOC_READ, 'T', 0, 64), &v), -ENOTTY, "foreign command");
}

static int unprivileged(void *arg)
{
	struct vz_version v = { .size = sizeof(v) };

	if (setresuid(65534, 65534, 65534))
		return 1;
	return vz(VZ_IOC_VERSION, &v) == -EPERM ? 0 : 2;
}

static int cannot_open(void *arg)
{
	if (setresuid(65534, 65534, 65534))
		return 1;
	return open("/dev/vzctl", O_RDWR) < 0 && errno == EACCES ? 0 : 2;
}

static int create_with(struct kt_ct *ct, size_t offset, uint32_t value)
{
	struct vz_ct_create arg = {
		.size = sizeof(arg),
		.ctid = ct->id,
		.cgroup_fd = ct->cgroup_fd,
		.userns_fd = ct->userns_fd,
	};
	int ret;

	*(uint32_t *)((char *)&arg + offset) = value;
	ret = vz(VZ_IOC_CT_CREATE, &arg);
	if (!ret)
		kt_ct_destroy(arg.ctid);
	return ret;
}

#define WITH(field, value) \
	create_with(&ct, offsetof(struct vz_ct_create, field), value)

static int cgroup_open(const char *sub)
{
	char path[256];
	int fd;

	strcpy(path, kt_cgroup_root);
	strcat(path, sub);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		kt_die(path);
	return fd;
}

static void test_create_errors(void)
{
	struct kt_ct ct = kt_ct_new(201);
	int fd;

	kt_is(WITH(ctid, 0), -EINVAL, "create: id 0");
	kt_is(WITH(ctid, VZ_CTID_MAX + 1), -EINVAL, "create: id too high");
	kt_is(WITH(flags, 1), -EINVAL, "create: unknown flag");
	kt_is(WITH(reserved, 1), -EINVAL, "create: reserved field");
	kt_is(WITH(reserved[1], 1), -EINVAL, "create: second reserved field");
	kt_is(WITH(consoles, VZ_CONSOLES_MAX + 1), -EINVAL,
	      "create: too many consoles");
	kt_is(WITH(cgroup_fd, -1), -EBADF, "create: no cgroup");
	kt_is(WITH(userns_fd, -1), -EBADF, "create: no user namespace");
	kt_is(WITH(cgroup_fd, vz_fd), -EINVAL, "create: device as cgroup");
	kt_is(WITH(userns_fd, vz_fd), -EINVAL, "create: device as userns");
	fd = cgroup_open("/vz");
	kt_is(WITH(cgroup_fd, fd), -EINVAL, "create: /vz itself");
	close(fd);
	fd = cgroup_open("/vz/201/ct");
	kt_is(WITH(cgroup_fd, fd), -EINVAL, "create: cgroup too deep");
	close(fd);
	fd = cgroup_open("");
	kt_is(WITH(cgroup_fd, fd), -EINVAL, "create: root cgroup");
	close(fd);
	fd = open("/proc/self/ns/user", O_RDONLY);
	kt_is(WITH(userns_fd, fd), -EINVAL, "create: initial userns");
	close(fd);
	fd = open("/proc/self/ns/pid", O_RDONLY);
	kt_is(WITH(userns_fd, fd), -EINVAL, "create: pid namespace");
	close(fd);
	kt_cgroup_add(201, "ct", ct.holder);
	kt_is(WITH(flags, 0), -EBUSY, "create: a task is in the cgroup");
	kt_ct_down(&ct);
}

static void test_unique(void)
{
	struct kt_ct a = kt_ct_new(202), b = kt_ct_new(203), ct;

	kt_is(kt_ct_create(&a), 0, "create 202");
	kt_ok(a.created.generation > 0, "it has a generation");
	ct = b;
	ct.id = 202;
	kt_is(kt_ct_create(&ct), -EEXIST, "create: same id");
	ct = b;
	ct.cgroup_fd = a.cgroup_fd;
	kt_is(kt_ct_create(&ct), -EEXIST, "create: same cgroup");
	ct = b;
	ct.userns_fd = a.userns_fd;
	kt_is(kt_ct_create(&ct), -EEXIST, "create: same user namespace");
	kt_is(kt_ct_create(&b), 0, "create 203");
	kt_ok(b.created.generation > a.created.generation,
	      "generations grow, refused ones leave nothing");
	kt_ok(kt_ct_down(&a), "destroy 202");
	kt_ok(kt_ct_down(&b), "destroy 203");
	kt_is(kt_ct_destroy(202), -ENOENT, "destroy: gone already");
	kt_is(kt_ct_destroy(0), -EINVAL, "destroy: id 0");
}

static void test_list(void)
{
	static const uint32_t ids[] = { 210, 205, VZ_CTID_MAX };
	struct vz_ct_list list = { .size = sizeof(list) };
	struct kt_ct ct[3];
	uint32_t got[8] = { 0 };
	int i;

	list.ids = (uintptr_t)got;
	kt_is(vz(VZ_IOC_CT_LIST, &list), 0, "list");
	kt_is(list.count, 0, "list: empty");
	for (i = 0; i < 3; i++) {
		ct[i] = kt_ct_new(ids[i]);
		kt_is(kt_ct_create(&ct[i]), 0, "create %u", ids[i]);
	}
	list.count = 2;
	kt_is(vz(VZ_IOC_CT_LIST, &list), 0, "list: short array");
	kt_is(list.count, 3, "list: tells how many there are");
	kt_ok(got[0] == 205 && got[1] == 210 && !got[2],
	      "list: fills what there is, ascending");
	list.count = 0xffffffff;
	kt_is(vz(VZ_IOC_CT_LIST, &list), 0, "list: count 2^32-1");
	kt_ok(list.count == 3 && got[2] == VZ_CTID_MAX && !got[3],
	      "list: all of them");
	list.count = 3;
	list.ids = 8;
	kt_is(vz(VZ_IOC_CT_LIST, &list), -EFAULT, "list: bad address");
	for (i = 0; i < 3; i++)
		kt_ct_down(&ct[i]);
}

static void test_info(void)
{
	struct kt_ct ct = kt_ct_new(204);
	struct vz_ct_info info;

	kt_is(kt_ct_info(204, &info), -ENOENT, "info: no such container");
	kt_is(kt_ct_info(0, &info), -EINVAL, "info: id 0");
	ct.consoles = 3;
	kt_is(kt_ct_create(&ct), 0, "create with 3 consoles");
	kt_is(kt_ct_info(204, &info), 0, "info");
	kt_is(info.state, VZ_CT_CREATED, "info: state");
	kt_is(info.generation, ct.created.generation, "info: generation");
	kt_is(info.consoles, 3, "info: consoles");
	kt_ok(info.console_major && info.console_major ==
	      ct.created.console_major, "info: major number");
	kt_is(info.console_minor, ct.created.console_minor,
	      "info: minor number");
	kt_ok(!info.nproc && !info.init_pid && !info.start_realtime &&
	      !info.exit_reason && !info.exit_code, "info: the rest is 0");
	kt_ct_down(&ct);
}

void test_registry(void)
{
	test_sizes();
	kt_is(kt_fork(unprivileged, NULL), 0, "EPERM for an ordinary user");
	kt_is(kt_fork(cannot_open, NULL), 0, "/dev/vzctl is closed to others");
	test_create_errors();
	test_unique();
	test_list();
	test_info();
}
