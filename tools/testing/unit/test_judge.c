// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts begin, hold and end.
 */
/* unit-sources: drivers/memory/judge.c */
#include "drivers/memory/judge.h"
#include "unit.h"

#define GOOD	VIGIL_VERDICT_GOOD
#define WATCH	VIGIL_VERDICT_WATCH
#define BAD	VIGIL_VERDICT_BAD

static const struct vigil_judge_policy policy = {
	.watch_cells = 2,
	.bad_cells = 64,
	.bad_storms = 1,
	.dwell_s = 3600,
};

static struct vigil_judge judge;

static enum vigil_verdict update_by(const struct vigil_judge_risk *risk,
				    s32 cells, s32 storms, u32 now_s)
{
	struct vigil_features features = { 0 };
	enum vigil_verdict before = judge.verdict;

	features.value[VIGIL_WINDOW_6H][VIGIL_FEATURE_ALL_LOGS] = cells;
	features.value[VIGIL_WINDOW_6H][VIGIL_FEATURE_STORMS] = storms;
	CHECK(vigil_judge_update(&judge, &policy, &features, risk, now_s) ==
	      (judge.verdict != before));
	return judge.verdict;
}

static enum vigil_verdict update(s32 cells, s32 storms, u32 risk, u32 now_s)
{
	const struct vigil_judge_risk said = { .permille = risk };

	return update_by(&said, cells, storms, now_s);
}

static const struct {
	s32 cells, storms;
	u32 risk;
	enum vigil_verdict verdict;
} thresholds[] = {
	{ 0, 0, 0, GOOD },	{ 1, 0, 0, GOOD },	{ 2, 0, 0, WATCH },
	{ 63, 0, 0, WATCH },	{ 64, 0, 0, BAD },	{ 0, 1, 0, BAD },
	{ 31, 0, 500, WATCH },	{ 32, 0, 500, BAD },	{ 1, 0, 500, WATCH },
	{ 0, 0, 1000, GOOD },	{ 1, 0, 1000, BAD },	{ 1, 0, 9999, BAD },
	{ 63, 0, 1, WATCH },	{ 63, 0, 16, BAD },
};

static void thresholds_are_met(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(thresholds); i++) {
		memset(&judge, 0, sizeof(judge));
		if (!CHECK_INT(update(thresholds[i].cells, thresholds[i].storms,
				      thresholds[i].risk, 10),
			       thresholds[i].verdict))
			printf("# threshold %zu\n", i);
	}
}

static void verdicts_last(void)
{
	memset(&judge, 0, sizeof(judge));
	CHECK_INT(update(64, 0, 0, 1000), BAD);
	CHECK_INT(update(32, 0, 0, 9000), BAD);
	/* Below half of it since then. */
	CHECK_INT(update(31, 0, 0, 9000 + 3599), BAD);
	CHECK_INT(update(32, 0, 0, 20000), BAD);
	CHECK_INT(update(31, 0, 0, 20000 + 3600), WATCH);
	CHECK_INT(update(0, 0, 0, 23600 + 3599), WATCH);
	CHECK_INT(update(0, 0, 0, 23600 + 3600), GOOD);
	CHECK_INT(update(1, 0, 0, 30000), GOOD);
}

static void alarms_are_bad(void)
{
	static const struct vigil_judge_risk quiet = { 299, 300, false };
	static const struct vigil_judge_risk alarm = { 300, 300, true };
	static const struct vigil_judge_risk near = { 150, 300, false };
	static const struct vigil_judge_risk far = { 149, 300, false };

	memset(&judge, 0, sizeof(judge));
	CHECK_INT(update_by(&quiet, 1, 0, 1000), GOOD);
	CHECK_INT(update_by(&alarm, 1, 0, 1001), BAD);
	CHECK_INT(update_by(&near, 1, 0, 8000), BAD);
	CHECK_INT(update_by(&far, 1, 0, 8000 + 3599), BAD);
	CHECK_INT(update_by(&far, 1, 0, 8000 + 3600), WATCH);
}

static void zero_is_never(void)
{
	static const struct vigil_judge_risk risk = { .permille = 1000 };
	static const struct vigil_judge_policy never = { .dwell_s = 1 };
	struct vigil_features features = { 0 };

	memset(&judge, 0, sizeof(judge));
	features.value[VIGIL_WINDOW_6H][VIGIL_FEATURE_ALL_LOGS] = S32_MAX;
	features.value[VIGIL_WINDOW_6H][VIGIL_FEATURE_STORMS] = S32_MAX;
	CHECK(!vigil_judge_update(&judge, &never, &features, &risk, 5));
}

static const struct unit_case cases[] = {
	{ "thresholds are met", thresholds_are_met },
	{ "verdicts last", verdicts_last },
	{ "alarms are bad", alarms_are_bad },
	{ "zero is never", zero_is_never },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
