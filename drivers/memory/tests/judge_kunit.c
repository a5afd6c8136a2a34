// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts, with hysteresis, and one error from two sources.
 *
 * judge.c and dedup.c are compiled into the suite.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "../dedup.c"
#include "../judge.c"

static const struct vigil_judge_policy policy = {
	.watch_cells = 2,
	.bad_cells = 64,
	.bad_storms = 1,
	.dwell_s = 3600,
};

static enum vigil_verdict update(struct vigil_judge *judge, s32 cells,
				 u32 risk_permille, u32 now_s)
{
	const struct vigil_judge_risk risk = {
		.permille = risk_permille,
		.alarm_permille = 600,
		.alarm = risk_permille >= 600,
	};
	struct vigil_features features = {};

	features.value[VIGIL_WINDOW_6H][VIGIL_FEATURE_ALL_LOGS] = cells;
	vigil_judge_update(judge, &policy, &features, &risk, now_s);
	return judge->verdict;
}

static void verdicts_begin_and_end(struct kunit *test)
{
	static const struct {
		s32 cells;
		u32 now_s;
		enum vigil_verdict verdict;
	} steps[] = {
		{ 1, 1000, VIGIL_VERDICT_GOOD },
		{ 63, 1001, VIGIL_VERDICT_WATCH },
		{ 64, 1002, VIGIL_VERDICT_BAD },
		{ 32, 9000, VIGIL_VERDICT_BAD },
		{ 31, 12599, VIGIL_VERDICT_BAD },
		{ 31, 12600, VIGIL_VERDICT_WATCH },
		{ 0, 16199, VIGIL_VERDICT_WATCH },
		{ 0, 16200, VIGIL_VERDICT_GOOD },
	};
	struct vigil_judge judge = {};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		KUNIT_EXPECT_EQ_MSG(test, steps[i].verdict,
				    update(&judge, steps[i].cells, 0,
					   steps[i].now_s),
				    "step %u", i);
}

static void risk_lowers_thresholds(struct kunit *test)
{
	struct vigil_judge judge = {};

	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_WATCH, update(&judge, 31, 500, 5));
	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_BAD, update(&judge, 32, 500, 6));
	judge.verdict = VIGIL_VERDICT_GOOD;
	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_BAD, update(&judge, 1, 1000, 7));
}

static void alarms_begin_and_end(struct kunit *test)
{
	struct vigil_judge judge = {};

	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_GOOD, update(&judge, 1, 499, 5));
	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_BAD, update(&judge, 1, 600, 6));
	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_BAD, update(&judge, 1, 300, 9000));
	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_BAD, update(&judge, 1, 0, 12599));
	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_WATCH, update(&judge, 1, 0, 12600));
	KUNIT_EXPECT_EQ(test, VIGIL_VERDICT_GOOD, update(&judge, 0, 0, 16200));
}

static u32 report(struct vigil_dedup *dedup, u64 pfn, u8 source, u32 count)
{
	struct vigil_record record = { .source = source, .count = count,
				       .time_ns = NSEC_PER_SEC };

	return vigil_dedup_add(dedup, pfn, &record);
}

static void two_reports_are_one_error(struct kunit *test)
{
	struct vigil_dedup *dedup = kunit_kzalloc(test, sizeof(*dedup),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dedup);
	KUNIT_EXPECT_EQ(test, 1, report(dedup, 7, VIGIL_RECORD_MCE, 1));
	KUNIT_EXPECT_EQ(test, 0, report(dedup, 7, VIGIL_RECORD_EDAC, 1));
	KUNIT_EXPECT_EQ(test, 2, report(dedup, 7, VIGIL_RECORD_EDAC, 2));
	KUNIT_EXPECT_EQ(test, 0, report(dedup, 7, VIGIL_RECORD_MCE, 2));
	KUNIT_EXPECT_EQ(test, 1, report(dedup, 8, VIGIL_RECORD_GHES, 1));
}

static struct kunit_case judge_cases[] = {
	KUNIT_CASE(verdicts_begin_and_end),
	KUNIT_CASE(risk_lowers_thresholds),
	KUNIT_CASE(alarms_begin_and_end),
	KUNIT_CASE(two_reports_are_one_error),
	{}
};

static struct kunit_suite judge_suite = {
	.name = "vigil_memory_judge",
	.test_cases = judge_cases,
};

kunit_test_suite(judge_suite);

MODULE_DESCRIPTION("Tests of verdicts on memory modules");
MODULE_LICENSE("GPL");
