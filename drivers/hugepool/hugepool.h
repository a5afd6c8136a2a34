/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reserve of huge pages of one NUMA node: shared by the files of
 * vigil_hugepool.ko, seen by nobody else.
 */
#ifndef VIGIL_HUGEPOOL_H
#define VIGIL_HUGEPOOL_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/vigil/component.h>
#include <linux/workqueue.h>

#include "rate.h"

struct folio;
struct task_struct;

/**
 * struct hugepool_stat - The numbers of one reserve, in huge pages.
 * @target_pages: what the administrator wants, idle and in use together
 * @spare_pages: what the administrator wants on top, idle, for healing
 * @free_pages: idle, ready to be taken
 * @used_pages: taken and not yet given back or forgotten
 * @quarantined_pages: kept out of use because they contain a poisoned frame
 * @pages_filled: got from the page allocator since load
 * @pages_taken: taken since load
 * @poisoned_pages: found to contain a poisoned frame since load
 * @pages_evacuated: given up since load because a frame in them was unwanted
 * @pages_vacated: idle pages given up since load because their memory was to go
 *	offline
 * @pages_given_back: idle pages that went back since load under memory pressure
 * @fill_failures: passes of the fill that ended without what they needed
 * @fill_pages_per_minute: got within the last minute
 * @shortfall_pages: missing
 * @shortfall_seconds: how long pages have been missing without a break
 *
 * The last three are made when they are asked for.
 */
struct hugepool_stat {
	unsigned long target_pages;
	unsigned long spare_pages;
	unsigned long free_pages;
	unsigned long used_pages;
	unsigned long quarantined_pages;
	u64 pages_filled;
	u64 pages_taken;
	u64 poisoned_pages;
	u64 pages_evacuated;
	u64 pages_vacated;
	u64 pages_given_back;
	u64 fill_failures;
	unsigned long fill_pages_per_minute;
	unsigned long shortfall_pages;
	u64 shortfall_seconds;
};

/* Policies of a reserve, in the order in which they are shown. */
enum hugepool_policy {
	HUGEPOOL_TARGET_PAGES,
	HUGEPOOL_SPARE_PAGES,
	HUGEPOOL_GIVE_BACK,
	NR_HUGEPOOL_POLICIES,
};

/**
 * struct hugepool - The reserve of one NUMA node.
 * @nid: the node; constant
 * @lock: protects @free, @quarantine, @stat, @rate, @is_short,
 *	@short_since_seconds, @recovering, @vacate_pfn, @vacate_nr_pages, @closing and
 *	the private field of every folio on the two lists
 * @free: idle folios, most recently added first; @lock
 * @quarantine: folios with a poisoned frame; @lock
 * @stat: the numbers; @lock
 * @rate: pages got within the last minute; @lock
 * @is_short: pages are missing; @lock
 * @short_since_seconds: since when, valid if @is_short; @lock
 * @recovering: pages were given back under pressure and not all have been got
 *	again; @lock
 * @vacate_pfn: first frame of a range that no page may be in; @lock
 * @vacate_nr_pages: base pages in it, 0 when there is no such range; @lock
 * @closing: the module is being unloaded; @lock
 * @give_back: give idle pages back under pressure; set by the policy, read by
 *	whoever reclaims memory, both with _ONCE
 * @fill_work: gets pages from the page allocator
 * @hold_until: jiffies before which nothing is filled; written by
 *	hugepool_hold(), read by @fill_work, both with _ONCE
 * @filler: task that is allocating pages for the reserve, to be recognised when
 *	it reclaims memory; written by @fill_work, both with _ONCE
 * @clear_pfn: block that is looked at next; @fill_work only, as the next two
 * @clear_looks: blocks that may still be looked at in this pass
 * @clear_tries: blocks that may still be tried before the next page is got
 * @nr_failures: fruitless passes since the last page was got; @fill_work only
 * @gained_at: jiffies when the last page was got or none was missing;
 *	@fill_work only
 * @degraded: health that was last reported; @fill_work only
 * @component: how the reserve shows in Vigil; NULL until it is registered,
 *	then constant until @fill_work was cancelled
 * @policies: description of the policies, here because their maximum depends on
 *	the node; constant
 * @instance: name of the component within its class; constant
 */
struct hugepool {
	int nid;

	spinlock_t lock;		/* see above; innermost */
	struct list_head free;		/* lock */
	struct list_head quarantine;	/* lock */
	struct hugepool_stat stat;	/* lock */
	struct hugepool_rate rate;	/* lock */
	bool is_short;			/* lock */
	time64_t short_since_seconds;	/* lock */
	bool recovering;		/* lock */
	unsigned long vacate_pfn;	/* lock */
	unsigned long vacate_nr_pages;	/* lock */
	bool closing;			/* lock */
	bool give_back;

	struct delayed_work fill_work;
	unsigned long hold_until;
	struct task_struct *filler;
	unsigned long clear_pfn;
	unsigned long clear_looks;
	unsigned int clear_tries;
	unsigned int nr_failures;
	unsigned long gained_at;
	bool degraded;

	struct vigil_component *component;
	struct vigil_policy_desc policies[NR_HUGEPOOL_POLICIES];
	char instance[12];
};

/* main.c */
struct hugepool *hugepool_of_node(int nid);

/* pool.c */
void hugepool_init(struct hugepool *pool, int nid);
void hugepool_read(struct hugepool *pool, struct hugepool_stat *stat);
unsigned long hugepool_shortfall(struct hugepool *pool);
int hugepool_set_target(struct hugepool *pool, unsigned long target_pages);
int hugepool_set_spare(struct hugepool *pool, unsigned long spare_pages);
void hugepool_close(struct hugepool *pool);
bool hugepool_add(struct hugepool *pool, struct folio *folio);
void hugepool_count_failure(struct hugepool *pool);
struct folio *hugepool_take(struct hugepool *pool, bool may_use_spare);
void hugepool_give_back(struct hugepool *pool, struct folio *folio);
void hugepool_forget(struct hugepool *pool);
int hugepool_evacuate(struct hugepool *pool, unsigned long pfn);
void hugepool_trim(struct hugepool *pool);
unsigned long hugepool_yieldable(struct hugepool *pool);
unsigned long hugepool_yield(struct hugepool *pool, unsigned long nr,
			     bool with_spare);
bool hugepool_recovering(struct hugepool *pool);
int hugepool_vacate(struct hugepool *pool, unsigned long start_pfn,
		    unsigned long nr_pages);
void hugepool_end_vacate(struct hugepool *pool);

/* node.c */
unsigned long hugepool_node_max_pages(int nid);
bool hugepool_node_has_room(int nid, bool after_pressure);
unsigned long hugepool_node_lack(int nid);

/* fill.c */
int hugepool_fill_init(void);
void hugepool_fill_exit(void);
void hugepool_fill_setup(struct hugepool *pool);
void hugepool_kick(struct hugepool *pool);
void hugepool_hold(struct hugepool *pool, unsigned int seconds);

/* clear.c */
void hugepool_clear_begin(struct hugepool *pool);
void hugepool_clear_success(struct hugepool *pool);
bool hugepool_clear(struct hugepool *pool);

/* hotplug.c */
int hugepool_hotplug_init(void);
void hugepool_hotplug_exit(void);

/* pressure.c */
int hugepool_pressure_init(void);
void hugepool_pressure_exit(void);

/* component.c */
int hugepool_component_register(struct hugepool *pool);
void hugepool_component_unregister(struct hugepool *pool);
void hugepool_component_judge(struct hugepool *pool);

#endif /* VIGIL_HUGEPOOL_H */
