// SPDX-License-Identifier: GPL-2.0
/*
 * A folio and the chunk that it belongs to.
 *
 * The chunk is the folio's private data, which also is what makes the kernel ask
 * before it drops or splits the folio; see aops.c. What is ours is counted.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/vigil/hugepool.h>

#include "weightfs.h"

/**
 * weightfs_folio_adopt() - Make a folio part of a chunk.
 * @folio: locked, in the page cache
 * @chunk: the chunk that it belongs to
 *
 * Context: Process context.
 */
void weightfs_folio_adopt(struct folio *folio, struct weightfs_chunk *chunk)
{
	struct weightfs_mount *wm = weightfs_mount(chunk->wi->vfs_inode.i_sb);

	folio_attach_private(folio, chunk);
	atomic_long_add(folio_nr_pages(folio), &chunk->wi->pages);
	if (folio_test_large(folio)) {
		chunk->pool_nid = folio_nid(folio);
		atomic_long_inc(&wm->huge_chunks);
	} else {
		atomic_long_inc(&wm->small_pages);
	}
}

/**
 * weightfs_folio_disown() - A folio is no longer part of its chunk.
 * @folio: locked; on its way to the page allocator, or to be split
 *
 * Context: Process context.
 */
void weightfs_folio_disown(struct folio *folio)
{
	struct weightfs_chunk *chunk = folio_detach_private(folio);
	struct weightfs_mount *wm;

	if (!chunk)
		return;
	wm = weightfs_mount(chunk->wi->vfs_inode.i_sb);
	atomic_long_sub(folio_nr_pages(folio), &chunk->wi->pages);
	if (folio_test_large(folio)) {
		atomic_long_dec(&wm->huge_chunks);
		vigil_hugepool_forget(chunk->pool_nid);
	} else {
		atomic_long_dec(&wm->small_pages);
	}
}

/**
 * weightfs_page_readable() - May a page be read?
 * @chunk: the chunk that it belongs to
 * @folio: the folio; the caller has taken its reference before asking
 * @index: the page
 *
 * weightfs_release_folio() bars the chunk first and then looks for references,
 * so whoever has a reference and finds the chunk ready is waited for.
 *
 * Context: Any.
 * Return: true when the page is the chunk's and good as far as is known.
 */
bool weightfs_page_readable(struct weightfs_chunk *chunk, struct folio *folio,
			    pgoff_t index)
{
	/* Pairs with the ordering of chunk_break() before folio_ref_count(). */
	smp_mb();
	return weightfs_chunk_ready(chunk) && folio_test_uptodate(folio) &&
	       !PageHWPoison(folio_file_page(folio, index));
}

/**
 * weightfs_bar_poisoned() - Have a chunk built anew if a page of it is poisoned.
 * @chunk: the chunk, which seems to be ready
 * @folio: the folio, with a reference
 * @index: the page
 *
 * The kernel marks a page before it takes it away, and does not always get to
 * that. If it is about to, it breaks the chunk once more.
 *
 * Context: Process context. Does not wait for the folio's lock.
 * Return: false when the page is poisoned and was found to be lost; then nothing
 * is done, and weightfs_mend() tries again in its own time.
 */
bool weightfs_bar_poisoned(struct weightfs_chunk *chunk, struct folio *folio,
			   pgoff_t index)
{
	if (!PageHWPoison(folio_file_page(folio, index)))
		return true;
	if (READ_ONCE(chunk->lost))
		return false;
	if (folio_trylock(folio)) {
		if (folio->mapping && weightfs_chunk_ready(chunk))
			weightfs_chunk_break(chunk);
		folio_unlock(folio);
	}
	return true;
}
