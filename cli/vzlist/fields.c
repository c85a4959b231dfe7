// SPDX-License-Identifier: GPL-2.0-only
/* vzlist: the table of fields. */
#include <string.h>

#include "fields.h"

/*
 * Each field is written once, as FIELD(name, header, width, column flags,
 * kind, source, variable, part).
 */
#define L	COLUMN_LEFT
#define NJ	COLUMN_NO_JSON

#define UBC(FIELD, name, header, variable) \
	FIELD(name, header, 10, 0, KIND_UBC, FROM_UBC, variable, -1) \
	FIELD(name ".m", header ".M", 10, NJ, KIND_INT, FROM_UBC, variable, 1) \
	FIELD(name ".b", header ".B", 10, NJ, KIND_INT, FROM_UBC, variable, 2) \
	FIELD(name ".l", header ".L", 10, NJ, KIND_INT, FROM_UBC, variable, 3) \
	FIELD(name ".f", header ".F", 10, NJ, KIND_INT, FROM_UBC, variable, 4)

#define QUOTA(FIELD, name, header, variable) \
	FIELD(name, header, 10, 0, KIND_QUOTA, FROM_QUOTA, variable, -1) \
	FIELD(name ".s", header ".S", 10, NJ, KIND_INT, FROM_QUOTA, \
	      variable, 1) \
	FIELD(name ".h", header ".H", 10, NJ, KIND_INT, FROM_QUOTA, \
	      variable, 2)

#define CONFIG(FIELD, name, header, width, flags, kind, variable) \
	FIELD(name, header, width, flags, kind, FROM_CONFIG, variable, -1)

