// SPDX-License-Identifier: GPL-2.0
/*
 * What a memory module's history amounts to: numbers for a rule or a model.
 *
 * The definitions are those of M2-MFP (arXiv 2507.07144) and of the data that
 * models are trained with; features.h has them in words.
 *
 * All three windows end now, so each is part of the next. One walk from the
 * newest sighting to the oldest computes them all: the numbers so far are those
 * of a window when the walk leaves it. Storms do not mind the direction: a run
 * of n neighbours has n / 11 of them from either end.
 *
 * Rows and columns are told apart by two hash tables, with as many places as
 * there can be entries, twice. Their contents are void without being cleared,
 * because each computation has a number.
 *
 * The caller serialises.
 */

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#endif

#include "features.h"

#define STORM_GAP_S	60
#define STORM_ENTRIES	10

#define DQS		4
#define BEATS		8

#define GROUP_BITS	12

static_assert(1 << GROUP_BITS == VIGIL_GROUPS);

const char *const vigil_feature_names[VIGIL_FEATURES] = {
	[VIGIL_FEATURE_READ_LOGS] = "read_ce_log_num",
	[VIGIL_FEATURE_SCRUB_LOGS] = "scrub_ce_log_num",
	[VIGIL_FEATURE_ALL_LOGS] = "all_ce_log_num",
	[VIGIL_FEATURE_READ_COUNT] = "read_ce_count",
	[VIGIL_FEATURE_SCRUB_COUNT] = "scrub_ce_count",
	[VIGIL_FEATURE_ALL_COUNT] = "all_ce_count",
	[VIGIL_FEATURE_FREQUENCY_Q16] = "log_happen_frequency",
	[VIGIL_FEATURE_STORMS] = "ce_storm_count",
	[VIGIL_FEATURE_MODE_OTHERS] = "fault_mode_others",
	[VIGIL_FEATURE_MODE_DEVICE] = "fault_mode_device",
	[VIGIL_FEATURE_MODE_BANK] = "fault_mode_bank",
	[VIGIL_FEATURE_MODE_ROW] = "fault_mode_row",
	[VIGIL_FEATURE_MODE_COLUMN] = "fault_mode_column",
	[VIGIL_FEATURE_MODE_CELL] = "fault_mode_cell",
	[VIGIL_FEATURE_FAULT_ROWS] = "fault_row_num",
	[VIGIL_FEATURE_FAULT_COLUMNS] = "fault_column_num",
	[VIGIL_FEATURE_BITS] = "error_bit_count",
	[VIGIL_FEATURE_DQS] = "error_dq_count",
	[VIGIL_FEATURE_BURSTS] = "error_burst_count",
	[VIGIL_FEATURE_MAX_DQ_INTERVAL] = "max_dq_interval",
	[VIGIL_FEATURE_MAX_BURST_INTERVAL] = "max_burst_interval",
	[VIGIL_FEATURE_DQ_1] = "dq_count=1",
	[VIGIL_FEATURE_DQ_2] = "dq_count=2",
	[VIGIL_FEATURE_DQ_3] = "dq_count=3",
	[VIGIL_FEATURE_DQ_4] = "dq_count=4",
	[VIGIL_FEATURE_BURST_1] = "burst_count=1",
	[VIGIL_FEATURE_BURST_2] = "burst_count=2",
	[VIGIL_FEATURE_BURST_3] = "burst_count=3",
	[VIGIL_FEATURE_BURST_4] = "burst_count=4",
	[VIGIL_FEATURE_BURST_5] = "burst_count=5",
	[VIGIL_FEATURE_BURST_6] = "burst_count=6",
	[VIGIL_FEATURE_BURST_7] = "burst_count=7",
	[VIGIL_FEATURE_BURST_8] = "burst_count=8",
};

const u32 vigil_window_seconds[VIGIL_WINDOWS] = {
	[VIGIL_WINDOW_15M] = 15 * 60,
	[VIGIL_WINDOW_1H] = 3600,
	[VIGIL_WINDOW_6H] = VIGIL_HISTORY_SECONDS,
};

/**
 * struct walk - The state of a computation.
 * @history: what is walked over
 * @scratch: hash tables
 * @value: the numbers so far
 * @newest: the newest entry with a place, or NULL
 * @devices: there are several devices
 * @banks: there are several banks
 * @rows: there are several rows
 * @columns: there are several columns
 * @has_parity: wrong bits of an entry are known
 * @entries: there was one, at @time_s
 * @time_s: of the entry before this in the walk
 * @neighbours: entries one after the other that were near enough for a storm
 */
