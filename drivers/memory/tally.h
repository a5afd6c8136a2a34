/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts of the errors for which a ring had no room.
 *
 * Pure: builds in user space too, where tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_TALLY_H
#define VIGIL_MEMORY_TALLY_H

#include "ring.h"

#define VIGIL_TALLY_ENTRIES	32U

/**
 * struct vigil_tally_entry - Errors that only differ in place and time.
 * @key: what they have in common, or 0 while the entry is free; producers, by
 *	cmpxchg, once
 * @count: how many, modulo 2^32 between two looks
 */
struct vigil_tally_entry {
	u64 key;
	atomic_t count;
};

/**
 * struct vigil_tally - Errors of one CPU for which there was no room.
 * @entries: those that took an entry when it was free
 * @others: the rest
 *
 * All zeroes is empty.
 */
struct vigil_tally {
	struct vigil_tally_entry entries[VIGIL_TALLY_ENTRIES];
	atomic_t others;
};

void vigil_tally_add(struct vigil_tally *tally,
		     const struct vigil_record *record);
bool vigil_tally_take(struct vigil_tally *tally, u32 i,
		      struct vigil_record *record);

#endif /* VIGIL_MEMORY_TALLY_H */
