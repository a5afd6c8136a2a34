// SPDX-License-Identifier: GPL-2.0
/*
 * History, windows, storms and fault modes of a memory module.
 *
 * features.c and history.c are compiled into the suite. User space holds them
 * against a literal computation; here are the cases a person can check.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "../features.c"
#include "../history.c"

struct fixture {
	struct vigil_history history;
	struct vigil_features_scratch scratch;
	struct vigil_features features;
};

static int features_init(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture),
						GFP_KERNEL);
	void *memory = kunit_kzalloc(test, vigil_history_bytes(1024),
				     GFP_KERNEL);

	if (!fixture || !memory)
		return -ENOMEM;
	vigil_history_init(&fixture->history, memory, 1024);
	test->priv = fixture;
	return 0;
}

static void add(struct kunit *test, u32 time_s, u32 row, u32 column)
{
	struct fixture *fixture = test->priv;
	struct vigil_cell cell = { .row = row, .column = column, .located = 1,
				   .has_parity = 1, .parity = 0x10000000 };

	vigil_history_add(&fixture->history, &cell, time_s, 1, false);
}

static const s32 *compute(struct kunit *test, u32 now_s,
			  enum vigil_window window)
{
	struct fixture *fixture = test->priv;

	vigil_history_expire(&fixture->history, now_s);
	vigil_features_compute(&fixture->history, &fixture->scratch,
			       &fixture->features);
	return fixture->features.value[window];
}

/* An error is in a window as long as it is not older than that. */
static void windows_end(struct kunit *test)
{
	static const struct {
		u32 age_s;
		s32 logs[VIGIL_WINDOWS];
	} cases[] = {
		{ 0, { 1, 1, 1 } },	{ 900, { 1, 1, 1 } },
		{ 901, { 0, 1, 1 } },	{ 3600, { 0, 1, 1 } },
		{ 3601, { 0, 0, 1 } },	{ 21600, { 0, 0, 1 } },
		{ 21601, { 0, 0, 0 } },
	};
	u32 i, window;

	add(test, 100, 1, 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		for (window = 0; window < VIGIL_WINDOWS; window++)
			KUNIT_EXPECT_EQ_MSG(test, cases[i].logs[window],
					    compute(test, 100 + cases[i].age_s,
						    window)[VIGIL_FEATURE_ALL_LOGS],
					    "age %u s, window %u",
					    cases[i].age_s, window);
}

/* A cell whose first error leaves the six hours is younger afterwards. */
static void first_errors_move(struct kunit *test)
{
	add(test, 100, 1, 1);
	add(test, 20000, 1, 1);
	KUNIT_EXPECT_EQ(test, 0, compute(test, 20000, VIGIL_WINDOW_15M)
			[VIGIL_FEATURE_ALL_LOGS]);
	KUNIT_EXPECT_EQ(test, 2, compute(test, 20000, VIGIL_WINDOW_6H)
			[VIGIL_FEATURE_ALL_COUNT]);
	KUNIT_EXPECT_EQ(test, 1, compute(test, 21701, VIGIL_WINDOW_1H)
			[VIGIL_FEATURE_ALL_LOGS]);
	KUNIT_EXPECT_EQ(test, 1, compute(test, 21701, VIGIL_WINDOW_6H)
			[VIGIL_FEATURE_ALL_COUNT]);
}

/* More than ten neighbours 60 s apart at most; then it starts anew. */
static void storms_count(struct kunit *test)
{
	static const struct {
		u32 nr;
		u32 gap_s;
		s32 storms;
	} cases[] = {
		{ 11, 60, 0 }, { 12, 60, 1 }, { 12, 61, 0 }, { 22, 1, 1 },
		{ 23, 1, 2 }, { 100, 0, 9 },
	};
	struct fixture *fixture = test->priv;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vigil_history_init(&fixture->history, fixture->history.slots,
				   1024);
		for (n = 0; n < cases[i].nr; n++)
			add(test, 100 + n * cases[i].gap_s, n, 0);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].storms,
				    compute(test, 100 + n * cases[i].gap_s,
					    VIGIL_WINDOW_6H)[VIGIL_FEATURE_STORMS],
				    "case %u", i);
	}
}

static void modes_are_told(struct kunit *test)
{
	static const struct vigil_cell first = { .row = 1, .column = 1,
						 .located = 1 };
	static const struct {
		struct vigil_cell second;
		enum vigil_fault_mode mode;
	} cases[] = {
		{ { .row = 1, .column = 1, .located = 1 }, VIGIL_FAULT_CELL },
		{ { .row = 2, .column = 1, .located = 1 }, VIGIL_FAULT_COLUMN },
		{ { .row = 1, .column = 2, .located = 1 }, VIGIL_FAULT_ROW },
		{ { .row = 2, .column = 2, .located = 1 }, VIGIL_FAULT_BANK },
		{ { .row = 2, .column = 1, .bank = 1, .located = 1 },
		  VIGIL_FAULT_DEVICE },
		{ { .row = 1, .column = 1, .device = 1, .located = 1 },
		  VIGIL_FAULT_SEVERAL },
		{ { .row = 9, .column = 9 }, VIGIL_FAULT_CELL },
	};
	struct fixture *fixture = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vigil_history_init(&fixture->history, fixture->history.slots,
				   1024);
		vigil_history_add(&fixture->history, &first, 5, 1, false);
		vigil_history_add(&fixture->history, &cases[i].second, 5, 1,
				  true);
		compute(test, 5, VIGIL_WINDOW_6H);
		KUNIT_EXPECT_EQ_MSG(test, fixture->features.mode,
				    cases[i].mode, "case %u", i);
	}
}

static struct kunit_case features_cases[] = {
	KUNIT_CASE(windows_end),
	KUNIT_CASE(first_errors_move),
	KUNIT_CASE(storms_count),
	KUNIT_CASE(modes_are_told),
	{}
};

static struct kunit_suite features_suite = {
	.name = "vigil_memory_features",
	.init = features_init,
	.test_cases = features_cases,
};

kunit_test_suite(features_suite);

MODULE_DESCRIPTION("Tests of a memory module's history and its numbers");
MODULE_LICENSE("GPL");
