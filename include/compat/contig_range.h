/* SPDX-License-Identifier: GPL-2.0 */
/* Allocating given page frames; kernels without CONFIG_CONTIG_ALLOC can't. */
#ifndef _VIGIL_COMPAT_CONTIG_RANGE_H
#define _VIGIL_COMPAT_CONTIG_RANGE_H

#include <generated/vigil-compat.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mmzone.h>

#ifndef COMPAT_HAS_ALLOC_CONTIG_RANGE
static inline int alloc_contig_range(unsigned long start, unsigned long end,
				     unsigned int migratetype, gfp_t gfp_mask)
{
	return -EOPNOTSUPP;
}

static inline void free_contig_range(unsigned long pfn, unsigned long nr_pages)
{
}
#endif

#endif /* _VIGIL_COMPAT_CONTIG_RANGE_H */
