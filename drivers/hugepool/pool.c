// SPDX-License-Identifier: GPL-2.0
/*
 * The idle huge pages of one NUMA node: in, out, and never out when poisoned.
 *
 * What is kept. Compound pages of PMD order from __folio_alloc(), which
 * prepares them for the page cache. While idle they are nobody's: not on an
 * LRU list, not mapped, no mapping. folio->lru links them into the pool, and
 * folio->private points to the list that they are on. That pointer answers
 * "is this frame mine" in constant time and without memory: nobody else knows
 * the address, it is written only under pool->lock, so whoever reads it there
 * from the head of any page knows that this page is on that list.
 *
 * Two references. The first is the future user's. The second keeps
 * unpoison_memory() away: it drops the reference that memory_failure() took
 * when it handled a page, but idle pool pages are not handled ("unhandlable
 * page"), so it would drop ours and free the page while it is on the list.
 * With two references it refuses ("someone grabs the page").
 *
 * Poison. memory_failure() on an idle page only sets PG_hwpoison, on the frame
 * that is meant and not on the head, and PG_has_hwpoisoned stays clear. So
 * every frame is looked at whenever a page leaves: 512 flags against 2 MiB that
 * are about to be filled. A page with a poisoned frame must not be freed either:
 * the page allocator checks PG_hwpoison on single pages only, freeing a
 * compound page would hand the bad frame to the next caller. Splitting needs a
 * mapping. So the whole page stays in quarantine, also after the module is
 * unloaded: PMD_SIZE lost for each, counted, until the next boot. That is
 * bounded by the number of uncorrected errors in idle memory. There is no way
 * back, because unpoison_memory() is kept away, and after the first real error
 * it refuses anyhow.
 *
 * Hot-remove. Idle pages are marked as movable, for hotplug.c, from before they
 * are on the list until after. The mark needs the lock of the folio, which others
 * take for a moment when they meet a page that is marked; they wait for nothing
 * with it.
 *
 * What is not done here: getting pages (fill.c).
 *
 * Locks: pool->lock is innermost, nothing is called under it but the page's
 * own reference count and tracepoints. The lock of a folio is never held with it.
 */
#include <linux/memory_hotplug.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/vigil/hugepool.h>

#include "hugepool.h"
#include "plan.h"
#include "trace.h"

/**
 * hugepool_init() - Make an empty reserve with target 0.
 * @pool: reserve to set up, zeroed
 * @nid: its node
 *
 * Context: Process context, before the reserve is visible to anybody.
 */
void hugepool_init(struct hugepool *pool, int nid)
{
	pool->nid = nid;
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->free);
	INIT_LIST_HEAD(&pool->quarantine);
}

static struct hugepool_plan plan_locked(const struct hugepool *pool)
{
	lockdep_assert_held(&pool->lock);
	return hugepool_plan(pool->stat.target_pages, pool->stat.spare_pages,
			     pool->stat.free_pages, pool->stat.used_pages);
}

/* To be called after every change that the plan depends on. */
static void note_shortfall_locked(struct hugepool *pool)
{
	bool is_short = plan_locked(pool).fill_pages;

	if (is_short && !pool->is_short)
		pool->short_since_seconds = ktime_get_seconds();
	pool->is_short = is_short;
	if (!is_short)
		pool->recovering = false;
}

/**
 * hugepool_read() - Copy the numbers of a reserve, consistent with each other.
 * @pool: reserve
 * @stat: where to
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 */
void hugepool_read(struct hugepool *pool, struct hugepool_stat *stat)
{
	time64_t now_seconds = ktime_get_seconds();

	spin_lock(&pool->lock);
	*stat = pool->stat;
	stat->fill_pages_per_minute = hugepool_rate_sum(&pool->rate, now_seconds);
	stat->shortfall_pages = plan_locked(pool).fill_pages;
	if (pool->is_short)
		stat->shortfall_seconds = max(now_seconds -
					      pool->short_since_seconds, 0);
	spin_unlock(&pool->lock);
}

