// SPDX-License-Identifier: GPL-2.0
/*
 * Forests of decision trees, as the kernel computes: the sample, and the files
 * that are refused. tools/testing/unit has the rest.
 *
 * forest.c is compiled into the suite.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "../forest.c"
#include "sample.h"

static struct vigil_forest *open_bytes(const struct sample *sample,
				       size_t bytes, const char **why)
{
	return vigil_forest_open(sample, bytes, SAMPLE_SCHEMA, SAMPLE_FEATURES,
				 why);
}

static struct vigil_forest *open_sample(struct sample *sample,
					const char **why)
{
	sample_repair(sample, sizeof(*sample));
	return open_bytes(sample, sizeof(*sample), why);
}

static struct vigil_forest *open_good(struct kunit *test)
{
	struct sample sample = sample_file;
	struct vigil_forest *forest;
	const char *why;

	forest = open_sample(&sample, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, forest);
	return forest;
}

static void margins_are_right(struct kunit *test)
{
	struct vigil_forest *forest = open_good(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sample_rows); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    sample_rows[i].margin_q2 *
				    (SAMPLE_ONE_Q16 / 4),
				    vigil_forest_margin(forest,
							sample_rows[i].features),
				    "row %u", i);
	vigil_forest_free(forest);
}

static void explanations_add_up(struct kunit *test)
{
	struct vigil_forest *forest = open_good(test);
	s64 parts[SAMPLE_FEATURES], sum;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sample_rows); i++) {
		sum = vigil_forest_explain(forest, sample_rows[i].features,
					   parts);
		sum += parts[0] + parts[1] + parts[2];
		KUNIT_EXPECT_EQ_MSG(test, sum,
				    (s64)sample_rows[i].margin_q2 *
				    (SAMPLE_ONE_Q24 / 4), "row %u", i);
	}
	vigil_forest_free(forest);
}

static void calibration_is_straight(struct kunit *test)
{
	static const struct {
		s32 margin_q16;
		u32 permille;
	} cases[] = {
		{ S32_MIN, 50 }, { -131072, 50 }, { 0, 430 }, { 131071, 809 },
		{ 131072, 810 }, { S32_MAX, 810 },
	};
	struct vigil_forest *forest = open_good(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ(test, cases[i].permille,
				vigil_forest_permille(forest,
						      cases[i].margin_q16));
	vigil_forest_free(forest);
}

static void bad_files_are_refused(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sample_refusals); i++) {
		struct sample sample = sample_file;
		struct vigil_forest *forest;
		const char *why;

		((u8 *)&sample)[sample_refusals[i].at] =
			sample_refusals[i].value;
		forest = open_sample(&sample, &why);
		KUNIT_ASSERT_EQ_MSG(test, -EINVAL, PTR_ERR_OR_ZERO(forest),
				    "case %u", i);
		KUNIT_EXPECT_STREQ(test, why, sample_refusals[i].why);
	}
}

/* Above all that the checksum is the one that programs compute, too. */
static void broken_files_are_refused(struct kunit *test)
{
	static const u8 known[] = "123456789";
	struct sample sample = sample_file;
	const char *why;
	u32 bytes;

	KUNIT_EXPECT_EQ(test, 0xcbf43926U, ~crc32_le(~0U, known, 9));
	sample_repair(&sample, sizeof(sample));
	for (bytes = 0; bytes < sizeof(sample); bytes++)
		KUNIT_EXPECT_TRUE(test,
				  IS_ERR(open_bytes(&sample, bytes, &why)));
	sample.depths[7]++;
	KUNIT_EXPECT_TRUE(test, IS_ERR(open_bytes(&sample, bytes, &why)));
	KUNIT_EXPECT_STREQ(test, why, "wrong checksum");
}

static struct kunit_case forest_cases[] = {
	KUNIT_CASE(margins_are_right),
	KUNIT_CASE(explanations_add_up),
	KUNIT_CASE(calibration_is_straight),
	KUNIT_CASE(bad_files_are_refused),
	KUNIT_CASE(broken_files_are_refused),
	{}
};

static struct kunit_suite forest_suite = {
	.name = "vigil_predict_forest",
	.test_cases = forest_cases,
};

kunit_test_suite(forest_suite);

MODULE_DESCRIPTION("Tests of forests of decision trees");
MODULE_LICENSE("GPL");
