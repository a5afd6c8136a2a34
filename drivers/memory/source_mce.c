// SPDX-License-Identifier: GPL-2.0
/*
 * Errors from the machine-check decode chain of x86.
 *
 * The chain runs from a work item today; what is called here would do in
 * machine-check context too. The place in the chain is after RAS_CEC, which
 * marks the corrected errors that it takes charge of, and before memory
 * failure handling, so that an error is known before its outcome.
 *
 * Corrected errors of a CPU's caches carry an address too, but the page there
 * is not at fault: on Intel they look like a cache's and are left alone. (The
 * uncorrected ones matter, whoever detected them: the data are lost.)
 */
#include <linux/bits.h>
#include <linux/notifier.h>
#include <linux/preempt.h>
#include <asm/cpufeature.h>
#include <asm/mce.h>
#include <asm/processor.h>

#include "memory.h"
#include "sources.h"

/* Intel SDM volume 3B, 16.9.2: memory controller errors, filtered or not. */
#define MCACOD_MASK_TYPE	0xef80
#define MCACOD_MEMORY		0x0080

static bool is_memory_controllers(const struct mce *mce)
{
	if (mce->cpuvendor != X86_VENDOR_INTEL &&
	    mce->cpuvendor != X86_VENDOR_ZHAOXIN)
		return true;
	return (mce->status & MCACOD_MASK_TYPE) == MCACOD_MEMORY;
}

/*
 * A memory controller of AMD reports an address of its own, which only a driver
 * can translate; that of poison somebody consumed is a physical one. Older
 * kernels call both usable.
 */
static bool address_is_physical(const struct mce *mce)
{
	if (mce->cpuvendor != X86_VENDOR_AMD &&
	    mce->cpuvendor != X86_VENDOR_HYGON)
		return true;
	return !boot_cpu_has(X86_FEATURE_SMCA) ||
	       mce->status & MCI_STATUS_POISON;
}

/*
 * Without the bits above it, which may be the number of a key. The bits below
 * its granularity, a page at most, are 0 already.
 */
static u64 address_of(const struct mce *mce)
{
	return mce->addr & GENMASK_ULL(boot_cpu_data.x86_phys_bits - 1, 0);
}

static int take_record(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	struct vigil_record record = { .source = VIGIL_RECORD_MCE, .count = 1 };
	struct mce *mce = data;

	if (!mce || !mce_is_memory_error(mce))
		return NOTIFY_DONE;

	if (!mce_is_correctable(mce))
		record.flags |= VIGIL_RECORD_UNCORRECTED;
	else if (!is_memory_controllers(mce))
		return NOTIFY_DONE;

	if (mce_usable_address(mce) && address_is_physical(mce)) {
		record.flags |= VIGIL_RECORD_ADDRESS;
		record.address = address_of(mce);
	}
	if (mce->kflags & MCE_HANDLED_CEC)
		record.flags |= VIGIL_RECORD_COLLECTED;
	record.status = mce->status;
	record.cpu = mce->extcpu;
	preempt_disable_notrace();
	vigil_memory_record(&record, NULL);
	preempt_enable_notrace();
	return NOTIFY_DONE;
}

static struct notifier_block decode_block = {
	.notifier_call	= take_record,
	.priority	= MCE_PRIO_EARLY,
};

int vigil_memory_mce_start(void)
{
	mce_register_decode_chain(&decode_block);
	return 0;
}

/* When it returns, take_record() does not run. */
void vigil_memory_mce_stop(void)
{
	mce_unregister_decode_chain(&decode_block);
}
