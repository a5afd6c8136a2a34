// SPDX-License-Identifier: GPL-2.0
/*
 * The scrubber: reads loaded weights at a set rate and compares checksums.
 *
 * It finds what hardware did not report, and errors in memory that nobody has
 * touched for long before somebody does. A page whose bytes are wrong is left
 * like one on a failing frame: its chunk is built anew elsewhere, from the pages
 * whose checksums hold and from the source. A page that can't be read is handed
 * to the kernel's memory failure handling, which comes back to us as for any
 * uncorrected error.
 *
 * One work a mount; it goes over the files one after the other and remembers
 * where it was. It looks at pages as a reader does, and never holds a folio for
 * longer. The mount's lock is held for one chunk at a time: it keeps the file
 * alive, and whoever waits for it waits a fraction of a millisecond.
 */
#include <compat/filemap.h>
#include <linux/mm.h>
#include <linux/timekeeping.h>

#include "trace.h"
#include "weightfs.h"

#define SCRUB_PERIOD_MS		100
#define SCRUB_RUN_PAGES		16
#define SCRUB_PAGES_PER_MIB	(SZ_1M >> PAGE_SHIFT)

/* The page cache has another idea of the chunk than was loaded: build it anew. */
static void scrub_corrupt_locked(struct weightfs_mount *wm, struct weightfs_chunk *chunk)
{
	lockdep_assert_held(&wm->lock);

	trace_weightfs_corrupt(chunk, 1);
	wm->scrub_found++;
	WRITE_ONCE(chunk->move, true);
	weightfs_chunk_start_build(chunk);
}

/*
 * Compare one page of a folio that was readable when it was held.
 * Return: false when the rest of the chunk is not worth a look.
 */
static bool scrub_page(struct weightfs_chunk *chunk, struct folio *folio,
		       pgoff_t index)
{
	struct weightfs_mount *wm = weightfs_mount(chunk->wi->vfs_inode.i_sb);
	struct page *page = folio_file_page(folio, index);
	u32 crc;

	if (PageHWPoison(page))
		return false;
	if (!weightfs_checksum(page, &crc)) {
		memory_failure_queue(page_to_pfn(page), 0);
		return false;
	}
	if (crc == *weightfs_crc(chunk, index))
		return true;
	/* It may have been taken away while it was read. */
	if (weightfs_page_readable(chunk, folio, index))
		scrub_corrupt_locked(wm, chunk);
	return false;
}

/*
 * Compare some pages from @index on.
 * Return: pages that were compared; 0 when the chunk is to be skipped.
 */
static unsigned int scrub_run(struct weightfs_chunk *chunk, pgoff_t index,
			      unsigned int nr)
{
	struct folio *folio;
	unsigned int i = 0;

	folio = filemap_get_folio(chunk->wi->vfs_inode.i_mapping, index);
	if (IS_ERR(folio))
		return 0;
	nr = min3(nr, (unsigned int)SCRUB_RUN_PAGES,
		  (unsigned int)(folio->index + folio_nr_pages(folio) - index));
	if (weightfs_page_readable(chunk, folio, index))
		while (i < nr && scrub_page(chunk, folio, index + i))
			i++;
	folio_put(folio);
	return i == nr ? nr : 0;
}

/* Go on with the chunk at the cursor; return the pages that were compared. */
static unsigned int scrub_chunk_locked(struct weightfs_mount *wm,
				       unsigned int budget)
{
	struct weightfs_inode *wi = wm->scrub_file;
	unsigned long nr = weightfs_chunk_of(wm->scrub_index);
	pgoff_t start = weightfs_chunk_start(nr);
	pgoff_t end = start + weightfs_chunk_pages(wi->size, nr);
	struct weightfs_chunk *chunk = &wi->chunks[nr];
	unsigned int done = 0, n;

	lockdep_assert_held(&wm->lock);

	while (done < budget && wm->scrub_index < end) {
		n = 0;
		if (weightfs_chunk_ready(chunk))
			n = scrub_run(chunk, wm->scrub_index,
				      min_t(pgoff_t, budget - done,
					    end - wm->scrub_index));
		if (!n) {
			wm->scrub_index = end;
			break;
		}
		wm->scrub_index += n;
		done += n;
	}
	return done;
}

