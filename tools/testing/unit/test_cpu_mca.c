// SPDX-License-Identifier: GPL-2.0
/*
 * Machine checks of any content are read within bounds.
 *
 * What they mean is tested in the kernel, drivers/cpu/tests/mca_kunit.c.
 */
/* unit-sources: drivers/cpu/mca.c */
#include "drivers/cpu/mca.h"
#include "unit.h"

static void check_one(const struct vigil_mca *mca)
{
	struct vigil_cpu_error error;

	if (!vigil_mca_classify(mca, &error))
		return;
	CHECK(error.part < VIGIL_CPU_PARTS);
	CHECK(error.severity < VIGIL_CPU_SEVERITIES);
	CHECK(error.count >= 1 && error.count <= 0x7fff);
	CHECK(!error.yellow || error.severity == VIGIL_CPU_CORRECTED);
}

static void any_content(void)
{
	u64 seed = 1;

	for (u32 i = 0; i < 2000000; i++) {
		struct vigil_mca mca = { .is_amd = i & 1 };

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		mca.status = seed ^ seed >> 29;
		mca.mcgcap = seed >> 7;
		mca.ipid = i & 2 ? seed << 11 : 0;
		check_one(&mca);
	}
}

/* With no bit in common: no code is two things. */
static void memory_is_never_the_cpus(void)
{
	struct vigil_cpu_error error;

	for (u32 code = 0; code < 0x80; code++) {
		struct vigil_mca plain = { .status = 0x80 | code };
		struct vigil_mca extended = { .status = 0x1280 | code };

		CHECK(!vigil_mca_classify(&plain, &error));
		CHECK(!vigil_mca_classify(&extended, &error));
	}
}

static const struct unit_case cases[] = {
	{ "any content", any_content },
	{ "memory is never the CPU's", memory_is_never_the_cpus },
};

int main(void)
{
	return unit_run(cases, ARRAY_SIZE(cases));
}
