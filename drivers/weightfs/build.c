// SPDX-License-Identifier: GPL-2.0
/*
 * Making the contents of a chunk: the same steps for loading, for healing, for
 * moving to other frames and for going from small pages to a huge one.
 *
 *	1. get pages to fill: a huge one from the pool, or else small ones
 *	2. copy what the page cache has and its checksum confirms
 *	3. read the rest from the source; check it, or note its checksum
 *	4. put the new pages in the place of the old ones
 *
 * Weights never change, so those who have the old pages mapped may read them
 * until step 4. Only the work of the chunk runs this, so only one at a time.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <compat/filemap.h>
#include <linux/bitmap.h>
#include <linux/bvec.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vigil/component.h>
#include <linux/vigil/hugepool.h>

#include "trace.h"
#include "weightfs.h"

/**
 * struct weightfs_build - A chunk in the making.
 * @chunk: the chunk
 * @state: what it was when the build began
 * @move: no page of it may stay where it is
 * @held: somebody else holds the old huge page, which is poisoned
 * @corrupt: the page cache has bytes that the checksums do not confirm
 * @start: first page of it in the file
 * @nr: pages
 * @missing: pages that have to be read from the source
 * @huge: the huge page to fill, or NULL
 * @pages: without it, the page to fill for each page of the chunk; NULL where the
 *	page cache has a good one that stays
 * @bvec: without it, room for a list of @nr pages
 */
struct weightfs_build {
	struct weightfs_chunk *chunk;
	enum weightfs_state state;
	bool move;
	bool held;
	bool corrupt;
	pgoff_t start;
	unsigned int nr;
	DECLARE_BITMAP(missing, WEIGHTFS_CHUNK_PAGES);
	struct folio *huge;
	struct page **pages;
	struct bio_vec *bvec;
};

static struct address_space *build_mapping(const struct weightfs_build *b)
{
	return b->chunk->wi->vfs_inode.i_mapping;
}

static struct weightfs_mount *build_mount(const struct weightfs_build *b)
{
	return weightfs_mount(b->chunk->wi->vfs_inode.i_sb);
}

/* The page to fill, or NULL. */
static struct page *build_page(const struct weightfs_build *b, unsigned int i)
{
	return b->huge ? folio_page(b->huge, i) : b->pages[i];
}

static void build_free(struct weightfs_build *b)
{
	unsigned int i;

	if (b->huge)
		vigil_hugepool_give_back(b->huge);
	for (i = 0; b->pages && i < b->nr; i++)
		if (b->pages[i])
			put_page(b->pages[i]);
	kvfree(b->bvec);
	kvfree(b->pages);
	kfree(b);
}

/* With lists of small pages, unless there is a huge one, which goes with it. */
static struct weightfs_build *build_alloc(struct weightfs_chunk *chunk,
					  struct folio *huge)
{
	unsigned long nr = weightfs_chunk_nr(chunk);
	struct weightfs_build *b;

	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b) {
		if (huge)
			vigil_hugepool_give_back(huge);
		return NULL;
	}
	b->chunk = chunk;
	b->state = READ_ONCE(chunk->state);
	b->start = weightfs_chunk_start(nr);
	b->nr = weightfs_chunk_pages(chunk->wi->size, nr);
	b->huge = huge;
	if (!huge) {
		b->pages = kvcalloc(b->nr, sizeof(*b->pages), GFP_KERNEL);
		b->bvec = kvmalloc_array(b->nr, sizeof(*b->bvec), GFP_KERNEL);
	}
	if (!chunk->crc)
		chunk->crc = kcalloc(b->nr, sizeof(*chunk->crc), GFP_KERNEL);
	if (chunk->crc && (huge || (b->pages && b->bvec)))
		return b;
	build_free(b);
	return NULL;
}

/*
 * The node that asked first, then any other that has one. What replaces a page
 * that is or may be damaged may come from the spare.
 */
