/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a model says of memory modules.
 */
#ifndef VIGIL_MEMORY_RISK_H
#define VIGIL_MEMORY_RISK_H

#include <linux/types.h>

#include "derive.h"

struct vigil_memory_dimm;

/* What a model is given: all windows, one after the other, and the ratios. */
#define VIGIL_RISK_WINDOWED	(VIGIL_WINDOWS * VIGIL_FEATURES)
#define VIGIL_RISK_FEATURES	(VIGIL_RISK_WINDOWED + VIGIL_RATIOS)

/**
 * struct vigil_risk_number - One of what a model is given.
 * @name: its name, without a window
 * @window_s: how far back it looks; 0 for a ratio, whose name says it
 * @value: the number, VIGIL_FEATURE_MISSING if it is not known
 * @predicted: a model has spoken, and @contribution_q24 is known
 * @contribution_q24: how much it moved the log odds, in 1/2^24
 */
struct vigil_risk_number {
	const char *name;
	u32 window_s;
	s32 value;
	bool predicted;
	s64 contribution_q24;
};

int vigil_memory_risk_init(void);
void vigil_memory_risk_exit(void);
void vigil_memory_risk_predict(struct vigil_memory_dimm *dimm);
void vigil_memory_risk_number(const struct vigil_memory_dimm *dimm,
			      unsigned int index,
			      struct vigil_risk_number *number);

#endif /* VIGIL_MEMORY_RISK_H */
