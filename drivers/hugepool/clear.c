// SPDX-License-Identifier: GPL-2.0
/*
 * Making room for a huge page where everything in the way can be moved.
 *
 * Compaction of the kernel moves pages from one end of a zone to the other until a
 * block of the wanted size happens to be free, and when that failed it is put off
 * for up to 64 more allocations. On a host that has run for months most blocks
 * have a few pages in use, most of these can be moved, and nobody needs a certain
 * block. So go through the node block by block and have the kernel clear the next
 * one that looks movable, with what it has for contiguous allocations.
 *
 * The block is freed as soon as it is clear and then allocated like any huge page:
 * the page allocator alone knows how to prepare one. Somebody else may be quicker;
 * then the next block is cleared.
 *
 * Pages that are pinned look movable until they are tried; hence the limit on
 * tries. Blocks with a poisoned frame or a large folio are left alone, so are
 * those of CMA and of ZONE_MOVABLE: what is in them must not be pinned.
 */
#include <linux/gfp.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/sched.h>

#include "hugepool.h"

#define CLEAR_GFP (GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/* Blocks looked at in a pass: 32 GiB on x86. */
#define CLEAR_LOOKS 16384

/* Blocks tried in a row without getting a page. */
#define CLEAR_TRIES 8

#ifdef CONFIG_CONTIG_ALLOC
/* Without any lock, so it is only a hint; the kernel makes sure. */
static bool looks_movable(struct page *page)
{
	if (PageCompound(page) || PageReserved(page) || PageHWPoison(page))
		return false;
	return !page_count(page) || PageLRU(page);
}

static bool block_looks_movable(struct hugepool *pool, unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	unsigned int i;

	if (!page || page_to_nid(page) != pool->nid ||
	    page_zonenum(page) > gfp_zone(GFP_HIGHUSER))
		return false;
	for (i = 0; i < HPAGE_PMD_NR; i++) {
		if (!looks_movable(nth_page(page, i)))
			return false;
	}
	return true;
}

static bool clear_block(unsigned long pfn)
{
	if (alloc_contig_range(pfn, pfn + HPAGE_PMD_NR, MIGRATE_MOVABLE,
			       CLEAR_GFP))
		return false;
	free_contig_range(pfn, HPAGE_PMD_NR);
	return true;
}
#else
static bool block_looks_movable(struct hugepool *pool, unsigned long pfn)
{
	return false;
}

static bool clear_block(unsigned long pfn)
{
	return false;
}
#endif

/* One after the other, over and over. */
static unsigned long next_block(struct hugepool *pool)
{
	pg_data_t *node = NODE_DATA(pool->nid);
	unsigned long first = ALIGN(node->node_start_pfn, HPAGE_PMD_NR);
	unsigned long pfn = pool->clear_pfn;

	if (pfn < first || pfn + HPAGE_PMD_NR > pgdat_end_pfn(node))
		pfn = first;
	pool->clear_pfn = pfn + HPAGE_PMD_NR;
	return pfn;
}

/**
 * hugepool_clear_success() - A page was got: as many blocks may be tried again.
 * @pool: reserve
 *
 * Context: The fill's work.
 */
void hugepool_clear_success(struct hugepool *pool)
{
	pool->clear_tries = CLEAR_TRIES;
}

/**
 * hugepool_clear_begin() - Begin a pass: as much may be tried again.
 * @pool: reserve
 *
 * Context: The fill's work.
 */
void hugepool_clear_begin(struct hugepool *pool)
{
	unsigned long blocks = NODE_DATA(pool->nid)->node_spanned_pages /
			       HPAGE_PMD_NR;

	pool->clear_looks = min(blocks, CLEAR_LOOKS);
	hugepool_clear_success(pool);
}

/**
 * hugepool_clear() - Make the page allocator have one more huge page.
 * @pool: reserve that wants it
 *
 * Goes on where it stopped before.
 *
 * Context: The fill's work. Takes none of our locks.
 * Return: true when a block was cleared; false when all there are, or as many as a
 * pass may, were looked at, or too many in a row gave no page.
 */
bool hugepool_clear(struct hugepool *pool)
{
	unsigned long pfn;

	while (pool->clear_looks && pool->clear_tries) {
		pool->clear_looks--;
		pfn = next_block(pool);
		if (block_looks_movable(pool, pfn)) {
			pool->clear_tries--;
			if (clear_block(pfn))
				return true;
		}
		cond_resched();
	}
	return false;
}
