// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a chunk.
 *
 *	        build            build
 *	EMPTY ---------> HUGE <--------- SMALL
 *	  ^  \             |               ^
 *	  |   `------------|---------------'  no huge page to be had
 *	  |  evict         | poison, frame taken away
 *	  `--------- BROKEN <------'
 *	                 `--> build, to HUGE or SMALL
 *
 * Only the work of a chunk builds it, in a kernel thread: its pages belong to
 * the mount, not to the memory cgroup of whoever touched them first. Faults,
 * reads and advice queue the work; faults and reads wait for it. Whoever finds
 * the chunk ready (SMALL or HUGE) may use its pages; see weightfs_release_folio()
 * for how it is taken back.
 *
 * Locks, outermost first: weightfs_inode.source_lock, weightfs_mount.lock; and,
 * not inside those, invalidate_lock of the mapping, folio lock,
 * weightfs_inode.lock.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "trace.h"
#include "weightfs.h"

/* How long a page that is being poisoned may take to leave the page cache. */
#define WEIGHTFS_REMOVE_TIMEOUT	(HZ / 2)
#define WEIGHTFS_MEND_MAX	(60 * HZ)

static struct weightfs_mount *chunk_mount(const struct weightfs_chunk *chunk)
{
	return weightfs_mount(chunk->wi->vfs_inode.i_sb);
}

static void weightfs_mend_soon(struct weightfs_mount *wm)
{
	mod_delayed_work(system_wq, &wm->mend_work, WEIGHTFS_MEND_MIN);
}

/**
 * weightfs_chunk_break() - Bar a chunk: one of its pages is being taken away.
 * @chunk: the chunk
 *
 * If nobody touches the chunk afterwards, weightfs_mend() has it built anew.
 *
 * Context: Process context, the folio is locked.
 */
void weightfs_chunk_break(struct weightfs_chunk *chunk)
{
	bool huge;

	spin_lock(&chunk->wi->lock);
	huge = chunk->state == WEIGHTFS_HUGE;
	WRITE_ONCE(chunk->removed, false);
	WRITE_ONCE(chunk->breaks, chunk->breaks + 1);
	/* Pairs with weightfs_chunk_ready(). */
	smp_store_release(&chunk->state, WEIGHTFS_BROKEN);
	spin_unlock(&chunk->wi->lock);
	if (huge)
		weightfs_count(chunk_mount(chunk), WEIGHTFS_SPLITS, 1);
	weightfs_mend_soon(chunk_mount(chunk));
}

/**
 * weightfs_chunk_removed() - The page that broke a chunk has left the cache.
 * @chunk: the chunk
 *
 * Context: Process context, the folio is locked.
 */
void weightfs_chunk_removed(struct weightfs_chunk *chunk)
{
	WRITE_ONCE(chunk->removed, true);
	wake_up_var(&chunk->removed);
	weightfs_chunk_start_build(chunk);
}

/**
 * weightfs_chunk_finish() - A build has put its pages in place.
 * @chunk: the chunk
 * @state: what it is now
 * @breaks: weightfs_chunk.breaks from before the first page was put there; if
 *	one of them has been poisoned since, the chunk stays broken
 *
 * Context: Process context.
 */
void weightfs_chunk_finish(struct weightfs_chunk *chunk,
			   enum weightfs_state state, u8 breaks)
{
	spin_lock(&chunk->wi->lock);
	if (chunk->breaks == breaks)
		/* Pairs with weightfs_chunk_ready(): the pages first. */
		smp_store_release(&chunk->state, state);
	spin_unlock(&chunk->wi->lock);
}

/*
 * While the kernel takes a page away, a stray reference to it or to what it is
 * split from makes it give up. So wait until it says that it is done.
 */
static void chunk_await_removal(struct weightfs_chunk *chunk)
{
	if (READ_ONCE(chunk->state) == WEIGHTFS_BROKEN)
		wait_var_event_timeout(&chunk->removed,
				       READ_ONCE(chunk->removed),
				       WEIGHTFS_REMOVE_TIMEOUT);
}

/* Broken, or not all there, or not huge although it could be. */
static bool chunk_wants_mending(const struct weightfs_chunk *chunk)
{
	u8 state = READ_ONCE(chunk->state);

	return state == WEIGHTFS_BROKEN ||
	       (state == WEIGHTFS_SMALL &&
		(READ_ONCE(chunk->lost) ||
		 weightfs_chunk_can_be_huge(chunk->wi->size,
					    weightfs_chunk_nr(chunk))));
}

static void weightfs_chunk_work(struct work_struct *work)
{
	struct weightfs_chunk *chunk =
		container_of(work, struct weightfs_chunk, work);
	int err;

	chunk_await_removal(chunk);
	err = weightfs_chunk_build(chunk);
	WRITE_ONCE(chunk->error, err);
	atomic_dec(&chunk->wi->building);
	/* Pairs with chunk_ran_since(): the error first, then the run. */
	smp_store_release(&chunk->runs, chunk->runs + 1);
	wake_up_var(&chunk->runs);
	weightfs_preload_done(chunk);
	if (chunk_wants_mending(chunk))
		queue_delayed_work(system_wq, &chunk_mount(chunk)->mend_work,
				   chunk_mount(chunk)->mend_delay);
}

static int place(struct weightfs_chunk *chunk, int asker_nid)
{
	struct weightfs_options *options = &chunk_mount(chunk)->options;
	nodemask_t nodes = node_states[N_MEMORY];

	if (chunk->wi->home)
		return chunk->wi->nid;
	return weightfs_place(READ_ONCE(options->placement),
			      READ_ONCE(options->bind_nid),
			      weightfs_chunk_nr(chunk), asker_nid, &nodes);
}

/**
 * weightfs_chunk_queue() - Queue the work of a chunk.
 * @chunk: the chunk
 * @asker_nid: where the one who asks for it runs; a chunk that is loaded already
 *	stays on its node, also when it has to be healed
 *
 * Context: Any process context.
 * Return: false when it was queued already.
 */
bool weightfs_chunk_queue(struct weightfs_chunk *chunk, int asker_nid)
{
	bool queued;

	atomic_inc(&chunk->wi->building);
	if (READ_ONCE(chunk->state) == WEIGHTFS_EMPTY)
		WRITE_ONCE(chunk->nid, place(chunk, asker_nid));
	queued = queue_work(chunk_mount(chunk)->wq, &chunk->work);
	if (!queued)
		atomic_dec(&chunk->wi->building);
	return queued;
}

/**
 * weightfs_chunk_start_build() - Have a chunk built; don't wait.
 * @chunk: the chunk
 *
 * Context: Any process context.
 */
void weightfs_chunk_start_build(struct weightfs_chunk *chunk)
{
	WRITE_ONCE(chunk->wanted, true);
	weightfs_chunk_queue(chunk, numa_mem_id());
}

static bool chunk_ran_since(struct weightfs_chunk *chunk, u8 runs)
{
	/* Pairs with weightfs_chunk_work(). */
	return smp_load_acquire(&chunk->runs) != runs;
}

/**
 * weightfs_chunk_populate() - Have a chunk built if need be, and wait.
 * @chunk: the chunk
 *
 * Context: Process context, sleeps; killable.
 * Return: 0 when the chunk was ready; it may be broken again by the time the
 * caller looks. -EINTR when killed, or the error of the build.
 */
int weightfs_chunk_populate(struct weightfs_chunk *chunk)
{
	u8 runs;
	int err;

	if (!weightfs_chunk_ready(chunk))
		weightfs_preload_ahead(chunk);
	while (!weightfs_chunk_ready(chunk)) {
		runs = READ_ONCE(chunk->runs);
		weightfs_chunk_start_build(chunk);
		err = wait_var_event_killable(&chunk->runs,
					      chunk_ran_since(chunk, runs));
		if (err)
			return -EINTR;
		err = READ_ONCE(chunk->error);
		/* What was too much to be loaded ahead is not when it is needed. */
		if (err && err != -EDQUOT && !weightfs_chunk_ready(chunk))
			return err;
	}
	return 0;
}

/**
 * weightfs_chunk_move() - Move a chunk to other frames.
 * @chunk: the chunk, of an inode that the caller holds
 *
 * Context: Process context, sleeps.
 * Return: 0 or the error of the build; then the chunk is where it was.
 */
int weightfs_chunk_move(struct weightfs_chunk *chunk)
{
	WRITE_ONCE(chunk->move, true);
	weightfs_chunk_start_build(chunk);
	flush_work(&chunk->work);
	return READ_ONCE(chunk->error);
}

static bool chunk_evict(struct weightfs_chunk *chunk)
{
	struct address_space *mapping = chunk->wi->vfs_inode.i_mapping;
	loff_t start = (loff_t)weightfs_chunk_nr(chunk) << WEIGHTFS_CHUNK_SHIFT;
	bool evicted = false;

	filemap_invalidate_lock(mapping);
	if (weightfs_chunk_ready(chunk) && !mapping_mapped(mapping)) {
		weightfs_chunk_set_state(chunk, WEIGHTFS_EMPTY);
		truncate_inode_pages_range(mapping, start,
					   start + WEIGHTFS_CHUNK_BYTES - 1);
		evicted = true;
		trace_weightfs_evict(chunk, weightfs_chunk_pages(chunk->wi->size,
								 weightfs_chunk_nr(chunk)));
	}
	filemap_invalidate_unlock(mapping);
	return evicted;
}

/**
 * weightfs_chunks_evict() - Let go of a file that nobody has mapped.
 * @wi: the file
 *
 * Context: Process context, sleeps.
 * Return: the number of chunks that left memory.
 */
unsigned long weightfs_chunks_evict(struct weightfs_inode *wi)
{
	unsigned long nr, evicted = 0;

	for (nr = 0; nr < weightfs_file_chunks(wi->size); nr++) {
		evicted += chunk_evict(&wi->chunks[nr]);
		cond_resched();
	}
	weightfs_count(weightfs_mount(wi->vfs_inode.i_sb), WEIGHTFS_EVICTIONS,
		       evicted);
	return evicted;
}

/**
 * weightfs_mend() - Build what is broken, not whole, or not huge although it could be.
 * @work: weightfs_mount.mend_work
 *
 * Runs soon after something broke, then at growing intervals while chunks stay
 * small because the pool is empty.
 *
 * Context: Workqueue. Takes and releases the mount's lock.
 */
void weightfs_mend(struct work_struct *work)
{
	struct weightfs_mount *wm =
		container_of(work, struct weightfs_mount, mend_work.work);
	unsigned long nr, wanting = 0;
	struct weightfs_inode *wi;

	mutex_lock(&wm->lock);
	list_for_each_entry(wi, &wm->files, in_files) {
		for (nr = 0; nr < weightfs_file_chunks(wi->size); nr++) {
			if (!chunk_wants_mending(&wi->chunks[nr]))
				continue;
			weightfs_chunk_start_build(&wi->chunks[nr]);
			wanting++;
		}
		cond_resched();
	}
	mutex_unlock(&wm->lock);

	wm->mend_delay = wanting ? min(2 * wm->mend_delay, WEIGHTFS_MEND_MAX)
				 : WEIGHTFS_MEND_MIN;
}

/**
 * weightfs_chunks_init() - Give a regular file its chunks.
 * @wi: the file
 *
 * Context: Process context, sleeps. Takes and releases the inode's source_lock
 * and the mount's lock.
 * Return: 0, also when it has them already or is empty; -EFBIG or -ENOMEM.
 */
int weightfs_chunks_init(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);
	unsigned long nr, chunks = weightfs_file_chunks(wi->size);
	struct weightfs_chunk *table;

	/* Pairs with the release below. */
	if (smp_load_acquire(&wi->chunks))
		return 0;
	if (wi->size > WEIGHTFS_FILE_MAX)
		return -EFBIG;
	guard(mutex)(&wi->source_lock);
	if (wi->chunks)
		return 0;
	/* A file of holes can be as large as anybody likes, at their expense. */
	table = kvcalloc(chunks, sizeof(*table), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!table)
		return -ENOMEM;
	for (nr = 0; nr < chunks; nr++) {
		table[nr].wi = wi;
		table[nr].nid = NUMA_NO_NODE;
		INIT_WORK(&table[nr].work, weightfs_chunk_work);
	}
	/* Pairs with the load above. */
	smp_store_release(&wi->chunks, table);

	wi->user = current_fsuid();
	mutex_lock(&wm->lock);
	list_add_tail(&wi->in_files, &wm->files);
	WRITE_ONCE(wm->nr_files, wm->nr_files + 1);
	mutex_unlock(&wm->lock);
	return 0;
}

/**
 * weightfs_chunks_stop() - End every build of a file.
 * @wi: the file, which nobody can reach any more
 *
 * Context: Process context, sleeps. Takes and releases the mount's lock.
 */
void weightfs_chunks_stop(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);
	unsigned long nr;

	if (!wi->chunks)
		return;
	/* weightfs_mend() queues nothing for a file that is not listed. */
	mutex_lock(&wm->lock);
	weightfs_scrub_leave(wm, wi);
	list_del_init(&wi->in_files);
	WRITE_ONCE(wm->nr_files, wm->nr_files - 1);
	mutex_unlock(&wm->lock);
	weightfs_preload_cancel(wi);
	for (nr = 0; nr < weightfs_file_chunks(wi->size); nr++) {
		cancel_work_sync(&wi->chunks[nr].work);
		weightfs_preload_done(&wi->chunks[nr]);
	}
}

/**
 * weightfs_chunks_free() - Free the chunks of a file that has no pages.
 * @wi: the file, after weightfs_chunks_stop()
 *
 * Context: Process context.
 */
void weightfs_chunks_free(struct weightfs_inode *wi)
{
	unsigned long nr;

	for (nr = 0; wi->chunks && nr < weightfs_file_chunks(wi->size); nr++)
		kfree(wi->chunks[nr].crc);
	kvfree(wi->chunks);
	wi->chunks = NULL;
}
