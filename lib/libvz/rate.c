// SPDX-License-Identifier: GPL-2.0-only
/*
 * RATE and RATEBOUND: what a container may send, by network class.
 *
 * An element is DEVICE:CLASS:KBITS.  In Virtuozzo the device is that of the host
 * through which the traffic leaves it; here all of it passes the container's
 * venet0.  So an element of venet0 is the limit of a class, and where there is
 * none, the sum over the other devices is.
 */
#include <ctype.h>
#include <linux/vznet.h>
#include <net/if.h>

#include "config.h"
#include "param.h"
#include "traffic.h"

#define RATES_MAX	128
#define KBIT_BYTES	125
#define KBITS_MAX	(VZNET_RATE_MAX / KBIT_BYTES)
#define ALL_CLASSES	((1U << VZNET_CLASSES) - 1)

struct rate {
	char		dev[IFNAMSIZ];
	unsigned int	class;
	uint64_t	kbits;
};

/**
 * struct rates - a value of RATE
 * @none: it says that there are none
 */
struct rates {
	struct rate	v[RATES_MAX];
	size_t		n;
	bool		none;
};

static bool set_device(struct rate *rate, const char *text)
{
	const char *p;

	if (!strcmp(text, "*"))
		text = VZNET_DEV;
	for (p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-@", *p))
			return false;
	if (p == text || p - text >= IFNAMSIZ)
		return false;
	strcpy(rate->dev, text);
	return true;
}

static int parse_rate(char *text, struct rate *rate)
{
	char *kbits = strrchr(text, ':'), *class;
	uint64_t n;

	if (!kbits)
		return -EINVAL;
	*kbits++ = '\0';
	class = strrchr(text, ':');
	if (class)
		*class++ = '\0';
	if (!set_device(rate, class ? text : "*") ||
	    vz_parse_u64(class ? class : text, &n) ||
	    n == VZNET_CLASS_LOCAL || n >= VZNET_CLASSES)
		return -EINVAL;
	rate->class = n;
	if (vz_parse_u64(kbits, &rate->kbits) || rate->kbits > KBITS_MAX)
		return -EINVAL;
	return 0;
}

/* Of a device and class that are there twice the last one counts. */
static int add_rate(struct rates *rates, const struct rate *rate)
{
	size_t i;

	for (i = 0; i < rates->n; i++)
		if (rates->v[i].class == rate->class &&
		    !strcmp(rates->v[i].dev, rate->dev))
			break;
	if (i == RATES_MAX)
		return -E2BIG;
	rates->v[i] = *rate;
	rates->n += i == rates->n;
	rates->none = false;
	return 0;
}

static int parse_rates(const char *value, struct rates *rates)
{
	autofree char *copy = strdup(value);
	char *save = NULL, *word;
	struct rate rate;
	int ret = 0;

	rates->n = 0;
	rates->none = false;
	if (!copy)
		return -ENOMEM;
	for (word = strtok_r(copy, " \t,", &save); word && !ret;
	     word = strtok_r(NULL, " \t,", &save)) {
		if (!strcmp(word, "none") || !strcmp(word, "0")) {
			rates->n = 0;
			rates->none = true;
			continue;
		}
		ret = parse_rate(word, &rate);
		if (!ret)
			ret = add_rate(rates, &rate);
	}
	return ret;
}

VZ_PARSER(rates)
{
	struct rates rates;
	size_t i;
	int ret = parse_rates(value, &rates);

	if (ret)
		return ret;
	if (rates.none)
		fputs("none", out);
	for (i = 0; i < rates.n; i++)
		fprintf(out, "%s%s:%u:%llu", i ? " " : "", rates.v[i].dev,
			rates.v[i].class,
			(unsigned long long)rates.v[i].kbits);
	return 0;
}

/* A variable of a container that may have to be taken from vz.conf. */
static const char *get(const struct vz_ct *ct, const struct vz_config *cfg,
		       const char *name)
{
	const char *value = vz_config_get(cfg, name);

	return value ? value : vz_ctx_get(ct->ctx, name);
}

int vz_rates_of(const struct vz_ct *ct, const struct vz_config *cfg,
		uint64_t kbits[VZNET_CLASSES], struct vz_error *err)
{
	const char *bound = get(ct, cfg, "RATEBOUND");
	const char *value = get(ct, cfg, "RATE");
	struct rates rates = {};
	size_t i;

	memset(kbits, 0, VZNET_CLASSES * sizeof(*kbits));
	if (!value || !bound || vz_value_bool(bound) != 1)
		return 0;
	if (parse_rates(value, &rates))
		return vz_fail(err, VZ_E_SET_RATE, EINVAL,
			       "Bad value for RATE of CT %u: \"%s\"", ct->id,
			       value);
	for (i = 0; i < rates.n; i++)
		if (strcmp(rates.v[i].dev, VZNET_DEV))
			kbits[rates.v[i].class] += rates.v[i].kbits;
	for (i = 0; i < rates.n; i++)
		if (!strcmp(rates.v[i].dev, VZNET_DEV))
			kbits[rates.v[i].class] = rates.v[i].kbits;
	return 0;
}

/* Of the classes that are bits of @which. */
static int put_limits(struct vz_ct *ct, const uint64_t kbits[VZNET_CLASSES],
		      unsigned int which, struct vz_error *err)
{
	struct vz_error why = {};
	unsigned int i;
	int ret;

	for (i = VZNET_CLASS_LOCAL + 1; i < VZNET_CLASSES; i++) {
		struct vznet_rate arg = {
			.size = sizeof(arg),
			.ctid = ct->id,
			.class = i,
			.rate = kbits[i] * KBIT_BYTES,
		};

		if (!(which & 1U << i))
			continue;
		ret = vz_vznet_ioctl(ct->ctx, VZNET_IOC_RATE_SET, &arg, &why);
		if (ret)
			return vz_fail(err, VZ_E_SET_RATE, -ret,
				       "Unable to limit what CT %u sends to class %u: %.900s",
				       ct->id, i, why.text);
	}
	return 0;
}

static bool is_empty(const uint64_t kbits[VZNET_CLASSES])
{
	unsigned int i;

	for (i = 0; i < VZNET_CLASSES; i++)
		if (kbits[i])
			return false;
	return true;
}

static void tell_limits(struct vz_ct *ct, const uint64_t kbits[VZNET_CLASSES],
			unsigned int which)
{
	unsigned int i;

	if (which == ALL_CLASSES && is_empty(kbits))
		ct_info(ct, "Setting rates: none");
	for (i = 0; i < VZNET_CLASSES; i++)
		if (kbits[i] && which & 1U << i)
			ct_info(ct, "Setting rate of class %u: %llu Kbit/s", i,
				(unsigned long long)kbits[i]);
		else if (which != ALL_CLASSES && which & 1U << i)
			ct_info(ct, "Setting rate of class %u: none", i);
}

int vz_rates_set(struct vz_ct *ct, struct vz_error *err)
{
	uint64_t kbits[VZNET_CLASSES];
	int ret = vz_rates_of(ct, ct->config, kbits, err);

	if (ret || is_empty(kbits))
		return ret;
	ret = put_limits(ct, kbits, ALL_CLASSES, err);
	/* without vznet there is no venet0 that anything could be sent by */
	if (ret == -ENOTTY)
		return 0;
	if (!ret)
		tell_limits(ct, kbits, ALL_CLASSES);
	return ret;
}

unsigned int vz_rates_classes(const struct vz_ct *ct,
			      const struct vz_config *changes)
{
	const char *value = vz_config_get(changes, "RATE");
	struct rates rates = {};
	unsigned int which = 0;
	size_t i;

	if (vz_config_get(changes, "RATEBOUND") || !value ||
	    parse_rates(value, &rates) || rates.none)
		return ALL_CLASSES;
	/* a container's first RATE takes the place of that of vz.conf */
	if (!vz_config_get(ct->config, "RATE") && vz_ctx_get(ct->ctx, "RATE"))
		return ALL_CLASSES;
	for (i = 0; i < rates.n; i++)
		which |= 1U << rates.v[i].class;
	return which;
}

/* Are rates limits?  They may be so without a file that says it. */
static int is_bound(struct vz_ct *ct, struct vz_error *err)
{
	struct vznet_rate_list arg = { .size = sizeof(arg), .ctid = ct->id };
	const char *bound = get(ct, ct->config, "RATEBOUND");
	struct vz_error why = {};
	int ret;

	if (bound && vz_value_bool(bound) == 1)
		return 1;
	ret = vz_vznet_ioctl(ct->ctx, VZNET_IOC_RATE_LIST, &arg, &why);
	if (ret == -ENOTTY)
		return 0;
	if (ret)
		return vz_fail(err, VZ_E_SET_RATE, -ret,
			       "Unable to read the rates of CT %u: %.900s",
			       ct->id, why.text);
	return arg.count > 0;
}

static int change(struct vz_ct *ct, const struct vz_config *changes,
		  struct vz_error *err)
{
	autoconfig struct vz_config *merged = NULL;
	unsigned int which = vz_rates_classes(ct, changes);
	uint64_t kbits[VZNET_CLASSES];
	int ret;

	ret = vz_config_new(ct->ctx, &merged, err);
	if (!ret)
		ret = vz_config_merge(merged, ct->config, err);
	if (!ret)
		ret = vz_config_set(merged, "RATEBOUND", "yes", err);
	if (!ret)
		ret = vz_config_merge(merged, changes, err);
	if (!ret)
		ret = vz_rates_of(ct, merged, kbits, err);
	if (!ret)
		ret = put_limits(ct, kbits, which, err);
	if (!ret)
		tell_limits(ct, kbits, which);
	return ret;
}

int vz_rates_change(struct vz_ct *ct, const struct vz_config *changes,
		    struct vz_error *err)
{
	int ret;

	if (vz_config_get(changes, "RATEBOUND"))
		return change(ct, changes, err);
	if (!vz_config_get(changes, "RATE"))
		return 0;
	ret = is_bound(ct, err);
	return ret > 0 ? change(ct, changes, err) : ret;
}