static struct folio *take_huge(int nid, bool heal)
{
	struct folio *(*take)(int nid) = heal ? vigil_hugepool_take_spare :
						vigil_hugepool_take;
	struct folio *folio = take(nid);
	int other;

	if (!IS_ERR(folio))
		return folio;
	for_each_online_node(other) {
		if (other == nid)
			continue;
		folio = take(other);
		if (!IS_ERR(folio))
			return folio;
	}
	return NULL;
}

static bool checksum_holds(const struct weightfs_build *b, unsigned int i,
			   struct page *page)
{
	u32 crc;

	return weightfs_checksum(page, &crc) &&
	       crc == b->chunk->crc[i];
}

/*
 * Copies with machine checks survived: the frame next to a bad one is not to be
 * trusted. The poison flag is looked at first, since the kernel may have taken
 * a poisoned page out of its own mapping.
 */
static bool copy_page_mc(struct page *to, struct page *from)
{
	void *dst, *src;
	unsigned long left;

	if (PageHWPoison(from))
		return false;
	dst = kmap_local_page(to);
	src = kmap_local_page(from);
	left = copy_mc_to_kernel(dst, src, PAGE_SIZE);
	kunmap_local(src);
	kunmap_local(dst);
	return !left;
}

static bool nothing_cached(const struct weightfs_build *b)
{
	return b->state == WEIGHTFS_EMPTY || !b->chunk->known;
}

/* The good folio with page @i of the chunk, with a reference; or NULL. */
static struct folio *cached_folio(struct weightfs_build *b, unsigned int i)
{
	struct folio *folio;

	if (nothing_cached(b))
		return NULL;
	folio = filemap_get_folio(build_mapping(b), b->start + i);
	if (IS_ERR(folio))
		return NULL;
	if (folio_test_uptodate(folio) &&
	    !PageHWPoison(folio_file_page(folio, b->start + i)))
		return folio;
	folio_put(folio);
	return NULL;
}

/* Good small pages of ours stay where they are, unless the chunk moves. */
static bool may_stay(struct weightfs_build *b, unsigned int i)
{
	struct folio *folio = b->move ? NULL : cached_folio(b, i);
	bool stays = folio && folio_test_private(folio) &&
		     !folio_test_large(folio);

	if (folio)
		folio_put(folio);
	return stays;
}

/* Fill page @i from the page cache, or say that it is missing. */
static void copy_cached(struct weightfs_build *b, unsigned int i)
{
	struct folio *folio = cached_folio(b, i);
	struct page *to = build_page(b, i);

	if (!folio || !copy_page_mc(to, folio_file_page(folio, b->start + i))) {
		__set_bit(i, b->missing);
	} else if (!checksum_holds(b, i, to)) {
		__set_bit(i, b->missing);
		b->corrupt = true;
	}
	if (folio)
		folio_put(folio);
}

static void fill_huge_from_cache(struct weightfs_build *b)
{
	unsigned int i;

	if (nothing_cached(b)) {
		bitmap_fill(b->missing, b->nr);
		return;
	}
	for (i = 0; i < b->nr; i++) {
		copy_cached(b, i);
		cond_resched();
	}
}

static int fill_small_from_cache(struct weightfs_build *b)
{
	gfp_t gfp = mapping_gfp_mask(build_mapping(b)) | __GFP_NOWARN;
	unsigned int i;

	for (i = 0; i < b->nr; i++) {
		if (may_stay(b, i))
			continue;
		b->pages[i] = alloc_pages_node(b->chunk->nid, gfp, 0);
		if (!b->pages[i])
			return -ENOMEM;
		copy_cached(b, i);
		cond_resched();
	}
	return 0;
}

static void zero_behind_end(struct weightfs_build *b)
{
	size_t used = b->chunk->wi->size & (PAGE_SIZE - 1);
	unsigned int last = b->nr - 1;

	if (used && b->start + b->nr == weightfs_file_pages(b->chunk->wi->size) &&
	    build_page(b, last))
		memzero_page(build_page(b, last), used, PAGE_SIZE - used);
}

