// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of an Arm processor that the firmware reports: tracepoint arm_event.
 *
 * An event has errors of one processor, which it names by its affinity, each with
 * what was hit. Kernels from 6.18 on tell how severe the event is; before, an error
 * may say that it was corrected, and one that says nothing is taken to be: the
 * machine goes on. An uncorrected one that came to the processor from elsewhere
 * ("propagated") is poison.
 */
#include <linux/bits.h>
#include <linux/cper.h>
#include <linux/minmax.h>

#include <acpi/ghes.h>
#include <compat/arm_event.h>

#include "cpu.h"
#include "sources.h"

/* An event says how many errors it has; more than a few are nonsense. */
#define NR_INFOS	8

/* The type of an error, since UEFI 2.9A; kernels do not agree on it. */
#define TYPE_CACHE	BIT(1)
#define TYPE_TLB	BIT(2)
#define TYPE_BUS	BIT(3)

static enum vigil_cpu_part part_of(const struct cper_arm_err_info *info)
{
	if (info->type & TYPE_CACHE)
		return VIGIL_CPU_CACHE;
	if (info->type & TYPE_TLB)
		return VIGIL_CPU_TLB;
	if (info->type & TYPE_BUS)
		return VIGIL_CPU_BUS;
	return VIGIL_CPU_INTERNAL;
}

static bool says_uncorrected(const struct cper_arm_err_info *info)
{
	return info->validation_bits & CPER_ARM_INFO_VALID_ERR_INFO &&
	       info->error_info & CPER_ARM_ERR_VALID_CORRECTED &&
	       !(info->error_info >> CPER_ARM_ERR_CORRECTED_SHIFT &
		 CPER_ARM_ERR_CORRECTED_MASK);
}

static bool is_propagated(const struct cper_arm_err_info *info)
{
	return info->validation_bits & CPER_ARM_INFO_VALID_FLAGS &&
	       info->flags & CPER_ARM_INFO_FLAGS_PROPAGATED;
}

static void take_info(const struct cper_arm_err_info *info, unsigned int number,
		      bool uncorrected)
{
	struct vigil_cpu_error error = {
		.part = part_of(info),
		.severity = VIGIL_CPU_CORRECTED,
		.count = 1,
	};

	if (uncorrected)
		error.severity = is_propagated(info) ? VIGIL_CPU_POISON :
						       VIGIL_CPU_UNCORRECTED;
	/* How many there were besides the first; 1 says only that there were. */
	if (info->validation_bits & CPER_ARM_INFO_VALID_MULTI_ERR)
		error.count += info->multiple_error;
	vigil_cpu_report(VIGIL_CPU_SOURCE_ARM, number, &error);
}

static void probe_event(void *data, COMPAT_ARM_EVENT_PARAMETERS)
{
	const struct cper_arm_err_info *info = (const void *)(proc + 1);
	unsigned int i, nr = min_t(unsigned int, proc->err_info_num, NR_INFOS);
	bool severe = COMPAT_ARM_EVENT_SEVERITY >= GHES_SEV_RECOVERABLE;
	int number = compat_arm_event_cpu(proc);

	if (number < 0)
		return;
	for (i = 0; i < nr; i++)
		take_info(&info[i], number, COMPAT_ARM_EVENT_TELLS_SEVERITY ?
					 severe : says_uncorrected(&info[i]));
}

int vigil_cpu_arm_start(void)
{
	if (!IS_ENABLED(CONFIG_ARM64))
		return -ENOENT;
	return register_trace_arm_event(probe_event, NULL);
}

/* When it returns, probe_event() does not run. */
void vigil_cpu_arm_stop(void)
{
	unregister_trace_arm_event(probe_event, NULL);
	tracepoint_synchronize_unregister();
}
