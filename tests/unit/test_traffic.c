// SPDX-License-Identifier: GPL-2.0-only
/* Network classes in a file, and the limits that a configuration asks for. */
#include <arpa/inet.h>
#include <linux/vznet.h>

#include "traffic.h"
#include "util.h"

/* ------------------------------------------------------------- classes -- */

static void read_text(struct fixture *fx, const char *text,
		      struct vz_net_classes *classes)
{
	struct vz_error err;

	fx_write(fx, "classes", text);
	if (vz_net_classes_read(fx_path(fx, "classes"), classes, &err))
		fail_msg("%s", err.text);
}

static void net_is(const struct vznet_class_net *net, const char *addr,
		   unsigned int prefixlen, unsigned int class)
{
	uint8_t raw[16] = {};

	inet_pton(net->family, addr, raw);
	assert_memory_equal(net->addr, raw, sizeof(raw));
	assert_int_equal(net->prefixlen, prefixlen);
	assert_int_equal(net->class, class);
	assert_int_equal(net->reserved, 0);
}

static void test_classes(void **state)
{
	autoclasses struct vz_net_classes classes = {};

	read_text(*state,
		  "# a comment\n"
		  "\n"
		  "1 0.0.0.0/0\n"
		  "\t2\t10.1.2.3/8   \n"
		  " # another\n"
		  "15 2001:db8::ffff/33\r\n"
		  "0 192.168.255.255/18\n"
		  "0 192.168.192.1/255.255.192.0\n"
		  "3 ::/0\n"
		  "4 10.0.0.1/32", &classes);
	assert_int_equal(classes.n, 6);
	assert_int_equal(classes.v[0].family, AF_INET);
	net_is(&classes.v[0], "0.0.0.0", 0, 1);
	net_is(&classes.v[1], "10.0.0.0", 8, 2);
	assert_int_equal(classes.v[2].family, AF_INET6);
	net_is(&classes.v[2], "2001:db8::", 33, 15);
	net_is(&classes.v[3], "192.168.192.0", 18, 0);
	net_is(&classes.v[4], "::", 0, 3);
	net_is(&classes.v[5], "10.0.0.1", 32, 4);
}

static void test_no_classes(void **state)
{
	autoclasses struct vz_net_classes classes = {};

	read_text(*state, "", &classes);
	assert_int_equal(classes.n, 0);
}

static void refused(struct fixture *fx, const char *text, const char *why)
{
	autoclasses struct vz_net_classes classes = {};
	const char *path = fx_path(fx, "classes");
	struct vz_error err = {};

	fx_write(fx, "classes", text);
	if (!vz_net_classes_read(path, &classes, &err))
		fail_msg("\"%s\" was accepted", text);
	assert_int_equal(err.code, VZ_E_SET_ACCOUNT);
	assert_memory_equal(err.text, path, strlen(path));
	assert_string_equal(err.text + strlen(path), why);
}

static void test_bad_classes(void **state)
{
	static const char form[] =
		", line 2 is not of the form \"CLASS ADDRESS/PREFIX\"";

	refused(*state, "#\n1\n", form);
	refused(*state, "#\n10.0.0.0/8\n", form);
	refused(*state, "#\n1 10.0.0.0/8 #\n", form);
	refused(*state, "#\n-1 10.0.0.0/8\n", form);
	refused(*state, "#\n0x1 10.0.0.0/8\n", form);
	refused(*state, "16 ::/0\n", ", line 1: class 16 is not one of 0 to 15");
	refused(*state, "99999999999999999999 ::/0\n",
		", line 1: class 99999999999999999999 is not one of 0 to 15");
	refused(*state, "1 10.0.0.0\n",
		", line 1: 10.0.0.0 is not of the form ADDRESS/PREFIX");
	refused(*state, "1 10.0.0/8\n",
		", line 1: 10.0.0/8 is not of the form ADDRESS/PREFIX");
	refused(*state, "1 10.0.0.0/33\n",
		", line 1: 10.0.0.0/33 is not of the form ADDRESS/PREFIX");
	refused(*state, "1 fe80::/129\n",
		", line 1: fe80::/129 is not of the form ADDRESS/PREFIX");
	refused(*state, "1 10.0.0.0/8\n1 10.0.0.0/8\n2 10.9.0.0/8\n",
		", line 3: the network has another class in line 1");
}

static void test_too_many(void **state)
{
	struct fixture *fx = *state;
	autoclasses struct vz_net_classes classes = {};
	FILE *f = fopen(fx_path(fx, "classes"), "we");
	int i;

	assert_non_null(f);
	for (i = 0; i < VZNET_CLASS_NETS_MAX; i++)
		fprintf(f, "2 10.%d.%d.0/24\n", i / 256, i % 256);
	fclose(f);
	assert_int_equal(vz_net_classes_read(fx_path(fx, "classes"), &classes,
					     NULL), 0);
	assert_int_equal(classes.n, VZNET_CLASS_NETS_MAX);
	f = fopen(fx_path(fx, "classes"), "ae");
	assert_non_null(f);
	fputs("2 11.0.0.0/8\n", f);
	fclose(f);
	vz_net_classes_free(&classes);
	assert_int_equal(vz_net_classes_read(fx_path(fx, "classes"), &classes,
					     NULL), -E2BIG);
}

/* --------------------------------------------------------------- rates -- */

