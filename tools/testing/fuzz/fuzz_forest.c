// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a model file. Sizes and checksum are put right most of the time,
 * so that what is behind them is reached. A model that is accepted is asked about
 * rows made of the same bytes, and has to explain what it says.
 */
/* fuzz-sources: drivers/predict/forest.c */
#include <stdio.h>
#include <stdlib.h>

#include "drivers/predict/forest.h"

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "not so: %s\n", #condition); \
			abort(); \
		} \
	} while (0)

#define ROWS 3

static struct vigil_format_header *header_of(uint8_t *data)
{
	return (struct vigil_format_header *)data;
}

static void repair(uint8_t *data, size_t bytes)
{
	header_of(data)->total_bytes = bytes;
	header_of(data)->checksum = 0;
	header_of(data)->checksum = ~crc32_le(~0U, data, bytes);
}

/* Numbers out of the file's own bytes: near its thresholds, and missing ones. */
static void make_row(s32 *row, u32 nr, const uint8_t *data, size_t bytes,
		     u32 seed)
{
	for (u32 i = 0; i < nr; i++) {
		size_t at = (i * 8 + seed * 12) % (bytes - sizeof(*row));

		memcpy(&row[i], data + at, sizeof(*row));
		if (row[i] % 7 == 0)
			row[i] = VIGIL_FOREST_MISSING;
	}
}

static void ask(const struct vigil_forest *forest, const s32 *row)
{
	u32 nr = vigil_forest_info(forest)->nr_features;
	s64 *moved = malloc(nr * sizeof(*moved));
	s64 sum = vigil_forest_explain(forest, row, moved);
	s32 margin = vigil_forest_margin(forest, row);

	for (u32 i = 0; i < nr; i++)
		sum += moved[i];
	MUST(margin == clamp_t(s64, (sum + 128) >> 8, S32_MIN, S32_MAX));
	MUST(vigil_forest_permille(forest, margin) <= 1000);
	if (margin < S32_MAX)
		MUST(vigil_forest_permille(forest, margin) <=
		     vigil_forest_permille(forest, margin + 1));
	free(moved);
}

static void try_open(const uint8_t *data, size_t bytes)
{
	struct vigil_format_header header = { 0 };
	struct vigil_forest *forest;
	const char *why = NULL;
	s32 *row;

	memcpy(&header, data, min(bytes, sizeof(header)));
	forest = vigil_forest_open(data, bytes, header.schema,
				   header.nr_features, &why);
	if (IS_ERR(forest)) {
		MUST(PTR_ERR(forest) == -EINVAL);
		MUST(why && *why);
		return;
	}
	/* Not a byte more than it has. */
	row = malloc(header.nr_features * sizeof(*row));
	for (u32 i = 0; i < ROWS; i++) {
		make_row(row, header.nr_features, data, bytes, i);
		ask(forest, row);
	}
	free(row);
	vigil_forest_free(forest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	/* The last byte decides, so that it is no part of the file. */
	memcpy(copy, data, size);
	if (size > sizeof(struct vigil_format_header) && copy[--size] % 16)
		repair(copy, size);
	try_open(copy, size);
	free(copy);
	return 0;
}
