// SPDX-License-Identifier: GPL-2.0-only
/* vzlist's output: the layout that programs parse, JSON and sorting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../cli/vzlist/fields.c"

struct table {
	struct row	rows[3];
	int		shown[64];
	struct view	view;
};

static struct value *cell(struct table *t, int row, const char *name)
{
	int index = field_find(name);

	assert_true(index >= 0);
	return &t->rows[row].values[index];
}

static void set_text(struct table *t, int row, const char *name,
		     const char *text)
{
	struct value *value = cell(t, row, name);

	value->text = xstrdup(text);
	value->known = true;
}

static void set_number(struct table *t, int row, const char *name,
		       int64_t number)
{
	struct value *value = cell(t, row, name);

	value->number = number;
	value->known = true;
}

static void show(struct table *t, const char *names)
{
	char *copy = xstrdup(names), *rest = copy, *name;

	t->view.count = 0;
	while ((name = strsep(&rest, ","))) {
		t->shown[t->view.count] = field_find(name);
		assert_true(t->shown[t->view.count] >= 0);
		t->view.count++;
	}
	free(copy);
}

static void fill(struct table *t, int row, uint32_t id)
{
	int i, j;

	t->rows[row].id = id;
	t->rows[row].values = xcalloc(field_count, sizeof(struct value));
	for (i = 0; i < field_count; i++)
		for (j = 0; j < 5; j++)
			t->rows[row].values[i].part[j] = -1;
	set_number(t, row, "ctid", id);
	set_number(t, row, "vpsid", id);
}

/* 101 runs and has everything, 102 is down and has nothing, 20 is between. */
static int setup(void **state)
{
	struct table *t = xcalloc(1, sizeof(*t));
	struct value *v;

	t->view = (struct view) { .columns = columns, .shown = t->shown,
				  .sort = -1, .header = true };
	fill(t, 0, 102);
	fill(t, 1, 101);
	fill(t, 2, 20);
	set_text(t, 0, "status", "stopped");
	set_text(t, 1, "status", "running");
	set_text(t, 2, "status", "running");
	set_text(t, 1, "ip", "10.0.0.1 2001:db8::1");
	set_text(t, 1, "hostname", "web.example.com");
	set_text(t, 1, "description", "say \"hi\"\\\x01 t\xc3\xa4g \xff");
	set_text(t, 1, "capability", "net_admin:on sys_time:off");
	set_number(t, 1, "onboot", 1);
	v = cell(t, 1, "numproc");
	v->known = true;
	v->part[0] = 23;
	v->part[3] = VALUE_UNLIMITED;
	v = cell(t, 2, "numproc");
	v->known = true;
	v->part[0] = 7;
	v = cell(t, 0, "numproc");
	v->part[0] = 0;
	v = cell(t, 1, "uptime");
	v->known = true;
	v->real = 86400 + 2 * 3600 + 3 * 60 + 4.5;
	v = cell(t, 1, "diskspace");
	v->part[1] = 2097152;
	v->part[2] = 2306867;
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct table *t = *state;
	int i, j;

	for (i = 0; i < 3; i++) {
		for (j = 0; j < field_count; j++)
			free(t->rows[i].values[j].text);
		free(t->rows[i].values);
	}
	free(t);
	return 0;
}

static void expect(struct table *t, bool json, size_t count, const char *want)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(out);
	table_sort(&t->view, t->rows, 3);
	(json ? table_print_json : table_print_text)(&t->view, t->rows, count,
						     out);
	fclose(out);
	assert_string_equal(got, want);
	free(got);
}

static void default_columns(void **state)
{
	struct table *t = *state;

	show(t, "ctid,numproc,status,ip,hostname");
	expect(t, false, 3,
	       "      CTID      NPROC STATUS    IP_ADDR         HOSTNAME\n"
	       "        20          7 running   -               -\n"
	       "       101         23 running   10.0.0.1        web.example.com\n"
	       "       102          - stopped   -               -\n");
}

/* What libvirt and Proxmox read. */
static void without_header(void **state)
{
	struct table *t = *state;

	t->view.header = false;
	show(t, "vpsid,status");
	expect(t, false, 3,
	       "        20 running\n"
	       "       101 running\n"
	       "       102 stopped\n");
	show(t, "status");
	expect(t, false, 1, "running\n");
}

static void last_column_is_whole(void **state)
{
	struct table *t = *state;

	t->view.header = false;
	t->view.sort = field_find("ip");
	t->view.reverse = true;
	show(t, "ip,ctid");
	expect(t, false, 1, "10.0.0.1               101\n");
	show(t, "ctid,ip");
	expect(t, false, 1, "       101 10.0.0.1 2001:db8::1\n");
	t->view.no_trim = true;
	show(t, "ip,ctid");
	expect(t, false, 1, "10.0.0.1 2001:db8::1        101\n");
}

