/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Huge pages of PMD size, reserved on each NUMA node.
 *
 * A node's reserve is what its administrator set as target: pages that are
 * idle plus pages that are in use. A user of the reserve therefore says when it
 * lets a page go, and the reserve gets another one from the page allocator:
 *
 *	folio = vigil_hugepool_take(nid);	idle page, now in use
 *	...					fill it, insert it, map it
 *	folio_put(folio);			last reference, to the buddy
 *	vigil_hugepool_forget(nid);		no longer in use, refill
 *
 * A page that was never inserted anywhere goes back without that detour, with
 * vigil_hugepool_give_back().
 *
 * Some idle pages may be kept as a spare, for pages that replace damaged ones:
 * only vigil_hugepool_take_spare() hands them out.
 */
#ifndef _LINUX_VIGIL_HUGEPOOL_H
#define _LINUX_VIGIL_HUGEPOOL_H

#include <linux/mm.h>

struct folio *vigil_hugepool_take(int nid);
struct folio *vigil_hugepool_take_spare(int nid);
void vigil_hugepool_give_back(struct folio *folio);
void vigil_hugepool_forget(int nid);
unsigned long vigil_hugepool_free_pages(int nid);

/**
 * vigil_hugepool_poisoned() - Look for PG_hwpoison on every frame of a page.
 * @folio: page, held by the caller
 *
 * An error that strikes after its frame was looked at is missed. The user finds
 * it when the folio is in the page cache, where memory_failure() can handle it.
 *
 * Context: Any.
 * Return: true when at least one frame is poisoned.
 */
static inline bool vigil_hugepool_poisoned(struct folio *folio)
{
	long i, nr = folio_nr_pages(folio);

	for (i = 0; i < nr; i++) {
		if (PageHWPoison(folio_page(folio, i)))
			return true;
	}
	return false;
}

#endif /* _LINUX_VIGIL_HUGEPOOL_H */
