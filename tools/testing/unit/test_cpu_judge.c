// SPDX-License-Identifier: GPL-2.0
/*
 * Windows of errors against a plain list of them, and policies that change.
 *
 * Verdicts are tested in the kernel, drivers/cpu/tests/cpu_judge_kunit.c.
 */
/* unit-sources: drivers/cpu/judge.c */
#include "drivers/cpu/judge.h"
#include "unit.h"

#define NR	3000

static u64 times_ms[NR];

static u32 younger(u32 nr, u64 now_ms, u64 age_ms)
{
	u32 n = 0;

	for (u32 i = 0; i < nr; i++)
		n += now_ms - times_ms[i] < age_ms;
	return n;
}

/* All within the window count, and none older by more than an eighth. */
static void windows_are_exact_to_an_eighth(void)
{
	static const u32 lengths_s[] = { 1, 7, 60, 86400,
					 VIGIL_CPU_WINDOW_MAX_S };

	for (size_t l = 0; l < ARRAY_SIZE(lengths_s); l++) {
		struct vigil_cpu_window window = { 0 };
		u64 length_ms = lengths_s[l] * 1000ULL;
		u64 now_ms = 1, seed = 7;
		bool good = true;

		for (u32 i = 0; i < NR && good; i++) {
			seed = seed * 6364136223846793005ULL + 1;
			now_ms += (seed >> 33) % (length_ms / 20 + 1);
			times_ms[i] = now_ms;
			u32 sum = vigil_cpu_window_add(&window, lengths_s[l], 1,
						       now_ms);
			good = CHECK(sum >= younger(i + 1, now_ms, length_ms)) &&
			       CHECK(sum <= younger(i + 1, now_ms,
						    length_ms * 9 / 8));
		}
	}
}

static void zero_is_never(void)
{
	const struct vigil_cpu_limits never = { .corrected_window_s = 1,
						.failing_window_s = 1 };
	const struct vigil_cpu_news many = { .corrected = U32_MAX };
	struct vigil_cpu_judge judge = { 0 };

	CHECK(vigil_cpu_judge_update(&judge, &never, &many, 1000));
	CHECK_INT(judge.health, VIGIL_HEALTH_HEALTHY);
	CHECK(!vigil_cpu_judge_update(&judge, &never, &many, 1001));
	CHECK_INT(judge.health, VIGIL_HEALTH_HEALTHY);
}

static void stricter_policies_act_at_once(void)
{
	struct vigil_cpu_limits limits = { .corrected_errors = 100,
					   .corrected_window_s = 86400,
					   .failing_window_s = 1 };
	struct vigil_cpu_news news = { .corrected = 5 };
	struct vigil_cpu_judge judge = { 0 };

	vigil_cpu_judge_update(&judge, &limits, &news, 1000);
	CHECK_INT(judge.health, VIGIL_HEALTH_HEALTHY);
	news.corrected = 0;
	limits.corrected_errors = 5;
	CHECK(vigil_cpu_judge_update(&judge, &limits, &news, 1001));
	CHECK_INT(judge.health, VIGIL_HEALTH_DEGRADED);
	limits.corrected_window_s = 1;
	vigil_cpu_judge_update(&judge, &limits, &news, 1002);
	CHECK_INT(judge.health, VIGIL_HEALTH_DEGRADED);
	CHECK(vigil_cpu_judge_update(&judge, &limits, &news, 2200));
	CHECK_INT(judge.health, VIGIL_HEALTH_HEALTHY);
}

static const struct unit_case cases[] = {
	{ "windows are exact to an eighth", windows_are_exact_to_an_eighth },
	{ "zero is never", zero_is_never },
	{ "stricter policies act at once", stricter_policies_act_at_once },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
