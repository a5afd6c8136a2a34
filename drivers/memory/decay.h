/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts that decay, and a bounded table of them by page frame.
 *
 * Pure: time is an argument. Builds in user space too, where
 * tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_DECAY_H
#define VIGIL_MEMORY_DECAY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/* Thresholds and windows within which the arithmetic can't overflow. */
#define VIGIL_DECAY_EVENTS_MAX		10000U
#define VIGIL_DECAY_WINDOW_MIN_MS	1000ULL
#define VIGIL_DECAY_WINDOW_MAX_MS	(366ULL * 24 * 3600 * 1000)

/**
 * struct vigil_decay - A count that decays by one event in each window.
 * @time_ms: up to when decay has been taken off
 * @level_q16: events that count, in 1/65536
 *
 * All zeroes is an empty count.
 */
struct vigil_decay {
	u64 time_ms;
	u32 level_q16;
};

/**
 * struct vigil_decay_entry - The count of one page frame.
 * @pfn: the page frame; valid while the count is not empty
 * @count: its events
 */
struct vigil_decay_entry {
	u64 pfn;
	struct vigil_decay count;
};

/* Frames whose numbers hash to the same set compete for this many entries. */
#define VIGIL_DECAY_WAYS	16U

/**
 * struct vigil_decay_table - Counts of the page frames with the most events.
 * @evictions: counts that were given up, before they were empty, for others
 * @nr_entries: a power of two, VIGIL_DECAY_WAYS at least
 * @entries: the caller's memory
 */
struct vigil_decay_table {
	u64 evictions;
	u32 nr_entries;
	struct vigil_decay_entry *entries;
};

u32 vigil_decay_read(const struct vigil_decay *count, u64 now_ms, u64 window_ms);
void vigil_decay_add(struct vigil_decay *count, u32 n, u64 now_ms,
		     u64 window_ms);
bool vigil_decay_reached(const struct vigil_decay *count, u32 events);

void vigil_decay_table_init(struct vigil_decay_table *table,
			    struct vigil_decay_entry *entries, u32 nr_entries);
struct vigil_decay_entry *
vigil_decay_table_find(struct vigil_decay_table *table, u64 pfn);
struct vigil_decay_entry *
vigil_decay_table_add(struct vigil_decay_table *table, u64 pfn, u32 n,
		      u64 now_ms, u64 window_ms);
void vigil_decay_table_forget(struct vigil_decay_table *table, u64 pfn);

#endif /* VIGIL_MEMORY_DECAY_H */
