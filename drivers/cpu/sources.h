/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who reports errors of CPUs: one file for each, source_<name>.c.
 */
#ifndef VIGIL_CPU_SOURCES_H
#define VIGIL_CPU_SOURCES_H

#include "error.h"

/**
 * enum vigil_cpu_source - Who reports.
 * @VIGIL_CPU_SOURCE_MCE: the machine-check decode chain (x86)
 * @VIGIL_CPU_SOURCE_ARM: the firmware (Arm)
 */
enum vigil_cpu_source {
	VIGIL_CPU_SOURCE_MCE,
	VIGIL_CPU_SOURCE_ARM,

	/* private: */
	VIGIL_CPU_SOURCES
};

/* sources.c */
int vigil_cpu_sources_start(void);
void vigil_cpu_sources_stop(void);
void vigil_cpu_report(enum vigil_cpu_source source, unsigned int number,
		      const struct vigil_cpu_error *error);

/*
 * Each starts, and returns 0 or -ENOENT when the kernel has no such thing, or
 * another negative errno; and stops, after which it does not run.
 */
int vigil_cpu_mce_start(void);
void vigil_cpu_mce_stop(void);
int vigil_cpu_arm_start(void);
void vigil_cpu_arm_stop(void);

#endif /* VIGIL_CPU_SOURCES_H */
