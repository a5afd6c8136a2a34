// SPDX-License-Identifier: GPL-2.0
/*
 * vigil_hugepool: huge pages reserved on each NUMA node, for users that put
 * them into a page cache.
 *
 * This file loads and unloads the module and carries its exported functions;
 * each of them picks the node's reserve and leaves the rest to it. There is a
 * reserve for each node that had memory when the module was loaded.
 *
 * Unloading is possible when no user is loaded, because users need the exported
 * functions. Idle pages go back to the page allocator, those in quarantine do
 * not.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/export.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/vigil/frame.h>
#include <linux/vigil/hugepool.h>

#include "hugepool.h"
#include "plan.h"

static unsigned long target_pages[MAX_NUMNODES] __initdata;
module_param_array(target_pages, ulong, NULL, 0);
MODULE_PARM_DESC(target_pages,
		 "Huge pages to reserve at load on node 0, 1, ... (default 0)");

static unsigned long spare_pages[MAX_NUMNODES] __initdata;
module_param_array(spare_pages, ulong, NULL, 0);
MODULE_PARM_DESC(spare_pages,
		 "Idle huge pages to keep for healing on node 0, 1, ... (default 0)");

static bool give_back __initdata;
module_param(give_back, bool, 0);
MODULE_PARM_DESC(give_back,
		 "Give idle huge pages back under memory pressure (default no)");

/* Head start for whoever had a page evacuated to take its frame. */
#define EVACUATION_HOLD_SECONDS 5

/* Written while the module is loaded and unloaded, when nobody can call us. */
static struct hugepool *hugepools[MAX_NUMNODES];

/**
 * hugepool_of_node() - The reserve of a node.
 * @nid: any number
 *
 * Context: Any, but not before the reserves are made nor after they are removed.
 * Return: NULL when the node has none.
 */
struct hugepool *hugepool_of_node(int nid)
{
	return nid >= 0 && nid < MAX_NUMNODES ? hugepools[nid] : NULL;
}

static struct folio *take_from_node(int nid, bool may_use_spare)
{
	struct hugepool *pool = hugepool_of_node(nid);
	struct folio *folio = pool ? hugepool_take(pool, may_use_spare) : NULL;

	/* Poisoned pages may have been put aside on the way. */
	if (pool && hugepool_shortfall(pool))
		hugepool_kick(pool);
	return folio;
}

static struct folio *take(int nid, bool may_use_spare)
{
	int preferred = nid == NUMA_NO_NODE ? numa_mem_id() : nid;
	struct folio *folio = take_from_node(preferred, may_use_spare);

	if (!folio && nid == NUMA_NO_NODE) {
		for_each_node_state(nid, N_MEMORY) {
			if (nid != preferred)
				folio = take_from_node(nid, may_use_spare);
			if (folio)
				break;
		}
	}
	return folio ?: ERR_PTR(-ENOMEM);
}

/**
 * vigil_hugepool_take() - Take one huge page out of a node's reserve.
 * @nid: node to take from, and from no other; NUMA_NO_NODE for the node that
 *	the caller runs on, or any other one when that has none
 *
 * The page has order HPAGE_PMD_ORDER, is prepared for the page cache and not in
 * it, and contains no frame that was known to be poisoned. Its contents are
 * whatever was there: overwrite all of it before anybody can see it. It counts
 * as in use until vigil_hugepool_give_back() or vigil_hugepool_forget().
 *
 * Context: Process context, may sleep. Takes and releases pool->lock.
 * Return: a folio with one reference for the caller, or ERR_PTR(-ENOMEM) when
 * the reserve has no more than its spare or there is none.
 */
struct folio *vigil_hugepool_take(int nid)
{
	return take(nid, false);
}
EXPORT_SYMBOL_GPL(vigil_hugepool_take);

/**
 * vigil_hugepool_take_spare() - Take one huge page, from the spare if need be.
 * @nid: as for vigil_hugepool_take()
 *
 * For a page that replaces a damaged one, which is let go of soon after; as
 * vigil_hugepool_take() otherwise.
 *
 * Context: Process context, may sleep. Takes and releases pool->lock.
 * Return: a folio with one reference for the caller, or ERR_PTR(-ENOMEM) when
 * the reserve is empty or there is none.
 */
struct folio *vigil_hugepool_take_spare(int nid)
{
	return take(nid, true);
}
EXPORT_SYMBOL_GPL(vigil_hugepool_take_spare);

/**
 * vigil_hugepool_give_back() - Return a page that was never used.
 * @folio: page from vigil_hugepool_take(), with only the caller's reference,
 *	that was never in a page cache, mapped or on an LRU list
 *
 * For a page that was used, drop the last reference and call
 * vigil_hugepool_forget(). A page whose poison was found by the caller may go
 * back this way: it will not be handed out again.
 *
 * Context: Process context, may sleep. Takes and releases pool->lock.
 */
void vigil_hugepool_give_back(struct folio *folio)
{
	struct hugepool *pool = hugepool_of_node(folio_nid(folio));

	if (WARN_ON_ONCE(!pool || folio_order(folio) != HPAGE_PMD_ORDER ||
			 folio_ref_count(folio) != 1 || folio->mapping ||
			 folio_test_lru(folio)))
		return;
	hugepool_give_back(pool, folio);
	hugepool_kick(pool);
}
EXPORT_SYMBOL_GPL(vigil_hugepool_give_back);

/**
 * vigil_hugepool_forget() - Say that a page is no longer in use.
 * @nid: node that the page was on, folio_nid() of what was taken
 *
 * To be called once for each page taken and not given back, after its last
 * reference was dropped or the page was split. The reserve then gets another
 * page from the page allocator.
 *
 * Context: Process context, does not sleep. Takes and releases pool->lock.
 */
