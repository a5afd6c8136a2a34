// SPDX-License-Identifier: GPL-2.0
/*
 * Counts that decay, and their table, with the kernel's own arithmetic and
 * hash. decay.c is compiled into the suite. tools/testing/unit has more cases.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../decay.c"

#define DAY_MS	(24ULL * 3600 * 1000)

struct rule_case {
	const char *name;
	u64 at_ms[4];		/* times of the events */
	u32 nr;
	u32 events;		/* the rule: that many in window_ms */
	u64 window_ms;
	bool reached;		/* by the last of them, and not before */
};

static const struct rule_case rule_cases[] = {
	{ "1: one", { 1 }, 1, 1, DAY_MS, true },
	{ "2 in a day: one", { 1 }, 1, 2, DAY_MS, false },
	{ "2 in a day: two at once", { 1, 1 }, 2, 2, DAY_MS, true },
	{ "2 in a day: just", { 1, DAY_MS }, 2, 2, DAY_MS, true },
	{ "2 in a day: just not", { 1, DAY_MS + 1 }, 2, 2, DAY_MS, false },
	{ "2 in a day: one a day", { 1, DAY_MS + 1, 2 * DAY_MS + 1 }, 3, 2,
	  DAY_MS, false },
	{ "3 in a second: just", { 1, 500, 1000 }, 3, 3, 1000, true },
	{ "3 in a second: just not", { 1, 500, 1001 }, 3, 3, 1000, false },
	{ "out of order", { 4, 3, 2, 1 }, 4, 4, 1000, true },
	{ "0 is never", { 1, 1, 1, 1 }, 4, 0, DAY_MS, false },
	{ "longest window", { 1, VIGIL_DECAY_WINDOW_MAX_MS }, 2, 2,
	  VIGIL_DECAY_WINDOW_MAX_MS, true },
};

static void rule_name(const struct rule_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rule, rule_cases, rule_name);

static void rule_is_met(struct kunit *test)
{
	const struct rule_case *c = test->param_value;
	struct vigil_decay count = {};
	u32 i;

	for (i = 0; i < c->nr; i++) {
		vigil_decay_add(&count, 1, c->at_ms[i], c->window_ms);
		KUNIT_EXPECT_EQ(test, vigil_decay_reached(&count, c->events),
				c->reached && i + 1 == c->nr);
	}
}

static void one_event_leaks_in_a_window(struct kunit *test)
{
	struct vigil_decay count = {};
	u32 half;

	vigil_decay_add(&count, 1, 1, DAY_MS);
	vigil_decay_add(&count, 1, 1, DAY_MS);
	for (half = 0; half <= 4; half++)
		KUNIT_EXPECT_EQ(test,
				vigil_decay_read(&count,
						 1 + half * DAY_MS / 2, DAY_MS),
				(4 - half) * ONE_Q16 / 2);
	KUNIT_EXPECT_EQ(test, vigil_decay_read(&count, U64_MAX, DAY_MS), 0);
}

static void fast_events_lose_no_leak(struct kunit *test)
{
	struct vigil_decay count = {};
	u32 i;

	for (i = 0; i < 1000; i++)
		vigil_decay_add(&count, 1, 1 + i, DAY_MS);
	KUNIT_EXPECT_EQ(test, vigil_decay_read(&count, 1 + DAY_MS, DAY_MS),
			999 * ONE_Q16);
}

static void count_has_a_limit(struct kunit *test)
{
	struct vigil_decay count = {};
	u32 i;

	for (i = 0; i < 2 * VIGIL_DECAY_EVENTS_MAX; i++)
		vigil_decay_add(&count, 1, 1, DAY_MS);
	KUNIT_EXPECT_EQ(test, vigil_decay_read(&count, 1, DAY_MS),
			LEVEL_MAX_Q16);
	KUNIT_EXPECT_TRUE(test,
			  vigil_decay_reached(&count, VIGIL_DECAY_EVENTS_MAX));
}

static void make_table(struct kunit *test, struct vigil_decay_table *table,
		       u32 nr_entries)
{
	struct vigil_decay_entry *entries;

	entries = kunit_kcalloc(test, nr_entries, sizeof(*entries), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entries);
	vigil_decay_table_init(table, entries, nr_entries);
}

static void frames_are_found_and_forgotten(struct kunit *test)
{
	static const u64 pfns[] = { 0, 1, 0x100000, U64_MAX };
	struct vigil_decay_table table;
	u32 i;

	make_table(test, &table, 256);
	for (i = 0; i < ARRAY_SIZE(pfns); i++) {
		KUNIT_EXPECT_NULL(test, vigil_decay_table_find(&table, pfns[i]));
		vigil_decay_table_add(&table, pfns[i], 1, 1, DAY_MS);
	}
	for (i = 0; i < ARRAY_SIZE(pfns); i++) {
		KUNIT_EXPECT_NOT_NULL(test,
				      vigil_decay_table_find(&table, pfns[i]));
		vigil_decay_table_forget(&table, pfns[i]);
		KUNIT_EXPECT_NULL(test, vigil_decay_table_find(&table, pfns[i]));
	}
}

static void smallest_count_gives_way(struct kunit *test)
{
	struct vigil_decay_table table;
	u64 pfn;

	make_table(test, &table, VIGIL_DECAY_WAYS);
	for (pfn = 0; pfn < VIGIL_DECAY_WAYS; pfn++) {
		vigil_decay_table_add(&table, pfn, 1, 1, DAY_MS);
		if (pfn != 3)
			vigil_decay_table_add(&table, pfn, 1, 1, DAY_MS);
	}
	vigil_decay_table_add(&table, 1000, 1, 2, DAY_MS);
	KUNIT_EXPECT_EQ(test, table.evictions, 1);
	for (pfn = 0; pfn < VIGIL_DECAY_WAYS; pfn++)
		KUNIT_EXPECT_EQ(test, pfn != 3,
				!!vigil_decay_table_find(&table, pfn));

	/* What has decayed is no loss. */
	vigil_decay_table_add(&table, 1001, 1, 3 * DAY_MS, DAY_MS);
	KUNIT_EXPECT_EQ(test, table.evictions, 1);
}

static void bad_frame_survives_a_flood(struct kunit *test)
{
	struct vigil_decay_table table;
	u64 pfn;

	make_table(test, &table, 256);
	vigil_decay_table_add(&table, 42, 1, 1, DAY_MS);
	vigil_decay_table_add(&table, 42, 1, 1, DAY_MS);
	for (pfn = 1000; pfn < 20000; pfn++)
		vigil_decay_table_add(&table, pfn, 1, 2, DAY_MS);
	KUNIT_EXPECT_NOT_NULL(test, vigil_decay_table_find(&table, 42));
}

static struct kunit_case decay_cases[] = {
	KUNIT_CASE_PARAM(rule_is_met, rule_gen_params),
	KUNIT_CASE(one_event_leaks_in_a_window),
	KUNIT_CASE(fast_events_lose_no_leak),
	KUNIT_CASE(count_has_a_limit),
	KUNIT_CASE(frames_are_found_and_forgotten),
	KUNIT_CASE(smallest_count_gives_way),
	KUNIT_CASE(bad_frame_survives_a_flood),
	{}
};

static struct kunit_suite decay_suite = {
	.name = "vigil_memory_decay",
	.test_cases = decay_cases,
};

kunit_test_suite(decay_suite);

MODULE_DESCRIPTION("Tests of counts that decay");
MODULE_LICENSE("GPL");