/**
 * weightfs_scrub_leave() - Have the scrubber go on with the next file.
 * @wm: the mount
 * @wi: the file to leave, if it is there now
 *
 * Context: Process context, under the mount's lock.
 */
void weightfs_scrub_leave(struct weightfs_mount *wm, struct weightfs_inode *wi)
{
	lockdep_assert_held(&wm->lock);

	if (wm->scrub_file != wi)
		return;
	wm->scrub_index = 0;
	wm->scrub_file = list_is_last(&wi->in_files, &wm->files) ?
			 NULL : list_next_entry(wi, in_files);
}

/*
 * One step: to the next file, or over some pages of one chunk.
 * Return: false at the end of a pass.
 */
static bool scrub_step_locked(struct weightfs_mount *wm, unsigned int *budget)
{
	struct weightfs_inode *wi;
	unsigned int done;

	lockdep_assert_held(&wm->lock);

	if (!wm->scrub_file) {
		wm->scrub_file = list_first_entry_or_null(&wm->files,
							  struct weightfs_inode,
							  in_files);
		wm->scrub_index = 0;
	}
	wi = wm->scrub_file;
	if (!wi)
		return false;

	done = scrub_chunk_locked(wm, *budget);
	weightfs_count(wm, WEIGHTFS_SCRUBBED_BYTES, (u64)done << PAGE_SHIFT);
	/* To skip one is not free: there may be a million chunks not in memory. */
	*budget -= max(done, 1U);
	if (wm->scrub_index < weightfs_file_pages(wi->size))
		return true;

	WRITE_ONCE(wi->scrubbed_at, ktime_get_real_seconds());
	weightfs_scrub_leave(wm, wi);
	return wm->scrub_file;
}

/* What was found is told without the lock, because telling allocates. */
static bool scrub_step(struct weightfs_mount *wm, unsigned int *budget)
{
	unsigned int found;
	bool more;

	mutex_lock(&wm->lock);
	more = scrub_step_locked(wm, budget);
	found = wm->scrub_found;
	wm->scrub_found = 0;
	mutex_unlock(&wm->lock);
	weightfs_count(wm, WEIGHTFS_CORRUPTIONS, found);
	return more;
}

/**
 * weightfs_scrub() - Do as much as the rate allows for one period.
 * @work: weightfs_mount.scrub_work
 *
 * Context: Workqueue. Takes and releases the mount's lock.
 */
void weightfs_scrub(struct work_struct *work)
{
	struct weightfs_mount *wm =
		container_of(work, struct weightfs_mount, scrub_work.work);
	u64 rate = READ_ONCE(wm->options.scrub_mib_per_s);
	unsigned int budget = rate * SCRUB_PAGES_PER_MIB * SCRUB_PERIOD_MS /
			      MSEC_PER_SEC;

	if (!rate)
		return;
	while (budget && scrub_step(wm, &budget))
		cond_resched();
	queue_delayed_work(system_unbound_wq, &wm->scrub_work,
			   msecs_to_jiffies(SCRUB_PERIOD_MS));
}

/**
 * weightfs_scrub_set_rate() - Set how fast weights are scrubbed.
 * @wm: the mount
 * @mib_per_s: MiB per second, up to WEIGHTFS_SCRUB_MAX; 0 stops it
 *
 * Context: Process context.
 */
void weightfs_scrub_set_rate(struct weightfs_mount *wm, u64 mib_per_s)
{
	WRITE_ONCE(wm->options.scrub_mib_per_s, mib_per_s);
	mod_delayed_work(system_unbound_wq, &wm->scrub_work, 0);
}
