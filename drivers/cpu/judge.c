// SPDX-License-Identifier: GPL-2.0
/*
 * From the errors of a CPU to how well it is, with hysteresis.
 *
 *	failing	 an error was not corrected, or the hardware says that corrected ones
 *		 passed its own threshold (yellow), or they came in a storm; for as
 *		 long as there was no new reason for failing_window_s
 *	degraded corrected_errors of them within corrected_window_s, until there
 *		 are no more than half as many
 *	healthy	 none of it
 *
 * A window is counted in slices: what happened within its length is in it, what
 * is older by more than an eighth of that is not.
 */

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <vdso/time64.h>
#endif

#include "judge.h"

#define NR_COUNTS	(VIGIL_CPU_SLICES + 1)
#define SLICE_MS_PER_S	(MSEC_PER_SEC / VIGIL_CPU_SLICES)

static_assert((u64)VIGIL_CPU_WINDOW_MAX_S * SLICE_MS_PER_S <= U32_MAX);

static u32 add_up(u32 a, u32 b)
{
	return min_t(u64, (u64)a + b, U32_MAX);
}

static u32 total(const struct vigil_cpu_window *window)
{
	u32 i, sum = 0;

	for (i = 0; i < NR_COUNTS; i++)
		sum = add_up(sum, window->count[i]);
	return sum;
}

static u32 *count_of(struct vigil_cpu_window *window, u64 slice)
{
	u32 i;

	div_u64_rem(slice, NR_COUNTS, &i);
	return &window->count[i];
}

/* Slices of another length: all that was counted is of now. */
static void cut_again(struct vigil_cpu_window *window, u32 slice_ms, u64 slice)
{
	u32 sum = total(window);

	memset(window, 0, sizeof(*window));
	window->slice_ms = slice_ms;
	window->slice = slice;
	*count_of(window, slice) = sum;
}

static void turn(struct vigil_cpu_window *window, u32 length_s, u64 now_ms)
{
	u32 slice_ms = length_s * SLICE_MS_PER_S;
	u64 slice = div64_u64(now_ms, slice_ms);

	if (window->slice_ms != slice_ms) {
		cut_again(window, slice_ms, slice);
		return;
	}
	if (slice > window->slice + NR_COUNTS)
		window->slice = slice - NR_COUNTS;
	while (window->slice < slice)
		*count_of(window, ++window->slice) = 0;
}

/**
 * vigil_cpu_window_add() - Count errors.
 * @window: the window
 * @length_s: its length, 1 to VIGIL_CPU_WINDOW_MAX_S; may differ from call to call
 * @n: errors that happened now, or 0 to read
 * @now_ms: the time
 *
 * Context: Any; the caller serialises.
 * Return: errors within the window.
 */
u32 vigil_cpu_window_add(struct vigil_cpu_window *window, u32 length_s, u32 n,
			 u64 now_ms)
{
	u32 *count;

	turn(window, length_s, now_ms);
	count = count_of(window, window->slice);
	*count = add_up(*count, n);
	return total(window);
}

static bool is_storm(const struct vigil_cpu_judge *judge,
		     const struct vigil_cpu_limits *limits, u32 recent)
{
	if (!limits->storm_errors)
		return false;
	/* One that was there goes on until it has weakened. */
	if (judge->cause == VIGIL_CPU_CAUSE_STORM)
		return recent > limits->storm_errors / 2;
	return recent >= limits->storm_errors;
}

/* Why the CPU is failing; what is worse than what holds takes its place. */
static void find_cause(struct vigil_cpu_judge *judge,
		       const struct vigil_cpu_limits *limits,
		       const struct vigil_cpu_news *news, u64 now_ms)
{
	enum vigil_cpu_cause cause = VIGIL_CPU_CAUSE_NONE;
	u32 recent;

	recent = vigil_cpu_window_add(&judge->storm, VIGIL_CPU_STORM_WINDOW_S,
				      news->corrected, now_ms);
	if (news->uncorrected)
		cause = VIGIL_CPU_CAUSE_UNCORRECTED;
	else if (news->yellow)
		cause = VIGIL_CPU_CAUSE_YELLOW;
	else if (is_storm(judge, limits, recent))
		cause = VIGIL_CPU_CAUSE_STORM;

	if (cause) {
		judge->cause = max(judge->cause, cause);
		judge->caused_ms = now_ms;
	} else if (now_ms - judge->caused_ms >=
		   (u64)limits->failing_window_s * MSEC_PER_SEC) {
		judge->cause = VIGIL_CPU_CAUSE_NONE;
	}
}

static bool is_degraded(const struct vigil_cpu_judge *judge,
			const struct vigil_cpu_limits *limits)
{
	if (!limits->corrected_errors)
		return false;
	if (judge->health == VIGIL_HEALTH_DEGRADED ||
	    judge->health == VIGIL_HEALTH_FAILING)
		return judge->recent > limits->corrected_errors / 2;
	return judge->recent >= limits->corrected_errors;
}

/**
 * vigil_cpu_judge_update() - Judge a CPU again.
 * @judge: the judgement until now
 * @limits: when it is not healthy
 * @news: what happened since then
 * @now_ms: the time
 *
 * Context: Any; the caller serialises.
 * Return: true when health or its cause changed.
 */
bool vigil_cpu_judge_update(struct vigil_cpu_judge *judge,
			    const struct vigil_cpu_limits *limits,
			    const struct vigil_cpu_news *news, u64 now_ms)
{
	enum vigil_health health = VIGIL_HEALTH_HEALTHY;
	enum vigil_cpu_cause cause = judge->cause;
	bool changed;

	find_cause(judge, limits, news, now_ms);
	judge->recent = vigil_cpu_window_add(&judge->corrected,
					     limits->corrected_window_s,
					     news->corrected, now_ms);
	if (judge->cause)
		health = VIGIL_HEALTH_FAILING;
	else if (is_degraded(judge, limits))
		health = VIGIL_HEALTH_DEGRADED;

	changed = health != judge->health || cause != judge->cause;
	judge->health = health;
	return changed;
}

/**
 * vigil_cpu_judge_resume() - A CPU that was out of use is in use again.
 * @judge: its judgement
 * @now_ms: the time
 *
 * A CPU that is not in use has no errors. That it was quiet says nothing: a failing
 * one has to be quiet from now on.
 *
 * Context: Any; the caller serialises.
 */
void vigil_cpu_judge_resume(struct vigil_cpu_judge *judge, u64 now_ms)
{
	if (judge->cause)
		judge->caused_ms = now_ms;
}
