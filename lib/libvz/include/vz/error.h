/* SPDX-License-Identifier: GPL-2.0-only */
/* libvz - errors; included by <vz/libvz.h> */
#ifndef _VZ_ERROR_H
#define _VZ_ERROR_H

/**
 * enum vz_code - what went wrong, in the numbers that vzctl exits with
 *
 * The numbers are those of OpenVZ's vzctl and never change.
 */
enum vz_code {
	VZ_OK				= 0,
	VZ_E_SETUBC			= 1,
	VZ_E_SYSTEM			= 3,
	VZ_E_BAD_KERNEL			= 5,
	VZ_E_RESOURCE			= 6,
	VZ_E_ENVCREATE			= 7,
	VZ_E_COMMAND_EXECUTION		= 8,
	VZ_E_LOCKED			= 9,
	VZ_E_NOCONFIG			= 10,
	VZ_E_NOSCRIPT			= 11,
	VZ_E_NO_ACCESS			= 12,
	VZ_E_SET_CAP			= 13,
	VZ_E_NOVECONFIG			= 14,
	VZ_E_EXEC_TIMEOUT		= 15,
	VZ_E_INVALID_SYNTAX		= 20,
	VZ_E_INVALID_VALUE		= 21,
	VZ_E_ROOT_NOTSET		= 22,
	VZ_E_PRIVATE_NOTSET		= 23,
	VZ_E_TMPL_NOTSET		= 24,
	VZ_E_UBC_NOTSET			= 28,
	VZ_E_OSTEMPLATE_NOTSET		= 29,
	VZ_E_NOT_RUNNING		= 31,
	VZ_E_RUNNING			= 32,
	VZ_E_STOP			= 33,
	VZ_E_CANT_ADDIP			= 34,
	VZ_E_NOT_MOUNTED		= 40,
	VZ_E_MOUNTED			= 41,
	VZ_E_NO_PRIVATE			= 43,
	VZ_E_PRIVATE_EXISTS		= 44,
	VZ_E_NO_DISK_SPACE		= 46,
	VZ_E_BAD_TEMPLATE		= 47,
	VZ_E_NEW_PRIVATE		= 48,
	VZ_E_MOUNTPOINT			= 49,
	VZ_E_CANT_MOUNT			= 50,
	VZ_E_CANT_UMOUNT		= 51,
	VZ_E_DEL_PRIVATE		= 52,
	VZ_E_CREATE_DIR			= 54,
	VZ_E_DQ_ON			= 60,
	VZ_E_DQ_INIT			= 61,
	VZ_E_DQ_SET			= 62,
	VZ_E_SET_USER_QUOTA		= 65,
	VZ_E_DQ_OFF			= 66,
	VZ_E_DQ_UGID_NOTINITIALIZED	= 67,
	VZ_E_GET_QUOTA_USAGE		= 68,
	VZ_E_BAD_HOSTNAME		= 70,
	VZ_E_BAD_IP			= 71,
	VZ_E_BAD_DNS_SERVER		= 72,
	VZ_E_BAD_SEARCH_DOMAIN		= 73,
	VZ_E_CHANGEPASS			= 74,
	VZ_E_LOCKDIR_NOTSET		= 77,
	VZ_E_IP_INUSE			= 78,
	VZ_E_ACTIONSCRIPT		= 79,
	VZ_E_SET_RATE			= 80,
	VZ_E_SET_ACCOUNT		= 81,
	VZ_E_COPY_CONFIG		= 82,
	VZ_E_INVALID_CONFIG		= 85,
	VZ_E_SET_DEVICES		= 86,
	VZ_E_OSTEMPLATE_NOT_FOUND	= 91,
	VZ_E_PLOOP_UNSUP		= 99,
	VZ_E_GET_IP			= 100,
	VZ_E_NETDEV			= 104,
	VZ_E_START_DISABLED		= 105,
	VZ_E_NO_DISTRIBUTION_CONF	= 107,
	VZ_E_NO_DISTRIBUTION_SCRIPT	= 108,
	VZ_E_VETH			= 130,
	VZ_E_SET_NAME			= 131,
	VZ_E_WAIT			= 133,
	VZ_E_CONFIG_SAVE		= 139,
};

/**
 * struct vz_error - why a call failed; lives where the caller puts it
 * @err: negative errno
 * @code: enum vz_code
 * @text: one sentence without a final newline: what failed, on what, and
 *	where it is known what to do about it
 */
struct vz_error {
	int	err;
	int	code;
	char	text[1024];
};

#endif /* _VZ_ERROR_H */
