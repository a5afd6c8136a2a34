/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ratios of a memory module's numbers, for models.
 *
 * A tree splits one number at a time and needs many splits to say "every second";
 * a ratio says it in one. These are the ones that make predictions better
 * (Documentation/design/model.rst).
 *
 * Pure: builds in user space too, where tools/testing/unit tests it.
 */
#ifndef VIGIL_MEMORY_DERIVE_H
#define VIGIL_MEMORY_DERIVE_H

#include "features.h"

/*
 * Ratios, in 1/256, rounded down. VIGIL_FEATURE_MISSING when one of the two
 * numbers is missing, or the second is 0. To a model they are numbers like those of
 * struct vigil_features, and follow them.
 */
#define VIGIL_RATIOS	12

extern const char *const vigil_ratio_names[VIGIL_RATIOS];

void vigil_derive(const struct vigil_features *features,
		  s32 ratios[VIGIL_RATIOS]);

#endif /* VIGIL_MEMORY_DERIVE_H */
