/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of an error of a CPU.
 */
#ifndef VIGIL_CPU_ERROR_H
#define VIGIL_CPU_ERROR_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/**
 * enum vigil_cpu_part - Where in the CPU it happened.
 * @VIGIL_CPU_CACHE: a cache, of instructions or data, of any level
 * @VIGIL_CPU_TLB: a translation lookaside buffer
 * @VIGIL_CPU_INTERNAL: elsewhere in the core: microcode, parity, a watchdog
 * @VIGIL_CPU_BUS: between the core and the rest of the machine
 */
enum vigil_cpu_part {
	VIGIL_CPU_CACHE,
	VIGIL_CPU_TLB,
	VIGIL_CPU_INTERNAL,
	VIGIL_CPU_BUS,

	/* private: */
	VIGIL_CPU_PARTS
};

/**
 * enum vigil_cpu_severity - How bad it is.
 * @VIGIL_CPU_CORRECTED: the hardware corrected it
 * @VIGIL_CPU_UNCORRECTED: data or state of the CPU were lost
 * @VIGIL_CPU_POISON: the CPU used data that somebody else had lost and marked; it is
 *	not to blame
 */
enum vigil_cpu_severity {
	VIGIL_CPU_CORRECTED,
	VIGIL_CPU_UNCORRECTED,
	VIGIL_CPU_POISON,

	/* private: */
	VIGIL_CPU_SEVERITIES
};

/**
 * struct vigil_cpu_error - One report.
 * @part: where
 * @severity: how bad
 * @yellow: the hardware says that corrected errors have passed its own threshold
 * @count: how many errors it stands for
 */
struct vigil_cpu_error {
	enum vigil_cpu_part part;
	enum vigil_cpu_severity severity;
	bool yellow;
	u32 count;
};

#endif /* VIGIL_CPU_ERROR_H */
