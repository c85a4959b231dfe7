// SPDX-License-Identifier: GPL-2.0-only
/* vzubc: reading, output, what is stored; and refusals in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../cli/common/refusal.h"
#include "../../cli/vzubc/parse.c"
#include "../../cli/vzubc/print.c"
#undef ULL
#include "../../cli/vzubc/store.c"

#include <linux/vzubc.h>

#define HEAD	"Version: 2.5\n" \
	"       uid  resource                     held              maxheld              barrier                limit              failcnt\n"
#define ROWS \
	"      101:  kmemsize                  4278190              4571914             14372700             14790164                    0\n" \
	"            lockedpages                    0                    0                  256                  256                    0\n" \
	"            dummy                          0                    0  9223372036854775807  9223372036854775807                    0\n" \
	"            oomguarpages               30000                30000                26112  9223372036854775807                    0\n" \
	"            physpages                   4163                 4163                    0                65536                    0\n" \
	"            numfile                     8000                 9312                 9312                 9312                   41\n" \
	"        0:  kmemsize                       0                    0  9223372036854775807  9223372036854775807                    0\n"

static bool read_text(const char *text, struct counters *counters)
{
	FILE *f = fmemopen((char *)text, strlen(text), "r");
	bool ok;

	assert_non_null(f);
	ok = counters_read(f, counters);
	fclose(f);
	return ok;
}

static void expect(const struct view *view, const struct counter *counter,
		   const char *want)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(out);
	counter_print(view, counter, out);
	fclose(out);
	assert_string_equal(got, want);
	free(got);
}

static void test_parse(void **state)
{
	struct counters c = { 0 };

	assert_true(read_text(HEAD ROWS, &c));
	assert_int_equal(c.count, 2);
	assert_int_equal(c.list[0].count, 5);
	assert_int_equal(counter_find(&c, 0)->count, 1);
	assert_null(counter_find(&c, 102));
	assert_string_equal(c.list[0].rows[4].name, "numfile");
	assert_int_equal(c.list[0].rows[4].failcnt, 41);
	assert_int_equal(c.list[0].rows[0].unit, VZ_UB_BYTES);
	assert_int_equal(c.list[0].rows[1].unit, VZ_UB_PAGES);
	counters_free(&c);
}

static void test_parse_bad(void **state)
{
	static const char *const bad[] = {
		" ", "Version: 2.4\n", "101: kmemsize 0 0 0 0 0\n",
		HEAD "  kmemsize 0 0 0 0 0\n",
		HEAD "101: kmemsize 0 0 0 0\n",
		HEAD "101: kmemsize 0 0 0 0 0 0\n",
		HEAD "101: kmemsize 0 0 -1 0 0\n",
		HEAD "101: averyveryverylongname 0 0 0 0 0\n",
		HEAD "99999999999: kmemsize 0 0 0 0 0\n",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct counters c = { 0 };

		if (read_text(bad[i], &c))
			fail_msg("accepted: %s", bad[i]);
		counters_free(&c);
	}
}

#define LINE	"---------------------------------------------------------------\n"
#define TITLE	"CT 101       | HELD Bar% Lim%| MAXH Bar% Lim%| BAR | LIM | FAIL\n" \
	"-------------+---------------+---------------+-----+-----+-----\n"
#define NUMFILE	"      numfile|8000   86%  86%|9312  100% 100%|9312 |9312 |  41 \n"

static void test_print(void **state)
{
	struct view view = { .held_ratio = 0.5, .max_ratio = 0.8 };
	struct counters c = { 0 };

	assert_true(read_text(HEAD ROWS, &c));
	expect(&view, &c.list[0], LINE TITLE
	       "     kmemsize|4.08M  30%  29%|4.36M  32%  31%|13.7M|14.1M|   - \n"
	       "  lockedpages|   -    -    - |   -    -    - |1.00M|1.00M|   - \n"
	       " oomguarpages| 117M 115%   - | 117M 115%   - | 102M|   - |   - \n"
	       "    physpages|16.3M   -    6%|16.3M   -    6%|   - | 256M|   - \n"
	       NUMFILE);
	view.quiet = true;
	expect(&view, &c.list[0], LINE TITLE NUMFILE);
	expect(&view, &c.list[1], "");
	view.color = true;
	expect(&view, &c.list[0], LINE TITLE
	       "\033[1;31m      numfile|8000   86%  86%|9312  100% 100%|9312 |9312 |  41 \033[0m\n");
	/* close to its bounds, but nothing was refused */
	view.color = false;
	c.list[0].rows[4].failcnt = 0;
	view.held_ratio = 0.9;
	expect(&view, &c.list[0], LINE TITLE
	       "      numfile|8000   86%  86%|9312  100% 100%|9312 |9312 |   - \n");
	view.max_ratio = 1;
	expect(&view, &c.list[0], "");
	counters_free(&c);
}

