// SPDX-License-Identifier: GPL-2.0-only
/*
 * All configuration variables.
 *
 * An option is named only where the library puts the variable into effect;
 * the others are read, checked and kept.  Of two elements with one name the
 * first one describes the variable, the second one only a further option.
 * "NAME-" is no variable: it is an option that takes elements out of NAME.
 */
#include "paramtable.h"

#define LIVE	(VZ_PARAM_SET | VZ_PARAM_LIVE)
#define START	(VZ_PARAM_SET | VZ_PARAM_START)
#define FILE_	VZ_PARAM_SET
#define GLOBAL	VZ_PARAM_GLOBAL
#define MULTI	VZ_PARAM_MULTI
#define ADD	(VZ_PARAM_MULTI | VZ_PARAM_ADD)

#define VAR(n, k, f, a, ...) \
	{ .pub = { .name = n, .flags = f, .arg = a }, .parse = vz_parse_##k, \
	  __VA_ARGS__ }
#define OPT(n, o, k, f, a, ...) \
	{ .pub = { .name = n, .option = o, .flags = f, .arg = a }, \
	  .parse = vz_parse_##k, __VA_ARGS__ }

#define YES_NO		"yes|no"
#define BYTES		"bytes[:bytes]"
#define PAGES		"pages[:pages]"
#define ITEMS		"items[:items]"
#define DIR		"/directory"

static const char *const capabilities[] = {
	"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL",
	"SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
	"NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
	"SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
	"SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME",
	"SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "VE_ADMIN",
	"SETFCAP", "FS_MASK", "AUDIT_CONTROL", "MAC_OVERRIDE", "MAC_ADMIN",
	"SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON",
	"BPF", "CHECKPOINT_RESTORE", NULL
};

static const char *const features[] = {
	"sysfs", "nfs", "sit", "ipip", "ppp", "ipgre", "bridge", "nfsd", NULL
};

static const char *const netfilter_modes[] = {
	"disabled", "stateless", "stateful", "full", NULL
};

static const char *const stop_modes[] = { "suspend", "stop", NULL };

#define ID_MAX	0xfffe0000ULL		/* with 65536 ids it ends below -1 */

const struct vz_param_def vz_param_table[] = {
	/* memory, processes, sockets: barriers and limits */
	OPT("KMEMSIZE", "kmemsize", bytes, LIVE, BYTES),
	OPT("TCPSNDBUF", "tcpsndbuf", bytes, LIVE, BYTES),
	OPT("TCPRCVBUF", "tcprcvbuf", bytes, LIVE, BYTES),
	OPT("OTHERSOCKBUF", "othersockbuf", bytes, LIVE, BYTES),
	OPT("DGRAMRCVBUF", "dgramrcvbuf", bytes, LIVE, BYTES),
	OPT("DCACHESIZE", "dcachesize", bytes, LIVE, BYTES, .alias = "DCACHE"),
	OPT("LOCKEDPAGES", "lockedpages", pages, LIVE, PAGES),
	OPT("PRIVVMPAGES", "privvmpages", pages, LIVE, PAGES),
	OPT("SHMPAGES", "shmpages", pages, LIVE, PAGES),
	OPT("PHYSPAGES", "physpages", pages, LIVE, PAGES),
	OPT("PHYSPAGES", "ram", ram, LIVE, "bytes", .min = 1),
	OPT("VMGUARPAGES", "vmguarpages", pages, LIVE, PAGES),
	OPT("OOMGUARPAGES", "oomguarpages", pages, LIVE, PAGES),
	OPT("SWAPPAGES", "swappages", pages, LIVE, PAGES),
	OPT("SWAPPAGES", "swap", ram, LIVE, "bytes"),
	OPT("NUMPROC", "numproc", items, LIVE, ITEMS),
	OPT("NUMTCPSOCK", "numtcpsock", items, LIVE, ITEMS),
	OPT("NUMOTHERSOCK", "numothersock", items, LIVE, ITEMS),
	OPT("NUMFILE", "numfile", items, LIVE, ITEMS),
	OPT("NUMFLOCK", "numflock", items, LIVE, ITEMS),
	OPT("NUMPTY", "numpty", items, LIVE, ITEMS),
	OPT("NUMSIGINFO", "numsiginfo", items, LIVE, ITEMS),
	OPT("NUMIPTENT", "numiptent", items, LIVE, ITEMS, .alias = "IPTENTRIES"),
	OPT("AVNUMPROC", "avnumproc", items, LIVE, ITEMS),
	OPT("NUMINOTIFY", "numinotify", items, LIVE, ITEMS),
	OPT("NUMKEYS", "numkeys", items, LIVE, ITEMS),
	OPT("NUMMOUNTS", "nummounts", items, LIVE, ITEMS),
	OPT("NUMNS", "numns", items, LIVE, ITEMS),
	OPT("NUMCGROUP", "numcgroup", items, LIVE, ITEMS),
	OPT("NUMNEIGH", "numneigh", items, LIVE, ITEMS),
	OPT("VM_OVERCOMMIT", "vm_overcommit", number, LIVE, "factor"),
	VAR("MEMINFO", meminfo, 0, "none|pages:N|privvmpages:N",
	    .def = "privvmpages:1"),

	/* processors and input/output */
	VAR("CPUUNITS", uint, 0, "8..500000", .min = 8, .max = 500000,
	    .def = "1000"),
	VAR("CPUUWEIGHT", uint, 0, "1..500000", .min = 1, .max = 500000),
	VAR("CPULIMIT", cpulimit, 0, "N|N%", .def = "0"),
	VAR("CPUS", uint, 0, "N", .max = 8192),
	VAR("CPUMASK", cpumask, 0, "N[-N][,N...]|all|auto"),
	VAR("NODEMASK", cpumask, 0, "N[-N][,N...]|all"),
	VAR("IOPRIO", uint, 0, "0..7", .max = 7, .def = "4"),
	VAR("IOLIMIT", iolimit, 0, "bytes per second", .def = "0"),
	VAR("IOPSLIMIT", uint, 0, "N", .max = UINT32_MAX, .def = "0"),

	/* network */
	OPT("HOSTNAME", "hostname", hostname, LIVE, "name"),
	OPT("IP_ADDRESS", "ipadd", addresses, LIVE | ADD,
	    "address[/bits] ..."),
	OPT("IP_ADDRESS", "ip", addresses, LIVE | ADD, "address[/bits] ..."),
	OPT("IP_ADDRESS-", "ipdel", addresses_gone,
	    LIVE | MULTI | VZ_PARAM_TAKE, "address ...|all",
	    .take = vz_take_addresses),
	OPT("NAMESERVER", "nameserver", resolver, LIVE | MULTI | GLOBAL,
	    "address ...|inherit", .def = "inherit"),
	OPT("SEARCHDOMAIN", "searchdomain", domains, LIVE | MULTI | GLOBAL,
	    "domain ...|inherit"),
	OPT("NETDEV", "netdev_add", ifnames, LIVE | ADD, "interface"),
	OPT("NETDEV-", "netdev_del", ifnames, LIVE | MULTI | VZ_PARAM_TAKE,
	    "interface", .take = vz_take_words),
	VAR("NETIF", netif, 0,
	    "ifname=,bridge=,mac=,host_ifname=,host_mac=[,mac_filter=][;...]"),
	OPT("NETFILTER", "netfilter", choice, START,
	    "disabled|stateless|stateful|full", .words = netfilter_modes, .def = "stateless"),
	OPT("RATE", "rate", rates, LIVE | ADD | GLOBAL,
	    "[device:]class:Kbits[,...]|none"),
	OPT("RATEBOUND", "ratebound", bool, LIVE | GLOBAL, YES_NO,
	    .def = "no"),
	VAR("IPTABLES", words, GLOBAL, "module ..."),

	/* rights and devices */
	OPT("CAPABILITY", "capability", onoff, START | ADD,
	    "name:on|off[,name:on|off...]", .words = capabilities),
	OPT("FEATURES", "features", onoff, START | ADD,
	    "name:on|off[,name:on|off...]", .words = features),
	VAR("DEVICES", devices, ADD, "b|c:major:minor|all:[r][w][q]|none"),
	OPT("DEVNODES", "devnodes", devnodes, LIVE | ADD,
	    "device:[r][w][q]|none"),
	VAR("PCI", pci, MULTI, "[domain:]bus:slot.function"),

	/* files and quota */
	OPT("VE_ROOT", "root", path, START | GLOBAL, DIR),
	OPT("VE_PRIVATE", "private", path, START | GLOBAL, DIR),
	VAR("VE_LAYOUT", layout, GLOBAL, "simfs", .def = "simfs"),
	VAR("MOUNT_OPTS", text, 0, "option[,option...]"),
	OPT("DISK_QUOTA", "diskquota", bool, START | GLOBAL, YES_NO,
	    .def = "yes"),
	OPT("DISKSPACE", "diskspace", blocks, LIVE, "KiB[:KiB]"),
	OPT("DISKINODES", "diskinodes", items, LIVE, "inodes[:inodes]"),
	OPT("QUOTATIME", "quotatime", uint, LIVE, "seconds", .max = INT32_MAX,
	    .def = "0"),
	OPT("QUOTAUGIDLIMIT", "quotaugidlimit", uint, LIVE, "N",
	    .max = INT32_MAX, .def = "0"),
	VAR("LOCAL_UID", uint, 0, "host id", .max = ID_MAX),
	VAR("LOCAL_GID", uint, 0, "host id", .max = ID_MAX),

	/* administration */
	OPT("ONBOOT", "onboot", bool, FILE_, YES_NO),
	OPT("BOOTORDER", "bootorder", uint, FILE_, "N", .max = INT32_MAX),
	OPT("OSTEMPLATE", "ostemplate", word, FILE_, "template"),
	OPT("DESCRIPTION", "description", text, FILE_, "text"),
	OPT("DISABLED", "disabled", bool, FILE_, YES_NO, .def = "no"),
	OPT("NAME", "name", name, FILE_, "name"),
	OPT("STOP_TIMEOUT", "stop-timeout", uint, FILE_ | GLOBAL, "seconds",
	    .max = 86400, .def = "120"),
	VAR("VEID", uint, 0, "container id", .max = VZ_CTID_MAX),
	VAR("IPV6", bool, GLOBAL, YES_NO, .def = "yes"),
	VAR("ORIGIN_SAMPLE", word, 0, "sample"),
	VAR("CONFIG_CUSTOMIZED", text, 0, YES_NO),
	VAR("VETH", text, 0, "text"),

	/* vz.conf only */
	VAR("VIRTUOZZO", bool, GLOBAL, YES_NO, .def = "yes"),
	VAR("LOCKDIR", path, GLOBAL, DIR),
	VAR("DUMPDIR", path, GLOBAL, DIR),
	VAR("TEMPLATE", path, GLOBAL, DIR),
	VAR("CONFIGFILE", word, GLOBAL, "sample"),
	VAR("DEF_OSTEMPLATE", word, GLOBAL, "template"),
	VAR("LOGGING", bool, GLOBAL, YES_NO, .def = "yes"),
	VAR("LOGFILE", path, GLOBAL, "/file", .def = "/var/log/vzctl.log"),
	VAR("LOG_LEVEL", uint, GLOBAL, "0..10", .max = 10, .def = "0"),
	VAR("VERBOSE", uint, GLOBAL, "0..10", .max = 10, .def = "0"),
	VAR("VZ_ID_BASE", uint, GLOBAL, "host id", .min = 65536,
	    .max = ID_MAX, .def = "2013265920"),
	VAR("VZ_ID_COUNT", uint, GLOBAL, "containers", .min = 1, .max = 65534,
	    .def = "2046"),
	VAR("VE0CPUUNITS", uint, GLOBAL, "8..500000", .min = 8,
	    .max = 500000, .def = "1000"),
	VAR("VE_STOP_MODE", choice, GLOBAL, "suspend|stop",
	    .words = stop_modes),
	VAR("VE_PARALLEL", text, GLOBAL, "N"),
	VAR("VZFASTBOOT", bool, GLOBAL, YES_NO, .def = "no"),
	VAR("VZWDOG", bool, GLOBAL, YES_NO, .def = "no"),
	VAR("MODULES_DISABLED", bool, GLOBAL, YES_NO, .def = "no"),
	VAR("SKIP_SYSCTL_SETUP", bool, GLOBAL, YES_NO, .def = "no"),
	VAR("IPTABLES_MODULES", words, GLOBAL, "module ..."),
	VAR("VE_ROUTE_SRC_DEV", text, GLOBAL, "interface"),
	VAR("NEIGHBOUR_DEVS", text, GLOBAL, "detect|all|list"),
	VAR("SKIP_ARPDETECT", bool, GLOBAL, YES_NO, .def = "no"),
	VAR("ERROR_ON_ARPFAIL", bool, GLOBAL, YES_NO, .def = "no"),
	VAR("FORCE_ROUTE", text, GLOBAL, "text"),
	{ .pub = { .name = NULL } },
};
