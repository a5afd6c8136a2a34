/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual file system.
 *
 * error_remove_folio() has another name on older kernels and gets a page, which
 * takes a macro:
 *
 *	static int foo_remove(struct address_space *mapping,
 *			      struct folio *folio);
 *	COMPAT_ERROR_REMOVE_FOLIO(foo_error_remove_folio, foo_remove)
 *
 *	static const struct address_space_operations foo_aops = {
 *		.error_remove_folio = foo_error_remove_folio,
 *	};
 */
#ifndef _VIGIL_COMPAT_FS_H
#define _VIGIL_COMPAT_FS_H

#include <generated/vigil-compat.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mount.h>

#ifndef COMPAT_HAS_MNT_IDMAP
/* What a mount is mapped to was the user namespace itself. */
static inline struct user_namespace *user_namespace(const struct vfsmount *mnt)
{
	return mnt_user_ns(mnt);
}
#define mnt_idmap		user_namespace	/* the structure and the function */
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

#ifndef COMPAT_HAS_FILEMAP_SPLICE_READ
#define filemap_splice_read generic_file_splice_read
#endif

#ifdef COMPAT_HAS_ERROR_REMOVE_FOLIO
#define COMPAT_ERROR_REMOVE_FOLIO(name, fn)				\
static int name(struct address_space *mapping, struct folio *folio)	\
{									\
	return fn(mapping, folio);					\
}
#else
#define error_remove_folio error_remove_page
#define COMPAT_ERROR_REMOVE_FOLIO(name, fn)				\
static int name(struct address_space *mapping, struct page *page)	\
{									\
	return fn(mapping, page_folio(page));				\
}
#endif

#endif /* _VIGIL_COMPAT_FS_H */