static int read_range(struct weightfs_build *b, unsigned int first,
		      unsigned int nr)
{
	struct weightfs_inode *wi = b->chunk->wi;
	loff_t pos = (loff_t)(b->start + first) << PAGE_SHIFT;
	size_t want = min_t(u64, nr * PAGE_SIZE, wi->size - pos);
	struct bio_vec whole;
	unsigned int i;

	if (b->huge) {
		bvec_set_page(&whole, build_page(b, first), nr * PAGE_SIZE, 0);
		return weightfs_source_read(wi, &whole, 1, pos, want);
	}
	for (i = 0; i < nr; i++)
		bvec_set_page(&b->bvec[i], b->pages[first + i], PAGE_SIZE, 0);
	return weightfs_source_read(wi, b->bvec, nr, pos, want);
}

static int read_missing(struct weightfs_build *b)
{
	unsigned int first, end;
	int err;

	for_each_set_bitrange(first, end, b->missing, b->nr) {
		err = read_range(b, first, end - first);
		if (err)
			return err;
	}
	zero_behind_end(b);
	return 0;
}

/* The first time a chunk is read its checksums are noted, later they must hold. */
static int check_range(struct weightfs_build *b, unsigned int first,
		       unsigned int end)
{
	struct weightfs_chunk *chunk = b->chunk;
	unsigned int i;

	for (i = first; i < end; i++) {
		if (chunk->known && !checksum_holds(b, i, build_page(b, i)))
			return -ESTALE;
		if (!chunk->known &&
		    !weightfs_checksum(build_page(b, i), &chunk->crc[i]))
			return -EIO;
	}
	return 0;
}

static int check_missing(struct weightfs_build *b)
{
	unsigned int first, end;
	int err;

	for_each_set_bitrange(first, end, b->missing, b->nr) {
		err = check_range(b, first, end);
		if (err)
			return err;
		cond_resched();
	}
	/* Pairs with weightfs_chunk_read_page(): the checksums first. */
	smp_store_release(&b->chunk->known, true);
	return 0;
}

/*
 * An error in a page that is not in the page cache yet is marked, but otherwise
 * ignored by the kernel; see memory_failure(). So look again once it is there.
 */
