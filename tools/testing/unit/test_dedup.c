// SPDX-License-Identifier: GPL-2.0
/*
 * One error that several sources report is one error.
 */
/* unit-sources: drivers/memory/dedup.c */
#include <stdlib.h>

#include "drivers/memory/dedup.h"
#include "unit.h"

#define MCE	VIGIL_RECORD_MCE
#define EDAC	VIGIL_RECORD_EDAC
#define GHES	VIGIL_RECORD_GHES

static struct vigil_dedup dedup;

static u32 add(u64 pfn, u8 source, u32 count, u64 time_ms)
{
	struct vigil_record record = { .source = source, .count = count,
				       .time_ns = (time_ms + 1) << 20 };

	return vigil_dedup_add(&dedup, pfn, &record);
}

static const struct {
	struct {
		u8 source;
		u32 count;
		u64 time_ms;
		u32 fresh;
	} report[6];
} cases_of_one_page[] = {
	{ { { MCE, 1, 0, 1 }, { EDAC, 1, 0, 0 }, { GHES, 1, 900, 0 } } },
	{ { { EDAC, 1, 0, 1 }, { MCE, 1, 5, 0 }, { EDAC, 1, 6, 1 },
	    { MCE, 1, 7, 0 } } },
	{ { { MCE, 1, 0, 1 }, { MCE, 1, 0, 1 }, { MCE, 1, 0, 1 } } },
	{ { { MCE, 3, 0, 3 }, { EDAC, 1, 0, 0 }, { EDAC, 4, 1, 2 } } },
	{ { { MCE, 1, 0, 1 }, { EDAC, 1, VIGIL_DEDUP_MS, 0 },
	    { GHES, 1, 2 * VIGIL_DEDUP_MS, 0 },
	    { EDAC, 1, 3 * VIGIL_DEDUP_MS + 1, 1 } } },
	{ { { MCE, UINT32_MAX, 0, UINT32_MAX }, { MCE, 9, 0, 0 },
	    { EDAC, 9, 0, 0 } } },
};

static void errors_of_a_page_count_once(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases_of_one_page); i++) {
		memset(&dedup, 0, sizeof(dedup));
		for (u32 n = 0; n < 6; n++) {
			__auto_type report = &cases_of_one_page[i].report[n];

			if (report->count &&
			    !CHECK_INT(add(7, report->source, report->count,
					   report->time_ms), report->fresh))
				printf("# case %zu, report %u\n", i, n);
		}
	}
}

static void pages_and_kinds_differ(void)
{
	struct vigil_record record = { .source = EDAC, .count = 1,
				       .time_ns = 1 << 20,
				       .flags = VIGIL_RECORD_UNCORRECTED };

	memset(&dedup, 0, sizeof(dedup));
	CHECK_INT(add(1, MCE, 1, 0), 1);
	CHECK_INT(add(2, EDAC, 1, 0), 1);
	CHECK_INT(vigil_dedup_add(&dedup, 1, &record), 1);
	CHECK_INT(add(1, EDAC, 1, 0), 0);
}

/* However many pages err, what two sources say one after the other is one. */
static void a_storm_counts_once(void)
{
	u64 fresh = 0;

	memset(&dedup, 0, sizeof(dedup));
	for (u32 i = 0; i < 100000; i++) {
		fresh += add(i % 5000, MCE, 1, i);
		fresh += add(i % 5000, EDAC, 1, i);
	}
	CHECK_INT(fresh, 100000);
}

static const struct unit_case cases[] = {
	{ "errors of a page count once", errors_of_a_page_count_once },
	{ "pages and kinds differ", pages_and_kinds_differ },
	{ "a storm counts once", a_storm_counts_once },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
