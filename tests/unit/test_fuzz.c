// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random bytes and mutated good text for the parsers.  The sequence is always
 * the same; meant to run with the address and undefined sanitizers too.
 */
#include "config.h"
#include "param.h"
#include "util.h"

static const char *const seeds[] = {
	"65536:69632", "2G:2.2G", "0:unlimited", "NET_ADMIN:on SYS_TIME:off",
	"net/tun:rw fuse:none", "b:8:1:rw c:10:all:none", "10.0.0.1/24 fe80::1",
	"ifname=eth0,bridge=br0,mac=00:18:51:00:00:01,host_ifname=veth1.0;ifname=eth1",
	"0-3,5", "privvmpages:1", "0000:03:00.1", "/vz/root/$VEID", "25%",
	"inherit", "yes", "web server", "ploop:raw", "sysfs:on,nfs:off",
	"99999999999999999999999999999999999999999999999999999999999999",
};

static const char *const lines[] = {
	"# comment", "", "A=\"b\"", "HOSTNAME=\"x\"", "NAME = unquoted # x",
	"  PHYSPAGES=\"0:256M\"", "X=\"a\\\"b\\\\\"", "=", "A", "A=\"", "A=\"\\\"",
	"VE_ROOT=\"/vz/root/${VEID}/$VEID\"", "DESCRIPTION=\"$(x) `y` \\\"",
	"CAPABILITY=\"NET_ADMIN:on\"", "#UUID: 1", "\t\r", "NAME=\"a\" \"b\"",
};

static uint64_t rng = 88172645463325252ULL;

static unsigned int draw(unsigned int n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 11) % n;
}

/* Changes, drops and repeats bytes; never writes a zero byte. */
static size_t mutate(char *s, size_t len, size_t room)
{
	unsigned int n = draw(6);

	while (n-- && len) {
		size_t at = draw((unsigned int)len);

		switch (draw(4)) {
		case 0:
			s[at] = (char)(1 + draw(255));
			break;
		case 1:
			s[at] = " \t,:;=/.-_\"\\$`#0123456789abcKMGTPB%"[draw(35)];
			break;
		case 2:
			memmove(s + at, s + at + 1, len - at);
			len--;
			break;
		case 3:
			if (2 * len - at >= room)
				break;
			memmove(s + len, s + at, len - at);
			len += len - at;
			break;
		}
	}
	s[len] = '\0';
	return len;
}

/* A value that is accepted reads back as itself and is fit for a file. */
static void one_value(struct fixture *fx, const struct vz_param *p,
		      const char *value)
{
	char *out = NULL, *again = NULL, *raw, *name, *back;
	struct vz_error err;

	if (vz_param_parse(p, value, draw(2), &out, &err)) {
		assert_int_equal(err.code, VZ_E_INVALID_VALUE);
		assert_true(strlen(err.text) < sizeof(err.text));
		return;
	}
	/* of a second option for a variable the first one reads the file */
	p = vz_param_by_name(p->name);
	if (vz_param_parse(p, out, false, &again, &err))
		fail_msg("%s: \"%s\" gave \"%s\": %s", p->name, value, out,
			 err.text);
	assert_string_equal(out, again);
	if (p->flags & VZ_PARAM_TAKE)
		goto out;
	raw = vz_config_quote(p->name, out);
	assert_non_null(raw);
	assert_null(strchr(raw, '\n'));
	assert_int_equal(vz_config_split(raw, &name, &back), 0);
	assert_string_equal(name, p->name);
	assert_string_equal(back, out);
	free(name);
	free(back);
	free(raw);
out:
	free(again);
	free(out);
	(void)fx;
}

static void test_values(void **state)
{
	struct fixture *fx = *state;
	const struct vz_param *p;
	char buf[1024];
	int i;

	for (i = 0; i < 1000; i++) {
		for (p = NULL; (p = vz_param_next(p));) {
			const char *seed = seeds[draw(ARRAY_SIZE(seeds))];
			size_t len = strlen(seed), k;

			memcpy(buf, seed, len + 1);
			if (draw(8)) {
				mutate(buf, len, sizeof(buf) - 1);
			} else {
				len = draw(200);
				for (k = 0; k < len; k++)
					buf[k] = (char)(1 + draw(255));
				buf[len] = '\0';
			}
			one_value(fx, p, buf);
		}
	}
}

static size_t make_file(char *buf, size_t room)
{
	size_t len = 0, k;

	if (!draw(10)) {
		len = draw(400);
		for (k = 0; k < len; k++)
			buf[k] = (char)draw(256);
		return len;
	}
	for (k = draw(12); k; k--) {
		const char *line = lines[draw(ARRAY_SIZE(lines))];
		size_t n = strlen(line);

		if (len + 4 * n + 8 > room)
			break;
		memcpy(buf + len, line, n + 1);
		if (!draw(3))
			n = mutate(buf + len, n, 3 * n + 4);
		len += n;
		if (k > 1 || draw(2))
			buf[len++] = '\n';
	}
	return len;
}

static void put_bytes(struct fixture *fx, const char *name, const char *buf,
		      size_t len)
{
	FILE *f = fopen(fx_path(fx, "%s", name), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(buf, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* What is read and saved is the same to the last byte; what is set after that
 * is read back, and a second save changes nothing. */
static void one_file(struct fixture *fx, const char *buf, size_t len)
{
	struct vz_config *cfg, *again;
	struct vz_error err;
	char *first, *second;

	fx->log[0] = '\0';
	put_bytes(fx, "f", buf, len);
	if (vz_config_load(fx->ctx, fx_path(fx, "f"), &cfg, &err)) {
		assert_int_equal(err.code, VZ_E_INVALID_CONFIG);
		return;
	}
	assert_int_equal(vz_config_save(cfg, fx_path(fx, "g"), &err), 0);
	first = fx_read(fx, "g");
	assert_int_equal(strlen(first), len);
	assert_memory_equal(first, buf, len);
	free(first);
	assert_int_equal(vz_config_set(cfg, "NAME", "n", &err), 0);
	assert_int_equal(vz_config_set(cfg, "X", "a\"\\$", &err), 0);
	assert_int_equal(vz_config_set(cfg, "A", NULL, &err), 0);
	assert_int_equal(vz_config_save(cfg, fx_path(fx, "g"), &err), 0);
	first = fx_read(fx, "g");
	if (vz_config_load(fx->ctx, fx_path(fx, "g"), &again, &err))
		fail_msg("%s", err.text);
	assert_string_equal(vz_config_get(again, "NAME"), "n");
	assert_string_equal(vz_config_get(again, "X"), "a\"\\$");
	assert_null(vz_config_get(again, "A"));
	assert_int_equal(vz_config_save(again, fx_path(fx, "g"), &err), 0);
	second = fx_read(fx, "g");
	assert_string_equal(first, second);
	free(first);
	free(second);
	vz_config_unref(again);
	vz_config_unref(cfg);
}

static void test_files(void **state)
{
	struct fixture *fx = *state;
	char buf[4096];
	int i;

	for (i = 0; i < 600; i++)
		one_file(fx, buf, make_file(buf, sizeof(buf)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_values),
		fx_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
