// SPDX-License-Identifier: GPL-2.0
/*
 * What the memory of a node can give, from the counts of its zones.
 *
 * Only zones that an unmovable page can come from matter: not ZONE_MOVABLE and
 * not device memory. The counts are read without a lock and are a little old,
 * as everybody's are.
 */
#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/sizes.h>
#include <linux/vmstat.h>

#include "hugepool.h"
#include "plan.h"

/* Less than this does not keep even a small host alive. */
#define MARGIN_BYTES SZ_64M

static void add_zone(struct hugepool_room *room, struct zone *zone)
{
	/* Free pages that only movable allocations can have. */
	unsigned long cma_pages = zone_page_state(zone, NR_FREE_CMA_PAGES);
	unsigned long free_pages = zone_page_state(zone, NR_FREE_PAGES);

	room->usable_pages += zone_managed_pages(zone);
	room->free_pages += free_pages - min(free_pages, cma_pages);
	room->file_pages += zone_page_state(zone, NR_ZONE_ACTIVE_FILE) +
			    zone_page_state(zone, NR_ZONE_INACTIVE_FILE);
	room->low_pages += low_wmark_pages(zone);
	room->high_pages += high_wmark_pages(zone);
}

static struct hugepool_room node_room(int nid)
{
	struct hugepool_room room = { .margin_pages = MARGIN_BYTES >> PAGE_SHIFT };
	struct zone *zones = NODE_DATA(nid)->node_zones;
	enum zone_type type, last = gfp_zone(GFP_HIGHUSER);

	for (type = 0; type <= last; type++) {
		if (managed_zone(&zones[type]))
			add_zone(&room, &zones[type]);
	}
	return room;
}

/**
 * hugepool_node_max_pages() - The largest target that makes sense for a node.
 * @nid: node with memory
 *
 * Context: Any.
 * Return: huge pages that all memory of the node would make, 0 when it has none
 * that can be reserved.
 */
unsigned long hugepool_node_max_pages(int nid)
{
	return node_room(nid).usable_pages >> HPAGE_PMD_ORDER;
}

/**
 * hugepool_node_has_room() - Can a node spare one more huge page?
 * @nid: node with memory
 * @after_pressure: pages were given back, so it has to be more than enough
 *
 * Context: Any.
 * Return: true when the rest of the host is left enough.
 */
bool hugepool_node_has_room(int nid, bool after_pressure)
{
	struct hugepool_room room = node_room(nid);

	return after_pressure ? hugepool_has_recovered(&room, HPAGE_PMD_NR) :
				hugepool_has_room(&room, HPAGE_PMD_NR);
}

/**
 * hugepool_node_lack() - How many huge pages would bring a node to its floor?
 * @nid: node
 *
 * Context: Any.
 * Return: huge pages, 0 when the node has what the fill leaves it.
 */
unsigned long hugepool_node_lack(int nid)
{
	struct hugepool_room room = node_room(nid);

	return DIV_ROUND_UP(hugepool_lack(&room), HPAGE_PMD_NR);
}