/**
 * hugepool_shortfall() - How many pages the fill has still to get.
 * @pool: reserve
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 * Return: huge pages.
 */
unsigned long hugepool_shortfall(struct hugepool *pool)
{
	struct hugepool_plan plan;

	spin_lock(&pool->lock);
	plan = plan_locked(pool);
	spin_unlock(&pool->lock);
	return plan.fill_pages;
}

static bool refuse_isolation(struct page *page, isolate_mode_t mode)
{
	return false;
}

/* The others are called for pages that were isolated. */
static const struct movable_operations idle_page_ops = {
	.isolate_page = refuse_isolation,
};

/* What __SetPageMovable() does; unlike its reverse, ours leaves no trace. */
static void mark_movable(struct folio *folio)
{
	folio_lock(folio);
	folio->mapping = (void *)((unsigned long)&idle_page_ops |
				  PAGE_MAPPING_MOVABLE);
	folio_unlock(folio);
}

/* Whoever looks at idle_page_ops has the lock: afterwards nobody does. */
static void unmark_movable(struct folio *folio)
{
	folio_lock(folio);
	folio->mapping = NULL;
	folio_unlock(folio);
}

static bool vacating_locked(const struct hugepool *pool,
			    const struct folio *folio)
{
	lockdep_assert_held(&pool->lock);
	return folio_pfn((struct folio *)folio) - pool->vacate_pfn <
	       pool->vacate_nr_pages;
}

static bool wanted_locked(const struct hugepool *pool,
			  const struct folio *folio)
{
	return plan_locked(pool).fill_pages && !vacating_locked(pool, folio);
}

static void attach_locked(struct hugepool *pool, struct folio *folio,
			  struct list_head *list)
{
	lockdep_assert_held(&pool->lock);
	folio_get(folio);
	folio->private = list;
	list_add(&folio->lru, list);
}

/* Never drops the last reference: a folio on a list has two. */
static void detach_locked(struct hugepool *pool, struct folio *folio)
{
	lockdep_assert_held(&pool->lock);
	list_del_init(&folio->lru);
	folio->private = NULL;
	folio_put(folio);
}

static void quarantine(struct hugepool *pool, struct folio *folio)
{
	spin_lock(&pool->lock);
	attach_locked(pool, folio, &pool->quarantine);
	pool->stat.quarantined_pages++;
	pool->stat.poisoned_pages++;
	spin_unlock(&pool->lock);
	trace_vigil_hugepool_quarantine(pool->nid, folio_pfn(folio));
}

/*
 * Let go of a page that is on no list any more.
 * Returns false when it had to go into quarantine.
 */
static bool discard(struct hugepool *pool, struct folio *folio)
{
	unmark_movable(folio);
	if (vigil_hugepool_poisoned(folio)) {
		quarantine(pool, folio);
		return false;
	}
	trace_vigil_hugepool_free(pool->nid, folio_pfn(folio));
	folio_put(folio);
	return true;
}

/**
 * hugepool_add() - Put a page from the page allocator into the reserve.
 * @pool: reserve
 * @folio: page of PMD order with one reference, which passes to the reserve
 *
 * Context: Process context, may sleep. Takes pool->lock and the folio's.
 * Return: false when nothing is missing any more, or the page is in memory that
 * goes offline; the page is the caller's then.
 */
bool hugepool_add(struct hugepool *pool, struct folio *folio)
{
	bool wanted;

	mark_movable(folio);
	spin_lock(&pool->lock);
	wanted = wanted_locked(pool, folio);
	if (wanted) {
		attach_locked(pool, folio, &pool->free);
		pool->stat.free_pages++;
		pool->stat.pages_filled++;
		hugepool_rate_add(&pool->rate, ktime_get_seconds(), 1);
		note_shortfall_locked(pool);
		trace_vigil_hugepool_fill(pool->nid, folio_pfn(folio));
	}
	spin_unlock(&pool->lock);
	if (!wanted)
		unmark_movable(folio);
	return wanted;
}

