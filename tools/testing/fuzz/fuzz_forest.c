// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a model file. Length, checksum and features are made right, so
 * that they are no obstacle; what is accepted must then be safe to ask, and
 * explain all that it says. Seeds were written by tools/model/vgm.py.
 */
/* fuzz-sources: drivers/predict/forest.c */
#include <stdio.h>

#include "drivers/predict/tests/sample.h"

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "not so: %s\n", #condition); \
			abort(); \
		} \
	} while (0)

/* The file's own numbers: those near a threshold are among them. */
static void draw_row(s32 *features, u32 nr, const u8 *data, size_t size)
{
	size_t at = data[size - 1];

	for (u32 i = 0; i < nr; i++, at += 4) {
		memcpy(&features[i], data + at % (size - 3), sizeof(s32));
		if (data[at % size] % 4 == 3)
			features[i] = VIGIL_FOREST_MISSING;
	}
}

static void check_row(const struct vigil_forest *forest, const s32 *features)
{
	static s64 parts[VIGIL_FORMAT_FEATURES_MAX];
	s32 margin_q16 = vigil_forest_margin(forest, features);
	s64 sum_q24 = vigil_forest_explain(forest, features, parts);
	u32 permille = vigil_forest_permille(forest, margin_q16);

	for (u32 i = 0; i < vigil_forest_info(forest)->nr_features; i++)
		sum_q24 += parts[i];
	MUST(margin_q16 == clamp_t(s64, (sum_q24 + 128) >> 8, S32_MIN, S32_MAX));
	MUST(permille <= 1000);
	MUST(margin_q16 == S32_MAX ||
	     permille <= vigil_forest_permille(forest, margin_q16 + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vigil_format_header header = { 0 };
	s32 features[VIGIL_FORMAT_FEATURES_MAX];
	u8 *file = malloc(size ? size : 1);
	struct vigil_forest *forest;
	const char *why = NULL;

	memcpy(file, data, size);
	if (size >= sizeof(header)) {
		sample_repair(file, size);
		memcpy(&header, file, sizeof(header));
	}
	forest = vigil_forest_open(file, size, le64_to_cpu(header.schema),
				   le16_to_cpu(header.nr_features), &why);
	free(file);
	if (IS_ERR(forest)) {
		MUST(PTR_ERR(forest) == -EINVAL && why && *why);
		return 0;
	}
	for (u32 cut = 0; cut < 4; cut++) {
		draw_row(features, header.nr_features, data, size - cut);
		check_row(forest, features);
	}
	vigil_forest_free(forest);
	return 0;
}
