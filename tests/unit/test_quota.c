// SPDX-License-Identifier: GPL-2.0-only
/* Disk quota: files, counting, and what needs no kernel module. */
#include "util.h"

#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "files.h"
#include "quota.h"

static const char good[] =
	"vzquota 1\nstate clean\nid 101\npath /vz/private/101\ndirty 0\n"
	"level2 1\nugid_limit 100\ngrace user 604800 60\n"
	"grace group 7 8\ngrace all 0 9\n"
	"all 0 4096 8192 16384 3 5 7 0 11\n"
	"user 0 1 2 3 4 5 6 7 8\n"
	"user 4294967294 1 0 0 0 0 0 0 0\n"
	"group 0 0 0 9223372036854775807 0 0 0 0 0\n"
	"end\n";

/* -------------------------------------------------------------- the file -- */

static void test_parse(void **state)
{
	struct vz_quota q;
	char *text;

	assert_int_equal(vz_quota_parse(good, &q), 0);
	assert_int_equal(q.id, 101);
	assert_int_equal(q.flags, VZ_QUOTA_UGID);
	assert_string_equal(q.path, "/vz/private/101");
	assert_int_equal(q.ugid_limit, 100);
	assert_int_equal(q.grace[VZ_QUOTA_USER].inodes, 60);
	assert_int_equal(q.grace[VZ_QUOTA_ALL].inodes, 9);
	assert_int_equal(q.all.space, 4096);
	assert_int_equal(q.all.inodes_time, 11);
	assert_int_equal(q.count, 3);
	assert_int_equal(q.ugids[1].id, 4294967294U);
	assert_int_equal(q.ugids[2].type, VZ_QUOTA_GROUP);
	text = vz_quota_format(&q);
	assert_string_equal(text, good);
	free(text);
	vz_quota_free(&q);
}

/* Every single byte that is changed, and every end that is missing, shows. */
static void test_damaged(void **state)
{
	char *copy = strdup(good);
	struct vz_quota q;
	size_t i;

	for (i = 0; i < sizeof(good) - 1; i++) {
		copy[i] = '\0';
		assert_int_equal(vz_quota_parse(copy, &q), -EUCLEAN);
		/* a digit may become another digit: that is another value */
		copy[i] = good[i] == 'x' ? 'y' : 'x';
		if (i < strlen("vzquota 1\nstate clean\nid 101\npath ") ||
		    i > strlen("vzquota 1\nstate clean\nid 101\npath /vz/private/101"))
			assert_int_equal(vz_quota_parse(copy, &q), -EUCLEAN);
		copy[i] = good[i];
	}
	free(copy);
}

static void refuse(const char *from, const char *to)
{
	const char *at = strstr(good, from);
	struct vz_quota q;
	char *text;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - good), good, to,
			     at + strlen(from)) > 0);
	assert_int_equal(vz_quota_parse(text, &q), -EUCLEAN);
	free(text);
}

static void test_strict(void **state)
{
	refuse("vzquota 1", "vzquota 2");
	refuse("state clean", "state maybe");
	refuse("dirty 0", "dirty 2");
	refuse("dirty 0", "dirty 00");
	refuse("id 101", "id +101");
	refuse("id 101", "id 4294967397");
	refuse("4096", "99999999999999999999999");
	refuse("4096", "-1");
	refuse("user 0", "user 4294967295");	/* order */
	refuse("group 0", "user 1");
	refuse("user 0 ", "all 0 ");
	refuse("user 0 ", "user  0 ");
	refuse("end\n", "end\nend\n");
	refuse("end\n", "end");
	refuse("end\n", "");
	refuse("group 0 0 0", "crowd 0 0 0");
}

