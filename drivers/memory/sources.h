/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who reports memory errors: one file for each, source_<name>.c.
 */
#ifndef VIGIL_MEMORY_SOURCES_H
#define VIGIL_MEMORY_SOURCES_H

#include <linux/tracepoint.h>
#include <linux/vigil/source.h>

#include "ring.h"

/* sources.c */
int vigil_memory_sources_start(void);
void vigil_memory_sources_stop(void);
void vigil_memory_source_count(const struct vigil_record *record, bool dropped);

/*
 * Each starts, and returns 0 or -ENOENT when the kernel has no such thing, or
 * another negative errno; and stops, after which it does not run.
 */
int vigil_memory_mce_start(void);
void vigil_memory_mce_stop(void);
int vigil_memory_mf_start(void);
void vigil_memory_mf_stop(void);
int vigil_memory_edac_start(void);
void vigil_memory_edac_stop(void);
int vigil_memory_ghes_start(void);
void vigil_memory_ghes_stop(void);
int vigil_memory_arm_start(void);
void vigil_memory_arm_stop(void);

/* tracepoint.c: tracepoints that are not exported everywhere */
struct tracepoint *vigil_memory_find_tracepoint(const char *name);

#endif /* VIGIL_MEMORY_SOURCES_H */
