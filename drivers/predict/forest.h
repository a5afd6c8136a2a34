/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Forests of decision trees, in integers.
 *
 * Pure: builds in user space too, where tools/testing tests and fuzzes it.
 * Documentation/design/model-format.rst has the format.
 */
#ifndef VIGIL_PREDICT_FOREST_H
#define VIGIL_PREDICT_FOREST_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

#include "format.h"

/* "Not known" among the numbers. */
#define VIGIL_FOREST_MISSING	S32_MIN

struct vigil_forest;

/**
 * struct vigil_forest_info - What a model says of itself.
 * @name: its name
 * @version: its version
 * @subject: what it predicts
 * @trained_s: when it was trained, Unix time
 * @schema: hash of the names of the numbers that it takes
 * @nr_features: how many they are
 * @nr_trees: its trees
 * @max_depth: of the deepest
 * @alarm_q16: margin from which on it calls for action
 */
struct vigil_forest_info {
	char name[VIGIL_FORMAT_NAME_BYTES];
	char version[VIGIL_FORMAT_VERSION_BYTES];
	char subject[VIGIL_FORMAT_SUBJECT_BYTES];
	u64 trained_s;
	u64 schema;
	u32 nr_features;
	u32 nr_trees;
	u32 max_depth;
	s32 alarm_q16;
};

struct vigil_forest *vigil_forest_open(const void *data, size_t bytes,
				       u64 schema, u32 nr_features,
				       const char **why);
void vigil_forest_free(struct vigil_forest *forest);
const struct vigil_forest_info *
vigil_forest_info(const struct vigil_forest *forest);
s32 vigil_forest_margin(const struct vigil_forest *forest, const s32 *features);
u32 vigil_forest_permille(const struct vigil_forest *forest, s32 margin_q16);
s64 vigil_forest_explain(const struct vigil_forest *forest,
			 const s32 *features, s64 *contributions_q24);

#endif /* VIGIL_PREDICT_FOREST_H */
