// SPDX-License-Identifier: GPL-2.0
/* Allocating given page frames (CONFIG_CONTIG_ALLOC). */
#include <linux/gfp.h>
#include <linux/mmzone.h>

int probe(unsigned long pfn);
int probe(unsigned long pfn)
{
	return alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, GFP_KERNEL);
}