/**
 * hugepool_count_failure() - Note that a page could not be got.
 * @pool: reserve
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 */
void hugepool_count_failure(struct hugepool *pool)
{
	spin_lock(&pool->lock);
	pool->stat.fill_failures++;
	spin_unlock(&pool->lock);
}

static struct folio *pop_used(struct hugepool *pool, bool may_use_spare)
{
	struct folio *folio = NULL;

	spin_lock(&pool->lock);
	if (hugepool_takable(pool->stat.spare_pages, pool->stat.free_pages,
			     may_use_spare)) {
		folio = list_first_entry(&pool->free, struct folio, lru);
		detach_locked(pool, folio);
		pool->stat.free_pages--;
		pool->stat.used_pages++;
		note_shortfall_locked(pool);
	}
	spin_unlock(&pool->lock);
	return folio;
}

/**
 * hugepool_take() - Take an idle page that has no poisoned frame.
 * @pool: reserve
 * @may_use_spare: it is for healing
 *
 * Poisoned pages that are met on the way go into quarantine. The frames are
 * looked at without the lock, so takers don't wait for each other.
 *
 * Context: Process context, may sleep. Takes pool->lock and the folio's.
 * Return: a folio with one reference, or NULL when the reserve has none that may
 * be taken.
 */
struct folio *hugepool_take(struct hugepool *pool, bool may_use_spare)
{
	struct folio *folio;

	while ((folio = pop_used(pool, may_use_spare))) {
		unmark_movable(folio);
		if (!vigil_hugepool_poisoned(folio))
			break;
		quarantine(pool, folio);
		hugepool_forget(pool);
	}
	if (!folio)
		return NULL;

	spin_lock(&pool->lock);
	pool->stat.pages_taken++;
	spin_unlock(&pool->lock);
	trace_vigil_hugepool_take(pool->nid, folio_pfn(folio));
	return folio;
}

/**
 * hugepool_give_back() - Take back a page that was not used.
 * @pool: reserve that it came from
 * @folio: page with the one reference that hugepool_take() gave
 *
 * Context: Process context, may sleep. Takes pool->lock and the folio's.
 */
void hugepool_give_back(struct hugepool *pool, struct folio *folio)
{
	bool wanted;

	trace_vigil_hugepool_give_back(pool->nid, folio_pfn(folio));
	hugepool_forget(pool);
	if (vigil_hugepool_poisoned(folio)) {
		quarantine(pool, folio);
		return;
	}

	mark_movable(folio);
	spin_lock(&pool->lock);
	wanted = wanted_locked(pool, folio);
	if (wanted) {
		attach_locked(pool, folio, &pool->free);
		pool->stat.free_pages++;
		note_shortfall_locked(pool);
	}
	spin_unlock(&pool->lock);
	if (!wanted)
		discard(pool, folio);
}

/**
 * hugepool_forget() - Count a page as no longer in use.
 * @pool: reserve that it came from
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 */
void hugepool_forget(struct hugepool *pool)
{
	spin_lock(&pool->lock);
	if (!WARN_ON_ONCE(!pool->stat.used_pages))
		pool->stat.used_pages--;
	note_shortfall_locked(pool);
	spin_unlock(&pool->lock);
}

static struct folio *pop_excess(struct hugepool *pool)
{
	struct folio *folio = NULL;

	spin_lock(&pool->lock);
	if (plan_locked(pool).trim_pages) {
		folio = list_last_entry(&pool->free, struct folio, lru);
		detach_locked(pool, folio);
		pool->stat.free_pages--;
	}
	spin_unlock(&pool->lock);
	return folio;
}

/**
 * hugepool_trim() - Give idle pages that nobody wants back to the allocator.
 * @pool: reserve
 *
 * Context: Process context, may sleep. Takes pool->lock.
 */
