/* SPDX-License-Identifier: GPL-2.0 */
/* Parameters of the tracepoint arm_event; it tells the severity since v6.18. */
#ifndef _VIGIL_COMPAT_ARM_EVENT_H
#define _VIGIL_COMPAT_ARM_EVENT_H

#include <generated/vigil-compat.h>
#include <ras/ras_event.h>

#ifdef COMPAT_HAS_ARM_EVENT_SEVERITY
#define COMPAT_ARM_EVENT_TELLS_SEVERITY	true
#define COMPAT_ARM_EVENT_PARAMETERS					\
	const struct cper_sec_proc_arm *proc, const u8 *pei_err,	\
	const u32 pei_len, const u8 *ctx_err, const u32 ctx_len,	\
	const u8 *oem, const u32 oem_len, u8 sev, int cpu
#else
#define COMPAT_ARM_EVENT_TELLS_SEVERITY	false
#define COMPAT_ARM_EVENT_PARAMETERS	const struct cper_sec_proc_arm *proc
#endif

/* In a probe: the severity, which is ghes_severity()'s. */
#ifdef COMPAT_HAS_ARM_EVENT_SEVERITY
#define COMPAT_ARM_EVENT_SEVERITY	(sev)
#else
#define COMPAT_ARM_EVENT_SEVERITY	(0)
#endif

#endif /* _VIGIL_COMPAT_ARM_EVENT_H */
