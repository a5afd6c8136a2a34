// SPDX-License-Identifier: GPL-2.0
/* The tracepoint arm_event tells the severity (v6.18). */
#include <ras/ras_event.h>

static void probe_event(void *data, const struct cper_sec_proc_arm *proc,
			const u8 *pei_err, const u32 pei_len,
			const u8 *ctx_err, const u32 ctx_len, const u8 *oem,
			const u32 oem_len, u8 sev, int cpu)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_arm_event(probe_event);
}