void hugepool_trim(struct hugepool *pool)
{
	struct folio *folio;

	while ((folio = pop_excess(pool))) {
		discard(pool, folio);
		cond_resched();
	}
}

/**
 * hugepool_yieldable() - How many pages memory pressure could get.
 * @pool: reserve
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 * Return: huge pages, without the spare.
 */
unsigned long hugepool_yieldable(struct hugepool *pool)
{
	unsigned long nr;

	spin_lock(&pool->lock);
	nr = hugepool_takable(pool->stat.spare_pages, pool->stat.free_pages,
			      false);
	spin_unlock(&pool->lock);
	return nr;
}

static struct folio *pop_yielded(struct hugepool *pool, bool with_spare)
{
	struct folio *folio = NULL;

	spin_lock(&pool->lock);
	if (hugepool_takable(pool->stat.spare_pages, pool->stat.free_pages,
			     with_spare)) {
		folio = list_last_entry(&pool->free, struct folio, lru);
		detach_locked(pool, folio);
		pool->stat.free_pages--;
		pool->stat.pages_given_back++;
		note_shortfall_locked(pool);
		pool->recovering = pool->is_short;
	}
	spin_unlock(&pool->lock);
	return folio;
}

/**
 * hugepool_yield() - Give idle pages back because memory is short.
 * @pool: reserve
 * @nr: how many at most
 * @with_spare: the spare too
 *
 * The fill has to be started by the caller, some time later.
 *
 * Context: Process context, may sleep, also while memory is reclaimed: allocates
 * nothing. Takes pool->lock and the folios'.
 * Return: pages that went back.
 */
unsigned long hugepool_yield(struct hugepool *pool, unsigned long nr,
			     bool with_spare)
{
	unsigned long freed = 0;
	struct folio *folio;

	while (freed < nr && (folio = pop_yielded(pool, with_spare)))
		freed += discard(pool, folio);
	return freed;
}

/**
 * hugepool_recovering() - Are pages missing that were given back?
 * @pool: reserve
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 * Return: true until nothing is missing any more.
 */
bool hugepool_recovering(struct hugepool *pool)
{
	bool recovering;

	spin_lock(&pool->lock);
	recovering = pool->recovering;
	spin_unlock(&pool->lock);
	return recovering;
}

static void pop_vacated(struct hugepool *pool, struct list_head *vacated)
{
	struct folio *folio, *next;

	spin_lock(&pool->lock);
	list_for_each_entry_safe(folio, next, &pool->free, lru) {
		if (!vacating_locked(pool, folio))
			continue;
		detach_locked(pool, folio);
		list_add(&folio->lru, vacated);
		pool->stat.free_pages--;
		pool->stat.pages_vacated++;
	}
	note_shortfall_locked(pool);
	spin_unlock(&pool->lock);
}

/**
 * hugepool_vacate() - Give up the idle pages in a range, and take none of it.
 * @pool: reserve
 * @start_pfn: first frame of the range
 * @nr_pages: base pages in it
 *
 * Until hugepool_end_vacate().
 *
 * Context: Process context, may sleep. Takes pool->lock and the folios'.
 * Return: 0, or -EBUSY when a page could not go because a frame is poisoned.
 */
int hugepool_vacate(struct hugepool *pool, unsigned long start_pfn,
		    unsigned long nr_pages)
{
	struct folio *folio, *next;
	LIST_HEAD(vacated);
	int err = 0;

	spin_lock(&pool->lock);
	pool->vacate_pfn = start_pfn;
	pool->vacate_nr_pages = nr_pages;
	spin_unlock(&pool->lock);

	pop_vacated(pool, &vacated);
	list_for_each_entry_safe(folio, next, &vacated, lru) {
		list_del_init(&folio->lru);
		if (!discard(pool, folio))
			err = -EBUSY;
		cond_resched();
	}
	return err;
}

