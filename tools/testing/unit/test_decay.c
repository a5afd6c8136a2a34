// SPDX-License-Identifier: GPL-2.0
/*
 * Counts that decay, held against a list of all events; and their table.
 */
/* unit-sources: drivers/memory/decay.c */
#include <stdlib.h>

#include "drivers/memory/decay.h"
#include "unit.h"

#define DAY_MS	(24 * 3600 * 1000ull)
#define ONE	65536ull

static const struct {
	u64 at_ms[6];		/* times of the events; the first is not 0 */
	u32 nr;
	u32 events;		/* the rule: that many in a window */
	u64 window_ms;
	bool reached;		/* by the last of them, and not before */
} rules[] = {
	{ { 1 }, 1, 1, DAY_MS, true },
	{ { 1 }, 1, 2, DAY_MS, false },
	{ { 1, 1 }, 2, 2, DAY_MS, true },
	{ { 1, 1 + DAY_MS - 1 }, 2, 2, DAY_MS, true },
	{ { 1, 1 + DAY_MS }, 2, 2, DAY_MS, false },
	{ { 1, 1 + 2 * DAY_MS, 2 + 2 * DAY_MS }, 3, 2, DAY_MS, true },
	{ { 1, 1 + DAY_MS, 1 + 2 * DAY_MS }, 3, 2, DAY_MS, false },
	{ { 1, 500, 999 }, 3, 3, 1000, true },
	{ { 1, 500, 1001 }, 3, 3, 1000, false },
	{ { 900, 950, 1850 }, 3, 3, 1000, true },
	{ { 1, 1001, 1002, 1003 }, 4, 3, 1000, true },
	{ { 5, 4, 3, 2 }, 4, 4, 1000, true },
	{ { 1, 1 }, 2, 0, DAY_MS, false },
	{ { 1, 1 }, 2, VIGIL_DECAY_EVENTS_MAX + 1, DAY_MS, false },
	{ { 1, VIGIL_DECAY_WINDOW_MAX_MS }, 2, 2, VIGIL_DECAY_WINDOW_MAX_MS,
	  true },
};

static void rules_are_met(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		struct vigil_decay count = { 0 };
		bool good = true;

		for (u32 n = 0; n < rules[i].nr; n++) {
			bool last = n + 1 == rules[i].nr;

			vigil_decay_add(&count, 1, rules[i].at_ms[n],
					rules[i].window_ms);
			good &= CHECK(vigil_decay_reached(&count,
							  rules[i].events) ==
				      (last && rules[i].reached));
		}
		if (!good)
			printf("# rule %zu\n", i);
	}
}

static const struct {
	u32 nr;
	u64 elapsed_ms;
	u32 left_q16;
} decays[] = {
	{ 0, 0, 0 },
	{ 0, DAY_MS, 0 },
	{ 1, 0, ONE },
	{ 1, DAY_MS / 2, ONE / 2 },
	{ 1, DAY_MS / 4, ONE * 3 / 4 },
	{ 1, DAY_MS - 1, 1 },
	{ 1, DAY_MS, 0 },
	{ 1, UINT64_MAX - 1, 0 },
	{ 3, DAY_MS, 2 * ONE },
	{ 3, DAY_MS * 5 / 2, ONE / 2 },
	{ 3, DAY_MS * 3, 0 },
	{ VIGIL_DECAY_EVENTS_MAX, 0, VIGIL_DECAY_EVENTS_MAX * ONE },
	{ 3 * VIGIL_DECAY_EVENTS_MAX, 0, (VIGIL_DECAY_EVENTS_MAX + 1) * ONE },
	{ VIGIL_DECAY_EVENTS_MAX, VIGIL_DECAY_EVENTS_MAX * DAY_MS - 1, 1 },
};

static void one_event_leaks_in_a_window(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(decays); i++) {
		struct vigil_decay count = { 0 };

		for (u32 n = 0; n < decays[i].nr; n++)
			vigil_decay_add(&count, 1, 1, DAY_MS);
		if (!CHECK_INT(vigil_decay_read(&count,
						1 + decays[i].elapsed_ms,
						DAY_MS),
			       decays[i].left_q16))
			printf("# case %zu\n", i);
	}
}

/* Reading and adding every millisecond must not lose what leaks meanwhile. */
static void nothing_is_lost_to_rounding(void)
{
	struct vigil_decay often = { 0 }, seldom = { 0 };
	u32 i;

	for (i = 0; i < 5000; i++)
		vigil_decay_add(&seldom, 1, 1, DAY_MS);
	for (i = 0; i < 5000; i++)
		vigil_decay_add(&often, 1, 1 + i * 17ull, DAY_MS);
	/* 5000 * 17 ms is 85 s, in which 64 of 65536 leak. */
	CHECK_INT(vigil_decay_read(&often, 85001, DAY_MS),
		  vigil_decay_read(&seldom, 85001, DAY_MS));
	CHECK_INT(vigil_decay_read(&often, 1 + DAY_MS, DAY_MS), 4999 * ONE);
}

