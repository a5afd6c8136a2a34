// SPDX-License-Identifier: GPL-2.0
/*
 * forest-eval MODEL - what the kernel's code says of each row on stdin: margin,
 * permille, and, on a second line, why: the part of no feature and those that are
 * not 0, each with its feature. A row is a line of integers with commas; nothing
 * is a missing one.
 */
#include <err.h>
#include <stdio.h>

#include "drivers/predict/forest.h"

static struct vigil_forest *open_model(const char *name)
{
	static u8 data[VIGIL_FORMAT_BYTES_MAX + 1];
	struct vigil_format_header header;
	struct vigil_forest *forest;
	FILE *file = fopen(name, "rb");
	const char *why;
	size_t bytes;

	if (!file)
		err(1, "%s", name);
	bytes = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* Whatever it was trained for is what comes. */
	memcpy(&header, data, sizeof(header));
	forest = vigil_forest_open(data, bytes, le64_to_cpu(header.schema),
				   le16_to_cpu(header.nr_features), &why);
	if (IS_ERR(forest))
		errx(1, "%s: %s", name, why);
	return forest;
}

static void read_row(char *line, s32 *features, u32 nr)
{
	const char *word;
	char *end;

	for (u32 i = 0; i < nr; i++) {
		word = strsep(&line, ",\n");
		if (!word)
			errx(1, "a row is too short");
		features[i] = *word ? strtol(word, &end, 10) :
				      VIGIL_FOREST_MISSING;
		if (*word && *end)
			errx(1, "'%s' is no number", word);
	}
}

static void say(const struct vigil_forest *forest, const s32 *features)
{
	s32 margin_q16 = vigil_forest_margin(forest, features);
	s64 parts[VIGIL_FORMAT_FEATURES_MAX];

	printf("%d %u\n", margin_q16, vigil_forest_permille(forest, margin_q16));
	printf("%lld", (long long)vigil_forest_explain(forest, features, parts));
	for (u32 i = 0; i < vigil_forest_info(forest)->nr_features; i++)
		if (parts[i])
			printf(" %u:%lld", i, (long long)parts[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	s32 features[VIGIL_FORMAT_FEATURES_MAX];
	struct vigil_forest *forest;
	char *line = NULL;
	size_t size = 0;

	if (argc != 2)
		errx(1, "usage: forest-eval MODEL <ROWS");
	forest = open_model(argv[1]);
	while (getline(&line, &size, stdin) > 0) {
		read_row(line, features, vigil_forest_info(forest)->nr_features);
		say(forest, features);
	}
	free(line);
	vigil_forest_free(forest);
	return 0;
}