/**
 * hugepool_end_vacate() - Forget about the range.
 * @pool: reserve
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 */
void hugepool_end_vacate(struct hugepool *pool)
{
	spin_lock(&pool->lock);
	pool->vacate_nr_pages = 0;
	spin_unlock(&pool->lock);
}

static int set_wanted(struct hugepool *pool, unsigned long *wanted_pages,
		      unsigned long value)
{
	bool closing;

	spin_lock(&pool->lock);
	closing = pool->closing;
	if (!closing) {
		*wanted_pages = value;
		note_shortfall_locked(pool);
	}
	spin_unlock(&pool->lock);
	if (closing)
		return -ESHUTDOWN;

	hugepool_trim(pool);
	return 0;
}

/**
 * hugepool_set_target() - Set how many pages the reserve shall have.
 * @pool: reserve
 * @target_pages: huge pages, idle and in use together
 *
 * A lower target gives pages back before this returns. A higher one is for the
 * fill, which the caller starts.
 *
 * Context: Process context, may sleep. Takes pool->lock.
 * Return: 0, or -ESHUTDOWN when the module is being unloaded.
 */
int hugepool_set_target(struct hugepool *pool, unsigned long target_pages)
{
	return set_wanted(pool, &pool->stat.target_pages, target_pages);
}

/**
 * hugepool_set_spare() - Set how many idle pages are kept for healing.
 * @pool: reserve
 * @spare_pages: huge pages on top of the target
 *
 * As hugepool_set_target().
 *
 * Context: Process context, may sleep. Takes pool->lock.
 * Return: 0, or -ESHUTDOWN when the module is being unloaded.
 */
int hugepool_set_spare(struct hugepool *pool, unsigned long spare_pages)
{
	return set_wanted(pool, &pool->stat.spare_pages, spare_pages);
}

/**
 * hugepool_close() - Refuse new targets and stop wanting pages.
 * @pool: reserve
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 */
void hugepool_close(struct hugepool *pool)
{
	spin_lock(&pool->lock);
	pool->closing = true;
	pool->stat.target_pages = 0;
	pool->stat.spare_pages = 0;
	note_shortfall_locked(pool);
	spin_unlock(&pool->lock);
}

/*
 * The page that contains @pfn, or NULL when it is on neither list. The page may
 * be anybody's and change while it is looked at: only what folio->private says
 * under the lock counts. The range is checked because @pfn may have been in
 * another compound page when its head was looked up.
 */
static struct folio *find_locked(struct hugepool *pool, unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	lockdep_assert_held(&pool->lock);
	if (!page)
		return NULL;
	folio = page_folio(page);
	if (folio->private != &pool->free && folio->private != &pool->quarantine)
		return NULL;
	if (pfn - folio_pfn(folio) >= folio_nr_pages(folio))
		return NULL;
	return folio;
}

/**
 * hugepool_evacuate() - Give up the idle page that contains a frame.
 * @pool: reserve of the frame's node
 * @pfn: frame
 *
 * Context: Process context, may sleep. Takes pool->lock and the folio's.
 * Return: 0 when the page went back to the page allocator, -ENOENT when no idle
 * page contains the frame, -EHWPOISON when one does that is or now is in
 * quarantine, out of use but not in the page allocator.
 */
int hugepool_evacuate(struct hugepool *pool, unsigned long pfn)
{
	struct folio *folio;
	int err = 0;

	spin_lock(&pool->lock);
	folio = find_locked(pool, pfn);
	if (!folio) {
		err = -ENOENT;
	} else if (folio->private == &pool->quarantine) {
		err = -EHWPOISON;
	} else {
		detach_locked(pool, folio);
		pool->stat.free_pages--;
		pool->stat.pages_evacuated++;
		note_shortfall_locked(pool);
	}
	spin_unlock(&pool->lock);
	if (err)
		return err;

	return discard(pool, folio) ? 0 : -EHWPOISON;
}
