/* SPDX-License-Identifier: GPL-2.0 */
/* Splicing from the page cache. */
#ifndef _VIGIL_COMPAT_SPLICE_H
#define _VIGIL_COMPAT_SPLICE_H

#include <generated/vigil-compat.h>
#include <linux/fs.h>

#ifndef COMPAT_HAS_FILEMAP_SPLICE_READ
#define filemap_splice_read generic_file_splice_read
#endif

#endif /* _VIGIL_COMPAT_SPLICE_H */
