// SPDX-License-Identifier: GPL-2.0
/*
 * Counts that decay, and a bounded table of them by page frame.
 *
 * The rule to express is "N events within a window W", by default mcelog's 2
 * in 24 hours (page.c of mcelog; RAS_CEC in drivers/ras/cec.c acts on 2 too
 * on Intel). It has to be kept for thousands of frames in constant space, so
 * time stamps of all events are out, and what is left is a count that decays:
 *
 *  - half-lives can't say "2 in 24 hours": after any time at all the first
 *    event weighs less than one, and two of them never make 2;
 *  - mcelog's bucket is aged in steps of a whole W, which forgets everything
 *    at once: 3 in 24 hours is missed when a step falls between them;
 *  - RAS_CEC's count never decays, only an element's rank in its array does.
 *
 * Here a bucket leaks one event in each W, continuously, and the rule is met
 * when an event leaves more than N - 1 in it. Then:
 *
 *  - N events within W always meet it: what leaks meanwhile is less than one;
 *  - for N = 2 nothing else does. Without it the bucket holds one event at
 *    most, so the next one meets the rule exactly if it comes within W;
 *  - for N > 2 also a frame that errs more than once in each W for long enough
 *    meets it. Such a frame is bad, only slowly; that is intended.
 *
 * A count is one Q16 number and the time to which it is valid. That time moves
 * only by what the leak taken off accounts for, so nothing is lost to
 * rounding when events come faster than 1/65536 of W.
 *
 * The table is set-associative: a frame's number chooses a set of
 * VIGIL_DECAY_WAYS entries, and the smallest count of a full set gives way.
 * Every operation looks at one set. The caller serialises.
 */

#ifdef __KERNEL__
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#endif

#include "decay.h"

#define ONE_Q16		65536U
#define LEVEL_MAX_Q16	((VIGIL_DECAY_EVENTS_MAX + 1) * ONE_Q16)

/* What has leaked since @time_ms, at most @level_q16. */
static u32 leak_q16(const struct vigil_decay *count, u64 now_ms, u64 window_ms)
{
	u64 windows, rest_ms;

	/* Records of different CPUs arrive slightly out of order. */
	if (now_ms <= count->time_ms)
		return 0;
	windows = div64_u64_rem(now_ms - count->time_ms, window_ms, &rest_ms);
	if (windows >= count->level_q16 / ONE_Q16 + 1)
		return count->level_q16;
	/* windows < 2^16, rest_ms < VIGIL_DECAY_WINDOW_MAX_MS < 2^35 */
	return min_t(u64, count->level_q16,
		     windows * ONE_Q16 + div64_u64(rest_ms * ONE_Q16, window_ms));
}

/**
 * vigil_decay_read() - What is left of a count.
 * @count: the count
 * @now_ms: the time
 * @window_ms: time in which one event decays
 *
 * Context: Any.
 * Return: events that still count, in 1/65536.
 */
u32 vigil_decay_read(const struct vigil_decay *count, u64 now_ms, u64 window_ms)
{
	return count->level_q16 - leak_q16(count, now_ms, window_ms);
}

/**
 * vigil_decay_add() - Count events.
 * @count: the count
 * @n: how many
 * @now_ms: when they happened
 * @window_ms: time in which one event decays
 *
 * Context: Any; the caller serialises.
 */
void vigil_decay_add(struct vigil_decay *count, u32 n, u64 now_ms,
		     u64 window_ms)
{
	u32 leak = leak_q16(count, now_ms, window_ms);

	count->level_q16 -= leak;
	if (count->level_q16)
		/* leak * window_ms / ONE_Q16, in two parts that fit 64 bits */
		count->time_ms += (u64)(leak / ONE_Q16) * window_ms +
				  (leak % ONE_Q16) * window_ms / ONE_Q16;
	else
		count->time_ms = max(count->time_ms, now_ms);
	count->level_q16 = min_t(u64, count->level_q16 + (u64)n * ONE_Q16,
				 LEVEL_MAX_Q16);
}

