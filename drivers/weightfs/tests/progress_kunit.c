// SPDX-License-Identifier: GPL-2.0
/* How far a load has come, progress.h. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "../progress.h"

#define BEGIN_NS	(1000 * (u64)NSEC_PER_SEC)

static u64 after_ms(u64 ms)
{
	return BEGIN_NS + ms * NSEC_PER_MSEC;
}

/* A gibibyte came within two seconds. */
static struct weightfs_load half_loaded(void)
{
	struct weightfs_load load = { };

	weightfs_load_begin(&load, BEGIN_NS);
	weightfs_load_add(&load, SZ_512M, after_ms(1000));
	weightfs_load_add(&load, SZ_512M, after_ms(2000));
	return load;
}

static void nothing_was_loaded(struct kunit *test)
{
	struct weightfs_load load = { };
	struct vigil_progress progress = weightfs_load_progress(&load, 0, BEGIN_NS);

	KUNIT_EXPECT_EQ(test, progress.done_bytes, 0ULL);
	KUNIT_EXPECT_EQ(test, progress.total_bytes, 0ULL);
	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, 0ULL);
}

static void load_has_just_begun(struct kunit *test)
{
	struct weightfs_load load = { };
	struct vigil_progress progress;

	weightfs_load_begin(&load, BEGIN_NS);
	progress = weightfs_load_progress(&load, SZ_2G, BEGIN_NS);
	KUNIT_EXPECT_EQ(test, progress.done_bytes, 0ULL);
	KUNIT_EXPECT_EQ(test, progress.total_bytes, (u64)SZ_2G);
	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, 0ULL);
}

static void half_of_it_came(struct kunit *test)
{
	struct weightfs_load load = half_loaded();
	struct vigil_progress progress =
		weightfs_load_progress(&load, SZ_1G, after_ms(2000));

	KUNIT_EXPECT_EQ(test, progress.done_bytes, (u64)SZ_1G);
	KUNIT_EXPECT_EQ(test, progress.total_bytes, (u64)SZ_2G);
	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, (u64)SZ_512M);
}

static void source_that_hangs_lowers_the_rate(struct kunit *test)
{
	struct weightfs_load load = half_loaded();
	struct vigil_progress progress =
		weightfs_load_progress(&load, SZ_1G, after_ms(4000));

	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, (u64)SZ_256M);
}

static void load_that_is_over_keeps_its_rate(struct kunit *test)
{
	struct weightfs_load load = half_loaded();
	struct vigil_progress progress =
		weightfs_load_progress(&load, 0, after_ms(3600000));

	KUNIT_EXPECT_EQ(test, progress.total_bytes, progress.done_bytes);
	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, (u64)SZ_512M);
}

static void next_load_starts_from_nothing(struct kunit *test)
{
	struct weightfs_load load = half_loaded();
	struct vigil_progress progress;

	weightfs_load_begin(&load, after_ms(5000));
	weightfs_load_add(&load, SZ_1M, after_ms(6000));
	progress = weightfs_load_progress(&load, SZ_2M, after_ms(6000));
	KUNIT_EXPECT_EQ(test, progress.done_bytes, (u64)SZ_1M);
	KUNIT_EXPECT_EQ(test, progress.total_bytes, 3 * (u64)SZ_1M);
	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, (u64)SZ_1M);
}

static void terabytes_do_not_overflow(struct kunit *test)
{
	struct weightfs_load load = { };
	struct vigil_progress progress;

	weightfs_load_begin(&load, BEGIN_NS);
	weightfs_load_add(&load, 1024 * (u64)SZ_1T, after_ms(1000));
	progress = weightfs_load_progress(&load, 0, after_ms(1000));
	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, 1024 * (u64)SZ_1T);
}

/* Everything within the same millisecond. */
static void no_time_is_no_division_by_zero(struct kunit *test)
{
	struct weightfs_load load = { };
	struct vigil_progress progress;

	weightfs_load_begin(&load, BEGIN_NS);
	weightfs_load_add(&load, SZ_2M, BEGIN_NS);
	progress = weightfs_load_progress(&load, 0, BEGIN_NS);
	KUNIT_EXPECT_EQ(test, progress.bytes_per_second, 1000 * (u64)SZ_2M);
}

static struct kunit_case progress_cases[] = {
	KUNIT_CASE(nothing_was_loaded),
	KUNIT_CASE(load_has_just_begun),
	KUNIT_CASE(half_of_it_came),
	KUNIT_CASE(source_that_hangs_lowers_the_rate),
	KUNIT_CASE(load_that_is_over_keeps_its_rate),
	KUNIT_CASE(next_load_starts_from_nothing),
	KUNIT_CASE(terabytes_do_not_overflow),
	KUNIT_CASE(no_time_is_no_division_by_zero),
	{}
};

static struct kunit_suite progress_suite = {
	.name = "weightfs_progress",
	.test_cases = progress_cases,
};

kunit_test_suite(progress_suite);

MODULE_DESCRIPTION("Tests of how weightfs tells the progress of a load");
MODULE_LICENSE("GPL");
