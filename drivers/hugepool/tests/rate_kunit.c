// SPDX-License-Identifier: GPL-2.0
/* Pages of the last minute, rate.h. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/module.h>

#include "../rate.h"

static void nothing_came(struct kunit *test)
{
	struct hugepool_rate rate = { };

	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 0), 0UL);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, U64_MAX), 0UL);
}

static void the_last_minute_counts(struct kunit *test)
{
	struct hugepool_rate rate = { };

	hugepool_rate_add(&rate, 1000, 3);
	hugepool_rate_add(&rate, 1004, 4);
	hugepool_rate_add(&rate, 1030, 5);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 1030), 12UL);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 1059), 12UL);
}

static void older_is_forgotten_by_slots(struct kunit *test)
{
	struct hugepool_rate rate = { };

	hugepool_rate_add(&rate, 1000, 3);
	hugepool_rate_add(&rate, 1005, 4);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 1060), 4UL);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 1065), 0UL);
}

static void a_long_pause_forgets_all(struct kunit *test)
{
	struct hugepool_rate rate = { };
	u64 now_seconds;

	for (now_seconds = 0; now_seconds < 60; now_seconds++)
		hugepool_rate_add(&rate, now_seconds, 1);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 59), 60UL);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 1000000007), 0UL);
	hugepool_rate_add(&rate, 1000000007, 2);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 1000000007), 2UL);
}

static void time_that_goes_back_is_harmless(struct kunit *test)
{
	struct hugepool_rate rate = { };

	hugepool_rate_add(&rate, 1000, 3);
	hugepool_rate_add(&rate, 10, 4);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 0), 7UL);
	KUNIT_EXPECT_EQ(test, hugepool_rate_sum(&rate, 1060), 0UL);
}

static struct kunit_case rate_kunit_cases[] = {
	KUNIT_CASE(nothing_came),
	KUNIT_CASE(the_last_minute_counts),
	KUNIT_CASE(older_is_forgotten_by_slots),
	KUNIT_CASE(a_long_pause_forgets_all),
	KUNIT_CASE(time_that_goes_back_is_harmless),
	{ }
};

static struct kunit_suite rate_kunit_suite = {
	.name = "hugepool_rate",
	.test_cases = rate_kunit_cases,
};

kunit_test_suite(rate_kunit_suite);

MODULE_DESCRIPTION("KUnit suite of the huge-page pool's fill rate");
MODULE_LICENSE("GPL");
