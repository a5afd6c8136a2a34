/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a node's reserve is short of or has too much of: arithmetic only, no
 * state and no locks, so that every corner can be tested.
 */
#ifndef VIGIL_HUGEPOOL_PLAN_H
#define VIGIL_HUGEPOOL_PLAN_H

#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/types.h>

#define HUGEPOOL_BACKOFF_MIN_MS 100u
#define HUGEPOOL_BACKOFF_MAX_MS 60000u

/* Beyond this many doublings HUGEPOOL_BACKOFF_MAX_MS has long been reached. */
#define HUGEPOOL_BACKOFF_MAX_SHIFT 16u

/**
 * struct hugepool_plan - How many huge pages a reserve should gain or lose.
 * @fill_pages: pages to get from the page allocator
 * @trim_pages: idle pages to give back to it
 *
 * At most one of the two is not zero.
 */
struct hugepool_plan {
	unsigned long fill_pages;
	unsigned long trim_pages;
};

/*
 * The target counts idle pages and pages in use alike. Pages in use are not
 * taken away from their users: when they alone exceed the target, every idle
 * page above the spare is given back and the rest follows as the users let go.
 * The spare is idle pages on top, however many are in use.
 */
static inline struct hugepool_plan hugepool_plan(unsigned long target_pages,
						 unsigned long spare_pages,
						 unsigned long free_pages,
						 unsigned long used_pages)
{
	unsigned long idle_pages = target_pages - min(target_pages, used_pages);
	struct hugepool_plan plan = { };

	idle_pages = size_add(idle_pages, spare_pages);
	if (free_pages < idle_pages)
		plan.fill_pages = idle_pages - free_pages;
	else
		plan.trim_pages = free_pages - idle_pages;
	return plan;
}

/* How many pages may be taken: healing may use the spare, nobody else. */
static inline unsigned long hugepool_takable(unsigned long spare_pages,
					     unsigned long free_pages,
					     bool may_use_spare)
{
	return may_use_spare ? free_pages :
			       free_pages - min(free_pages, spare_pages);
}

/* How long to wait after @nr_failures fruitless passes in a row, at least 1. */
static inline unsigned int hugepool_backoff_ms(unsigned int nr_failures)
{
	unsigned int shift = min(nr_failures ? nr_failures - 1 : 0,
				 HUGEPOOL_BACKOFF_MAX_SHIFT);

	return min(HUGEPOOL_BACKOFF_MIN_MS << shift, HUGEPOOL_BACKOFF_MAX_MS);
}

/**
 * struct hugepool_room - What decides whether a node can spare a huge page.
 * @usable_pages: base pages that an unmovable huge page can be made of
 * @margin_pages: least that must stay of them, on top of the watermarks
 * @free_pages: those that are free
 * @file_pages: those that hold page cache, clean or dirty
 * @low_pages: sum of the low watermarks
 * @high_pages: sum of the high watermarks
 */
struct hugepool_room {
	unsigned long usable_pages;
	unsigned long margin_pages;
	unsigned long free_pages;
	unsigned long file_pages;
	unsigned long low_pages;
	unsigned long high_pages;
};

/* The margin is this share of a node, but not less than margin_pages. */
#define HUGEPOOL_MARGIN_DIVISOR 64u

/*
 * Page cache counts as available except for the part that the machine needs to
 * run well, which is guessed as si_mem_available() does. Anonymous memory does
 * not count: a reserve is not worth swapping the host out. What must stay is
 * the high watermark, above which kswapd sleeps, and a margin, so that the fill
 * alone never drives the node into reclaim or to the OOM killer.
 */
static inline unsigned long
hugepool_available(const struct hugepool_room *room)
{
	return room->free_pages + room->file_pages -
	       min(room->file_pages / 2, room->low_pages);
}

static inline unsigned long hugepool_margin(const struct hugepool_room *room)
{
	return max(room->margin_pages,
		   room->usable_pages / HUGEPOOL_MARGIN_DIVISOR);
}

static inline bool hugepool_has_room(const struct hugepool_room *room,
				     unsigned long wanted_pages)
{
	unsigned long floor_pages = room->high_pages + hugepool_margin(room);
	unsigned long available_pages = hugepool_available(room);

	return available_pages >= floor_pages &&
	       available_pages - floor_pages >= wanted_pages;
}

/*
 * After pages were given back under pressure the margin has to be there twice:
 * between giving at the floor and filling above it there must be a gap that a
 * host can move in.
 */
static inline bool hugepool_has_recovered(const struct hugepool_room *room,
					  unsigned long wanted_pages)
{
	return hugepool_has_room(room, wanted_pages + hugepool_margin(room));
}

/* How far below the floor a node is. */
static inline unsigned long hugepool_lack(const struct hugepool_room *room)
{
	unsigned long floor_pages = room->high_pages + hugepool_margin(room);

	return floor_pages - min(floor_pages, hugepool_available(room));
}

#endif /* VIGIL_HUGEPOOL_PLAN_H */
