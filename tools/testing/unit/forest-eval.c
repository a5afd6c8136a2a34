// SPDX-License-Identifier: GPL-2.0
/*
 * forest-eval MODEL < ROWS: what the kernel's engine says of rows of numbers.
 *
 * A row is as many 32-bit numbers as the model takes, in the byte order of the
 * machine; for each a line with margin, risk, bias and contributions.
 */
#include <inttypes.h>
#include <stdio.h>

#include "drivers/predict/forest.h"

static struct vigil_forest *open_model(const char *path)
{
	static char data[VIGIL_FORMAT_BYTES_MAX + 1];
	const struct vigil_format_header *header = (const void *)data;
	const char *why = "can't be read";
	FILE *file = fopen(path, "rb");
	struct vigil_forest *forest = NULL;
	size_t bytes;

	if (file) {
		bytes = fread(data, 1, sizeof(data), file);
		fclose(file);
		forest = vigil_forest_open(data, bytes, header->schema,
					   header->nr_features, &why);
	}
	if (forest && !IS_ERR(forest))
		return forest;
	fprintf(stderr, "forest-eval: %s: %s\n", path, why);
	exit(1);
}

int main(int argc, char **argv)
{
	struct vigil_forest *forest = open_model(argc == 2 ? argv[1] : "");
	u32 nr = vigil_forest_info(forest)->nr_features;
	s64 *moved = calloc(nr, sizeof(*moved));
	s32 *row = calloc(nr, sizeof(*row));
	s32 margin;

	while (fread(row, sizeof(*row), nr, stdin) == nr) {
		margin = vigil_forest_margin(forest, row);
		printf("%" PRId32 " %" PRIu32 " %" PRId64, margin,
		       vigil_forest_permille(forest, margin),
		       vigil_forest_explain(forest, row, moved));
		for (u32 i = 0; i < nr; i++)
			printf(" %" PRId64, moved[i]);
		putchar('\n');
	}
	free(row);
	free(moved);
	vigil_forest_free(forest);
	return 0;
}