/**
 * vigil_decay_reached() - Did the last events meet the rule?
 * @count: a count to which vigil_decay_add() has just added events
 * @events: how many events within the window it takes; 0 is never
 *
 * Context: Any.
 * Return: true if so.
 */
bool vigil_decay_reached(const struct vigil_decay *count, u32 events)
{
	if (!events || events > VIGIL_DECAY_EVENTS_MAX)
		return false;
	return count->level_q16 > (events - 1) * ONE_Q16;
}

/**
 * vigil_decay_table_init() - Set up an empty table.
 * @table: the table
 * @entries: memory for its entries
 * @nr_entries: their number, a power of two, VIGIL_DECAY_WAYS at least
 *
 * Context: Any.
 */
void vigil_decay_table_init(struct vigil_decay_table *table,
			    struct vigil_decay_entry *entries, u32 nr_entries)
{
	memset(entries, 0, nr_entries * sizeof(*entries));
	table->entries = entries;
	table->nr_entries = nr_entries;
	table->evictions = 0;
}

static struct vigil_decay_entry *set_of(struct vigil_decay_table *table, u64 pfn)
{
	u32 nr_sets = table->nr_entries / VIGIL_DECAY_WAYS;
	u32 set = nr_sets > 1 ? hash_64(pfn, ilog2(nr_sets)) : 0;

	return &table->entries[set * VIGIL_DECAY_WAYS];
}

/**
 * vigil_decay_table_find() - Look a page frame up.
 * @table: the table
 * @pfn: the page frame
 *
 * Context: Any; the caller serialises.
 * Return: its entry, or NULL when it has none.
 */
struct vigil_decay_entry *
vigil_decay_table_find(struct vigil_decay_table *table, u64 pfn)
{
	struct vigil_decay_entry *set = set_of(table, pfn);
	u32 i;

	for (i = 0; i < VIGIL_DECAY_WAYS; i++)
		if (set[i].count.level_q16 && set[i].pfn == pfn)
			return &set[i];
	return NULL;
}

/* The entry of a set that is least worth keeping. */
static struct vigil_decay_entry *smallest(struct vigil_decay_entry *set,
					  u64 now_ms, u64 window_ms)
{
	struct vigil_decay_entry *least = set;
	u32 least_q16 = vigil_decay_read(&set->count, now_ms, window_ms);
	u32 i, level_q16;

	for (i = 1; i < VIGIL_DECAY_WAYS && least_q16; i++) {
		level_q16 = vigil_decay_read(&set[i].count, now_ms, window_ms);
		if (level_q16 < least_q16) {
			least = &set[i];
			least_q16 = level_q16;
		}
	}
	return least;
}

/**
 * vigil_decay_table_add() - Count events of a page frame.
 * @table: the table
 * @pfn: the page frame
 * @n: how many
 * @now_ms: when they happened
 * @window_ms: time in which one event decays
 *
 * A frame that has no entry takes the place of the one with the smallest
 * count in its set.
 *
 * Context: Any; the caller serialises.
 * Return: the frame's entry.
 */
struct vigil_decay_entry *
vigil_decay_table_add(struct vigil_decay_table *table, u64 pfn, u32 n,
		      u64 now_ms, u64 window_ms)
{
	struct vigil_decay_entry *entry = vigil_decay_table_find(table, pfn);

	if (!entry) {
		entry = smallest(set_of(table, pfn), now_ms, window_ms);
		if (vigil_decay_read(&entry->count, now_ms, window_ms))
			table->evictions++;
		memset(entry, 0, sizeof(*entry));
		entry->pfn = pfn;
	}
	vigil_decay_add(&entry->count, n, now_ms, window_ms);
	return entry;
}

/**
 * vigil_decay_table_forget() - Drop a page frame's count.
 * @table: the table
 * @pfn: the page frame
 *
 * Context: Any; the caller serialises.
 */
void vigil_decay_table_forget(struct vigil_decay_table *table, u64 pfn)
{
	struct vigil_decay_entry *entry = vigil_decay_table_find(table, pfn);

	if (entry)
		memset(entry, 0, sizeof(*entry));
}
