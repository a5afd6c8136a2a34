// SPDX-License-Identifier: GPL-2.0
/*
 * Memory errors that the firmware reports: ACPI's generic hardware error
 * source, the usual way on Arm servers, and where firmware comes first on x86.
 *
 * They carry a physical address. Which memory module it is the firmware says in
 * terms of its own; where ghes_edac is built in it translates them and reports
 * the same error as mc_event, elsewhere the error counts for page and node.
 */
#include <linux/cper.h>
#include <linux/notifier.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include <compat/ghes.h>

#include "memory.h"
#include "sources.h"

static int take_report(struct notifier_block *nb, unsigned long severity,
		       void *data)
{
	const struct cper_sec_mem_err *error = data;
	struct vigil_record record = {
		.source = VIGIL_RECORD_GHES,
		.cpu = raw_smp_processor_id(),
		.count = 1,
	};

	if (severity == GHES_SEV_NO)
		return NOTIFY_DONE;
	if (severity != GHES_SEV_CORRECTED)
		record.flags |= VIGIL_RECORD_UNCORRECTED;
	if (error->validation_bits & CPER_MEM_VALID_PA) {
		record.flags |= VIGIL_RECORD_ADDRESS;
		record.address = error->physical_addr;
	}
	if (error->validation_bits & CPER_MEM_VALID_ERROR_STATUS)
		record.status = error->error_status;
	preempt_disable_notrace();
	vigil_memory_record(&record, NULL);
	preempt_enable_notrace();
	return NOTIFY_DONE;
}

static struct notifier_block report_block = {
	.notifier_call = take_report,
};

int vigil_memory_ghes_start(void)
{
	return compat_ghes_register_report_chain(&report_block);
}

/* When it returns, take_report() does not run. */
void vigil_memory_ghes_stop(void)
{
	compat_ghes_unregister_report_chain(&report_block);
}