struct walk {
	const struct vigil_history *history;
	struct vigil_features_scratch *scratch;
	s32 value[VIGIL_FEATURES];
	const struct vigil_cell *newest;
	bool devices;
	bool banks;
	bool rows;
	bool columns;
	bool has_parity;
	bool entries;
	u32 time_s;
	u32 neighbours;
};

static void count_storm(struct walk *walk, u32 time_s)
{
	if (walk->entries && walk->time_s - time_s <= STORM_GAP_S)
		walk->neighbours++;
	else
		walk->neighbours = 0;
	if (walk->neighbours > STORM_ENTRIES) {
		walk->value[VIGIL_FEATURE_STORMS]++;
		walk->neighbours = 0;
	}
	walk->time_s = time_s;
	walk->entries = true;
}

static void count_bits(struct walk *walk, u32 parity)
{
	unsigned int beat, nr_beats, nr_dqs, dqs = 0, beats = 0;
	s32 *value = walk->value;

	for (beat = 0; beat < BEATS; beat++) {
		unsigned int nibble = parity >> (DQS * beat) & 0xf;

		dqs |= nibble;
		beats |= (nibble != 0) << beat;
	}
	nr_dqs = hweight32(dqs);
	nr_beats = hweight32(beats);
	value[VIGIL_FEATURE_BITS] += hweight32(parity);
	value[VIGIL_FEATURE_DQS] += nr_dqs;
	value[VIGIL_FEATURE_BURSTS] += nr_beats;
	if (!parity)
		return;

	value[VIGIL_FEATURE_DQ_1 + nr_dqs - 1]++;
	value[VIGIL_FEATURE_BURST_1 + nr_beats - 1]++;
	value[VIGIL_FEATURE_MAX_DQ_INTERVAL] =
		max_t(s32, value[VIGIL_FEATURE_MAX_DQ_INTERVAL],
		      __fls(dqs) - __ffs(dqs));
	value[VIGIL_FEATURE_MAX_BURST_INTERVAL] =
		max_t(s32, value[VIGIL_FEATURE_MAX_BURST_INTERVAL],
		      __fls(beats) - __ffs(beats));
}

static bool same_line(const struct vigil_cell *a, const struct vigil_cell *b,
		      bool rows)
{
	return a->device == b->device && a->bank == b->bank &&
	       (rows ? a->row == b->row : a->column == b->column);
}

/* Does this entry make its row, or column, one with errors in two places? */
static bool becomes_several(struct walk *walk, struct vigil_group *groups,
			    u16 slot, bool rows)
{
	const struct vigil_sighting *slots = walk->history->slots;
	const struct vigil_cell *other, *cell = &slots[slot].cell;
	u64 key = (u64)(rows ? cell->row : cell->column) << 16 |
		  cell->bank << 8 | cell->device;
	u32 i = hash_64(key, GROUP_BITS);
	struct vigil_group *group;

	/* Ends: there are twice as many places as entries. */
	for (;; i = (i + 1) % VIGIL_GROUPS) {
		group = &groups[i];
		if (group->round != walk->scratch->round)
			break;
		other = &slots[group->slot].cell;
		if (!same_line(cell, other, rows))
			continue;
		if (group->several || (rows ? cell->column == other->column :
					      cell->row == other->row))
			return false;
		group->several = true;
		return true;
	}
	*group = (struct vigil_group) {
		.round = walk->scratch->round,
		.slot = slot,
	};
	return false;
}

static void count_place(struct walk *walk, u16 slot)
{
	const struct vigil_cell *cell = &walk->history->slots[slot].cell;

	walk->newest = walk->newest ?: cell;
	walk->devices |= cell->device != walk->newest->device;
	walk->banks |= cell->bank != walk->newest->bank;
	walk->rows |= cell->row != walk->newest->row;
	walk->columns |= cell->column != walk->newest->column;

	walk->value[VIGIL_FEATURE_FAULT_ROWS] +=
		becomes_several(walk, walk->scratch->rows, slot, true);
	walk->value[VIGIL_FEATURE_FAULT_COLUMNS] +=
		becomes_several(walk, walk->scratch->columns, slot, false);
}

static void count_sum(s32 *sum, s32 more)
{
	*sum += min(more, S32_MAX - *sum);
}

