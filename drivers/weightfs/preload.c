// SPDX-License-Identifier: GPL-2.0
/*
 * Loading ahead: chunks that nobody waits for, a few at a time.
 *
 * Each chunk is one request to the source, so a few in flight keep a disk busy,
 * and whoever waits for a chunk is behind a few and not behind a model. Files
 * take turns. A chunk that has been loaded starts the next one.
 *
 * How far all of that has come is a counter of the mount's component, and told
 * every second.
 */
#include <linux/list.h>
#include <linux/ktime.h>
#include <linux/topology.h>
#include <linux/vigil/component.h>

#include "weightfs.h"

#define TELL_PERIOD	HZ

static u64 chunk_bytes(const struct weightfs_chunk *chunk)
{
	return weightfs_chunk_bytes(chunk->wi->size, weightfs_chunk_nr(chunk));
}

/* Go on to the next chunk of a file that is not there nor on its way. */
static void skip_loaded_locked(struct weightfs_inode *wi)
{
	struct weightfs_chunk *chunk;

	for (; wi->preload_next < wi->preload_end; wi->preload_next++) {
		chunk = &wi->chunks[wi->preload_next];
		if (!chunk->preload && !weightfs_chunk_ready(chunk))
			return;
	}
}

/* The next chunk to be loaded ahead; files that have none left leave the list. */
static struct weightfs_chunk *next_chunk_locked(struct weightfs_mount *wm)
{
	struct weightfs_inode *wi;

	lockdep_assert_held(&wm->preload_lock);

	while ((wi = list_first_entry_or_null(&wm->preloads,
					      struct weightfs_inode, in_preloads))) {
		skip_loaded_locked(wi);
		if (wi->preload_next < wi->preload_end) {
			list_move_tail(&wi->in_preloads, &wm->preloads);
			return &wi->chunks[wi->preload_next++];
		}
		list_del_init(&wi->in_preloads);
	}
	return NULL;
}

static void start_more(struct weightfs_mount *wm)
{
	struct weightfs_chunk *chunk;

	spin_lock(&wm->preload_lock);
	while (wm->preloading < WEIGHTFS_PRELOADS &&
	       (chunk = next_chunk_locked(wm))) {
		/* False when somebody waits for it already: then it is not ours. */
		chunk->preload = weightfs_chunk_queue(chunk,
						      chunk->wi->preload_nid);
		if (!chunk->preload)
			continue;
		wm->preloading++;
		wm->preloading_bytes += chunk_bytes(chunk);
	}
	spin_unlock(&wm->preload_lock);
}

/* Something is to be loaded ahead: a load begins unless one is going on. */
static void begin_load_locked(struct weightfs_mount *wm)
{
	lockdep_assert_held(&wm->preload_lock);

	if (wm->preloading || !list_empty(&wm->preloads))
		return;
	weightfs_load_begin(&wm->load, ktime_get_ns());
	queue_delayed_work(system_wq, &wm->tell_work, TELL_PERIOD);
}

static void end_preload_locked(struct weightfs_mount *wm,
			       struct weightfs_chunk *chunk)
{
	lockdep_assert_held(&wm->preload_lock);

	chunk->preload = false;
	wm->preloading--;
	wm->preloading_bytes -= chunk_bytes(chunk);
	if (weightfs_chunk_ready(chunk))
		weightfs_load_add(&wm->load, chunk_bytes(chunk), ktime_get_ns());
}

/**
 * weightfs_preload() - Have a range of a file loaded; don't wait.
 * @wi: the file
 * @pos: first byte
 * @len: bytes, clipped to the end of the file
 *
 * A file has one such range. If it has one already, what is between the two is
 * loaded as well.
 *
 * Context: Process context.
 */
void weightfs_preload(struct weightfs_inode *wi, loff_t pos, loff_t len)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);
	unsigned long first, end;

	if (pos < 0 || len <= 0 || pos >= wi->size)
		return;
	len = min(len, wi->size - pos);
	first = pos >> WEIGHTFS_CHUNK_SHIFT;
	end = ((pos + len - 1) >> WEIGHTFS_CHUNK_SHIFT) + 1;

	spin_lock(&wm->preload_lock);
	begin_load_locked(wm);
	if (list_empty(&wi->in_preloads)) {
		list_add_tail(&wi->in_preloads, &wm->preloads);
		wi->preload_next = first;
		wi->preload_end = end;
		wi->preload_nid = numa_mem_id();
	} else {
		wi->preload_next = min(wi->preload_next, first);
		wi->preload_end = max(wi->preload_end, end);
	}
	skip_loaded_locked(wi);
	spin_unlock(&wm->preload_lock);
	start_more(wm);
}