#define FIELDS(F) \
	F("ctid", "CTID", 10, 0, KIND_INT, FROM_ID, NULL, -1) \
	F("veid", "CTID", 10, 0, KIND_INT, FROM_ID, NULL, -1) \
	F("vpsid", "CTID", 10, 0, KIND_INT, FROM_ID, NULL, -1) \
	F("private", "PRIVATE", 32, L, KIND_TEXT, FROM_PRIVATE, NULL, -1) \
	F("root", "ROOT", 32, L, KIND_TEXT, FROM_ROOT, NULL, -1) \
	CONFIG(F, "mount_opts", "MOUNT_OPTS", 16, L, KIND_TEXT, "MOUNT_OPTS") \
	CONFIG(F, "origin_sample", "ORIGIN_SAMPLE", 32, \
	       L | COLUMN_HEADER_RIGHT, KIND_TEXT, "ORIGIN_SAMPLE") \
	CONFIG(F, "hostname", "HOSTNAME", 32, L, KIND_TEXT, "HOSTNAME") \
	F("name", "NAME", 32, L, KIND_TEXT, FROM_NAME, NULL, -1) \
	F("smart_name", "SMARTNAME", 10, 0, KIND_TEXT, FROM_SMART_NAME, \
	  NULL, -1) \
	CONFIG(F, "description", "DESCRIPTION", 32, L, KIND_TEXT, \
	       "DESCRIPTION") \
	CONFIG(F, "ostemplate", "OSTEMPLATE", 32, L, KIND_TEXT, "OSTEMPLATE") \
	F("ip", "IP_ADDR", 15, L, KIND_LIST, FROM_ADDRESSES, "IP_ADDRESS", \
	  -1) \
	CONFIG(F, "nameserver", "NAMESERVER", 15, L, KIND_LIST, "NAMESERVER") \
	CONFIG(F, "searchdomain", "SEARCHDOMAIN", 15, L, KIND_LIST, \
	       "SEARCHDOMAIN") \
	F("status", "STATUS", 9, L, KIND_TEXT, FROM_STATUS, NULL, -1) \
	UBC(F, "kmemsize", "KMEMSIZE", "KMEMSIZE") \
	UBC(F, "lockedpages", "LOCKEDP", "LOCKEDPAGES") \
	UBC(F, "privvmpages", "PRIVVMP", "PRIVVMPAGES") \
	UBC(F, "shmpages", "SHMP", "SHMPAGES") \
	UBC(F, "numproc", "NPROC", "NUMPROC") \
	UBC(F, "physpages", "PHYSP", "PHYSPAGES") \
	UBC(F, "vmguarpages", "VMGUARP", "VMGUARPAGES") \
	UBC(F, "oomguarpages", "OOMGUARP", "OOMGUARPAGES") \
	UBC(F, "numtcpsock", "NTCPSOCK", "NUMTCPSOCK") \
	UBC(F, "numflock", "NFLOCK", "NUMFLOCK") \
	UBC(F, "numpty", "NPTY", "NUMPTY") \
	UBC(F, "numsiginfo", "NSIGINFO", "NUMSIGINFO") \
	UBC(F, "tcpsndbuf", "TCPSNDB", "TCPSNDBUF") \
	UBC(F, "tcprcvbuf", "TCPRCVB", "TCPRCVBUF") \
	UBC(F, "othersockbuf", "OTHSOCKB", "OTHERSOCKBUF") \
	UBC(F, "dgramrcvbuf", "DGRAMRB", "DGRAMRCVBUF") \
	UBC(F, "numothersock", "NOTHSOCK", "NUMOTHERSOCK") \
	UBC(F, "dcachesize", "DCACHESZ", "DCACHESIZE") \
	UBC(F, "numfile", "NFILE", "NUMFILE") \
	UBC(F, "numiptent", "NIPTENT", "NUMIPTENT") \
	UBC(F, "swappages", "SWAPP", "SWAPPAGES") \
	UBC(F, "numinotify", "NINOTIFY", "NUMINOTIFY") \
	UBC(F, "numkeys", "NKEYS", "NUMKEYS") \
	UBC(F, "nummounts", "NMOUNTS", "NUMMOUNTS") \
	UBC(F, "numns", "NNS", "NUMNS") \
	UBC(F, "numcgroup", "NCGROUP", "NUMCGROUP") \
	UBC(F, "numneigh", "NNEIGH", "NUMNEIGH") \
	QUOTA(F, "diskspace", "DSPACE", "DISKSPACE") \
	QUOTA(F, "diskinodes", "DINODES", "DISKINODES") \
	F("laverage", "LAVERAGE", 14, 0, KIND_TEXT, FROM_NOWHERE, NULL, -1) \
	F("uptime", "UPTIME", 15, 0, KIND_UPTIME, FROM_UPTIME, NULL, -1) \
	CONFIG(F, "cpulimit", "CPULIM", 7, 0, KIND_INT0, "CPULIMIT") \
	CONFIG(F, "cpuunits", "CPUUNI", 7, 0, KIND_INT0, "CPUUNITS") \
	CONFIG(F, "cpus", "CPUS", 5, 0, KIND_INT0, "CPUS") \
	CONFIG(F, "ioprio", "IOP", 3, 0, KIND_INT0, "IOPRIO") \
	F("iolimit", "IOLIMIT", 10, 0, KIND_INT0, FROM_CONFIG_LIMIT, \
	  "IOLIMIT", -1) \
	F("iopslimit", "IOPS", 4, 0, KIND_INT0, FROM_CONFIG_LIMIT, \
	  "IOPSLIMIT", -1) \
	CONFIG(F, "onboot", "ONBOOT", 6, 0, KIND_BOOL, "ONBOOT") \
	CONFIG(F, "bootorder", "BOOTORDER", 10, 0, KIND_INT, "BOOTORDER") \
	CONFIG(F, "layout", "LAYOUT", 6, 0, KIND_TEXT, "VE_LAYOUT") \
	F("features", "FEATURES", 15, L, KIND_FLAGS, FROM_CONFIG_LOWER, \
	  "FEATURES", -1) \
	F("vswap", "VSWAP", 5, 0, KIND_BOOL, FROM_VSWAP, NULL, -1) \
	CONFIG(F, "disabled", "DISABL", 6, 0, KIND_BOOL, "DISABLED") \
	CONFIG(F, "vm_overcommit", "VM_OVC", 6, 0, KIND_REAL, \
	       "VM_OVERCOMMIT") \
	CONFIG(F, "rate", "RATE", 15, L, KIND_LIST, "RATE") \
	CONFIG(F, "ratebound", "RATEBND", 7, 0, KIND_BOOL, "RATEBOUND") \
	F("net_in", "NET_IN", 14, 0, KIND_INT, FROM_NET_IN, NULL, -1) \
	F("net_out", "NET_OUT", 14, 0, KIND_INT, FROM_NET_OUT, NULL, -1) \
	CONFIG(F, "netfilter", "NETFILTER", 9, L, KIND_TEXT, "NETFILTER") \
	F("capability", "CAPABILITY", 15, L, KIND_FLAGS, FROM_CONFIG_LOWER, \
	  "CAPABILITY", -1)

#define AS_COLUMN(name, header, width, flags, kind, source, variable, part) \
	{ name, header, width, flags, kind },
#define AS_FIELD(name, header, width, flags, kind, source, variable, part) \
	{ source, variable, part },

const struct column columns[] = { FIELDS(AS_COLUMN) };
const struct field fields[] = { FIELDS(AS_FIELD) };
const int field_count = ARRAY_SIZE(fields);

int field_find(const char *name)
{
	int i;

	for (i = 0; i < field_count; i++)
		if (!strcmp(columns[i].name, name))
			return i;
	return -1;
}
