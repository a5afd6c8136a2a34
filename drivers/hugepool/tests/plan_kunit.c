// SPDX-License-Identifier: GPL-2.0
/* The arithmetic of plan.h, in tables. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/module.h>

#include "../plan.h"

struct plan_case {
	const char *name;
	unsigned long target_pages;
	unsigned long spare_pages;
	unsigned long free_pages;
	unsigned long used_pages;
	unsigned long fill_pages;
	unsigned long trim_pages;
};

static const struct plan_case plan_cases[] = {
	{ "nothing wanted, nothing there", 0, 0, 0, 0, 0, 0 },
	{ "empty", 10, 0, 0, 0, 10, 0 },
	{ "half full", 10, 0, 5, 0, 5, 0 },
	{ "full", 10, 0, 10, 0, 0, 0 },
	{ "used pages count", 10, 0, 4, 6, 0, 0 },
	{ "used pages count, some missing", 10, 0, 1, 6, 3, 0 },
	{ "all in use", 10, 0, 0, 10, 0, 0 },
	{ "one too many", 10, 0, 11, 0, 0, 1 },
	{ "too many, some in use", 10, 0, 8, 5, 0, 3 },
	{ "more in use than wanted", 10, 0, 8, 12, 0, 8 },
	{ "more in use than wanted, none idle", 10, 0, 0, 12, 0, 0 },
	{ "target zero", 0, 0, 8, 3, 0, 8 },
	{ "largest target", ULONG_MAX, 0, 1, 1, ULONG_MAX - 2, 0 },
	{ "largest numbers", ULONG_MAX, 0, ULONG_MAX, ULONG_MAX, 0, ULONG_MAX },
	{ "sum overflows", 10, 0, ULONG_MAX, 5, 0, ULONG_MAX - 5 },
	{ "spare on top, empty", 10, 2, 0, 0, 12, 0 },
	{ "spare on top, full", 10, 2, 12, 0, 0, 0 },
	{ "spare missing", 10, 2, 4, 6, 2, 0 },
	{ "spare in use", 10, 2, 1, 11, 1, 0 },
	{ "spare kept beside more in use than wanted", 10, 2, 8, 12, 0, 6 },
	{ "spare alone", 0, 2, 0, 0, 2, 0 },
	{ "spare lowered", 10, 1, 4, 8, 0, 1 },
	{ "target and spare overflow", ULONG_MAX, ULONG_MAX, 1, 0, ULONG_MAX - 1, 0 },
};

static void plan_case_name(const struct plan_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(plan, plan_cases, plan_case_name);

static void plan_balances(struct kunit *test)
{
	const struct plan_case *c = test->param_value;
	struct hugepool_plan plan = hugepool_plan(c->target_pages, c->spare_pages,
						  c->free_pages, c->used_pages);

	KUNIT_EXPECT_EQ(test, plan.fill_pages, c->fill_pages);
	KUNIT_EXPECT_EQ(test, plan.trim_pages, c->trim_pages);
}

struct takable_case {
	const char *name;
	unsigned long spare_pages;
	unsigned long free_pages;
	unsigned long ordinary_pages;
	unsigned long healing_pages;
};

static const struct takable_case takable_cases[] = {
	{ "empty", 0, 0, 0, 0 },
	{ "empty with a spare", 2, 0, 0, 0 },
	{ "no spare", 0, 5, 5, 5 },
	{ "more than the spare", 2, 5, 3, 5 },
	{ "the spare alone", 2, 2, 0, 2 },
	{ "less than the spare", 2, 1, 0, 1 },
	{ "largest spare", ULONG_MAX, 7, 0, 7 },
};

static void takable_case_name(const struct takable_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(takable, takable_cases, takable_case_name);

static void spare_is_for_healing(struct kunit *test)
{
	const struct takable_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->ordinary_pages,
			hugepool_takable(c->spare_pages, c->free_pages, false));
	KUNIT_EXPECT_EQ(test, c->healing_pages,
			hugepool_takable(c->spare_pages, c->free_pages, true));
}

struct backoff_case {
	unsigned int nr_failures;
	unsigned int ms;
};

static const struct backoff_case backoff_cases[] = {
	{ 0, 100 }, { 1, 100 }, { 2, 200 }, { 3, 400 }, { 10, 51200 },
	{ 11, 60000 }, { 12, 60000 }, { 33, 60000 }, { UINT_MAX, 60000 },
};

static void backoff_case_name(const struct backoff_case *c, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "%u failures", c->nr_failures);
}

KUNIT_ARRAY_PARAM(backoff, backoff_cases, backoff_case_name);

static void backoff_doubles_up_to_a_minute(struct kunit *test)
{
	const struct backoff_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, hugepool_backoff_ms(c->nr_failures), c->ms);
}

struct room_case {
	const char *name;
	struct hugepool_room room;
	bool fits;
};

#define ROOM(usable, margin, free, file, low, high)			\
	{ .usable_pages = usable, .margin_pages = margin,		\
	  .free_pages = free, .file_pages = file,			\
	  .low_pages = low, .high_pages = high }

/* Can 512 pages be spared? */
static const struct room_case room_cases[] = {
	{ "no memory", ROOM(0, 0, 0, 0, 0, 0), false },
	{ "just enough", ROOM(64000, 0, 1612, 0, 80, 100), true },
	{ "one page short", ROOM(64000, 0, 1611, 0, 80, 100), false },
	{ "margin above the share", ROOM(64000, 2000, 2612, 0, 80, 100), true },
	{ "margin not kept", ROOM(64000, 2000, 2611, 0, 80, 100), false },
	{ "page cache helps", ROOM(64000, 0, 0, 1692, 80, 100), true },
	{ "not all of it", ROOM(64000, 0, 0, 1691, 80, 100), false },
	{ "little page cache", ROOM(64000, 0, 1602, 20, 80, 100), true },
	{ "below the floor", ROOM(64000, 0, 500, 0, 80, 100), false },
};

