/* SPDX-License-Identifier: GPL-2.0 */
/* Parameters of the tracepoint arm_event; it tells the severity since v6.18. */
#ifndef _VIGIL_COMPAT_ARM_EVENT_H
#define _VIGIL_COMPAT_ARM_EVENT_H

#include <generated/vigil-compat.h>
#include <linux/cper.h>
#include <linux/errno.h>
#include <ras/ras_event.h>

#ifdef CONFIG_ARM64
#include <asm/smp_plat.h>
#endif

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

/* The CPU that an event is of; kernels that tell find it so, too. */
static inline int compat_arm_event_cpu(const struct cper_sec_proc_arm *proc)
{
#ifdef CONFIG_ARM64
	if (proc->validation_bits & CPER_ARM_VALID_MPIDR)
		return get_logical_index(proc->mpidr);
#endif
	return -ENOENT;
}

#endif /* _VIGIL_COMPAT_ARM_EVENT_H */