static void count_entry(struct walk *walk, u16 slot)
{
	const struct vigil_sighting *entry = &walk->history->slots[slot];
	s32 total = min_t(u32, entry->total, S32_MAX);
	s32 *value = walk->value;

	value[entry->scrub ? VIGIL_FEATURE_SCRUB_LOGS :
			     VIGIL_FEATURE_READ_LOGS]++;
	value[VIGIL_FEATURE_ALL_LOGS]++;
	count_sum(&value[entry->scrub ? VIGIL_FEATURE_SCRUB_COUNT :
					VIGIL_FEATURE_READ_COUNT], total);
	count_sum(&value[VIGIL_FEATURE_ALL_COUNT], total);
	count_storm(walk, entry->time_s);
	if (entry->cell.located)
		count_place(walk, slot);
	if (entry->cell.has_parity) {
		walk->has_parity = true;
		count_bits(walk, entry->cell.parity);
	}
}

static enum vigil_fault_mode mode_of(const struct walk *walk)
{
	if (!walk->newest)
		return VIGIL_FAULT_NONE;
	if (walk->devices)
		return VIGIL_FAULT_SEVERAL;
	if (walk->banks)
		return VIGIL_FAULT_DEVICE;
	if (walk->columns && walk->rows)
		return VIGIL_FAULT_BANK;
	if (walk->columns)
		return VIGIL_FAULT_ROW;
	if (walk->rows)
		return VIGIL_FAULT_COLUMN;
	return VIGIL_FAULT_CELL;
}

/* The numbers of a window, from those of all entries in it. */
static void finish_window(struct walk *walk, u32 seconds, s32 *value)
{
	u32 n = walk->value[VIGIL_FEATURE_ALL_LOGS];

	memcpy(value, walk->value, sizeof(walk->value));
	if (n)
		value[VIGIL_FEATURE_FREQUENCY_Q16] = (seconds << 16) / n;

	switch (mode_of(walk)) {
	case VIGIL_FAULT_SEVERAL:
		value[VIGIL_FEATURE_MODE_OTHERS] = 1;
		break;
	case VIGIL_FAULT_DEVICE:
		value[VIGIL_FEATURE_MODE_DEVICE] = 1;
		break;
	case VIGIL_FAULT_BANK:
		value[VIGIL_FEATURE_MODE_BANK] = 1;
		break;
	case VIGIL_FAULT_ROW:
		value[VIGIL_FEATURE_MODE_ROW] = 1;
		break;
	case VIGIL_FAULT_COLUMN:
		value[VIGIL_FEATURE_MODE_COLUMN] = 1;
		break;
	case VIGIL_FAULT_CELL:
		value[VIGIL_FEATURE_MODE_CELL] = 1;
		break;
	case VIGIL_FAULT_NONE:
		break;
	}
}

static void mark_missing(s32 *value, enum vigil_feature from,
			 enum vigil_feature to)
{
	enum vigil_feature i;

	for (i = from; i <= to; i++)
		value[i] = VIGIL_FEATURE_MISSING;
}

/* What no entry told, as far back as there are any. */
static void mark_all_missing(const struct walk *walk,
			     struct vigil_features *features)
{
	enum vigil_window window;

	for (window = 0; window < VIGIL_WINDOWS; window++) {
		s32 *value = features->value[window];

		if (walk->entries && !walk->newest)
			mark_missing(value, VIGIL_FEATURE_MODE_OTHERS,
				     VIGIL_FEATURE_FAULT_COLUMNS);
		if (walk->entries && !walk->has_parity)
			mark_missing(value, VIGIL_FEATURE_BITS,
				     VIGIL_FEATURE_BURST_8);
	}
}

/* Other groups than this computation's are void. */
static void start_round(struct vigil_features_scratch *scratch)
{
	if (!++scratch->round) {
		memset(scratch, 0, sizeof(*scratch));
		scratch->round = 1;
	}
}

/**
 * vigil_features_compute() - Compute the features of a history.
 * @history: the history, up to its now_s
 * @scratch: for this computation only
 * @features: where to put them
 *
 * Context: Any; the caller serialises. About 100 instructions for each sighting.
 */
void vigil_features_compute(const struct vigil_history *history,
			    struct vigil_features_scratch *scratch,
			    struct vigil_features *features)
{
	struct walk walk = { .history = history, .scratch = scratch };
	const struct vigil_sighting *sighting;
	u32 seconds, position = history->head;
	enum vigil_window window;

	start_round(scratch);
	for (window = 0; window < VIGIL_WINDOWS; window++) {
		seconds = vigil_window_seconds[window];
		while (position != history->tail) {
			sighting = vigil_history_at(history, position - 1);
			if (history->now_s - sighting->time_s > seconds)
				break;
			position--;
			if (sighting->first)
				count_entry(&walk, sighting - history->slots);
		}
		finish_window(&walk, seconds, features->value[window]);
	}
	features->mode = mode_of(&walk);
	mark_all_missing(&walk, features);
}