void vigil_hugepool_forget(int nid)
{
	struct hugepool *pool = hugepool_of_node(nid);

	if (WARN_ON_ONCE(!pool))
		return;
	hugepool_forget(pool);
	hugepool_kick(pool);
}
EXPORT_SYMBOL_GPL(vigil_hugepool_forget);

/**
 * vigil_hugepool_free_pages() - How many pages could be taken now.
 * @nid: node to ask for, or NUMA_NO_NODE for all together
 *
 * Without the spare, which vigil_hugepool_take() leaves alone.
 *
 * A hint: it may be wrong when the caller reads it, and some of the pages may
 * turn out to be poisoned.
 *
 * Context: Process context, does not sleep. Takes and releases pool->lock.
 * Return: number of huge pages.
 */
unsigned long vigil_hugepool_free_pages(int nid)
{
	struct hugepool *pool = hugepool_of_node(nid);
	struct hugepool_stat stat = { };
	unsigned long free_pages = 0;

	if (nid == NUMA_NO_NODE) {
		for_each_node_state(nid, N_MEMORY)
			free_pages += vigil_hugepool_free_pages(nid);
		return free_pages;
	}
	if (pool)
		hugepool_read(pool, &stat);
	return hugepool_takable(stat.spare_pages, stat.free_pages, false);
}
EXPORT_SYMBOL_GPL(vigil_hugepool_free_pages);

static int evacuate_frame(struct vigil_frame_owner *self, unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct hugepool *pool = page ? hugepool_of_node(page_to_nid(page)) : NULL;
	int err;

	if (!pool)
		return -ENOENT;
	/*
	 * The page that is freed is the one that the allocator hands out next,
	 * bad frame included, and whoever had it evacuated wants that frame.
	 * Also for a frame of somebody else, who will free a huge page.
	 */
	hugepool_hold(pool, EVACUATION_HOLD_SECONDS);
	err = hugepool_evacuate(pool, pfn);
	if (err != -ENOENT)
		hugepool_kick(pool);
	return err;
}

static struct vigil_frame_owner frame_owner = {
	.name = "hugepool",
	.owner = THIS_MODULE,
	.evacuate = evacuate_frame,
};

/* A host that lost a memory module should still come up with what it has. */
static unsigned long __init initial_pages(int nid, const char *name,
					  unsigned long wanted_pages)
{
	unsigned long max_pages = hugepool_node_max_pages(nid);

	if (wanted_pages > max_pages) {
		pr_warn("node %d: %s lowered from %lu to %lu\n",
			nid, name, wanted_pages, max_pages);
		wanted_pages = max_pages;
	}
	return wanted_pages;
}

static int __init add_hugepool(int nid)
{
	struct hugepool *pool;
	int err;

	pool = kzalloc_node(sizeof(*pool), GFP_KERNEL, nid);
	if (!pool)
		return -ENOMEM;

	hugepool_init(pool, nid);
	hugepool_fill_setup(pool);
	pool->give_back = give_back;
	hugepool_set_spare(pool, initial_pages(nid, "spare_pages",
					       spare_pages[nid]));
	hugepool_set_target(pool, initial_pages(nid, "target_pages",
						target_pages[nid]));
	err = hugepool_component_register(pool);
	if (err) {
		kfree(pool);
		return err;
	}

	hugepools[nid] = pool;
	hugepool_kick(pool);
	return 0;
}

static void remove_hugepool(int nid)
{
	struct hugepool *pool = hugepools[nid];
	struct hugepool_stat stat;

	if (!pool)
		return;
	hugepool_close(pool);
	cancel_delayed_work_sync(&pool->fill_work);
	hugepool_component_unregister(pool);
	hugepool_trim(pool);

	hugepool_read(pool, &stat);
	if (stat.quarantined_pages)
		pr_notice("node %d: huge pages kept out of use because of poison: %lu\n",
			  nid, stat.quarantined_pages);
	hugepools[nid] = NULL;
	kfree(pool);
}

static void remove_hugepools(void)
{
	int nid;

	for (nid = 0; nid < MAX_NUMNODES; nid++)
		remove_hugepool(nid);
	hugepool_fill_exit();
}

static void __init warn_of_useless_targets(void)
{
	int nid;

	for (nid = 0; nid < MAX_NUMNODES; nid++) {
		if (target_pages[nid] && !hugepools[nid])
			pr_warn("node %d: target_pages ignored, no memory to reserve\n",
				nid);
	}
}

static int __init start_listening(void)
{
	int err = hugepool_hotplug_init();

	if (err)
		return err;
	err = hugepool_pressure_init();
	if (err) {
		hugepool_hotplug_exit();
		return err;
	}
	vigil_frame_owner_register(&frame_owner);
	return 0;
}

/* Afterwards nobody but the fill and sysfs looks for a reserve. */
static void stop_listening(void)
{
	vigil_frame_owner_unregister(&frame_owner);
	hugepool_pressure_exit();
	hugepool_hotplug_exit();
}

static int __init vigil_hugepool_init(void)
{
	int nid, err;

	err = hugepool_fill_init();
	if (err)
		return err;

	for_each_node_state(nid, N_MEMORY) {
		if (!hugepool_node_max_pages(nid))
			continue;
		err = add_hugepool(nid);
		if (err) {
			remove_hugepools();
			return err;
		}
	}
	err = start_listening();
	if (err) {
		remove_hugepools();
		return err;
	}
	warn_of_useless_targets();
	return 0;
}
module_init(vigil_hugepool_init);

static void __exit vigil_hugepool_exit(void)
{
	stop_listening();
	remove_hugepools();
}
module_exit(vigil_hugepool_exit);

MODULE_DESCRIPTION("Huge pages reserved on each NUMA node");
MODULE_LICENSE("GPL");
