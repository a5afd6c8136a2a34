// SPDX-License-Identifier: GPL-2.0
/*
 * Weights leave a page frame that is about to be taken out of use.
 *
 * The chunk is built anew in a fresh huge page from the bytes it has, and the
 * old huge page goes back to the page allocator, where the frame can be taken
 * out. Nobody notices, and everything stays huge. A small page is left to the
 * kernel's own migration.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vigil/frame.h>

#include "weightfs.h"

/* The huge folio of ours at a frame, with a reference; NULL for any other. */
static struct folio *frame_folio(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return NULL;
	folio = page_folio(page);
	if (!folio_try_get(folio))
		return NULL;
	/* What it was may have been freed and used anew before we held it. */
	if (page_folio(page) == folio && folio_test_large(folio) &&
	    folio_test_lru(folio))
		return folio;
	folio_put(folio);
	return NULL;
}

/*
 * The chunk that a folio belongs to, with its inode held, and before that its
 * filesystem: who holds only an inode while the filesystem goes is left with
 * nothing. NULL if it is not ours or just going.
 */
static struct weightfs_chunk *folio_chunk(struct folio *folio)
{
	struct super_block *sb = NULL;
	struct address_space *mapping;
	struct weightfs_chunk *chunk = NULL;
	struct inode *inode = NULL;

	/* The lock keeps the folio in the mapping, and so the inode alive. */
	folio_lock(folio);
	mapping = folio_mapping(folio);
	if (mapping && mapping->a_ops == &weightfs_aops &&
	    atomic_inc_not_zero(&mapping->host->i_sb->s_active)) {
		sb = mapping->host->i_sb;
		inode = igrab(mapping->host);
	}
	if (inode)
		chunk = &weightfs_inode(inode)->chunks[weightfs_chunk_of(folio->index)];
	folio_unlock(folio);

	if (sb && !inode)
		deactivate_super(sb);
	return chunk;
}

static void release_chunk(struct weightfs_chunk *chunk)
{
	struct inode *inode = &chunk->wi->vfs_inode;
	struct super_block *sb = inode->i_sb;

	iput(inode);
	deactivate_super(sb);
}

static int weightfs_evacuate(struct vigil_frame_owner *self, unsigned long pfn)
{
	struct weightfs_chunk *chunk;
	struct folio *folio;
	bool pinned;
	int err;

	folio = frame_folio(pfn);
	if (!folio)
		return -ENOENT;
	chunk = folio_chunk(folio);
	pinned = chunk && folio_maybe_dma_pinned(folio);
	folio_put(folio);
	if (!chunk)
		return -ENOENT;
	err = pinned ? -EBUSY : weightfs_chunk_move(chunk);
	release_chunk(chunk);
	return err;
}

static struct vigil_frame_owner weightfs_frame_owner = {
	.name		= "weightfs",
	.owner		= THIS_MODULE,
	.evacuate	= weightfs_evacuate,
};

void weightfs_owner_register(void)
{
	vigil_frame_owner_register(&weightfs_frame_owner);
}

void weightfs_owner_unregister(void)
{
	vigil_frame_owner_unregister(&weightfs_frame_owner);
}