static void room_case_name(const struct room_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(room, room_cases, room_case_name);

static void room_leaves_floor(struct kunit *test)
{
	const struct room_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, hugepool_has_room(&c->room, 512), c->fits);
}

struct pressure_case {
	const char *name;
	struct hugepool_room room;
	unsigned long lack_pages;
	bool recovered;
};

/* The margin is 1000, so the floor is 1100. */
static const struct pressure_case pressure_cases[] = {
	{ "nothing is free", ROOM(64000, 0, 0, 0, 80, 100), 1100, false },
	{ "one page below the floor", ROOM(64000, 0, 1099, 0, 80, 100), 1, false },
	{ "at the floor", ROOM(64000, 0, 1100, 0, 80, 100), 0, false },
	{ "page cache counts", ROOM(64000, 0, 100, 1000, 80, 100), 80, false },
	{ "above the floor", ROOM(64000, 0, 1612, 0, 80, 100), 0, false },
	{ "twice the margin", ROOM(64000, 0, 2612, 0, 80, 100), 0, true },
	{ "not quite", ROOM(64000, 0, 2611, 0, 80, 100), 0, false },
};

static void pressure_case_name(const struct pressure_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pressure, pressure_cases, pressure_case_name);

static void pressure_leaves_a_gap(struct kunit *test)
{
	const struct pressure_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, hugepool_lack(&c->room), c->lack_pages);
	KUNIT_EXPECT_EQ(test, hugepool_has_recovered(&c->room, 512), c->recovered);
}

static struct kunit_case plan_kunit_cases[] = {
	KUNIT_CASE_PARAM(plan_balances, plan_gen_params),
	KUNIT_CASE_PARAM(spare_is_for_healing, takable_gen_params),
	KUNIT_CASE_PARAM(backoff_doubles_up_to_a_minute, backoff_gen_params),
	KUNIT_CASE_PARAM(room_leaves_floor, room_gen_params),
	KUNIT_CASE_PARAM(pressure_leaves_a_gap, pressure_gen_params),
	{ }
};

static struct kunit_suite plan_kunit_suite = {
	.name = "hugepool_plan",
	.test_cases = plan_kunit_cases,
};

kunit_test_suite(plan_kunit_suite);

MODULE_DESCRIPTION("KUnit suite of the huge-page pool's arithmetic");
MODULE_LICENSE("GPL");
