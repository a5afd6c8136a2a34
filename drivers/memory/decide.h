/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decisions about page frames and memory modules, and their records.
 */
#ifndef VIGIL_MEMORY_DECIDE_H
#define VIGIL_MEMORY_DECIDE_H

#include <linux/vigil/audit.h>

#include "decay.h"
#include "history.h"

struct vigil_memory_dimm;

/**
 * struct vigil_suspect - A page frame that had corrected errors.
 * @pfn: the page frame
 * @nid: its node
 * @now_s: the time of errors
 * @count: of errors, or NULL if it is not in use
 * @dimm: the memory module, or NULL
 * @cell: where in it, if @dimm; not located if that is not known
 */
struct vigil_suspect {
	unsigned long pfn;
	int nid;
	u32 now_s;
	const struct vigil_decay *count;
	struct vigil_memory_dimm *dimm;
	const struct vigil_cell *cell;
};

bool vigil_memory_decide_page(const struct vigil_suspect *suspect);
void vigil_memory_decide_row(const struct vigil_suspect *suspect);
void vigil_memory_audit_frame(unsigned long pfn, int nid,
			      enum vigil_audit_step step, const char *reason);
void vigil_memory_audit_verdict(const struct vigil_memory_dimm *dimm,
				const char *reason);

#endif /* VIGIL_MEMORY_DECIDE_H */
