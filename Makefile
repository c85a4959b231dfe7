# SPDX-License-Identifier: GPL-2.0-only
#
# make                   library, commands and, where kernel headers are
#                        found, the modules
# make modules           modules for KVER (default: the running kernel) or for
#                        the kernel build directory KERNELDIR
# make install           library, commands, configuration, man pages
# make modules_install   modules of KVER, below DESTDIR/lib/modules
# make dkms-install      sources for DKMS, added and built by dkms
# make deps              Debian packages needed to build (root, apt)
# make check             unit tests and guest tests (root, apt)
# make check-all         the same with each guest test on each kernel
# make demo              the main job, for real (root, apt)
# make bench             cost against crun, runc, lxc and systemd-nspawn
# make bench-net         cost of the network against veth, netkit and others
# make bench-disk        cost of simfs and quotas against ext4 and overlayfs
# make bench-ubc         cost of beancounters, with and without limits
# make lint              checkpatch, sparse, shellcheck
#
# FAULTS=1 builds the library with the fault points of the kill tests;
# V=1 shows the commands.

VERSION		:= $(shell cat VERSION)
SOVERSION	:= 0

PREFIX		?= /usr
SBINDIR		?= $(PREFIX)/sbin
LIBDIR		?= $(PREFIX)/lib
INCLUDEDIR	?= $(PREFIX)/include
MANDIR		?= $(PREFIX)/share/man
DATADIR		?= $(PREFIX)/share
SYSCONFDIR	?= /etc
PKGLIBDIR	?= $(PREFIX)/lib/vzctl
STATEDIR	?= /var/lib/vz/state
RUNDIR		?= /run/vz
QUOTADIR	?= /var/vzquota
UNITDIR		?= /lib/systemd/system
DESTDIR		?=

# the two kinds of objects do not mix
BUILD		?= $(if $(FAULTS),build/faults,build)
CC		?= cc
CFLAGS		?= -O2 -g
PKGS		:= libnl-3.0 libnl-genl-3.0 libnl-route-3.0 libcap-ng zlib
# libarchive is loaded when it is needed; libseccomp works at build time
PKGS_BUILD	:= libarchive libseccomp
CPPFLAGS_VZ	:= -D_GNU_SOURCE -Iinclude/uapi -Ilib/libvz/include -Ilib/libvz \
		   -I$(BUILD)/gen \
		   -DVZ_VERSION='"$(VERSION)"' \
		   -DVZ_CONFDIR='"$(SYSCONFDIR)/vz"' \
		   -DVZ_STATEDIR='"$(STATEDIR)"' -DVZ_RUNDIR='"$(RUNDIR)"' \
		   -DVZ_PKGLIBDIR='"$(PKGLIBDIR)"' -DVZ_QUOTADIR='"$(QUOTADIR)"' \
		   $(if $(FAULTS),-DVZ_FAULTS)
CFLAGS_VZ	:= -std=gnu11 -Wall -Wextra -Werror -Wstrict-prototypes \
		   -Wmissing-prototypes -Wshadow -Wno-unused-parameter \
		   -fvisibility=hidden -fstack-protector-strong -fPIC -MMD -MP
LIBS_VZ		= $(shell pkg-config --libs $(PKGS)) -lcrypt
PKG_CFLAGS	= $(shell pkg-config --cflags $(PKGS) $(PKGS_BUILD))

KVER		?= $(shell uname -r)
KERNELDIR	?= /lib/modules/$(KVER)/build

Q		:= $(if $(V),,@)
say		= $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

lib_src		:= $(wildcard lib/libvz/*.c)
lib_obj		:= $(lib_src:%.c=$(BUILD)/%.o)
lib_so		:= $(BUILD)/libvz.so.$(SOVERSION)
lib_a		:= $(BUILD)/libvz.a
common_obj	:= $(patsubst %.c,$(BUILD)/%.o,$(wildcard cli/common/*.c))
# every directory below cli/ but common is one command
commands	:= $(filter-out common,$(notdir $(patsubst %/,%,$(wildcard cli/*/))))
bins		:= $(commands:%=$(BUILD)/bin/%)
unit_src	:= $(wildcard tests/unit/test_*.c)
units		:= $(unit_src:tests/unit/%.c=$(BUILD)/unit/%)