static void rounded(uint64_t n, int unit, const char *want)
{
	char text[32];

	round_amount(text, sizeof(text), n, unit);
	assert_string_equal(text, want);
}

/* Never more than five characters, and no number looks smaller than it is. */
static void test_round(void **state)
{
	rounded(1, VZ_UB_ITEMS, "1 ");
	rounded(9999, VZ_UB_ITEMS, "9999 ");
	rounded(10000, VZ_UB_ITEMS, "10.0K");
	rounded(999949, VZ_UB_ITEMS, "1.00M");
	rounded(1200455, VZ_UB_ITEMS, "1.20M");
	rounded(9999, VZ_UB_BYTES, "9999 ");
	rounded(10240, VZ_UB_BYTES, "10.0K");
	rounded(1023 * 1024, VZ_UB_BYTES, "1.00M");
	rounded(1, VZ_UB_PAGES, "4096 ");
	rounded(256, VZ_UB_PAGES, "1.00M");
	rounded(INT64_MAX / 4096, VZ_UB_PAGES, "8.00E");
}

static char *temporary(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/vzubc.XXXXXX", tmp ? tmp : "/tmp");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static void test_store(void **state)
{
	struct view view = { .incremental = true };
	autofree char *dir = temporary();
	struct counters c = { 0 };

	assert_true(read_text(HEAD ROWS, &c));
	assert_true(store_relate(dir, STORE_FAILCNT, &c));
	assert_true(store_relate(dir, STORE_HELD, &c));
	assert_int_equal(c.list[0].rows[4].failcnt, 41);
	assert_int_equal(c.list[0].rows[4].held_change, 0);
	c.list[0].rows[4].failcnt = 45;
	c.list[0].rows[4].held = 7990;
	c.list[0].rows[0].held += 2048;
	assert_true(store_relate(dir, STORE_HELD, &c));
	assert_true(store_relate(dir, STORE_FAILCNT, &c));
	assert_int_equal(c.list[0].rows[4].failcnt, 4);
	assert_int_equal(c.list[0].rows[4].held_change, -10);
	assert_int_equal(c.list[0].rows[0].held_change, 2048);
	c.list[0].rows[0] = c.list[0].rows[4];
	c.list[0].count = 1;
	expect(&view, &c.list[0],
	       "----------------------------------------------------------------------\n"
	       "CT 101       | HELD Bar% Lim%|  CHNG| MAXH Bar% Lim%| BAR | LIM | FAIL\n"
	       "-------------+---------------+------+---------------+-----+-----+-----\n"
	       "      numfile|7990   86%  86%|-  10 |9312  100% 100%|9312 |9312 |   4 \n");
	/* a container that was started anew begins at 0 */
	c.list[0].rows[0].failcnt = 2;
	assert_true(store_relate(dir, STORE_FAILCNT, &c));
	assert_int_equal(c.list[0].rows[0].failcnt, 2);
	assert_true(store_clear(dir, STORE_FAILCNT));
	assert_true(store_clear(dir, STORE_FAILCNT));
	counters_free(&c);
}

/* Neither read nor written through. */
static void test_store_planted(void **state)
{
	autofree char *dir = temporary();
	autofree char *victim = xasprintf("%s/victim", dir);
	autofree char *link = xasprintf("%s/vzubc.failcnt", dir);
	struct counters c = { 0 };
	struct stat st;

	assert_true(read_text(HEAD ROWS, &c));
	fclose(fopen(victim, "w"));
	assert_int_equal(symlink(victim, link), 0);
	assert_false(store_relate(dir, STORE_FAILCNT, &c));
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 0);
	if (!geteuid()) {
		unlink(link);
		assert_int_equal(rename(victim, link), 0);
		assert_int_equal(chown(link, 1, 1), 0);
		assert_false(store_relate(dir, STORE_FAILCNT, &c));
	}
	counters_free(&c);
}

