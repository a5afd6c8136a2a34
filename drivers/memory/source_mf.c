// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel did about uncorrected errors: tracepoint
 * memory_failure_event, found by name because it is not exported.
 *
 * Its result is a number of the kernel that runs, so it is read by the names
 * in that kernel's headers. Its prototype is checked against them as well.
 * Soft offlining does not pass here, only real or simulated failures do.
 */
#include <linux/mm.h>
#include <linux/smp.h>

#include <compat/memory_failure_event.h>

#include "memory.h"
#include "sources.h"

static struct tracepoint *event;	/* set by start, read by stop */

static enum vigil_record_outcome outcome_of(int type, int result)
{
	if (compat_mf_already_poisoned(type))
		return VIGIL_OUTCOME_REPEATED;

	switch (result) {
	case MF_IGNORED:
		return VIGIL_OUTCOME_IGNORED;
	case MF_FAILED:
		return VIGIL_OUTCOME_FAILED;
	case MF_DELAYED:
		return VIGIL_OUTCOME_DELAYED;
	case MF_RECOVERED:
		return VIGIL_OUTCOME_RECOVERED;
	default:
		return VIGIL_OUTCOME_NONE;
	}
}

static void probe_event(void *data, unsigned long pfn, int type, int result)
{
	struct vigil_record record = {
		.source = VIGIL_RECORD_MEMORY_FAILURE,
		.flags = VIGIL_RECORD_UNCORRECTED | VIGIL_RECORD_ADDRESS,
		.address = (u64)pfn << PAGE_SHIFT,
		.status = (u32)result | (u64)type << 32,
		.outcome = outcome_of(type, result),
		.count = 1,
		.cpu = raw_smp_processor_id(),
	};

	vigil_memory_record(&record, NULL);
}

int vigil_memory_mf_start(void)
{
	check_trace_callback_type_memory_failure_event(probe_event);

	event = vigil_memory_find_tracepoint("memory_failure_event");
	if (!event)
		return -ENOENT;
	return tracepoint_probe_register(event, probe_event, NULL);
}

/* When it returns, probe_event() does not run. */
void vigil_memory_mf_stop(void)
{
	tracepoint_probe_unregister(event, probe_event, NULL);
	tracepoint_synchronize_unregister();
}
