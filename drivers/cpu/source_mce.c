// SPDX-License-Identifier: GPL-2.0
/*
 * Errors from the machine-check decode chain of x86.
 *
 * The chain runs from a work item today; what is called here would do in
 * machine-check context too. What the error says is in mca.c.
 */
#include <linux/notifier.h>
#include <asm/mce.h>
#include <asm/processor.h>

#include "cpu.h"
#include "mca.h"
#include "sources.h"

static struct vigil_mca read_mce(struct mce *mce)
{
	struct vigil_mca mca = {
		.status = mce->status,
		.mcgcap = mce->mcgcap,
		.ipid = mce->ipid,
		.is_amd = mce->cpuvendor == X86_VENDOR_AMD ||
			  mce->cpuvendor == X86_VENDOR_HYGON,
	};

	/* Of Intel the kernel calls errors of caches so too. */
	if (mca.is_amd)
		mca.is_memory = mce_is_memory_error(mce);
	return mca;
}

static int take_record(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	struct vigil_cpu_error error;
	struct mce *mce = data;
	struct vigil_mca mca;

	if (!mce)
		return NOTIFY_DONE;
	mca = read_mce(mce);
	if (vigil_mca_classify(&mca, &error))
		vigil_cpu_report(VIGIL_CPU_SOURCE_MCE, mce->extcpu, &error);
	return NOTIFY_DONE;
}

static struct notifier_block decode_block = {
	.notifier_call	= take_record,
	.priority	= MCE_PRIO_EARLY,
};

int vigil_cpu_mce_start(void)
{
	mce_register_decode_chain(&decode_block);
	return 0;
}

/* When it returns, take_record() does not run. */
void vigil_cpu_mce_stop(void)
{
	mce_unregister_decode_chain(&decode_block);
}
