// SPDX-License-Identifier: GPL-2.0
/*
 * What machine checks say about CPUs.
 *
 * mca.c is compiled into the suite.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "../mca.c"

#define NOT_ITS		-1
#define CE		VIGIL_CPU_CORRECTED
#define UE		VIGIL_CPU_UNCORRECTED
#define POISON		VIGIL_CPU_POISON
#define CACHE		VIGIL_CPU_CACHE
#define TLB		VIGIL_CPU_TLB
#define INTERNAL	VIGIL_CPU_INTERNAL
#define BUS		VIGIL_CPU_BUS

/* VAL and EN; UC; S and AR */
#define CORRECTED	0x9000000000000000ULL
#define UCNA		0xb000000000000000ULL
#define SRAO		0xb100000000000000ULL
#define SRAR		0xb180000000000000ULL
#define PCC		0x0200000000000000ULL
#define SER_P		BIT_ULL(24)

struct row {
	u64 status;
	int part;
	enum vigil_cpu_severity severity;
};

static const struct row intel[] = {
	{ CORRECTED | 0x0000, NOT_ITS },
	{ CORRECTED | 0x0001, INTERNAL, CE },
	{ CORRECTED | 0x0003, NOT_ITS },	/* external */
	{ CORRECTED | 0x0005, INTERNAL, CE },
	{ CORRECTED | 0x0006, NOT_ITS },	/* SMM's code */
	{ CORRECTED | 0x000e, CACHE, CE },
	{ CORRECTED | 0x0014, TLB, CE },
	{ CORRECTED | 0x1019, TLB, CE },	/* filtered */
	{ CORRECTED | 0x0090, NOT_ITS },	/* memory controller */
	{ CORRECTED | 0x0290, NOT_ITS },	/* of extended memory */
	{ CORRECTED | 0x0134, CACHE, CE },
	{ CORRECTED | 0x1136, CACHE, CE },
	{ CORRECTED | 0x0400, INTERNAL, CE },
	{ CORRECTED | 0x0c0f, BUS, CE },
	{ CORRECTED | 0x0813, BUS, CE },
	{ CORRECTED | 0x0e0b, NOT_ITS },	/* PCI Express */
	{ UCNA | 0x0134, CACHE, UE },
	{ SRAO | 0x017a, CACHE, UE },
	{ SRAR | 0x0134, CACHE, POISON },
	{ SRAR | 0x0150, CACHE, POISON },
	{ SRAR | 0x0151, CACHE, UE },
	{ SRAR | PCC | 0x0134, CACHE, UE },
	{ SRAO | 0x00c0, NOT_ITS },		/* memory scrubbing */
	{ UCNA | 0x0000, NOT_ITS },
};

static void check(struct kunit *test, const struct vigil_mca *mca,
		  const struct row *row)
{
	struct vigil_cpu_error error;
	bool its = vigil_mca_classify(mca, &error);

	KUNIT_EXPECT_EQ_MSG(test, its, row->part != NOT_ITS, "%llx",
			    mca->status);
	if (!its || row->part == NOT_ITS)
		return;
	KUNIT_EXPECT_EQ_MSG(test, (int)error.part, row->part, "%llx",
			    mca->status);
	KUNIT_EXPECT_EQ_MSG(test, error.severity, row->severity, "%llx",
			    mca->status);
}

static void codes_of_intel(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(intel); i++) {
		struct vigil_mca mca = { .status = intel[i].status,
					 .mcgcap = SER_P };

		check(test, &mca, &intel[i]);
	}
}

static void action_needs_the_capability(struct kunit *test)
{
	struct vigil_mca mca = { .status = SRAR | 0x0134 };
	struct vigil_cpu_error error;

	KUNIT_EXPECT_TRUE(test, vigil_mca_classify(&mca, &error));
	KUNIT_EXPECT_EQ(test, UE, error.severity);
}

static const struct {
	u64 status, mcgcap;
	u32 count;
	bool yellow;
} refinements[] = {
	/* Without the capability the bits mean something else. */
	{ CORRECTED | 0x7fffULL << 38 | 2ULL << 53 | 0x0135, 0, 1, false },
	{ CORRECTED | 0x0135, CAP_COUNTS, 1, false },
	{ CORRECTED | 7ULL << 38 | 0x0135, CAP_COUNTS, 7, false },
	{ CORRECTED | 0x7fffULL << 38 | 0x0135, CAP_COUNTS, 32767, false },
	{ CORRECTED | 0x0135, CAP_TELLS_YELLOW, 1, false },
	{ CORRECTED | 1ULL << 53 | 0x0135, CAP_TELLS_YELLOW, 1, false },
	{ CORRECTED | 2ULL << 53 | 0x0135, CAP_TELLS_YELLOW, 1, true },
	{ CORRECTED | 3ULL << 53 | 0x0135, CAP_TELLS_YELLOW, 1, false },
	/* Nor are they what they are of a corrected error. */
	{ UCNA | 7ULL << 38 | 2ULL << 53 | 0x0135,
	  CAP_COUNTS | CAP_TELLS_YELLOW, 1, false },
};

static void counts_and_yellow(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refinements); i++) {
		struct vigil_mca mca = { .status = refinements[i].status,
					 .mcgcap = refinements[i].mcgcap };
		struct vigil_cpu_error error;

		KUNIT_EXPECT_TRUE(test, vigil_mca_classify(&mca, &error));
		KUNIT_EXPECT_EQ_MSG(test, refinements[i].count, error.count,
				    "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, refinements[i].yellow, error.yellow,
				    "row %u", i);
	}
}

static const struct {
	struct row row;
	u64 ipid;
	bool is_memory;
} amd[] = {
	{ { CORRECTED | 0x0135, CACHE, CE } },
	{ { CORRECTED | 0x0135, CACHE, CE }, 0x000300b000000000ULL },
	/* Fabric, memory. */
	{ { CORRECTED | 0x0135, NOT_ITS }, 0x0002002e00000000ULL },
	{ { CORRECTED | 0x0813, NOT_ITS }, .is_memory = true },
	{ { UCNA | 0x0135, CACHE, UE }, 0x000300b000000000ULL },
	{ { CORRECTED | STATUS_DEFERRED | 0x0135, CACHE, UE } },
	{ { UCNA | STATUS_POISON | 0x0135, CACHE, POISON } },
	/* Bits of Intel mean nothing. */
	{ { SRAR | 0x0134, CACHE, UE } },
};

static void banks_of_amd(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(amd); i++) {
		struct vigil_mca mca = {
			.status = amd[i].row.status,
			.mcgcap = SER_P | CAP_COUNTS | CAP_TELLS_YELLOW,
			.ipid = amd[i].ipid,
			.is_amd = true,
			.is_memory = amd[i].is_memory,
		};

		check(test, &mca, &amd[i].row);
	}
}

static struct kunit_case mca_cases[] = {
	KUNIT_CASE(codes_of_intel),
	KUNIT_CASE(action_needs_the_capability),
	KUNIT_CASE(counts_and_yellow),
	KUNIT_CASE(banks_of_amd),
	{}
};

static struct kunit_suite mca_suite = {
	.name = "vigil_cpu_mca",
	.test_cases = mca_cases,
};

kunit_test_suite(mca_suite);

MODULE_DESCRIPTION("Tests of what machine checks say about CPUs");
MODULE_LICENSE("GPL");
