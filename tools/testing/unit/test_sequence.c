// SPDX-License-Identifier: GPL-2.0
/*
 * Holes in the sequence of messages.
 */
#include "sequence.h"
#include "unit.h"

static void first_message_is_no_gap(void)
{
	struct vigil_sequence sequence = { 0 };
	uint64_t first, last;

	CHECK(!vigil_sequence_gap(&sequence, 41, &first, &last));
	CHECK_INT(sequence.next, 42);
}

static void consecutive_messages(void)
{
	struct vigil_sequence sequence = { .next = 7 };
	uint64_t first, last;

	for (uint64_t number = 7; number < 1000; number++)
		CHECK(!vigil_sequence_gap(&sequence, number, &first, &last));
}

static void gap_has_its_range(void)
{
	struct vigil_sequence sequence = { .next = 7 };
	uint64_t first = 0, last = 0;

	CHECK(vigil_sequence_gap(&sequence, 8, &first, &last));
	CHECK_INT(first, 7);
	CHECK_INT(last, 7);
	CHECK(vigil_sequence_gap(&sequence, 100, &first, &last));
	CHECK_INT(first, 9);
	CHECK_INT(last, 99);
	CHECK(!vigil_sequence_gap(&sequence, 101, &first, &last));
}

static void old_message_changes_nothing(void)
{
	struct vigil_sequence sequence = { .next = 7 };
	uint64_t first, last;

	CHECK(!vigil_sequence_gap(&sequence, 3, &first, &last));
	CHECK(!vigil_sequence_gap(&sequence, 0, &first, &last));
	CHECK_INT(sequence.next, 7);
}

static const struct unit_case cases[] = {
	{ "the first message is no gap", first_message_is_no_gap },
	{ "consecutive messages", consecutive_messages },
	{ "a gap has its range", gap_has_its_range },
	{ "an old message changes nothing", old_message_changes_nothing },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
