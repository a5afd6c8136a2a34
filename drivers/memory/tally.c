// SPDX-License-Identifier: GPL-2.0
/*
 * Counts of the errors for which a ring had no room.
 *
 * The memory module, source and kind of an error are kept, its place and time
 * are not: numbers stay exact in a storm that no ring holds. An entry belongs
 * to the first who takes it, for ever; there are a few more than one CPU sees
 * memory modules, and what does not fit is still counted.
 *
 * Producers nest, up to machine checks. No count is ever lost: an entry is taken
 * by compare-and-exchange, which fails only when somebody else has it now.
 */

#ifdef __KERNEL__
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/string.h>
#endif

#include "tally.h"

/* In a key, besides source, kind, controller and layers. */
#define KEY_USED	BIT_ULL(63)

static u64 key_of(const struct vigil_record *record)
{
	u64 key = KEY_USED | (u64)record->source << 48 |
		  (u64)(record->flags & (VIGIL_RECORD_UNCORRECTED |
					 VIGIL_RECORD_DIMM)) << 32;

	if (record->flags & VIGIL_RECORD_DIMM)
		key |= (u32)record->mc << 24 | (u8)record->layers[0] << 16 |
		       (u8)record->layers[1] << 8 | (u8)record->layers[2];
	return key;
}

static void record_of(u64 key, struct vigil_record *record)
{
	*record = (struct vigil_record) {
		.source = key >> 48 & 0xff,
		.flags = key >> 32 & 0xffff,
		.mc = key >> 24,
		.layers = { key >> 16, key >> 8, key },
	};
}

/**
 * vigil_tally_add() - Count an error for which there is no room.
 * @tally: the tally of this CPU
 * @record: the error
 *
 * Context: Any, NMI and machine check included, with preemption off.
 */
void vigil_tally_add(struct vigil_tally *tally,
		     const struct vigil_record *record)
{
	u64 found, key = key_of(record);
	u32 i;

	for (i = 0; i < VIGIL_TALLY_ENTRIES; i++) {
		found = READ_ONCE(tally->entries[i].key);
		if (!found && try_cmpxchg(&tally->entries[i].key, &found, key))
			found = key;
		if (found == key) {
			atomic_add(record->count, &tally->entries[i].count);
			return;
		}
	}
	atomic_add(record->count, &tally->others);
}

/**
 * vigil_tally_take() - Take the count of an entry.
 * @tally: a tally of any CPU
 * @i: which entry; VIGIL_TALLY_ENTRIES for those that had none
 * @record: where to put source, kind, memory module and count
 *
 * Context: Any.
 * Return: false when there is nothing.
 */
bool vigil_tally_take(struct vigil_tally *tally, u32 i,
		      struct vigil_record *record)
{
	atomic_t *count = i < VIGIL_TALLY_ENTRIES ? &tally->entries[i].count :
						    &tally->others;

	if (!atomic_read(count))
		return false;
	if (i < VIGIL_TALLY_ENTRIES)
		record_of(READ_ONCE(tally->entries[i].key), record);
	else
		memset(record, 0, sizeof(*record));
	record->count = atomic_xchg(count, 0);
	return true;
}
