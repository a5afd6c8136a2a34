// SPDX-License-Identifier: GPL-2.0
/* aer_event carries struct pcie_tlp_log, not aer_header_log_regs (v6.10). */
#include <linux/aer.h>
#include <ras/ras_event.h>

static void probe_event(void *data, const char *name, const u32 status,
			const u8 severity, const u8 tlp_header_valid,
			struct pcie_tlp_log *tlp)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_aer_event(probe_event);
}
