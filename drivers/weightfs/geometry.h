/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a file is cut into chunks. Pure arithmetic.
 *
 * A chunk is as large as one PMD mapping. Every chunk but the tail can be one
 * huge page. The tail is what remains after the last whole chunk; it is kept
 * in small pages, because a huge page across the end of a file can't be mapped
 * huge and would waste memory.
 */
#ifndef _WEIGHTFS_GEOMETRY_H
#define _WEIGHTFS_GEOMETRY_H

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/huge_mm.h>	/* does not compile before mm.h */

#define WEIGHTFS_CHUNK_SHIFT	HPAGE_PMD_SHIFT
#define WEIGHTFS_CHUNK_BYTES	BIT_ULL(WEIGHTFS_CHUNK_SHIFT)
#define WEIGHTFS_CHUNK_PAGES	(1UL << (WEIGHTFS_CHUNK_SHIFT - PAGE_SHIFT))

/* Pages of a file of @size bytes, the last one possibly in part. */
static inline pgoff_t weightfs_file_pages(loff_t size)
{
	return (size >> PAGE_SHIFT) + !!(size & (PAGE_SIZE - 1));
}

/* Chunks of a file of @size bytes, the tail included. */
static inline unsigned long weightfs_file_chunks(loff_t size)
{
	return DIV_ROUND_UP(weightfs_file_pages(size), WEIGHTFS_CHUNK_PAGES);
}

/* The chunk that holds page @index. */
static inline unsigned long weightfs_chunk_of(pgoff_t index)
{
	return index / WEIGHTFS_CHUNK_PAGES;
}

/* First page of chunk @nr. */
static inline pgoff_t weightfs_chunk_start(unsigned long nr)
{
	return nr * WEIGHTFS_CHUNK_PAGES;
}

/* Pages in chunk @nr of a file of @size bytes; 0 behind its end. */
static inline unsigned int weightfs_chunk_pages(loff_t size, unsigned long nr)
{
	pgoff_t pages = weightfs_file_pages(size);
	pgoff_t start = weightfs_chunk_start(nr);

	return start < pages ? min(pages - start, WEIGHTFS_CHUNK_PAGES) : 0;
}

/* Bytes of chunk @nr of a file of @size bytes; 0 behind its end. */
static inline u64 weightfs_chunk_bytes(loff_t size, unsigned long nr)
{
	u64 start = (u64)nr << WEIGHTFS_CHUNK_SHIFT;

	return start < size ? min_t(u64, size - start, WEIGHTFS_CHUNK_BYTES) : 0;
}

/* Bytes from chunk @first up to but not including chunk @end; none behind the end. */
static inline u64 weightfs_range_bytes(loff_t size, unsigned long first,
				       unsigned long end)
{
	u64 start = (u64)first << WEIGHTFS_CHUNK_SHIFT;
	u64 stop = min_t(u64, (u64)end << WEIGHTFS_CHUNK_SHIFT, size);

	return start < stop ? stop - start : 0;
}

/* A chunk can be a huge page only when the file fills all of it. */
static inline bool weightfs_chunk_can_be_huge(loff_t size, unsigned long nr)
{
	return weightfs_chunk_bytes(size, nr) == WEIGHTFS_CHUNK_BYTES;
}

#endif /* _WEIGHTFS_GEOMETRY_H */