static void test_write_read(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;
	struct vz_quota q;
	struct stat st;

	assert_int_equal(vz_quota_parse(good, &q), 0);
	assert_int_equal(vz_quota_write(fx->ctx, NULL, &q, &err), 0);
	fx_expect(fx, "quota/quota.101", good);
	assert_int_equal(stat(fx_path(fx, "quota/quota.101"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	q.flags |= VZ_QUOTA_ON;
	assert_int_equal(vz_quota_write(fx->ctx, NULL, &q, &err), 0);
	vz_quota_free(&q);
	assert_int_equal(vz_quota_read(fx->ctx, 101, NULL, &q, &err), 0);
	assert_int_equal(q.flags, VZ_QUOTA_UGID | VZ_QUOTA_ON);
	vz_quota_free(&q);
	assert_int_equal(vz_quota_read(fx->ctx, 102, NULL, &q, &err), -ENOENT);
	/* that of another one */
	assert_int_equal(rename(fx_path(fx, "quota/quota.101"),
				fx_path(fx, "quota/quota.102")), 0);
	assert_int_equal(vz_quota_read(fx->ctx, 102, NULL, &q, &err),
			 -EUCLEAN);
	assert_non_null(strstr(err.text, "quota.102 is damaged"));
}

/* --------------------------------------------------------------- counting -- */

static uint64_t blocks_of(struct fixture *fx, const char *name)
{
	struct stat st;

	assert_int_equal(lstat(fx_path(fx, "%s", name), &st), 0);
	return (uint64_t)st.st_blocks * 512;
}

static void make_tree(struct fixture *fx)
{
	assert_int_equal(mkdir(fx_path(fx, "tree"), 0755), 0);
	assert_int_equal(mkdir(fx_path(fx, "tree/d"), 0755), 0);
	fx_write(fx, "tree/d/file", "text");
	fx_write(fx, "outside", "a longer text");
	assert_int_equal(link(fx_path(fx, "tree/d/file"),
			      fx_path(fx, "tree/link")), 0);
	assert_int_equal(symlink("..", fx_path(fx, "tree/d/up")), 0);
	assert_int_equal(symlink("/", fx_path(fx, "tree/root")), 0);
	assert_int_equal(mkfifo(fx_path(fx, "tree/d/fifo"), 0600), 0);
}

static void test_count(void **state)
{
	struct fixture *fx = *state;
	struct vz_quota q = { 0 };
	struct vz_error err;

	make_tree(fx);
	if (vz_quota_count(fx->ctx, fx_path(fx, "tree"), &q, &err))
		fail_msg("%s", err.text);
	assert_int_equal(q.all.inodes, 6);
	assert_int_equal(q.all.space,
			 blocks_of(fx, "tree") + blocks_of(fx, "tree/d") +
			 blocks_of(fx, "tree/link") +
			 blocks_of(fx, "tree/d/up") +
			 blocks_of(fx, "tree/root") +
			 blocks_of(fx, "tree/d/fifo"));
	assert_int_equal(q.count, 0);
	assert_int_equal(vz_quota_count(fx->ctx, fx_path(fx, "outside"), &q, &err),
			 -ENOTDIR);
	assert_int_equal(vz_quota_count(fx->ctx, fx_path(fx, "none"), &q, &err),
			 -ENOTDIR);
}

static void test_count_owners(void **state)
{
	struct fixture *fx = *state;
	struct vz_quota q = { .flags = VZ_QUOTA_UGID };
	const struct vz_quota_usage *u;
	struct vz_error err;

	if (geteuid()) {
		print_message("only root may give files away\n");
		skip();
	}
	make_tree(fx);
	assert_int_equal(lchown(fx_path(fx, "tree/d/file"), 500, 600), 0);
	assert_int_equal(lchown(fx_path(fx, "tree/root"), 500, 0), 0);
	/* a limit stays without files, what was counted before does not */
	vz_quota_record(&q, VZ_QUOTA_USER, 700)->space_hard = 1024;
	vz_quota_record(&q, VZ_QUOTA_USER, 701)->space = 1024;
	vz_quota_record(&q, VZ_QUOTA_GROUP, 600)->inodes_soft = 5;
	if (vz_quota_count(fx->ctx, fx_path(fx, "tree"), &q, &err))
		fail_msg("%s", err.text);
	assert_int_equal(q.count, 5);
	u = vz_quota_find(&q, VZ_QUOTA_USER, 500);
	assert_int_equal(u->inodes, 2);
	assert_int_equal(u->space, blocks_of(fx, "tree/d/file") +
			 blocks_of(fx, "tree/root"));
	u = vz_quota_find(&q, VZ_QUOTA_GROUP, 600);
	assert_int_equal(u->inodes, 1);
	assert_int_equal(u->inodes_soft, 5);
	assert_int_equal(vz_quota_find(&q, VZ_QUOTA_USER, 0)->inodes, 4);
	assert_int_equal(vz_quota_find(&q, VZ_QUOTA_USER, 700)->inodes, 0);
	assert_null(vz_quota_find(&q, VZ_QUOTA_USER, 701));
	vz_quota_free(&q);
}

/* Deeper than descriptors there are, with something to go on with on the way
 * back. */
static void test_count_deep(void **state)
{
	struct fixture *fx = *state;
	const unsigned int depth = 3000;
	struct vz_quota q = { 0 };
	struct vz_error err;
	unsigned int i;
	int dir, next;

	assert_int_equal(mkdir(fx_path(fx, "tree"), 0755), 0);
	dir = open(fx_path(fx, "tree"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	for (i = 0; i < depth; i++) {
		assert_int_equal(mkdirat(dir, "a", 0755), 0);
		assert_int_equal(mkdirat(dir, "m", 0755), 0);
		assert_int_equal(mkdirat(dir, "z", 0755), 0);
		next = openat(dir, "m", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		close(dir);
		dir = next;
	}
	close(dir);
	if (vz_quota_count(fx->ctx, fx_path(fx, "tree"), &q, &err))
		fail_msg("%s", err.text);
	assert_int_equal(q.all.inodes, 3 * depth + 1);
}

/* Many inodes with two names, and many owners. */
static void test_count_many(void **state)
{
	struct fixture *fx = *state;
	struct vz_quota q = { .flags = VZ_QUOTA_UGID };
	struct vz_error err;
	unsigned int i;

	if (geteuid()) {
		print_message("only root may give files away\n");
		skip();
	}
	assert_int_equal(mkdir(fx_path(fx, "tree"), 0755), 0);
	for (i = 1; i <= 500; i++) {
		const char *file = fx_path(fx, "tree/%u", i);

		assert_int_equal(mknod(file, S_IFREG | 0600, 0), 0);
		assert_int_equal(link(file, fx_path(fx, "tree/%ux", i)), 0);
		assert_int_equal(chown(file, i * 65536, i), 0);
	}
	if (vz_quota_count(fx->ctx, fx_path(fx, "tree"), &q, &err))
		fail_msg("%s", err.text);
	assert_int_equal(q.all.inodes, 501);
	assert_int_equal(q.count, 1002);
	for (i = 1; i <= 500; i++) {
		assert_int_equal(vz_quota_find(&q, VZ_QUOTA_USER,
					       i * 65536)->inodes, 1);
		assert_int_equal(vz_quota_find(&q, VZ_QUOTA_GROUP, i)->inodes,
				 1);
	}
	vz_quota_free(&q);
}

static int count_mounted(struct fixture *fx)
{
	struct vz_quota q = { 0 };
	struct vz_error err;

	if (own_mount("none", fx_path(fx, "tree/d"), "tmpfs", 0, NULL))
		return 77;
	return vz_quota_count(fx->ctx, fx_path(fx, "tree"), &q, &err) != -EXDEV;
}

static void test_count_mount(void **state)
{
	struct fixture *fx = *state;

	make_tree(fx);
	in_child((struct world *)fx, (int (*)(struct world *))count_mounted);
}

/* ------------------------------------------------------- without a module -- */

static const struct vz_quota_change some = {
	.what = VZ_QUOTA_LIMITS | VZ_QUOTA_PATH | VZ_QUOTA_LEVEL2 |
		VZ_QUOTA_UGID_LIMIT,
	.space_soft = 1024, .space_hard = 1 << 20, .inodes_soft = 10,
	.inodes_hard = 20, .grace = { 100, 200 }, .level2 = true,
	.ugid_limit = 50,
};

static void test_init_set(void **state)
{
	struct fixture *fx = *state;
	struct vz_quota_change c = some;
	struct vz_error err;
	struct vz_quota q;

	make_tree(fx);
	c.path = fx_path(fx, "tree");
	assert_int_equal(vz_quota_init(fx->ctx, 2147483001, NULL, &c, &err), 0);
	assert_int_equal(vz_quota_read(fx->ctx, 2147483001, NULL, &q, &err), 0);
	assert_int_equal(q.flags, VZ_QUOTA_UGID);
	assert_string_equal(q.path, c.path);
	assert_int_equal(q.all.inodes, 6);
	assert_int_equal(q.all.space_hard, 1 << 20);
	assert_true(q.count >= 2);
	assert_int_equal(q.grace[VZ_QUOTA_ALL].inodes, 200);
	assert_int_equal(q.grace[VZ_QUOTA_USER].space, VZ_QUOTA_GRACE);
	vz_quota_free(&q);

	c = (struct vz_quota_change){
		.what = VZ_QUOTA_SPACE_HARD, .space_hard = 512,
	};
	assert_int_equal(vz_quota_set(fx->ctx, 2147483001, NULL, &c, 0, &err),
			 -EINVAL);
	assert_int_equal(err.code, VZ_E_DQ_SET);
	c.space_hard = 2048;
	assert_int_equal(vz_quota_set(fx->ctx, 2147483001, NULL, &c,
				      VZ_QUOTA_FORCE, &err), 0);
	assert_int_equal(vz_quota_read(fx->ctx, 2147483001, NULL, &q, &err), 0);
	assert_int_equal(q.flags, VZ_QUOTA_UGID | VZ_QUOTA_DIRTY);
	assert_int_equal(q.all.space_hard, 2048);
	assert_int_equal(q.all.inodes_hard, 20);
	vz_quota_free(&q);
	assert_int_equal(vz_quota_off(fx->ctx, 2147483001, NULL, 0, &err),
			 -ESRCH);
	assert_int_equal(vz_quota_drop(fx->ctx, 2147483001, NULL, 0, &err), 0);
	assert_int_equal(vz_quota_drop(fx->ctx, 2147483001, NULL, 0, &err),
			 -ENOENT);
}

/* One that nobody switched off, after the host was reset. */
static void test_repair(void **state)
{
	struct fixture *fx = *state;
	struct vz_error err;
	struct vz_quota q;

	assert_int_equal(vz_quota_parse(good, &q), 0);
	q.id = 2147483001;
	q.flags |= VZ_QUOTA_ON;
	assert_int_equal(vz_quota_write(fx->ctx, NULL, &q, &err), 0);
	vz_quota_free(&q);
	assert_int_equal(vz_quota_off(fx->ctx, 2147483001, NULL, 0, &err), 0);
	assert_non_null(strstr(fx->log, "incorrectly marked as running"));
	assert_int_equal(vz_quota_read(fx->ctx, 2147483001, NULL, &q, &err), 0);
	assert_int_equal(q.flags, VZ_QUOTA_UGID | VZ_QUOTA_DIRTY);
	vz_quota_free(&q);
}

static void test_load(void **state)
{
	struct fixture *fx = *state;
	struct vz_quota q, from = { .grace = { { 1, 2 }, { 3, 4 }, { 5, 6 } } };
	struct vz_error err;

	from.all.space_hard = 77;
	vz_quota_record(&from, VZ_QUOTA_GROUP, 5)->inodes_hard = 55;
	vz_quota_record(&from, VZ_QUOTA_USER, 0)->inodes_time = 99;
	assert_int_equal(vz_quota_parse(good, &q), 0);
	assert_int_equal(vz_quota_write(fx->ctx, NULL, &q, &err), 0);
	vz_quota_free(&q);
	assert_int_equal(vz_quota_load(fx->ctx, 101, NULL, &from,
				       VZ_QUOTA_LOAD_GRACE |
				       VZ_QUOTA_LOAD_LIMITS, &err), 0);
	assert_int_equal(vz_quota_read(fx->ctx, 101, NULL, &q, &err), 0);
	assert_int_equal(q.grace[VZ_QUOTA_GROUP].inodes, 4);
	assert_int_equal(q.grace[VZ_QUOTA_ALL].inodes, 9);
	assert_int_equal(q.all.space_hard, 16384);
	assert_int_equal(q.count, 4);
	assert_int_equal(vz_quota_find(&q, VZ_QUOTA_GROUP, 5)->inodes_hard, 55);
	/* the limits that were read are those, its time is not */
	assert_int_equal(vz_quota_find(&q, VZ_QUOTA_USER, 0)->space_hard, 0);
	assert_int_equal(vz_quota_find(&q, VZ_QUOTA_USER, 0)->inodes_time, 8);
	vz_quota_free(&q);
	vz_quota_free(&from);
}

/* ------------------------------------------------------------- containers -- */

static void test_container(void **state)
{
	struct fixture *fx = *state;
	struct vz_ct *ct = fx_ct(fx, 2147483001);
	struct vz_quota_usage all;
	struct vz_error err;
	struct vz_quota q;

	assert_int_equal(vz_mkdir_p(fx_path(fx, "private/2147483001"), 0755), 0);
	assert_int_equal(vz_ct_quota(ct, &all, &err), -ENOENT);
	assert_int_equal(vz_config_set(vz_ct_config(ct), "DISKSPACE",
				       "1M:unlimited", &err), 0);
	assert_int_equal(vz_config_set(vz_ct_config(ct), "QUOTAUGIDLIMIT", "7",
				       &err), 0);
	assert_int_equal(vz_ct_quota_init(ct, &err), 0);
	assert_int_equal(vz_quota_read(fx->ctx, 2147483001, NULL, &q, &err), 0);
	assert_int_equal(q.all.space_soft, 1 << 20);
	assert_int_equal(q.all.space_hard, 0);
	assert_int_equal(q.all.inodes_hard, 0);
	assert_int_equal(q.ugid_limit, 7);
	assert_int_equal(q.flags, VZ_QUOTA_UGID);
	vz_quota_free(&q);
	assert_int_equal(vz_ct_quota(ct, &all, &err), 0);
	assert_int_equal(all.inodes, 1);
	assert_int_equal(vz_config_set(vz_ct_config(ct), "DISK_QUOTA", "no",
				       &err), 0);
	assert_true(vz_ct_quota_off(ct, &err) < 0);
	assert_int_equal(err.code, VZ_E_DQ_OFF);
	assert_string_equal(err.text,
			    "Disk quota is not enabled, skipping operation");
	assert_true(vz_ct_quota_init(ct, &err) < 0);
	assert_int_equal(err.code, VZ_E_DQ_INIT);
	assert_int_equal(vz_quota_forget(ct, &err), 0);
	assert_int_equal(vz_quota_forget(ct, &err), 0);
	vz_ct_unref(ct);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_strict),
		fx_test(test_write_read),
		fx_test(test_count),
		fx_test(test_count_owners),
		fx_test(test_count_deep),
		fx_test(test_count_many),
		fx_test(test_count_mount),
		fx_test(test_init_set),
		fx_test(test_repair),
		fx_test(test_load),
		fx_test(test_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
