// SPDX-License-Identifier: GPL-2.0
/*
 * Windows of errors, and verdicts with hysteresis.
 *
 * judge.c is compiled into the suite.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "../judge.c"

#define HEALTHY		VIGIL_HEALTH_HEALTHY
#define DEGRADED	VIGIL_HEALTH_DEGRADED
#define FAILING		VIGIL_HEALTH_FAILING

static const struct vigil_cpu_limits limits = {
	.corrected_errors = 18,
	.corrected_window_s = 80,
	.storm_errors = 100,
	.failing_window_s = 200,
};

static enum vigil_health update(struct vigil_cpu_judge *judge,
				const struct vigil_cpu_news *news, u64 now_s)
{
	enum vigil_cpu_cause cause = judge->cause;
	enum vigil_health health = judge->health;
	bool changed;

	changed = vigil_cpu_judge_update(judge, &limits, news,
					 now_s * MSEC_PER_SEC);
	if (changed != (health != judge->health || cause != judge->cause))
		return VIGIL_HEALTH_UNKNOWN;
	return judge->health;
}

static enum vigil_health corrected(struct vigil_cpu_judge *judge, u32 n,
				   u64 now_s)
{
	struct vigil_cpu_news news = { .corrected = n };

	return update(judge, &news, now_s);
}

static void windows_move(struct kunit *test)
{
	struct vigil_cpu_window window = {};

	KUNIT_EXPECT_EQ(test, 5, vigil_cpu_window_add(&window, 80, 5, 1000000));
	KUNIT_EXPECT_EQ(test, 7, vigil_cpu_window_add(&window, 80, 2, 1079999));
	/* Older than the window by an eighth at most. */
	KUNIT_EXPECT_EQ(test, 2, vigil_cpu_window_add(&window, 80, 0, 1090000));
	KUNIT_EXPECT_EQ(test, 2, vigil_cpu_window_add(&window, 80, 0, 1159999));
	KUNIT_EXPECT_EQ(test, 0, vigil_cpu_window_add(&window, 80, 0, 1169999));
	/* Nothing of long ago comes back. */
	KUNIT_EXPECT_EQ(test, 1,
			vigil_cpu_window_add(&window, 80, 1, 1ULL << 50));
	/* Out of order is of now. */
	KUNIT_EXPECT_EQ(test, 2, vigil_cpu_window_add(&window, 80, 1, 5));
	/* Another length keeps what was counted. */
	KUNIT_EXPECT_EQ(test, 2,
			vigil_cpu_window_add(&window, 8, 0, 1ULL << 50));
	KUNIT_EXPECT_EQ(test, U32_MAX,
			vigil_cpu_window_add(&window, 8, U32_MAX, 1ULL << 50));
}

static void degraded_until_half(struct kunit *test)
{
	struct vigil_cpu_judge judge = {};

	KUNIT_EXPECT_EQ(test, HEALTHY, corrected(&judge, 0, 1000));
	KUNIT_EXPECT_EQ(test, HEALTHY, corrected(&judge, 10, 1001));
	KUNIT_EXPECT_EQ(test, HEALTHY, corrected(&judge, 7, 1050));
	KUNIT_EXPECT_EQ(test, DEGRADED, corrected(&judge, 1, 1055));
	KUNIT_EXPECT_EQ(test, 18, judge.recent);
	/* The first ten have left: 8 are less than half. */
	KUNIT_EXPECT_EQ(test, DEGRADED, corrected(&judge, 0, 1080));
	KUNIT_EXPECT_EQ(test, HEALTHY, corrected(&judge, 0, 1095));
	KUNIT_EXPECT_EQ(test, 8, judge.recent);

	KUNIT_EXPECT_EQ(test, DEGRADED, corrected(&judge, 10, 1096));
	/* More than half: goes on. */
	KUNIT_EXPECT_EQ(test, DEGRADED, corrected(&judge, 0, 1140));
	KUNIT_EXPECT_EQ(test, DEGRADED, corrected(&judge, 0, 1150));
	KUNIT_EXPECT_EQ(test, HEALTHY, corrected(&judge, 0, 1200));
}

static void causes_of_failing(struct kunit *test)
{
	static const struct {
		struct vigil_cpu_news news;
		enum vigil_cpu_cause cause;
	} rows[] = {
		{ { .uncorrected = 1 }, VIGIL_CPU_CAUSE_UNCORRECTED },
		{ { .yellow = true, .corrected = 1 }, VIGIL_CPU_CAUSE_YELLOW },
		{ { .corrected = 100 }, VIGIL_CPU_CAUSE_STORM },
		{ { .corrected = 500, .uncorrected = 1, .yellow = true },
		  VIGIL_CPU_CAUSE_UNCORRECTED },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vigil_cpu_judge judge = {};

		KUNIT_EXPECT_EQ_MSG(test, FAILING,
				    update(&judge, &rows[i].news, 1000),
				    "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, rows[i].cause, judge.cause, "row %u",
				    i);
		KUNIT_EXPECT_EQ(test, FAILING, corrected(&judge, 0, 1199));
		KUNIT_EXPECT_EQ_MSG(test, HEALTHY, corrected(&judge, 0, 1400),
				    "row %u", i);
	}
}

static void worse_takes_over(struct kunit *test)
{
	struct vigil_cpu_news bad = { .uncorrected = 1 };
	struct vigil_cpu_judge judge = {};

	KUNIT_EXPECT_EQ(test, FAILING, corrected(&judge, 100, 1000));
	KUNIT_EXPECT_EQ(test, FAILING, update(&judge, &bad, 1001));
	KUNIT_EXPECT_EQ(test, VIGIL_CPU_CAUSE_UNCORRECTED, judge.cause);
	KUNIT_EXPECT_EQ(test, FAILING, corrected(&judge, 100, 1002));
	KUNIT_EXPECT_EQ(test, VIGIL_CPU_CAUSE_UNCORRECTED, judge.cause);
	/* Quiet for the window, but for what only degrades. */
	KUNIT_EXPECT_EQ(test, DEGRADED, corrected(&judge, 20, 1300));
}

static void out_of_use_is_not_quiet(struct kunit *test)
{
	struct vigil_cpu_news bad = { .uncorrected = 1 };
	struct vigil_cpu_judge judge = {};

	KUNIT_EXPECT_EQ(test, FAILING, update(&judge, &bad, 1000));
	vigil_cpu_judge_resume(&judge, 9000 * MSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, FAILING, corrected(&judge, 0, 9199));
	KUNIT_EXPECT_EQ(test, HEALTHY, corrected(&judge, 0, 9200));
}

static struct kunit_case judge_cases[] = {
	KUNIT_CASE(windows_move),
	KUNIT_CASE(degraded_until_half),
	KUNIT_CASE(causes_of_failing),
	KUNIT_CASE(worse_takes_over),
	KUNIT_CASE(out_of_use_is_not_quiet),
	{}
};

static struct kunit_suite judge_suite = {
	.name = "vigil_cpu_judge",
	.test_cases = judge_cases,
};

kunit_test_suite(judge_suite);

MODULE_DESCRIPTION("Tests of verdicts on CPUs");
MODULE_LICENSE("GPL");
