// SPDX-License-Identifier: GPL-2.0
/*
 * Ratios of a memory module's numbers, for models.
 *
 * tools/model/rows.py has the same list; a test compares them.
 */

#ifdef __KERNEL__
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#endif

#include "derive.h"

const char *const vigil_ratio_names[VIGIL_RATIOS] = {
	"all_ce_log_num_1h_per_6h",
	"all_ce_count_per_log_15m",
	"all_ce_count_per_log_1h",
	"all_ce_count_per_log_6h",
	"read_ce_count_per_count_1h",
	"fault_row_num_per_log_1h",
	"fault_row_num_per_log_6h",
	"error_bit_count_per_log_6h",
	"error_bit_count_per_dq_6h",
	"dq_count=1_per_log_6h",
	"dq_count=2_per_log_6h",
	"burst_count=2_per_log_6h",
};

static const struct ratio {
	u8 window;		/* of the first number */
	u8 feature;
	u8 per_window;		/* of the second one */
	u8 per_feature;
} ratios_of[VIGIL_RATIOS] = {
#define RATIO(window, feature, per_window, per_feature) \
	{ VIGIL_WINDOW_##window, VIGIL_FEATURE_##feature, \
	  VIGIL_WINDOW_##per_window, VIGIL_FEATURE_##per_feature }
	RATIO(1H, ALL_LOGS, 6H, ALL_LOGS),
	RATIO(15M, ALL_COUNT, 15M, ALL_LOGS),
	RATIO(1H, ALL_COUNT, 1H, ALL_LOGS),
	RATIO(6H, ALL_COUNT, 6H, ALL_LOGS),
	RATIO(1H, READ_COUNT, 1H, ALL_COUNT),
	RATIO(1H, FAULT_ROWS, 1H, ALL_LOGS),
	RATIO(6H, FAULT_ROWS, 6H, ALL_LOGS),
	RATIO(6H, BITS, 6H, ALL_LOGS),
	RATIO(6H, BITS, 6H, DQS),
	RATIO(6H, DQ_1, 6H, ALL_LOGS),
	RATIO(6H, DQ_2, 6H, ALL_LOGS),
	RATIO(6H, BURST_2, 6H, ALL_LOGS),
#undef RATIO
};

static s32 divide_q8(s32 above, s32 below)
{
	/* No number is negative but VIGIL_FEATURE_MISSING. */
	if (above < 0 || below <= 0)
		return VIGIL_FEATURE_MISSING;
	return min_t(u64, div64_u64((u64)above << 8, below), S32_MAX);
}

/**
 * vigil_derive() - Compute ratios of numbers.
 * @features: numbers of a memory module
 * @ratios: where to put them
 *
 * Context: Any. Twelve divisions.
 */
void vigil_derive(const struct vigil_features *features,
		  s32 ratios[VIGIL_RATIOS])
{
	const struct ratio *ratio;
	s32 above, below;
	unsigned int i;

	for (i = 0; i < VIGIL_RATIOS; i++) {
		ratio = &ratios_of[i];
		above = features->value[ratio->window][ratio->feature];
		below = features->value[ratio->per_window][ratio->per_feature];
		ratios[i] = divide_q8(above, below);
	}
}