/* N events within a window always meet the rule; for N = 2 nothing else. */
static void rules_hold_for_random_events(void)
{
	u64 window_ms = 100000;

	srandom(1);
	for (u32 round = 0; round < 20000; round++) {
		u32 events = 2 + random() % 4;
		u64 at_ms[32], now_ms = 1;
		struct vigil_decay count = { 0 };

		for (u32 n = 0; n < ARRAY_SIZE(at_ms); n++) {
			bool within, reached;

			now_ms += random() % (2 * window_ms);
			at_ms[n] = now_ms;
			vigil_decay_add(&count, 1, now_ms, window_ms);
			reached = vigil_decay_reached(&count, events);
			within = n + 1 >= events &&
				 now_ms - at_ms[n + 1 - events] < window_ms;
			if (within)
				CHECK(reached);
			if (events == 2)
				CHECK(reached == within);
			if (reached)
				break;
		}
	}
}

#define NR_ENTRIES	256

struct table {
	struct vigil_decay_table table;
	struct vigil_decay_entry *entries;	/* on the heap, for ASan */
};

static struct table make_table(u32 nr_entries)
{
	struct table t;

	t.entries = malloc(nr_entries * sizeof(*t.entries));
	vigil_decay_table_init(&t.table, t.entries, nr_entries);
	return t;
}

static void frames_are_found(void)
{
	static const u64 pfns[] = { 0, 1, 2, 511, 1 << 20, UINT64_MAX };
	struct table t = make_table(NR_ENTRIES);

	for (size_t i = 0; i < ARRAY_SIZE(pfns); i++)
		CHECK(!vigil_decay_table_find(&t.table, pfns[i]));
	for (size_t i = 0; i < ARRAY_SIZE(pfns); i++)
		vigil_decay_table_add(&t.table, pfns[i], 1, 1, DAY_MS);
	for (size_t i = 0; i < ARRAY_SIZE(pfns); i++) {
		struct vigil_decay_entry *entry =
			vigil_decay_table_add(&t.table, pfns[i], 1, 2, DAY_MS);

		CHECK(entry->pfn == pfns[i]);
		CHECK(vigil_decay_reached(&entry->count, 2));
		CHECK(vigil_decay_table_find(&t.table, pfns[i]) == entry);
		vigil_decay_table_forget(&t.table, pfns[i]);
		CHECK(!vigil_decay_table_find(&t.table, pfns[i]));
		vigil_decay_table_forget(&t.table, pfns[i]);
	}
	CHECK_INT(t.table.evictions, 0);
	free(t.entries);
}

/* One set: who has the smallest count gives way, and only who must. */
static void the_smallest_gives_way(void)
{
	struct table t = make_table(VIGIL_DECAY_WAYS);
	u64 pfn, i;

	for (pfn = 0; pfn < VIGIL_DECAY_WAYS; pfn++)
		for (i = 0; i <= (pfn == 7 ? 0 : 1); i++)
			vigil_decay_table_add(&t.table, pfn, 1, 1, DAY_MS);
	CHECK_INT(t.table.evictions, 0);

	vigil_decay_table_add(&t.table, 100, 1, 2, DAY_MS);
	CHECK_INT(t.table.evictions, 1);
	CHECK(!vigil_decay_table_find(&t.table, 7));
	for (pfn = 0; pfn < VIGIL_DECAY_WAYS; pfn++)
		CHECK(pfn == 7 || vigil_decay_table_find(&t.table, pfn));

	/* The newcomer is now the smallest. */
	vigil_decay_table_add(&t.table, 101, 1, 3, DAY_MS);
	CHECK(!vigil_decay_table_find(&t.table, 100));
	CHECK_INT(t.table.evictions, 2);

	/* What has decayed is not an eviction. */
	vigil_decay_table_add(&t.table, 102, 1, 1 + 5 * DAY_MS, DAY_MS);
	CHECK_INT(t.table.evictions, 2);
	free(t.entries);
}

/* A frame that errs all the time survives a flood of others. */
static void the_bad_one_stays(void)
{
	struct table t = make_table(NR_ENTRIES);
	u64 now_ms, pfn = 1 << 20;

	for (now_ms = 1; now_ms < 100; now_ms++)
		vigil_decay_table_add(&t.table, 42, 1, now_ms, DAY_MS);
	for (; pfn < (1 << 20) + 100000; pfn++)
		vigil_decay_table_add(&t.table, pfn, 1, now_ms, DAY_MS);
	CHECK(vigil_decay_table_find(&t.table, 42));
	CHECK(t.table.evictions >= 100000 - NR_ENTRIES);
	free(t.entries);
}

/* Neighbours - a bad row - must not fall into the same few sets. */
static void neighbours_spread(void)
{
	struct table t = make_table(NR_ENTRIES * 16);
	u64 pfn;

	for (pfn = 0; pfn < NR_ENTRIES * 8; pfn++)
		vigil_decay_table_add(&t.table, 0x100000 + pfn, 1, 1, DAY_MS);
	CHECK(t.table.evictions < NR_ENTRIES / 4);
	free(t.entries);
}

static const struct unit_case cases[] = {
	{ "rules are met by the events that should", rules_are_met },
	{ "one event leaks in a window", one_event_leaks_in_a_window },
	{ "nothing is lost to rounding", nothing_is_lost_to_rounding },
	{ "rules hold for random events", rules_hold_for_random_events },
	{ "frames are found and forgotten", frames_are_found },
	{ "the smallest count gives way", the_smallest_gives_way },
	{ "a bad frame survives a flood", the_bad_one_stays },
	{ "neighbours spread over the table", neighbours_spread },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
