// SPDX-License-Identifier: GPL-2.0
/*
 * What a machine check of x86 says about the CPU that reported it.
 *
 * The number of a CPU in a machine check says who reported it, not who is to
 * blame. Its error code says more, by Intel's SDM, volume 3B, chapter "Interpreting
 * Machine Check Error Codes", and AMD's APM, volume 2, chapter "Machine Check
 * Architecture". These are not the CPU's:
 *
 *  - errors of a memory controller, with or without the "extended" bit:
 *    vigil_memory has them;
 *  - bus errors of an I/O transaction, a device's (0x0e0b is PCI Express), and
 *    errors that were signalled from outside (0x0003);
 *  - on AMD what banks outside the core report: memory, fabric, PCI Express;
 *  - code 0, which is no error. QEMU leaves it on the CPUs that a broadcast machine
 *    check only stops.
 *
 * Poison is data that were known to be lost before the CPU asked for them. Intel
 * reports its use as an error of the data cache or of instruction fetch, which
 * demands action (0x0134, 0x0150), AMD by a bit. To take a CPU out of use for what a
 * memory module lost would be an error of its own.
 *
 * A bank that CPUs share, of a last-level cache for example, speaks through one
 * of them, and that one is named.
 */

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#endif

#include "mca.h"

/* IA32_MCG_CAP: what IA32_MCi_STATUS has. */
#define CAP_COUNTS		BIT_ULL(10)	/* CMCI_P */
#define CAP_TELLS_YELLOW	BIT_ULL(11)	/* TES_P */
#define CAP_TELLS_ACTION	BIT_ULL(24)	/* SER_P */

/* IA32_MCi_STATUS */
#define STATUS_CODE		0xffffULL
#define STATUS_FILTERED		BIT_ULL(12)	/* within the code */
#define STATUS_COUNT_SHIFT	38
#define STATUS_COUNT_MASK	0x7fffULL
#define STATUS_POISON		BIT_ULL(43)	/* AMD */
#define STATUS_DEFERRED		BIT_ULL(44)	/* AMD */
#define STATUS_TES_SHIFT	53
#define STATUS_TES_MASK		3ULL
#define STATUS_TES_YELLOW	2ULL
#define STATUS_ACTION_REQUIRED	BIT_ULL(55)
#define STATUS_SIGNALED		BIT_ULL(56)
#define STATUS_CONTEXT_CORRUPT	BIT_ULL(57)
#define STATUS_UNCORRECTED	BIT_ULL(61)

#define CODE_DATA_LOAD		0x0134
#define CODE_INSTRUCTION_FETCH	0x0150

/* MCA_IPID: hardware ID of the banks of AMD's cores and their caches. */
#define IPID_HWID_SHIFT		32
#define IPID_HWID_MASK		0xfffULL
#define HWID_CORE		0xb0

/* The first row that fits says which part; the order matters to none. */
static const struct {
	u16 mask;
	u16 code;
	u8 part;
} codes[] = {
	{ 0xffff, 0x0001, VIGIL_CPU_INTERNAL },		/* not classified */
	{ 0xffff, 0x0002, VIGIL_CPU_INTERNAL },		/* microcode's parity */
	{ 0xffff, 0x0004, VIGIL_CPU_INTERNAL },		/* redundancy check */
	{ 0xffff, 0x0005, VIGIL_CPU_INTERNAL },		/* parity */
	{ 0xfc00, 0x0400, VIGIL_CPU_INTERNAL },		/* timer and others */
	{ 0xfffc, 0x000c, VIGIL_CPU_CACHE },		/* level only */
	{ 0xff00, 0x0100, VIGIL_CPU_CACHE },
	{ 0xfff0, 0x0010, VIGIL_CPU_TLB },
	{ 0xf80c, 0x0800, VIGIL_CPU_BUS },		/* memory access */
	{ 0xf80c, 0x080c, VIGIL_CPU_BUS },		/* neither that nor I/O */
};

static u16 code_of(u64 status)
{
	return status & STATUS_CODE & ~STATUS_FILTERED;
}

static bool find_part(u64 status, enum vigil_cpu_part *part)
{
	u16 code = code_of(status);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		if ((code & codes[i].mask) == codes[i].code) {
			*part = codes[i].part;
			return true;
		}
	}
	return false;
}

static bool outside_of_core(const struct vigil_mca *mca)
{
	u32 hwid = mca->ipid >> IPID_HWID_SHIFT & IPID_HWID_MASK;

	return mca->is_memory || (hwid && hwid != HWID_CORE);
}

static enum vigil_cpu_severity severity_by_amd(u64 status)
{
	if (status & STATUS_POISON)
		return VIGIL_CPU_POISON;
	if (status & (STATUS_UNCORRECTED | STATUS_DEFERRED))
		return VIGIL_CPU_UNCORRECTED;
	return VIGIL_CPU_CORRECTED;
}

static enum vigil_cpu_severity severity_by_intel(const struct vigil_mca *mca)
{
	const u64 action = STATUS_SIGNALED | STATUS_ACTION_REQUIRED;
	u16 code = code_of(mca->status);

	if (!(mca->status & STATUS_UNCORRECTED))
		return VIGIL_CPU_CORRECTED;
	if (mca->mcgcap & CAP_TELLS_ACTION &&
	    (mca->status & (action | STATUS_CONTEXT_CORRUPT)) == action &&
	    (code == CODE_DATA_LOAD || code == CODE_INSTRUCTION_FETCH))
		return VIGIL_CPU_POISON;
	return VIGIL_CPU_UNCORRECTED;
}

/* What only Intel tells, and only of corrected errors. */
static void refine_corrected(const struct vigil_mca *mca,
			     struct vigil_cpu_error *error)
{
	u32 count = mca->status >> STATUS_COUNT_SHIFT & STATUS_COUNT_MASK;
	u64 tes = mca->status >> STATUS_TES_SHIFT & STATUS_TES_MASK;

	if (mca->mcgcap & CAP_COUNTS)
		error->count = max(count, 1U);
	error->yellow = mca->mcgcap & CAP_TELLS_YELLOW &&
			tes == STATUS_TES_YELLOW;
}

/**
 * vigil_mca_classify() - Find what a machine check says about its CPU.
 * @mca: the machine check
 * @error: what it is, when it is an error of the CPU
 *
 * Context: Any, machine check included.
 * Return: false when the CPU has nothing to do with it.
 */
bool vigil_mca_classify(const struct vigil_mca *mca,
			struct vigil_cpu_error *error)
{
	error->count = 1;
	error->yellow = false;
	if (!find_part(mca->status, &error->part))
		return false;

	if (mca->is_amd) {
		error->severity = severity_by_amd(mca->status);
		return !outside_of_core(mca);
	}
	error->severity = severity_by_intel(mca);
	if (error->severity == VIGIL_CPU_CORRECTED)
		refine_corrected(mca, error);
	return true;
}
