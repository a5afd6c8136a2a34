/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the errors of a CPU to how well it is, with hysteresis.
 *
 * Pure: time is an argument. Builds in user space too, where
 * tools/testing/unit tests it.
 */
#ifndef VIGIL_CPU_JUDGE_H
#define VIGIL_CPU_JUDGE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

#include <linux/vigil.h>

/* A window is counted in so many slices, and the one that now is in. */
#define VIGIL_CPU_SLICES	8U

/* The longest one for which the arithmetic fits. */
#define VIGIL_CPU_WINDOW_MAX_S	(366U * 24 * 3600)

/* A storm is so many errors, and more, in this time. */
#define VIGIL_CPU_STORM_WINDOW_S	60U

/**
 * struct vigil_cpu_window - Errors of a time that moves.
 * @slice: number of the slice that now is in
 * @slice_ms: length of a slice
 * @count: errors of the latest slices, by number modulo their number
 *
 * All zeroes is an empty window.
 */
struct vigil_cpu_window {
	u64 slice;
	u32 slice_ms;
	u32 count[VIGIL_CPU_SLICES + 1];
};

/**
 * enum vigil_cpu_cause - Why a CPU is failing, the worst last.
 * @VIGIL_CPU_CAUSE_NONE: it is not
 * @VIGIL_CPU_CAUSE_STORM: corrected errors came in a storm
 * @VIGIL_CPU_CAUSE_YELLOW: they passed the hardware's own threshold
 * @VIGIL_CPU_CAUSE_UNCORRECTED: one was not corrected
 */
enum vigil_cpu_cause {
	VIGIL_CPU_CAUSE_NONE,
	VIGIL_CPU_CAUSE_STORM,
	VIGIL_CPU_CAUSE_YELLOW,
	VIGIL_CPU_CAUSE_UNCORRECTED,
};

/**
 * struct vigil_cpu_limits - When a CPU is not healthy.
 * @corrected_errors: so many corrected errors within @corrected_window_s, and it
 *	is degraded until they are half of that; 0 is never
 * @corrected_window_s: see there; 1 to VIGIL_CPU_WINDOW_MAX_S
 * @storm_errors: so many within VIGIL_CPU_STORM_WINDOW_S, and it is failing; 0 is
 *	never
 * @failing_window_s: how long it is, since the last reason
 */
struct vigil_cpu_limits {
	u32 corrected_errors;
	u32 corrected_window_s;
	u32 storm_errors;
	u32 failing_window_s;
};

/**
 * struct vigil_cpu_news - What happened since a CPU was judged last.
 * @corrected: errors that were corrected
 * @uncorrected: errors that were not
 * @yellow: see struct vigil_cpu_error
 */
struct vigil_cpu_news {
	u32 corrected;
	u32 uncorrected;
	bool yellow;
};

/**
 * struct vigil_cpu_judge - How well a CPU is, and why.
 * @health: healthy, degraded or failing; unknown before the first judgement
 * @cause: why it is failing
 * @caused_ms: when there was reason for that last
 * @recent: corrected errors within their window
 * @corrected: the same, counted
 * @storm: those that may be a storm
 *
 * All zeroes is a CPU that nothing is known of.
 */
struct vigil_cpu_judge {
	enum vigil_health health;
	enum vigil_cpu_cause cause;
	u64 caused_ms;
	u32 recent;
	struct vigil_cpu_window corrected;
	struct vigil_cpu_window storm;
};

u32 vigil_cpu_window_add(struct vigil_cpu_window *window, u32 length_s, u32 n,
			 u64 now_ms);
bool vigil_cpu_judge_update(struct vigil_cpu_judge *judge,
			    const struct vigil_cpu_limits *limits,
			    const struct vigil_cpu_news *news, u64 now_ms);
void vigil_cpu_judge_resume(struct vigil_cpu_judge *judge, u64 now_ms);

#endif /* VIGIL_CPU_JUDGE_H */