static void long_text_is_cut_numbers_are_not(void **state)
{
	struct table *t = *state;

	t->view.header = false;
	t->view.sort = field_find("ip");
	t->view.reverse = true;
	show(t, "capability,ctid");
	expect(t, false, 1, "net_admin:on sy        101\n");
	set_number(t, 0, "numproc.l", VALUE_UNLIMITED);
	show(t, "numproc.l,ctid");
	expect(t, false, 1, "9223372036854775807        101\n");
}

static void uptime(void **state)
{
	struct table *t = *state;

	t->view.sort = field_find("uptime");
	t->view.reverse = true;
	show(t, "uptime");
	expect(t, false, 1, "         UPTIME\n001d02h:03m:04s\n");
}

static void header_on_the_other_side(void **state)
{
	struct table *t = *state;

	set_text(t, 0, "origin_sample", "basic");
	t->view.sort = field_find("origin_sample");
	t->view.reverse = true;
	show(t, "origin_sample,ctid");
	expect(t, false, 1,
	       "                   ORIGIN_SAMPLE       CTID\n"
	       "basic                                   102\n");
}

static void control_characters(void **state)
{
	struct table *t = *state;

	t->view.header = false;
	t->view.sort = field_find("hostname");
	t->view.reverse = true;
	show(t, "description");
	expect(t, false, 1, "say \"hi\"\\? t\xc3\xa4g \xff\n");
}

static void json(void **state)
{
	struct table *t = *state;

	t->view.sort = field_find("ip");
	t->view.reverse = true;
	show(t, "ctid,ip,hostname,onboot,numproc,uptime,diskspace,capability,cpulimit");
	expect(t, true, 2,
	       "[\n"
	       "  {\n"
	       "    \"ctid\": 101,\n"
	       "    \"ip\": [\"10.0.0.1\", \"2001:db8::1\"],\n"
	       "    \"hostname\": \"web.example.com\",\n"
	       "    \"onboot\": true,\n"
	       "    \"numproc\": {\"held\": 23, \"maxheld\": null, \"barrier\": null, \"limit\": 9223372036854775807, \"failcnt\": null},\n"
	       "    \"uptime\": 93784.500,\n"
	       "    \"diskspace\": {\"usage\": null, \"softlimit\": 2097152, \"hardlimit\": 2306867},\n"
	       "    \"capability\": {\"net_admin\": true, \"sys_time\": false},\n"
	       "    \"cpulimit\": 0\n"
	       "  },\n"
	       "  {\n"
	       "    \"ctid\": 102,\n"
	       "    \"ip\": [],\n"
	       "    \"hostname\": null,\n"
	       "    \"onboot\": null,\n"
	       "    \"numproc\": {\"held\": 0, \"maxheld\": null, \"barrier\": null, \"limit\": null, \"failcnt\": null},\n"
	       "    \"uptime\": 0.000,\n"
	       "    \"diskspace\": null,\n"
	       "    \"capability\": null,\n"
	       "    \"cpulimit\": 0\n"
	       "  }\n"
	       "]\n");
}

static void json_escapes(void **state)
{
	struct table *t = *state;

	t->view.sort = field_find("hostname");
	t->view.reverse = true;
	show(t, "description");
	expect(t, true, 1,
	       "[\n  {\n    \"description\": \"say \\\"hi\\\"\\\\\\u0001 t\xc3\xa4g \\ufffd\"\n  }\n]\n");
}

static void json_of_nothing(void **state)
{
	struct table *t = *state;

	show(t, "ctid");
	expect(t, true, 0, "[]\n");
}

/* A missing value is the smallest; equal ones go by id. */
static void sorting(void **state)
{
	struct table *t = *state;

	t->view.header = false;
	show(t, "ctid");
	t->view.sort = field_find("numproc");
	expect(t, false, 3, "       102\n        20\n       101\n");
	t->view.reverse = true;
	expect(t, false, 3, "       101\n        20\n       102\n");
	t->view.reverse = false;
	t->view.sort = field_find("status");
	expect(t, false, 3, "        20\n       101\n       102\n");
	t->view.sort = field_find("hostname");
	expect(t, false, 3, "        20\n       102\n       101\n");
}

/* Overlong, surrogate and truncated UTF-8 never reaches a JSON parser. */
static void invalid_utf8(void **state)
{
	static const char *const bad[] = {
		"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80", "\xe2\x82", "\x80",
	};
	size_t i, size;
	char *got;
	FILE *out;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		got = NULL;
		out = open_memstream(&got, &size);
		json_string(out, bad[i]);
		fclose(out);
		assert_null(strpbrk(got, bad[i]));
		assert_non_null(strstr(got, "\\ufffd"));
		free(got);
	}
}

static void fields_are_unique(void **state)
{
	int i;

	for (i = 0; i < field_count; i++)
		assert_int_equal(field_find(columns[i].name), i);
	assert_int_equal(field_find("nosuch"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(default_columns),
		TEST(without_header),
		TEST(last_column_is_whole),
		TEST(long_text_is_cut_numbers_are_not),
		TEST(uptime),
		TEST(header_on_the_other_side),
		TEST(control_characters),
		TEST(json),
		TEST(json_escapes),
		TEST(json_of_nothing),
		TEST(sorting),
		TEST(invalid_utf8),
		TEST(fields_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
