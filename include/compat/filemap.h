/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page cache and the faults on it.
 */
#ifndef _VIGIL_COMPAT_FILEMAP_H
#define _VIGIL_COMPAT_FILEMAP_H

#include <generated/vigil-compat.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#ifndef COMPAT_HAS_FILEMAP_GET_FOLIO_ERR
/* A folio that is not there is an error, not NULL. */
static inline struct folio *
compat_filemap_get_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = __filemap_get_folio(mapping, index, 0, 0);

	return folio ? folio : ERR_PTR(-ENOENT);
}

#define filemap_get_folio compat_filemap_get_folio
#endif

#ifndef COMPAT_HAS_RELEASE_FAULT_LOCK
/* Before there were locks for single VMAs. */
static inline void release_fault_lock(struct vm_fault *vmf)
{
	mmap_read_unlock(vmf->vma->vm_mm);
}
#endif

#ifndef COMPAT_HAS_COPY_SPLICE_READ
/* The old way also reads into fresh pages, through ->read_iter. */
#define copy_splice_read generic_file_splice_read
#endif

#endif /* _VIGIL_COMPAT_FILEMAP_H */
