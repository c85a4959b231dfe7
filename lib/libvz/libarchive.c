// SPDX-License-Identifier: GPL-2.0-only
/* Loading of libarchive, see libarchive.h. */
#include <dlfcn.h>
#include <pthread.h>

#define VZ_LIBARCHIVE_LOADER
#include "libarchive.h"

#define SONAME "libarchive.so.13"

struct vz_libarchive vz_libarchive;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded;

static void load(void)
{
	void *library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
	bool all = library;

#define VZ_LOOK_UP(function) \
	if (all) { \
		vz_libarchive.function = dlsym(library, #function); \
		all = vz_libarchive.function; \
	}
	VZ_LIBARCHIVE_FUNCTIONS(VZ_LOOK_UP)
#undef VZ_LOOK_UP
	loaded = all;
}

int vz_libarchive_load(struct vz_error *err)
{
	pthread_once(&once, load);
	if (!loaded)
		return vz_fail(err, VZ_E_SYSTEM, ELIBACC,
			       "Unable to load %s, which unpacks OS templates: install the package libarchive13",
			       SONAME);
	return 0;
}
