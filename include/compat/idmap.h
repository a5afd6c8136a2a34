/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mapped mounts: struct mnt_idmap, which older kernels spell as the user
 * namespace that the mount is mapped to.
 */
#ifndef _VIGIL_COMPAT_IDMAP_H
#define _VIGIL_COMPAT_IDMAP_H

#include <generated/vigil-compat.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mount.h>

#ifndef COMPAT_HAS_MNT_IDMAP
/* "mnt_idmap" is a type and a function; both become those of the old name. */
#define mnt_idmap		user_namespace
#define user_namespace(mnt)	mnt_user_ns(mnt)
#define nop_mnt_idmap		init_user_ns
#define file_mnt_idmap(file)	file_mnt_user_ns(file)
#endif

#ifndef COMPAT_HAS_GENERIC_FILLATTR_MASK
static inline void compat_generic_fillattr(struct mnt_idmap *idmap,
					   u32 request_mask,
					   struct inode *inode,
					   struct kstat *stat)
{
	generic_fillattr(idmap, inode, stat);
}

#define generic_fillattr compat_generic_fillattr
#endif

#endif /* _VIGIL_COMPAT_IDMAP_H */
