// SPDX-License-Identifier: GPL-2.0
/* What fits and which file goes first, budget.h. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/module.h>

#include "../budget.h"

struct fits_case {
	const char *name;
	u64 limit_bytes;
	u64 held_bytes;
	u64 bytes;
	bool fits;
};

static const struct fits_case fits_cases[] = {
	{ "no limit", 0, 0, 1, true },
	{ "no limit, all the memory there could be", 0, U64_MAX, U64_MAX, true },
	{ "empty", 10, 0, 4, true },
	{ "just enough", 10, 6, 4, true },
	{ "one byte too many", 10, 7, 4, false },
	{ "full", 10, 10, 1, false },
	{ "full, nothing more", 10, 10, 0, true },
	{ "larger than the limit", 10, 0, 11, false },
	{ "as large as the limit", 10, 0, 10, true },
	{ "limit was lowered", 10, 1000, 4, false },
	{ "sum overflows", 10, U64_MAX, 4, false },
	{ "largest limit", U64_MAX, U64_MAX - 4, 4, true },
	{ "largest limit is exceeded", U64_MAX, U64_MAX - 3, 4, false },
};

static void fits_case_name(const struct fits_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fits, fits_cases, fits_case_name);

static void budget_is_kept(struct kunit *test)
{
	const struct fits_case *c = test->param_value;
	struct weightfs_budget budget = {
		.limit_bytes = c->limit_bytes,
		.held_bytes = c->held_bytes,
	};

	KUNIT_EXPECT_EQ(test, weightfs_budget_fits(&budget, c->bytes), c->fits);
}

static void both_budgets_count(struct kunit *test)
{
	const struct weightfs_budget ample = { .limit_bytes = 100, .held_bytes = 0 };
	const struct weightfs_budget full = { .limit_bytes = 100, .held_bytes = 100 };

	KUNIT_EXPECT_EQ(test, weightfs_room(&ample, &ample, 1), WEIGHTFS_ROOM);
	KUNIT_EXPECT_EQ(test, weightfs_room(&full, &ample, 1),
			WEIGHTFS_ROOM_OF_ANYBODY);
	KUNIT_EXPECT_EQ(test, weightfs_room(&ample, &full, 1),
			WEIGHTFS_ROOM_OF_USER);
}

/* Somebody else's file would go, and the user's budget would still be full. */
static void users_budget_comes_first(struct kunit *test)
{
	const struct weightfs_budget full = { .limit_bytes = 100, .held_bytes = 100 };

	KUNIT_EXPECT_EQ(test, weightfs_room(&full, &full, 1), WEIGHTFS_ROOM_OF_USER);
}

static struct weightfs_use use_at(time64_t used_at)
{
	return (struct weightfs_use) {
		.user = GLOBAL_ROOT_UID,
		.used_at = used_at,
		.pages = 1,
	};
}

static void idle_file_may_go(struct kunit *test)
{
	struct weightfs_use use = use_at(0);

	KUNIT_EXPECT_TRUE(test, weightfs_may_go(&use));
}

static void file_without_pages_frees_nothing(struct kunit *test)
{
	struct weightfs_use use = use_at(0);

	use.pages = 0;
	KUNIT_EXPECT_FALSE(test, weightfs_may_go(&use));
}

static void pinned_file_stays(struct kunit *test)
{
	struct weightfs_use use = use_at(0);

	use.pinned = true;
	KUNIT_EXPECT_FALSE(test, weightfs_may_go(&use));
}

static void mapped_file_stays(struct kunit *test)
{
	struct weightfs_use use = use_at(0);

	use.mapped = true;
	KUNIT_EXPECT_FALSE(test, weightfs_may_go(&use));
}

static void file_that_is_loaded_stays(struct kunit *test)
{
	struct weightfs_use use = use_at(0);

	use.building = true;
	KUNIT_EXPECT_FALSE(test, weightfs_may_go(&use));
}

static void least_recently_used_goes_first(struct kunit *test)
{
	struct weightfs_use older = use_at(1), newer = use_at(2);

	KUNIT_EXPECT_TRUE(test, weightfs_goes_before(&older, NULL, NULL));
	KUNIT_EXPECT_TRUE(test, weightfs_goes_before(&older, &newer, NULL));
	KUNIT_EXPECT_FALSE(test, weightfs_goes_before(&newer, &older, NULL));
}

static void first_found_of_one_second_goes(struct kunit *test)
{
	struct weightfs_use first = use_at(1), second = use_at(1);

	KUNIT_EXPECT_FALSE(test, weightfs_goes_before(&second, &first, NULL));
}

static void what_stays_never_goes_first(struct kunit *test)
{
	struct weightfs_use pinned = use_at(1), newer = use_at(2);

	pinned.pinned = true;
	KUNIT_EXPECT_FALSE(test, weightfs_goes_before(&pinned, &newer, NULL));
	KUNIT_EXPECT_FALSE(test, weightfs_goes_before(&pinned, NULL, NULL));
}

static void only_files_of_the_user_go(struct kunit *test)
{
	struct weightfs_use roots = use_at(1), others = use_at(2);

	others.user = KUIDT_INIT(1000);
	KUNIT_EXPECT_FALSE(test, weightfs_goes_before(&roots, NULL, &others.user));
	KUNIT_EXPECT_TRUE(test, weightfs_goes_before(&others, NULL, &others.user));
	KUNIT_EXPECT_TRUE(test, weightfs_goes_before(&roots, &others, NULL));
}

static struct kunit_case budget_cases[] = {
	KUNIT_CASE_PARAM(budget_is_kept, fits_gen_params),
	KUNIT_CASE(both_budgets_count),
	KUNIT_CASE(users_budget_comes_first),
	KUNIT_CASE(idle_file_may_go),
	KUNIT_CASE(file_without_pages_frees_nothing),
	KUNIT_CASE(pinned_file_stays),
	KUNIT_CASE(mapped_file_stays),
	KUNIT_CASE(file_that_is_loaded_stays),
	KUNIT_CASE(least_recently_used_goes_first),
	KUNIT_CASE(first_found_of_one_second_goes),
	KUNIT_CASE(what_stays_never_goes_first),
	KUNIT_CASE(only_files_of_the_user_go),
	{}
};

static struct kunit_suite budget_suite = {
	.name = "weightfs_budget",
	.test_cases = budget_cases,
};

kunit_test_suite(budget_suite);

MODULE_DESCRIPTION("Tests of weightfs's budgets and of who goes first");
MODULE_LICENSE("GPL");
