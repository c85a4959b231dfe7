/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of configuration variables and the kinds of their values. */
#ifndef _VZ_PARAM_H
#define _VZ_PARAM_H

#include <limits.h>

#include "internal.h"

#define VZ_PAGE_SIZE	4096	/* unit of the page parameters, on every host */

struct vz_param_def;

/**
 * vz_parse_fn - checks a value and writes its canonical form
 * @def: the variable
 * @value: not NULL, without control characters
 * @cmdline: see vz_param_parse()
 * @out: receives the canonical form
 *
 * Returns 0 or a negative errno.
 */
typedef int (*vz_parse_fn)(const struct vz_param_def *def, const char *value,
			   bool cmdline, FILE *out);

/**
 * vz_take_fn - takes elements out of a list
 * @value: canonical value of the variable, not NULL
 * @gone: canonical value of the parameter, the elements to be taken out
 * @out: receives what is left, in canonical form
 *
 * Returns 0 or a negative errno.
 */
typedef int (*vz_take_fn)(const char *value, const char *gone, FILE *out);

/**
 * struct vz_param_def - what the library knows of a variable
 * @pub: the public part; first, so that pointers to it lead here
 * @alias: older name that is read as well, or NULL
 * @parse: kind of value
 * @take: for VZ_PARAM_TAKE
 * @min: smallest number, where the kind is a number
 * @max: greatest number
 * @words: NULL-terminated words, where the kind is a choice
 * @def: value when it is set nowhere, or NULL
 */
struct vz_param_def {
	struct vz_param		pub;
	const char		*alias;
	vz_parse_fn		parse;
	vz_take_fn		take;
	uint64_t		min, max;
	const char *const	*words;
	const char		*def;
};

/** vz_param_default - built-in value of a variable, or NULL */
const char *vz_param_default(const char *name);
/** vz_param_is - is @name the variable @param (or an older name of it)? */
bool vz_param_is(const struct vz_param *param, const char *name);
/**
 * vz_param_add - adds @more to a value of a list parameter
 * @out: canonical form of both; freed by the caller
 *
 * Where the same key is in both, @more wins.  For a parameter that is not
 * VZ_PARAM_ADD the result is @more.
 */
int vz_param_add(const struct vz_param *param, const char *value,
		 const char *more, char **out, struct vz_error *err);
/**
 * vz_param_take - takes elements out of the value of a list parameter
 * @param: a VZ_PARAM_TAKE one
 * @value: value of the variable it takes from, or NULL
 * @gone: canonical value of @param
 * @out: canonical form of what is left; freed by the caller
 */
int vz_param_take(const struct vz_param *param, const char *value,
		  const char *gone, char **out, struct vz_error *err);
/** vz_param_target - name of the variable that a VZ_PARAM_TAKE one takes from;
 * freed by the caller, NULL: no memory */
char *vz_param_target(const struct vz_param *param);

/* value.c */
#define VZ_PARSER(name) \
	int vz_parse_##name(const struct vz_param_def *def, const char *value, \
			    bool cmdline, FILE *out)

VZ_PARSER(text);	/* anything on one line */
VZ_PARSER(word);	/* file-name-like: no blanks, no slash */
VZ_PARSER(path);	/* absolute */
VZ_PARSER(bool);
VZ_PARSER(uint);	/* min..max */
VZ_PARSER(number);	/* decimal fraction */
VZ_PARSER(choice);	/* one of words */
VZ_PARSER(hostname);
VZ_PARSER(name);	/* name of a container */

/* limit.c */
VZ_PARSER(bytes);	/* barrier:limit */
VZ_PARSER(pages);
VZ_PARSER(items);
VZ_PARSER(blocks);	/* of 1 KiB */
VZ_PARSER(ram);		/* bytes, stored as 0:pages */
VZ_PARSER(iolimit);
VZ_PARSER(cpulimit);
VZ_PARSER(meminfo);

/* list.c */
VZ_PARSER(words);	/* separated by blanks */
VZ_PARSER(onoff);	/* NAME:on NAME:off, names of words */
VZ_PARSER(devnodes);
VZ_PARSER(devices);
VZ_PARSER(cpumask);
VZ_PARSER(layout);
VZ_PARSER(pci);

/* netvalue.c */
VZ_PARSER(addresses);
VZ_PARSER(addresses_gone); /* "all" or addresses */
int vz_take_addresses(const char *value, const char *gone, FILE *out);
int vz_take_words(const char *value, const char *gone, FILE *out);
VZ_PARSER(resolver);	/* "inherit" or addresses */
VZ_PARSER(domains);	/* "inherit" or domain names */
VZ_PARSER(ifnames);	/* devices of the host for a container */

/* netif.c */
VZ_PARSER(netif);

/* rate.c */
VZ_PARSER(rates);	/* "none" or [DEVICE:]CLASS:KBITS */

/** vz_valid_domain - can this be a domain? */
bool vz_valid_domain(const char *text);
/** vz_valid_name - can this be the name of a container? */
bool vz_valid_name(const char *name);
/** vz_parse_u64 - decimal number and nothing else: 0, -EINVAL, -ERANGE */
int vz_parse_u64(const char *text, uint64_t *value);

#endif /* _VZ_PARAM_H */
