// SPDX-License-Identifier: GPL-2.0
/*
 * Surveys: who is heard, what refuses, and how much is kept.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../core.h"
#include "../guard.h"

static struct vigil_survey *create(struct kunit *test, enum vigil_verb verb,
				   u32 overrides)
{
	const struct vigil_request request = {
		.verb = verb,
		.overrides = overrides,
	};
	struct vigil_survey *survey = vigil_survey_create(&request);

	KUNIT_ASSERT_NOT_NULL(test, survey);
	test->priv = survey;
	return survey;
}

static void put_survey(struct kunit *test)
{
	vigil_survey_put(test->priv);
}

static void telling_refuses_nothing(struct kunit *test)
{
	struct vigil_survey *survey = create(test, VIGIL_VERB_ISOLATE, 0);
	struct vigil_outcome out = {};

	vigil_survey_add(survey, VIGIL_GUARD_NONE, "process %d", 7);
	KUNIT_EXPECT_FALSE(test, vigil_survey_refuses(survey, &out));
	KUNIT_EXPECT_STREQ(test, survey->findings[0].text, "process 7");
	KUNIT_EXPECT_EQ(test, survey->spoke, 0U);
}

static void guard_refuses_by_name(struct kunit *test)
{
	struct vigil_survey *survey = create(test, VIGIL_VERB_ISOLATE, 0);
	struct vigil_outcome out = {};

	vigil_survey_add(survey, VIGIL_GUARD_NONE, "told");
	vigil_survey_add(survey, VIGIL_GUARD_MOUNTED, "sda1 is mounted");
	vigil_survey_add(survey, VIGIL_GUARD_SWAP, "sda2 is swap");
	KUNIT_EXPECT_TRUE(test, vigil_survey_refuses(survey, &out));
	KUNIT_EXPECT_EQ(test, out.error, -EACCES);
	KUNIT_EXPECT_STREQ(test, out.message, "guard mounted: sda1 is mounted");
}

static void all_that_speak_must_be_overridden(struct kunit *test)
{
	struct vigil_survey *survey =
		create(test, VIGIL_VERB_ISOLATE, BIT(VIGIL_GUARD_MOUNTED));
	struct vigil_outcome out = {};

	vigil_survey_add(survey, VIGIL_GUARD_MOUNTED, "sda1 is mounted");
	KUNIT_EXPECT_FALSE(test, vigil_survey_refuses(survey, &out));
	vigil_survey_add(survey, VIGIL_GUARD_SWAP, "sda2 is swap");
	KUNIT_EXPECT_TRUE(test, vigil_survey_refuses(survey, &out));
	KUNIT_EXPECT_EQ(test, survey->spoke, (u32)(BIT(VIGIL_GUARD_MOUNTED) |
						   BIT(VIGIL_GUARD_SWAP)));
}

static void release_hears_the_owner_only(struct kunit *test)
{
	struct vigil_survey *survey = create(test, VIGIL_VERB_RELEASE, 0);
	struct vigil_outcome out = {};

	vigil_survey_add(survey, VIGIL_GUARD_MOUNTED, "sda1 is mounted");
	KUNIT_EXPECT_FALSE(test, vigil_survey_refuses(survey, &out));
	vigil_survey_add(survey, VIGIL_GUARD_OWNER, "somebody else's");
	KUNIT_EXPECT_TRUE(test, vigil_survey_refuses(survey, &out));
}

static void what_refuses_is_kept(struct kunit *test)
{
	struct vigil_survey *survey = create(test, VIGIL_VERB_ISOLATE, 0);
	struct vigil_outcome out = {};
	unsigned int i;

	for (i = 0; i < VIGIL_FINDINGS_MAX + 5; i++)
		vigil_survey_add(survey, VIGIL_GUARD_NONE, "process %u", i);
	vigil_survey_add(survey, VIGIL_GUARD_VFIO, "a virtual machine has it");
	KUNIT_EXPECT_EQ(test, survey->nr, VIGIL_FINDINGS_MAX);
	KUNIT_EXPECT_EQ(test, survey->nr_dropped, 6);
	KUNIT_EXPECT_TRUE(test, vigil_survey_refuses(survey, &out));
	KUNIT_EXPECT_STREQ(test, out.message,
			   "guard vfio: a virtual machine has it");
}

static void long_text_is_cut(struct kunit *test)
{
	struct vigil_survey *survey = create(test, VIGIL_VERB_ISOLATE, 0);

	vigil_survey_add(survey, VIGIL_GUARD_NONE, "%*s", 1000, "x");
	KUNIT_EXPECT_EQ(test, strlen(survey->findings[0].text),
			(size_t)VIGIL_REASON_MAX);
}

static struct kunit_case guard_cases[] = {
	KUNIT_CASE(telling_refuses_nothing),
	KUNIT_CASE(guard_refuses_by_name),
	KUNIT_CASE(all_that_speak_must_be_overridden),
	KUNIT_CASE(release_hears_the_owner_only),
	KUNIT_CASE(what_refuses_is_kept),
	KUNIT_CASE(long_text_is_cut),
	{}
};

static struct kunit_suite guard_suite = {
	.name = "vigil_guard",
	.exit = put_survey,
	.test_cases = guard_cases,
};

kunit_test_suite(guard_suite);