/* CT 101 with lines added to the configs; @text: of the global one before */
static struct vz_ct *open_ct(struct fixture *fx, const char *global,
			     const char *own, char **text)
{
	struct vz_ctx *ctx;
	struct vz_ct *ct;
	char *with = NULL;

	*text = fx_read(fx, "etc/vz.conf");
	assert_true(asprintf(&with, "%s%s", *text, global) > 0);
	fx_write(fx, "etc/vz.conf", with);
	fx_write(fx, "etc/conf/101.conf", own);
	free(with);
	ctx = fx_context(fx);
	assert_int_equal(vz_ctx_load(ctx, NULL), 0);
	assert_int_equal(vz_ct_open(ctx, 101, &ct, NULL), 0);
	return ct;
}

static void close_ct(struct fixture *fx, struct vz_ct *ct, char *text)
{
	struct vz_ctx *ctx = vz_ct_ctx(ct);

	vz_ct_unref(ct);
	vz_ctx_unref(ctx);
	fx_write(fx, "etc/vz.conf", text);
	free(text);
}

static void limits_are(struct fixture *fx, const char *global,
		       const char *own, const uint64_t want[VZ_NET_CLASSES])
{
	char *text;
	struct vz_ct *ct = open_ct(fx, global, own, &text);
	uint64_t kbits[VZ_NET_CLASSES];
	struct vz_error err;

	if (vz_rates_of(ct, vz_ct_config(ct), kbits, &err))
		fail_msg("%s", err.text);
	assert_memory_equal(kbits, want, sizeof(kbits));
	close_ct(fx, ct, text);
}

#define RATES(...)	(const uint64_t[VZ_NET_CLASSES]){ __VA_ARGS__ }

static void test_limits(void **state)
{
	limits_are(*state, "", "", RATES(0));
	limits_are(*state, "", "RATE=\"1:8\"\n", RATES(0));
	limits_are(*state, "", "RATE=\"1:8\"\nRATEBOUND=\"no\"\n", RATES(0));
	limits_are(*state, "", "RATEBOUND=\"yes\"\n", RATES(0));
	limits_are(*state, "", "RATE=\"1:8 15:9\"\nRATEBOUND=\"yes\"\n",
		   RATES([1] = 8, [15] = 9));
	/* several devices of a host */
	limits_are(*state, "",
		   "RATE=\"eth0:1:8 eth1:1:16 eth1:2:5\"\nRATEBOUND=\"yes\"\n",
		   RATES([1] = 24, [2] = 5));
	/* the container's own one says how it is */
	limits_are(*state, "",
		   "RATE=\"eth0:1:8 venet0:1:3 eth1:1:16\"\nRATEBOUND=\"yes\"\n",
		   RATES([1] = 3));
	limits_are(*state, "",
		   "RATE=\"eth0:1:8 venet0:1:0\"\nRATEBOUND=\"yes\"\n",
		   RATES(0));
}

static void test_defaults(void **state)
{
	limits_are(*state, "RATE=\"eth0:1:8\"\nRATEBOUND=\"yes\"\n", "",
		   RATES([1] = 8));
	limits_are(*state, "RATE=\"eth0:1:8\"\n", "RATEBOUND=\"yes\"\n",
		   RATES([1] = 8));
	limits_are(*state, "RATE=\"eth0:1:8\"\nRATEBOUND=\"yes\"\n",
		   "RATE=\"2:5\"\n", RATES([2] = 5));
	limits_are(*state, "RATE=\"eth0:1:8\"\nRATEBOUND=\"yes\"\n",
		   "RATE=\"none\"\n", RATES(0));
	limits_are(*state, "RATE=\"eth0:1:8\"\nRATEBOUND=\"yes\"\n",
		   "RATEBOUND=\"no\"\n", RATES(0));
}

static void classes_are(struct fixture *fx, const char *global,
			const char *own, const char *rate, const char *bound,
			unsigned int want)
{
	char *text;
	struct vz_ct *ct = open_ct(fx, global, own, &text);
	autoconfig struct vz_config *changes = NULL;

	assert_int_equal(vz_config_new(vz_ct_ctx(ct), &changes, NULL), 0);
	assert_int_equal(vz_config_set(changes, "RATE", rate, NULL), 0);
	assert_int_equal(vz_config_set(changes, "RATEBOUND", bound, NULL), 0);
	assert_int_equal(vz_rates_classes(ct, changes), want);
	close_ct(fx, ct, text);
}

static void test_changes(void **state)
{
	static const char global[] = "RATE=\"eth0:1:8\"\n";
	const unsigned int all = (1U << VZNET_CLASSES) - 1;

	classes_are(*state, "", "", "eth0:1:8 15:9 eth1:1:8", NULL, 0x8002);
	classes_are(*state, "", "", "3:0", NULL, 8);
	classes_are(*state, "", "", "none", NULL, all);
	classes_are(*state, "", "", NULL, "no", all);
	classes_are(*state, "", "", "1:8", "yes", all);
	classes_are(*state, global, "", "2:5", NULL, all);
	classes_are(*state, global, "RATE=\"3:8\"\n", "2:5", NULL, 4);
}

static void test_names(void **state)
{
	unsigned int i;

	for (i = 0; i < VZNET_DROPS; i++)
		assert_non_null(vz_net_drop_name(i));
	assert_null(vz_net_drop_name(VZNET_DROPS));
	assert_int_equal(VZ_NET_CLASSES, VZNET_CLASSES);
	assert_int_equal(VZ_NET_CLASS_DEFAULT, VZNET_CLASS_DEFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fx_test(test_classes),
		fx_test(test_no_classes),
		fx_test(test_bad_classes),
		fx_test(test_too_many),
		fx_test(test_limits),
		fx_test(test_defaults),
		fx_test(test_changes),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("traffic", tests, NULL, NULL);
}
