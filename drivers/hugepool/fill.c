// SPDX-License-Identifier: GPL-2.0
/*
 * The worker that fills a reserve: early, in small portions, and patiently.
 *
 * One delayed work per node. It gets pages with direct compaction and reclaim,
 * stops when the node could not spare more (plan.h says when), and tries again
 * after 100 ms, doubled up to a minute. Whoever makes a page likely to be had
 * kicks it: a new target, or a user that let go.
 *
 * The page allocator's own compaction gives up early, and then is put off: of
 * memory that was fragmented on purpose it got anything between 4 and 100 % of
 * what there was to be had. So when it fails the fill clears a block itself, see
 * clear.c, and a pass ends when some in a row gave no page. Every failure
 * also wakes kcompactd, which goes on in the background meanwhile.
 *
 * After pages were given back under memory pressure the fill waits, and wants
 * twice the margin until it has them all again.
 *
 * The pages are not __GFP_MOVABLE although the page cache could migrate them:
 * what they hold is pinned by devices for as long as it lives, and pinned pages
 * in ZONE_MOVABLE would have to be migrated first. __GFP_RETRY_MAYFAIL makes
 * the allocator compact and reclaim seriously and never calls the OOM killer.
 *
 * The workqueue is freezable: pages got while the host goes to sleep would only
 * get in the way of the hibernation image.
 *
 * Locks: pool->lock, in hugepool_kick() around the workqueue's own.
 */
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "hugepool.h"
#include "plan.h"

/* Pages between two returns to the workqueue. */
#define FILL_BATCH_PAGES 64

#define FILL_GFP (GFP_HIGHUSER | __GFP_NOWARN | __GFP_THISNODE | \
		  __GFP_RETRY_MAYFAIL)

enum fill_result {
	FILL_DONE,	/* nothing missing */
	FILL_MORE,	/* the portion is used up */
	FILL_STUCK,	/* no page to be had now */
};

static struct workqueue_struct *fill_wq; /* set at load, constant */

/**
 * hugepool_kick() - Let the fill have a look now.
 * @pool: reserve
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 */
void hugepool_kick(struct hugepool *pool)
{
	spin_lock(&pool->lock);
	if (!pool->closing)
		mod_delayed_work(fill_wq, &pool->fill_work, 0);
	spin_unlock(&pool->lock);
}

/* Unlike hugepool_kick() this does not postpone a look that is due earlier. */
static void rearm(struct hugepool *pool, unsigned long delay)
{
	spin_lock(&pool->lock);
	if (!pool->closing)
		queue_delayed_work(fill_wq, &pool->fill_work, delay);
	spin_unlock(&pool->lock);
}

/**
 * hugepool_hold() - Fill nothing for a while, then have a look.
 * @pool: reserve
 * @seconds: how long, from now
 *
 * Context: Process context, does not sleep. Takes pool->lock.
 */
void hugepool_hold(struct hugepool *pool, unsigned int seconds)
{
	WRITE_ONCE(pool->hold_until, jiffies + seconds * HZ);
	rearm(pool, seconds * HZ);
}

static struct folio *try_to_get(struct hugepool *pool)
{
	bool after_pressure = hugepool_recovering(pool);
	struct folio *folio = NULL;

	WRITE_ONCE(pool->filler, current);
	do {
		if (!hugepool_node_has_room(pool->nid, after_pressure))
			break;
		folio = __folio_alloc(FILL_GFP, HPAGE_PMD_ORDER, pool->nid, NULL);
		cond_resched();
	} while (!folio && hugepool_clear(pool));
	WRITE_ONCE(pool->filler, NULL);
	return folio;
}

static bool fill_one(struct hugepool *pool)
{
	struct folio *folio = try_to_get(pool);

	if (!folio)
		return false;

	hugepool_clear_success(pool);
	if (!hugepool_add(pool, folio))
		folio_put(folio);
	pool->nr_failures = 0;
	pool->gained_at = jiffies;
	return true;
}

static enum fill_result fill_portion(struct hugepool *pool)
{
	int i;

	hugepool_clear_begin(pool);
	for (i = 0; i < FILL_BATCH_PAGES; i++) {
		if (!hugepool_shortfall(pool)) {
			pool->nr_failures = 0;
			pool->gained_at = jiffies;
			return FILL_DONE;
		}
		if (!fill_one(pool)) {
			hugepool_count_failure(pool);
			pool->nr_failures++;
			return FILL_STUCK;
		}
		cond_resched();
	}
	return FILL_MORE;
}

static void fill_work(struct work_struct *work)
{
	struct hugepool *pool = container_of(to_delayed_work(work),
					     struct hugepool, fill_work);
	unsigned long hold_until = READ_ONCE(pool->hold_until);
	enum fill_result result;

	if (time_before(jiffies, hold_until)) {
		rearm(pool, hold_until - jiffies);
		return;
	}

	result = fill_portion(pool);
	hugepool_component_judge(pool);
	if (result == FILL_MORE)
		rearm(pool, 0);
	else if (result == FILL_STUCK)
		rearm(pool, msecs_to_jiffies(hugepool_backoff_ms(pool->nr_failures)));
}

/**
 * hugepool_fill_setup() - Make a reserve ready to be filled.
 * @pool: reserve, visible to nobody yet
 *
 * Context: Process context.
 */
void hugepool_fill_setup(struct hugepool *pool)
{
	INIT_DELAYED_WORK(&pool->fill_work, fill_work);
	pool->hold_until = jiffies;
	pool->gained_at = jiffies;
}

/**
 * hugepool_fill_init() - Start what all reserves share.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int hugepool_fill_init(void)
{
	fill_wq = alloc_workqueue("vigil_hugepool",
				  WQ_UNBOUND | WQ_FREEZABLE, 0);
	return fill_wq ? 0 : -ENOMEM;
}

/**
 * hugepool_fill_exit() - The reverse of hugepool_fill_init().
 *
 * Context: Process context, may sleep. No reserve is left.
 */
void hugepool_fill_exit(void)
{
	destroy_workqueue(fill_wq);
}