static int insert_folio(struct weightfs_build *b, struct folio *folio,
			pgoff_t index)
{
	struct address_space *mapping = build_mapping(b);
	int err;

	err = filemap_add_folio(mapping, folio, index, mapping_gfp_mask(mapping));
	if (err)
		return err;
	weightfs_folio_adopt(folio, b->chunk);
	if (vigil_hugepool_poisoned(folio))
		weightfs_chunk_break(b->chunk);
	folio_mark_uptodate(folio);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

/*
 * A poisoned huge page could not be split if somebody else holds it: a device, or
 * a pipe. They go on reading what is lost, which is told. When they let go the
 * page allocator would hand the bad frame out again, so keep it.
 */
static void quarantine_old(struct weightfs_build *b)
{
	struct folio *folio = filemap_get_folio(build_mapping(b), b->start);

	if (IS_ERR(folio))
		return;
	if (folio_test_large(folio) && vigil_hugepool_poisoned(folio))
		b->held = true;
	else
		folio_put(folio);
}

static void remove_range(struct weightfs_build *b, unsigned int first,
			 unsigned int nr)
{
	struct address_space *mapping = build_mapping(b);
	loff_t pos = (loff_t)(b->start + first) << PAGE_SHIFT;

	unmap_mapping_pages(mapping, b->start + first, nr, false);
	truncate_inode_pages_range(mapping, pos, pos + nr * PAGE_SIZE - 1);
}

/* By ranges, so that a huge page goes as a whole. */
static void remove_old(struct weightfs_build *b)
{
	unsigned int first, end;

	quarantine_old(b);
	if (b->huge) {
		remove_range(b, 0, b->nr);
		return;
	}
	for (first = 0; first < b->nr; first = end + 1) {
		end = first;
		while (end < b->nr && b->pages[end])
			end++;
		if (end > first)
			remove_range(b, first, end - first);
	}
}

static int insert_huge(struct weightfs_build *b)
{
	int err = insert_folio(b, b->huge, b->start);

	if (!err)
		b->huge = NULL;
	return err;
}

static int insert_small(struct weightfs_build *b)
{
	unsigned int i;
	int err;

	for (i = 0; i < b->nr; i++) {
		if (!b->pages[i])
			continue;
		err = insert_folio(b, page_folio(b->pages[i]), b->start + i);
		if (err)
			return err;
		b->pages[i] = NULL;
	}
	return 0;
}

static int build_install(struct weightfs_build *b)
{
	enum weightfs_state state = b->huge ? WEIGHTFS_HUGE : WEIGHTFS_SMALL;
	struct address_space *mapping = build_mapping(b);
	u8 breaks;
	int err;

	filemap_invalidate_lock(mapping);
	remove_old(b);
	breaks = READ_ONCE(b->chunk->breaks);
	err = b->huge ? insert_huge(b) : insert_small(b);
	if (err)
		weightfs_chunk_set_state(b->chunk, WEIGHTFS_EMPTY);
	else
		weightfs_chunk_finish(b->chunk, state, breaks);
	filemap_invalidate_unlock(mapping);
	return err;
}

static void count_success(struct weightfs_build *b)
{
	unsigned int read = bitmap_weight(b->missing, b->nr);
	struct weightfs_mount *wm = build_mount(b);

	WRITE_ONCE(b->chunk->lost, false);
	if (b->state == WEIGHTFS_EMPTY) {
		trace_weightfs_load(b->chunk, read);
		weightfs_count(wm, WEIGHTFS_LOADED_CHUNKS, 1);
	} else if (read) {
		trace_weightfs_heal(b->chunk, read);
		atomic_long_add(read, &b->chunk->wi->heals);
		weightfs_count(wm, WEIGHTFS_HEALS, read);
	}
	if (b->move) {
		trace_weightfs_move(b->chunk, b->nr);
		weightfs_count(wm, WEIGHTFS_MOVES, 1);
	}
}

/*
 * What could not be healed is missing; the rest of the chunk is as good as
 * before, so let it be used. An access to the missing page fails.
 */
static void count_failure(struct weightfs_build *b, int err)
{
	struct weightfs_mount *wm = build_mount(b);

	trace_weightfs_fail(b->chunk, bitmap_weight(b->missing, b->nr));
	if (b->state == WEIGHTFS_EMPTY) {
		weightfs_count(wm, WEIGHTFS_LOAD_ERRORS, 1);
		return;
	}
	weightfs_count(wm, WEIGHTFS_HEAL_FAILURES, 1);
	if (READ_ONCE(b->chunk->state) == WEIGHTFS_BROKEN) {
		WRITE_ONCE(b->chunk->lost, true);
		weightfs_chunk_set_state(b->chunk, WEIGHTFS_SMALL);
	}
	pr_err_ratelimited("inode %lu, bytes %llu-%llu: not restored, error %d\n",
			   b->chunk->wi->vfs_inode.i_ino,
			   (u64)b->start << PAGE_SHIFT,
			   ((u64)(b->start + b->nr) << PAGE_SHIFT) - 1, err);
}

/*
 * For those who want no bytes at all rather than wrong ones: all of the chunk goes,
 * and can't be loaded again unless the source has it.
 */
static void drop_corrupt(struct weightfs_build *b)
{
	struct address_space *mapping = build_mapping(b);

	filemap_invalidate_lock(mapping);
	weightfs_chunk_set_state(b->chunk, WEIGHTFS_EMPTY);
	quarantine_old(b);
	remove_range(b, 0, b->nr);
	filemap_invalidate_unlock(mapping);
}

static int build_run(struct weightfs_build *b)
{
	int err = 0;

	if (b->huge)
		fill_huge_from_cache(b);
	else
		err = fill_small_from_cache(b);
	if (!err)
		err = read_missing(b);
	if (!err)
		err = check_missing(b);
	if (!err)
		err = build_install(b);
	return err;
}

/**
 * weightfs_chunk_read_page() - Read one page of a chunk from the source.
 * @chunk: the chunk
 * @page: page to fill, nobody else's yet
 * @index: its index in the file
 *
 * Context: Process context, sleeps.
 * Return: 0, -ESTALE when the source is not what it was, or its error.
 */
int weightfs_chunk_read_page(struct weightfs_chunk *chunk, struct page *page,
			     pgoff_t index)
{
	struct weightfs_inode *wi = chunk->wi;
	loff_t pos = (loff_t)index << PAGE_SHIFT;
	size_t want = min_t(u64, PAGE_SIZE, wi->size - pos);
	struct bio_vec bvec;
	u32 crc;
	int err;

	bvec_set_page(&bvec, page, PAGE_SIZE, 0);
	err = weightfs_source_read(wi, &bvec, 1, pos, want);
	if (err)
		return err;
	memzero_page(page, want, PAGE_SIZE - want);
	/* Pairs with check_missing(). */
	if (smp_load_acquire(&chunk->known) &&
	    (!weightfs_checksum(page, &crc) || crc != *weightfs_crc(chunk, index)))
		return -ESTALE;
	return 0;
}

static int build_chunk(struct weightfs_chunk *chunk, bool ready, bool move)
{
	struct folio *huge = NULL;
	struct weightfs_build *b;
	int err;

	if (weightfs_chunk_can_be_huge(chunk->wi->size, weightfs_chunk_nr(chunk)))
		huge = take_huge(chunk->nid,
				 !ready && chunk->state != WEIGHTFS_EMPTY);
	if (ready && !huge)
		return 0;
	b = build_alloc(chunk, huge);
	if (!b)
		return -ENOMEM;
	b->move = move;
	err = build_run(b);
	if (err && b->corrupt && READ_ONCE(build_mount(b)->options.fail_corrupt))
		drop_corrupt(b);
	weightfs_count(build_mount(b), WEIGHTFS_HELD_ERRORS, b->held);
	if (err)
		count_failure(b, err);
	else
		count_success(b);
	build_free(b);
	return err;
}

/**
 * weightfs_chunk_build() - Make a chunk what it should be.
 * @chunk: the chunk
 *
 * Unless it is to move, nothing is done for a chunk that is whole and as huge as
 * it can be. Nor for one that does not fit into the budgets, if nobody wants it.
 *
 * Context: The work of the chunk. Takes and releases the mapping's
 * invalidate_lock.
 * Return: 0, or a negative errno; then the chunk is as it was, or empty when the
 * new pages could not take the place of the old ones or nobody is to have those.
 */
int weightfs_chunk_build(struct weightfs_chunk *chunk)
{
	u64 bytes = weightfs_chunk_bytes(chunk->wi->size, weightfs_chunk_nr(chunk));
	bool can_be_huge = weightfs_chunk_can_be_huge(chunk->wi->size,
						      weightfs_chunk_nr(chunk));
	bool wanted = xchg(&chunk->wanted, false);
	bool move = xchg(&chunk->move, false);
	bool ready = weightfs_chunk_ready(chunk) && !move && !chunk->lost;
	bool room = false;
	int err;

	if (ready && (chunk->state == WEIGHTFS_HUGE || !can_be_huge))
		return 0;
	if (chunk->state == WEIGHTFS_EMPTY) {
		room = weightfs_make_room(chunk->wi, bytes);
		if (!room && !wanted)
			return -EDQUOT;
	}
	err = build_chunk(chunk, ready, move);
	if (room)
		weightfs_room_taken(chunk->wi, bytes);
	return err;
}
