// SPDX-License-Identifier: GPL-2.0
/*
 * Counts of errors for which there was no room.
 */
/* unit-sources: drivers/memory/tally.c */
/* unit-cflags: -pthread */
#include <pthread.h>
#include <stdlib.h>

#include "drivers/memory/tally.h"
#include "unit.h"

static struct vigil_tally tally;

static struct vigil_record of_module(u8 mc, s8 slot, u32 count)
{
	return (struct vigil_record) {
		.source = VIGIL_RECORD_EDAC,
		.flags = VIGIL_RECORD_DIMM | VIGIL_RECORD_ADDRESS,
		.mc = mc,
		.layers = { 3, slot, -1 },
		.count = count,
	};
}

static u64 take_all(void)
{
	struct vigil_record record;
	u64 count = 0;

	for (u32 i = 0; i <= VIGIL_TALLY_ENTRIES; i++)
		if (vigil_tally_take(&tally, i, &record))
			count += record.count;
	return count;
}

static void what_they_have_in_common_is_kept(void)
{
	struct vigil_record record = of_module(255, -128, 7), other;

	memset(&tally, 0, sizeof(tally));
	vigil_tally_add(&tally, &record);
	vigil_tally_add(&tally, &record);
	other = record;
	other.flags |= VIGIL_RECORD_UNCORRECTED;
	vigil_tally_add(&tally, &other);

	CHECK(vigil_tally_take(&tally, 0, &other));
	CHECK_INT(other.count, 14);
	CHECK_INT(other.source, VIGIL_RECORD_EDAC);
	CHECK_INT(other.flags, VIGIL_RECORD_DIMM);
	CHECK_INT(other.mc, 255);
	CHECK_INT(other.layers[0], 3);
	CHECK_INT(other.layers[1], -128);
	CHECK_INT(other.layers[2], -1);
	CHECK(!vigil_tally_take(&tally, 0, &other));
	CHECK(vigil_tally_take(&tally, 1, &other));
	CHECK_INT(other.flags, VIGIL_RECORD_DIMM | VIGIL_RECORD_UNCORRECTED);
	CHECK_INT(take_all(), 0);
}

static void more_than_fit_are_counted(void)
{
	struct vigil_record record;
	u32 modules = 2 * VIGIL_TALLY_ENTRIES;

	memset(&tally, 0, sizeof(tally));
	for (u32 i = 0; i < 3 * modules; i++) {
		record = of_module(i % modules, 0, 2);
		vigil_tally_add(&tally, &record);
	}
	CHECK(vigil_tally_take(&tally, VIGIL_TALLY_ENTRIES, &record));
	CHECK_INT(record.count, 3 * modules);
	CHECK_INT(record.flags, 0);
	CHECK_INT(take_all(), 3 * modules);
}

#define NR_EACH 300000u

static void *produce(void *argument)
{
	for (u32 i = 0; i < NR_EACH; i++) {
		struct vigil_record record = of_module(i % 40, 0, 1);

		vigil_tally_add(argument, &record);
	}
	return NULL;
}

static void no_count_is_lost(void)
{
	pthread_t threads[3];
	u64 count = 0;

	memset(&tally, 0, sizeof(tally));
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, produce, &tally);
	for (int i = 0; i < 1000; i++)
		count += take_all();
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	CHECK_INT(count + take_all(), 3 * NR_EACH);
}

static const struct unit_case cases[] = {
	{ "what they have in common is kept",
	  what_they_have_in_common_is_kept },
	{ "more than fit are counted", more_than_fit_are_counted },
	{ "no count is lost", no_count_is_lost },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
