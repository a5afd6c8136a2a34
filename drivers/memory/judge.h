/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the numbers of a memory module to how well it is, with hysteresis.
 *
 * Pure: time is an argument. Builds in user space too, where
 * tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_JUDGE_H
#define VIGIL_MEMORY_JUDGE_H

#include "features.h"

/**
 * enum vigil_verdict - How well a memory module is.
 * @VIGIL_VERDICT_GOOD: nothing that matters
 * @VIGIL_VERDICT_WATCH: more cells err than one that is weak by chance
 * @VIGIL_VERDICT_BAD: errs as modules do that fail soon
 */
enum vigil_verdict {
	VIGIL_VERDICT_GOOD,
	VIGIL_VERDICT_WATCH,
	VIGIL_VERDICT_BAD,
};

/**
 * struct vigil_judge_policy - When a verdict begins and ends.
 * @watch_cells: distinct cells of six hours for VIGIL_VERDICT_WATCH
 * @bad_cells: distinct cells of six hours for VIGIL_VERDICT_BAD
 * @bad_storms: storms of six hours for VIGIL_VERDICT_BAD
 * @dwell_s: how long numbers must have been below half of that before a verdict
 *	ends
 *
 * 0 is never.
 */
struct vigil_judge_policy {
	u32 watch_cells;
	u32 bad_cells;
	u32 bad_storms;
	u32 dwell_s;
};

/**
 * struct vigil_judge - A verdict over time.
 * @verdict: what holds
 * @upheld_s: when there was reason for it last
 */
struct vigil_judge {
	enum vigil_verdict verdict;
	u32 upheld_s;
};

/**
 * struct vigil_judge_risk - What a model says; all zeroes without one.
 * @permille: chance of an uncorrectable error
 * @alarm_permille: risk from which on the model calls for action
 * @alarm: it does
 */
struct vigil_judge_risk {
	u32 permille;
	u32 alarm_permille;
	bool alarm;
};

bool vigil_judge_update(struct vigil_judge *judge,
			const struct vigil_judge_policy *policy,
			const struct vigil_features *features,
			const struct vigil_judge_risk *risk, u32 now_s);

#endif /* VIGIL_MEMORY_JUDGE_H */
