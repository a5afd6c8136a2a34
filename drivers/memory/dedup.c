// SPDX-License-Identifier: GPL-2.0
/*
 * One error that several sources report is one error.
 *
 * Sources do not say which error of another one they mean, and each may count
 * several into one report. But they report the same errors of a page frame
 * within VIGIL_DEDUP_MS of each other. So the errors of a frame, from a quiet
 * time of that length to the next, are as many as the source reported that
 * reported the most, and a report is new as far as it raises that.
 *
 * Two errors of a frame within that time, each seen by one source only and not
 * by the same, count once. No hardware is known that does so.
 *
 * The table is set-associative; in a full set the entry that has been quiet for
 * longest gives way. The caller serialises.
 */

#ifdef __KERNEL__
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>
#endif

#include "dedup.h"

static u64 time_ms_of(const struct vigil_record *record)
{
	/* About a millisecond, and cheap. */
	return record->time_ns >> 20;
}

static struct vigil_dedup_entry *find(struct vigil_dedup *dedup, u64 key,
				      u64 time_ms)
{
	u32 set = hash_64(key, ilog2(VIGIL_DEDUP_SETS));
	struct vigil_dedup_entry *entry, *oldest;
	u32 i;

	entry = &dedup->entries[set * VIGIL_DEDUP_WAYS];
	oldest = entry;
	for (i = 0; i < VIGIL_DEDUP_WAYS; i++, entry++) {
		if (entry->most && entry->key == key &&
		    time_ms <= entry->time_ms + VIGIL_DEDUP_MS)
			return entry;
		if (entry->time_ms < oldest->time_ms)
			oldest = entry;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->key = key;
	return oldest;
}

/**
 * vigil_dedup_add() - How many of these errors has nobody reported yet?
 * @dedup: what was reported lately
 * @pfn: page frame of the errors
 * @record: the report
 *
 * Context: Any; the caller serialises.
 * Return: errors to count, at most the record's count.
 */
u32 vigil_dedup_add(struct vigil_dedup *dedup, u64 pfn,
		    const struct vigil_record *record)
{
	u64 kind = record->flags & VIGIL_RECORD_UNCORRECTED ? 1 : 0;
	u64 key = pfn << 1 | kind;
	u64 time_ms = time_ms_of(record);
	struct vigil_dedup_entry *entry = find(dedup, key, time_ms);
	u32 fresh, *reported = &entry->reported[record->source];

	*reported += min(record->count, U32_MAX - *reported);
	fresh = *reported - min(*reported, entry->most);
	entry->most += fresh;
	entry->time_ms = max(entry->time_ms, time_ms);
	return fresh;
}