static void refusal_is(const struct vz_ub_refusal *r, const char *want)
{
	autofree char *text = refusal_text(r);

	assert_string_equal(text, want);
}

static void test_refusal(void **state)
{
	struct vz_ub_refusal r = {
		.held = 100, .wanted = 1, .bound = 100,
		.resource = VZUB_NUMFILE, .pid = 812, .comm = "ub-use",
	};

	refusal_is(&r, "numfile: 100 held, 1 more wanted, bound 100; process 812 (ub-use)");
	r.resource = VZUB_PRIVVMPAGES;
	refusal_is(&r, "privvmpages: 100 pages held, 1 page more wanted, bound 100 pages; process 812 (ub-use)");
	r.resource = VZUB_KMEMSIZE;
	r.wanted = 4096;
	r.pid = 0;
	refusal_is(&r, "kmemsize: 100 bytes held, 4096 bytes more wanted, bound 100 bytes; process unknown");
	/* a name that was chosen to harm */
	r.pid = 1;
	strcpy(r.comm, "\033[2J\n\x9b");
	refusal_is(&r, "kmemsize: 100 bytes held, 4096 bytes more wanted, bound 100 bytes; process 1 (?[2J?\?)");
	r.resource = 99;
	r.bound = VZ_UB_UNLIMITED;
	refusal_is(&r, "unknown resource: 100 held, 4096 more wanted, bound unlimited; process 1 (?[2J?\?)");
}

static void list_is(const struct vz_ub_refusal *list, size_t count, bool json,
		    uint64_t total, const char *want)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	if (json)
		refusals_print_json(list, count, out);
	else
		refusals_print(list, count, total, out);
	fclose(out);
	assert_string_equal(got, want);
	free(got);
}

static void test_refusals(void **state)
{
	const struct vz_ub_refusal list[] = {
		{ .time_ns = 1000000000ULL * 1700000000, .held = 1, .wanted = 2,
		  .bound = 2, .resource = VZUB_NUMPTY, .pid = 3, .comm = "a\"" },
		{ .time_ns = 1000000000ULL * 1700000001, .held = 4, .wanted = 5,
		  .bound = 6, .resource = VZUB_SHMPAGES },
	};

	setenv("TZ", "UTC", 1);
	tzset();
	list_is(NULL, 0, false, 0, "No refusals recorded\n");
	list_is(NULL, 0, true, 0, "[]\n");
	list_is(list, 2, false, 9, "7 earlier refusals are not kept\n"
		"2023-11-14T22:13:20+0000 numpty: 1 held, 2 more wanted, bound 2; process 3 (a\")\n"
		"2023-11-14T22:13:21+0000 shmpages: 4 pages held, 5 pages more wanted, bound 6 pages; process unknown\n");
	list_is(list, 2, true, 2, "[\n"
		"  {\n    \"time\": \"2023-11-14T22:13:20+0000\",\n"
		"    \"resource\": \"numpty\",\n    \"unit\": \"items\",\n"
		"    \"held\": 1,\n    \"wanted\": 2,\n    \"bound\": 2,\n"
		"    \"pid\": 3,\n    \"comm\": \"a\\\"\"\n  },\n"
		"  {\n    \"time\": \"2023-11-14T22:13:21+0000\",\n"
		"    \"resource\": \"shmpages\",\n    \"unit\": \"pages\",\n"
		"    \"held\": 4,\n    \"wanted\": 5,\n    \"bound\": 6,\n"
		"    \"pid\": null,\n    \"comm\": null\n  }\n]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_bad),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_store_planted),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
