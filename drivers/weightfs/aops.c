// SPDX-License-Identifier: GPL-2.0
/*
 * What the memory management calls about a file's folios.
 *
 * A folio of ours has private data: the chunk that it belongs to. That makes
 * the kernel ask weightfs_release_folio() before it drops or splits a folio,
 * so drop_caches and an unprivileged MADV_COLD leave weights alone. The answer
 * is yes when a page of the folio is poisoned, or when the kernel itself or an
 * administrator takes a frame out of use; then the chunk is built anew.
 *
 * Splitting for poison needs every reference but the expected ones gone.
 * weightfs_release_folio() is called first, with the folio locked: it bars the
 * chunk to new readers and gives those who are copying a moment to finish.
 */
#include <compat/address_space.h>
#include <compat/mapcount.h>
#include <linux/capability.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/vigil/hugepool.h>
#include <linux/sched.h>

#include "weightfs.h"

/* Readers hold a reference for one page's copy or one page fault. */
#define WEIGHTFS_SETTLE_TRIES	200
#define WEIGHTFS_SETTLE_US	500

/*
 * Wait until only the page cache, the page tables, our private data and the
 * caller hold the folio. Bounded: a page that a driver has pinned stays pinned,
 * and the split then fails as it would for any other file.
 */
static void weightfs_settle(struct folio *folio)
{
	long expected = folio_nr_pages(folio) + 2;
	int tries;

	for (tries = 0; tries < WEIGHTFS_SETTLE_TRIES; tries++) {
		if (folio_ref_count(folio) - folio_mapcount(folio) <= expected)
			return;
		usleep_range(WEIGHTFS_SETTLE_US, 2 * WEIGHTFS_SETTLE_US);
	}
}

static bool weightfs_may_take_frame(gfp_t gfp)
{
	return gfpflags_allow_blocking(gfp) &&
	       ((current->flags & PF_KTHREAD) ||
		has_capability_noaudit(current, CAP_SYS_ADMIN));
}

static bool weightfs_release_folio(struct folio *folio, gfp_t gfp)
{
	struct weightfs_chunk *chunk = folio_get_private(folio);
	bool poisoned = vigil_hugepool_poisoned(folio);

	if (!folio_test_large(folio) && !poisoned)
		return false;
	if (!poisoned && !weightfs_may_take_frame(gfp))
		return false;

	weightfs_chunk_break(chunk);
	if (gfpflags_allow_blocking(gfp))
		weightfs_settle(folio);
	weightfs_folio_disown(folio);
	return true;
}

static void weightfs_invalidate_folio(struct folio *folio, size_t offset,
				      size_t len)
{
	if (!offset && len == folio_size(folio))
		weightfs_folio_disown(folio);
}

/* The poisoned page leaves the page cache; its chunk is built anew. */
static int weightfs_remove_poisoned(struct address_space *mapping,
				    struct folio *folio)
{
	struct weightfs_inode *wi = weightfs_inode(mapping->host);
	struct weightfs_chunk *chunk =
		&wi->chunks[weightfs_chunk_of(folio->index)];
	int err;

	weightfs_chunk_break(chunk);
	err = generic_error_remove_folio(mapping, folio);
	weightfs_chunk_removed(chunk);
	return err;
}

COMPAT_ERROR_REMOVE_FOLIO(weightfs_error_remove_folio, weightfs_remove_poisoned)

/*
 * Only where the core reads around us, between two states of a chunk. Where
 * MADV_HUGEPAGE is set the folio may be large; behind the end it is zero.
 */
static int weightfs_read_folio(struct file *file, struct folio *folio)
{
	struct weightfs_inode *wi = weightfs_inode(folio_inode(folio));
	struct weightfs_chunk *chunk =
		&wi->chunks[weightfs_chunk_of(folio->index)];
	long i, nr = min_t(long, folio_nr_pages(folio),
			   weightfs_file_pages(wi->size) - folio->index);
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = weightfs_chunk_read_page(chunk, folio_page(folio, i),
					       folio->index + i);
	folio_zero_segment(folio, nr * PAGE_SIZE, folio_size(folio));
	if (!err)
		folio_mark_uptodate(folio);
	folio_unlock(folio);
	return err;
}

const struct address_space_operations weightfs_aops = {
	.read_folio		= weightfs_read_folio,
	.dirty_folio		= noop_dirty_folio,
	.release_folio		= weightfs_release_folio,
	.invalidate_folio	= weightfs_invalidate_folio,
	.migrate_folio		= filemap_migrate_folio,
	.error_remove_folio	= weightfs_error_remove_folio,
};