.PHONY: all user modules install modules_install dkms-install deps check \
	check-all unit demo bench bench-net bench-disk bench-ubc lint clean
all: user $(if $(wildcard $(KERNELDIR)/Makefile),modules)
user: $(lib_so) $(lib_a) $(BUILD)/libvz.pc $(bins)

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_VZ) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS_VZ) $(CFLAGS) -c -o $@ $<

# The system call filter as the kernel takes it.
$(BUILD)/gen/seccomp.inc: lib/libvz/gen/seccomp.c
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE $(CFLAGS_VZ) $(CFLAGS) -o $(BUILD)/gen/seccomp $< \
		$(shell pkg-config --cflags --libs libseccomp)
	$(Q)$(BUILD)/gen/seccomp > $@.new && mv $@.new $@
$(BUILD)/lib/libvz/seccomp.o: $(BUILD)/gen/seccomp.inc

$(lib_so): $(lib_obj) lib/libvz/libvz.sym
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-soname,libvz.so.$(SOVERSION) \
		-Wl,--version-script=lib/libvz/libvz.sym -Wl,--no-undefined \
		$(CFLAGS) $(LDFLAGS) -o $@ $(lib_obj) $(LIBS_VZ)
	$(Q)ln -sf $(@F) $(BUILD)/libvz.so

$(lib_a): $(lib_obj)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(lib_obj)

$(BUILD)/libvz.pc: lib/libvz/libvz.pc.in VERSION
	@mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|' $< > $@

define command_rules
$(BUILD)/bin/$(1): $(patsubst %.c,$(BUILD)/%.o,$(wildcard cli/$(1)/*.c)) $(common_obj) $(lib_so)
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $$@ $$(filter %.o,$$^) -L$(BUILD) -lvz \
		$(shell pkg-config --libs libnl-3.0)
endef
$(foreach c,$(commands),$(eval $(call command_rules,$(c))))

.PRECIOUS: $(BUILD)/%.o
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(common_obj) $(lib_a)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS_VZ) \
		-lcmocka -larchive

# The modules are built in a copy, so that one tree serves several kernels.
modules_dir	= $(BUILD)/modules-$(KVER)
modules:
	$(call say,KBUILD,$(KVER))
	$(Q)mkdir -p $(modules_dir)
	$(Q)cp -au modules include VERSION $(modules_dir)/
	$(Q)$(MAKE) -C $(KERNELDIR) M=$(abspath $(modules_dir))/modules $(if $(V),V=$(V)) modules

modules_install:
	$(Q)$(MAKE) -C $(KERNELDIR) M=$(abspath $(modules_dir))/modules \
		INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates modules_install

unit: $(units)
	$(Q)tests/unit/run $(units) tests/unit/dists

deps:
	$(Q)scripts/deps

check:
	$(Q)tests/check

check-all:
	$(Q)VZ_ALL=1 tests/check

demo:
	$(Q)scripts/demo

bench:
	$(Q)tests/bench/run

bench-net:
	$(Q)tests/bench/net

bench-disk:
	$(Q)tests/bench/disk

bench-ubc:
	$(Q)tests/bench/ubc

lint:
	$(Q)tests/lint

install: user
	$(Q)scripts/install '$(DESTDIR)' '$(BUILD)' SBINDIR='$(SBINDIR)' \
		LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' MANDIR='$(MANDIR)' \
		DATADIR='$(DATADIR)' SYSCONFDIR='$(SYSCONFDIR)' \
		PKGLIBDIR='$(PKGLIBDIR)' UNITDIR='$(UNITDIR)' \
		VERSION='$(VERSION)' SOVERSION='$(SOVERSION)'

dkms-install:
	$(Q)scripts/dkms-install '$(DESTDIR)' '$(PREFIX)' '$(VERSION)'

clean:
	$(Q)rm -rf $(BUILD)

-include $(lib_obj:.o=.d) $(common_obj:.o=.d) \
	$(wildcard $(BUILD)/cli/*/*.d) $(wildcard $(BUILD)/tests/unit/*.d)
