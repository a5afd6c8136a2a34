// SPDX-License-Identifier: GPL-2.0
/*
 * Errors that a driver of a memory controller (EDAC) or the firmware's GHES
 * driver reports: tracepoint mc_event, found by name because a kernel without
 * CONFIG_RAS does not have it.
 *
 * It names the memory module by its place below a controller, and the cell in
 * a text of the driver's own. Text is copied here, and read later (detail.c).
 */
#include <linux/bits.h>
#include <linux/edac.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <ras/ras_event.h>

#include <compat/copy_text.h>

#include "memory.h"
#include "sources.h"

static struct tracepoint *event;	/* set by start, read by stop */

static void probe_event(void *data, const unsigned int err_type,
			const char *message, const char *label,
			const int error_count, const u8 mc_index,
			const s8 top_layer, const s8 middle_layer,
			const s8 lower_layer, unsigned long address,
			const u8 grain_bits, unsigned long syndrome,
			const char *detail)
{
	struct vigil_record record = {
		.source = VIGIL_RECORD_EDAC,
		.address = address,
		.status = syndrome,
		.cpu = raw_smp_processor_id(),
		.count = max(error_count, 1),
		.mc = mc_index,
		.layers = { top_layer, middle_layer, lower_layer },
	};

	if (err_type == HW_EVENT_ERR_INFO)
		return;
	if (err_type != HW_EVENT_ERR_CORRECTED)
		record.flags |= VIGIL_RECORD_UNCORRECTED;
	/* EDAC says 0 for "not known"; no memory of use is there. */
	if (address && grain_bits <= PAGE_SHIFT)
		record.flags |= VIGIL_RECORD_ADDRESS;
	if (top_layer >= 0)
		record.flags |= VIGIL_RECORD_DIMM;
	compat_copy_start(record.message, message);
	vigil_memory_record(&record, detail);
}

int vigil_memory_edac_start(void)
{
	check_trace_callback_type_mc_event(probe_event);

	event = vigil_memory_find_tracepoint("mc_event");
	if (!event)
		return -ENOENT;
	return tracepoint_probe_register(event, probe_event, NULL);
}

/* When it returns, probe_event() does not run. */
void vigil_memory_edac_stop(void)
{
	tracepoint_probe_unregister(event, probe_event, NULL);
	tracepoint_synchronize_unregister();
}
