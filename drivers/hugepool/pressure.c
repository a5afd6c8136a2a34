// SPDX-License-Identifier: GPL-2.0
/*
 * Idle pages for a host that runs out of memory, where the policy allows it.
 *
 * Two callers. The shrinker is called whenever memory is reclaimed, which on a
 * host that reads files is always; a reserve that melts away then would be worth
 * nothing. So it offers pages only while the node is below the floor that the
 * fill leaves it (plan.h), page cache counted as available, and only as many as
 * are lacking, and not the spare. The OOM notifier is called when nothing else
 * helped, and then the spare goes as well.
 *
 * The target stays, so the reserve is short afterwards. The fill waits, and then
 * wants more room than usual (fill.c), or the two would play ping-pong.
 *
 * Limits of a memory cgroup are not the host's: no page is given for them.
 *
 * Locks: pool->lock. Both callers may hold anything that may be held while
 * memory is allocated, so nothing here allocates.
 */
#include <compat/shrinker.h>
#include <linux/huge_mm.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>
#include <linux/oom.h>

#include "hugepool.h"

/* Pages that a node gives for one OOM kill that is avoided; there may be more. */
#define OOM_YIELD_PAGES 64ul

/* Before the reserve asks for them again, counted from the last one given. */
#define HOLD_SECONDS 10

static struct shrinker *shrinker; /* set at load, constant */

/* The reserve of a node, if it gives anything now. */
static struct hugepool *yielding_pool(int nid)
{
	struct hugepool *pool = hugepool_of_node(nid);

	if (!pool || !READ_ONCE(pool->give_back))
		return NULL;
	/* What the fill needs is not to be taken from what it got. */
	return READ_ONCE(pool->filler) == current ? NULL : pool;
}

static unsigned long yield_and_hold(struct hugepool *pool, unsigned long nr,
				    bool with_spare)
{
	nr = hugepool_yield(pool, nr, with_spare);
	if (nr)
		hugepool_hold(pool, HOLD_SECONDS);
	return nr;
}

static unsigned long count_idle(struct shrinker *self, struct shrink_control *sc)
{
	struct hugepool *pool = yielding_pool(sc->nid);

	if (!pool)
		return 0;
	return min(hugepool_yieldable(pool), hugepool_node_lack(sc->nid)) *
	       HPAGE_PMD_NR;
}

static unsigned long free_idle(struct shrinker *self, struct shrink_control *sc)
{
	struct hugepool *pool = yielding_pool(sc->nid);
	unsigned long nr = DIV_ROUND_UP(sc->nr_to_scan, HPAGE_PMD_NR);

	if (!pool)
		return SHRINK_STOP;
	nr = yield_and_hold(pool, nr, false);
	if (!nr)
		return SHRINK_STOP;
	mm_account_reclaimed_pages(nr * HPAGE_PMD_NR);
	return nr * HPAGE_PMD_NR;
}

/*
 * A node that lacks nothing is not why somebody is to be killed: that has a
 * cpuset or a memory policy, and would not get the pages.
 */
static unsigned long yield_before_oom(int nid)
{
	struct hugepool *pool = yielding_pool(nid);

	if (!pool)
		return 0;
	return yield_and_hold(pool,
			      min(hugepool_node_lack(nid), OOM_YIELD_PAGES),
			      true);
}

static int before_oom(struct notifier_block *self, unsigned long unused,
		      void *parameter)
{
	unsigned long *freed_pages = parameter;
	unsigned long nr = 0;
	int nid;

	for_each_online_node(nid)
		nr += yield_before_oom(nid);
	*freed_pages += nr * HPAGE_PMD_NR;
	return NOTIFY_OK;
}

static struct notifier_block oom_notifier = {
	.notifier_call = before_oom,
};

/**
 * hugepool_pressure_init() - Listen to pressure.
 *
 * Context: Process context, may sleep, after the reserves are made.
 * Return: 0 or a negative errno.
 */
int hugepool_pressure_init(void)
{
	int err;

	shrinker = shrinker_alloc(SHRINKER_NUMA_AWARE, "vigil-hugepool");
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = count_idle;
	shrinker->scan_objects = free_idle;
	/* Half of what is offered at each call, however mild the reclaim. */
	shrinker->seeks = 0;
	shrinker->batch = HPAGE_PMD_NR / 2;

	err = register_oom_notifier(&oom_notifier);
	if (err) {
		shrinker_free(shrinker);
		return err;
	}
	shrinker_register(shrinker);
	return 0;
}

/**
 * hugepool_pressure_exit() - The reverse; waits for callers that are here.
 *
 * Context: Process context, may sleep, before the reserves are removed.
 */
void hugepool_pressure_exit(void)
{
	unregister_oom_notifier(&oom_notifier);
	shrinker_free(shrinker);
}
