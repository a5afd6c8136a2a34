/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a memory module's history amounts to: numbers for a rule or a model.
 *
 * Pure: builds in user space too, where tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_FEATURES_H
#define VIGIL_MEMORY_FEATURES_H

#include "history.h"

/**
 * enum vigil_window - How far back to look, from now.
 * @VIGIL_WINDOW_15M: 15 minutes
 * @VIGIL_WINDOW_1H: one hour
 * @VIGIL_WINDOW_6H: six hours
 */
enum vigil_window {
	VIGIL_WINDOW_15M,
	VIGIL_WINDOW_1H,
	VIGIL_WINDOW_6H,

	/* private: */
	VIGIL_WINDOWS
};

/*
 * One number of a window; models are made for this order.
 *
 * An *entry* is a cell with errors in the last six hours, at the time of the
 * first of them; its *count* is how many they were. A window has the entries
 * whose time is in it.
 *
 * _LOGS are entries found by a read, by the patrol scrubber, and all of them;
 * _COUNT the sums of their counts. FREQUENCY_Q16 is the window's length divided
 * by the number of entries, in 1/65536 s, 0 without any. STORMS goes up by one,
 * and starts anew, each time that more than 10 neighbouring entries lie 60 s
 * apart at most. Of MODE_ one is 1, or none in an empty window; see
 * enum vigil_fault_mode. FAULT_ROWS are rows of one device and bank with entries
 * in more than one column, FAULT_COLUMNS columns with entries in more than one
 * row. The others come from the wrong bits of an entry, and are
 * VIGIL_FEATURE_MISSING when no entry of the last six hours has any known.
 */
enum vigil_feature {
	VIGIL_FEATURE_READ_LOGS,
	VIGIL_FEATURE_SCRUB_LOGS,
	VIGIL_FEATURE_ALL_LOGS,
	VIGIL_FEATURE_READ_COUNT,
	VIGIL_FEATURE_SCRUB_COUNT,
	VIGIL_FEATURE_ALL_COUNT,
	VIGIL_FEATURE_FREQUENCY_Q16,
	VIGIL_FEATURE_STORMS,
	VIGIL_FEATURE_MODE_OTHERS,
	VIGIL_FEATURE_MODE_DEVICE,
	VIGIL_FEATURE_MODE_BANK,
	VIGIL_FEATURE_MODE_ROW,
	VIGIL_FEATURE_MODE_COLUMN,
	VIGIL_FEATURE_MODE_CELL,
	VIGIL_FEATURE_FAULT_ROWS,
	VIGIL_FEATURE_FAULT_COLUMNS,
	VIGIL_FEATURE_BITS,
	VIGIL_FEATURE_DQS,
	VIGIL_FEATURE_BURSTS,
	VIGIL_FEATURE_MAX_DQ_INTERVAL,
	VIGIL_FEATURE_MAX_BURST_INTERVAL,
	VIGIL_FEATURE_DQ_1,
	VIGIL_FEATURE_DQ_2,
	VIGIL_FEATURE_DQ_3,
	VIGIL_FEATURE_DQ_4,
	VIGIL_FEATURE_BURST_1,
	VIGIL_FEATURE_BURST_2,
	VIGIL_FEATURE_BURST_3,
	VIGIL_FEATURE_BURST_4,
	VIGIL_FEATURE_BURST_5,
	VIGIL_FEATURE_BURST_6,
	VIGIL_FEATURE_BURST_7,
	VIGIL_FEATURE_BURST_8,

	VIGIL_FEATURES
};

/**
 * enum vigil_fault_mode - What part of a memory module is at fault.
 * @VIGIL_FAULT_NONE: no errors whose place is known
 * @VIGIL_FAULT_CELL: one row and column
 * @VIGIL_FAULT_COLUMN: one column, several rows
 * @VIGIL_FAULT_ROW: one row, several columns
 * @VIGIL_FAULT_BANK: one bank, several rows and columns
 * @VIGIL_FAULT_DEVICE: one device, several banks
 * @VIGIL_FAULT_SEVERAL: several devices
 *
 * The names are those of the literature: M2-MFP, arXiv 2507.07144.
 */
enum vigil_fault_mode {
	VIGIL_FAULT_NONE,
	VIGIL_FAULT_CELL,
	VIGIL_FAULT_COLUMN,
	VIGIL_FAULT_ROW,
	VIGIL_FAULT_BANK,
	VIGIL_FAULT_DEVICE,
	VIGIL_FAULT_SEVERAL,
};

#define VIGIL_FEATURE_MISSING	S32_MIN

/**
 * struct vigil_group - Entries of one row, or of one column.
 * @round: the computation that this belongs to; other groups are empty
 * @slot: the first entry, in the history
 * @several: another one was elsewhere in it
 */
struct vigil_group {
	u32 round;
	u16 slot;
	bool several;
};

/* Twice the entries that there can be. */
#define VIGIL_GROUPS	(2 * VIGIL_HISTORY_SLOTS_MAX)

/**
 * struct vigil_features_scratch - Memory for one computation at a time.
 * @round: of the last computation
 * @rows: hash table of rows of one device and bank
 * @columns: hash table of columns of one device and bank
 *
 * All zeroes before the first one.
 */
struct vigil_features_scratch {
	u32 round;
	struct vigil_group rows[VIGIL_GROUPS];
	struct vigil_group columns[VIGIL_GROUPS];
};

/**
 * struct vigil_features - Numbers of all windows.
 * @value: by window and feature
 * @mode: what is at fault, from the last six hours
 */
struct vigil_features {
	s32 value[VIGIL_WINDOWS][VIGIL_FEATURES];
	enum vigil_fault_mode mode;
};

extern const char *const vigil_feature_names[VIGIL_FEATURES];
extern const u32 vigil_window_seconds[VIGIL_WINDOWS];

void vigil_features_compute(const struct vigil_history *history,
			    struct vigil_features_scratch *scratch,
			    struct vigil_features *features);

#endif /* VIGIL_MEMORY_FEATURES_H */
