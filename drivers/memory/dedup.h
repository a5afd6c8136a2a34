/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One error that several sources report is one error.
 *
 * Pure: time is an argument. Builds in user space too, where
 * tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_DEDUP_H
#define VIGIL_MEMORY_DEDUP_H

#include "ring.h"

/* Pages that err at the same time; a power of two. */
#define VIGIL_DEDUP_SETS	64U
#define VIGIL_DEDUP_WAYS	4U

/*
 * An uncorrected error is reported by the machine check and again, if the page
 * is handled, by memory failure handling: at once, or when the task that used
 * the page returns to user space. Firmware may take a second.
 */
#define VIGIL_DEDUP_MS		10000U

/**
 * struct vigil_dedup_entry - Recent errors of one page frame.
 * @key: the frame's number, and of which kind they are
 * @time_ms: of the latest of them
 * @most: the most that one source reported
 * @reported: what each source reported
 */
struct vigil_dedup_entry {
	u64 key;
	u64 time_ms;
	u32 most;
	u32 reported[VIGIL_RECORD_SOURCES];
};

/**
 * struct vigil_dedup - Page frames that had errors lately.
 * @entries: VIGIL_DEDUP_WAYS of each set
 *
 * All zeroes knows of none.
 */
struct vigil_dedup {
	struct vigil_dedup_entry entries[VIGIL_DEDUP_SETS * VIGIL_DEDUP_WAYS];
};

u32 vigil_dedup_add(struct vigil_dedup *dedup, u64 pfn,
		    const struct vigil_record *record);

#endif /* VIGIL_MEMORY_DEDUP_H */