/**
 * weightfs_preload_ahead() - Have the next chunks loaded, if that looks useful.
 * @chunk: a chunk that somebody waits for
 *
 * It does when the one before is there: the file is gone through in order.
 *
 * Context: Process context.
 */
void weightfs_preload_ahead(struct weightfs_chunk *chunk)
{
	struct weightfs_inode *wi = chunk->wi;
	unsigned long nr = weightfs_chunk_nr(chunk);

	if (nr && weightfs_chunk_ready(chunk - 1) && !weightfs_preload_pending(wi))
		weightfs_preload(wi, (loff_t)(nr + 1) << WEIGHTFS_CHUNK_SHIFT,
				 WEIGHTFS_AHEAD * WEIGHTFS_CHUNK_BYTES);
}

/**
 * weightfs_preload_cancel() - Load no more ahead of a file.
 * @wi: the file
 *
 * Chunks that are being loaded are finished.
 *
 * Context: Process context.
 */
void weightfs_preload_cancel(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);

	spin_lock(&wm->preload_lock);
	list_del_init(&wi->in_preloads);
	spin_unlock(&wm->preload_lock);
}

/**
 * weightfs_preload_done() - The work of a chunk has ended, or was cancelled.
 * @chunk: the chunk
 *
 * Context: Process context.
 */
void weightfs_preload_done(struct weightfs_chunk *chunk)
{
	struct weightfs_mount *wm = weightfs_mount(chunk->wi->vfs_inode.i_sb);

	spin_lock(&wm->preload_lock);
	if (chunk->preload)
		end_preload_locked(wm, chunk);
	spin_unlock(&wm->preload_lock);
	start_more(wm);
}

/**
 * weightfs_preload_pending() - Is some of a file still to be loaded ahead?
 * @wi: the file
 *
 * Context: Process context.
 * Return: true when there are chunks whose turn has not come.
 */
bool weightfs_preload_pending(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);
	bool pending;

	spin_lock(&wm->preload_lock);
	pending = !list_empty(&wi->in_preloads);
	spin_unlock(&wm->preload_lock);
	return pending;
}

static u64 left_bytes_locked(struct weightfs_mount *wm)
{
	u64 bytes = wm->preloading_bytes;
	struct weightfs_inode *wi;

	lockdep_assert_held(&wm->preload_lock);

	list_for_each_entry(wi, &wm->preloads, in_preloads)
		bytes += weightfs_range_bytes(wi->size, wi->preload_next,
					      wi->preload_end);
	return bytes;
}

/**
 * weightfs_preload_progress() - How far loading ahead has come.
 * @wm: the mount
 *
 * Context: Process context.
 * Return: the load that is going on, or else the latest one. What is left is an
 * upper bound, since some of it may be in memory already. What could not be loaded,
 * was cancelled, or came because somebody waited for it, is left out.
 */
struct vigil_progress weightfs_preload_progress(struct weightfs_mount *wm)
{
	struct vigil_progress progress;

	spin_lock(&wm->preload_lock);
	progress = weightfs_load_progress(&wm->load, left_bytes_locked(wm),
					  ktime_get_ns());
	spin_unlock(&wm->preload_lock);
	return progress;
}

/**
 * weightfs_preload_tell() - Tell who listens how far loading ahead has come.
 * @work: weightfs_mount.tell_work
 *
 * Every second while there is something left, and once more when there is not.
 *
 * Context: Workqueue.
 */
void weightfs_preload_tell(struct work_struct *work)
{
	struct weightfs_mount *wm =
		container_of(work, struct weightfs_mount, tell_work.work);
	struct vigil_progress progress = weightfs_preload_progress(wm);

	if (progress.done_bytes < progress.total_bytes)
		queue_delayed_work(system_wq, &wm->tell_work, TELL_PERIOD);
	if (progress.total_bytes)
		vigil_component_progress(wm->component,
					 VIGIL_EVENT_KIND_WEIGHTS_LOADING,
					 &progress);
}
