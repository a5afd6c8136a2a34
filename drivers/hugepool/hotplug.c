// SPDX-License-Identifier: GPL-2.0
/*
 * Idle pages leave memory that is taken offline.
 *
 * The kernel isolates a range before it tells anybody (MEM_GOING_OFFLINE), and
 * refuses a range with a compound page that it takes for unmovable, as it would
 * ours. So idle pages are marked as movable in the way of drivers' pages: that
 * gets the range past the check. They are never moved, though. To copy 2 MiB that
 * nobody needs would be a waste, so isolation of a single page is refused, which
 * offlining tries again for as long as it takes, and the notifier has freed them
 * all before the first try.
 *
 * Between the notifier and the end of it, nothing in the range comes in: what a
 * taker returns unused goes to the page allocator, where it is isolated.
 *
 * A page with a poisoned frame can't be freed and would make offlining try for
 * ever, so the notifier objects to it. Pages that are in quarantine already are
 * not marked: their memory is refused by the kernel itself.
 *
 * Locks: pool->lock and the lock of a folio, one at a time. The notifier runs
 * under the kernel's lock of memory hotplug and waits for nobody.
 */
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>

#include "hugepool.h"

static int before_offline(const struct memory_notify *range)
{
	int nid = page_to_nid(pfn_to_page(range->start_pfn));
	struct hugepool *pool = hugepool_of_node(nid);

	if (!pool)
		return 0;
	return hugepool_vacate(pool, range->start_pfn, range->nr_pages);
}

/* Only one range at a time is on its way, so which one need not be said. */
static void after_change(void)
{
	struct hugepool *pool;
	int nid;

	for (nid = 0; nid < MAX_NUMNODES; nid++) {
		pool = hugepool_of_node(nid);
		if (!pool)
			continue;
		hugepool_end_vacate(pool);
		hugepool_kick(pool);
	}
}

static int memory_changes(struct notifier_block *self, unsigned long action,
			  void *data)
{
	int err = 0;

	switch (action) {
	case MEM_GOING_OFFLINE:
		err = before_offline(data);
		break;
	case MEM_CANCEL_OFFLINE:
	case MEM_OFFLINE:
	case MEM_ONLINE:
		after_change();
		break;
	}
	return notifier_from_errno(err);
}

static struct notifier_block memory_notifier = {
	.notifier_call = memory_changes,
};

/**
 * hugepool_hotplug_init() - Listen to memory that comes and goes.
 *
 * Context: Process context, may sleep, after the reserves are made.
 * Return: 0 or a negative errno.
 */
int hugepool_hotplug_init(void)
{
	return register_memory_notifier(&memory_notifier);
}

/**
 * hugepool_hotplug_exit() - The reverse; waits for a notification under way.
 *
 * Context: Process context, may sleep, before the reserves are removed.
 */
void hugepool_hotplug_exit(void)
{
	unregister_memory_notifier(&memory_notifier);
}
