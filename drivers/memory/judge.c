// SPDX-License-Identifier: GPL-2.0
/*
 * From the numbers of a memory module to how well it is, with hysteresis.
 *
 * A verdict begins when a number reaches its threshold. It is upheld as long as
 * one of them is at half of that or more, and ends when nothing has upheld it
 * for the dwell time. So a module that errs in bursts does not flap.
 *
 * A risk that a model gives lowers the thresholds in proportion: at 1000 per
 * mille one cell or storm suffices. It never raises them. From the risk on at
 * which the model calls for action the verdict is the worst, and half of that
 * risk upholds it.
 */

#ifdef __KERNEL__
#include <linux/math64.h>
#include <linux/minmax.h>
#endif

#include "judge.h"

static bool reached(s32 number, u32 threshold, u32 percent, u32 risk_permille)
{
	u64 scaled;

	if (!threshold)
		return false;
	/* Rounded up, and 1 at least. */
	scaled = (u64)threshold * (1000 - min(risk_permille, 1000U)) * percent;
	scaled = div64_u64(scaled + 99999, 100000);
	return number >= 0 && (u64)number >= max_t(u64, scaled, 1);
}

static enum vigil_verdict verdict_at(const struct vigil_judge_policy *policy,
				     const struct vigil_features *features,
				     const struct vigil_judge_risk *risk,
				     u32 percent)
{
	const s32 *value = features->value[VIGIL_WINDOW_6H];
	s32 cells = value[VIGIL_FEATURE_ALL_LOGS];
	bool alarm = risk->alarm;

	if (percent < 100)
		alarm |= reached(risk->permille, risk->alarm_permille, percent,
				 0);
	if (alarm ||
	    reached(cells, policy->bad_cells, percent, risk->permille) ||
	    reached(value[VIGIL_FEATURE_STORMS], policy->bad_storms, percent,
		    risk->permille))
		return VIGIL_VERDICT_BAD;
	if (reached(cells, policy->watch_cells, percent, risk->permille))
		return VIGIL_VERDICT_WATCH;
	return VIGIL_VERDICT_GOOD;
}

/**
 * vigil_judge_update() - Judge a memory module again.
 * @judge: the verdict until now; all zeroes at first
 * @policy: thresholds
 * @features: the numbers of now
 * @risk: what a model says
 * @now_s: the time
 *
 * Context: Any; the caller serialises.
 * Return: true when the verdict changed.
 */
bool vigil_judge_update(struct vigil_judge *judge,
			const struct vigil_judge_policy *policy,
			const struct vigil_features *features,
			const struct vigil_judge_risk *risk, u32 now_s)
{
	enum vigil_verdict before = judge->verdict;
	enum vigil_verdict begins, upheld;

	begins = verdict_at(policy, features, risk, 100);
	upheld = verdict_at(policy, features, risk, 50);

	if (begins > before) {
		judge->verdict = begins;
		judge->upheld_s = now_s;
	} else if (upheld >= before) {
		judge->upheld_s = now_s;
	} else if (now_s - judge->upheld_s >= policy->dwell_s) {
		judge->verdict = upheld;
		judge->upheld_s = now_s;
	}
	return judge->verdict != before;
}
