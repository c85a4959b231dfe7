// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unpacking OS templates: owner, mode, extended attributes and ACLs.
 *
 * Of the extended attributes only user.* and file capabilities are taken: the
 * others (security.*, trusted.*) mean something to programs of the host.
 */
#include <endian.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "unpack.h"

/* More entries than this do not fit into an extended attribute. */
#define MAX_ACL		8191

static int set_xattrs(struct unpack *u, struct archive_entry *entry, int fd)
{
	const char *name;
	const void *value;
	size_t size;

	archive_entry_xattr_reset(entry);
	while (!archive_entry_xattr_next(entry, &name, &value, &size)) {
		bool caps = !strcmp(name, "security.capability") &&
			    archive_entry_filetype(entry) == AE_IFREG;

		if (!caps && strncmp(name, "user.", 5)) {
			vz_log(u->ctx, VZ_LOG_DEBUG, 0,
			       "Template entry \"%s\": attribute %.64s skipped",
			       u->shown, name);
			continue;
		}
		if (!fsetxattr(fd, name, value, size, 0))
			continue;
		if (caps || errno != EOPNOTSUPP)
			return vz_unpack_fail(u, errno,
					      "gets no attribute %.64s: %m",
					      name);
	}
	return 0;
}

static int acl_tag(int tag)
{
	switch (tag) {
	case ARCHIVE_ENTRY_ACL_USER_OBJ:
		return ACL_USER_OBJ;
	case ARCHIVE_ENTRY_ACL_USER:
		return ACL_USER;
	case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
		return ACL_GROUP_OBJ;
	case ARCHIVE_ENTRY_ACL_GROUP:
		return ACL_GROUP;
	case ARCHIVE_ENTRY_ACL_MASK:
		return ACL_MASK;
	case ARCHIVE_ENTRY_ACL_OTHER:
		return ACL_OTHER;
	default:
		return -EINVAL;
	}
}

/* The kernel wants them by tag, then id. */
static int compare_acl(const void *a, const void *b)
{
	const struct posix_acl_xattr_entry *x = a, *y = b;
	unsigned int tag_x = le16toh(x->e_tag), tag_y = le16toh(y->e_tag);
	unsigned int id_x = le32toh(x->e_id), id_y = le32toh(y->e_id);

	if (tag_x != tag_y)
		return tag_x < tag_y ? -1 : 1;
	return id_x == id_y ? 0 : id_x < id_y ? -1 : 1;
}

static int fill_acl(struct unpack *u, struct archive_entry *entry, int want,
		    struct posix_acl_xattr_entry *out, int room)
{
	int type, perm, kind, id, n = 0;
	const char *name;

	while (archive_entry_acl_next(entry, want, &type, &perm, &kind, &id,
				      &name) == ARCHIVE_OK) {
		int tag = acl_tag(kind);
		bool has_id = tag == ACL_USER || tag == ACL_GROUP;

		if (tag < 0 || n == room)
			return vz_unpack_fail(u, EINVAL, "has a bad ACL");
		if (has_id && (id < 0 || id >= UNPACK_IDS))
			return vz_unpack_fail(u, EINVAL,
					      "has an id in its ACL that no container has: %d",
					      id);
		out[n].e_tag = htole16((uint16_t)tag);
		out[n].e_perm = htole16((uint16_t)(perm & 7));
		out[n].e_id = htole32(has_id ? (uint32_t)id :
				      (uint32_t)ACL_UNDEFINED_ID);
		n++;
	}
	qsort(out, (size_t)n, sizeof(*out), compare_acl);
	return n;
}

static int set_acl(struct unpack *u, struct archive_entry *entry, int fd,
		   int want, const char *xattr)
{
	int count = archive_entry_acl_reset(entry, want);
	autofree struct posix_acl_xattr_header *acl = NULL;
	size_t size;
	int n;

	if (count <= 0)
		return 0;
	if (count > MAX_ACL)
		return vz_unpack_fail(u, EINVAL, "has a bad ACL");
	acl = calloc(1, sizeof(*acl) + (size_t)count *
		     sizeof(struct posix_acl_xattr_entry));
	if (!acl)
		return vz_fail_oom(u->err);
	acl->a_version = htole32(POSIX_ACL_XATTR_VERSION);
	n = fill_acl(u, entry, want, (void *)(acl + 1), count);
	if (n < 0)
		return n;
	size = sizeof(*acl) + (size_t)n * sizeof(struct posix_acl_xattr_entry);
	if (fsetxattr(fd, xattr, acl, size, 0) && errno != EOPNOTSUPP)
		return vz_unpack_fail(u, errno, "gets no ACL: %m");
	return 0;
}

static int set_acls(struct unpack *u, struct archive_entry *entry, int fd)
{
	int types = archive_entry_acl_types(entry), ret;

	if (!(types & ARCHIVE_ENTRY_ACL_TYPE_POSIX1E))
		return 0;
	ret = set_acl(u, entry, fd, ARCHIVE_ENTRY_ACL_TYPE_ACCESS,
		      "system.posix_acl_access");
	if (!ret && archive_entry_filetype(entry) == AE_IFDIR)
		ret = set_acl(u, entry, fd, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT,
			      "system.posix_acl_default");
	return ret;
}

int vz_unpack_attrs(struct unpack *u, struct archive_entry *entry, int fd)
{
	uid_t uid;
	gid_t gid;
	int ret = vz_unpack_owner(u, entry, &uid, &gid);

	if (ret)
		return ret;
	if (fchown(fd, uid, gid))
		return vz_unpack_fail(u, errno, "gets no owner: %m");
	if (fchmod(fd, archive_entry_perm(entry) & 07777))
		return vz_unpack_fail(u, errno, "gets no mode: %m");
	ret = set_xattrs(u, entry, fd);
	return ret ? ret : set_acls(u, entry, fd);
}
