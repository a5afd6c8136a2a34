// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of an Arm processor that the firmware reports: tracepoint arm_event.
 *
 * Corrected ones are the processor's, in its caches. Of the others those matter
 * that name a physical address, as in the kernel's own handling: the data there
 * are lost. Kernels that do not tell the severity do not serve here.
 */
#include <linux/bits.h>
#include <linux/cper.h>
#include <linux/minmax.h>
#include <linux/smp.h>

#include <acpi/ghes.h>
#include <compat/arm_event.h>

#include "memory.h"
#include "sources.h"

/* An event says how many errors it has; more than a few are nonsense. */
#define NR_INFOS	8

static struct tracepoint *event;	/* set by start, read by stop */

static void take_info(const struct cper_arm_err_info *info)
{
	struct vigil_record record = {
		.source = VIGIL_RECORD_ARM,
		.flags = VIGIL_RECORD_UNCORRECTED | VIGIL_RECORD_ADDRESS,
		.address = info->physical_fault_addr,
		.status = info->error_info,
		.cpu = raw_smp_processor_id(),
		.count = 1,
	};

	if (info->validation_bits & CPER_ARM_INFO_VALID_PHYSICAL_ADDR)
		vigil_memory_record(&record, NULL);
}

static void probe_event(void *data, COMPAT_ARM_EVENT_PARAMETERS)
{
	const struct cper_arm_err_info *info = (const void *)(proc + 1);
	unsigned int i, nr = min_t(unsigned int, proc->err_info_num, NR_INFOS);

	if (COMPAT_ARM_EVENT_SEVERITY < GHES_SEV_RECOVERABLE)
		return;
	for (i = 0; i < nr; i++)
		take_info(&info[i]);
}

int vigil_memory_arm_start(void)
{
	int err;

	check_trace_callback_type_arm_event(probe_event);

	if (!COMPAT_ARM_EVENT_TELLS_SEVERITY || !IS_ENABLED(CONFIG_ARM64))
		return -ENOENT;
	event = vigil_memory_find_tracepoint("arm_event");
	if (!event)
		return -ENOENT;
	err = tracepoint_probe_register(event, probe_event, NULL);
	return err;
}

/* When it returns, probe_event() does not run. */
void vigil_memory_arm_stop(void)
{
	tracepoint_probe_unregister(event, probe_event, NULL);
	tracepoint_synchronize_unregister();
}
